"""The sample engine's tokens: what they do is said by the path that they are asked for."""

from __future__ import annotations

import os
import select
import threading
import time
from typing import TYPE_CHECKING

from kvault_gui.engine import api
from kvault_gui.engine.errors import CancelledError, TokenRemovedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    Found = api.Steps[list[api.TokenInfo]]

    class Surroundings(Protocol):
        """What the tokens need of the sample engine."""

        prompter: api.Prompter
        emit: Callable[[api.Event], None]


def told(name: str) -> list[api.TokenInfo]:
    return [api.TokenInfo(name, name, "", [])]


class SampleTokens:
    """Each method is a job with steps on the tokens' lanes."""

    def __init__(self, engine: Surroundings) -> None:
        self._engine = engine
        self.pressed = threading.Event()

    def all(self) -> Found:
        """How many threads there are."""
        yield api.Progress(1, 1)
        return told(f"{threading.active_count()} threads")

    def module(self, path: str) -> Found:
        """``touch ID``, ``press``, ``pin ID``, ``fail ID``."""
        act, _, token = path.partition(" ")
        work: Callable[[str], list[api.TokenInfo]] = getattr(self, f"_{act}")
        try:
            return (yield from api.on_token(token, lambda: work(token)))
        except GeneratorExit:
            self._engine.emit(api.Found("job closed", {}))
            raise

    def _touch(self, token: str) -> list[api.TokenInfo]:
        with self._engine.prompter.during(api.AskTouch(token, 30)) as cancelled:
            while not self.pressed.wait(0.002):
                if cancelled():
                    self._engine.emit(api.Found("touch given up", {}))
                    raise CancelledError
        return told(f"touched {token}")

    def _twice(self, token: str) -> list[api.TokenInfo]:
        """Touched, and then still asking for something."""
        self._touch(token)
        return self._pin(token)

    def _press(self, _: str) -> list[api.TokenInfo]:
        self.pressed.set()
        return []

    def _pin(self, token: str) -> list[api.TokenInfo]:
        return told(self._engine.prompter.ask(api.AskSecret(token, "PIN", 3)).text())

    def _deaf(self, _: str) -> list[api.TokenInfo]:
        """A token that does not hear that it was cancelled."""
        self._engine.emit(api.Found("deaf", {}))
        self.pressed.wait(60)
        return []

    def _fail(self, token: str) -> list[api.TokenInfo]:
        raise TokenRemovedError(name=token)


class FolderWatch:
    """Tells of the tokens that a test writes into the pipe of this name."""

    def __init__(self) -> None:
        self._pipe = os.environ.get("XDG_CACHE_HOME", "")
        self._first = True

    def wait(self, timeout: float) -> api.Plugged | None:
        if self._first:
            self._first = False
            return api.Plugged(["hid:first"])
        if not self._pipe.endswith("plugged"):
            time.sleep(timeout)
            return None
        descriptor = os.open(self._pipe, os.O_RDONLY)
        try:
            select.select([descriptor], [], [])
            return api.Plugged(os.read(descriptor, 1000).decode().split())
        finally:
            os.close(descriptor)
