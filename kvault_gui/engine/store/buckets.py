"""The sums of all buckets, kept in memory from opening on, and their verification against the rows."""

from __future__ import annotations

import time
from bisect import bisect_left
from typing import TYPE_CHECKING

from ..errors import OldRowsError
from . import sethash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .database import Database
    from .tables import Row, Table

TABLE = "store_bucket"
DDL = f"create table {TABLE}(id integer primary key, sum blob not null) strict"
_PUT = f"insert or replace into {TABLE}(id, sum) values (?, ?)"  # noqa: S608 our own name
_DROP = f"delete from {TABLE} where id = ?"  # noqa: S608 our own name


class Buckets:
    """Sums by bucket number. A change is a delta of the running transaction until it is committed."""

    def __init__(self, database: Database, key: bytes, tables: Iterable[Table]) -> None:
        self._database = database
        self._key = key
        self._tables = {table.number: table for table in tables}
        self._sums: dict[int, int] = {}
        self._deltas: dict[int, int] = {}
        self._verified: set[int] = set()
        self._old: set[int] = set()
        self._place = 0  # of the background's walk
        self.touched: set[int] | None = None  # buckets that changed since somebody began to look
        self._ranges = {number: f"{table.select} where id >= ? and id < ?" for number, table in self._tables.items()}

    def load(self) -> int:
        """Read every sum and return their total. Raises apsw.Error, OldRowsError."""
        rows = self._database.run(f"select id, sum from {TABLE}")  # noqa: S608 our own name
        read = int.from_bytes
        self._sums = {bucket: read(data, "big") for bucket, data in rows}  # type: ignore[arg-type, misc]  # our DDL
        if not {bucket >> 48 for bucket in self._sums} <= self._tables.keys():
            raise OldRowsError(reason="a table that does not exist has rows")
        return self.total

    def summed(self, table: Table) -> bool:
        """Whether there is a sum of rows of this table."""
        return any(bucket >> 48 == table.number for bucket in self._sums)

    @property
    def total(self) -> int:
        """The sum over all rows, changes of the running transaction included. Costs as much as there are buckets."""
        return (sum(self._sums.values()) + sum(self._deltas.values())) & sethash.MASK

    def row_hash(self, table: Table, row: Row) -> int:
        """The hash of a row of a table."""
        return sethash.row_hash(self._key, table.number, row)

    def change(self, bucket: int, delta: int) -> None:
        """Add to a bucket's sum within the running transaction."""
        self._deltas[bucket] = self._deltas.get(bucket, 0) + delta

    def flush(self) -> int:
        """Write the changed sums into the running transaction; returns by how much the total changes."""
        changed = 0
        for bucket, delta in self._deltas.items():
            total = (self._sums.get(bucket, 0) + delta) & sethash.MASK
            changed += delta
            if total:
                self._database.write(_PUT, (bucket, sethash.to_bytes(total)))
            else:
                self._database.write(_DROP, (bucket,))
        return changed

    def committed(self) -> None:
        """The running transaction was committed."""
        if self.touched is not None:
            self.touched.update(self._deltas)
        for bucket, delta in self._deltas.items():
            total = (self._sums.pop(bucket, 0) + delta) & sethash.MASK
            if total:
                self._sums[bucket] = total
        self._deltas.clear()

    def forget(self) -> None:
        """The running transaction was rolled back."""
        self._deltas.clear()

    def verify(self, bucket: int) -> None:
        """Verify a bucket, once. Raises OldRowsError, apsw.Error."""
        if bucket in self._verified:
            return
        if bucket in self._old or not self._fits(bucket):
            self._old.add(bucket)
            number, first, end = sethash.bucket_range(bucket)
            raise OldRowsError(reason=f"rows {first} to {end - 1} of {self._tables[number].name}")
        self._verified.add(bucket)

    def _fits(self, bucket: int) -> bool:
        number, first, end = sethash.bucket_range(bucket)
        rows = self._database.run(self._ranges[number], (first, end))
        key, row_hash = self._key, sethash.row_hash
        found = sum([row_hash(key, number, row) for row in rows])
        expected = self._sums.get(bucket, 0) + self._deltas.get(bucket, 0)
        return not (found - expected) & sethash.MASK

    def sum_under(self, bucket: int, key: bytes) -> int:
        """The sum of a bucket's rows under another key, if they fit the one that is kept. Raises OldRowsError."""
        if not self._fits(bucket):
            number, first, end = sethash.bucket_range(bucket)
            raise OldRowsError(reason=f"rows {first} to {end - 1} of {self._tables[number].name}")
        number, first, end = sethash.bucket_range(bucket)
        rows = self._database.run(self._ranges[number], (first, end))
        return sum(sethash.row_hash(key, number, row) for row in rows) & sethash.MASK

    def replace(self, sums: dict[int, int]) -> None:
        """Write these sums instead of all others, in a running transaction, and go on with them."""
        self._database.run(f"delete from {TABLE}")  # noqa: S608 our own name
        rows = ((bucket, sethash.to_bytes(total)) for bucket, total in sums.items() if total)
        self._database.many(f"insert into {TABLE}(id, sum) values (?, ?)", rows)  # noqa: S608 our own name
        self._sums = {bucket: total for bucket, total in sums.items() if total}
        self.forget_verified()

    def walk(self, tables: Iterable[Table], start: int = 0) -> Iterator[int]:
        """The buckets of ``tables`` from number ``start`` on: those with a sum and those with rows.

        Holds no read snapshot between two steps.
        """
        summed_buckets = sorted(self._sums)  # once: with a million entries there are thousands
        for table in sorted(tables, key=lambda each: each.number):
            bucket = max(start, sethash.bucket_of(table.number, 0))
            end = sethash.bucket_of(table.number + 1, 0)
            if bucket >= end:
                continue
            first, last = bisect_left(summed_buckets, bucket), bisect_left(summed_buckets, end)
            known = iter(summed_buckets[first:last])
            summed = next(known, end)
            while True:
                while summed < bucket:
                    summed = next(known, end)
                bucket = min(summed, self._next_with_rows(table, bucket, end))
                if bucket >= end:
                    break
                yield bucket
                bucket += 1

    def _next_with_rows(self, table: Table, bucket: int, end: int) -> int:
        if bucket >= end:
            return end
        first = sethash.bucket_range(bucket)[1]
        sql = f"select min(id) from {table.name} where id >= ?"  # noqa: S608 our own identifier
        found = self._database.value(sql, (first,))
        return sethash.bucket_of(table.number, found) if isinstance(found, int) else end

    def verify_tables(self, tables: Iterable[Table]) -> None:
        """Verify every bucket of these tables, and that none has rows below id 0. Raises OldRowsError."""
        tables = tuple(tables)
        for table in tables:
            sql = f"select count(*) from {table.name} where id < 0"  # noqa: S608 our own identifier
            if self._database.value(sql):
                raise OldRowsError(reason=f"rows of {table.name}")
        for bucket in self.walk(tables):
            self.verify(bucket)

    def verify_rest(self, budget: float) -> bool:
        """Verify unverified buckets for about ``budget`` seconds; True when none is left.

        Raises OldRowsError once for each bucket that does not fit, and goes on with the next one when called again.
        """
        until = time.monotonic() + budget
        for bucket in self.walk(self._tables.values(), self._place):
            self._place = bucket + 1
            self.verify(bucket)
            if time.monotonic() >= until:
                return False
        return True

    def forget_verified(self) -> None:
        """Begin anew: everything is verified again when it is next used."""
        self._verified.clear()
        self._old.clear()
        self._place = 0

    @property
    def count(self) -> int:
        """How many buckets have a sum."""
        return len(self._sums)
