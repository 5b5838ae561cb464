"""Copies of a vault's files. A module of its own: few sessions need it, and what it imports costs each start 3 ms."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def make_private(files: Iterable[Path]) -> Path:
    """Copy files into a new folder that this user alone can read, and return it. Raises OSError."""
    folder = Path(tempfile.mkdtemp(prefix="kvault-"))
    try:
        for file in files:
            shutil.copyfile(file, folder / file.name)
    except BaseException:
        remove(folder)
        raise
    return folder


def remove(folder: Path) -> None:
    """Remove such a folder, as far as possible."""
    shutil.rmtree(folder, ignore_errors=True)


def keep(file: Path, kept: Path) -> None:
    """Copy a file beside itself, for its owner alone. Raises OSError."""
    shutil.copyfile(file, kept)
    kept.chmod(0o600)
