"""A disk that fails at the n-th call: below the cipher, and in the store's own files."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import apsw

from kvault_gui.engine.store.files import Files

if TYPE_CHECKING:
    from pathlib import Path

FULL, BROKEN, SYNC = "full", "broken", "sync"  # what fails: writes for lack of room, writes, syncs


class Fuse:
    """Counts calls of one kind and fails at call number ``at``, and from then on (a full disk stays full)."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.at: int | None = None
        self.calls = 0

    def arm(self, at: int) -> None:
        """Fail at the ``at``-th call from now, 1 being the next."""
        self.calls, self.at = 0, at

    def disarm(self) -> int:
        """Fail no more; returns how many calls there were."""
        self.at = None
        return self.calls

    def blows(self, call: str) -> bool:
        """Count a "write" or "sync"; whether it fails."""
        if self.at is None or call != ("sync" if self.kind == SYNC else "write"):
            return False
        self.calls += 1
        return self.calls >= self.at

    @property
    def error(self) -> OSError:
        """What the operating system says."""
        return OSError(errno.ENOSPC if self.kind == FULL else errno.EIO, "made to fail")


class FailingFiles(Files):
    """The store's own files on that disk."""

    def __init__(self, fuse: Fuse) -> None:
        self._fuse = fuse

    def write_at(self, descriptor: int, data: bytes, offset: int) -> None:
        if self._fuse.blows("write"):
            raise self._fuse.error
        super().write_at(descriptor, data, offset)

    def sync(self, descriptor: int) -> None:
        if self._fuse.blows("sync"):
            raise self._fuse.error
        super().sync(descriptor)

    def sync_folder(self, folder: Path) -> None:
        if self._fuse.blows("sync"):
            raise self._fuse.error
        super().sync_folder(folder)


class _File(apsw.VFSFile):
    def __init__(self, fuse: Fuse, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self._fuse = fuse
        super().__init__("unix", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 SQLite's name
        if self._fuse.blows("write"):
            # Half of it may have got through.
            super().xWrite(data[: len(data) // 2], offset)
            raise apsw.FullError if self._fuse.kind == FULL else apsw.IOError
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802 SQLite's name
        if self._fuse.blows("sync"):
            raise apsw.IOError
        super().xSync(flags)


class FailingVfs(apsw.VFS):
    """Below the cipher: open databases with ``vfs=self.above``."""

    def __init__(self, fuse: Fuse, name: str) -> None:
        self._fuse = fuse
        self.above = f"multipleciphers-{name}"
        super().__init__(name, "unix")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        return _File(self._fuse, name, flags)
