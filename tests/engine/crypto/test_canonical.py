"""Deterministic CBOR: one value, one encoding, and nothing else is read."""

from __future__ import annotations

from contextlib import suppress

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kvault_gui.engine.crypto import canonical
from kvault_gui.engine.errors import InvalidInputError

INTS = st.integers(-(1 << 64), (1 << 64) - 1)
LEAVES = st.none() | st.booleans() | INTS | st.text() | st.binary(max_size=64)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8) | INTS, inner, max_size=5),
    max_leaves=20,
).filter(lambda value: depth(value) <= canonical.MAX_DEPTH)


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max((depth(item) for item in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((depth(item) for item in value), default=0)
    return 0


@settings(deadline=None)
@given(VALUES)
def test_what_was_encoded_is_decoded_to_the_same_value_and_types(value: object) -> None:
    again = canonical.decode(canonical.encode(value))
    assert repr_sorted(again) == repr_sorted(value)


def repr_sorted(value: object) -> str:
    """With types (True is not 1), without the order of dicts."""
    if isinstance(value, dict):
        return "{" + ",".join(sorted(f"{key!r}:{repr_sorted(item)}" for key, item in value.items())) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(repr_sorted, value)) + "]"
    return repr(value)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=8) | INTS, INTS, min_size=2, max_size=8), st.randoms())
def test_the_order_in_which_a_dict_was_filled_does_not_matter(value: dict[str | int, int], random: object) -> None:
    items = list(value.items())
    random.shuffle(items)  # type: ignore[attr-defined]
    assert canonical.encode(dict(items)) == canonical.encode(value)


@settings(deadline=None)
@given(st.binary(max_size=64))
def test_bytes_that_decode_are_the_one_encoding_of_their_value(data: bytes) -> None:
    try:
        value = canonical.decode(data)
    except InvalidInputError:
        return
    assert canonical.encode(value) == data


@settings(deadline=None)
@given(VALUES, st.integers(0, 1 << 30), st.integers(0, 7))
def test_a_changed_bit_gives_another_value_or_a_refusal(value: object, where: int, bit: int) -> None:
    encoded = bytearray(canonical.encode(value))
    encoded[where % len(encoded)] ^= 1 << bit
    try:
        other = canonical.decode(encoded)
    except InvalidInputError:
        return
    assert repr_sorted(other) != repr_sorted(value)


@pytest.mark.parametrize(
    ("value", "encoded"),
    [  # RFC 8949, appendix A
        (0, "00"),
        (23, "17"),
        (24, "1818"),
        (1_000_000, "1a000f4240"),
        ((1 << 64) - 1, "1bffffffffffffffff"),
        (-(1 << 64), "3bffffffffffffffff"),
        (-1, "20"),
        (False, "f4"),
        (None, "f6"),
        (b"\x01\x02\x03\x04", "4401020304"),
        ("\u00fc", "62c3bc"),
        ([1, [2, 3], [4, 5]], "8301820203820405"),
        ({"a": 1, "b": [2, 3]}, "a26161016162820203"),
    ],
)
def test_values_have_the_encoding_of_rfc_8949(value: object, encoded: str) -> None:
    assert canonical.encode(value).hex() == encoded
    assert canonical.decode(bytes.fromhex(encoded)) == value


def test_keys_stand_in_the_bytewise_order_of_rfc_8949() -> None:
    """Section 4.2.1 sorts 10, 100, -1, "z", "aa"; the older rule of RFC 7049 would put -1 before 100."""
    mixed = {"aa": 0, 100: 0, "z": 0, -1: 0, 10: 0}
    assert canonical.encode(mixed).hex() == "a50a00186400200061" + "7a00626161" + "00"


