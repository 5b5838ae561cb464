"""Where the window was: size, place and columns, kept between starts. Nothing in it comes from a vault."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QSettings


def state_home() -> Path:
    """XDG_STATE_HOME, which counts only when absolute (XDG Base Directory Specification)."""
    wanted = os.environ.get("XDG_STATE_HOME", "")
    return Path(wanted) if wanted.startswith("/") else Path.home() / ".local" / "state"


def window_store() -> QSettings:
    """The file that keeps it."""
    return QSettings(str(state_home() / "kvault" / "window.ini"), QSettings.Format.IniFormat)
