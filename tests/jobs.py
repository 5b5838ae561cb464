"""Jobs of the engine, run to their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from kvault_gui.engine.facade.steps import run_here

if TYPE_CHECKING:
    from kvault_gui.engine.facade.steps import Job

Result = TypeVar("Result")


def finish(job: Job[Result]) -> Result:
    """Run a job to its end, its steps for tokens where they stand; returns what it returns."""
    return run_here(job)
