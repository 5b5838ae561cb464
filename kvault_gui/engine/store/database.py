"""The encrypted SQLite file: the one place that opens it.

Rules learned by measurement: one statement an execute and always drained; encryption
is proven before anything is written; the key is given raw; nothing but SQLite opens the file while it is open here.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

import apsw

from ..errors import DatabaseDamagedError, DatabaseForeignError
from .files import REAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from .files import Files
    from .tables import Row

OLDEST_SQLITE = 3_051_003  # before 3.51.3 a race in the reset of the WAL could lose commits
SALT = 16  # bytes at the start of the file
PREFIX = bytes.fromhex("1000020240402020")  # page size 4096, WAL, 64 reserved bytes, fixed fractions: in clear
VFS = "multipleciphers-unix"
_PLAIN = b"SQLite format 3\0"
_ALIKE_BITS = 16  # two random salts differ in about 64 of 128 bits
_OPEN = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_NOMUTEX
# apsw forgets a statement after so many uses of others; with its 100, the statements of each commit were made anew.
_PREPARED = 1_000
_SETTINGS = (
    "pragma synchronous=full",
    "pragma fullfsync=on",
    "pragma checkpoint_fullfsync=on",
    "pragma cache_size=-8000",
    "pragma temp_store=memory",
    "pragma wal_autocheckpoint=0",
    "pragma secure_delete=fast",
    "pragma cell_size_check=on",
    "pragma trusted_schema=off",
)


class Database:
    """An open connection. Errors are apsw's; the store turns them into words."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._execute = connection.execute
        self.wal_pages = 0
        self._guarded: frozenset[str] = frozenset()
        self._unlocked = False
        connection.set_busy_timeout(0)

    def run(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Run one statement to its end."""
        return self._execute(sql, parameters).fetchall()

    def many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for each row."""
        self._connection.executemany(sql, rows).fetchall()

    def value(self, sql: str, parameters: Sequence[object] = ()) -> object:
        """The first column of the first row, or None."""
        rows = self.run(sql, parameters)
        return rows[0][0] if rows else None

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._connection.in_transaction

    @property
    def changes(self) -> int:
        """Rows changed since opening."""
        return self._connection.total_changes()

    def guard(self, names: Iterable[str]) -> None:
        """From now on these tables change inside ``unguarded`` alone: one place keeps the set hash and the chain."""
        self._guarded = frozenset(names)
        self._connection.authorizer = self._authorise

    def _authorise(
        self, operation: int, first: str | None, _second: str | None, _database: str | None, _trigger: str | None
    ) -> int:
        writes = operation in (apsw.SQLITE_INSERT, apsw.SQLITE_UPDATE, apsw.SQLITE_DELETE)
        if writes and first in self._guarded and not self._unlocked:
            return apsw.SQLITE_DENY
        return apsw.SQLITE_OK

    @contextmanager
    def unguarded(self) -> Iterator[None]:
        """Let the guarded tables change."""
        self._unlocked = True
        try:
            yield
        finally:
            self._unlocked = False

    def write(self, sql: str, parameters: Sequence[object]) -> None:
        """Run one statement that changes a guarded table."""
        self._unlocked = True
        try:
            self._execute(sql, parameters).fetchall()
        finally:
            self._unlocked = False

    def watch_wal(self) -> None:
        """Keep ``wal_pages`` at the number of pages in the write-ahead log."""

        def committed(_connection: apsw.Connection, _name: str, pages: int) -> int:
            self.wal_pages = pages
            return apsw.SQLITE_OK

        self._connection.set_wal_hook(committed)

    def checkpoint(self) -> None:
        """Move the write-ahead log into the database, synced, and cut it to nothing."""
        self.run("pragma wal_checkpoint(truncate)")
        self.wal_pages = 0

    def begin_copy(self, target: Database) -> apsw.Backup:
        """Begin copying every page into ``target``, which has a key of its own. Raises apsw.Error.

        Until the copy is finished, what this connection changes is changed there too.
        """
        return target._connection.backup("main", self._connection, "main")

    def keep_wal(self, *, on: bool) -> None:
        """Whether closing leaves database and log exactly as they are."""
        self._connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, int(on))

    def close(self) -> None:
        """Close it. Idempotent."""
        self._connection.close()


def _connect(name: str, flags: int, page_key: bytes, vfs: str) -> Database:
    if apsw.SQLITE_VERSION_NUMBER < OLDEST_SQLITE:  # pragma: no cover
        raise DatabaseDamagedError(reason="the SQLite library is too old")
    connection = apsw.Connection(name, flags=flags, vfs=vfs, statementcachesize=_PREPARED)
    database = Database(connection)
    try:
        database.keep_wal(on=True)
        cipher = database.run("pragma cipher='aegis'"), database.run("pragma algorithm='aegis-256'")
        key = database.run(f'pragma key="raw:{page_key.hex()}"')
        _expect((cipher, key), (([("aegis",)], [("aegis-256",)]), [("ok",)]), "its encryption cannot be switched on")
    except BaseException:
        database.close()
        raise
    return database


