"""Ctrl+C in the middle of work: the first one is noted, so that work ends where it can; the second does not wait."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


class Interrupt:
    """``asked``: whether the person wants an end."""

    asked = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """The signal's handler."""
        del number, frame
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


@contextlib.contextmanager
def noted() -> Iterator[Interrupt]:
    """While the block runs Ctrl+C is noted."""
    interrupt = Interrupt()
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)
