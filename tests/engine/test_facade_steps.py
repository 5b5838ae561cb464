"""A job driven in place: its steps run in order, and what they give or raise comes back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine import api
from kvault_gui.engine.errors import LockedError
from kvault_gui.engine.facade.steps import run_here

if TYPE_CHECKING:
    from collections.abc import Generator

Steps = api.Steps[list[str]]


def failing() -> str:
    raise LockedError


def test_what_a_step_gives_comes_back_to_the_job() -> None:
    def job() -> Steps:
        yield api.Progress(0, 2)
        first = yield from api.on_token("hid:1", lambda: "one")
        yield api.Progress(1, 2)
        second = yield from api.on_token("kdf", lambda: first + " two")
        return [first, second]

    told: list[api.Progress] = []
    assert run_here(job(), told.append) == ["one", "one two"]
    assert told == [api.Progress(0, 2), api.Progress(1, 2)]


def test_what_a_step_raises_is_raised_in_the_job_which_may_go_on() -> None:
    def job() -> Steps:
        seen = []
        try:
            yield from api.on_token("hid:1", failing)
        except LockedError:
            seen.append("failed")
        seen.append((yield from api.on_token("hid:2", lambda: "went on")))
        return seen

    assert run_here(job()) == ["failed", "went on"]


@pytest.mark.parametrize("error", [LockedError, KeyboardInterrupt, StopIteration])
def test_what_the_job_does_not_catch_is_raised_and_the_job_has_put_things_back(error: type[BaseException]) -> None:
    def work() -> str:
        raise error

    def job() -> Steps:
        try:
            return [(yield from api.on_token("hid:1", work))]
        finally:
            closed.append(1)

    closed: list[int] = []
    # A StopIteration that leaves a generator would look like its end: Python makes it a RuntimeError.
    with pytest.raises(RuntimeError if error is StopIteration else error):
        run_here(job())
    assert closed == [1]


def test_whoever_is_told_of_progress_may_end_the_job() -> None:
    def stop(_: api.Progress) -> None:
        raise StopIteration

    def job() -> Generator[api.Progress, None, list[str]]:
        try:
            yield api.Progress(1, 2)
        finally:
            closed.append(1)
        return []

    closed: list[int] = []
    with pytest.raises(StopIteration):
        run_here(job(), stop)
    assert closed == [1]


def test_a_job_without_steps_returns_at_once() -> None:
    def job() -> Steps:
        yield from ()
        return ["done"]

    assert run_here(job()) == ["done"]
