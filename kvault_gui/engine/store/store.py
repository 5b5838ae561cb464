"""An open vault file: transactions, verified reading, and the order of writes that never loses an acknowledged one."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import apsw

from ..errors import FolderPermissionError, LockedError, OutcomeUnknownError
from . import binding, database, fulltext, header, headers, records, rekeying, sethash
from .faults import from_commit, from_sqlite, told
from .files import REAL, Files
from .head import HeadRecord
from .opening import Opening
from .records import Tail
from .transaction import Reader, Tx
from .upkeep import Upkeep

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from pathlib import Path

    from ..api import Accept, Progress
    from .checking import Checked, DerivedCheck
    from .head import HeadFile
    from .header import Header
    from .held import HeldFolder
    from .opening import Parts
    from .tables import Derived, Row, Table


class Store:
    """One open vault. One owner, one thread; ``create`` and ``open`` make it."""

    def __init__(self, held: HeldFolder, parts: Parts, tables: tuple[Table, ...]) -> None:
        self.derived_checks: list[DerivedCheck] = []  # for check(): of those who keep derived tables
        self._take(held, parts, tables)

    def _take(self, held: HeldFolder, parts: Parts, tables: tuple[Table, ...]) -> None:
        self.folder = held.folder
        self.keys = parts.keys
        self.findings = parts.findings  # in words
        self.accepted = parts.accepted
        self.missing = parts.missing  # acknowledged changes whose loss was accepted at this opening
        self.lacking = parts.lacking  # derived tables that are to be rebuilt (Tx.rebuild)
        self.read_only = parts.head_file is None
        self.tables = tables
        self._held = held
        self._database = parts.database
        self._buckets = parts.buckets
        self._head = parts.head_file
        self._copy = parts.copy
        self._written = parts.written
        self._tail = parts.tail
        self._total = int.from_bytes(parts.tail.total, "big")
        self._reader = Reader(parts.database, parts.buckets)
        self._bound = binding.bound(self._reader)  # generation of the header that the database knows
        self._upkeep = Upkeep(parts.database)
        self._following: dict[int, int] = {}
        self._broken = False
        self._closed = False

    @classmethod
    def create(  # noqa: PLR0913 the seams for tests come with defaults
        cls,
        folder: Path,
        vk: bytes,
        new: Header,
        tables: Iterable[Table],
        derived: Iterable[Derived],
        first: Callable[[Tx], None],
        *,
        holder: str = "kvault",
        files: Files = REAL,
        vfs: str = database.VFS,
    ) -> Store:
        """Make a vault in a new or empty folder and open it; ``first`` fills the first transaction.

        ``new`` brings format, vault id, suite, creation time and slots. Raises as ``creating.create``.
        """
        from . import creating  # noqa: PLC0415 few sessions make a vault

        tables, derived = tuple(tables), tuple(derived)
        held = creating.create(folder, vk, new, (tables, derived, first), holder=holder, files=files, vfs=vfs)
        return cls.open(held, vk, tables, derived, frozenset())

    @classmethod
    def open(
        cls,
        held: HeldFolder,
        vk: bytes,
        tables: Iterable[Table],
        derived: Iterable[Derived],
        accept: frozenset[Accept] = frozenset(),
    ) -> Store:
        """Open a vault whose lock is held; on any error the lock is released and no byte was altered.

        Raises DamagedError and its kinds (each cause its own), DiskFullError, FolderPermissionError.
        """
        tables = tuple(tables)
        try:
            parts = Opening(held, vk, accept).run(tables, tuple(derived))
        except BaseException:
            held.release()
            raise
        store = cls(held, parts, tables)
        try:
            store._resume()
        except BaseException:
            store.close()
            raise
        return store

    def _resume(self) -> None:
        """Go on with what a kill cut off; on a full disk another time."""
        if self._head is not None:
            with told(self.folder), suppress(apsw.FullError):
                self._upkeep.resume()

    # --- what is known ---

    @property
    def commit_number(self) -> int:
        """The number of the newest commit."""
        return self._tail.newest.commit

    @property
    def record_number(self) -> int:
        """The number of the newest audit record."""
        return self._tail.number

    @property
    def chain_head(self) -> bytes:
        """The hash of the newest audit record."""
        return self._tail.newest.chain

    @property
    def header(self) -> Header:
        """The header, verified."""
        return self._written.header

    # --- reading ---

    def _usable(self) -> None:
        if self._closed:
            raise LockedError
        if self._broken:
            raise OutcomeUnknownError

    def _writable(self) -> HeadFile:
        self._usable()
        if self._head is None:
            raise FolderPermissionError(path=str(self.folder))
        return self._head

    @contextmanager
    def _told(self) -> Iterator[None]:
        self._usable()
        with told(self.folder):
            yield

    def read(self, sql: str, *parameters: object) -> list[Row]:
        """The rows of one SELECT. Not verified: fit for lists, never to act on."""
        with self._told():
            return self._reader.read(sql, *parameters)

    def row(self, table: Table, row_id: int) -> Row | None:
        """One row, all columns in order, its bucket verified first. Raises OldRowsError."""
        with self._told():
            return self._reader.row(table, row_id)

    def rows(self, table: Table, row_ids: Iterable[int]) -> list[Row]:
        """Those rows that are there, in the given order, buckets verified first. Raises OldRowsError."""
        with self._told():
            return self._reader.rows(table, row_ids)

    def records(self, place: int | None, limit: int, *, back: bool = False) -> list[tuple[int, bytes]]:
        """Number and bytes of at most ``limit`` audit records from number ``place`` on.

        ``back``: of those below ``place`` (None: of all), newest first.
        """
        with self._told():
            if back:
                return records.read_before(self._database, place, limit)
            return records.read_from(self._database, place or 1, limit)

    # --- verifying ---

    def verify_tables(self, tables: Iterable[Table]) -> None:
        """Verify every row of these tables. Raises OldRowsError."""
        with self._told():
            self._buckets.verify_tables(tables)

    def verify_rest(self, budget_seconds: float) -> bool:
        """Verify what was not yet, for about that long; True when nothing is left.

        Raises OldRowsError once for each bucket of rows that does not fit; call again to go on.
        """
        with self._told():
            return self._buckets.verify_rest(budget_seconds)

    def search_words(self, table: str) -> Iterator[list[tuple[str, int]]]:
        """Verify a full-text index within itself, then give its (word, row id) pairs. Raises DatabaseDamagedError."""
        with self._told():
            yield from fulltext.words(self._database, table, verify=not self.read_only)

    def check(self) -> Generator[Progress, None, Checked]:
        """Verify every row, every record of the chain and every page; yields progress, finds problems in words."""
        from . import checking  # noqa: PLC0415 few sessions check

        with self._told():
            return (
                yield from checking.check(self._database, self._buckets, self.tables, self._tail, self.derived_checks)
            )

    # --- writing ---

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        """All that the block does, or nothing; it must append at least one audit record. Durable at its end.

        Raises DiskFullError (nothing was stored, the vault stays open), OutcomeUnknownError (the disk failed; the store
        refuses everything from here on), FolderPermissionError.
        """
        self._writable()
        if self._database.in_transaction:
            raise RuntimeError("a transaction is running")
        tail = (self._tail.number, self._tail.newest.chain, self._tail.newest.commit + 1)
        tx = Tx(self._database, self._buckets, self._following, tail)
        try:
            self._database.run("begin immediate")
            yield tx
            if self._bound != self.header.generation:
                binding.follow(tx, self._written)
            tx.check()
            total = (self._total + self._buckets.flush()) & sethash.MASK
            number, chain_head = tx.finish(total)
        except BaseException as error:
            tx.abandon()
            known = self._rolled_back(error)
            if known is error:
                raise
            raise known from error
        self._commit(Tail(number, self._tail.newest.after(chain_head), sethash.to_bytes(total)))
        self._total = total
        self._bound = self.header.generation
        self._upkeep.committed()
        self._shorten_log()

    def _rolled_back(self, error: BaseException) -> BaseException:
        """Roll back and return what is to be raised for ``error``."""
        self._buckets.forget()
        try:
            if self._database.in_transaction:
                self._database.run("rollback")
        except apsw.Error:
            self._broken = True
        if isinstance(error, apsw.IOError):
            self._broken = True  # a failed disk is never tried again: what it holds is known after reopening
        if isinstance(error, apsw.Error):
            return from_sqlite(error, self.folder)
        return error

    def _commit(self, tail: Tail) -> None:
        """COMMIT, then head copy A synced; from then on the change is acknowledged. Then copy B."""
        assert self._head is not None  # noqa: S101 transaction() has looked
        self._broken = True  # until it is known how this ends, whatever interrupts it
        try:
            self._database.run("commit")
        except apsw.Error as error:
            raise self._commit_failed(error) from error
        record = self._record(tail)
        try:
            self._head.write(record)
        except OSError as error:
            raise OutcomeUnknownError from error
        self._buckets.committed()
        self._tail = tail
        with suppress(OSError):  # this change is stored; the next use says that the disk failed
            self._head.write_twin(record)
            self._broken = False

    def _commit_failed(self, error: apsw.Error) -> BaseException:
        known = from_commit(error)
        if isinstance(known, OutcomeUnknownError):
            self._buckets.forget()
        else:
            self._broken = False
            self._rolled_back(error)
        return known

    def _record(self, tail: Tail) -> HeadRecord:
        return HeadRecord(tail.newest.commit, tail.newest.chain, self.header.generation, self._written.digest)

    def rewrite_header(self, change: Callable[[Header], Header]) -> None:
        """Replace the header by what ``change`` makes of it; its generation goes up by one.

        Raises DiskFullError (nothing changed), OutcomeUnknownError, FolderPermissionError, HeaderDamagedError.
        """
        head = self._writable()
        old = self._written
        new = header.encode(header.following(change(old.header), old.header), self.keys.header_mac)
        self._broken = True  # until it is known how this ends, whatever interrupts it
        try:
            headers.write(self.folder, self._held.files, new)
        except OSError as error:
            known = headers.failed(self.folder, self._held.files, old, error)
            self._broken = isinstance(known, OutcomeUnknownError)
            raise known from error
        self._written = new
        record = self._record(self._tail)
        try:
            head.write(record)
            head.write_twin(record)
        except OSError as error:
            raise OutcomeUnknownError from error
        self._broken = False

    def rekey(self, vk: bytes, new: rekeying.New) -> Generator[Progress, None, None]:
        """Go over to a new vault key in a new file; closing the job before its end changes nothing. See rekeying.py.

        Raises OldRowsError, DiskFullError, FolderPermissionError, OutcomeUnknownError.
        """
        head = self._writable()
        old = rekeying.Old(self._held, self._database, self._buckets, self.tables)
        try:
            with told(self.folder):
                written = yield from rekeying.run(old, new, lambda: (self._written, self._tail))
        except OutcomeUnknownError:
            self._broken = True
            raise
        self._broken, self._head = True, None  # until the new file is open: close() lets go of nothing twice
        with told(self.folder):
            head.close()
            self._database.close()
            held = self._held.again(written)
            self._take(held, Opening(held, vk, frozenset()).run(self.tables, ()), self.tables)

    # --- upkeep ---

    def _shorten_log(self, *, now: bool = False) -> None:
        """Empty the write-ahead log when it is due. Its failure loses nothing: the log still holds everything."""
        if self._broken or not (now or self._upkeep.due):
            return
        try:
            self._upkeep.shorten_log()
        except apsw.IOError:
            self._broken = True

    @contextmanager
    def bulk(self) -> Iterator[None]:
        """Many transactions in a row: the search index is merged afterwards, by ``idle``, and the log grows longer."""
        with self._told():
            self._upkeep.begin_bulk()
        try:
            yield
        finally:
            if not self._broken and not self._closed:
                with told(self.folder):
                    self._upkeep.end_bulk()

    def idle(self) -> float | None:
        """Do one slice of upkeep; seconds until there is more to do, None: nothing."""
        if self._closed or self._broken or self._head is None:
            return None
        with told(self.folder):
            wait = self._upkeep.idle()
        if wait == 0 and self._upkeep.due:
            self._shorten_log(now=True)
        return wait

    def close(self) -> None:
        """Empty the log, make the head's second copy durable, let go of everything. Idempotent."""
        if self._closed:
            return
        self._closed = True
        try:
            if self._head is not None:
                self._finish()
        finally:
            self._database.close()
            if self._copy is not None:
                from . import copies  # noqa: PLC0415 few sessions have one

                copies.remove(self._copy)
            self._held.release()

    def _finish(self) -> None:
        assert self._head is not None  # noqa: S101 close() has looked
        try:
            if self._broken:
                self._database.keep_wal(on=True)
            else:
                self._shorten_log(now=True)
                self._head.sync()
        except OSError:
            self._database.keep_wal(on=True)
        finally:
            self._head.close()
