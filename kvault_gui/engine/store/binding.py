"""The header's place in the database: rows under the set hash hold the newest header that a commit has seen.

The head alone could be put back together with an old header. The row is written with the first commit after a header
change, so that a removed way in stays removed even for somebody who accepts an old or missing head. The whole header
is kept beside it: when somebody without the key altered both files, whoever still gets in puts back what was there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import apsw

from ..crypto import mac
from ..errors import HeaderDamagedError, HeaderOldError, HeaderOtherError, NewerFormatError, OldRowsError
from .header import Written, parse
from .tables import ID_COLUMN, MAX_TABLE, Table

if TYPE_CHECKING:
    from .tables import Row
    from .transaction import Reader, Tx

TABLE = Table(MAX_TABLE, "store_header", {"id": ID_COLUMN, "generation": "integer not null", "digest": "blob not null"})
COPY = Table(MAX_TABLE - 1, "store_header_copy", {"id": ID_COLUMN, "line": "blob not null"}, later=True)
TABLES = (TABLE, COPY)
_ROW = 1


def begin(tx: Tx, written: Written) -> None:
    """Name the first header."""
    tx.insert(TABLE, {"id": _ROW, "generation": written.header.generation, "digest": written.digest})
    tx.insert(COPY, {"id": _ROW, "line": written.line})


def follow(tx: Tx, written: Written) -> None:
    """Name the newest header."""
    tx.update(TABLE, _ROW, {"generation": written.header.generation, "digest": written.digest})
    if has_copy(tx):
        tx.update(COPY, _ROW, {"line": written.line})
    else:
        tx.insert(COPY, {"id": _ROW, "line": written.line})


def bound(reader: Reader) -> int:
    """The generation of the header that is wholly kept; 0 before the first commit of a kvault that keeps it.

    Raises OldRowsError.
    """
    generation, _ = _read(reader)
    try:
        kept = reader.read("select count(*) from store_header_copy") != [(0,)]
    except apsw.Error:
        kept = True  # it is damaged: told when everything is verified, and no reason not to open
    return generation if kept else 0


def has_copy(reader: Reader) -> bool:
    """Whether the whole header is there: vaults of an earlier kvault get it with their next commit."""
    return reader.row(COPY, _ROW) is not None


def copy(reader: Reader, key: bytes) -> Written | None:
    """The header as the newest commit has seen it, its MAC made anew; None if it is not there.

    Raises OldRowsError.
    """
    _, digest = _read(reader)
    row = reader.row(COPY, _ROW)
    if row is None or not isinstance(row[1], bytes):
        return None
    line = row[1]
    data = b"%s\nsha256 %s\nhmac-sha256 %s\n" % (line, digest.hex().encode(), mac.sign(key, line).hex().encode())
    try:
        return parse(data)
    except (HeaderDamagedError, NewerFormatError):
        return None


def check(reader: Reader, written: Written) -> None:
    """The header is not older than the one that the database knows. Raises HeaderOldError, HeaderOtherError."""
    generation, digest = _read(reader)
    found = written.header.generation
    if found < generation:
        raise HeaderOldError(found=found, expected=generation)
    if found == generation and digest != written.digest:
        raise HeaderOtherError(number=found)


def _read(reader: Reader) -> tuple[int, bytes]:
    row: Row | None = reader.row(TABLE, _ROW)
    match row:
        case (int(), int(generation), bytes(digest)):
            return generation, digest
        case _:
            raise OldRowsError(reason="the row that names the header is missing")
