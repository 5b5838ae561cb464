"""Tables as data: those under the set hash, and those derived from them.

The store knows nothing of what the rows mean; the vault passes its tables.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, cast

import msgspec

from ..errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

Value: TypeAlias = "int | float | str | bytes | None"  # what a column holds
Row: TypeAlias = "tuple[Value, ...]"

ID_COLUMN = "integer primary key"
MAX_TABLE = 127  # table numbers share an integer with the bucket number
MAX_ID = (1 << 55) - 1
_INTEGER_LIMIT = 1 << 63
_KINDS = frozenset({"integer", "real", "text", "blob"})


class Derived(msgspec.Struct, frozen=True):
    """Tables, virtual tables, indexes or triggers that can be rebuilt from others: they decide nothing."""

    name: str
    ddl: tuple[str, ...]


class Table(msgspec.Struct, frozen=True, dict=True):
    """A table under the set hash.

    Args:
        number: 1 to 127; part of every row's hash and never used again for another table.
        name: an SQL identifier.
        columns: name to SQL type and constraints ("integer", "real", "text" or "blob" first); the first is always
            "id": "integer primary key".
        indexes: whole CREATE INDEX statements.
        later: vaults that an earlier kvault made lack it (see added.py).
    """

    number: int
    name: str
    columns: dict[str, str]
    indexes: tuple[str, ...] = ()
    later: bool = False

    def __post_init__(self) -> None:
        first = next(iter(self.columns.items()), None)
        if first != ("id", ID_COLUMN) or not 0 < self.number <= MAX_TABLE or not self.name.isidentifier():
            raise ValueError(f"table {self.name} is not well formed")
        if any(kind not in _KINDS for kind in self.kinds):
            raise ValueError(f"table {self.name} has a column of an unknown type")

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The SQL type of each column, without its constraints."""
        return tuple(sql.split()[0] for sql in self.columns.values())

    @cached_property
    def _as_is(self) -> tuple[type | None, ...]:
        """The type whose values a column takes without a look; for numbers none."""
        return tuple({"text": str, "blob": bytes}.get(kind) for kind in self.kinds)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns' names, "id" first."""
        return tuple(self.columns)

    @cached_property
    def ddl(self) -> tuple[str, ...]:
        """The statements that make it. STRICT: what is read back is what was hashed."""
        columns = ", ".join(f"{name} {sql}" for name, sql in self.columns.items())
        return (f"create table {self.name}({columns}) strict", *self.indexes)

    @cached_property
    def select(self) -> str:
        """All columns; a WHERE clause is to follow."""
        return f"select {', '.join(self.names)} from {self.name}"  # noqa: S608 our own identifiers

    @cached_property
    def insert_sql(self) -> str:
        """Insert a whole row."""
        marks = ", ".join("?" for _ in self.names)
        return f"insert into {self.name}({', '.join(self.names)}) values ({marks})"  # noqa: S608 our own identifiers

    def row(self, values: Mapping[str, object]) -> Row:
        """``values`` as a whole row in column order; what is not named is None.

        Raises:
            InvalidInputError: a column that does not exist or a value of the wrong type.
        """
        if not values.keys() <= self.columns.keys():
            raise InvalidInputError(reason=f"The table {self.name} has no such column")
        get = values.get
        found = cast("list[Value]", [get(name) for name in self.names])
        # What STRICT gives back as it is needs no call: None, and text and bytes of exactly these types.
        return tuple(
            [
                value if value is None or type(value) is as_is else normal(kind, value)
                for value, as_is, kind in zip(found, self._as_is, self.kinds, strict=True)
            ]
        )


def normal(kind: str, value: object) -> Value:
    """``value`` exactly as a STRICT column of ``kind`` gives it back.

    Raises:
        InvalidInputError: it has another type, is too large, or is not a number.
    """
    if value is None:
        return None
    if kind == "integer" and isinstance(value, int) and -_INTEGER_LIMIT <= value < _INTEGER_LIMIT:
        return int(value)
    if kind == "text" and isinstance(value, str):
        return str.__str__(value)
    if kind == "blob" and isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if kind == "real" and isinstance(value, (int, float)) and not math.isnan(value):
        return float(value) + 0.0  # -0.0 is stored as 0.0
    raise InvalidInputError(reason=f"A value of type {type(value).__name__} does not fit into a column of type {kind}")
