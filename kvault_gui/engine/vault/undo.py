"""The undo list of a session. It lives in the engine and ends with it; history, trash and backups stay."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from ..api import Undone
from ..errors import ConflictError, NotFoundError, NothingToUndoError

if TYPE_CHECKING:
    from collections.abc import Callable

_KEPT = 200


class Step(NamedTuple):
    """One change and how it is taken back. ``back`` returns how many entries it touched."""

    act: str
    title: str
    back: Callable[[], int]


class UndoList:
    """Newest last."""

    def __init__(self) -> None:
        self._steps: deque[Step] = deque(maxlen=_KEPT)
        self._undoing = False

    def push(self, act: str, title: str, back: Callable[[], int]) -> None:
        """Remember a change. What an undo itself does is not remembered."""
        if not self._undoing:
            self._steps.append(Step(act, title, back))

    def undo(self) -> Undone:
        """Take back the last change that still can be. Raises NothingToUndoError."""
        while self._steps:
            step = self._steps.pop()
            self._undoing = True
            try:
                count = step.back()
            except (NotFoundError, ConflictError):
                continue  # deleted for ever, or changed otherwise since then: there is nothing to take back
            except Exception:
                self._steps.append(step)  # a full disk or a damaged row: it can be tried again
                raise
            finally:
                self._undoing = False
            if count:
                return Undone(step.act, step.title, count)
        raise NothingToUndoError
