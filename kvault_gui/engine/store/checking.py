"""Full verification: every row against the set hash, every record against the chain, every page against its tag."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import apsw

from ..api import Progress
from ..errors import DamagedError
from . import binding, records

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from .buckets import Buckets
    from .database import Database
    from .records import Tail
    from .tables import Row, Table

DerivedCheck: TypeAlias = "Callable[[], Generator[Progress, None, list[str]]]"
_INDEX = re.compile(r"(?:row \d+ missing from|wrong # of entries in|non-unique entry in) index (\w+)")
_STEP = 64  # buckets between two reports of progress


class Checked(NamedTuple):
    """What was verified, and the problems in words."""

    rows: int
    records: int
    problems: list[str]


def check(
    database: Database,
    buckets: Buckets,
    tables: tuple[Table, ...],
    tail: Tail,
    derived: Iterable[DerivedCheck],
) -> Generator[Progress, None, Checked]:
    """Verify everything anew. Raises apsw.Error for errors that are not damage."""
    problems: list[str] = []
    buckets.forget_verified()
    yield from _rows(buckets, (*tables, *binding.TABLES), problems)
    yield from _chain(database, tail, problems)
    for each in derived:
        try:
            problems += yield from each()
        except DamagedError as error:
            problems.append(str(error))
    counted = 0
    for place, table in enumerate(tables):
        yield Progress(place, len(tables), "pages")
        counted += _pages(database, table.name, problems)
    _all_pages(database, problems)
    yield Progress(len(tables), len(tables), "pages")
    return Checked(counted, tail.number, list(dict.fromkeys(problems)))


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
        problems += map(_in_words, database.run(f"pragma integrity_check({table})"))
        counted = database.value(f"select count(*) from {table}")  # noqa: S608 our own identifier
    except (apsw.CorruptError, apsw.NotADBError):
        problems.append(f"The database is damaged: a page of {table} does not verify")
        counted = 0
    problems[:] = filter(None, problems)
    return counted if isinstance(counted, int) else 0


def _all_pages(database: Database, problems: list[str]) -> None:
    try:
        problems += filter(None, map(_in_words, database.run("pragma integrity_check")))
    except (apsw.CorruptError, apsw.NotADBError):
        problems.append("The database is damaged: a page does not verify")


def _in_words(row: Row) -> str:
    """One line of SQLite's integrity check; empty if it says that all is well."""
    line = str(row[0])
    if line == "ok":
        return ""
    index = _INDEX.fullmatch(line)
    return f"The index {index[1]} does not fit its table" if index else f"The database is damaged: {line}"
