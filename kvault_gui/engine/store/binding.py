"""The header's place in the database: a row under the set hash names the newest header that a commit has seen.

The head alone could be put back together with an old header. The row is written with the first commit after a header
change, so that a removed way in stays removed even for somebody who accepts an old or missing head.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import HeaderOldError, HeaderOtherError, OldRowsError
from .tables import ID_COLUMN, MAX_TABLE, Table

if TYPE_CHECKING:
    from .header import Written
    from .tables import Row
    from .transaction import Reader, Tx

TABLE = Table(MAX_TABLE, "store_header", {"id": ID_COLUMN, "generation": "integer not null", "digest": "blob not null"})
_ROW = 1


def begin(tx: Tx, written: Written) -> None:
    """Name the first header."""
    tx.insert(TABLE, {"id": _ROW, "generation": written.header.generation, "digest": written.digest})


def follow(tx: Tx, written: Written) -> None:
    """Name the newest header."""
    tx.update(TABLE, _ROW, {"generation": written.header.generation, "digest": written.digest})


def bound(reader: Reader) -> int:
    """The generation that the row names. Raises OldRowsError."""
    return _read(reader)[0]


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
