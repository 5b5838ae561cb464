"""What opening finds, and what it does about it: nothing is altered before everything is judged."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import apsw

from ..api import Accept
from ..errors import (
    ChangesMissingError,
    DatabaseDamagedError,
    HeadDamagedError,
    HeaderForgedError,
    HeaderOldError,
    HeaderOtherError,
    HeadOldError,
    HistoryForkedError,
    OldRowsError,
)
from . import added, binding, database, head, headers, records, rekeying, sethash
from .buckets import DDL as BUCKETS_DDL
from .buckets import TABLE as BUCKETS_TABLE
from .buckets import Buckets
from .faults import FULL, told
from .head import HeadFile, HeadRecord, Verdict
from .held import place
from .keys import StoreKeys
from .records import RECORDS_DDL
from .transaction import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .database import Database
    from .header import Slot, Written
    from .held import HeldFolder
    from .records import Tail
    from .tables import Derived, Table


_MAX_LOG = 4 << 30  # bytes; kvault empties its log at some 8 MiB


class Parts(NamedTuple):
    """An open and judged vault. ``head_file`` None: it is open for reading alone."""

    database: Database
    buckets: Buckets
    keys: StoreKeys
    written: Written
    tail: Tail
    head_file: HeadFile | None
    findings: list[str]
    accepted: frozenset[Accept]
    missing: int  # acknowledged changes whose loss was accepted
    lacking: tuple[str, ...]  # names of derived tables that are to be rebuilt
    copy: Path | None  # the folder of a private copy, to be removed at the end


class _Base(NamedTuple):
    database: Database
    tail: Tail
    copy: Path | None
    stray_log: bool  # the write-ahead log does not belong to the database


class Opening:
    """One opening, step by step."""

    def __init__(self, held: HeldFolder, vk: bytes, accept: frozenset[Accept]) -> None:
        self._held = held
        self._accept = accept
        self._used: set[Accept] = set()
        self._missing = 0
        self._keys = StoreKeys.derive(vk, bytes.fromhex(held.header.vault))
        self._findings: list[str] = []
        if held.forged_but is None:
            self._written = held.found.verified(held.chosen, self._keys.header_mac)
            self._findings = held.found.findings(self._written, mended=held.writable)
        else:
            self._written = held.chosen  # until its place in the database was read
        self._path = held.folder / self._written.header.database
        self._head = held.folder / head.name_for(self._written.header.database)
        self._log = self._path.with_name(self._path.name + "-wal")

    def run(self, tables: Iterable[Table], derived: Iterable[Derived]) -> Parts:
        """Open, judge, mend. Raises DamagedError and its kinds, DiskFullError, FolderPermissionError."""
        tables = (*tables, *binding.TABLES)
        with told(self._held.folder):
            found = head.read(self._keys.head, self._held.files.read(self._head, head.SIZE))
            base = self._open() if self._held.forged_but is None else self._open_forged(self._held.forged_but, tables)
            try:
                record = self._judge(found.record, found.finding, base)
                base = self._without_stray_log(base)
                objects = database.schema(base.database)
                lacking = added.lacking(objects, tables)
                _check_schema(objects, (table for table in tables if table not in lacking))
                buckets = self._check_rows(base, tables, lacking)
                head_file = self._mend(base, record, mend=found.mend)
                if lacking:
                    head_file = self._add(base, lacking, head_file)
            except BaseException:
                _abandon(base)
                raise
        if found.record is not None and found.finding:
            self._findings.append(found.finding)
            if head_file is None:
                self._findings.append("It could not be repaired, because the folder is read-only.")
        base.database.guard([BUCKETS_TABLE, records.TABLE, *(table.name for table in tables)])
        return Parts(
            base.database,
            buckets,
            self._keys,
            self._written,
            base.tail,
            head_file,
            self._findings,
            frozenset(self._used),
            self._missing,
            tuple(each.name for each in derived if not _present(objects, each.ddl)),
            base.copy,
        )

    # --- opening the file ---

    def _log_size(self) -> int:
        return self._log.stat().st_size if self._log.exists() else 0

    def _open(self) -> _Base:
        """Open the database in a way that leaves every byte as it is."""
        if not self._held.writable:
            return self._open_readonly()
        try:
            return self._open_at(self._path, None)
        except (apsw.CorruptError, apsw.NotADBError, DatabaseDamagedError) as error:
            if not self._log_size():
                raise
            return self._open_without_log(error)

    def _open_forged(self, slot: Slot, tables: tuple[Table, ...]) -> _Base:
        """Open with a header that somebody changed, and go on with the one that the database knows.

        ``slot`` must stand there exactly as it opened: else it was removed, or altered itself. Whatever does not fit
        is HeaderForgedError: the header is what is known to be wrong.
        """
        try:
            base = self._open()
        except (apsw.Error, DatabaseDamagedError) as error:
            raise HeaderForgedError from error
        try:
            good = self._known_header(base, tables)
        except (apsw.Error, OldRowsError) as error:
            _abandon(base)
            raise HeaderForgedError from error
        if good is None or slot not in good.header.slots or place(good) != place(self._written):
            _abandon(base)
            raise HeaderForgedError
        self._written = good
        end = "was put back from the copy" if self._held.writable else "stays as it is; the copy is used that is"
        self._findings.append(
            f"The header vault.json was changed by somebody who could not open the vault; it {end} in the database."
        )
        return base

    def _known_header(self, base: _Base, tables: tuple[Table, ...]) -> Written | None:
        """The header that the database knows, if the sums are those of the newest commit."""
        buckets = Buckets(base.database, self._keys.set_hash, tables)
        if sethash.to_bytes(buckets.load()) != base.tail.total:
            return None
        return binding.copy(Reader(base.database, buckets), self._keys.header_mac)

    def _open_at(self, path: Path, copy: Path | None) -> _Base:
        opened = database.open_file(path, self._keys.page, self._held.vfs)
        return _base(opened, copy, stray_log=False)

    def _open_without_log(self, error: Exception) -> _Base:
        """A log of other files makes every page look damaged: does the database verify without it?"""
        try:
            opened = database.open_immutable(self._path, self._keys.page, self._held.vfs)
            return _base(opened, None, stray_log=True)
        except (apsw.Error, DatabaseDamagedError):
            raise error from None

    def _open_readonly(self) -> _Base:
        self._findings.append("The folder is read-only: the vault can be read, not changed.")
        if not self._log_size():
            return _base(database.open_immutable(self._path, self._keys.page, self._held.vfs), None, stray_log=False)
        # A database opened as immutable would silently lack what is in the log.
        from . import copies  # noqa: PLC0415 few sessions need one

        copy = copies.make_private((self._path, self._log))
        try:
            return self._open_at(copy / self._path.name, copy)
        except BaseException:
            copies.remove(copy)
            raise

    def _without_stray_log(self, base: _Base) -> _Base:
        if not base.stray_log:
            return base
        base.database.close()
        kept = self._set_aside(move=True)
        self._findings.append(f"The log {self._log.name} did not belong to this database; it was kept as {kept}.")
        return self._open_at(self._path, None)

    def _set_aside(self, *, move: bool) -> str:
        """Keep the write-ahead log as it is under a name of its own; returns that name."""
        if not self._log_size():
            return "nothing (the log is gone)"
        if self._log_size() > _MAX_LOG:
            raise DatabaseDamagedError(reason=f"its log {self._log.name} is larger than any that kvault writes")
        with self._log.open("rb") as stream:
            mark = hashlib.file_digest(stream, "sha256").hexdigest()[:8]
        kept = self._log.with_name(f"{self._log.name}.kept-{mark}")
        if not self._held.writable:
            return self._log.name
        try:
            if move:
                self._held.files.rename(self._log, kept)
            elif not kept.exists():
                from . import copies  # noqa: PLC0415 for damage alone

                copies.keep(self._log, kept)
        except OSError as error:
            if move or error.errno not in FULL:
                raise
            kept.unlink(missing_ok=True)
            return self._log.name
        return kept.name

    # --- judging ---

    def _judge(self, record: HeadRecord | None, finding: str, base: _Base) -> HeadRecord:
        """The head that fits what was found. Raises what does not fit and was not accepted."""
        written, tail = self._written, base.tail
        now = HeadRecord(tail.newest.commit, tail.newest.chain, written.header.generation, written.digest)
        if record is None:
            self._unless(Accept.HEAD, HeadDamagedError(reason=finding))
            return now
        match head.judge_database(record, tail.newest):
            case Verdict.MISSING:
                self._missing = record.commit - tail.newest.commit
                kept = self._set_aside(move=False)
                self._unless(Accept.MISSING, ChangesMissingError(count=self._missing, kept=kept))
            case Verdict.OTHER:
                raise HistoryForkedError(number=tail.newest.commit)
            case Verdict.AHEAD:
                self._unless(Accept.HEAD, HeadOldError(count=tail.newest.commit - record.commit))
            case Verdict.NEXT:
                self._findings.append("The last change was stored just before kvault was interrupted; it was kept.")
        self._judge_header(record)
        return now

    def _judge_header(self, record: HeadRecord) -> None:
        generation = self._written.header.generation
        match head.judge_header(record, generation, self._written.digest):
            case Verdict.MISSING:
                raise HeaderOldError(found=generation, expected=record.generation)
            case Verdict.OTHER:
                raise HeaderOtherError(number=generation)
            case Verdict.AHEAD:
                self._unless(Accept.HEAD, HeadOldError(count=generation - record.generation))

    def _unless(self, accept: Accept, error: Exception) -> None:
        if accept not in self._accept:
            raise error
        self._used.add(accept)

    def _check_rows(self, base: _Base, tables: tuple[Table, ...], lacking: tuple[Table, ...]) -> Buckets:
        buckets = Buckets(base.database, self._keys.set_hash, tables)
        if sethash.to_bytes(buckets.load()) != base.tail.total:
            raise OldRowsError(reason="the sums of the tables do not fit the audit log")
        added.check(buckets, lacking)
        binding.check(Reader(base.database, buckets), self._written)
        if self._used:
            buckets.verify_tables(table for table in tables if table not in lacking)
            for _ in records.verify_chain(base.database, base.tail):
                pass
        return buckets

    # --- mending ---

    def _mend(self, base: _Base, record: HeadRecord, *, mend: bool) -> HeadFile | None:
        held = self._held
        if not held.writable:
            return None
        try:
            headers.mend(held.folder, held.files, held.found, self._written)
        except OSError as error:
            if error.errno not in FULL:
                raise
            self._findings.append("The header could not be repaired: the disk is full.")
        new = not self._head.exists()
        head_file = HeadFile(self._head, self._keys.head, held.files)
        try:
            stored = head.read(self._keys.head, held.files.read(self._head, head.SIZE)).record
            if mend or stored != record:
                head_file.rewrite(record)
            if new:
                held.files.sync_folder(held.folder)
            base.database.keep_wal(on=False)
            rekeying.clear(held.folder, self._written.header.database, held.files)
        except BaseException:
            head_file.close()
            raise
        return head_file

    def _add(self, base: _Base, lacking: tuple[Table, ...], head_file: HeadFile | None) -> HeadFile | None:
        """Make the tables that came with a later kvault; where that cannot be, the vault is open for reading alone."""
        if head_file is not None:
            try:
                added.make(base.database, lacking)
            except apsw.FullError:
                self._findings.append("The disk is full: the vault can be read, not changed.")
                head_file.close()
            except BaseException:
                head_file.close()
                raise
            else:
                return head_file
        added.imitate(base.database, lacking)
        return None


def _base(opened: Database, copy: Path | None, *, stray_log: bool) -> _Base:
    try:
        return _Base(opened, records.read_tail(opened), copy, stray_log)
    except BaseException:
        opened.close()
        raise


def _abandon(base: _Base) -> None:
    base.database.close()
    if base.copy is not None:
        from . import copies  # noqa: PLC0415 few sessions have one

        copies.remove(base.copy)


def _present(objects: dict[str, str], ddl: Iterable[str]) -> bool:
    return all(objects.get(name) == text for name, text in map(database.stored, ddl))


def _check_schema(objects: dict[str, str], tables: Iterable[Table]) -> None:
    """The tables under the set hash are made exactly as this program makes them."""
    for table in tables:
        if not _present(objects, table.ddl):
            raise DatabaseDamagedError(reason=f"the table {table.name} is missing or of another form")
    if not _present(objects, (BUCKETS_DDL, RECORDS_DDL)):
        raise DatabaseDamagedError(reason="the tables of sums and records are missing")
