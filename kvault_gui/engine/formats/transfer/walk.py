"""Going through a vault for a writer: the tree of namespaces, the entries in each, the trash."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from ...api import FieldType, Progress
from ...vault import entries, fields
from ...vault.schema import ENTRY, ROOT, EntryRow
from ..csv_file.writer import CsvWriter
from ..kdbx.writer import KdbxWriter
from ..model import ForeignGroup
from .states import FileKey, Opener, file_key, is_plain_kind, numbers, with_favourite

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from ...vault.context import Vault
    from ..model import Dropped, ForeignEntry

_SLICE = 0.005
_PAGE = 256
_BIN = "Recycle Bin"


def rows_in(vault: Vault, where: str, *values: int) -> Iterator[EntryRow]:
    """Verified rows of entries in the order of their ids; ``where`` is a condition of ours with ``values``."""
    last = 0
    while True:
        found = vault.store.read(
            f"select id from entry where {where} and id > ? order by id limit ?",  # noqa: S608 text of this file
            *values,
            last,
            _PAGE,
        )
        if not found:
            return
        last = cast("int", found[-1][0])
        yield from (
            EntryRow._make(row) for row in vault.store.rows(ENTRY, [cast("int", number) for (number,) in found])
        )


class _Ticker:
    """Says when a slice is over, and how far the export is."""

    def __init__(self, total: int) -> None:
        self.total = total
        self._until = time.perf_counter() + _SLICE

    def due(self, done: int, what: str) -> Iterator[Progress]:
        """One report if the slice is over, else none."""
        if time.perf_counter() >= self._until:
            yield Progress(done, self.total, what)
            self._until = time.perf_counter() + _SLICE


def _total(vault: Vault, where: str) -> int:
    return cast("int", vault.store.read(f"select count(*) from entry where {where}")[0][0])  # noqa: S608 as above


def write_kdbx(vault: Vault, file: BinaryIO, key: bytes, dropped: Dropped) -> Generator[Progress, None, int]:
    """Write every entry with its history, the trash as the recycle bin; returns how many entries."""
    total = _total(vault, "1")
    yield Progress(0, total, "Deriving the key")
    writer = KdbxWriter(file, key)
    refs = yield from _attach(vault, writer, _Ticker(total))
    job = _Document(vault, writer, Opener(vault, dropped, refs), dropped, total)
    yield from job.write()
    dropped.merge(writer.dropped)
    return job.done


def _attach(vault: Vault, writer: KdbxWriter, ticker: _Ticker) -> Generator[Progress, None, dict[FileKey, int]]:
    """The attachments of every version: they stand before the document."""
    refs: dict[FileKey, int] = {}
    for done, row in enumerate(rows_in(vault, "1")):
        for number in numbers(vault, row, history=True):
            for record in entries.state_of(vault, row, number).fields:
                name = file_key(row, number, record)
                if record.type is FieldType.FILE and name not in refs:
                    refs[name] = writer.attach(fields.value_of(vault, row.uid, record), protected=record.protected)
        yield from ticker.due(done, "Attached files")
    return refs


class _Document:
    """Writes the tree. ``done`` counts entries."""

    def __init__(self, vault: Vault, writer: KdbxWriter, opener: Opener, dropped: Dropped, total: int) -> None:
        self.done = 0
        self._vault = vault
        self._writer = writer
        self._opener = opener
        self._dropped = dropped
        self._ticker = _Ticker(total)
        self._now = vault.clock()

    def write(self) -> Generator[Progress, None, None]:
        vault, writer = self._vault, self._writer
        name = Path(vault.path).name
        root = self._group(ROOT, None, name)
        trash = ForeignGroup(vault.id.hex(), _BIN, root, created=self._now, changed=self._now, recycle_bin=True)
        writer.begin(name, self._now, trash.uid)
        writer.open_group(root)
        yield from self._inside(ROOT, root)
        writer.open_group(trash)
        yield from self._entries(trash, "trashed = 1")
        writer.close_group()
        writer.close_group()
        writer.finish()

    def _group(self, space: int, parent: ForeignGroup | None, name: str) -> ForeignGroup:
        uid = self._vault.tree.get(space).uid.hex()
        return ForeignGroup(uid, name, parent, created=self._now, changed=self._now)

    def _inside(self, space: int, group: ForeignGroup) -> Generator[Progress, None, None]:
        yield from self._entries(group, "trashed = 0 and namespace = ?", space)
        tree = self._vault.tree
        for child in sorted(tree.children(space), key=lambda number: tree.get(number).sort):
            below = self._group(child, group, tree.get(child).name)
            self._writer.open_group(below)
            yield from self._inside(child, below)
            self._writer.close_group()

    def _entries(self, group: ForeignGroup, where: str, *values: int) -> Generator[Progress, None, None]:
        for row in rows_in(self._vault, where, *values):
            versions = numbers(self._vault, row, history=True)
            self._writer.entry(with_favourite(self._opener.entry(row, group, versions)))
            if not is_plain_kind(row.kind):
                self._dropped.add("kinds (certificates, keys): they are plain entries there")
            self.done += 1
            yield from self._ticker.due(self.done, "Entries")


def write_csv(vault: Vault, file: BinaryIO, dropped: Dropped) -> Generator[Progress, None, int]:
    """Write the present state of every entry outside the trash; returns how many."""
    total, done = _total(vault, "trashed = 0"), 0
    writer, opener, ticker = CsvWriter(file), Opener(vault, dropped, {}), _Ticker(total)
    groups: dict[int, ForeignGroup] = {}
    for row in rows_in(vault, "trashed = 0"):
        writer.entry(_present(vault, opener, row, groups))
        dropped.add("earlier versions", row.version - 1)
        done += 1
        yield from ticker.due(done, "Entries")
    dropped.add("entries in the trash", _total(vault, "trashed = 1"))
    dropped.merge(writer.dropped)
    return done


def _present(vault: Vault, opener: Opener, row: EntryRow, groups: dict[int, ForeignGroup]) -> ForeignEntry:
    group = groups.get(row.namespace)
    if group is None:
        group = ForeignGroup()
        for name in vault.tree.names(row.namespace):
            group = ForeignGroup(name=name, parent=group)
        groups[row.namespace] = group
    return opener.entry(row, group, [row.version])