@pytest.mark.parametrize(
    ("encoded", "what"),
    [
        ("1800", "a number longer than needed"),
        ("5818" + "00" * 23, "cut"),
        ("581700" + "00" * 22, "a length longer than needed"),
        ("a2616201616100", "keys out of order"),
        ("a2616101616100", "a key twice"),
        ("9f01ff", "an array without a length"),
        ("7f6161ff", "a text in pieces"),
        ("0000", "something behind"),
        ("", "nothing"),
        ("f97e00", "NaN"),
        ("fb3ff0000000000000", "a float"),
        ("f7", "undefined"),
        ("e0", "a simple value"),
        ("c11a514b67b0", "a tag: time"),
        ("c249010000000000000000", "a tag: big number"),
        ("d81c80", "a tag: shareable"),
        ("d9010380", "a tag: set"),
        ("a1f401", "a key that is a boolean"),
        ("a1410001", "a key that is bytes"),
        ("a1800001", "a key that is a list"),
        ("62c328", "text that is not UTF-8"),
        ("63eda080", "half a surrogate pair"),
        ("9bffffffffffffffff", "an array of absurd length"),
        ("5bffffffffffffffff00", "bytes of absurd length"),
        ("ff", "a break"),
        ("1c", "a reserved length"),
    ],
)
def test_every_other_spelling_is_refused(encoded: str, what: str) -> None:
    with pytest.raises(InvalidInputError):
        canonical.decode(bytes.fromhex(encoded))
    assert what


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        {1.5: 0},
        {True: 0},
        {b"k": 0},
        {None: 0},
        {1, 2},
        object(),
        1 << 64,
        -(1 << 64) - 1,
        "\ud800",
        {"\ud800": 1},
    ],
)
def test_values_without_a_place_here_are_refused(value: object) -> None:
    with pytest.raises(InvalidInputError):
        canonical.encode(value)


def test_nesting_and_size_are_bounded_before_anything_is_built() -> None:
    deep: object = 0
    for _ in range(canonical.MAX_DEPTH):
        deep = [deep]
    assert canonical.decode(canonical.encode(deep)) == deep
    with pytest.raises(InvalidInputError):
        canonical.encode([deep])
    with pytest.raises(InvalidInputError):
        canonical.decode(b"\x81" * (canonical.MAX_DEPTH + 1) + b"\x00")
    with pytest.raises(InvalidInputError):
        canonical.decode(b"\x81" * 1_000_000 + b"\x00")
    with pytest.raises(InvalidInputError):
        canonical.decode(canonical.encode(b"x" * 100), max_bytes=100)
    assert canonical.decode(canonical.encode(b"x" * 98), max_bytes=100) == b"x" * 98


def test_bytes_like_values_and_tuples_are_taken_as_what_they_hold() -> None:
    assert canonical.encode((bytearray(b"a"), memoryview(b"b"))) == canonical.encode([b"a", b"b"])
    assert canonical.decode(memoryview(canonical.encode([1]))) == [1]


def test_another_implementation_reads_the_same() -> None:
    value = {"n": [1, -5, None, True], "b": b"\x00\xff", "t": "übel"}
    assert cbor2.loads(canonical.encode(value)) == value


def test_no_tag_that_the_library_knows_is_decoded() -> None:
    """Dates, patterns, mail messages and references have decoders of their own, which a hook alone does not see."""
    for number in (*range(1_100), 43_000, 55_799):
        head = bytes([0xC0 | number]) if number < 24 else b"\xda" + number.to_bytes(4, "big")
        seen: list[object] = []
        with suppress(cbor2.CBORDecodeError):
            cbor2.loads(head + b"\xf6", tag_hook=lambda *tag, seen=seen: seen.append(tag))
        assert seen or number in canonical._REFUSED_TAGS, f"the library decodes tag {number}"
        with pytest.raises(InvalidInputError):
            canonical.decode(head + b"\xf6")


@given(st.lists(st.one_of(st.none(), st.booleans(), st.integers(0, 2**63), st.text(max_size=8), st.binary(max_size=8))))
def test_what_is_ordered_already_gets_the_same_encoding_unchecked(items: list[object]) -> None:
    body = {1: items, 2: [items, items], 6: None}
    assert canonical.encode_ordered(body) == canonical.encode(body)
