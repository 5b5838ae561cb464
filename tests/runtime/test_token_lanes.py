"""Steps for tokens run beside the vault's lane, seen frame by frame."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine import api
from kvault_gui.engine.errors import CancelledError, LockedError, PinBlockedError
from kvault_gui.runtime import frames
from tests.runtime.stage import Job, Stage, described

if TYPE_CHECKING:
    from collections.abc import Callable

TOUCH = api.AskTouch("YubiKey 5C", 30)


class Token:
    """A token that is touched when the test says so."""

    def __init__(self) -> None:
        self.waits = threading.Event()
        self.touched = threading.Event()

    def touch(self) -> int:
        self.waits.set()
        assert self.touched.wait(10)
        return 7


def one_step(token: str, work: Callable[[], int]) -> Callable[[], Job]:
    def job() -> Job:
        return (yield from api.on_token(token, work))

    return job


def question(stage: Stage) -> frames.Question:
    frame = stage.next()
    assert isinstance(frame, frames.Question)
    return frame


def test_calls_and_other_jobs_are_served_while_a_token_waits_for_its_touch(stage: Stage) -> None:
    token = Token()

    def other() -> Job:
        yield api.Progress(1, 1)
        return 5

    stage.engine.jobs = {"touch": one_step("hid:1", token.touch), "other": other}
    stage.call(1, "tokens.module", "touch")
    assert token.waits.wait(10)
    begin = time.monotonic()
    stage.call(2, "secrets.find", "ab")
    assert described(stage.next()) == "result 2 2"
    assert time.monotonic() - begin < 0.05
    stage.call(3, "formats.undo", "other")
    assert [described(stage.next()) for _ in range(2)] == ["step 3 1", "result 3 5"]
    token.touched.set()
    assert described(stage.next()) == "result 1 7"


def test_what_a_step_gives_comes_back_to_the_job_on_the_vaults_lane(stage: Stage) -> None:
    def job() -> Job:
        threads.append(threading.current_thread().name)
        threads.append((yield from api.on_token("hid:1", lambda: threading.current_thread().name)))
        threads.append(threading.current_thread().name)
        yield api.Progress(1, 1)
        return 3

    threads: list[str] = []
    stage.engine.job = job
    stage.call(1, "formats.undo", "batch")
    assert [described(stage.next()) for _ in range(2)] == ["step 1 1", "result 1 3"]
    assert threads == ["vault", "token", "vault"]


def test_what_a_step_raises_is_raised_in_the_job_which_may_go_on(stage: Stage) -> None:
    def fail() -> int:
        raise LockedError

    def job() -> Job:
        with pytest.raises(LockedError):
            yield from api.on_token("hid:1", fail)
        return (yield from api.on_token("hid:2", lambda: 4))

    stage.engine.job = job
    stage.call(1, "formats.undo", "batch")
    assert described(stage.next()) == "result 1 4"


def test_an_error_of_a_step_that_the_job_does_not_catch_is_the_calls_error(stage: Stage) -> None:
    def fail() -> int:
        raise PinBlockedError(name="YubiKey", help="Use its PUK.")

    stage.engine.job = one_step("hid:1", fail)
    stage.call(1, "formats.undo", "batch")
    assert stage.next() == frames.Failed(1, "pin-blocked", {"name": "YubiKey", "help": "Use its PUK."})


def test_of_a_foreign_exception_in_a_step_only_the_name_crosses(stage: Stage) -> None:
    stage.engine.job = one_step("hid:1", lambda: int("1234-is-the-pin"))
    stage.call(1, "formats.undo", "batch")
    assert stage.next() == frames.Failed(1, "internal", {"kind": "ValueError"})


def test_steps_for_two_tokens_run_side_by_side(stage: Stage) -> None:
    first, second = Token(), Token()
    stage.engine.jobs = {"first": one_step("hid:1", first.touch), "second": one_step("hid:2", second.touch)}
    stage.call(1, "formats.undo", "first")
    stage.call(2, "formats.undo", "second")
    assert first.waits.wait(10)
    assert second.waits.wait(10)
    second.touched.set()
    assert described(stage.next()) == "result 2 7"
    first.touched.set()
    assert described(stage.next()) == "result 1 7"


def test_steps_for_one_token_run_one_after_the_other_in_their_order(stage: Stage) -> None:
    def noted(number: int) -> Callable[[], int]:
        def work() -> int:
            ran.append(number)
            return 0

        return work

    token = Token()
    ran: list[int] = []
    stage.engine.jobs = {"touch": one_step("hid:1", token.touch)}
    for each in (2, 3, 4):
        stage.engine.jobs[str(each)] = one_step("hid:1", noted(each))
    stage.call(1, "formats.undo", "touch")
    assert token.waits.wait(10)
    for each in (2, 3, 4):
        stage.call(each, "formats.undo", str(each))
    stage.call(5, "secrets.find", "ab")
    assert described(stage.next()) == "result 5 2"
    assert ran == []
    token.touched.set()
    assert [described(stage.next()) for _ in range(4)] == ["result 1 7", "result 2 0", "result 3 0", "result 4 0"]
    assert ran == [2, 3, 4]


def test_a_tokens_thread_ends_when_nothing_waits_for_it(stage: Stage) -> None:
    threads: list[threading.Thread] = []

    def work() -> int:
        threads.append(threading.current_thread())
        return 1

    stage.engine.job = one_step("hid:1", work)
    for number in (1, 2):
        stage.call(number, "formats.undo", "batch")
        assert described(stage.next()) == f"result {number} 1"
        threads[-1].join(10)
        assert not threads[-1].is_alive()


def test_a_job_that_is_cancelled_during_its_step_is_closed_when_the_step_is_back(stage: Stage) -> None:
    def job() -> Job:
        try:
            return (yield from api.on_token("hid:1", token.touch))
        finally:
            closed.append(token.touched.is_set())

    token = Token()
    closed: list[bool] = []
    stage.engine.job = job
    stage.call(1, "formats.undo", "batch")
    assert token.waits.wait(10)
    stage.put(frames.Cancel(1))
    stage.call(2, "secrets.find", "ab")
    assert described(stage.next()) == "result 2 2"
    assert closed == []
    token.touched.set()
    assert described(stage.next()) == "failed 1 cancelled"
    assert closed == [True]


def test_a_step_that_was_cancelled_while_another_had_the_token_is_not_run(stage: Stage) -> None:
    def second() -> Job:
        begun.set()
        yield from api.on_token("hid:1", lambda: ran.append(1))
        return 0

    token, begun = Token(), threading.Event()
    ran: list[int] = []
    stage.engine.jobs = {"touch": one_step("hid:1", token.touch), "second": second}
    stage.call(1, "formats.undo", "touch")
    assert token.waits.wait(10)
    stage.call(2, "formats.undo", "second")
    assert begun.wait(10)
    stage.put(frames.Cancel(2))
    stage.call(3, "secrets.find", "ab")
    assert described(stage.next()) == "result 3 2"
    token.touched.set()
    assert {described(stage.next()), described(stage.next())} == {"result 1 7", "failed 2 cancelled"}
    assert ran == []


def test_a_question_of_a_tokens_lane_blocks_that_lane_alone_and_belongs_to_its_call(stage: Stage) -> None:
    def pin() -> int:
        return int(stage.engine.prompter.ask(api.AskSecret("", "PIN", 3)).text())

    stage.engine.jobs = {"first": one_step("hid:1", pin), "second": one_step("hid:2", pin)}
    stage.call(1, "formats.undo", "first")
    first = question(stage)
    stage.call(2, "formats.undo", "second")
    second = question(stage)
    assert (first.call, second.call) == (1, 2)
    stage.call(3, "secrets.find", "ab")
    assert described(stage.next()) == "result 3 2"
    stage.put(frames.Answer(second.id, api.Secret.of("22")))
    assert described(stage.next()) == "result 2 22"
    stage.put(frames.Answer(first.id, api.Secret.of("11")))
    assert described(stage.next()) == "result 1 11"


def test_the_vaults_lane_may_ask_while_a_tokens_lane_asks(stage: Stage) -> None:
    def ask() -> int:
        return int(stage.engine.prompter.ask(api.AskSecret("", "", None)).text())

    stage.engine.job, stage.engine.act = one_step("hid:1", ask), ask
    stage.call(1, "formats.undo", "batch")
    token = question(stage)
    stage.call(2, "secrets.find", "asks")
    vault = question(stage)
    assert (token.call, vault.call) == (1, 2)
    stage.put(frames.Answer(token.id, api.Secret.of("11")))
    stage.put(frames.Answer(vault.id, api.Secret.of("22")))
    assert {described(stage.next()), described(stage.next())} == {"result 1 11", "result 2 22"}


def test_a_question_that_a_cancelled_step_asks_is_cancelled(stage: Stage) -> None:
    def work() -> int:
        token.touch()
        asked.append(1)
        return int(stage.engine.prompter.ask(api.AskSecret("", "PIN", 3)).text())

    token = Token()
    asked: list[int] = []
    stage.engine.job = one_step("hid:1", work)
    stage.call(1, "formats.undo", "batch")
    assert token.waits.wait(10)
    stage.put(frames.Cancel(1))
    token.touched.set()
    assert described(stage.next()) == "failed 1 cancelled"
    assert asked == [1]


def test_a_request_for_a_touch_is_withdrawn_when_it_was_touched(stage: Stage) -> None:
    def work() -> int:
        with stage.engine.prompter.during(TOUCH) as cancelled:
            token.touch()
            return int(cancelled())

    token = Token()
    stage.engine.job = one_step("hid:1", work)
    stage.call(1, "formats.undo", "batch")
    asked = question(stage)
    assert (asked.call, asked.what) == (1, TOUCH)
    token.touched.set()
    assert [described(stage.next()) for _ in range(2)] == [f"withdrawn {asked.id}", "result 1 0"]


@pytest.mark.parametrize("how", ["the person", "the caller"])
def test_a_request_for_a_touch_tells_that_it_was_cancelled(stage: Stage, how: str) -> None:
    def touch() -> int:
        with stage.engine.prompter.during(TOUCH) as cancelled:
            while not cancelled():
                assert not ended.wait(0.001)
            raise CancelledError

    ended = threading.Event()
    stage.engine.act = touch  # as an unlock does, on the vault's lane
    stage.call(1, "secrets.find", "touch")
    asked = question(stage)
    stage.put(frames.Answer(asked.id, None) if how == "the person" else frames.Cancel(1))
    assert [described(stage.next()) for _ in range(2)] == [f"withdrawn {asked.id}", "failed 1 cancelled"]


def test_a_request_is_withdrawn_also_when_its_block_fails(stage: Stage) -> None:
    def fail() -> int:
        with stage.engine.prompter.during(api.AskPlug("YubiKey 5C", "")):
            raise LockedError

    stage.engine.job = one_step("hid:1", fail)
    stage.call(1, "formats.undo", "batch")
    asked = question(stage)
    assert [described(stage.next()) for _ in range(2)] == [f"withdrawn {asked.id}", "failed 1 locked"]


def test_an_answer_that_comes_after_the_touch_is_overwritten(stage: Stage) -> None:
    late = api.Secret.of("hunter2")
    stage.put(frames.Answer(99, late))
    assert late.value == b""


def test_what_is_no_exception_in_a_step_ends_the_process() -> None:
    def stop() -> int:
        raise SystemExit

    made = Stage()
    made.lane.start()
    made.next()
    made.engine.job = one_step("hid:1", stop)
    made.call(1, "formats.undo", "batch")
    assert made.ended.wait(10)


def test_tokens_are_watched_once_somebody_asks_for_them_and_not_before(stage: Stage) -> None:
    stage.call(1, "secrets.find", "ab")
    assert described(stage.next()) == "result 1 2"
    assert stage.watches == 0
    stage.engine.job = one_step("hid:1", lambda: 1)
    for number in (2, 3):
        stage.call(number, "tokens.module", "any")
        assert described(stage.next()) == f"result {number} 1"
    for plugged in (api.Plugged([]), api.Plugged(["hid:1"])):
        stage.plugs.put(plugged)
        assert stage.next() == frames.Event(plugged)
    assert stage.watches == 1


def test_a_watch_that_fails_is_told_as_an_event(stage: Stage) -> None:
    stage.engine.job = one_step("hid:1", lambda: 1)
    stage.call(2, "tokens.module", "any")
    stage.next()
    stage.plugs.put(OSError("no"))
    assert stage.next() == frames.Event(api.Found("internal", {"kind": "OSError"}))
