"""Which of the tokens that are there is the enrolled one, and waiting until it is."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, TypeVar

from ..errors import CancelledError, TokenError, TokenForeignError, TokenResetError
from .plugged import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..api import AskPlug, Prompter

_Found = TypeVar("_Found")
_LOOK = 0.3  # seconds between two looks


def wait_for(look: Callable[[], _Found], request: AskPlug, prompter: Prompter) -> _Found | None:
    """What ``look`` gives as soon as it gives something; None when ``request.seconds`` have passed.

    Raises CancelledError, and what ``look`` raises.
    """
    until = time.monotonic() + request.seconds
    with prompter.during(request) as cancelled, Watch() as watch:
        while True:
            found = look()
            if found:
                return found
            if cancelled():
                raise CancelledError
            if time.monotonic() > until:
                return None
            watch.wait(_LOOK)


def first(tokens: Iterable[str], fitting: Callable[[str, ExitStack], _Found | None], stack: ExitStack) -> _Found | None:
    """The first token that fits; ``stack`` keeps it open. None if none of them is of the family at all.

    Args:
        tokens: ids.
        fitting: opens one on the stack that it is given, and gives it if it fits, None if it is of another family.
            Raises TokenResetError, TokenForeignError, or what stood in the way of looking.
        stack: the caller's.

    Raises:
        TokenError: none fits: that the enrolled one was reset, or what stood in the way of looking at one that may be
            it, or that the others are foreign, in this order.
    """
    misses: list[TokenError] = []
    for token in tokens:
        with ExitStack() as attempt:
            try:
                found = fitting(token, attempt)
            except TokenError as error:
                misses.append(error)
                continue
            if found is not None:
                stack.push(attempt.pop_all())
                return found
    if misses:
        raise min(misses, key=_rank)
    return None


def _rank(error: TokenError) -> int:
    if isinstance(error, TokenResetError):
        return 0
    return 2 if isinstance(error, TokenForeignError) else 1
