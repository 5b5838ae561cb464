"""A lane whose engine does what the test says, and everything that it posts."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator
from typing import TYPE_CHECKING, cast

import msgspec

from kvault_gui.engine import api
from kvault_gui.runtime import frames, lanes, shapes

if TYPE_CHECKING:
    from collections.abc import Callable

    from kvault_gui.runtime.hosted import HostedEngine

Job = Generator[api.Progress | api.OnToken, object, int]


class ScriptedEngine:
    """An engine whose acts are given by the test."""

    def __init__(self, prompter: api.Prompter) -> None:
        self.prompter = prompter
        self.secrets = self.formats = self.tools = self.tokens = self
        self.job: Callable[[], Job] = lambda: iter(())  # type: ignore[assignment,return-value]
        self.jobs: dict[str, Callable[[], Job]] = {}  # by the batch that is named
        self.act: Callable[[], int] = lambda: 0
        self.wishes: list[float | Exception] = []
        self.idled = threading.Semaphore(0)

    def undo(self, batch: str) -> Job:
        return self.jobs.get(batch, self.job)()

    def module(self, path: str) -> Job:
        return self.jobs.get(path, self.job)()

    def find(self, ref: str, *_: object) -> int:
        return self.act() or len(ref)

    def share_words(self, prefix: str) -> list[str]:
        return [prefix]

    def idle(self) -> float | None:
        self.idled.release()
        wish = self.wishes.pop(0) if self.wishes else None
        if isinstance(wish, Exception):
            raise wish
        return wish


class Stage:
    """A lane, and everything that it posts."""

    def __init__(self) -> None:
        self.engine: ScriptedEngine
        self.ended = threading.Event()
        self._posted: queue.SimpleQueue[frames.ToWindow] = queue.SimpleQueue()
        self._closing = False
        self.plugs: queue.SimpleQueue[api.Plugged | Exception] = queue.SimpleQueue()
        self.watches = 0
        self.lane = lanes.Lane(self._post, self._build, self.ended.set, self._watch)

    def _build(self, prompter: api.Prompter, _: Callable[[api.Event], None]) -> HostedEngine:
        self.engine = ScriptedEngine(prompter)
        return cast("HostedEngine", self.engine)

    def _watch(self) -> Stage:
        self.watches += 1
        return self

    def wait(self, timeout: float) -> api.Plugged | None:
        """The watch over tokens."""
        del timeout
        found = self.plugs.get()
        if isinstance(found, Exception):
            raise found
        return found

    def _post(self, buffer: bytearray) -> None:
        if self._closing:
            raise SystemExit
        self._posted.put(frames.read_for_window(buffer[frames.HEAD :]))

    def next(self) -> frames.ToWindow:
        return self._posted.get(timeout=10)

    def call(self, number: int, name: str, *arguments: object) -> None:
        body = frames.pack_call(number, name, shapes.shape(name).arguments(*arguments))[frames.HEAD :]
        self.lane.put(frames.read_for_engine(body), body)

    def put(self, frame: frames.ToEngine) -> None:
        self.lane.put(frame, bytearray())

    def close(self) -> None:
        self._closing = True
        self.call(1_000_000, "secrets.find", "ends the lane")
        assert self.ended.wait(10)


def described(frame: frames.ToWindow) -> str:
    match frame:
        case frames.Step(number, progress):
            return f"step {number} {progress.done}"
        case frames.Result(number, value):
            return f"result {number} {msgspec.msgpack.decode(value)}"
        case frames.Failed(number, code):
            return f"failed {number} {code}"
        case frames.Question(number, call, what):
            return f"question {number} of {call}: {type(what).__name__}"
        case frames.Withdrawn(number):
            return f"withdrawn {number}"
        case _:
            return type(frame).__name__
