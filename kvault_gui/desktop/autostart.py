"""Starting at login: one file, as the freedesktop Autostart Specification says."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kvault_gui.engine.errors import FolderPermissionError

from .folders import config_home

if TYPE_CHECKING:
    from collections.abc import Sequence

RESERVED = set(" \t\n\"'\\><~|&;$*?#()`")


def autostart_file() -> Path:
    """Where the file is, or would be."""
    return Path(config_home(), "autostart", "kvault.desktop")


def command() -> list[str]:
    """What starts this kvault: the installed command, or this Python with the package."""
    found = shutil.which("kvault-gui")
    return [found] if found else [sys.executable, "-m", "kvault_gui"]


def quote(argument: str) -> str:
    """One argument of an Exec key (Desktop Entry Specification, "The Exec key": quoting, then string escapes)."""
    escaped = argument.replace("%", "%%")
    if not RESERVED & set(argument):
        return escaped
    for character in '\\"`$':
        escaped = escaped.replace(character, "\\" + character)
    return '"' + escaped.replace("\\", "\\\\").replace("\n", "\\n") + '"'


def is_enabled() -> bool:
    """Whether kvault starts at login. ``Hidden=true`` is how desktops switch such a file off."""
    try:
        lines = autostart_file().read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    return not any(line.replace(" ", "").lower() == "hidden=true" for line in lines)


def enable(arguments: Sequence[str] = ("--hidden",)) -> None:
    """Start at login, with these arguments for the window. Raises FolderPermissionError."""
    line = " ".join(quote(part) for part in (*command(), *arguments))
    text = (
        "[Desktop Entry]\n"
        "Type=Application\n"
        "Name=kvault\n"
        "Comment=Keeps secrets and keys\n"
        f"Exec={line}\n"
        "Icon=kvault\n"
        "Terminal=false\n"
        "X-GNOME-Autostart-enabled=true\n"
    )
    file = autostart_file()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FolderPermissionError(path=str(file)) from error


def disable() -> None:
    """Do not start at login. Raises FolderPermissionError."""
    file = autostart_file()
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise FolderPermissionError(path=str(file)) from error
