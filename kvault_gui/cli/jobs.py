"""Long work on the command line: a progress line, and Ctrl+C that stops between two steps and takes back."""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from typing import TYPE_CHECKING, TypeVar

from .terminal import is_shown, safe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from kvault_gui.engine.api import Progress
    from kvault_gui.engine.facade.steps import Job

Result = TypeVar("Result")
SHOW_AFTER = 0.3  # seconds: shorter work shows nothing
EVERY = 0.1  # seconds between two drawings


class _Stop:
    """Set by the first Ctrl+C; the second one does not wait."""

    asked = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


@contextlib.contextmanager
def _between_steps() -> Iterator[_Stop]:
    stop = _Stop()
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def run(job: Job[Result], what: str) -> Result:
    """Run a job to its end and return its result.

    Raises what the job raises, and KeyboardInterrupt after it was closed: what it stored is taken back then.
    """
    shown = is_shown(sys.stderr)
    begun = drawn = time.monotonic()

    def on_progress(progress: Progress) -> None:
        nonlocal drawn
        if stop.asked:
            raise KeyboardInterrupt
        now = time.monotonic()
        if shown and now - begun > SHOW_AFTER and now - drawn > EVERY:
            drawn = now
            _draw(progress, what)

    from kvault_gui.engine.facade.steps import run_here  # noqa: PLC0415 with the engine, not before it

    try:
        with _between_steps() as stop:
            return run_here(job, on_progress)
    finally:
        if shown and drawn != begun:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _draw(progress: Progress, what: str) -> None:
    done = f"{progress.done:,}"
    if progress.total:
        done += f" of {progress.total:,} ({100 * progress.done // progress.total} %)"
    sys.stderr.write(f"\r\x1b[K{what}: {done} {safe(progress.what)}".rstrip())
    sys.stderr.flush()
