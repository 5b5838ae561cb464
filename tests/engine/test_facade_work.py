"""Namespaces, drafts, the full check, background work, export's question, reading when nothing can be written."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import (
    AskSecret,
    Category,
    Draft,
    FieldType,
    Found,
    Outcome,
    SourceFormat,
    Use,
    View,
)
from kvault_gui.engine.errors import (
    CancelledError,
    DamagedError,
    DiskFullError,
    InvalidInputError,
    KvaultError,
    NamespaceNotFoundError,
    WrongCredentialsError,
)
from kvault_gui.engine.store.store import Store
from tests.engine.vault.kit import PASSWORD, Desk, desk, field, login
from tests.engine.ways_kit import add, code
from tests.jobs import finish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[Desk]:
    made = desk(tmp_path)
    yield made
    made.engine.vaults.close()


def paths(desk: Desk) -> list[str]:
    return [space.path for space in desk.engine.secrets.overview().namespaces]


def below(desk: Desk, sql: str) -> None:
    database = desk.engine.vault.store._database
    with database.unguarded():
        database.run(sql)


# --- namespaces ------------------------------------------------------------------------------------------------------


def test_namespaces_are_made_with_what_is_above_them_and_listed_in_order(desk: Desk) -> None:
    made = desk.engine.namespaces.create("work/infra")
    assert desk.engine.namespaces.create("work/infra") == made
    desk.engine.namespaces.create("Ähren")
    desk.engine.namespaces.create("zoo/a%2Fb")
    assert paths(desk) == ["Ähren", "work", "work/infra", "zoo", "zoo/a%2Fb"]
    names = [space.name for space in desk.engine.secrets.overview().namespaces]
    assert names[-1] == "a/b"


def test_renaming_and_moving_keep_entries_and_can_be_undone(desk: Desk) -> None:
    entry = desk.engine.secrets.create(login(namespace="work/infra"))
    work, infra = (space.id for space in desk.engine.secrets.overview().namespaces)
    desk.engine.namespaces.rename(work, "job")
    assert desk.engine.secrets.get(entry).path == "job/infra"
    desk.engine.namespaces.move(infra, None)
    assert desk.engine.secrets.find("infra/GitHub") == entry
    assert [space.count for space in desk.engine.secrets.overview().namespaces] == [1, 0]
    desk.engine.namespaces.remove(work)
    assert paths(desk) == ["infra"]
    acts = [desk.engine.secrets.undo().act for _ in range(3)]
    assert acts == ["namespace.removed", "namespace.moved", "namespace.renamed"]
    assert paths(desk) == ["work", "work/infra"]
    assert desk.engine.secrets.reveal(entry, "password", Use.SHOW).text() == "hunter2"


def test_namespaces_refuse_what_would_break_the_tree(desk: Desk) -> None:
    desk.engine.secrets.create(login(namespace="a/b"))
    a, b = (space.id for space in desk.engine.secrets.overview().namespaces)
    other = desk.engine.namespaces.create("other")
    spaces = desk.engine.namespaces
    for act in (
        lambda: spaces.move(a, b),
        lambda: spaces.move(a, a),
        lambda: spaces.rename(other, "a"),
        lambda: spaces.rename(other, ""),
        lambda: spaces.rename(other, "x\ny"),
        lambda: spaces.remove(a),
        lambda: spaces.remove(b),
        lambda: spaces.remove(1),
        lambda: spaces.rename(1, "top"),
        lambda: spaces.create("x//y"),
    ):
        with pytest.raises(InvalidInputError):
            act()
    with pytest.raises(NamespaceNotFoundError):
        spaces.remove(99)
    assert paths(desk) == ["a", "a/b", "other"]


def test_a_namespace_with_something_in_the_trash_stays(desk: Desk) -> None:
    entry = desk.engine.secrets.create(login(namespace="a"))
    desk.engine.secrets.trash([entry])
    with pytest.raises(InvalidInputError):
        desk.engine.namespaces.remove(2)


# --- drafts ----------------------------------------------------------------------------------------------------------


def test_drafts_outlive_a_lock_and_replace_each_other(desk: Desk) -> None:
    entry = desk.engine.secrets.create(login())
    desk.engine.drafts.save(Draft(None, 0, login("new one")))
    desk.engine.drafts.save(Draft(entry, 1, login("first try")))
    desk.clock.now += 5
    desk.engine.drafts.save(Draft(entry, 1, login("second try", secret="typed")))
    again = desk.again()
    assert again.opened.drafts == 2
    waiting = again.engine.drafts.all()
    assert [(draft.entry, draft.base_version, draft.input.title) for draft in waiting] == [
        (entry, 1, "second try"),
        (None, 0, "new one"),
    ]
    value = waiting[0].input.fields[1].value
    assert value is not None
    assert value.text() == "typed"
    assert waiting[0].time == desk.clock.now
    again.engine.drafts.discard(entry)
    again.engine.drafts.discard(entry)
    assert [draft.entry for draft in again.engine.drafts.all()] == [None]
    again.engine.vaults.close()


def test_a_deleted_entry_takes_its_draft_with_it(desk: Desk) -> None:
    entry = desk.engine.secrets.create(login())
    desk.engine.drafts.save(Draft(entry, 1, login("edit")))
    desk.engine.secrets.trash([entry])
    desk.engine.secrets.delete([entry])
    assert desk.engine.drafts.all() == []


# --- the full check and background work ------------------------------------------------------------------------------


def test_the_check_counts_everything_it_opened(desk: Desk) -> None:
    given = login()
    given.fields.append(field("file", b"x" * 5000, FieldType.FILE))
    entry = desk.engine.secrets.create(given)
    desk.engine.secrets.update(entry, 1, login("two", secret="new"))
    report = finish(desk.engine.vaults.check())
    assert (report.values, report.problems) == (3, [])
    assert report.records == desk.engine.vault.store.record_number - 1  # all but the one that says how it ended
    assert desk.actions()[-2:] == ["vault.check", "vault.checked"]


@pytest.mark.parametrize(
    "damage",
    [
        "delete from tally",
        "update tally set count = 7 where name = 'total'",
        "update tag set count = 9",
        "delete from entry_tag",
        "delete from entry_tag_changed",
        "delete from search where rowid = 1",
    ],
)
def test_what_is_derived_is_rebuilt_by_the_check(desk: Desk, damage: str) -> None:
    for number in range(3):
        desk.engine.secrets.create(login(f"e{number}", "work", tags=["t"], favourite=True))
    before = (desk.engine.secrets.overview(), desk.engine.secrets.search("e1", View()))
    below(desk, damage)
    assert any("rebuilt" in problem for problem in finish(desk.engine.vaults.check()).problems)
    assert (desk.engine.secrets.overview(), desk.engine.secrets.search("e1", View())) == before
    assert len(desk.engine.secrets.page(View(tag="t"), None)) == 3
    assert finish(desk.engine.vaults.check()).problems == []


def test_the_check_lists_damaged_pages_and_goes_on(desk: Desk, tmp_path: Path) -> None:
    for number in range(150):
        desk.engine.secrets.create(login(f"e{number}", secret="x" * 3000))
    desk.engine.vaults.close()
    whole = (desk.folder / "vault.db").read_bytes()
    listed = 0
    for page in range(5, len(whole) // 4096, 29):
        copy = Desk(tmp_path / f"copy{page}", desk.code)
        shutil.copytree(desk.folder, copy.folder)
        damaged = bytearray(whole)
        damaged[page * 4096 + 2000] ^= 1
        (copy.folder / "vault.db").write_bytes(damaged)
        try:
            copy.open()
        except DamagedError:
            continue  # found at once
        assert finish(copy.engine.vaults.check()).problems, page
        listed += 1
        copy.engine.vaults.close()
    assert listed > 2


def test_idle_verifies_everything_and_then_rests(desk: Desk) -> None:
    desk.engine.secrets.create(login())
    again = desk.again()
    for _ in range(100):
        wait = again.engine.idle()
        if wait is None:
            break
        again.engine.vault.store._upkeep._written -= 2  # a second passes
    assert wait is None
    assert not [event for event in again.events if isinstance(event, Found)]
    again.engine.vaults.close()


def test_idle_tells_of_old_rows_and_writes_it_down(desk: Desk) -> None:
    desk.engine.secrets.create(login())
    again = desk.again()
    below(again, "update version set who = 'mallory'")
    for _ in range(20):
        again.engine.idle()
    found = [event for event in again.events if isinstance(event, Found)]
    assert [event.code for event in found] == ["old-rows"]
    assert again.actions().count("damage.found") == 1
    again.engine.vaults.close()


# --- reading when nothing can be written -----------------------------------------------------------------------------


def test_the_owner_reads_on_a_full_disk_and_the_record_waits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = desk.engine.secrets.create(login())
    real = Store.transaction

    def full(_store: Store) -> AbstractContextManager[object]:
        raise DiskFullError

    monkeypatch.setattr(Store, "transaction", full)
    desk.events.clear()
    assert desk.engine.secrets.reveal(entry, "password", Use.SHOW).text() == "hunter2"
    assert desk.events == [Found("disk-full", {"waiting": 1})]
    with pytest.raises(DiskFullError):
        desk.engine.secrets.reveal(entry, "password", Use.EXPORT)  # an export's record comes first
    with pytest.raises(DiskFullError):
        desk.engine.secrets.trash([entry])
    monkeypatch.setattr(Store, "transaction", real)
    desk.engine.secrets.trash([entry])
    assert desk.actions()[-2:] == ["secret.revealed", "secret.trashed"]
    assert finish(desk.engine.audit.verify()).broken is None


def test_a_failed_change_leaves_no_trace(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = desk.engine.secrets.create(login())
    before = (desk.engine.secrets.overview(), desk.actions())
    monkeypatch.setattr(desk.engine.vault.log, "write", lambda *_a, **_m: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        desk.engine.secrets.move([entry], "new/place")
    monkeypatch.undo()
    assert (desk.engine.secrets.overview(), desk.actions()) == before
    assert desk.engine.secrets.get(entry).path == ""


# --- export asks again -----------------------------------------------------------------------------------------------


def export(desk: Desk, target: Path) -> object:
    return finish(desk.engine.formats.save(str(target), SourceFormat.CSV, None))


@pytest.mark.parametrize("answer", ["password", "code"])
def test_an_export_asks_for_a_way_in_and_is_recorded_around_the_act(desk: Desk, tmp_path: Path, answer: str) -> None:
    desk.engine.secrets.create(login())
    desk.person.answers = [PASSWORD if answer == "password" else desk.code]
    export(desk, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").exists()
    assert isinstance(desk.person.asked[0], AskSecret)
    records = desk.engine.vault.log.read(1, 1000)[-2:]
    assert [(record.action, record.outcome, record.category) for record in records] == [
        ("export.begun", Outcome.BEGUN, Category.EXPORT),
        ("export.done", Outcome.DONE, Category.EXPORT),
    ]
    assert records[1].details["entries"] == 1


def test_a_way_in_that_reads_no_value_confirms_no_export(desk: Desk, tmp_path: Path) -> None:
    added = add(desk.engine, "Browse", reads_values=False)
    desk.person.answers = [code(added)]
    with pytest.raises(WrongCredentialsError):
        export(desk, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_an_export_is_confirmed_by_what_did_not_end(desk: Desk, tmp_path: Path) -> None:
    mine = next(slot.id for slot in desk.engine.slots.all() if slot.label == "Password")
    desk.engine.slots.limit(mine, False, desk.clock.now + 60)  # noqa: FBT003 as the Protocol has it
    desk.clock.now += 60
    desk.person.answers = [desk.code]
    export(desk, tmp_path / "out.csv")
    desk.person.answers = [PASSWORD]
    with pytest.raises(WrongCredentialsError):
        export(desk, tmp_path / "other.csv")


@pytest.mark.parametrize(("answers", "error"), [(["wrong"], WrongCredentialsError), ([], CancelledError)])
def test_an_export_without_the_way_in_writes_nothing(
    desk: Desk, tmp_path: Path, answers: list[str], error: type[KvaultError]
) -> None:
    desk.person.answers = [*answers]
    with pytest.raises(error):
        export(desk, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()
    assert "export.begun" not in desk.actions()
