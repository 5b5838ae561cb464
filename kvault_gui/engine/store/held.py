"""A vault's folder before it is open: lock and header."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..errors import InvalidInputError, VaultNotFoundError
from . import database, headers, lock
from .faults import told
from .files import REAL, Files

if TYPE_CHECKING:
    from .header import Header, Slot, Written
    from .headers import Headers
    from .lock import Lock

MAX_PATH = 460  # bytes; SQLite's own limit is 512 with its suffixes


class Seen(NamedTuple):
    """What ``read_header`` finds. ``holder`` None: nobody holds the vault."""

    header: Header
    findings: list[str]
    holder: str | None


def real_path(folder: Path) -> Path:
    """The folder's own path. Raises InvalidInputError for one that SQLite cannot open: too long, or no text."""
    path = Path(os.path.realpath(folder))
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise InvalidInputError(reason="The path of this folder is not Unicode text") from error
    if len(os.fsencode(path)) > MAX_PATH:
        raise InvalidInputError(reason=f"The path of this folder is too long (more than {MAX_PATH} bytes)")
    return path


def read_header(folder: Path, files: Files = REAL) -> Seen:
    """Header and holder, without the lock and without touching the database.

    Raises VaultNotFoundError, HeaderDamagedError, NewerFormatError, FolderPermissionError.
    """
    path = real_path(folder)
    with told(path):
        found = headers.read(path, files)
        chosen = found.newest(None)
        return Seen(chosen.header, found.findings(chosen, mended=False), lock.holder(path))


def place(written: Written) -> tuple[str, str, str]:
    """What a header belongs to."""
    header = written.header
    return header.vault, header.database, header.database_salt


class HeldFolder:
    """A folder whose lock this process holds. Give it to ``Store.open``, or release it."""

    def __init__(self, folder: Path, held: Lock, found: Headers, files: Files, vfs: str) -> None:
        self.folder = folder
        self.files = files
        self.vfs = vfs
        self.lock = held
        self.found = found
        self.chosen = found.newest(self._salt())
        self.findings: list[str] = found.findings(self.chosen, mended=False)
        self.forged_but: Slot | None = None  # this way in opened although the header was changed

    @property
    def header(self) -> Header:
        """The newest whole header; its MAC is verified by ``Store.open`` alone."""
        return self.chosen.header

    def copies(self) -> list[Written]:
        """The chosen copy of the header, then the other one if it is whole, says something else and fits as well."""
        others = (copy for copy in self.found.copies if copy is not None and copy.line != self.chosen.line)
        return [self.chosen, *(copy for copy in others if place(copy) == place(self.chosen))]

    def choose(self, written: Written) -> None:
        """Go on with that copy: its MAC verified, and that of the one chosen before did not."""
        self.chosen = written

    def choose_forged(self, written: Written, slot: Slot) -> None:
        """Go on with a copy whose MAC does not verify: ``slot`` opened, and ``Store.open`` puts the header back."""
        self.chosen, self.forged_but = written, slot

    def again(self, written: Written) -> HeldFolder:
        """The same folder under the same lock with the headers read anew, of which ``written`` is chosen."""
        held = HeldFolder(self.folder, self.lock, headers.read(self.folder, self.files), self.files, self.vfs)
        held.choose(written)
        return held

    @property
    def writable(self) -> bool:
        """Whether folder and database can be written."""
        path = self.folder / self.header.database
        return self.lock.writable and (os.access(path, os.W_OK) or not path.exists())

    def _salt(self) -> bytes | None:
        whole = self.found.newest(None)
        return database.salt_of(self.folder / whole.header.database)

    @classmethod
    def take(cls, folder: Path, holder: str, files: Files = REAL, vfs: str = database.VFS) -> HeldFolder:
        """Take the lock in the name of ``holder`` ("kvault (window)"), then read the header.

        Raises:
            VaultNotFoundError, VaultHeldError, FolderPermissionError, HeaderDamagedError, NewerFormatError,
            DatabaseForeignError, DatabaseDamagedError: the database is missing or its first bytes are altered.
        """
        path = real_path(folder)
        if not any((path / name).is_file() for name in headers.NAMES):
            raise VaultNotFoundError(path=str(path))
        with told(path):
            held = lock.take(path, holder)
            try:
                taken = cls(path, held, headers.read(path, files), files, vfs)
                salt = bytes.fromhex(taken.header.database_salt)
                database.check_start(path / taken.header.database, salt)
            except BaseException:
                held.release()
                raise
        return taken

    def release(self) -> None:
        """Let go of the lock. Idempotent."""
        self.lock.release()
