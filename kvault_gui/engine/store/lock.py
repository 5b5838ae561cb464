"""The file ``lock``: one program at a time. Its flock is taken before the header is read and held until exit."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from typing import TYPE_CHECKING

from ..errors import VaultHeldError
from .faults import REFUSED

if TYPE_CHECKING:
    from pathlib import Path

NAME = "lock"
_TEXT = 200  # bytes
_TRIES = 20
_PAUSE = 0.005  # seconds; a look at the lock by another program lasts microseconds


class Lock:
    """A held lock. ``writable`` False: the folder is read-only and nothing could change it anyhow."""

    def __init__(self, descriptor: int | None, *, writable: bool, named: bool = False) -> None:
        self._descriptor = descriptor
        self._named = named
        self.writable = writable

    def release(self) -> None:
        """Let go. Idempotent."""
        if self._descriptor is None:
            return
        if self._named:
            os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
        self._descriptor = None


def take(folder: Path, holder: str) -> Lock:
    """Take the lock and name ``holder`` ("kvault (window)") and this process in it.

    Raises:
        VaultHeldError: another program holds it.
        OSError: the folder cannot be used.
    """
    try:
        descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        if error.errno not in REFUSED:
            raise
        return _take_readonly(folder)
    try:
        _flock(descriptor)
        found = _check_same_file(descriptor, folder / NAME)
        named = found.st_nlink == 1  # under a second name it may be any file of the person's: it is not written to
        if named:
            os.ftruncate(descriptor, 0)
            _write_text(descriptor, f"{holder}, process {os.getpid()}")
    except BaseException:
        os.close(descriptor)
        raise
    return Lock(descriptor, writable=True, named=named)


def _check_same_file(descriptor: int, path: Path) -> os.stat_result:
    """The lock is still the file of that name: a making that was given up takes its lock away. Raises OSError."""
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.ESPIPE, "the lock is no file")
    try:
        same = os.path.samestat(found, path.stat())
    except FileNotFoundError:
        same = False
    if not same:
        raise VaultHeldError(holder="Another program")
    return found


def _write_text(descriptor: int, text: str) -> None:
    try:
        os.pwrite(descriptor, text.encode()[:_TEXT], 0)
    except OSError as error:
        if error.errno != errno.ENOSPC:  # the lock holds without its text
            raise


def _take_readonly(folder: Path) -> Lock:
    try:
        descriptor = os.open(folder / NAME, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return Lock(None, writable=False)
    try:
        _flock(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    return Lock(descriptor, writable=False)


def _flock(descriptor: int) -> None:
    for left in reversed(range(_TRIES)):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            holder = _text(descriptor)
            if left == 0 or _alive(holder):
                raise VaultHeldError(holder=holder or "Another program") from None
            time.sleep(_PAUSE)
        else:
            return


def _text(descriptor: int) -> str:
    text = os.pread(descriptor, _TEXT, 0).decode("utf-8", "replace")
    return "".join(c for c in text if c.isprintable())


def _alive(holder: str) -> bool:
    """Whether the process named in the text lives; a look by another program has no text, or an old one."""
    number = holder.rpartition(" ")[2]
    if not number.isdecimal() or len(number) > 10:  # noqa: PLR2004 digits of a process id
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def holder(folder: Path) -> str | None:
    """Who holds the lock, for display; None if nobody does. Takes nothing. Raises OSError."""
    try:
        descriptor = os.open(folder / NAME, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
            raise
        return _text(descriptor) or "Another program"
    finally:
        os.close(descriptor)
    return None