def _expect(found: object, expected: object, otherwise: str) -> None:
    if found != expected:
        raise DatabaseDamagedError(reason=otherwise)


def create(path: Path, page_key: bytes, vfs: str, files: Files) -> bytes:
    """Make an empty encrypted database in WAL mode, prove that it is encrypted, and return its salt.

    Raises apsw.Error, OSError.
    """
    files.close(files.open(path))  # SQLite itself would take the umask's mode
    database = _connect(str(path), _OPEN | apsw.SQLITE_OPEN_CREATE, page_key, vfs)
    try:
        database.keep_wal(on=False)
        for sql in ("pragma page_size=4096", "pragma locking_mode=exclusive", *_SETTINGS, "pragma journal_mode=wal"):
            database.run(sql)
        database.run("pragma application_id=0x6b7661")
        database.checkpoint()
    finally:
        database.close()
    salt, foreign = salt_of(path), path.read_bytes()[: len(_PLAIN)]
    if salt is None or foreign == _PLAIN:
        raise DatabaseDamagedError(reason="it was not encrypted")
    return salt


def salt_of(path: Path) -> bytes | None:
    """The salt of a database that is not open; None if the file is missing or too short. Raises OSError."""
    start = REAL.read(path, SALT) or b""
    return start[:SALT] if len(start) >= SALT else None


def check_start(path: Path, salt: bytes) -> None:
    """Check the 24 bytes that stand in clear, before SQLite opens the file.

    Raises:
        DatabaseForeignError: the file begins with another salt.
        DatabaseDamagedError: it is missing, cut or altered there.
    """
    read = REAL.read(path, SALT + len(PREFIX))
    if read is None:
        raise DatabaseDamagedError(reason="the file is missing")
    start = read[: SALT + len(PREFIX)]
    if len(start) < SALT + len(PREFIX):
        raise DatabaseDamagedError(reason="the file is cut")
    found, prefix = start[:SALT], start[SALT:]
    differing = (int.from_bytes(found, "big") ^ int.from_bytes(salt, "big")).bit_count()
    if differing > _ALIKE_BITS and found != _PLAIN:
        raise DatabaseForeignError
    if differing or prefix != PREFIX:
        raise DatabaseDamagedError(reason="its first bytes were altered")


def open_file(path: Path, page_key: bytes, vfs: str) -> Database:
    """Open for reading and writing; closing it leaves every byte as it is until ``keep_wal(on=False)``.

    Raises apsw.Error.
    """
    database = _connect(str(path), _OPEN, page_key, vfs)
    try:
        # Exclusive before the first read: no shared memory file, no second process.
        database.run("pragma locking_mode=exclusive")
        _prove(database)
        for sql in _SETTINGS:
            database.run(sql)
        _expect(database.value("pragma journal_mode"), "wal", "its write-ahead log is switched off")
        database.watch_wal()
    except BaseException:
        database.close()
        raise
    return database


def open_immutable(path: Path, page_key: bytes, vfs: str) -> Database:
    """Open for reading without the write-ahead log. Raises apsw.Error."""
    name = f"file:{quote(str(path))}?immutable=1&mode=ro"
    flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI | apsw.SQLITE_OPEN_NOMUTEX
    database = _connect(name, flags, page_key, vfs)
    try:
        _prove(database)
    except BaseException:
        database.close()
        raise
    database.run("pragma cache_size=-8000")
    database.run("pragma temp_store=memory")
    return database


def _prove(database: Database) -> None:
    """The key fits and the first pages verify. Raises apsw.Error."""
    database.run("select count(*) from sqlite_master")


def stored(ddl: str) -> tuple[str, str]:
    """Name and text under which sqlite_master holds what a CREATE statement made."""
    match = _CREATE.fullmatch(ddl)
    if match is None:
        raise ValueError("not a CREATE statement")
    return match["name"], f"CREATE {' '.join(match['kind'].upper().split())} {match['rest']}"


_CREATE = re.compile(
    r"create\s+(?P<kind>(?:unique\s+|virtual\s+)?(?:table|index|trigger))\s+(?P<rest>(?P<name>\w+).*)",
    re.DOTALL | re.IGNORECASE,
)


def schema(database: Database) -> dict[str, str]:
    """The text of every object of the database by its name."""
    return {str(name): str(sql) for name, sql in database.run("select name, sql from sqlite_master")}
