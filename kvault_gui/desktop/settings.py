"""The person's settings: one JSON file, read whole and replaced whole.

Nothing in it is secret and nothing in it decides what may be read: losing it costs a few clicks.
"""

from __future__ import annotations

import contextlib
import enum
import errno
import os
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from kvault_gui.engine.errors import DiskFullError, FolderPermissionError

from .folders import config_home

MAX_BYTES = 1 << 20
MAX_RECENT = 20


class Theme(enum.StrEnum):
    """Which set of colours; ``system`` follows the desktop."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


class Density(enum.StrEnum):
    """How much room a row takes."""

    COMFORTABLE = "comfortable"
    COMPACT = "compact"


class Settings(msgspec.Struct, kw_only=True):
    """Everything that the person can set. Times are minutes or seconds as named; 0 means never."""

    vaults: list[str] = []  # folders, the most recently opened first
    last_vault: str = ""
    auto_lock_minutes: int = 10
    clipboard_seconds: int = 20
    hide_seconds: int = 30
    theme: Theme = Theme.SYSTEM
    density: Density = Density.COMFORTABLE
    lock_on_suspend: bool = True
    lock_on_screen_lock: bool = True
    lock_on_user_switch: bool = True
    lock_on_removal: bool = False  # of the token that unlocked
    quick_unlock: bool = False  # offer a PIN for the rest of the session after a full unlock
    quick_minutes: int = 480
    keep_running: bool = True  # closing the window leaves the tray
    start_at_login: bool = False

    def remember(self, path: str) -> None:
        """Put a vault's folder at the top of the recent ones and make it the last one."""
        self.last_vault = path
        self.vaults = [path, *(other for other in self.vaults if other != path)][:MAX_RECENT]

    def forget(self, path: str) -> None:
        """Take a folder off the recent ones; the vault itself is not touched."""
        self.vaults = [other for other in self.vaults if other != path]
        if self.last_vault == path:
            self.last_vault = self.vaults[0] if self.vaults else ""


LIMITS = {
    "auto_lock_minutes": (0, 24 * 60),
    "clipboard_seconds": (0, 600),
    "hide_seconds": (0, 3600),
    "quick_minutes": (5, 7 * 24 * 60),
}


class SettingsFile:
    """The file behind ``Settings``.

    Args:
        path: the file; by default kvault/settings.json in the person's configuration folder.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or Path(config_home(), "kvault", "settings.json")
        self.settings = Settings()
        self.note: str | None = None
        self._unknown: dict[str, Any] = {}

    def load(self) -> Settings:
        """Read the file; never fails. What was odd is said in ``note`` and the odd file is kept beside it."""
        self.note = None
        self._unknown = {}
        self.settings = Settings()
        try:
            with self.path.open("rb") as file:
                data = file.read(MAX_BYTES)  # what is longer is cut, and then not valid
        except FileNotFoundError:
            return self.settings
        except OSError as error:
            self.note = f"The settings could not be read ({error.strerror}). The usual ones are in use."
            return self.settings
        try:
            found = msgspec.json.decode(data, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._keep_aside("The file with the settings was damaged. The usual ones are in use")
            return self.settings
        self._take(found)
        return self.settings

    def _take(self, found: dict[str, Any]) -> None:
        """Take each known value by itself, so that one bad value does not cost the others."""
        bad: list[str] = []
        for field in msgspec.structs.fields(Settings):
            if field.name not in found:
                continue
            raw = found.pop(field.name)
            try:
                value = msgspec.convert(raw, field.type)
            except msgspec.ValidationError:
                bad.append(field.name)
                continue
            low, high = LIMITS.get(field.name, (None, None))
            if low is not None and high is not None:
                value = min(max(value, low), high)
            setattr(self.settings, field.name, value)
        self._unknown = found
        if bad:
            self._keep_aside(f"Some settings were not understood ({', '.join(bad)}). The usual ones are in use there")

    def _keep_aside(self, what: str) -> None:
        kept = self.path.with_name(self.path.name + ".damaged")
        try:
            kept.write_bytes(self.path.read_bytes())
        except OSError:
            self.note = f"{what}."
        else:
            self.note = f"{what}; the old file was kept as {kept}."

    def save(self) -> None:
        """Write all settings, atomically; keys of a newer kvault stay.

        Raises FolderPermissionError, DiskFullError.
        """
        # A symbolic link stays one: people keep such files in a repository of their own.
        target = Path(os.path.realpath(self.path))
        content = {**self._unknown, **msgspec.structs.asdict(self.settings)}
        data = msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(target, data)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise DiskFullError from error
            raise FolderPermissionError(path=str(target)) from error


def _replace(target: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=target.name, dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
