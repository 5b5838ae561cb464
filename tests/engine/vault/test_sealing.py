"""Ciphertexts put where they do not belong: by somebody with the file's key (rows rewritten with the store's own
transactions) and by somebody without (rows changed below the store)."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from kvault_gui.engine.api import Category, EntryInput, FieldType, Kind, Use, View
from kvault_gui.engine.errors import DamagedError, OldRowsError, ValueDamagedError
from kvault_gui.engine.vault import entries, records
from kvault_gui.engine.vault.schema import NAMESPACE_KEY, VERSION
from tests.engine.vault.kit import Desk, field, login
from tests.engine.vault.kit import desk as make_desk
from tests.jobs import finish

if TYPE_CHECKING:
    from pathlib import Path

    from kvault_gui.engine.vault.records import Sealed, State


def rewrite(desk: Desk, entry: int, number: int, state: State) -> None:
    """Store another body for a version, with set hash and record in order."""
    vault = desk.engine.vault
    version = entries.version_of(vault, entry, number)
    with vault.change("secret.changed", category=Category.CHANGE) as work:
        work.tx.update(VERSION, version.id, {"body": records.encode(state)})


def below(desk: Desk, sql: str, *values: object) -> None:
    """Change rows without the store's knowledge, as old pages put back do."""
    database = desk.engine.vault.store._database
    with database.unguarded():
        database.run(sql, values)


def state(desk: Desk, entry: int, number: int) -> State:
    vault = desk.engine.vault
    return entries.state_of(vault, entries.row_of(vault, entry), number)


def with_sealed(state: State, place: int, sealed: Sealed | None) -> State:
    fields = list(state.fields)
    fields[place] = replace(fields[place], sealed=sealed)
    return state.with_fields(tuple(fields))


def two_secrets(title: str, namespace: str) -> EntryInput:
    pairs = [field(name, f"{title}-{name}", FieldType.SECRET) for name in ("password", "pin")]
    return EntryInput(Kind.CREDENTIAL, title, namespace, pairs)


def test_no_sealed_value_opens_in_the_place_of_another(desk: Desk) -> None:
    """Every ordered pair of places over entries, namespaces, versions and fields: none is accepted."""
    places = []
    for title, namespace in (("a", "x"), ("b", "x"), ("c", "y")):
        entry = desk.engine.secrets.create(two_secrets(title, namespace))
        desk.engine.secrets.update(entry, 1, two_secrets(title, namespace))
        places += [(entry, number, place) for number in (1, 2) for place in (0, 1)]
    originals = {place: state(desk, place[0], place[1]) for place in places}
    refused = 0
    for here, there in permutations(places, 2):
        foreign = originals[there].fields[there[2]].sealed
        if foreign is not None and here[0] == there[0] and here[2] == there[2]:
            # An older value of the same field names its version; under a false one it does not open.
            foreign = replace(foreign, version=here[1])
        rewrite(desk, here[0], here[1], with_sealed(originals[here], here[2], foreign))
        name = originals[here].fields[here[2]].name
        with pytest.raises(ValueDamagedError) as caught:
            desk.engine.secrets.reveal(here[0], name, Use.SHOW, here[1])
        assert caught.value.fields == {"field": name}
        refused += 1
        rewrite(desk, here[0], here[1], originals[here])
    assert refused == 132
    assert finish(desk.engine.vaults.check()).problems == []


@pytest.mark.parametrize("part", ["salt", "nonce", "ciphertext", "namespace", "epoch", "version", "type"])
def test_every_part_of_a_sealed_value_is_bound(desk: Desk, part: str) -> None:
    entry = desk.engine.secrets.create(login())
    before = state(desk, entry, 1)
    sealed = before.fields[1].sealed
    assert sealed is not None
    old = getattr(sealed, part)
    if isinstance(old, bytes):
        new: Any = bytes([old[0] ^ 1]) + old[1:]
    else:
        new = old + 1 if isinstance(old, int) else "text"
    rewrite(desk, entry, 1, with_sealed(before, 1, replace(sealed, **{part: new})))
    with pytest.raises(DamagedError):
        desk.engine.secrets.reveal(entry, "password", Use.SHOW)


def test_a_blob_is_bound_to_its_entry_and_field(desk: Desk) -> None:
    def files(title: str) -> EntryInput:
        pairs = [field(name, f"{title}{name}" * 2000, FieldType.FILE) for name in ("one", "two")]
        return EntryInput(Kind.NOTE, title, "", pairs)

    first, second = (desk.engine.secrets.create(files(title)) for title in "ab")
    own, other = state(desk, first, 1), state(desk, second, 1)
    for blob in (own.fields[1].blob, other.fields[0].blob, 999):
        swapped = own.with_fields((replace(own.fields[0], blob=blob), own.fields[1]))
        rewrite(desk, first, 1, swapped)
        with pytest.raises(ValueDamagedError):
            desk.engine.secrets.reveal(first, "one", Use.SHOW)
    rewrite(desk, first, 1, own)
    assert desk.engine.secrets.reveal(first, "one", Use.SHOW).text() == "aone" * 2000


