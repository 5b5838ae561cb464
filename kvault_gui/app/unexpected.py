"""What nobody expected: said in words without the exception's text, which may hold a piece of a secret."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kvault_gui.engine.errors import InternalError, KvaultError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from types import TracebackType

PACKAGE = Path(__file__).resolve().parents[1]


def install(show: Callable[[KvaultError], object]) -> None:
    """Tell faults that reach the interpreter itself (a slot of Qt, a destructor): where, and of which type.

    Args:
        show: shows an error in the window.
    """

    def hook(kind: type[BaseException], _error: BaseException, trace: TracebackType | None) -> None:
        tell(kind, trace)
        if issubclass(kind, Exception):
            show(InternalError(kind=kind.__name__))

    def unraisable(what: sys.UnraisableHookArgs) -> None:
        tell(what.exc_type, what.exc_traceback)

    sys.excepthook = hook
    sys.unraisablehook = unraisable


def on_loop(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Tell a fault in a callback of the loop in the same way (asyncio's exception handler)."""
    error = context.get("exception")
    if isinstance(error, BaseException):
        tell(type(error), error.__traceback__)


def tell(kind: type[BaseException], trace: TracebackType | None) -> None:
    """Write the type and the places in kvault's own code to standard error: enough to find the fault."""
    places = []
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.is_relative_to(PACKAGE):
            places.append(f"{path.relative_to(PACKAGE)}:{trace.tb_lineno}")
        trace = trace.tb_next
    sys.stderr.write(f"kvault: {kind.__name__} at {' < '.join(reversed(places)) or 'an unknown place'}\n")
