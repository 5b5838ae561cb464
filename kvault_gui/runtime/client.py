"""The engine in its own process, as window and services see it. asyncio, no Qt."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Any, Concatenate, NamedTuple, ParamSpec, Protocol, TypeVar, cast

from kvault_gui import __version__
from kvault_gui.engine.errors import (
    CancelledError,
    EngineGoneError,
    FieldValue,
    InternalError,
    KvaultError,
    TooLargeError,
    all_errors,
)
from kvault_gui.runtime import frames, proxy, shapes
from kvault_gui.runtime.channel import Channel
from kvault_gui.runtime.exits import ExitWatch

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator

    from kvault_gui.engine import api
    from kvault_gui.runtime.calls import OnProgress
    from kvault_gui.runtime.spawn import Spawned

P = ParamSpec("P")
R = TypeVar("R")
START_LIMIT = 30.0  # seconds until "ready"
CLOSE_LIMIT = 2.0  # seconds for a tidy end
SETTLE_LIMIT = 1.0  # seconds for what was cancelled to end
REAP_LIMIT = 1.0  # seconds for the kernel to take a killed process away


class AsyncPrompter(Protocol):
    """Asks the person who sits there."""

    def ask(self, question: api.Question) -> Coroutine[Any, Any, api.Secret]:
        """A coroutine (``async def``) for the answer, which is wiped once it is sent. Raises errors.CancelledError."""
        ...


class _Waiting(NamedTuple):
    future: asyncio.Future[object]
    shape: shapes.Shape
    on_progress: OnProgress | None


class EngineClient:
    """One engine process. Its parts are those of ``engine.api.Engine``, with async methods.

    Every call raises the engine's own errors, EngineGoneError when the process has ended, TooLargeError for more than
    one frame can carry, and InvalidInputError for text that is not Unicode. Cancelling the task that awaits a job
    cancels the job; cancelling one that awaits a short call takes it from the queue if it has not begun. Paths are
    absolute. All methods are for the thread of the loop.
    """

    def __init__(self, spawned: Spawned, prompter: AsyncPrompter, on_event: Callable[[api.Event], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._process, self._prompter, self._on_event = spawned.process, prompter, on_event
        self._numbers = itertools.count(1)
        self._waiting: dict[int, _Waiting] = {}
        self._cancelled: set[int] = set()  # that the engine has not ended yet
        self._settled: asyncio.Future[None] | None = None
        self._asking: dict[int, tuple[frames.Question, asyncio.Task[api.Secret]]] = {}
        self._on_gone: list[Callable[[], None]] = []
        self._told_to_end = False
        self._ended = False
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._exited: asyncio.Future[None] = self._loop.create_future()
        self._channel = Channel(spawned.socket, self._received, self._end)
        self._watch = ExitWatch(spawned.process, self._reaped)
        self.vaults = proxy.Vaults(self)
        self.tools = proxy.Tools(self)
        self.secrets = proxy.Secrets(self)
        self.namespaces = proxy.Namespaces(self)
        self.drafts = proxy.Drafts(self)
        self.audit = proxy.Audit(self)
        self.slots = proxy.Slots(self)
        self.tokens = proxy.Tokens(self)
        self.quick = proxy.Quick(self)
        self.formats = proxy.Formats(self)

    @classmethod
    async def attach(
        cls, spawned: Spawned, prompter: AsyncPrompter, on_event: Callable[[api.Event], None] = lambda _: None
    ) -> EngineClient:
        """Take over a started process and wait until it is hardened and ready.

        Args:
            spawned: from ``spawn``; ended if this fails or is cancelled.
            prompter: answers the engine's questions.
            on_event: called on the loop for each event of the engine.

        Raises:
            EngineGoneError: it ended before it was ready, or took over 30 s.
            KvaultError: what it could not start for.
        """
        client = cls(spawned, prompter, on_event)
        try:
            async with asyncio.timeout(START_LIMIT):
                await client._ready
        except TimeoutError:
            await client._end_now()
            raise EngineGoneError from None
        except BaseException:
            await client._end_now()
            raise
        return client

    @property
    def pid(self) -> int:
        """The engine's process id."""
        return self._process.pid

    def on_gone(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` on the loop if the engine ends without close() or kill()."""
        self._on_gone.append(callback)

    async def call(self, method: Callable[Concatenate[Any, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a short facade method; for the proxies."""
        return cast("R", await self._run(method, None, args, kwargs))

    async def job(
        self,
        on_progress: OnProgress | None,
        method: Callable[Concatenate[Any, P], Generator[api.Progress | api.OnToken, Any, R]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Run a long facade method; for the proxies."""
        return cast("R", await self._run(method, on_progress, args, kwargs))

    async def settle(self, limit: float = SETTLE_LIMIT) -> bool:
        """Wait until the engine has ended every call that was cancelled, at most ``limit`` seconds; whether it has.

        What waits for a touch gives up by itself; a key derivation cannot, and kill() ends it.
        """
        if self._cancelled and self._settled is None:
            self._settled = self._loop.create_future()
        if self._settled is not None:
            await asyncio.wait([self._settled], timeout=limit)
        return not self._cancelled

    def kill(self) -> None:
        """End the process at once: to cancel an unlock, or when nothing may be waited for. Idempotent."""
        self._told_to_end = True
        if self._process.poll() is None:
            self._process.kill()
        self._end()

    async def close(self) -> KvaultError | None:
        """Lock: stop jobs and questions, let short calls finish, close the vault, end the process. Idempotent.

        Takes at most 2 s, then the process is killed; the store survives that by design. Later calls raise
        EngineGoneError.

        Returns:
            What the engine reported while closing the vault, or None.
        """
        problem: KvaultError | None = None
        self._told_to_end = True
        try:
            async with asyncio.timeout(CLOSE_LIMIT):
                problem = await self._close_vault()
                self._end()
                await asyncio.shield(self._exited)
        except TimeoutError:
            pass
        finally:
            await self._end_now()
        return problem

    async def _end_now(self) -> None:
        self.kill()
        await asyncio.wait([self._exited], timeout=REAP_LIMIT)

    async def _close_vault(self) -> KvaultError | None:
        for number, waiting in self._waiting.items():
            if waiting.shape.job:
                self._channel.send(frames.pack(frames.Cancel(number)))
                if not waiting.future.done():
                    waiting.future.set_exception(EngineGoneError())
        for _, task in self._asking.values():
            task.cancel()
        try:
            await self._exchange(shapes.shape("vaults.close"), None, (), {})
        except KvaultError as error:
            return None if isinstance(error, EngineGoneError) else error
        return None

    async def _run(
        self,
        method: Callable[..., object],
        on_progress: OnProgress | None,
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> object:
        if self._told_to_end:
            raise EngineGoneError
        return await self._exchange(shapes.shape_of(method), on_progress, args, kwargs)

    async def _exchange(
        self,
        shape: shapes.Shape,
        on_progress: OnProgress | None,
        args: tuple[object, ...],
        kwargs: dict[str, object],
    ) -> object:
        if self._ended:
            raise EngineGoneError
        number = next(self._numbers)
        buffer = frames.pack_call(number, shape.name, shape.arguments(*args, **kwargs))
        future: asyncio.Future[object] = self._loop.create_future()
        self._waiting[number] = _Waiting(future, shape, on_progress)
        self._channel.send(buffer)
        try:
            return await future
        except asyncio.CancelledError:
            self._cancel(number, future)
            raise
        finally:
            del self._waiting[number]
            self._withdraw_questions(number)

    def _cancel(self, number: int, future: asyncio.Future[object]) -> None:
        if not self._ended and (future.cancelled() or not future.done()):  # else its reply came in the same moment
            self._cancelled.add(number)
        self._channel.send(frames.pack(frames.Cancel(number)))

    def _received(self, body: bytearray) -> None:
        large = frames.take_large_secret(body)
        if large is not None:
            self._over(large[0])
            self._settle_secret(*large)
            return
        frame = frames.read_for_window(body)
        if isinstance(frame, frames.Result | frames.Failed):
            self._over(frame.id)
        match frame:
            case frames.Result(number, value):
                self._settle(number, value)
            case frames.Failed(number, code, fields):
                self._fail(number, error_of(code, fields))
            case frames.Step(number, progress):
                waiting = self._waiting.get(number)
                if waiting is not None and waiting.on_progress is not None:
                    self._loop.call_soon(waiting.on_progress, progress)
            case frames.Event(what):
                self._loop.call_soon(self._on_event, what)
            case frames.Ready(version):
                self._greet(version)
            case _:
                self._questioned(frame)
        frames.wipe(body)

    def _greet(self, version: str) -> None:
        if self._ready.done():
            raise frames.FrameError
        if version == __version__:
            self._ready.set_result(None)
        else:  # kvault was replaced while this window was running
            self._ready.set_exception(InternalError(kind=f"engine of version {version}"))

    def _over(self, number: int) -> None:
        """A call has its reply, be it cancelled or not."""
        self._cancelled.discard(number)
        if not self._cancelled and self._settled is not None:
            self._settled.set_result(None)
            self._settled = None

    def _settle(self, number: int, value: object) -> None:
        waiting = self._waiting.get(number)
        if waiting is None or waiting.future.done():
            return
        try:
            waiting.future.set_result(waiting.shape.result.decode(cast("bytes", value)))
        except frames.VALIDATION_ERRORS as error:
            waiting.future.set_exception(InternalError(kind=type(error).__name__))

    def _settle_secret(self, number: int, secret: api.Secret) -> None:
        waiting = self._waiting.get(number)
        if waiting is None or waiting.future.done():
            secret.wipe()
        elif waiting.shape.secret:
            waiting.future.set_result(secret)
        else:
            waiting.future.set_exception(InternalError(kind="ValidationError"))

    def _fail(self, number: int, error: KvaultError) -> None:
        waiting = self._waiting.get(number)
        future: asyncio.Future[Any] | None = waiting.future if waiting else None
        if number == 0:
            future = self._ready
        if future is not None and not future.done():
            future.set_exception(error)

    def _questioned(self, frame: frames.Question | frames.Withdrawn) -> None:
        if isinstance(frame, frames.Question):
            self._ask(frame)
        elif frame.id in self._asking:
            self._asking.pop(frame.id)[1].cancel()

    def _ask(self, question: frames.Question) -> None:
        if self._told_to_end or question.call not in self._waiting:
            self._channel.send(frames.pack(frames.Answer(question.id, None)))
            return
        task = self._loop.create_task(self._prompter.ask(question.what))
        self._asking[question.id] = (question, task)
        task.add_done_callback(lambda done: self._answer(question.id, done))

    def _answer(self, number: int, task: asyncio.Task[api.Secret]) -> None:
        """However the asking ended, the lane waits for an answer, unless it has withdrawn the question."""
        self._asking.pop(number, None)
        error = None if task.cancelled() else task.exception()
        answer = None if task.cancelled() or error is not None else task.result()
        try:
            packed = frames.pack(frames.Answer(number, answer))
        except TooLargeError as too_large:
            packed, error = frames.pack(frames.Answer(number, None)), too_large
        self._channel.send(packed)
        if answer is not None:
            answer.wipe()
        if error is not None and not isinstance(error, CancelledError):
            self._loop.call_exception_handler({"message": "The prompter failed", "exception": error, "task": task})

    def _withdraw_questions(self, call: int) -> None:
        for question, task in self._asking.values():
            if question.call == call:
                task.cancel()

    def _end(self) -> None:
        """The connection is over, for whatever reason."""
        if self._ended:
            return
        self._ended = True
        self._channel.close()
        self._cancelled.clear()
        self._over(0)
        for waiting in self._waiting.values():
            if not waiting.future.done():
                waiting.future.set_exception(EngineGoneError())
        for _, task in self._asking.values():
            task.cancel()
        if not self._ready.done():
            self._ready.set_exception(EngineGoneError())
        if not self._told_to_end:
            self._process.kill()  # without its socket it is of no use; nothing if it has ended
            for callback in self._on_gone:
                self._loop.call_soon(callback)

    def _reaped(self) -> None:
        self._channel.drain()
        self._end()
        self._exited.set_result(None)


def error_of(code: str, fields: dict[str, FieldValue]) -> KvaultError:
    """The error that the engine raised; InternalError for one that this side does not know."""
    kind = all_errors().get(code)
    if kind is None:
        return InternalError(kind=code)
    try:
        return kind(**fields)
    except (KeyError, IndexError, ValueError):  # its sentence wants fields that it did not bring
        return InternalError(kind=kind.__name__)
