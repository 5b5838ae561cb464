"""Waiting until a token is there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from ..errors import CancelledError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..api import AskPlug, Prompter

_Found = TypeVar("_Found")
_LOOK = 0.3  # seconds between two looks


def wait_for(look: Callable[[], _Found], request: AskPlug, prompter: Prompter) -> _Found | None:
    """What ``look`` gives as soon as it gives something; None when ``request.seconds`` have passed.

    Raises CancelledError, and what ``look`` raises.
    """
    until = time.monotonic() + request.seconds
    with prompter.during(request) as cancelled:
        while True:
            found = look()
            if found:
                return found
            if cancelled():
                raise CancelledError
            if time.monotonic() > until:
                return None
            time.sleep(_LOOK)
