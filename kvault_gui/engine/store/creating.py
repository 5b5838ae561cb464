"""Making a vault. Its header is written last: a folder without vault.json is no vault, however far the making got."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import msgspec

from ..errors import VaultExistsError
from . import binding, database, headers, lock, records, sethash
from .buckets import DDL as BUCKETS_DDL
from .buckets import TABLE as BUCKETS_TABLE
from .buckets import Buckets
from .chain import START
from .faults import told
from .head import NAME as HEAD
from .head import HeadFile, HeadRecord
from .header import encode
from .held import HeldFolder, real_path
from .keys import StoreKeys
from .transaction import Tx

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .files import Files
    from .header import Header, Written
    from .tables import Derived, Table

    Contents: TypeAlias = "tuple[tuple[Table, ...], tuple[Derived, ...], Callable[[Tx], None]]"

DATABASE = "vault.db"
MARK = "creating"  # stands while a vault is made; without a header beside it, what is there was never acknowledged
_OURS = frozenset({MARK, lock.NAME, HEAD, DATABASE, DATABASE + "-wal", DATABASE + "-journal", MARK + ".tmp"})


def create(
    folder: Path, vk: bytes, header: Header, contents: Contents, *, holder: str, files: Files, vfs: str
) -> HeldFolder:
    """Make everything, durably; returns the folder with its lock held.

    Raises VaultExistsError, FolderPermissionError, DiskFullError, InvalidInputError.
    """
    path = real_path(folder)
    with told(path):
        made = not path.exists()
        if not made and not path.is_dir():
            raise VaultExistsError(path=str(path))
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_empty(path)
        held = lock.take(path, holder)
        try:
            _check_empty(path)  # again: another program may have been quicker, and what it made is not ours to undo
        except BaseException:
            held.release()
            raise
        try:
            _clear(path, files)
            files.put(path / MARK, b"")
            _fill(path, vk, header, contents, files=files, vfs=vfs)
            files.remove(path / MARK)
            files.sync_folder(path)
            files.sync_folder(path.parent)
            return HeldFolder(path, held, headers.read(path, files), files, vfs)
        except BaseException:
            _undo(path, files, made=made)
            held.release()
            raise


def _check_empty(path: Path) -> None:
    """Refuse a folder with anything in it but what an interrupted creation left. Raises VaultExistsError."""
    names = {entry.name for entry in path.iterdir()}
    unfinished = MARK in names and names <= _OURS | {name + ".tmp" for name in headers.NAMES}
    if names - {lock.NAME, MARK + ".tmp"} and not unfinished:
        raise VaultExistsError(path=str(path))


def _clear(path: Path, files: Files) -> None:
    for name in sorted(_OURS - {lock.NAME, MARK}):
        files.remove(path / name)


def _undo(path: Path, files: Files, *, made: bool) -> None:
    """Take back what was made, as far as possible; the header first, so that no half vault stands."""
    for name in (*headers.NAMES, *(each + ".tmp" for each in headers.NAMES), *sorted(_OURS)):
        try:
            files.remove(path / name)
        except OSError:
            return
    if made:
        try:
            path.rmdir()
        except OSError:
            return


def _fill(path: Path, vk: bytes, header: Header, contents: Contents, *, files: Files, vfs: str) -> None:
    keys = StoreKeys.derive(vk, bytes.fromhex(header.vault))
    salt = database.create(path / DATABASE, keys.page, vfs, files)
    whole = msgspec.structs.replace(header, generation=1, database=DATABASE, database_salt=salt.hex())
    written = encode(whole, keys.header_mac)
    chain_head = _first_commit(path, keys, written, contents, vfs)
    head_file = HeadFile(path / HEAD, keys.head, files)
    try:
        head_file.rewrite(HeadRecord(1, chain_head, written.header.generation, written.digest))
    finally:
        head_file.close()
    files.sync_folder(path)
    headers.write(path, files, written)


def _first_commit(path: Path, keys: StoreKeys, written: Written, contents: Contents, vfs: str) -> bytes:
    """Tables and first rows in one transaction; returns the hash of its last record."""
    tables, derived, first = (*contents[0], *binding.TABLES), contents[1], contents[2]
    opened = database.open_file(path / DATABASE, keys.page, vfs)
    try:
        opened.keep_wal(on=False)
        opened.run("begin immediate")
        ddl = [*(sql for table in tables for sql in table.ddl), *(sql for each in derived for sql in each.ddl)]
        for sql in (BUCKETS_DDL, records.RECORDS_DDL, *ddl):
            opened.run(sql)
        opened.guard([BUCKETS_TABLE, records.TABLE, *(table.name for table in tables)])
        buckets = Buckets(opened, keys.set_hash, tables)
        tx = Tx(opened, buckets, {}, (0, START, 1))
        binding.begin(tx, written)
        first(tx)
        _, chain_head = tx.finish(buckets.flush() & sethash.MASK)
        opened.run("commit")
        opened.checkpoint()
    finally:
        opened.close()
    return chain_head
