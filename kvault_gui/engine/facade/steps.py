"""Drives a job in place: for the command line, for scripts and tests. The engine process has lanes instead."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar, cast

from ..api import OnToken, Progress

_T = TypeVar("_T")
Job = Generator[Progress | OnToken, object, _T] | Generator[Progress, None, _T]


def _nobody(progress: Progress) -> None:
    del progress


def run_here(job: Job[_T], on_progress: Callable[[Progress], None] = _nobody) -> _T:
    """Run ``job`` to its end on this thread and return its result.

    A step for a token is run where it stands: what it returns is sent into the job, what it raises is raised there.

    Args:
        job: closed when this ends, however it ends.
        on_progress: told of each progress; what it raises ends the job.

    Raises:
        Whatever the job raises.
    """
    steps = cast("Generator[Progress | OnToken, object, _T]", job)
    try:
        done, step = _resume(steps, None)
        while not done:
            if isinstance(step, OnToken):
                done, step = _resume(steps, *_outcome(step.work))
            else:
                on_progress(cast("Progress", step))
                done, step = _resume(steps, None)
        return cast("_T", step)
    finally:
        steps.close()


def _outcome(work: Callable[[], object]) -> tuple[object, BaseException | None]:
    try:
        return work(), None
    except BaseException as error:  # noqa: BLE001 handed to the job, Ctrl+C too: it has something to put back
        return None, error


def _resume(
    steps: Generator[Progress | OnToken, object, object], answer: object, error: BaseException | None = None
) -> tuple[bool, object]:
    """Whether the job is done, and its result or its next step."""
    try:
        return False, steps.send(answer) if error is None else steps.throw(error)
    except StopIteration as stop:
        return True, stop.value
