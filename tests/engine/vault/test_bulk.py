"""Many entries at once: slices, taking back, and what a cut-off import leaves."""

from __future__ import annotations

import itertools

import pytest

from kvault_gui.engine.api import Category, Changed, EntryInput, FieldType, Kind, Use, View
from kvault_gui.engine.errors import InvalidInputError, NotFoundError
from kvault_gui.engine.vault import bulk
from kvault_gui.engine.vault.bulk import NewEntry
from tests.engine.vault.kit import START, Desk, field, login
from tests.jobs import finish


def load(desk: Desk, items: list[NewEntry]) -> bulk.Batch:
    batch = bulk.begin(desk.engine.vault, "old.kdbx")
    finish(bulk.add_many(desk.engine.vault, batch, items, len(items)))
    bulk.finish(desk.engine.vault, batch)
    return batch


def test_times_history_trash_and_uid_come_along(desk: Desk) -> None:
    uid = bytes(range(16))
    item = NewEntry(
        login("now", "work", secret="third"),
        created=START - 100,
        changed=START - 10,
        trashed=True,
        history=[(START - 90, login("first", "work", secret="one")), (START - 50, login("then", "work", secret=None))],
        uid=uid,
    )
    batch = load(desk, [item])
    entry = desk.engine.secrets.get(batch.ids[0])
    assert (entry.title, entry.uid, entry.trashed, entry.created, entry.changed) == (
        "now",
        uid.hex(),
        True,
        START - 100,
        START - 10,
    )
    assert [(each.number, each.time) for each in desk.engine.secrets.versions(entry.id)] == [
        (3, START - 10),
        (2, START - 50),
        (1, START - 90),
    ]
    values = [desk.engine.secrets.reveal(entry.id, "password", Use.SHOW, number).text() for number in (1, 2, 3)]
    assert values == ["one", "one", "third"]
    assert (batch.added, batch.replaced, batch.versions) == (1, 0, 2)


def test_slices_are_short_and_each_has_one_record(desk: Desk) -> None:
    batch = bulk.begin(desk.engine.vault, "file")
    before = desk.engine.vault.store.record_number
    steps = list(bulk.add_many(desk.engine.vault, batch, [NewEntry(login(f"e{n}")) for n in range(2_000)], 2_000))
    records = desk.engine.vault.log.read(before + 1, 10_000)
    stored = [record for record in records if record.action == "secrets.imported"]
    assert len(stored) == len(steps) > 3
    assert sum(int(record.details["entries"]) for record in stored) == 2_000
    assert {record.details["batch"] for record in stored} == {batch.uid}
    assert [step.done for step in steps] == sorted({step.done for step in steps})
    assert (steps[-1].done, steps[-1].total) == (2_000, 2_000)
    bulk.finish(desk.engine.vault, batch)
    assert isinstance(desk.events[-1], Changed)


def test_other_work_goes_on_between_slices(desk: Desk) -> None:
    batch = bulk.begin(desk.engine.vault, "file")
    job = bulk.add_many(desk.engine.vault, batch, [NewEntry(login(f"e{n}")) for n in range(200)])
    next(job)
    mine = desk.engine.secrets.create(login("mine"))
    assert desk.engine.secrets.reveal(mine, "password", Use.SHOW).text() == "hunter2"
    finish(job)
    bulk.finish(desk.engine.vault, batch)
    desk.engine.secrets.undo()
    assert [row.title for row in desk.engine.secrets.page(View(), None)] == ["mine"]


def test_taking_back_leaves_the_vault_as_it_was(desk: Desk) -> None:
    kept = desk.engine.secrets.create(login("kept", "work"))
    changed = desk.engine.secrets.create(login("replaced", "work", tags=["mine"]))
    before = desk.engine.secrets.overview()
    attached = EntryInput(Kind.NOTE, "file", "deep/er", [field("f", b"x" * 9000, FieldType.FILE)], tags=["new"])
    batch = load(
        desk,
        [
            NewEntry(attached),
            NewEntry(login("new", "work", tags=["new"])),
            NewEntry(login("replaced", "work", secret="theirs"), replaces=changed),
        ],
    )
    assert (batch.added, batch.replaced) == (2, 1)
    assert desk.engine.secrets.reveal(changed, "password", Use.SHOW).text() == "theirs"
    assert finish(desk.engine.formats.undo(batch.uid)) == 3
    assert desk.engine.secrets.overview() == before
    assert desk.engine.secrets.reveal(changed, "password", Use.SHOW).text() == "hunter2"
    assert desk.engine.secrets.get(changed).tags == ["mine"]
    assert desk.engine.secrets.get(kept).title == "kept"
    assert desk.engine.vault.store.read("select count(*) from chunk") == [(0,)]
    assert finish(desk.engine.vaults.check()).problems == []
    with pytest.raises(NotFoundError):
        finish(desk.engine.formats.undo(batch.uid))


def test_what_was_changed_since_stays(desk: Desk) -> None:
    batch = load(desk, [NewEntry(login("one", "imported")), NewEntry(login("two", "imported"))])
    desk.engine.secrets.update(batch.ids[0], 1, login("mine now", "imported"))
    result = finish(bulk.take_back(desk.engine.vault, batch.uid))
    assert (result.gone, result.stayed) == (1, 1)
    assert [space.path for space in desk.engine.secrets.overview().namespaces] == ["imported"]
    assert desk.engine.secrets.get(batch.ids[0]).title == "mine now"


def test_one_undo_takes_an_import_back(desk: Desk) -> None:
    load(desk, [NewEntry(login(f"e{n}", "imported")) for n in range(50)])
    undone = desk.engine.secrets.undo()
    assert (undone.act, undone.title, undone.count) == ("import.done", "old.kdbx", 50)
    assert desk.engine.secrets.overview().namespaces == []


def test_a_cut_off_import_is_told_at_opening_and_undo_takes_it_back(desk: Desk) -> None:
    batch = bulk.begin(desk.engine.vault, "old.kdbx")
    job = bulk.add_many(desk.engine.vault, batch, [NewEntry(login(f"e{n}", "imported")) for n in range(500)])
    next(job)
    job.close()
    stored = batch.added
    assert 0 < stored < 500
    again = desk.again()
    assert any(f"interrupted after {stored} entries" in note for note in again.opened.notes)
    assert again.engine.secrets.undo().count == stored
    assert again.engine.secrets.overview().total == 0
    third = again.again()
    assert third.opened.notes == []
    third.engine.vaults.close()


def test_an_entry_that_does_not_fit_stops_the_import_and_what_was_stored_can_be_taken_back(desk: Desk) -> None:
    batch = bulk.begin(desk.engine.vault, "file")
    items = itertools.chain((NewEntry(login(f"e{n}")) for n in range(100)), [NewEntry(login("bad\x00"))])
    with pytest.raises(InvalidInputError):
        finish(bulk.add_many(desk.engine.vault, batch, items))
    finish(bulk.take_back(desk.engine.vault, batch.uid))
    assert desk.engine.secrets.overview().total == 0
    assert finish(desk.engine.vaults.check()).problems == []


def test_unknown_imports_are_named(desk: Desk) -> None:
    for uid in ("", "00" * 16, "nonsense"):
        with pytest.raises(NotFoundError):
            finish(desk.engine.formats.undo(uid))


def test_a_long_import_signs_the_log_on_the_way(desk: Desk) -> None:
    for _ in range(1_002):
        desk.engine.vault.record("secret.revealed", Category.READ)
    load(desk, [NewEntry(login("one"))])
    assert desk.engine.audit.summary().signed > 1_000
