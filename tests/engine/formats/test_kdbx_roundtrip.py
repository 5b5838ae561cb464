"""What the writer writes, the reader reads: equal, for any content."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kvault_gui.engine.formats.kdbx.header import Cipher, Kdf
from kvault_gui.engine.formats.kdbx.times import format_time, parse_time
from kvault_gui.engine.formats.kdbx.writer import WriteOptions
from kvault_gui.engine.formats.model import (
    ForeignDatabase,
    ForeignEntry,
    ForeignField,
    ForeignFile,
    ForeignGroup,
    ForeignState,
    Role,
)
from tests.engine.formats.kdbx_build import read, written

# What XML 1.0 can hold; what it cannot is tested apart.
TEXT = st.text(
    st.characters(
        exclude_categories=["Cs"],
        exclude_characters=[*map(chr, range(9)), "\x0b", "\x0c", *map(chr, range(14, 32)), "\ufffe", "\uffff"],
    ),
    max_size=40,
)
TAG = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=10)
WHEN = st.integers(-62_135_596_800, 253_402_300_799).map(float)
UID = st.binary(min_size=16, max_size=16).filter(any).map(bytes.hex)
STANDARD = {"UserName": Role.USERNAME, "Password": Role.PASSWORD, "URL": Role.URL, "Notes": Role.NOTES}


@st.composite
def fields(draw: st.DrawFn) -> list[ForeignField]:
    names = draw(st.lists(st.sampled_from(sorted(STANDARD)) | TEXT, max_size=6))
    found, roles = [], set()
    for name in names:
        if name == "Title":
            continue
        role = STANDARD.get(name, Role.CUSTOM)
        role = Role.CUSTOM if role in roles else role
        roles.add(role)
        protected = draw(st.booleans())
        text = draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=60) if protected else TEXT)
        found.append(ForeignField(name, text.encode(), protected, role))
    return found


FILES = st.lists(st.builds(ForeignFile, TEXT, st.binary(max_size=200), st.just(False)), max_size=3)  # noqa: FBT003
STATES = st.builds(
    ForeignState,
    title=TEXT,
    title_protected=st.booleans(),
    fields=fields(),
    files=FILES,
    tags=st.lists(TAG, unique=True, max_size=3),
    created=WHEN,
    changed=WHEN,
    expires=st.none() | WHEN,
)


@st.composite
def databases(draw: st.DrawFn) -> ForeignDatabase:
    def group(parent: ForeignGroup | None) -> ForeignGroup:
        return ForeignGroup(
            draw(UID), draw(TEXT), parent, draw(TEXT), draw(st.lists(TAG, unique=True, max_size=2)), 1.0, 2.0
        )

    root = group(None)
    groups: list[ForeignGroup] = []

    def below(parent: ForeignGroup, depth: int) -> None:
        for _ in range(draw(st.integers(0, 2)) if depth else 0):
            child = group(parent)
            groups.append(child)
            below(child, depth - 1)

    below(root, 2)
    # The document's order: the entries of a group before the groups in it.
    entries = [
        ForeignEntry(draw(UID), place, draw(STATES), draw(st.lists(STATES, max_size=2)))
        for place in (root, *groups)
        for _ in range(draw(st.integers(0, 2)))
    ]
    return ForeignDatabase(draw(TEXT), root, groups, entries)


def same_files(found: ForeignDatabase) -> ForeignDatabase:
    """Equal bytes share a reference and its protection; both are the file's business."""
    for entry in found.entries:
        for state in (entry.state, *entry.history):
            for file in state.files:
                file.ref = -1
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(databases(), st.sampled_from([Cipher.AES, Cipher.CHACHA20]), st.booleans())
def test_a_database_comes_back_as_it_was(database: ForeignDatabase, cipher: Cipher, packed: bool) -> None:  # noqa: FBT001
    options = WriteOptions(cipher=cipher, memory=8, rounds=1, lanes=1, minor=1, compressed=packed)
    found = read(written(database, options))
    assert same_files(found) == same_files(database)


@pytest.mark.parametrize("kdf", list(Kdf))
def test_every_key_derivation_opens_again(kdf: Kdf) -> None:
    database = ForeignDatabase("", ForeignGroup("11" * 16, "Root"), [], [])
    rounds, memory = (100, 0) if "AES" in kdf.name else (2, 64)
    assert read(written(database, WriteOptions(kdf=kdf, rounds=rounds, memory=memory, lanes=2))).root.name == "Root"


def test_characters_that_xml_cannot_hold_survive_in_protected_values_and_are_counted_elsewhere() -> None:
    root = ForeignGroup("11" * 16, "Root")
    state = ForeignState(
        "a\x00b\x1bc", fields=[ForeignField("pin", b"\x00\x01\x1f", protected=True)], created=0, changed=0
    )
    found = read(written(ForeignDatabase("", root, [], [ForeignEntry("22" * 16, root, state)])))
    assert found.entries[0].state.title == "abc"
    assert found.entries[0].state.fields[0].value == b"\x00\x01\x1f"


def test_shared_attachments_are_written_once() -> None:
    root = ForeignGroup("11" * 16, "Root")
    blob = bytes(range(256)) * 2000
    state = ForeignState("x", files=[ForeignFile("a", blob), ForeignFile("b", blob)], created=0.0, changed=0.0)
    entry = ForeignEntry("22" * 16, root, state, [state])
    data = written(ForeignDatabase("", root, [], [entry]), WriteOptions(memory=8, rounds=1, lanes=1, compressed=False))
    assert len(data) < 1.5 * len(blob)
    assert [file.data for file in read(data).entries[0].state.files] == [blob, blob]


@given(WHEN)
def test_times_come_back_to_the_second(when: float) -> None:
    assert parse_time(format_time(when)) == when


def test_values_stay_out_of_representations() -> None:
    root = ForeignGroup("11" * 16, "Root")
    state = ForeignState(
        "title", fields=[ForeignField("pin", b"hunter2", protected=True)], files=[ForeignFile("f", b"hunter2")]
    )
    shown = (
        repr(ForeignDatabase("", root, [], [ForeignEntry("22" * 16, root, state)])) + repr(state) + repr(state.fields)
    )
    assert "hunter2" not in shown + repr(state.files)
