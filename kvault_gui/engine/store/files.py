"""Every write of the store that does not go through SQLite: a seam at which crash tests record and cut.

Renames are atomic and become durable with the folder's sync; a file's content becomes durable with its own sync.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE = 0o600
_NO_FILE = frozenset({errno.ELOOP, errno.ENXIO})  # links in a circle; a socket
_FULL_SYNC: int | None = getattr(fcntl, "F_FULLFSYNC", None)


class Files:
    """The operating system's files."""

    def read(self, path: Path, limit: int) -> bytes | None:
        """At most ``limit`` + 1 bytes of a file; None if there is none. Raises OSError.

        What is no regular file (a pipe, a device, a folder) counts as empty, and is never waited for: whoever put it
        there must not be able to hold up an opening.
        """
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in _NO_FILE:
                return b""
            raise
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            return b""
        with os.fdopen(descriptor, "rb") as stream:
            return stream.read(limit + 1)

    def open(self, path: Path) -> int:
        """A descriptor for writing in place; a symbolic link is not followed out of the folder. Raises OSError."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, PRIVATE)

    def close(self, descriptor: int) -> None:
        """Let go of a descriptor."""
        os.close(descriptor)

    def write_at(self, descriptor: int, data: bytes, offset: int) -> None:
        """Write all of ``data`` there. Raises OSError."""
        done = 0
        while done < len(data):
            done += os.pwrite(descriptor, data[done:], offset + done)

    def sync(self, descriptor: int) -> None:
        """Make what was written durable. Raises OSError."""
        if _FULL_SYNC is not None:
            fcntl.fcntl(descriptor, _FULL_SYNC)
        elif hasattr(os, "fdatasync"):
            os.fdatasync(descriptor)
        else:
            os.fsync(descriptor)

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut or extend. Raises OSError."""
        os.ftruncate(descriptor, size)

    def rename(self, old: Path, new: Path) -> None:
        """Atomically give another name. Raises OSError."""
        old.rename(new)

    def remove(self, path: Path) -> None:
        """Remove a file if it is there. Raises OSError."""
        path.unlink(missing_ok=True)

    def sync_folder(self, folder: Path) -> None:
        """Make names in a folder durable. Raises OSError."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def put(self, path: Path, data: bytes) -> None:
        """Replace a whole file: written beside it, synced, renamed over it, folder synced. Raises OSError."""
        beside = path.with_name(path.name + ".tmp")
        try:
            self._write_new(beside, data)
            self.rename(beside, path)
        except OSError:
            with contextlib.suppress(OSError):
                self.remove(beside)
            raise
        self.sync_folder(path.parent)

    def _write_new(self, path: Path, data: bytes) -> None:
        self.remove(path)
        descriptor = self.open(path)
        try:
            self.write_at(descriptor, data, 0)
            self.sync(descriptor)
        finally:
            self.close(descriptor)


REAL = Files()
