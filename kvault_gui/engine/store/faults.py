"""The one place where an error of SQLite or of the operating system becomes one of kvault's."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

import apsw

from ..errors import (
    DamagedError,
    DatabaseDamagedError,
    DiskFailedError,
    DiskFullError,
    FolderPermissionError,
    InvalidInputError,
    KvaultError,
    OutcomeUnknownError,
    VaultHeldError,
    VaultNotFoundError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
REFUSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_NO_FILE = frozenset({errno.ELOOP, errno.ENXIO, errno.EISDIR, errno.ESPIPE})
_GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ESTALE})


def from_os(error: OSError, path: Path) -> KvaultError:
    """What an OSError on a file of the vault at ``path`` means."""
    if error.errno in FULL:
        return DiskFullError()
    if error.errno in REFUSED:
        return FolderPermissionError(path=str(path))
    if error.errno in _GONE:
        return VaultNotFoundError(path=str(path))
    if error.errno in _NO_FILE:
        return DamagedError(reason="a file in its folder was replaced by a link, a pipe, a device or a folder")
    if error.errno == errno.ENAMETOOLONG:
        return InvalidInputError(reason="The path of this folder is too long")
    return DiskFailedError(reason=errno.errorcode.get(error.errno or 0, "unknown"))


def from_sqlite(error: apsw.Error, path: Path) -> KvaultError:
    """What an error of SQLite on the vault at ``path`` means, outside COMMIT."""
    if isinstance(error, apsw.FullError):
        return DiskFullError()
    if isinstance(error, apsw.ReadOnlyError):
        return FolderPermissionError(path=str(path))
    if isinstance(error, (apsw.CorruptError, apsw.NotADBError, apsw.FormatError)):
        return DatabaseDamagedError(reason="a page does not verify")
    if isinstance(error, (apsw.BusyError, apsw.LockedError)):
        return VaultHeldError(holder="Another program")
    if isinstance(error, apsw.CantOpenError):
        return DatabaseDamagedError(reason="the file cannot be opened")
    if isinstance(error, apsw.IOError):
        return DiskFailedError(reason=_io_kind(error))
    raise error


def _io_kind(error: apsw.IOError) -> str:
    """SQLite's name of the failed call, e.g. "SQLITE_IOERR_FSYNC"."""
    name = apsw.mapping_extended_result_codes.get(getattr(error, "extendedresult", 0))
    return name if isinstance(name, str) else "SQLITE_IOERR"


def from_commit(error: apsw.Error) -> KvaultError:
    """What an error of COMMIT means.

    A full disk is known to have stored nothing: the frame that makes a commit valid is the last one written. Of
    everything else the outcome is known only after reopening.
    """
    return DiskFullError() if isinstance(error, apsw.FullError) else OutcomeUnknownError()


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Raise the errors of the operating system and of SQLite as kvault's, for the vault at ``path``."""
    try:
        yield
    except OSError as error:
        raise from_os(error, path) from error
    except apsw.Error as error:
        raise from_sqlite(error, path) from error