@pytest.mark.parametrize(
    "attack",
    [
        "update chunk set data = (select data from chunk where blob = 2) where blob = 1",
        "update chunk set data = substr(data, 1, length(data) - 1) where blob = 1",
        "delete from chunk where blob = 1",
        "insert into chunk(blob, number, data) values(1, 99, x'00')",
    ],
)
def test_altered_chunks_of_a_file_are_noticed(desk: Desk, attack: str) -> None:
    ids = [
        desk.engine.secrets.create(EntryInput(Kind.NOTE, "n", "", [field("f", letter * 9000, FieldType.FILE)]))
        for letter in "ab"
    ]
    below(desk, attack)
    with pytest.raises(ValueDamagedError):
        desk.engine.secrets.reveal(ids[0], "f", Use.SHOW)
    assert desk.engine.secrets.reveal(ids[1], "f", Use.SHOW).text() == "b" * 9000
    assert len(finish(desk.engine.vaults.check()).problems) == 1


@pytest.mark.parametrize(
    "attack",
    [
        "update version set body = (select body from version where id = 2) where id = 1",
        "update version set number = 7 - number where entry = 1",
        "update entry set version = 1 where id = 1",
        "update entry set title = 'other' where id = 1",
        "update entry set namespace = 1 where id = 1",
    ],
)
def test_rows_changed_below_the_store_are_from_another_time(desk: Desk, tmp_path: Path, attack: str) -> None:
    del tmp_path
    desk.engine.secrets.create(login("mail", "work"))
    desk.engine.secrets.update(1, 1, login("mail", "work", secret="new"))
    again = desk.again()
    below(again, attack)
    with pytest.raises(OldRowsError):
        again.engine.secrets.reveal(1, "password", Use.SHOW)
    assert any("another time" in problem for problem in finish(again.engine.vaults.check()).problems)
    again.engine.vaults.close()


def test_a_name_that_leads_elsewhere_by_an_old_index_page_is_not_followed(desk: Desk) -> None:
    desk.engine.secrets.create(login("bank"))
    desk.engine.secrets.create(login("game"))
    again = desk.again()
    below(again, "update entry set title = 'bank', sort = cast('bank' as blob) where id = 2")
    below(again, "update entry set title = 'gone', sort = cast('gone' as blob) where id = 1")
    with pytest.raises(OldRowsError):
        again.engine.secrets.find("bank")
    again.engine.vaults.close()


def test_namespace_keys_are_verified_at_opening_and_bound_to_their_namespace(desk: Desk) -> None:
    first = desk.engine.secrets.create(login("a", "x"))
    desk.engine.secrets.create(login("b", "y"))
    again = desk.again()
    rows = {row[0]: row for row in again.engine.vault.store.rows(NAMESPACE_KEY, [2, 3])}
    with again.engine.vault.change("secret.changed") as work:
        work.tx.update(NAMESPACE_KEY, 2, {"wrapped": rows[3][3]})
    with pytest.raises(DamagedError):
        again.engine.secrets.reveal(first, "password", Use.SHOW)
    again.engine.vaults.close()


def test_moving_and_renaming_seal_nothing_again(desk: Desk) -> None:
    entry = desk.engine.secrets.create(login("a", "x"))
    before = state(desk, entry, 1)
    space = desk.engine.secrets.get(entry).namespace
    desk.engine.secrets.move([entry], "y/z")
    desk.engine.namespaces.rename(space, "renamed")
    desk.engine.namespaces.remove(space)
    assert state(desk, entry, 1) == before
    again = desk.again()
    assert again.engine.secrets.reveal(entry, "password", Use.SHOW).text() == "hunter2"
    again.engine.vaults.close()


def test_the_same_value_is_never_sealed_alike(desk: Desk) -> None:
    entry = desk.engine.secrets.create(two_secrets("a", ""))
    desk.engine.secrets.update(entry, 1, two_secrets("a", ""))
    sealed = [record.sealed for number in (1, 2) for record in state(desk, entry, number).fields]
    for part in ("salt", "nonce", "ciphertext"):
        assert len({getattr(each, part) for each in sealed}) == len(sealed)


def test_a_value_of_another_vault_does_not_open_here(desk: Desk, tmp_path: Path) -> None:
    other = make_desk(tmp_path, name="copy")  # a twin: the same keys and ids
    entry = desk.engine.secrets.create(login())
    twin = other.engine.secrets.create(login())
    rewrite(desk, entry, 1, state(other, twin, 1))
    with pytest.raises(ValueDamagedError):
        desk.engine.secrets.reveal(entry, "password", Use.SHOW)
    other.engine.vaults.close()


def test_listing_opens_no_value(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    given = login("a", tags=["t"])
    given.fields.append(field("notes", "several\nlines", FieldType.LONG))
    desk.engine.secrets.create(given)
    vault = desk.engine.vault
    opened: list[str] = []

    def note(_keys: object, _sealed: object, *, secret: bytes, name: str) -> bytes:
        del secret
        opened.append(name)
        return b""

    monkeypatch.setattr(type(vault.keys), "open", note)
    desk.engine.secrets.page(View(), None)
    desk.engine.secrets.search("a", View())
    desk.engine.secrets.overview()
    desk.engine.secrets.find("a")
    desk.engine.secrets.versions(1)
    assert opened == []
