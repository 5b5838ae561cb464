"""What quick unlock keeps between two processes: a sealed box and a count of tries, in the login's runtime folder.

$XDG_RUNTIME_DIR/kvault belongs to the user alone, lies in memory, and is removed by the system at the last logout (XDG
Base Directory Specification). Nothing in it opens a vault by itself. What belongs to somebody else, is a link, or may
be read by others, is not touched.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import stat
from typing import TYPE_CHECKING

import msgspec

from ..errors import QuickUnlockOverError

if TYPE_CHECKING:
    from collections.abc import Iterator

TRIES = 3
_FOLDER = "kvault"
_LARGEST = 64 << 10  # bytes
_VAULT = re.compile(r"[0-9a-f]{32}")


class Box(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The keys, sealed for one way of opening; ``hold`` finds the half of their key in the chip or the keyring."""

    hold: dict[str, str | int]
    salt: str  # hex, as the rest
    nonce: str
    sealed: str


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What quick unlock keeps of one vault. Times are whole seconds."""

    format: int
    vault: str
    until: int  # since 1970
    until_boot: int  # since the computer was started
    boot: str
    login: str
    where: str  # "tpm" or "keyring"
    pin: Box | None = None
    finger: Box | None = None


class Unsafe(Exception):  # noqa: N818 no error for a person: its text is a reason
    """The folder cannot be used."""


@contextlib.contextmanager
def opened(*, make: bool = False) -> Iterator[int]:
    """A descriptor of the folder. Raises Unsafe with the reason, FileNotFoundError if it is not there."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if not os.path.isabs(runtime):  # noqa: PTH117 a variable's text
        raise Unsafe("this login has no runtime folder (XDG_RUNTIME_DIR)")
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        above = os.open(runtime, flags)
    except OSError as problem:
        raise Unsafe(f"the runtime folder of this login cannot be opened ({problem.strerror})") from None
    try:
        _own(above)
        if make:
            with contextlib.suppress(FileExistsError):
                os.mkdir(_FOLDER, 0o700, dir_fd=above)
        try:
            folder = os.open(_FOLDER, flags, dir_fd=above)
        except FileNotFoundError:
            raise
        except OSError:
            raise Unsafe("what kvault keeps in the runtime folder of this login is no folder") from None
    finally:
        os.close(above)
    try:
        _own(folder)
        yield folder
    finally:
        os.close(folder)


def _own(descriptor: int) -> None:
    status = os.fstat(descriptor)
    if status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o077:
        raise Unsafe("the runtime folder of this login belongs to somebody else, or others may enter it")


def _name(vault: str) -> str:
    if not _VAULT.fullmatch(vault):
        raise ValueError("no id of a vault")
    return f"quick-{vault}"


# --- the box ---------------------------------------------------------------------------------------------------------


def load(folder: int, vault: str) -> Kept | None:
    """What is kept of that vault; None: nothing. Raises QuickUnlockOverError for what kvault did not write so."""
    content = _read(folder, _name(vault))
    if content is None:
        return None
    try:
        kept = msgspec.json.decode(content, type=Kept)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise QuickUnlockOverError(reason="what was kept for it was altered") from None
    if kept.format != 1 or kept.vault != vault or not (kept.pin or kept.finger):
        raise QuickUnlockOverError(reason="what was kept for it was altered")
    return kept


def store(folder: int, kept: Kept) -> None:
    """Keep it, with all tries."""
    set_tries(folder, kept.vault, TRIES)
    _write(folder, _name(kept.vault), msgspec.json.encode(kept))


def remove(folder: int, vault: str) -> None:
    """Forget it. Idempotent."""
    for ending in ("", ".tries", ".new", ".tries.new"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(_name(vault) + ending, dir_fd=folder)


@contextlib.contextmanager
def alone(folder: int, vault: str) -> Iterator[None]:
    """One program at a time tries: two that read the same count would have a try more."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    with _told():
        lock = os.open(f"{_name(vault)}.lock", flags, 0o600, dir_fd=folder)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


# --- tries -----------------------------------------------------------------------------------------------------------


def tries(folder: int, vault: str) -> int:
    """How many are left; a count that is missing or no number counts as none."""
    content = _read(folder, f"{_name(vault)}.tries")
    if content is None or not re.fullmatch(rb"[0-3]", content):
        return 0
    return int(content)


def set_tries(folder: int, vault: str, count: int) -> None:
    """Written and synced before the try is made: killing the program gives none back."""
    _write(folder, f"{_name(vault)}.tries", b"%d" % count)


def _read(folder: int, name: str) -> bytes | None:
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError:
        raise QuickUnlockOverError(reason="what was kept for it was replaced") from None
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        safe = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and status.st_size <= _LARGEST
        if not safe or stat.S_IMODE(status.st_mode) & 0o077:
            raise QuickUnlockOverError(reason="what was kept for it was replaced")
        return file.read(_LARGEST)


def _write(folder: int, name: str, content: bytes) -> None:
    fresh = f"{name}.new"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with _told():
        with contextlib.suppress(FileNotFoundError):
            os.unlink(fresh, dir_fd=folder)
        with os.fdopen(os.open(fresh, flags, 0o600, dir_fd=folder), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.rename(fresh, name, src_dir_fd=folder, dst_dir_fd=folder)
        os.fsync(folder)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise Unsafe(f"the runtime folder of this login cannot be written ({problem.strerror})") from None
