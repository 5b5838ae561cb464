"""A client with a real engine process around the sample engine."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from kvault_gui.runtime.client import EngineClient
from kvault_gui.runtime.spawn import spawn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from kvault_gui.engine import api

PROGRAM = str(Path(__file__).with_name("sample_child.py"))


class Border:
    """What is on our side: the client, the events that came, the questions that were asked."""

    def __init__(self, answer: Callable[[api.Question], Awaitable[api.Secret]] | None) -> None:
        self.client: EngineClient
        self.events: list[api.Event] = []
        self.questions: list[api.Question] = []
        self.asked = asyncio.Event()
        self.gone = asyncio.Event()
        self._answer = answer
        self._awaited: list[tuple[api.Event, asyncio.Event]] = []

    async def ask(self, question: api.Question) -> api.Secret:
        """The prompter."""
        self.questions.append(question)
        self.asked.set()
        if self._answer is None:
            raise AssertionError("nobody expected a question")
        return await self._answer(question)

    def on_event(self, event: api.Event) -> None:
        """Keep it, and wake who waits for it."""
        self.events.append(event)
        for awaited, come in self._awaited:
            if awaited == event:
                come.set()

    async def seen(self, event: api.Event) -> None:
        """Wait until that event has come."""
        come = asyncio.Event()
        self._awaited.append((event, come))
        if event not in self.events:
            await come.wait()


def never_answers() -> Callable[[api.Question], Awaitable[api.Secret]]:
    """Somebody who does not look at the screen."""

    async def answer(question: api.Question) -> api.Secret:
        del question
        await asyncio.get_running_loop().create_future()
        raise AssertionError("unreachable")

    return answer


@contextlib.asynccontextmanager
async def border(
    answer: Callable[[api.Question], Awaitable[api.Secret]] | None = None, where: str = "test"
) -> AsyncIterator[Border]:
    """A ready engine process, closed and reaped afterwards."""
    made = Border(answer)
    made.client = await EngineClient.attach(spawn(where, program=PROGRAM), made, made.on_event)
    made.client.on_gone(made.gone.set)
    try:
        yield made
    finally:
        await made.client.close()
