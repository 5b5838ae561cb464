"""The order in which a lane does its work, seen frame by frame."""

from __future__ import annotations

import contextlib
import queue
import time
from typing import cast

import pytest

from kvault_gui.engine import api
from kvault_gui.engine.errors import CancelledError, LockedError
from kvault_gui.runtime import frames, lanes, shapes
from tests.runtime.stage import Job, Stage, described


def test_what_arrives_during_a_slice_is_served_before_the_next_slice(stage: Stage) -> None:
    def job() -> Job:
        for each in range(1, 4):
            stage.call(10 * each, "secrets.find", "ab")
            stage.call(10 * each + 1, "secrets.find", "abc")
            yield api.Progress(each, 3)
        return 9

    stage.engine.job = job
    stage.call(1, "formats.undo", "batch")
    assert [described(stage.next()) for _ in range(10)] == [
        "step 1 1", "result 10 2", "result 11 3",
        "step 1 2", "result 20 2", "result 21 3",
        "step 1 3", "result 30 2", "result 31 3",
        "result 1 9",
    ]  # fmt: skip


def test_jobs_take_turns_slice_by_slice(stage: Stage) -> None:
    def job() -> Job:
        stage.call(2, "formats.undo", "second") if not begun else None
        begun.append(1)
        for each in range(1, 4):
            yield api.Progress(each, 3)
        return 0

    begun: list[int] = []
    stage.engine.job = job
    stage.call(1, "formats.undo", "first")
    order = " ".join(described(stage.next()) for _ in range(8))
    assert order == "step 1 1 step 1 2 step 2 1 step 1 3 step 2 2 result 1 0 step 2 3 result 2 0"


def test_a_job_does_not_pause_between_its_slices(stage: Stage) -> None:
    slices = 500

    def job() -> Job:
        yield from (api.Progress(each, slices) for each in range(slices))
        return 0

    stage.engine.job = job
    begin = time.monotonic()
    stage.call(1, "formats.undo", "batch")
    while described(stage.next()) != "result 1 0":
        pass
    assert time.monotonic() - begin < slices * lanes.QUIET / 2


def test_a_call_that_was_cancelled_in_the_queue_is_not_run(stage: Stage) -> None:
    def act() -> int:
        ran.append(1)
        if len(ran) == 1:  # while this one runs, two more arrive, and one is taken back
            stage.call(2, "secrets.find", "never")
            stage.call(3, "secrets.find", "runs")
            stage.put(frames.Cancel(2))
        return 7

    ran: list[int] = []
    stage.engine.act = act
    stage.call(1, "secrets.find", "first")
    assert [described(stage.next()) for _ in range(2)] == ["result 1 7", "failed 2 cancelled"]
    assert described(stage.next()) == "result 3 7"
    assert len(ran) == 2


def test_a_job_cancelled_during_a_slice_does_no_other_slice(stage: Stage) -> None:
    def job() -> Job:
        try:
            stage.put(frames.Cancel(1))
            stage.call(2, "secrets.find", "ab")
            yield api.Progress(1, 2)
            raise AssertionError("a second slice")
        finally:
            closed.append(1)

    closed: list[int] = []
    stage.engine.job = job
    stage.call(1, "formats.undo", "batch")
    assert [described(stage.next()) for _ in range(3)] == ["step 1 1", "failed 1 cancelled", "result 2 2"]
    assert closed == [1]


def test_a_job_that_fails_while_it_is_cancelled_is_told_as_an_event(stage: Stage) -> None:
    def job() -> Job:
        try:
            stage.put(frames.Cancel(1))
            yield api.Progress(1, 2)
        except GeneratorExit:
            raise LockedError from None
        return 0

    stage.engine.job = job
    stage.call(1, "formats.undo", "batch")
    assert described(stage.next()) == "step 1 1"
    assert stage.next() == frames.Event(api.Found("locked", {}))


def test_a_call_cancelled_before_it_asks_is_cancelled_at_its_question(stage: Stage) -> None:
    def act() -> int:
        stage.put(frames.Cancel(1))
        with pytest.raises(CancelledError):
            stage.engine.prompter.ask(api.AskSecret("", "", None))
        return 5

    stage.engine.act = act
    stage.call(1, "secrets.find", "asks")
    assert described(stage.next()) == "result 1 5"


