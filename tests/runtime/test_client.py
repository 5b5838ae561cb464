"""Calls, jobs, questions and events over a real engine process."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import time

import pytest

from kvault_gui.engine import api
from kvault_gui.engine.errors import (
    CancelledError,
    EngineGoneError,
    EntryNotFoundError,
    InternalError,
    InvalidInputError,
    LockedError,
    TooLargeError,
)
from kvault_gui.runtime import frames
from kvault_gui.runtime.client import CLOSE_LIMIT, EngineClient, error_of
from kvault_gui.runtime.spawn import spawn
from tests.runtime.border import PROGRAM, Border, border, never_answers

LONG = "100000"  # slices: longer than any test waits
VIEW = api.View()


def entry(value: bytes) -> api.EntryInput:
    field = api.FieldInput("password", api.FieldType.SECRET, protected=True, value=api.Secret(bytearray(value)))
    return api.EntryInput(api.Kind.CREDENTIAL, "Title", "work", [field])


async def begun(made: Border) -> asyncio.Task[int]:
    """A long job that has done its first slice."""
    first = asyncio.Event()
    job = asyncio.create_task(made.client.formats.undo(LONG, on_progress=lambda _: first.set()))
    await first.wait()
    return job


def test_a_call_brings_back_what_the_engine_returned() -> None:
    async def run() -> None:
        async with border() as made:
            assert (await made.client.tools.generate(api.Recipe(length=12))).text() == "x" * 12
            rows = await made.client.secrets.page(VIEW, api.Place(b"k", 5), limit=3)
            assert [row.id for row in rows] == [5, 6, 7]

    asyncio.run(run())


def test_a_value_comes_back_as_it_was_stored_however_large() -> None:
    async def run() -> None:
        async with border() as made:
            for value in (b"", b"hunter2", os.urandom(api.MAX_FILE)):
                number = await made.client.secrets.create(entry(value))
                assert (await made.client.secrets.reveal(number, "password", api.Use.SHOW)).value == value

    asyncio.run(run())


def test_what_is_too_large_for_a_frame_is_an_error_and_the_engine_lives() -> None:
    async def run() -> None:
        async with border() as made:
            with pytest.raises(TooLargeError):
                await made.client.secrets.create(entry(bytes(frames.MAX_LARGE_FRAME)))
            assert await made.client.secrets.find("abc") == 3

    asyncio.run(run())


def test_the_engines_errors_are_raised_again_with_their_fields() -> None:
    async def run() -> None:
        async with border() as made:
            with pytest.raises(EntryNotFoundError) as caught:
                await made.client.secrets.get(7)
            assert caught.value.fields == {"name": "number 7"}
            with pytest.raises(LockedError):
                await made.client.vaults.check()

    asyncio.run(run())


def test_of_a_foreign_exception_only_the_name_crosses() -> None:
    async def run() -> None:
        async with border() as made:
            with pytest.raises(InternalError) as caught:
                await made.client.secrets.get(0)
            assert caught.value.fields == {"kind": "ZeroDivisionError"}

    asyncio.run(run())


def test_an_unknown_or_ill_formed_error_is_still_an_error() -> None:
    assert error_of("from-the-future", {}).fields == {"kind": "from-the-future"}
    assert error_of("entry-not-found", {}).fields == {"kind": "EntryNotFoundError"}
    assert isinstance(error_of("locked", {}), LockedError)


def test_an_argument_of_the_wrong_form_is_refused_by_the_engine_without_quoting_it() -> None:
    async def run() -> None:
        async with border() as made:
            with pytest.raises(InvalidInputError) as caught:
                await made.client.secrets.get("hunter2")  # type: ignore[arg-type]
            assert "hunter2" not in str(caught.value)
            with pytest.raises(InvalidInputError):
                await made.client.vaults.probe("caf\udce9")

    asyncio.run(run())


def test_a_job_tells_its_progress_in_order_and_then_its_result() -> None:
    async def run() -> None:
        seen: list[api.Progress] = []
        async with border() as made:
            assert await made.client.formats.undo("5", on_progress=seen.append) == 5
        assert seen == [api.Progress(each, 5, "slice") for each in range(1, 6)]

    asyncio.run(run())


def test_short_calls_are_served_while_a_long_job_runs() -> None:
    async def run() -> None:
        async with border() as made:
            job = await begun(made)
            number = await made.client.secrets.create(entry(b"hunter2"))
            before = await made.client.secrets.count(VIEW)
            for _ in range(20):
                await made.client.secrets.reveal(number, "password", api.Use.SHOW)
            assert before < await made.client.secrets.count(VIEW) < int(LONG)
            assert not job.done()
            job.cancel()

    asyncio.run(run())


def test_cancelling_a_job_closes_it_in_the_engine() -> None:
    async def run() -> None:
        async with border() as made:
            job = await begun(made)
            job.cancel()
            with pytest.raises(asyncio.CancelledError):
                await job
            stopped = await made.client.secrets.count(VIEW)
            assert await made.client.secrets.count(VIEW) == stopped
            assert api.Recorded(-stopped) in made.events, "the job was not closed"

    asyncio.run(run())


def test_a_cancelled_call_that_has_not_begun_is_never_run() -> None:
    async def run() -> None:
        async with border(never_answers()) as made:
            blocker = asyncio.create_task(made.client.secrets.move([1], "blocks the lane"))
            await made.asked.wait()
            queued = asyncio.create_task(made.client.secrets.create(entry(b"x")))
            await asyncio.sleep(0)
            for task in (queued, blocker):
                task.cancel()
            await asyncio.gather(queued, blocker, return_exceptions=True)
            assert await made.client.secrets.create(entry(b"y")) == 1

    asyncio.run(run())


def test_a_question_reaches_the_person_and_the_answer_the_engine() -> None:
    async def answer(question: api.Question) -> api.Secret:
        assert question == api.AskSecret("Export", "Your password", None)
        given.append(api.Secret.of("hunter2"))
        return given[0]

    async def run() -> None:
        async with border(answer) as made:
            done = await made.client.formats.save("/x", api.SourceFormat.CSV, None)
            assert done.dropped == ["hunter2"]
            assert given[0].value == b"", "the answer was not wiped after it was sent"

    given: list[api.Secret] = []
    asyncio.run(run())


def test_a_refused_question_raises_cancelled_in_the_engine_and_here() -> None:
    async def refuse(_: api.Question) -> api.Secret:
        raise CancelledError

    async def run() -> None:
        async with border(refuse) as made:
            with pytest.raises(CancelledError):
                await made.client.formats.save("/x", api.SourceFormat.CSV, None)
            assert await made.client.secrets.find("still alive") == 11

    asyncio.run(run())


def test_a_prompter_that_fails_cancels_the_question_and_is_reported() -> None:
    async def fail(_: api.Question) -> api.Secret:
        raise RuntimeError("no screen")

    async def run() -> None:
        reported: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, what: reported.append(what["message"]))
        async with border(fail) as made:
            with pytest.raises(CancelledError):
                await made.client.formats.save("/x", api.SourceFormat.CSV, None)
        assert reported == ["The prompter failed"]

    asyncio.run(run())


def test_an_answer_too_large_to_send_cancels_the_question_and_is_reported() -> None:
    async def answer(_: api.Question) -> api.Secret:
        return api.Secret(bytearray(frames.MAX_FRAME))

    async def run() -> None:
        reported: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, what: reported.append(type(what["exception"])))
        async with border(answer) as made:
            with pytest.raises(CancelledError):
                await made.client.formats.save("/x", api.SourceFormat.CSV, None)
        assert reported == [TooLargeError]

    asyncio.run(run())


def test_cancelling_what_asked_takes_the_question_away() -> None:
    async def run() -> None:
        async with border(never_answers()) as made:
            job = asyncio.create_task(made.client.formats.save("/x", api.SourceFormat.CSV, None))
            await made.asked.wait()
            job.cancel()
            with pytest.raises(asyncio.CancelledError):
                await job
            assert await made.client.secrets.find("the lane is free") == 16

    asyncio.run(run())


def test_events_arrive_in_order() -> None:
    async def answer(_: api.Question) -> api.Secret:
        return api.Secret.of("abc")

    async def run() -> None:
        async with border(answer) as made:
            await made.client.secrets.move([], "work")
            letters = [each for each in made.events if isinstance(each, api.Recorded) and each.number > 0]
            assert letters == [api.Recorded(97), api.Recorded(98), api.Recorded(99)]

    asyncio.run(run())


def test_the_idle_engine_gets_its_slices_until_it_wants_no_more() -> None:
    async def run() -> None:
        async with border() as made:
            await made.seen(api.Recorded(-1_000_003))
            # None was wished: nothing more before the next call.
            assert (await made.client.vaults.probe("/")).name == "idle 3"

    asyncio.run(run())


def test_a_killed_engine_ends_what_waits_and_is_told() -> None:
    async def run() -> None:
        async with border() as made:
            job = await begun(made)
            os.kill(made.client.pid, signal.SIGKILL)
            with pytest.raises(EngineGoneError):
                await job
            await asyncio.wait_for(made.gone.wait(), 2)
            with pytest.raises(EngineGoneError):
                await made.client.secrets.find("x")
            assert await made.client.close() is None

    asyncio.run(run())


def test_kill_ends_a_call_in_the_middle_of_a_statement_without_calling_it_gone() -> None:
    async def run() -> None:
        async with border() as made:
            call = asyncio.create_task(made.client.tools.selftest())
            await asyncio.sleep(0)
            made.client.kill()
            with pytest.raises(EngineGoneError):
                await call
            await made.client.close()
            assert not made.gone.is_set()
            with pytest.raises(ProcessLookupError):
                os.kill(made.client.pid, 0)

    asyncio.run(run())


def test_closing_in_the_middle_of_a_job_stops_it_and_closes_the_vault() -> None:
    async def run() -> None:
        async with border() as made:
            job = await begun(made)
            begin = time.monotonic()
            assert await made.client.close() is None
            assert time.monotonic() - begin < CLOSE_LIMIT
            with pytest.raises(EngineGoneError):
                await job
            stopped = [each for each in made.events if isinstance(each, api.Recorded) and -1_000_000 < each.number < 0]
            assert len(stopped) == 1, "the job was not closed"
            assert made.events[-1] == api.Found("closed", {}), "the vault was not closed"
            assert not made.gone.is_set()

    asyncio.run(run())


def test_closing_lets_short_calls_that_wait_finish_first() -> None:
    async def run() -> None:
        async with border() as made:
            saved = asyncio.create_task(made.client.secrets.create(entry(b"a draft")))
            await asyncio.sleep(0)
            await made.client.close()
            assert await saved == 1

    asyncio.run(run())


def test_closing_during_a_question_takes_the_question_away() -> None:
    async def run() -> None:
        async with border(never_answers()) as made:
            job = asyncio.create_task(made.client.formats.save("/x", api.SourceFormat.CSV, None))
            await made.asked.wait()
            await made.client.close()
            assert made.events[-1] == api.Found("closed", {}), "the lane was still waiting for the answer"
            with pytest.raises(EngineGoneError):
                await job

    asyncio.run(run())


def test_closing_an_engine_that_does_not_listen_kills_it_after_two_seconds() -> None:
    async def run() -> None:
        async with border() as made:
            call = asyncio.create_task(made.client.tools.selftest())
            await asyncio.sleep(0)
            begin = time.monotonic()
            await made.client.close()
            assert CLOSE_LIMIT - 0.1 < time.monotonic() - begin < CLOSE_LIMIT + 1
            with pytest.raises(EngineGoneError):
                await call
            with pytest.raises(ProcessLookupError):
                os.kill(made.client.pid, 0)

    asyncio.run(run())


def test_an_engine_that_cannot_start_says_why() -> None:
    async def run() -> None:
        with pytest.raises(InternalError) as caught:
            async with border(where="cannot start"):
                pass
        assert caught.value.fields == {"kind": "ModuleNotFoundError"}

    asyncio.run(run())


def test_an_engine_that_ends_before_it_is_ready_is_gone(tmp_path: os.PathLike[str]) -> None:
    program = os.path.join(tmp_path, "ends.py")  # noqa: PTH118 spawn takes text
    with open(program, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("raise SystemExit(1)")

    async def run() -> None:
        made = Border(None)
        with pytest.raises(EngineGoneError):
            await EngineClient.attach(spawn("test", program=program), made)

    asyncio.run(run())


def test_giving_up_while_the_engine_starts_ends_its_process() -> None:
    async def run() -> None:
        spawned = spawn("test", program=PROGRAM)
        attaching = asyncio.create_task(EngineClient.attach(spawned, Border(None)))
        await asyncio.sleep(0)
        attaching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await attaching
        assert spawned.process.returncode == -signal.SIGKILL

    asyncio.run(run())


@pytest.mark.parametrize("junk", [b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", b"\x00\x00\x00\x03\xc1\xc1\xc1"])
def test_junk_on_the_socket_ends_the_engine(junk: bytes) -> None:
    async def run() -> None:
        async with border() as made:
            made.client._channel.send(bytearray(junk))
            with pytest.raises(EngineGoneError):
                await made.client.tools.selftest()
            await asyncio.wait_for(made.gone.wait(), 2)

    asyncio.run(run())


def test_junk_from_the_engine_ends_the_connection(tmp_path: os.PathLike[str]) -> None:
    program = os.path.join(tmp_path, "junk.py")  # noqa: PTH118 spawn takes text
    with open(program, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("import os, signal; os.write(0, b'\\0\\0\\0\\3\\xc1\\xc1\\xc1'); signal.pause()")

    async def run() -> None:
        made = Border(None)
        with pytest.raises(EngineGoneError):
            await EngineClient.attach(spawn("test", program=program), made)

    asyncio.run(run())


def test_nothing_is_left_open_after_closing() -> None:
    async def run() -> None:
        for _ in range(3):
            async with border() as made:
                await made.client.secrets.find("x")

    before = set(os.listdir("/proc/self/fd"))  # noqa: PTH208
    asyncio.run(run())
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) <= len(before)  # noqa: PTH208
