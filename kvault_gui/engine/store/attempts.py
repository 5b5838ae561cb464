"""A ring of the last 64 failed unlocks beside the vault. Unverified: anybody who can write the folder can write it."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

import msgspec

from ..api import Attempt
from .files import REAL, Files

if TYPE_CHECKING:
    from pathlib import Path

NAME = "attempts"
KEPT = 64
_MAX_BYTES = 64 << 10
_MAX_TEXT = 200  # characters
_CONTROL = re.compile(r"[^\w\s.,:;()/+@#-]")


def read(folder: Path, files: Files = REAL) -> list[Attempt]:
    """The attempts since the last successful unlock, oldest first; an unreadable ring counts as empty."""
    try:
        data = files.read(folder / NAME, _MAX_BYTES)
        found = [] if data is None or len(data) > _MAX_BYTES else msgspec.json.decode(data, type=list[Attempt])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return []
    return [_tame(attempt) for attempt in found[-KEPT:]]


def _tame(attempt: Attempt) -> Attempt:
    """Without characters that could make it look like something else."""
    return Attempt(attempt.time, _text(attempt.method), _text(attempt.program))


def _text(text: str) -> str:
    return _CONTROL.sub("", text.replace("\n", " "))[:_MAX_TEXT]


def add(folder: Path, attempt: Attempt, files: Files = REAL) -> None:
    """Add one; that it cannot be written (read-only folder, full disk) never keeps anybody out."""
    kept = [*read(folder, files), _tame(attempt)][-KEPT:]
    with contextlib.suppress(OSError):
        files.put(folder / NAME, msgspec.json.encode(kept))


def clear(folder: Path, files: Files = REAL) -> None:
    """Forget them after a successful unlock."""
    with contextlib.suppress(OSError):
        files.remove(folder / NAME)
