"""The header's one spelling."""

from __future__ import annotations

import hashlib
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvault_gui.engine.errors import HeaderDamagedError, NewerFormatError
from kvault_gui.engine.store import header
from kvault_gui.engine.store.header import Header, Slot

KEY = b"k" * 32
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
HEX = st.binary(max_size=40).map(bytes.hex)
SLOTS = st.builds(
    Slot,
    id=TEXT.filter(bool),
    method=TEXT,
    label=TEXT,
    created=st.integers(0, 1 << 40),
    salt=HEX,
    params=st.dictionaries(TEXT, st.integers(-(1 << 62), 1 << 62) | TEXT, max_size=4),
    commitment=HEX,
    wrapped_vk=HEX,
    wrapped_uk=st.none() | HEX,
)
HEADERS = st.builds(
    Header,
    format=st.just(1),
    vault=st.binary(min_size=16, max_size=16).map(bytes.hex),
    suite=st.just(1),
    generation=st.integers(1, 1 << 62),
    database=st.just("vault.db"),
    database_salt=st.binary(min_size=16, max_size=16).map(bytes.hex),
    created=st.integers(0, 1 << 40),
    slots=st.lists(SLOTS, min_size=1, max_size=5, unique_by=lambda slot: slot.id),
)
SLOT = {
    "id": "a",
    "method": "password",
    "label": "",
    "created": 1,
    "salt": "00",
    "params": {"memory": 1},
    "commitment": "",
    "wrapped_vk": "",
    "wrapped_uk": None,
}
GOOD = {
    "format": 1,
    "vault": "ab" * 16,
    "suite": 1,
    "generation": 1,
    "database": "vault.db",
    "database_salt": "cd" * 16,
    "created": 1,
    "slots": [SLOT],
}


def file_of(line: bytes) -> bytes:
    """A file that whoever can compute SHA-256 could write."""
    return line + b"\nsha256 " + hashlib.sha256(line).hexdigest().encode() + b"\nhmac-sha256 " + b"00" * 32 + b"\n"


def spelled(**changes: object) -> bytes:
    """The good header with other values, spelled as kvault spells."""
    return json.dumps({**GOOD, **changes}, separators=(",", ":")).encode()


@given(HEADERS)
def test_what_is_written_is_read_and_verifies_under_its_key_alone(given_header: Header) -> None:
    written = header.encode(given_header, KEY)
    read = header.parse(written.data)
    assert read.header == given_header
    assert read.verifies(KEY)
    assert not read.verifies(b"x" * 32)


@given(st.binary(max_size=300))
def test_bytes_that_are_no_header_are_damaged(data: bytes) -> None:
    for attempt in (data, file_of(data), file_of(b"{" + data + b"}")):
        with pytest.raises((HeaderDamagedError, NewerFormatError)):
            header.parse(attempt)


def test_the_good_one_is_good() -> None:
    assert header.parse(file_of(spelled())).header.slots[0].id == "a"


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(spelled().replace(b'{"format":1', b'{"format":1,"format":1'), id="a key twice"),
        pytest.param(spelled(generation=0), id="generation zero"),
        pytest.param(spelled(generation=1 << 63), id="generation too large"),
        pytest.param(spelled(generation=1.0), id="a float"),
        pytest.param(spelled().replace(b'"created":1,"slots"', b'"created":NaN,"slots"'), id="NaN"),
        pytest.param(spelled().replace(b'"created":1,"slots"', b'"created":1e999,"slots"'), id="1e999"),
        pytest.param(b"[" * 60_000, id="deep"),
        pytest.param(spelled(slots=[{**SLOT, "label": "\ud800"}]), id="lone surrogate"),
        pytest.param(b"\xef\xbb\xbf" + spelled(), id="byte order mark"),
        pytest.param(spelled().replace(b":", b": "), id="spaces"),
        pytest.param(spelled(slots=[{**SLOT, "id": str(n)} for n in range(65)]), id="too many slots"),
        pytest.param(spelled(slots=[]), id="no slot"),
        pytest.param(spelled(slots=[{**SLOT, "salt": "0"}]), id="half a byte"),
        pytest.param(spelled(slots=[{**SLOT, "salt": "AB"}]), id="capitals"),
        pytest.param(spelled(slots=[{**SLOT, "params": {"m": 1 << 64}}]), id="a huge parameter"),
        pytest.param(spelled(slots=[{**SLOT, "params": {"m": None}}]), id="a parameter of no kind"),
        pytest.param(spelled(database="../vault.db"), id="a path"),
        pytest.param(spelled(database=""), id="no database"),
        pytest.param(spelled(vault="ab"), id="a short id"),
        pytest.param(spelled(more=1), id="an unknown key"),
        pytest.param(spelled(format=0), id="format zero"),
        pytest.param(json.dumps({k: GOOD[k] for k in reversed(GOOD)}, separators=(",", ":")).encode(), id="order"),
    ],
)
def test_another_spelling_is_damaged(line: bytes) -> None:
    with pytest.raises(HeaderDamagedError):
        header.parse(file_of(line))


