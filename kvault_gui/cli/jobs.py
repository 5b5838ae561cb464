"""Long work on the command line: a progress line, and Ctrl+C that stops between two steps and takes back."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TypeVar

from . import interrupts
from .terminal import is_shown, safe

if TYPE_CHECKING:
    from kvault_gui.engine.api import Progress
    from kvault_gui.engine.facade.steps import Job

Result = TypeVar("Result")
SHOW_AFTER = 0.3  # seconds: shorter work shows nothing
EVERY = 0.1  # seconds between two drawings


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
        with interrupts.noted() as stop:
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
