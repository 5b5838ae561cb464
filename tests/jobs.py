"""Jobs of the engine, run to their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator

Result = TypeVar("Result")


def finish(job: Generator[object, None, Result]) -> Result:
    """Run a job to its end; returns what it returns."""
    while True:
        try:
            next(job)
        except StopIteration as end:
            result: Result = end.value
            return result
