"""The table of audit records: its newest commit, and the whole chain."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ..errors import AuditBrokenError
from . import chain
from .head import DatabaseTail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .chain import Link
    from .database import Database

TABLE = "store_record"
RECORDS_DDL = f"create table {TABLE}(n integer primary key, record blob not null) strict"
APPEND = f"insert into {TABLE}(n, record) values (?, ?)"  # noqa: S608 our own name
_NEWEST = f"select n, record from {TABLE} where n <= ? order by n desc limit ?"  # noqa: S608 our own name
_FROM = f"select n, record from {TABLE} where n >= ? order by n limit ?"  # noqa: S608 our own name
_STEP = 64
_SLICE = 500
_LAST = (1 << 63) - 1


class Tail(NamedTuple):
    """The newest commit, taken apart."""

    number: int  # of the newest record
    newest: DatabaseTail
    total: bytes  # of the set hash


def read_from(database: Database, first: int, limit: int) -> list[tuple[int, bytes]]:
    """At most ``limit`` records from number ``first`` on, as they are stored. Raises apsw.Error."""
    return [(n, record) for n, record in database.run(_FROM, (first, limit))]  # type: ignore[misc]  # our DDL


def read_before(database: Database, before: int | None, limit: int) -> list[tuple[int, bytes]]:
    """At most ``limit`` records below number ``before``, newest first. Raises apsw.Error."""
    last = _LAST if before is None else before - 1
    return [(n, record) for n, record in database.run(_NEWEST, (last, limit))]  # type: ignore[misc]  # our DDL


def read_tail(database: Database) -> Tail:
    """The newest commit's number and hashes, its own records verified. Raises AuditBrokenError, apsw.Error."""
    backwards = _newest_commit(database)
    number, record, link = backwards[0]
    if link.total is None:
        raise AuditBrokenError(number=number)
    for (_, _, later), (at, earlier, _) in pairwise(backwards):
        if later.previous != chain.digest(earlier):
            raise AuditBrokenError(number=at)
    tail = DatabaseTail(link.commit, chain.digest(record), backwards[-1][2].previous)
    return Tail(number, tail, link.total)


def _newest_commit(database: Database) -> list[tuple[int, bytes, Link]]:
    found: list[tuple[int, bytes, Link]] = []
    before: int | None = None
    limit = 2
    while True:
        rows = read_before(database, before, limit)
        for number, record in rows:
            link = chain.decode(number, record)
            if found and link.commit != found[0][2].commit:
                return found
            found.append((number, record, link))
        if not rows:
            break
        before, limit = rows[-1][0], _STEP
    if not found:
        raise AuditBrokenError(number=1)
    return found


class Walker:
    """Verifies records one after the other: numbers, hashes, commit numbers, and where totals stand."""

    def __init__(self) -> None:
        self.number = 0
        self.hash = chain.START
        self._commit = 0
        self._ended = True

    def step(self, number: int, record: bytes) -> Link:
        """The next record, taken apart. Raises AuditBrokenError if it does not follow the one before."""
        link = chain.decode(number, record)
        expected = self._commit + 1 if self._ended else self._commit
        if number != self.number + 1 or link.previous != self.hash or link.commit != expected:
            raise AuditBrokenError(number=min(number, self.number + 1))
        self.number, self.hash = number, chain.digest(record)
        self._commit, self._ended = link.commit, link.total is not None
        return link


def verify_chain(database: Database, tail: Tail) -> Iterator[int]:
    """Verify the whole chain up to ``tail``; yields the number reached. Raises AuditBrokenError, apsw.Error."""
    walker = Walker()
    while walker.number < tail.number:
        rows = read_from(database, walker.number + 1, min(_SLICE, tail.number - walker.number))
        for number, record in rows:
            walker.step(number, record)
        if not rows:
            raise AuditBrokenError(number=walker.number + 1)
        yield walker.number
    if walker.hash != tail.newest.chain:
        raise AuditBrokenError(number=tail.number)
