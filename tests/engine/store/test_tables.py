"""Rows as they are hashed are rows as they are read back."""

from __future__ import annotations

import math

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvault_gui.engine.errors import InvalidInputError
from kvault_gui.engine.store import sethash
from kvault_gui.engine.store.tables import Table, normal

TABLE = Table(3, "thing", {"id": "integer primary key", "i": "integer", "r": "real", "t": "text", "b": "blob"})
KEY = b"s" * 32
VALUES = st.fixed_dictionaries(
    {
        "id": st.integers(0, 1 << 54),
        "i": st.none() | st.integers(-(1 << 63), (1 << 63) - 1) | st.booleans(),
        "r": st.none() | st.floats(allow_nan=False) | st.integers(-(1 << 53), 1 << 53),
        "t": st.none() | st.text(st.characters(codec="utf-8")),
        "b": st.none() | st.binary() | st.binary().map(bytearray),
    }
)


@given(VALUES)
def test_what_sqlite_gives_back_has_the_hash_of_what_was_given(values: dict[str, object]) -> None:
    row = TABLE.row(values)
    connection = apsw.Connection(":memory:", vfs="memdb")
    connection.execute(TABLE.ddl[0])
    connection.execute(TABLE.insert_sql, row)
    (back,) = connection.execute(f"{TABLE.select} where true").fetchall()
    connection.close()
    assert back == row
    assert sethash.row_hash(KEY, 3, back) == sethash.row_hash(KEY, 3, row)


@given(VALUES, VALUES)
def test_different_rows_have_different_hashes(one: dict[str, object], two: dict[str, object]) -> None:
    first, second = TABLE.row(one), TABLE.row(two)
    same = repr(first) == repr(second)
    assert (sethash.row_hash(KEY, 3, first) == sethash.row_hash(KEY, 3, second)) == same
    assert sethash.row_hash(KEY, 3, first) != sethash.row_hash(KEY, 4, first)
    assert sethash.row_hash(KEY, 3, first) != sethash.row_hash(b"o" * 32, 3, first)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", "5"),
        ("integer", 5.0),
        ("integer", 1 << 63),
        ("real", "1.0"),
        ("real", math.nan),
        ("text", b"bytes"),
        ("text", 5),
        ("blob", "text"),
        ("blob", [1]),
    ],
)
def test_a_value_of_another_type_is_refused(kind: str, value: object) -> None:
    with pytest.raises(InvalidInputError):
        normal(kind, value)


def test_half_a_surrogate_pair_and_an_unknown_column_are_refused() -> None:
    with pytest.raises(InvalidInputError):
        sethash.row_hash(KEY, 3, TABLE.row({"id": 1, "t": "\ud800"}))
    with pytest.raises(InvalidInputError):
        TABLE.row({"id": 1, "x": 1})


@given(st.integers(1, 127), st.integers(0, (1 << 55) - 1))
def test_a_bucket_knows_its_table_and_its_rows(table: int, row_id: int) -> None:
    number, first, end = sethash.bucket_range(sethash.bucket_of(table, row_id))
    assert number == table
    assert first <= row_id < end
    assert end - first == 256


@pytest.mark.parametrize(
    "columns",
    [{}, {"id": "integer"}, {"x": "text"}, {"id": "integer primary key", "x": "varchar"}],
)
def test_a_table_of_another_form_is_refused(columns: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="table"):
        Table(1, "thing", columns)
