"""Tables that came with a later kvault: a vault made before lacks them, and gets them, empty, when it is opened.

An empty table adds nothing to the set hash, so nothing else changes. A table that has a sum and is missing is damage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import OldRowsError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .buckets import Buckets
    from .database import Database
    from .tables import Table


def lacking(objects: dict[str, str], tables: Iterable[Table]) -> tuple[Table, ...]:
    """Those of the tables that a vault with these objects was made without."""
    return tuple(table for table in tables if table.later and table.name not in objects)


def check(buckets: Buckets, tables: Iterable[Table]) -> None:
    """They never had a row. Raises OldRowsError."""
    for table in tables:
        if buckets.summed(table):
            raise OldRowsError(reason=f"the table {table.name} is missing")


def make(database: Database, tables: Iterable[Table]) -> None:
    """Make them, all or none. Raises apsw.Error."""
    database.run("begin immediate")
    try:
        for table in tables:
            for ddl in table.ddl:
                database.run(ddl)
        database.run("commit")
    except BaseException:
        if database.in_transaction:
            database.run("rollback")
        raise


def imitate(database: Database, tables: Iterable[Table]) -> None:
    """Make them in memory, for a vault that cannot be written: what reads them finds nothing. Raises apsw.Error."""
    for table in tables:
        database.run(table.ddl[0].replace("create table", "create temp table", 1))
