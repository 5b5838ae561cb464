"""What may be done inside a transaction. Every change keeps its bucket's sum; every transaction has audit records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InvalidInputError, NotFoundError
from . import sethash
from .chain import Link, digest, encode
from .database import stored
from .records import APPEND
from .tables import MAX_ID, normal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .buckets import Buckets
    from .database import Database
    from .tables import Derived, Row, Table


class Reader:
    """Reading rows, verified where it counts."""

    def __init__(self, database: Database, buckets: Buckets) -> None:
        self._database = database
        self._buckets = buckets

    def read(self, sql: str, *parameters: object) -> list[Row]:
        """The rows of one SELECT, drained. What it gives is not verified: fit for lists, never to act on."""
        head = sql.lstrip()[:6].lower()
        if ";" in sql or not head.startswith(("select", "with ")):
            raise ValueError("read takes one SELECT")
        return self._database.run(sql, parameters)

    def row(self, table: Table, row_id: int) -> Row | None:
        """One row, all columns, its bucket verified first. Raises OldRowsError."""
        if not 0 <= row_id <= MAX_ID:
            return None
        self._buckets.verify(sethash.bucket_of(table.number, row_id))
        found = self._database.run(f"{table.select} where id = ?", (row_id,))
        return found[0] if found else None

    def rows(self, table: Table, row_ids: Iterable[int]) -> list[Row]:
        """Those of the rows that are there, in the given order, each bucket verified first. Raises OldRowsError."""
        found = (self.row(table, row_id) for row_id in row_ids)
        return [row for row in found if row is not None]


class Tx(Reader):
    """A running transaction. Ends with the ``with`` block of ``Store.transaction``."""

    def __init__(
        self, database: Database, buckets: Buckets, following: dict[int, int], tail: tuple[int, bytes, int]
    ) -> None:
        super().__init__(database, buckets)
        self._following = following  # the next free id of each table
        self._number, self._chain, self._commit = tail
        self._waiting: list[bytes] = []
        self._alive = True

    def insert(self, table: Table, values: Mapping[str, object]) -> int:
        """Insert a row and return its id; an id that is not given is the next one.

        Raises InvalidInputError, OldRowsError.
        """
        self.check()
        given, following = values.get("id"), self._next_id(table)
        row_id = following if given is None else given
        if not isinstance(row_id, int) or not 0 <= row_id <= MAX_ID:
            raise InvalidInputError(reason="An id is out of range")
        row = table.row({**values, "id": row_id})
        bucket = sethash.bucket_of(table.number, row_id)
        self._buckets.verify(bucket)
        delta = self._buckets.row_hash(table, row)
        self._database.write(table.insert_sql, row)
        self._buckets.change(bucket, delta)
        self._following[table.number] = max(following, row_id + 1)
        return row_id

    def _next_id(self, table: Table) -> int:
        following = self._following.get(table.number)
        if following is None:
            newest = self._database.value(f"select max(id) from {table.name}")  # noqa: S608 our own identifier
            following = self._following[table.number] = newest + 1 if isinstance(newest, int) else 1
        return following

    def update(self, table: Table, row_id: int, values: Mapping[str, object]) -> None:
        """Change the named columns of a row. Raises NotFoundError, InvalidInputError, OldRowsError."""
        self.check()
        old = self._existing(table, row_id)
        if "id" in values or not values.keys() <= table.columns.keys():
            raise InvalidInputError(reason=f"The table {table.name} has no such column")
        new = tuple(
            normal(kind, values[name]) if name in values else before
            for name, kind, before in zip(table.names, table.kinds, old, strict=True)
        )
        changed = {name: value for name, value in zip(table.names, new, strict=True) if name in values}
        if not changed:
            return
        delta = self._buckets.row_hash(table, new) - self._buckets.row_hash(table, old)
        marks = ", ".join(f"{name} = ?" for name in changed)
        sql = f"update {table.name} set {marks} where id = ?"  # noqa: S608 our own identifiers
        self._database.write(sql, (*changed.values(), row_id))
        self._buckets.change(sethash.bucket_of(table.number, row_id), delta)

    def delete(self, table: Table, row_id: int) -> None:
        """Delete a row. Raises NotFoundError, OldRowsError."""
        self.check()
        old = self._existing(table, row_id)
        delta = -self._buckets.row_hash(table, old)
        if table.number not in self._following:
            self._next_id(table)  # before the newest goes: its id is not given again while the vault is open
        self._database.write(f"delete from {table.name} where id = ?", (row_id,))  # noqa: S608 our own identifier
        self._buckets.change(sethash.bucket_of(table.number, row_id), delta)

    def _existing(self, table: Table, row_id: int) -> Row:
        found = self.row(table, row_id)
        if found is None:
            raise NotFoundError(name=f"row {row_id} of {table.name}")
        return found

    def derived(self, sql: str, *parameters: object) -> list[Row]:
        """Run one statement on tables that are not under the set hash; others refuse to be changed by it."""
        self.check()
        return self._database.run(sql, parameters)

    def rebuild(self, derived: Derived) -> None:
        """Drop what is left of ``derived`` and make it anew, empty; filling it is up to the caller."""
        self.check()
        for ddl in reversed(derived.ddl):
            name, text = stored(ddl)
            kind = next(word for word in ("TABLE", "INDEX", "TRIGGER") if f" {word} " in text)
            self._database.run(f"drop {kind} if exists {name}")
        for ddl in derived.ddl:
            self._database.run(ddl)

    def reindex(self) -> None:
        """Make every index anew from its table."""
        self.check()
        self._database.run("reindex")

    def append(self, content: bytes) -> int:
        """Add an audit record and return its number; a transaction has at least one."""
        self.check()
        self._waiting.append(content)
        return self._number + len(self._waiting)

    def check(self) -> None:
        """Whether it still runs: an error may have ended it although somebody caught it. Raises RuntimeError."""
        if not self._alive or not self._database.in_transaction:
            raise RuntimeError("the transaction is over")

    def finish(self, total: int) -> tuple[int, bytes]:
        """Write the records, the last one with the set hash's total; returns its number and hash.

        Raises RuntimeError if there is none, InvalidInputError for too large a content.
        """
        self._alive = False
        if not self._waiting:
            raise RuntimeError("a transaction without an audit record")
        *others, last = self._waiting
        for content in others:
            self._write_record(content, None)
        self._write_record(last, sethash.to_bytes(total))
        return self._number, self._chain

    def settle(self) -> tuple[int, bytes]:
        """Number and hash of the newest record so far, to be signed; another record must follow in this transaction.

        Raises InvalidInputError for too large a content.
        """
        self.check()
        for content in self._waiting:
            self._write_record(content, None)
        self._waiting.clear()
        return self._number, self._chain

    def _write_record(self, content: bytes, total: bytes | None) -> None:
        record = encode(Link(self._number + 1, self._chain, self._commit, total, content))
        self._database.write(APPEND, (self._number + 1, record))
        self._number, self._chain = self._number + 1, digest(record)

    def abandon(self) -> None:
        """The transaction was rolled back."""
        self._alive = False
