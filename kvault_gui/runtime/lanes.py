"""The lanes of the engine process: a thread for the vault, one for each token in use. The only file that makes threads.

The vault's lane runs the engine: one owner and one order, so the engine needs no locks. Jobs (generators) run a slice
at a time, and whatever waits is served before the next slice, so a short call is never queued behind a whole import. A
question of the vault's lane blocks it until it is answered: the engine may ask in the middle of an act, and another
call let in there would see that act half done.

A job hands what waits for a token to that token's lane (``api.OnToken``) and goes on when that has ended; the vault's
lane serves others meanwhile. The tools for recovery shares and pictures have a thread of their own (``BESIDE``).
Steps for one token run one after the other, those for two side by side.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from kvault_gui import __version__
from kvault_gui.engine import api
from kvault_gui.engine.errors import CancelledError, FieldValue, InternalError, InvalidInputError, KvaultError
from kvault_gui.runtime import frames, shapes
from kvault_gui.runtime.asking import Asking

if TYPE_CHECKING:
    from kvault_gui.runtime.hosted import Build, HostedEngine, Watch

QUIET = 0.02  # seconds without a call before background work begins
LONGEST_BUSY = 1.0  # seconds after which background work gets a slice between two calls all the same
WATCH_FOR = 3600.0  # seconds that the watch over tokens waits at a time
WATCHED = ("tokens.", "slots.methods")  # methods whose callers want to know of tokens that come and go
# Need nothing of the vault: with their help a question for recovery shares is answered, while the lane waits for it.
BESIDE = {"tools.scan", "tools.share_words", "tools.check_share"}
LARGEST_NUMBER = (1 << 63) - 1

Job = Generator[api.Progress | api.OnToken, object, object]


class _Running(NamedTuple):
    """A job that goes on when its turn comes, with what its step for a token gave."""

    number: int
    job: Job
    value: object = None
    error: Exception | None = None


class _Back(NamedTuple):
    """A step for a token has ended."""

    number: int
    value: object
    error: Exception | None


_Waiting = tuple[frames.Call | frames.Cancel, bytearray] | _Back


class Lane:
    """Runs one engine on one thread, and what it wants of tokens beside it.

    Args:
        post: sends a packed frame and wipes it; called on the lanes' threads, one at a time.
        build: makes the engine, on the vault's lane.
        end: ends the process; called when a lane cannot go on.
        watch: makes what tells of tokens, on a thread of its own, once somebody asks for tokens.
    """

    def __init__(
        self, post: Callable[[bytearray], None], build: Build, end: Callable[[], None], watch: Callable[[], Watch]
    ) -> None:
        self._send, self._build, self._end, self._make_watch = post, build, end, watch
        self._sending = threading.Lock()
        self._inbox: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        self._jobs: deque[_Running] = deque()
        self._away: dict[int, Job] = {}  # whose step for a token runs or waits
        self._asking = Asking(self._post)
        self._tokens = _TokenLanes(self._run_step)
        self._tools = _TokenLanes(self._run_tool)
        self._watching = False
        self._idle_in: float | None = 0.0
        self._idled = time.monotonic()
        self._engine: HostedEngine

    def start(self) -> None:
        """Begin; the first frame that is posted is Ready, or Failed with number 0."""
        threading.Thread(target=self._run, name="vault", daemon=True).start()

    def put(self, frame: frames.ToEngine, body: bytearray) -> None:
        """Take a frame that arrived, from the reading thread. ``body`` is what it was decoded from."""
        match frame:
            case frames.Answer(number, value):
                frames.wipe(body)
                self._asking.answer(number, value)
            case frames.Cancel(number):
                self._asking.end(number)
                self._inbox.put((frame, body))
            case frames.Call(number, name) if name in BESIDE:
                self._tools.put("tools", number, lambda: self._serve((frame, body)))
            case frames.Call():
                self._inbox.put((frame, body))

    # --- the vault's lane ---

    def _run(self) -> None:
        try:
            if self._prepare():
                while True:
                    self._turn()
        except BaseException:  # noqa: BLE001 a traceback may quote a secret: the end itself is what the window is told
            return
        finally:
            self._end()

    def _prepare(self) -> bool:
        try:
            self._engine = self._build(self._asking, self._emit)
        except Exception as error:  # noqa: BLE001 the border: every failure becomes a frame
            self._post(_failure(0, error))
            return False
        self._post(frames.pack(frames.Ready(__version__)))
        return True

    def _turn(self) -> None:
        waiting = self._next()
        if waiting is not None:
            self._serve(waiting)
        elif self._jobs:
            self._step()
        else:
            self._idle_in = self._idle()
            return
        if time.monotonic() - self._idled > LONGEST_BUSY:
            self._idle()
        self._idle_in = QUIET

    def _next(self) -> _Waiting | None:
        try:
            return self._inbox.get(block=not self._jobs, timeout=self._idle_in)
        except queue.Empty:
            return None

    def _serve(self, waiting: _Waiting) -> None:
        match waiting:
            case _Back(number, value, error):
                running = _Running(number, self._away.pop(number), value, error)
                if self._asking.has_ended(number):
                    self._stop(running)
                else:
                    self._jobs.append(running)
            case (frames.Call(number, name, raw), body):
                if self._asking.has_ended(number):
                    frames.wipe(body)
                    self._post(_failure(number, CancelledError()))
                else:
                    self._start(number, name, raw, body)
            case (frames.Cancel(number), _):
                self._cancel(number)

    def _cancel(self, number: int) -> None:
        if number in self._away:  # closed when its step is back: that may still hold what the job would let go
            return
        self._asking.forget(number)
        for running in [each for each in self._jobs if each.number == number]:
            self._jobs.remove(running)
            self._stop(running)

    def _start(self, number: int, name: str, raw: msgspec.Raw, body: bytearray) -> None:
        self._asking.serve(number)
        try:
            try:
                method, arguments = self._bind(name, raw)
            finally:
                frames.wipe(body)
            value = method(*arguments)
            if isinstance(value, Generator):
                self._jobs.append(_Running(number, value))
                return
            reply = frames.pack_result(number, value)
        except Exception as error:  # noqa: BLE001 the border: every failure becomes a frame
            reply = _failure(number, error)
        self._post(reply)

    def _bind(self, name: str, raw: msgspec.Raw) -> tuple[Callable[..., Any], list[object]]:
        if name not in shapes.methods():
            raise InvalidInputError(reason="The engine has no such method")
        form = shapes.shape(name)
        try:
            bound = msgspec.msgpack.decode(raw, type=form.arguments)
        except frames.VALIDATION_ERRORS:
            # The cause is left out: its text may quote the argument.
            raise InvalidInputError(reason=f"An argument of {name} does not have its form") from None
        if name.startswith(WATCHED):
            self._watch_tokens()
        part, method = name.split(".")
        return getattr(getattr(self._engine, part), method), [getattr(bound, each) for each in form.names]

    def _step(self) -> None:
        running = self._jobs.popleft()
        number, job = running.number, running.job
        self._asking.serve(number)
        try:
            step = job.send(running.value) if running.error is None else job.throw(running.error)
            if isinstance(step, api.OnToken):
                self._tokens.put(step.token, number, step.work)
                self._away[number] = job
                return
            reply = frames.pack(frames.Step(number, step))
            self._jobs.append(_Running(number, job))
        except StopIteration as stop:
            reply = _result(number, stop.value)
        except Exception as error:  # noqa: BLE001 the border: every failure becomes a frame
            job.close()
            reply = _failure(number, error)
        self._post(reply)

    def _stop(self, running: _Running) -> None:
        """Close a job that nobody waits for. It is told all the same that the call is over."""
        self._asking.serve(running.number)
        try:
            running.job.close()
        except Exception as error:  # noqa: BLE001 nobody waits for the job any more, but it must not be silent
            self._emit(_found(error))
        self._asking.forget(running.number)
        self._post(_failure(running.number, CancelledError()))

    def _idle(self) -> float | None:
        self._asking.serve(0)
        try:
            return self._engine.idle()
        except Exception as error:  # noqa: BLE001 background work has no caller who could be told
            self._emit(_found(error))
            return None
        finally:
            self._idled = time.monotonic()

    def _emit(self, event: api.Event) -> None:
        self._post(frames.pack(frames.Event(event)))

    def _post(self, buffer: bytearray) -> None:
        with self._sending:
            self._send(buffer)

    # --- beside it ---

    def _run_step(self, number: int, work: Callable[[], object]) -> None:
        """On a token's lane."""
        self._asking.serve(number)
        value: object = None
        failed: Exception | None = None
        try:
            if not self._asking.has_ended(number):  # while another step had the token
                value = work()
        except Exception as error:  # noqa: BLE001 raised again in the job
            failed = error
        except BaseException:  # noqa: BLE001 as on the vault's lane
            self._end()
            return
        self._inbox.put(_Back(number, value, failed))

    def _run_tool(self, _number: int, work: Callable[[], object]) -> None:
        """On a thread of its own: what needs no vault."""
        try:
            work()
        except BaseException:  # noqa: BLE001 as on the vault's lane
            self._end()

    def _watch_tokens(self) -> None:
        if not self._watching:
            self._watching = True
            threading.Thread(target=self._watch, name="plugged", daemon=True).start()

    def _watch(self) -> None:
        try:
            watch = self._make_watch()
            while True:
                plugged = watch.wait(WATCH_FOR)
                if plugged is not None:
                    self._emit(plugged)
        except Exception as error:  # noqa: BLE001 the thread has no caller who could be told
            self._emit(_found(error))