def test_size_and_lines_are_limited() -> None:
    good = header.encode(msgspec.convert(GOOD, Header), KEY).data
    for bad in (good + b"\n", good[:-1], good.replace(b"\n", b"\r\n"), b"\n" + good, good * 2, b"{" * (65 << 10)):
        with pytest.raises(HeaderDamagedError):
            header.parse(bad)


def test_two_slots_of_one_id_are_read_for_the_sake_of_the_others_and_never_written() -> None:
    found = header.parse(file_of(spelled(slots=[SLOT, SLOT]))).header
    assert len(found.slots) == 2
    with pytest.raises(HeaderDamagedError, match="same id"):
        header.encode(found, KEY)


@pytest.mark.parametrize("changes", [{"format": 3}, {"format": 99, "slots": "anything"}, {"suite": 2}, {"suite": 7}])
def test_a_newer_format_is_named_as_such(changes: dict[str, object]) -> None:
    with pytest.raises(NewerFormatError, match="newer kvault"):
        header.parse(file_of(spelled(**changes)))


def test_the_next_header_keeps_what_binds_it() -> None:
    old = msgspec.convert(GOOD, Header)
    changed = msgspec.structs.replace(old, vault="00" * 16, generation=7, database="x", created=9, slots=[])
    new = header.following(changed, old)
    assert new == msgspec.structs.replace(old, format=header.FORMAT, generation=2, slots=[])


FACTOR = {"method": "fido2", "params": {"serial": "1"}}
PARTS = [{"more": [FACTOR]}, {"name": "New name"}, {"once": True}, {"expires": 5}, {"sealed": "00"}]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: next(iter(part)))
def test_what_format_2_brought_is_read_there_and_refused_in_format_1(part: dict[str, object]) -> None:
    line = spelled(format=2, slots=[{**SLOT, **part}])
    assert header.parse(file_of(line)).line == line
    with pytest.raises(HeaderDamagedError):
        header.parse(file_of(spelled(format=1, slots=[{**SLOT, **part}])))


@pytest.mark.parametrize(
    "part",
    [
        {"more": [FACTOR] * header.MAX_FACTORS},
        {"more": [{**FACTOR, "params": {str(n): n for n in range(header.MAX_PARAMS + 1)}}]},
        {"more": [{**FACTOR, "params": {"n": 1 << 63}}]},
        {"more": [{**FACTOR, "other": 1}]},
        {"more": []},  # spelled as if there were something
        {"expires": 1 << 63},
        {"expires": 0},
        {"sealed": "0"},
        {"name": "\ud800"},
    ],
    ids=str,
)
def test_what_format_2_brought_has_limits_and_one_spelling(part: dict[str, object]) -> None:
    with pytest.raises(HeaderDamagedError):
        header.parse(file_of(spelled(format=2, slots=[{**SLOT, **part}])))
