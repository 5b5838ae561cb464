"""A real engine in the test's own process, behind the async face that the window knows.

Calls answer after a turn of the loop, as they do across the border; jobs yield to the loop between their steps.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kvault_gui.engine.api import Credential, EntryInput, FieldInput, FieldType, Kind, Method, OnToken, Secret
from kvault_gui.engine.errors import CancelledError
from kvault_gui.engine.facade import Engine

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from kvault_gui.engine.api import AskPlug, AskTouch, Event, Opened, Question

PASSWORD = "correct horse battery staple"


class Script:
    """Answers the engine's questions from a list; cancels when it is empty."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.asked: list[Question] = []

    def ask(self, question: Question) -> Secret:
        self.asked.append(question)
        if not self.answers:
            raise CancelledError
        return Secret.of(self.answers.pop(0))

    @contextmanager
    def during(self, request: AskTouch | AskPlug) -> Iterator[Callable[[], bool]]:
        self.asked.append(request)
        yield lambda: False


class Part:
    """One part of the facade, its methods as coroutines."""

    def __init__(self, target: object) -> None:
        self._target = target

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._target, name)

        async def call(*args: Any, on_progress: Callable[[Any], None] | None = None, **kwargs: Any) -> Any:
            await asyncio.sleep(0)
            result = method(*args, **kwargs)
            if not inspect.isgenerator(result):
                return result
            try:
                step = next(result)
                while True:
                    await asyncio.sleep(0)
                    if isinstance(step, OnToken):
                        step = _after(result, step)
                        continue
                    if on_progress:
                        on_progress(step)
                    step = next(result)
            except StopIteration as end:
                return end.value
            finally:
                result.close()

        return call


def _after(job: Generator[Any, Any, Any], step: OnToken) -> Any:
    """Do what waits for a token where it stands, and hand the job what came of it."""
    try:
        done = step.work()
    except Exception as error:  # noqa: BLE001 raised inside the job, as across the border
        return job.throw(error)
    return job.send(done)


class InProcess:
    """The same attributes as the engine client."""

    def __init__(
        self, on_event: Callable[[Event], None] = lambda _event: None, clock: Callable[[], float] = time.time
    ) -> None:
        self.script = Script()
        self.on_event = on_event
        self.engine = Engine(self.script, "window", self._emit, clock, kdf_seconds=0)
        for name in (
            "vaults",
            "tools",
            "secrets",
            "namespaces",
            "drafts",
            "audit",
            "slots",
            "tokens",
            "quick",
            "formats",
        ):
            setattr(self, name, Part(getattr(self.engine, name)))

    def _emit(self, event: Event) -> None:
        self.on_event(event)  # looked up at each event: tests attach a window later

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def create(self, folder: Path) -> Opened:
        """Make and open a vault."""
        return self.engine.vaults.create(str(folder), Secret.of(PASSWORD))

    def unlock(self, folder: Path) -> Opened:
        """Open a vault made before."""
        return self.engine.vaults.unlock(str(folder), Credential(Method.PASSWORD, Secret.of(PASSWORD)), [])

    async def close(self) -> None:
        """Close the vault."""
        self.engine.vaults.close()


def login(title: str, namespace: str = "", *, user: str = "", password: str = "", **more: Any) -> EntryInput:
    """A login to store; ``url``, ``otp``, ``notes`` become fields, the rest parts of the entry."""
    fields = [
        FieldInput("username", FieldType.TEXT, protected=False, value=Secret.of(user)),
        FieldInput("password", FieldType.SECRET, protected=True, value=Secret.of(password or "pw-" + title)),
    ]
    for name, form, protected in (
        ("url", FieldType.URL, False),
        ("otp", FieldType.OTP, True),
        ("notes", FieldType.LONG, False),
    ):
        if name in more:
            fields.append(FieldInput(name, form, protected=protected, value=Secret.of(more.pop(name))))
    return EntryInput(Kind.CREDENTIAL, title, namespace, fields, **more)
