"""A new vault key: the whole database is copied into a new file under it, and one header replacement switches.

Until the header is replaced nothing that the vault consists of has changed: whatever interrupts, the vault opens as it
was, and what was made is cleared away at the next opening. Pages are copied by SQLite's own backup, which carries
along what is changed meanwhile; every row is verified under the old set hash before it is summed under the new one, so
that old rows are not passed off as new ones.
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, NamedTuple

from ..api import Progress
from ..errors import OutcomeUnknownError
from . import binding, database, head, headers, sethash
from .buckets import Buckets
from .head import HeadFile, HeadRecord
from .header import encode, following
from .transaction import Tx

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    import apsw

    from .database import Database
    from .files import Files
    from .header import Header, Written
    from .held import HeldFolder
    from .keys import StoreKeys
    from .records import Tail
    from .tables import Table

_PAGES = 400  # a slice: about 5 ms
_BUCKETS = 8  # a slice
_NAME = re.compile(r"vault(?:-\d{1,19})?\.db")
MARK = "rekeying"  # names both databases while a copy is made: the one that the header does not name is to go
_MAX_MARK = 100  # bytes


class Old(NamedTuple):
    """The open vault that is copied."""

    held: HeldFolder
    database: Database
    buckets: Buckets
    tables: tuple[Table, ...]


class New(NamedTuple):
    """What the copy is to be. ``change`` makes the new header's slots, ``first`` the first transaction."""

    keys: StoreKeys
    change: Callable[[Header], Header]
    first: Callable[[Tx], None]


def run(old: Old, new: New, now: Callable[[], tuple[Written, Tail]]) -> Generator[Progress, None, Written]:
    """Copy, switch, and return the new header; the caller reopens, which clears the old files away.

    ``now`` gives the header and the newest commit of the open vault at that moment. Closing the job before its end
    takes everything back. Raises OldRowsError, OutcomeUnknownError, apsw.Error, OSError.
    """
    folder, files = old.held.folder, old.held.files
    before = now()[0].header
    name = f"vault-{before.generation + 1}.db"
    _remove(folder, name, files)
    files.put(folder / MARK, f"{before.database}\n{name}\n".encode())
    try:
        salt = database.create(folder / name, new.keys.page, old.held.vfs, files)
        target = database.open_file(folder / name, new.keys.page, old.held.vfs)
        try:
            sums = yield from _copy(old, new.keys, target)
            # From here on nothing else runs on the vault: the copy is complete.
            current, tail = now()
            header = _header(current.header, new, name, salt)
            record = _first_commit(old, new, target, sums, header, tail)
        finally:
            target.close()
        _write_head(folder, name, new.keys, record, files)
    except BaseException:
        with contextlib.suppress(OSError):
            clear(folder, before.database, files)
        raise
    _switch(folder, files, current, header)
    return header


def _switch(folder: Path, files: Files, old: Written, new: Written) -> None:
    try:
        headers.write(folder, files, new)
    except OSError as error:
        known = headers.failed(folder, files, old, error)
        if not isinstance(known, OutcomeUnknownError):
            clear(folder, old.header.database, files)
        raise known from error


def _copy(old: Old, keys: StoreKeys, target: Database) -> Generator[Progress, None, dict[int, int]]:
    """Every page, and every bucket's sum under the new key."""
    touched: set[int] = set()
    old.buckets.touched = touched
    copy = old.database.begin_copy(target)
    try:
        sums: dict[int, int] = {}
        tables = (*old.tables, *binding.TABLES)
        yield from _pages(copy)
        total = old.buckets.count
        for done, bucket in enumerate(old.buckets.walk(tables)):
            sums[bucket] = old.buckets.sum_under(bucket, keys.set_hash)
            if done % _BUCKETS == 0:
                yield Progress(total + done, 2 * max(total, done), "rows")
        for bucket in touched:
            sums[bucket] = old.buckets.sum_under(bucket, keys.set_hash)
        while not copy.done:
            copy.step(-1)
        return sums
    finally:
        old.buckets.touched = None
        copy.close(force=True)


def _pages(copy: apsw.Backup) -> Generator[Progress, None, None]:
    """All pages but the last slice: as long as the copy is not complete, it takes part in every change."""
    copy.step(1)
    while copy.remaining > _PAGES:
        copy.step(_PAGES)
        yield Progress(copy.page_count - copy.remaining, 2 * copy.page_count, "pages")


def _header(old: Header, new: New, name: str, salt: bytes) -> Written:
    import msgspec  # noqa: PLC0415 rotations alone

    changed = following(new.change(old), old)
    return encode(msgspec.structs.replace(changed, database=name, database_salt=salt.hex()), new.keys.header_mac)


def _first_commit(
    old: Old, new: New, target: Database, sums: dict[int, int], header: Written, tail: Tail
) -> HeadRecord:
    """The sums under the new key and what the vault adds, in one transaction of the new file; durable."""
    buckets = Buckets(target, new.keys.set_hash, (*old.tables, *binding.TABLES))
    target.keep_wal(on=False)
    target.run("begin immediate")
    buckets.replace(sums)
    tx = Tx(target, buckets, {}, (tail.number, tail.newest.chain, tail.newest.commit + 1))
    binding.follow(tx, header)
    new.first(tx)
    before = sum(sums.values())
    total = (before + buckets.flush()) & sethash.MASK
    _, chain_head = tx.finish(total)
    target.run("commit")
    target.checkpoint()
    return HeadRecord(tail.newest.commit + 1, chain_head, header.header.generation, header.digest)


def _write_head(folder: Path, name: str, keys: StoreKeys, record: HeadRecord, files: Files) -> None:
    made = HeadFile(folder / head.name_for(name), keys.head, files)
    try:
        made.rewrite(record)
    finally:
        made.close()
    files.sync_folder(folder)


def _remove(folder: Path, name: str, files: Files) -> None:
    for each in (name, f"{name}-wal", f"{name}-journal", head.name_for(name)):
        files.remove(folder / each)


def clear(folder: Path, current: str, files: Files) -> None:
    """Remove what a rotation left, finished or interrupted: the database that the verified header does not name."""
    mark = files.read(folder / MARK, _MAX_MARK)
    if mark is None:
        return
    for name in mark.decode(errors="replace").split("\n"):
        if name != current and _NAME.fullmatch(name):
            _remove(folder, name, files)
    files.remove(folder / MARK)
