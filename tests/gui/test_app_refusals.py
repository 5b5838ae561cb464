"""A flood of refused programs is not a flood of messages."""

from __future__ import annotations

from kvault_gui.app.refusals import MOST, WITHIN, Refusals


def test_a_minute_tells_a_few_and_the_next_minute_tells_again() -> None:
    now = [0.0]
    refusals = Refusals(lambda: now[0])
    assert [refusals.may() for _ in range(MOST + 5)] == [True] * MOST + [False] * 5
    now[0] += WITHIN + 1
    assert refusals.may()