class _TokenLanes:
    """One thread a token, for as long as there is something to do for it.

    Args:
        run: does one step for a call; raises nothing.
    """

    def __init__(self, run: Callable[[int, Callable[[], object]], None]) -> None:
        self._run = run
        self._changing = threading.Lock()
        self._waiting: dict[str, deque[tuple[int, Callable[[], object]]]] = {}

    def put(self, token: str, number: int, work: Callable[[], object]) -> None:
        """Have ``work`` done on that token's lane after what waits there."""
        with self._changing:
            if token in self._waiting:
                self._waiting[token].append((number, work))
                return
            threading.Thread(target=self._serve, args=(token,), name="token", daemon=True).start()
            self._waiting[token] = deque([(number, work)])

    def _serve(self, token: str) -> None:
        while True:
            with self._changing:
                waiting = self._waiting[token]
                if not waiting:
                    del self._waiting[token]
                    return
                number, work = waiting.popleft()
            self._run(number, work)
            del work  # it may hold what a person typed


def _result(number: int, value: object) -> bytearray:
    try:
        return frames.pack_result(number, value)
    except Exception as error:  # noqa: BLE001 the border: every failure becomes a frame
        return _failure(number, error)


def _failure(number: int, error: Exception) -> bytearray:
    return frames.pack(frames.Failed(number, *_told(error)))


def _found(error: Exception) -> api.Found:
    return api.Found(*_told(error))


def _told(error: Exception) -> tuple[str, dict[str, FieldValue]]:
    """Code and fields; of an exception that is not ours the name alone, for its text may quote a secret."""
    known = error if isinstance(error, KvaultError) else InternalError(kind=type(error).__name__)
    return known.code, {name: _plain(value) for name, value in known.fields.items()}


def _plain(value: object) -> FieldValue:
    if isinstance(value, int) and -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        return value
    return str(value).encode(errors="backslashreplace").decode()
