"""Export: everything into one new file, in slices, read back before it is called done."""

from __future__ import annotations

import errno
import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ...api import ExportSummary, Progress, SourceFormat
from ...crypto.rng import random_bytes
from ...errors import DiskFullError, FolderPermissionError, InternalError, InvalidInputError
from ...vault.access import Action, check
from ..csv_file.reader import CsvReader
from ..kdbx.keys import composite
from ..kdbx.reader import KdbxReader
from ..model import Dropped, ForeignEntry
from .walk import write_csv, write_kdbx

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from ...api import Secret
    from ...vault.context import Vault

_SLICE = 0.005


def save(
    vault: Vault, path: str, form: SourceFormat, password: Secret | None
) -> Generator[Progress, None, ExportSummary]:
    """Export everything into a new file, readable by the user alone; nothing is left of a cancelled one.

    Whoever calls has asked for the owner's unlock method and writes the audit records.

    Args:
        vault: an open vault.
        path: must not exist.
        form: KDBX 4.0 with AES-256 and Argon2id, or CSV, which is not encrypted.
        password: of the KDBX file.

    Raises:
        NotPermittedError, InvalidInputError, DiskFullError, FolderPermissionError, ValueDamagedError, OldRowsError.
    """
    check(vault, Action.EXPORT)
    target = Path(path)
    if form is SourceFormat.KDBX and (password is None or not password.value):
        raise InvalidInputError(reason="A KDBX file needs a password", field="password")
    if target.exists() or target.is_symlink():
        raise InvalidInputError(reason=f"There is already something in {target}", field="path")
    key = composite(password.value, None) if password is not None else b""
    return (yield from _write(vault, target, form, key))


def _write(vault: Vault, target: Path, form: SourceFormat, key: bytes) -> Generator[Progress, None, ExportSummary]:
    dropped = Dropped()
    part = target.with_name(f".{target.name}.{random_bytes(6).hex()}.part")
    with _told(target):
        try:
            with os.fdopen(_create(part), "w+b") as file:
                if form is SourceFormat.KDBX:
                    count = yield from write_kdbx(vault, file, key, dropped)
                else:
                    count = yield from write_csv(vault, file, dropped)
                file.flush()
                os.fsync(file.fileno())
            yield from _read_back(part, form, key, count)
            _publish(part, target)
        finally:
            part.unlink(missing_ok=True)
    return ExportSummary(str(target), count, dropped.words())


def _create(path: Path) -> int:
    """A new file that the user alone can read."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)


def _publish(part: Path, target: Path) -> None:
    """Give the finished file its name, never in place of another."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise InvalidInputError(reason=f"There is already something in {target}", field="path") from None
    except OSError:
        # A file system without hard links: nothing was there a moment ago.
        part.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """Errors of the operating system as kvault's."""
    try:
        yield
    except OSError as problem:
        if problem.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError from None
        if problem.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise FolderPermissionError(path=str(target)) from None
        raise InvalidInputError(reason=f"{target} cannot be written: {problem.strerror}", field="path") from None


def _read_back(part: Path, form: SourceFormat, key: bytes, expected: int) -> Generator[Progress, None, None]:
    """Open what was written as an import would; a file that does not come back whole is not handed out."""
    yield Progress(expected, expected, "Checking the file")
    with part.open("rb") as file:
        items = _items(file, form, key)
        until, found = time.perf_counter() + _SLICE, 0
        for item in items:
            found += isinstance(item, ForeignEntry)
            if time.perf_counter() >= until:
                yield Progress(found, expected, "Checking the file")
                until = time.perf_counter() + _SLICE
    if found != expected:
        raise InternalError(kind="ExportIncomplete")


def _items(file: BinaryIO, form: SourceFormat, key: bytes) -> Iterable[object]:
    if form is SourceFormat.CSV:
        return CsvReader(file).items()
    reader = KdbxReader(file, "the exported file")
    reader.unlock([key])
    return reader.items()
