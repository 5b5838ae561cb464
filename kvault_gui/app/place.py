"""Where the window was: size, place and columns, kept between starts. Nothing in it comes from a vault."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings

from kvault_gui.desktop.folders import state_home


def window_store() -> QSettings:
    """The file that keeps it."""
    return QSettings(str(Path(state_home(), "kvault", "window.ini")), QSettings.Format.IniFormat)
