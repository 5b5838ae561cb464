"""Full verification: every row against the set hash, every record against the chain, every page against its tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import apsw

from ..api import Progress
from ..errors import DamagedError
from . import binding, records

if TYPE_CHECKING:
    from collections.abc import Generator

    from .buckets import Buckets
    from .database import Database
    from .records import Tail
    from .tables import Table

_STEP = 64  # buckets between two reports of progress


class Checked(NamedTuple):
    """What was verified, and the problems in words."""

    rows: int
    records: int
    problems: list[str]


def check(
    database: Database, buckets: Buckets, tables: tuple[Table, ...], tail: Tail
) -> Generator[Progress, None, Checked]:
    """Verify everything anew. Raises apsw.Error for errors that are not damage."""
    problems: list[str] = []
    buckets.forget_verified()
    yield from _rows(buckets, (*tables, binding.TABLE), problems)
    yield from _chain(database, tail, problems)
    counted = 0
    for place, table in enumerate(tables):
        yield Progress(place, len(tables), "pages")
        counted += _pages(database, table.name, problems)
    yield Progress(len(tables), len(tables), "pages")
    _all_pages(database, problems)
    return Checked(counted, tail.number, problems)


def _rows(buckets: Buckets, tables: tuple[Table, ...], problems: list[str]) -> Generator[Progress, None, None]:
    total = buckets.count
    try:
        for done, bucket in enumerate(buckets.walk(tables)):
            try:
                buckets.verify(bucket)
            except DamagedError as error:
                problems.append(str(error))
            if done % _STEP == 0:
                yield Progress(done, max(total, done), "rows")
    except (apsw.CorruptError, apsw.NotADBError):
        problems.append("The database is damaged: a page with rows does not verify")


def _chain(database: Database, tail: Tail, problems: list[str]) -> Generator[Progress, None, None]:
    try:
        for number in records.verify_chain(database, tail):
            yield Progress(number, tail.number, "records")
    except DamagedError as error:
        problems.append(str(error))
    except (apsw.CorruptError, apsw.NotADBError):
        problems.append("The database is damaged: a page with audit records does not verify")


def _pages(database: Database, table: str, problems: list[str]) -> int:
    try:
        problems.extend(
            f"The database is damaged: {line!s}"
            for (line,) in database.run(f"pragma integrity_check({table})")
            if line != "ok"
        )
        counted = database.value(f"select count(*) from {table}")  # noqa: S608 our own identifier
    except (apsw.CorruptError, apsw.NotADBError):
        problems.append(f"The database is damaged: a page of {table} does not verify")
        return 0
    return counted if isinstance(counted, int) else 0


def _all_pages(database: Database, problems: list[str]) -> None:
    try:
        found = [str(line) for (line,) in database.run("pragma integrity_check")]
    except (apsw.CorruptError, apsw.NotADBError):
        found = ["a page does not verify"]
    known = set(problems)
    new = (f"The database is damaged: {line}" for line in found if line != "ok")
    problems.extend(line for line in new if line not in known)
