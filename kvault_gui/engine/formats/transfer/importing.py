"""Import: preview and load, in slices; whatever stops a load takes back what it stored."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from ...api import Category, Duplicates, FieldType, ImportSummary, Preview, PreviewRow, Progress
from ...errors import KvaultError
from ...vault import bulk, namespaces, text
from ...vault.access import Action, check
from ..model import Dropped, ForeignGroup
from .lookup import Lookup, detail_of
from .mapping import Mapper
from .sources import open_source

if TYPE_CHECKING:
    from collections.abc import Generator

    from ...api import ImportOptions, Source
    from ...vault.bulk import Batch, NewEntry
    from ...vault.context import Vault
    from ..model import ForeignEntry
    from .sources import Opened

_ROWS = 200  # of a preview
_SLICE = 0.005  # seconds of reading between two reports
_CHUNK = 1_000  # entries that wait to be stored
_SPACES = 10  # namespaces of a slice
_CHUNK_BYTES = 16 << 20


class _Run:
    """One reading of a source: mapping, counting."""

    def __init__(self, opened: Opened, options: ImportOptions) -> None:
        self.opened = opened
        self.options = options
        self.dropped = Dropped()
        self.mapper = Mapper(text.split_path(options.into), self.dropped, options.history)
        self.groups: list[ForeignGroup] = []
        self.used: set[tuple[str, ...]] = set()  # namespaces that entries are put in
        self.versions = 0
        self.files = 0
        self._items = opened.reader.items()

    def progress(self, what: str) -> Progress:
        """How much of the file was read."""
        done, total = self.opened.reader.progress()
        return Progress(done, total, what)

    def chunk(self) -> Generator[Progress, None, list[tuple[ForeignEntry, NewEntry]]]:
        """The next entries, mapped; an empty list at the end."""
        found: list[tuple[ForeignEntry, NewEntry]] = []
        size, until = 0, time.perf_counter() + _SLICE
        for item in self._items:
            if isinstance(item, ForeignGroup):
                self.groups.append(item)
            elif item.group.recycled() and not self.options.recycle_bin:
                self.dropped.add("entries of the recycle bin")
            else:
                new = self.mapper.entry(item)
                found.append((item, new))
                size += sum(len(field.value.value) for field in new.input.fields if field.value is not None)
            if len(found) >= _CHUNK or size >= _CHUNK_BYTES:
                break
            if time.perf_counter() >= until:
                yield self.progress("Reading")
                until = time.perf_counter() + _SLICE
        return found

    def count(self, new: NewEntry) -> None:
        """Count an entry that is, or would be, stored."""
        self.used.add(tuple(text.split_path(new.input.namespace)))
        self.versions += len(new.history)
        self.files += sum(field.type is FieldType.FILE for field in new.input.fields)

    def not_carried(self) -> list[str]:
        """What was not carried, in words, complete at the end."""
        kept = Dropped()
        kept.merge(self.opened.reader.dropped)
        kept.merge(self.dropped)
        kept.add("notes of groups", sum(bool(group.notes.strip()) for group in self.groups))
        kept.add("tags of groups", sum(bool(group.tags) for group in self.groups))
        kept.add("expiry times of groups", sum(group.expires is not None for group in self.groups))
        return [*self.opened.notes, *kept.words()]

    def spaces(self) -> set[tuple[str, ...]]:
        """Every namespace that the file speaks of, those above them included; the trash needs none."""
        paths = set(self.used)
        paths.update(tuple(self.mapper.path(group)) for group in self.groups if not group.recycled())
        return {path[:depth] for path in paths for depth in range(1, len(path) + 1)}


def preview(vault: Vault, source: Source, options: ImportOptions) -> Generator[Progress, None, Preview]:
    """Read everything, change nothing.

    Raises FormatUnknownError, FormatDamagedError, FormatLimitError, WrongSourceCredentialsError, KdfCostError.
    """
    check(vault, Action.BROWSE)
    with open_source(source) as opened:
        yield Progress(0, 0, "Opening")
        opened.unlock()
        run, lookup = _Run(opened, options), Lookup(vault)
        rows: list[PreviewRow] = []
        entries = duplicates = 0
        while found := (yield from run.chunk()):
            for foreign, new in found:
                duplicate = _duplicate(lookup, run, foreign, new) is not None
                entries += 1
                duplicates += duplicate
                run.count(new)
                if len(rows) < _ROWS:
                    rows.append(_row(new, duplicate=duplicate))
            yield run.progress(f"{entries:,} entries")
        fresh = sum(vault.tree.find(list(path)) is None for path in run.spaces())
        return Preview(
            opened.reader.words(),
            entries,
            fresh,
            duplicates,
            run.files,
            run.versions,
            rows,
            opened.columns,
            opened.proposal,
            run.not_carried(),
        )


def _duplicate(lookup: Lookup, run: _Run, foreign: ForeignEntry, new: NewEntry) -> int | None:
    # What was thrown away over there replaces nothing here, and nothing here is a reason to leave it out.
    return None if new.trashed else lookup.duplicate(foreign.uid, new, run.mapper.path(foreign.group))


def _row(new: NewEntry, *, duplicate: bool) -> PreviewRow:
    given = new.input
    return PreviewRow(given.title, given.namespace, given.kind, detail_of(given), len(given.fields), duplicate)


def load(vault: Vault, source: Source, options: ImportOptions) -> Generator[Progress, None, ImportSummary]:
    """Import. Closing the job, and any error, takes back what it stored.

    Raises what ``preview`` raises, and what storing raises.
    """
    check(vault, Action.WRITE)
    with open_source(source) as opened:
        opened.require_columns()
        yield Progress(0, 0, "Opening")
        opened.unlock()
        run = _Run(opened, options)
        batch = bulk.begin(vault, opened.name)
        try:
            skipped = yield from _store(vault, run, batch)
            fresh = yield from _make_spaces(vault, run, batch)
            bulk.finish(vault, batch)
        except BaseException:
            # Where even this fails (a full disk), opening the vault finds the batch and offers to take it back.
            with suppress(KvaultError):
                bulk.drain(bulk.take_back(vault, batch.uid))
            raise
        return ImportSummary(
            batch.uid, batch.added, batch.replaced, skipped, fresh, run.files, batch.versions, run.not_carried()
        )


def _store(vault: Vault, run: _Run, batch: Batch) -> Generator[Progress, None, int]:
    """Store everything; returns how many entries were skipped as duplicates."""
    lookup, skipped = Lookup(vault, batch.id), 0
    uids: set[bytes] = set()
    while found := (yield from run.chunk()):
        wanted: list[NewEntry] = []
        until = time.perf_counter() + _SLICE
        for foreign, new in found:
            known = _duplicate(lookup, run, foreign, new)
            if known is not None and run.options.duplicates is Duplicates.SKIP:
                skipped += 1
            else:
                _place(run, lookup, uids, foreign, new, known)
                wanted.append(new)
            if time.perf_counter() >= until:
                yield run.progress("Comparing")
                until = time.perf_counter() + _SLICE
        for _ in bulk.add_many(vault, batch, wanted):
            yield run.progress(f"{batch.added + batch.replaced:,} entries")
    return skipped


def _place(
    run: _Run, lookup: Lookup, uids: set[bytes], foreign: ForeignEntry, new: NewEntry, known: int | None
) -> None:
    run.count(new)
    if known is not None and run.options.duplicates is Duplicates.REPLACE:
        new.replaces = known
        run.dropped.add("earlier versions of replaced entries", len(new.history))
        new.history.clear()
        return
    uid = lookup.free_uid(foreign.uid)
    if uid is not None and uid not in uids:
        new.uid = uid
        uids.add(uid)


def _make_spaces(vault: Vault, run: _Run, batch: Batch) -> Generator[Progress, None, int]:
    """Make the namespaces of empty groups too; returns how many namespaces the batch made."""
    missing = sorted((path for path in run.spaces() if vault.tree.find(list(path)) is None), key=len)
    while missing:
        now, missing = missing[:_SPACES], missing[_SPACES:]
        with vault.change("secrets.imported", category=Category.EXPORT, object=batch.title, quiet=True) as work:
            for path in now:
                namespaces.ensure(vault, work.tx, list(path), batch.id)
            work.details.update({"batch": batch.uid, "namespaces": len(now)})
        yield run.progress("Namespaces")
    return sum(row.batch == batch.id for row in vault.tree.rows().values())
