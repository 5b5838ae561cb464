"""Steps for tokens, requests for a touch and what is plugged in, over a real engine process."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine import api
from kvault_gui.engine.errors import CancelledError, EngineGoneError, TokenRemovedError
from kvault_gui.runtime.client import CLOSE_LIMIT
from tests.runtime.border import Border, border, never_answers

if TYPE_CHECKING:
    from pathlib import Path


class Person:
    """Answers questions for a secret, looks at requests for a touch, and sees them go away."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.asked: list[api.Question] = []
        self.shown = asyncio.Event()
        self.gone = asyncio.Event()
        self.refuse = asyncio.Event()

    async def __call__(self, question: api.Question) -> api.Secret:
        self.asked.append(question)
        if isinstance(question, api.AskSecret):
            return api.Secret.of(self.answers[question.title])
        self.shown.set()
        try:
            await self.refuse.wait()
        finally:
            self.gone.set()
        raise CancelledError


async def name_of(made: Border, path: str) -> str:
    return (await made.client.tokens.module(path))[0].name


def test_calls_are_served_while_a_token_waits_for_its_touch_and_its_dialog_closes_after_it() -> None:
    async def run() -> None:
        person = Person()
        async with border(person) as made:
            touching = asyncio.create_task(name_of(made, "touch hid:1"))
            await person.shown.wait()
            begin = time.monotonic()
            assert await made.client.secrets.find("abc") == 3
            assert time.monotonic() - begin < 0.05
            assert not touching.done()
            await made.client.tokens.module("press hid:2")
            assert await touching == "touched hid:1"
            await asyncio.wait_for(person.gone.wait(), 5)
            assert person.asked == [api.AskTouch("hid:1", 30)]

    asyncio.run(run())


def test_the_dialog_for_the_touch_closes_while_its_call_goes_on() -> None:
    class Slow(Person):
        """Answers with a PIN once the dialog for the touch is gone."""

        async def __call__(self, question: api.Question) -> api.Secret:
            if isinstance(question, api.AskSecret):
                await asyncio.wait_for(self.gone.wait(), 5)
            return await super().__call__(question)

    async def run() -> None:
        person = Slow()
        person.answers = {"hid:1": "1111"}
        async with border(person) as made:
            call = asyncio.create_task(name_of(made, "twice hid:1"))
            await person.shown.wait()
            await made.client.tokens.module("press hid:2")
            assert await call == "1111"

    asyncio.run(run())


def test_who_refuses_to_touch_has_cancelled_the_call() -> None:
    async def run() -> None:
        person = Person()
        async with border(person) as made:
            touching = asyncio.create_task(name_of(made, "touch hid:1"))
            await person.shown.wait()
            person.refuse.set()
            with pytest.raises(CancelledError):
                await touching
            assert api.Found("touch given up", {}) in made.events

    asyncio.run(run())


def test_cancelling_the_call_takes_the_dialog_away_at_once_and_the_touch_is_given_up() -> None:
    async def run() -> None:
        person = Person()
        async with border(person) as made:
            touching = asyncio.create_task(name_of(made, "touch hid:1"))
            await person.shown.wait()
            touching.cancel()
            with pytest.raises(asyncio.CancelledError):
                await touching
            assert await made.client.settle()
            assert person.gone.is_set()
            told = [event.code for event in made.events if isinstance(event, api.Found)]
            assert told == ["touch given up", "job closed"]

    asyncio.run(run())


def test_a_token_that_does_not_give_up_is_told_so_that_the_engine_can_be_killed() -> None:
    async def run() -> None:
        async with border() as made:
            touching = asyncio.create_task(name_of(made, "deaf hid:1"))
            await made.seen(api.Found("deaf", {}))
            touching.cancel()
            with pytest.raises(asyncio.CancelledError):
                await touching
            assert not await made.client.settle(0.05)
            made.client.kill()
            assert await made.client.settle()

    asyncio.run(run())


def test_nothing_waits_to_be_ended_when_nothing_was_cancelled() -> None:
    async def run() -> None:
        async with border() as made:
            assert await made.client.settle(0)
            queued = asyncio.create_task(made.client.secrets.find("x"))
            await asyncio.sleep(0)
            queued.cancel()
            assert await made.client.settle()

    asyncio.run(run())


def test_questions_of_two_tokens_go_to_the_person_side_by_side() -> None:
    async def run() -> None:
        person = Person()
        person.answers = {"hid:1": "1111", "hid:2": "2222"}
        async with border(person) as made:
            calls = [name_of(made, "touch hid:0"), name_of(made, "pin hid:1"), name_of(made, "pin hid:2")]
            tasks = [asyncio.create_task(each) for each in calls]
            assert await asyncio.gather(*tasks[1:]) == ["1111", "2222"]
            await made.client.tokens.module("press hid:3")
            assert await tasks[0] == "touched hid:0"

    asyncio.run(run())


def test_an_error_of_a_step_is_raised_here_with_its_fields() -> None:
    async def run() -> None:
        async with border() as made:
            with pytest.raises(TokenRemovedError) as caught:
                await made.client.tokens.module("fail hid:1")
            assert caught.value.fields == {"name": "hid:1"}

    asyncio.run(run())


def test_closing_does_not_wait_for_a_touch() -> None:
    async def run() -> None:
        async with border(never_answers()) as made:
            touching = asyncio.create_task(name_of(made, "touch hid:1"))
            await made.asked.wait()
            begin = time.monotonic()
            await made.client.close()
            assert time.monotonic() - begin < CLOSE_LIMIT / 2
            with pytest.raises(EngineGoneError):
                await touching
            assert api.Found("closed", {}) in made.events

    asyncio.run(run())


def test_the_lanes_of_tokens_end_with_the_process() -> None:
    async def run() -> None:
        async with border() as made:
            touching = asyncio.create_task(name_of(made, "deaf hid:1"))
            await made.seen(api.Found("deaf", {}))
            pid = made.client.pid
            await made.client.close()
            with pytest.raises(EngineGoneError):
                await touching
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)

    asyncio.run(run())


def test_what_is_plugged_in_is_told_once_somebody_asks_for_tokens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "plugged"
    os.mkfifo(pipe)
    monkeypatch.setenv("XDG_CACHE_HOME", str(pipe))

    async def run() -> None:
        async with border() as made:
            await made.client.secrets.find("nothing of tokens")
            assert not [each for each in made.events if isinstance(each, api.Plugged)]
            await made.client.tokens.module("press hid:1")
            await made.seen(api.Plugged(["hid:first"]))
            with pipe.open("w") as told:
                told.write("hid:1 pcsc:reader")
            await made.seen(api.Plugged(["hid:1", "pcsc:reader"]))

    asyncio.run(run())
