"""The engine's Prompter in its process: questions of every lane, each belonging to the call that runs on its thread."""

from __future__ import annotations

import contextlib
import itertools
import queue
import threading
from typing import TYPE_CHECKING

from kvault_gui.engine.errors import CancelledError
from kvault_gui.runtime import frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kvault_gui.engine import api


class _Here(threading.local):
    """What is known of the present thread."""

    call = 0  # the call that runs on it


class _Asked:
    """One question that stands."""

    def __init__(self, number: int, call: int) -> None:
        self.number, self.call = number, call
        self.cancelled = False  # written by the reading thread alone
        self.answers: queue.SimpleQueue[api.Secret | None] = queue.SimpleQueue()

    def answer(self, value: api.Secret | None) -> None:
        """Give the answer; None: the person cancelled, or nobody waits any more."""
        if value is None:
            self.cancelled = True
        self.answers.put(value)


class Asking:
    """Asks on the lanes' threads and takes answers and cancellations from the reading thread.

    Args:
        post: sends a packed frame and wipes it; called on the thread that asks.
    """

    def __init__(self, post: Callable[[bytearray], None]) -> None:
        self._post = post
        self._numbers = itertools.count(1)
        self._standing: dict[int, _Asked] = {}
        self._ended: set[int] = set()  # calls that nobody waits for
        self._here = _Here()

    # --- on the lanes' threads ---

    def serve(self, call: int) -> None:
        """The present thread works for ``call`` from now on; 0: for nobody."""
        self._here.call = call

    def ask(self, question: api.Question) -> api.Secret:
        """The person's answer; blocks this thread. Raises CancelledError."""
        with self._stand(question) as asked:
            answer = asked.answers.get()
        if answer is None:
            raise CancelledError
        return answer

    @contextlib.contextmanager
    def during(self, request: api.AskTouch | api.AskPlug) -> Iterator[Callable[[], bool]]:
        """Show ``request`` while the block runs; what it gives tells whether to give up. Raises CancelledError."""
        with self._stand(request) as asked:
            try:
                yield lambda: asked.cancelled
            finally:
                self._post(frames.pack(frames.Withdrawn(asked.number)))

    @contextlib.contextmanager
    def _stand(self, question: api.Question) -> Iterator[_Asked]:
        asked = _Asked(next(self._numbers), self._here.call)
        self._standing[asked.number] = asked
        try:
            # Only now, when end() can see the question, does a look at the ended calls miss none.
            if asked.call in self._ended:
                raise CancelledError
            self._post(frames.pack(frames.Question(asked.number, asked.call, question)))
            yield asked
        finally:
            del self._standing[asked.number]

    # --- on the reading thread ---

    def answer(self, number: int, value: api.Secret | None) -> None:
        """Hand an answer to the question it is for, if that still stands."""
        asked = self._standing.get(number)
        if asked is not None:
            asked.answer(value)
        elif value is not None:
            value.wipe()

    def end(self, call: int) -> None:
        """Nobody waits for ``call`` any more: what it asks, and will ask, is cancelled."""
        self._ended.add(call)
        for asked in list(self._standing.values()):
            if asked.call == call:
                asked.answer(None)

    # --- on the vault's lane ---

    def has_ended(self, call: int) -> bool:
        """Whether nobody waits for ``call`` any more."""
        return call in self._ended

    def forget(self, call: int) -> None:
        """``call`` is over: nothing of it runs any more."""
        self._ended.discard(call)