def test_an_answer_to_another_question_is_ignored(stage: Stage) -> None:
    def act() -> int:
        return int(stage.engine.prompter.ask(api.AskSecret("", "", None)).text())

    stage.engine.act = act
    stage.call(1, "secrets.find", "asks")
    question = stage.next()
    assert isinstance(question, frames.Question)
    assert question.call == 1
    stage.put(frames.Answer(question.id + 1, api.Secret.of("6")))
    stage.put(frames.Answer(question.id, api.Secret.of("7")))
    assert described(stage.next()) == "result 1 7"
    stage.put(frames.Answer(question.id, api.Secret.of("8")))  # too late, and nobody minds
    stage.call(2, "secrets.find", "asks")
    again = stage.next()
    assert isinstance(again, frames.Question)
    stage.put(frames.Answer(again.id, None))
    assert described(stage.next()) == "failed 2 cancelled"


def test_shares_are_checked_while_the_vaults_lane_waits_for_them(stage: Stage) -> None:
    def act() -> int:
        return int(stage.engine.prompter.ask(api.AskShares("", "", "", [], 1)).text())

    stage.engine.act = act
    stage.call(1, "secrets.find", "asks")
    question = stage.next()
    assert isinstance(question, frames.Question)
    stage.call(2, "tools.share_words", "aca")
    assert described(stage.next()) == "result 2 ['aca']"
    stage.put(frames.Answer(question.id, api.Secret.of("7")))
    assert described(stage.next()) == "result 1 7"


def test_background_work_goes_on_until_it_wishes_no_more_and_again_after_a_call(stage: Stage) -> None:
    idled = stage.engine.idled
    assert idled.acquire(timeout=10)
    assert not idled.acquire(blocking=False)
    stage.engine.wishes = [0.0, 0.001]
    stage.call(1, "secrets.find", "ab")
    stage.next()
    for _ in range(3):
        assert idled.acquire(timeout=10)


def test_background_work_gets_a_slice_now_and_then_even_while_a_job_runs(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def job() -> Job:
        for each in range(5):
            yield api.Progress(each, 5)
            idled.append(stage.engine.idled.acquire(blocking=False))
        return 0

    idled: list[bool] = []
    assert stage.engine.idled.acquire(timeout=10)
    monkeypatch.setattr(lanes, "LONGEST_BUSY", 0.0)
    stage.engine.job = job
    stage.call(1, "formats.undo", "batch")
    while described(stage.next()) != "result 1 0":
        pass
    assert idled == [True] * 5


def test_background_work_that_fails_is_told_as_an_event_and_the_lane_lives(stage: Stage) -> None:
    assert stage.engine.idled.acquire(timeout=10)
    stage.engine.wishes = [ValueError("hunter2")]
    stage.call(1, "secrets.find", "ab")
    assert described(stage.next()) == "result 1 2"
    assert stage.next() == frames.Event(api.Found("internal", {"kind": "ValueError"}))
    stage.call(2, "secrets.find", "abc")
    assert described(stage.next()) == "result 2 3"


def test_a_result_that_cannot_be_sent_is_an_error_of_that_call_alone(stage: Stage) -> None:
    def act() -> int:
        return cast("int", results.pop())

    results: list[object] = [3, "caf\udce9", object()]
    stage.engine.act = act
    for number in (1, 2, 3):
        stage.call(number, "secrets.find", "ab")
    told = [described(stage.next()) for _ in range(3)]
    assert told == ["failed 1 internal", "failed 2 invalid-input", "result 3 3"]


def test_fields_of_an_error_that_are_no_plain_values_do_not_stop_it(stage: Stage) -> None:
    def act() -> int:
        error = LockedError()
        error.fields = {"path": "caf\udce9", "count": 1 << 80}
        raise error

    stage.engine.act = act
    stage.call(1, "secrets.find", "ab")
    assert stage.next() == frames.Failed(1, "locked", {"path": "caf\\udce9", "count": str(1 << 80)})


def test_what_is_no_exception_ends_the_lane() -> None:
    made = Stage()
    made.lane.start()
    made.next()

    def act() -> int:
        raise SystemExit

    made.engine.act = act
    made.call(1, "secrets.find", "ab")
    assert made.ended.wait(10)
    with contextlib.suppress(queue.Empty):
        made._posted.get_nowait()
        raise AssertionError("something was posted")


def test_arguments_are_overwritten_once_they_are_decoded(stage: Stage) -> None:
    name = "secrets.find"
    body = frames.pack_call(1, name, shapes.shape(name).arguments("hunter2"))[frames.HEAD :]
    seen: list[bytes] = []

    def act() -> int:
        seen.append(bytes(body))
        return 1

    stage.engine.act = act
    stage.lane.put(frames.read_for_engine(body), body)
    assert described(stage.next()) == "result 1 1"
    assert seen == [bytes(len(body))]
