"""SELECTs whose column types the statement itself tells: STRICT tables give back what was put in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from ..store.tables import Row


class Readable(Protocol):
    """A store or a running transaction."""

    def read(self, sql: str, *parameters: object) -> list[Row]:
        """The rows of one SELECT."""
        ...


def select(source: Readable, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """Rows, not verified: fit for lists and for finding ids, never to act on."""
    return source.read(sql, *parameters)


def number(source: Readable, sql: str, *parameters: object) -> int:
    """The one number that a SELECT gives; 0 without a row."""
    found = select(source, sql, *parameters)
    return int(found[0][0] or 0) if found else 0


def numbers(source: Readable, sql: str, *parameters: object) -> list[int]:
    """The numbers in the first column."""
    return [row[0] for row in select(source, sql, *parameters)]
