"""What a store does when nobody waits: shorten the write-ahead log, merge the search index."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import apsw

if TYPE_CHECKING:
    from .database import Database

QUIET = 1.0  # seconds without a write after which the log is emptied
RETRY = 60.0  # seconds after which a full disk is asked again
LOG_PAGES = 1_000
BULK_LOG_PAGES = 2_000
_MERGE_PAGES = 64  # index pages that one slice writes
_AUTOMERGE = 4  # SQLite's default
_SEARCH_TABLES = "select name from sqlite_master where sql like 'create virtual table%using fts5%'"


class Upkeep:
    """When is what due. Errors are apsw's."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._bulk = False
        self._merging: list[str] = []
        self._tried = 0  # pages of the log when emptying it failed last
        self._again = 0.0  # when it is tried again all the same
        self._written = time.monotonic()

    def committed(self) -> None:
        """A transaction was stored."""
        self._written = time.monotonic()

    @property
    def due(self) -> bool:
        """Whether the log is to be emptied now."""
        pages = self._database.wal_pages
        if self._tried and pages < self._tried + LOG_PAGES and time.monotonic() < self._again:
            return False
        quiet = pages > 0 and time.monotonic() - self._written >= QUIET and not self._bulk
        return quiet or pages >= (BULK_LOG_PAGES if self._bulk else LOG_PAGES)

    def shorten_log(self) -> None:
        """Empty the log if possible; a full disk is not an error, for the log keeps what it has.

        Raises apsw.IOError: the disk failed.
        """
        try:
            self._database.checkpoint()
            self._tried = 0
        except (apsw.FullError, apsw.BusyError, apsw.LockedError):
            self._tried = self._database.wal_pages
            self._again = time.monotonic() + RETRY

    def _search_tables(self) -> list[str]:
        return [str(name) for (name,) in self._database.run(_SEARCH_TABLES)]

    def _command(self, table: str, command: str, number: int) -> None:
        """A command to an FTS5 table: it changes the derived index alone, and no audited state."""
        sql = f"insert into {table}({table}, rank) values (?, ?)"  # noqa: S608 a name from the schema
        self._database.run(sql, (command, number))

    def begin_bulk(self) -> None:
        """Leave merging the index for later. Raises apsw.Error."""
        self._bulk = True
        for table in self._search_tables():
            self._command(table, "automerge", 0)

    def end_bulk(self) -> None:
        """Merge normally again; what has piled up is merged by ``idle``. Raises apsw.Error."""
        self._bulk = False
        for table in self._search_tables():
            self._command(table, "automerge", _AUTOMERGE)
            self._merging.append(table)

    def resume(self) -> None:
        """Go on where a bulk job was cut off by a kill. Raises apsw.Error."""
        for table in self._search_tables():
            sql = f"select v from {table}_config where k = 'automerge'"  # noqa: S608 a name from the schema
            if self._database.value(sql) == 0:
                self._command(table, "automerge", _AUTOMERGE)
                self._merging.append(table)

    def idle(self) -> float | None:
        """One slice; seconds until there is more to do, None: nothing. Raises apsw.Error."""
        if self._merging:
            before = self._database.changes
            self._command(self._merging[-1], "merge", _MERGE_PAGES)
            if self._database.changes - before < 2:  # noqa: PLR2004 the command itself counts as one
                self._merging.pop()
            self.committed()
            return 0.0
        if self._bulk or not self._database.wal_pages:
            return None
        quiet_at = self._again if self._tried else self._written + QUIET
        return max(0.0, quiet_at - time.monotonic())
