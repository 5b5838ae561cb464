"""The lane of a vault: the one thread that runs its engine. The only file that makes threads.

One owner and one order: the engine needs no locks. Jobs (generators) run a slice at a time, and whatever waits is
served before the next slice, so a short call is never queued behind a whole import. A question blocks the lane until
it is answered: the engine may ask in the middle of an act, and another call let in there would see that act half done.
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

if TYPE_CHECKING:
    from kvault_gui.runtime.hosted import Build, HostedEngine

QUIET = 0.02  # seconds without a call before background work begins
LONGEST_BUSY = 1.0  # seconds after which background work gets a slice between two calls all the same
LARGEST_NUMBER = (1 << 63) - 1

Job = Generator[api.Progress, None, object]


class _Asked(NamedTuple):
    number: int
    call: int
    answers: queue.SimpleQueue[api.Secret | None]


class _Running(NamedTuple):
    number: int
    job: Job


class Lane:
    """Runs one engine on one thread.

    Args:
        post: sends a packed frame and wipes it; called on the lane's thread.
        build: makes the engine, on the lane's thread.
        end: ends the process; called when the lane cannot go on.
    """

    def __init__(self, post: Callable[[bytearray], None], build: Build, end: Callable[[], None]) -> None:
        self._post, self._build, self._end = post, build, end
        self._inbox: queue.SimpleQueue[tuple[frames.Call | frames.Cancel, bytearray]] = queue.SimpleQueue()
        self._jobs: deque[_Running] = deque()
        self._cancelled: set[int] = set()  # calls that nobody waits for; the reading thread adds, the lane removes
        self._asked: _Asked | None = None
        self._questions = 0
        self._current = 0  # the call that runs
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
                self._answer(lambda asked: asked.number == number, value)
            case frames.Cancel(number):
                self._cancelled.add(number)
                self._answer(lambda asked: asked.call == number, None)
                self._inbox.put((frame, body))
            case frames.Call():
                self._inbox.put((frame, body))

    def ask(self, question: api.Question) -> api.Secret:
        """The engine's Prompter, on the lane's thread. Raises CancelledError."""
        self._questions += 1
        asked = self._asked = _Asked(self._questions, self._current, queue.SimpleQueue())
        try:
            # Only now, when put() can see the question, does a look at the cancelled calls miss none.
            if self._current in self._cancelled:
                raise CancelledError
            self._post(frames.pack(frames.Question(asked.number, asked.call, question)))
            answer = asked.answers.get()
        finally:
            self._asked = None
        if answer is None:
            raise CancelledError
        return answer

    def _answer(self, fits: Callable[[_Asked], bool], value: api.Secret | None) -> None:
        asked = self._asked
        if asked is not None and fits(asked):
            asked.answers.put(value)

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
            self._engine = self._build(self, self._emit)
        except Exception as error:  # noqa: BLE001 the border: every failure becomes a frame
            self._post(_failure(0, error))
            return False
        self._post(frames.pack(frames.Ready(__version__)))
        return True

    def _turn(self) -> None:
        waiting = self._next()
        if waiting is not None:
            self._serve(*waiting)
        elif self._jobs:
            self._step()
        else:
            self._idle_in = self._idle()
            return
        if time.monotonic() - self._idled > LONGEST_BUSY:
            self._idle()
        self._idle_in = QUIET

    def _next(self) -> tuple[frames.Call | frames.Cancel, bytearray] | None:
        try:
            return self._inbox.get(block=not self._jobs, timeout=self._idle_in)
        except queue.Empty:
            return None

    def _serve(self, frame: frames.Call | frames.Cancel, body: bytearray) -> None:
        match frame:
            case frames.Call(number, name, raw):
                if number in self._cancelled:
                    frames.wipe(body)
                else:
                    self._start(number, name, raw, body)
            case frames.Cancel(number):
                self._cancelled.discard(number)
                for running in [each for each in self._jobs if each.number == number]:
                    self._jobs.remove(running)
                    self._stop(running)

    def _start(self, number: int, name: str, raw: msgspec.Raw, body: bytearray) -> None:
        self._current = number
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
        part, method = name.split(".")
        return getattr(getattr(self._engine, part), method), [getattr(bound, each) for each in form.names]

    def _step(self) -> None:
        running = self._jobs.popleft()
        number = self._current = running.number
        try:
            reply = frames.pack(frames.Step(number, next(running.job)))
            self._jobs.append(running)
        except StopIteration as stop:
            reply = _result(number, stop.value)
        except Exception as error:  # noqa: BLE001 the border: every failure becomes a frame
            running.job.close()
            reply = _failure(number, error)
        self._post(reply)

    def _stop(self, running: _Running) -> None:
        self._current = running.number
        try:
            running.job.close()
        except Exception as error:  # noqa: BLE001 nobody waits for the job any more, but it must not be silent
            self._emit(_found(error))

    def _idle(self) -> float | None:
        self._current = 0
        try:
            return self._engine.idle()
        except Exception as error:  # noqa: BLE001 background work has no caller who could be told
            self._emit(_found(error))
            return None
        finally:
            self._idled = time.monotonic()

    def _emit(self, event: api.Event) -> None:
        self._post(frames.pack(frames.Event(event)))


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
