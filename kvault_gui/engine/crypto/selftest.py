"""Known-answer tests at first use, and the error state (in the manner of FIPS 140-3).

Every primitive calls ``ensure`` with its own name before its first output. The test of that name runs once in a
process, through the very functions that callers use. When one fails, the module is in its error state until the
process ends: every later call of every primitive raises SelfTestError and nothing is given out.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from importlib import import_module
from typing import TYPE_CHECKING

from ..errors import SelfTestError
from .answers import WHERE

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..api import TestResult

# Tests that run at this moment, for this thread of control alone: within its own test a primitive is let through.
_running: ContextVar[frozenset[str]] = ContextVar("kvault_selftest_running", default=frozenset())


class State:
    """What this process knows of its primitives: the names that passed, and the one that failed."""

    def __init__(self) -> None:
        self.passed: set[str] = set()
        self.failed = ""


_state = State()


def ensure(name: str) -> None:
    """Let the primitive ``name`` give output: at once if it was tested, after its test at first use.

    Raises:
        SelfTestError: its test failed, or another one before it.
    """
    if name not in _state.passed:
        _first_use(name)


def ensure_sound() -> None:
    """Let pass what has no known answer here, the ciphers of foreign formats: in the error state they stop too.

    Raises:
        SelfTestError: a test of this process failed.
    """
    if _state.failed:
        raise SelfTestError(name=_state.failed)


def run_all() -> list[TestResult]:
    """Run every known-answer test anew, and report; a failure is reported and leaves the error state."""
    from ..api import TestResult  # noqa: PLC0415 costs a start 12 ms that this job alone needs

    results: list[TestResult] = []
    broken: list[str] = []
    for name, (_, standard) in WHERE.items():
        began = time.perf_counter()
        passed = _passes(name, frozenset(WHERE))
        took = (time.perf_counter() - began) * 1_000
        results.append(TestResult(name=name, standard=standard, passed=passed, milliseconds=took))
        if not passed:
            broken.append(name)
    for name in broken:
        _fail(name)
    return results


def failed() -> str:
    """The name of the test that failed; empty while everything is in order."""
    return _state.failed


def pairwise(name: str, *, consistent: bool) -> None:
    """The verdict of the pairwise-consistency test on a key pair that was just made (FIPS 140-3, 10.3.4).

    Raises:
        SelfTestError: the halves do not fit; from now on no primitive gives output.
    """
    if not consistent:
        _fail(name)
        raise SelfTestError(name=name)


def _first_use(name: str) -> None:
    if name in _running.get():
        return
    if _state.failed:
        raise SelfTestError(name=_state.failed)
    if not _passes(name, frozenset({name})):
        _fail(name)
        raise SelfTestError(name=name)
    _state.passed.add(name)
    if failed():  # another thread's test failed meanwhile
        _state.passed.clear()
        raise SelfTestError(name=failed())


def _passes(name: str, let_through: frozenset[str]) -> bool:
    """Whether the test ``name`` gives the known answer; it may use the primitives of ``let_through``."""
    answers = import_module(f"{__package__}.answers.{WHERE[name][0]}")
    test: Callable[[], bool] = answers.TESTS[name]
    token = _running.set(_running.get() | let_through)
    try:
        return test()
    except (ImportError, MemoryError):  # says nothing about the primitive
        raise
    except Exception:  # noqa: BLE001 whatever a broken primitive raises is a failed test
        return False
    finally:
        _running.reset(token)


def _fail(name: str) -> None:
    _state.failed = _state.failed or name
    _state.passed.clear()
