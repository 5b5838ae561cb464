"""Files from another time or another vault: old pages, old or foreign logs, old or foreign headers and heads."""

from __future__ import annotations

import itertools
import random
import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from kvault_gui.engine.api import Accept
from kvault_gui.engine.errors import (
    ChangesMissingError,
    DamagedError,
    DatabaseDamagedError,
    DatabaseForeignError,
    HeaderForgedError,
    HeaderOldError,
    HeaderOtherError,
    HeadOldError,
    HistoryForkedError,
    OldRowsError,
)
from kvault_gui.engine.store.held import HeldFolder
from tests.faults import world
from tests.jobs import finish

if TYPE_CHECKING:
    from kvault_gui.engine.store.header import Header
    from kvault_gui.engine.store.store import Store

PAGE = 4096


def copy_of(folder: Path, name: str) -> Path:
    """A copy beside it, in place of an earlier one."""
    target = folder.with_name(name)
    shutil.rmtree(target, ignore_errors=True)
    return Path(shutil.copytree(folder, target))


def replace(folder: Path, other: Path, *names: str) -> None:
    """Put files of another folder into this one."""
    for name in names:
        shutil.copyfile(other / name, folder / name)


def change(folder: Path, row_id: int, name: str) -> None:
    """One acknowledged change in a session of its own."""
    store = world.reopen(folder)
    with store.transaction() as tx:
        tx.update(world.ITEM, row_id, {"name": name})
        tx.append(name.encode())
    store.close()


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """A closed vault of a thousand items."""
    store = world.make(tmp_path / "vault")
    for start in range(0, 1000, 200):
        with store.transaction() as tx:
            for number in range(start, start + 200):
                tx.insert(world.ITEM, {"name": f"item {number}", "body": random.Random(number).randbytes(300)})
            tx.append(b"filled")
    store.close()
    return tmp_path / "vault"


@pytest.fixture
def killed(vault: Path) -> tuple[Path, int]:
    """A copy of a vault that was killed with five acknowledged changes in its log; and its commit number."""
    store = world.reopen(vault)
    for number in range(5):
        with store.transaction() as tx:
            tx.update(world.ITEM, 700 + number, {"name": f"changed {number}"})
            tx.append(b"changed")
    copy, commit = copy_of(vault, "killed"), store.commit_number
    store.close()
    return copy, commit


# --- pages ---


def test_every_choice_of_old_pages_is_reported(vault: Path) -> None:
    old = (vault / "vault.db").read_bytes()
    change(vault, 777, "NEW PASSWORD")
    new = (vault / "vault.db").read_bytes()
    differ = [n for n in range(len(new) // PAGE) if new[n * PAGE :][:PAGE] != old[n * PAGE :][:PAGE]]
    chance, causes = random.Random(1), Counter[str]()
    chosen = [c for size in range(1, len(differ) + 1) for c in itertools.combinations(differ, size)]
    for pages in chance.sample(chosen, min(250, len(chosen))):
        mixed = bytearray(new)
        for page in pages:
            mixed[page * PAGE : (page + 1) * PAGE] = old[page * PAGE : (page + 1) * PAGE]
        (vault / "vault.db").write_bytes(mixed)
        cause = _found(copy_of(vault, "mixed"))
        causes[cause] += 1
        assert cause != "silent", pages
    print(len(differ), "pages differ;", dict(causes))  # noqa: T201 shown with -s
    assert causes["OldRowsError"] > 0


def _found(folder: Path) -> str:
    """How old pages are found: at opening, when the row is used, or by a full check for what is derived."""
    try:
        store = world.reopen(folder)
    except DamagedError as error:
        return type(error).__name__
    try:
        row = store.row(world.ITEM, 777)
        assert row is not None
        assert row[1] == "NEW PASSWORD", "an old value was given out"
        return "check" if finish(store.check()).problems else "silent"
    except (OldRowsError, DatabaseDamagedError) as error:
        return type(error).__name__
    finally:
        store.close()


def test_a_coherent_old_row_is_refused_where_it_is_used_and_nothing_else_is(vault: Path) -> None:
    old = (vault / "vault.db").read_bytes()
    rows_page = _page_of(vault, 777)
    change(vault, 777, "NEW PASSWORD")
    mixed = bytearray((vault / "vault.db").read_bytes())
    mixed[rows_page * PAGE : (rows_page + 1) * PAGE] = old[rows_page * PAGE : (rows_page + 1) * PAGE]
    (vault / "vault.db").write_bytes(mixed)
    store = world.reopen(vault)
    with pytest.raises(OldRowsError, match="rows 768 to 1023 of item"):
        store.row(world.ITEM, 777)
    with pytest.raises(OldRowsError), store.transaction() as tx:
        tx.update(world.ITEM, 777, {"name": "x"})
    assert store.row(world.ITEM, 5) is not None
    with pytest.raises(OldRowsError):
        _verify_slowly(store)
    assert store.verify_rest(10)
    with store.transaction() as tx:
        tx.update(world.ITEM, 5, {"name": "still works"})
        tx.append(b"still works")
    store.close()


def _verify_slowly(store: Store) -> None:
    while not store.verify_rest(0.001):
        pass


def _page_of(folder: Path, row_id: int) -> int:
    """The page that changes when a row does, found by changing a copy of its table's leaf."""
    copy = copy_of(folder, "probe")
    before = (copy / "vault.db").read_bytes()
    probe = world.reopen(copy)
    with probe._database.unguarded():
        probe._database.run("update item set body = ? where id = ?", (b"y" * 300, row_id))
    probe._database.checkpoint()
    after = (copy / "vault.db").read_bytes()
    probe.close()
    pages = [n for n in range(len(after) // PAGE) if after[n * PAGE :][:PAGE] != before[n * PAGE :][:PAGE]]
    assert pages[-1] > 0
    return pages[-1]


# --- the log ---


def test_a_log_that_is_gone_is_missing_changes(killed: tuple[Path, int]) -> None:
    folder, commit = killed
    (folder / "vault.db-wal").unlink()
    with pytest.raises(ChangesMissingError, match="5 acknowledged changes") as caught:
        world.reopen(folder)
    assert "the log is gone" in str(caught.value.fields["kept"])
    store = world.reopen(folder, [Accept.MISSING])
    assert store.missing == 5
    assert store.accepted == {Accept.MISSING}
    assert store.commit_number == commit - 5
    world.verify(store)
    with store.transaction() as tx:
        tx.append(b"opened although changes were missing")
    store.close()
    assert world.reopen(folder).findings == []


@pytest.mark.parametrize("left", [0, 10, 32, 4000, 9000, 20_000])
def test_a_cut_log_is_missing_changes_and_stays_as_it_is(killed: tuple[Path, int], left: int) -> None:
    folder, commit = killed
    log = folder / "vault.db-wal"
    log.write_bytes(log.read_bytes()[:left])
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "lock"}
    with pytest.raises(ChangesMissingError) as caught:
        world.reopen(folder)
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "lock"}
    kept = str(caught.value.fields["kept"])
    assert before.items() <= after.items()
    assert after.keys() - before.keys() == ({kept} if left else set())
    if left:
        assert after[kept] == before["vault.db-wal"]
    count = int(str(caught.value.fields["count"]))
    store = world.reopen(folder, [Accept.MISSING])
    assert store.commit_number == commit - count
    world.verify(store)
    store.close()


def test_an_old_log_of_the_same_vault_is_reported(killed: tuple[Path, int], vault: Path) -> None:
    folder, _ = killed
    store = world.reopen(vault)
    for number in range(8):
        with store.transaction() as tx:
            tx.update(world.ITEM, 300 + number, {"name": "further"})
            tx.append(b"further")
    later = copy_of(vault, "later")
    store.close()
    replace(later, folder, "vault.db-wal")
    with pytest.raises(DamagedError):
        world.reopen(later)


def test_a_log_of_another_vault_is_set_aside(vault: Path, tmp_path: Path) -> None:
    other = world.make(tmp_path / "other", vault="cd" * 16, vk=b"o" * 32)
    world.run(other, 10, random.Random(2))
    log = (tmp_path / "other" / "vault.db-wal").read_bytes()
    other.close()
    (vault / "vault.db-wal").write_bytes(log)
    store = world.reopen(vault)
    assert any("did not belong to this database" in line for line in store.findings)
    world.verify(store)
    store.close()
    kept = [path for path in vault.iterdir() if path.name.startswith("vault.db-wal.kept-")]
    assert [path.read_bytes() for path in kept] == [log]


def test_a_log_of_another_vault_instead_of_the_own_one_is_missing_changes(
    killed: tuple[Path, int], tmp_path: Path
) -> None:
    folder, commit = killed
    other = world.make(tmp_path / "other", vault="cd" * 16, vk=b"o" * 32)
    world.run(other, 10, random.Random(2))
    replace(folder, tmp_path / "other", "vault.db-wal")
    other.close()
    with pytest.raises(ChangesMissingError, match="5 acknowledged"):
        world.reopen(folder)
    store = world.reopen(folder, [Accept.MISSING])
    assert store.commit_number == commit - 5
    world.verify(store)
    store.close()


# --- whole files ---


def test_an_old_database_is_missing_changes(vault: Path) -> None:
    old = copy_of(vault, "old")
    change(vault, 5, "newer")
    change(vault, 5, "newest")
    replace(vault, old, "vault.db")
    with pytest.raises(ChangesMissingError, match="2 acknowledged"):
        world.reopen(vault)


def test_a_database_with_another_history_is_a_fork(vault: Path) -> None:
    other = copy_of(vault, "other")
    change(vault, 5, "here")
    change(other, 5, "there")
    replace(vault, other, "vault.db")
    with pytest.raises(HistoryForkedError):
        world.reopen(vault)
    change(other, 5, "further there")
    replace(vault, other, "vault.db")
    with pytest.raises(HistoryForkedError):
        world.reopen(vault)


def test_an_old_head_is_said_and_accepted_after_verifying(vault: Path) -> None:
    old = copy_of(vault, "old")
    for name in ("one", "two", "three"):
        change(vault, 5, name)
    replace(vault, old, "head")
    with pytest.raises(HeadOldError, match="3 changes older"):
        world.reopen(vault)
    world.reopen(vault, [Accept.HEAD]).close()
    assert world.reopen(vault).findings == []


def test_an_old_head_is_not_accepted_over_old_rows(vault: Path) -> None:
    old = copy_of(vault, "old")
    page = _page_of(vault, 777)
    change(vault, 777, "NEW PASSWORD")
    change(vault, 5, "another")
    mixed = bytearray((vault / "vault.db").read_bytes())
    mixed[page * PAGE : (page + 1) * PAGE] = (old / "vault.db").read_bytes()[page * PAGE : (page + 1) * PAGE]
    (vault / "vault.db").write_bytes(mixed)
    replace(vault, old, "head")
    head = (vault / "head").read_bytes()
    with pytest.raises(OldRowsError):
        world.reopen(vault, [Accept.HEAD])
    assert (vault / "head").read_bytes() == head


def test_a_database_of_another_vault_does_not_belong(vault: Path, tmp_path: Path) -> None:
    world.make(tmp_path / "other", vault="cd" * 16, vk=b"o" * 32).close()
    replace(vault, tmp_path / "other", "vault.db")
    with pytest.raises(DatabaseForeignError):
        HeldFolder.take(vault, "test")


def test_headers_of_another_vault_do_not_belong(vault: Path, tmp_path: Path) -> None:
    world.make(tmp_path / "other", vault="cd" * 16, vk=b"o" * 32).close()
    replace(vault, tmp_path / "other", "vault.json", "vault.json.2")
    with pytest.raises(DatabaseForeignError):
        HeldFolder.take(vault, "test")


@pytest.mark.parametrize("name", ["vault.json", "vault.json.2"])
def test_one_header_of_another_vault_is_replaced_by_its_twin(vault: Path, tmp_path: Path, name: str) -> None:
    store = world.make(tmp_path / "other", vault="cd" * 16, vk=b"o" * 32)
    for _ in range(5):
        store.rewrite_header(lambda header: header)
    store.close()
    good = (vault / "vault.json").read_bytes()
    replace(vault, tmp_path / "other", name)
    store = world.reopen(vault)
    assert store.findings == [f"The header {name} belonged to another vault and was replaced by its twin."]
    store.close()
    assert (vault / name).read_bytes() == good


def test_an_older_header_is_told_from_the_newest(vault: Path) -> None:
    old = copy_of(vault, "old")
    store = world.reopen(vault)
    for _ in range(3):
        store.rewrite_header(world._turn)
    store.close()
    replace(vault, old, "vault.json")
    store = world.reopen(vault)
    assert store.findings == ["The header vault.json was an older one and was replaced by its twin."]
    store.close()
    replace(vault, old, "vault.json", "vault.json.2")
    with pytest.raises(HeaderOldError, match="change 1 instead of 4"):
        world.reopen(vault, [Accept.HEAD, Accept.MISSING])


@pytest.mark.parametrize("names", [("vault.json", "vault.json.2"), ("vault.json", "vault.json.2", "head")])
def test_a_removed_way_in_stays_removed_even_if_an_old_or_missing_head_is_accepted(
    vault: Path, names: tuple[str, ...]
) -> None:
    old = copy_of(vault, "old")
    store = world.reopen(vault)
    store.rewrite_header(world._turn)
    with store.transaction() as tx:
        tx.append(b"way in removed")
    store.close()
    replace(vault, old, *names)
    if "head" not in names:
        (vault / "head").unlink()
    with pytest.raises(HeaderOldError, match="change 1 instead of 2"):
        world.reopen(vault, [Accept.HEAD, Accept.MISSING])


def test_a_header_of_a_copy_that_went_its_own_way_is_refused(vault: Path) -> None:
    other = copy_of(vault, "other")
    for folder, name in ((vault, "here"), (other, "there")):
        store = world.reopen(folder)
        store.rewrite_header(lambda old, name=name: _labelled(old, name))  # type: ignore[misc]
        store.close()
    replace(vault, other, "vault.json", "vault.json.2")
    with pytest.raises(HeaderOtherError):
        world.reopen(vault)


def _labelled(old: Header, name: str) -> Header:
    return msgspec.structs.replace(old, slots=[world.slot(name)])


def test_a_header_that_somebody_without_the_key_made_is_forged(vault: Path) -> None:
    from kvault_gui.engine.store import header  # noqa: PLC0415 used here alone

    written = header.parse((vault / "vault.json").read_bytes())
    forged = header.encode(msgspec.structs.replace(written.header, generation=9), b"guessed" * 4)
    (vault / "vault.json").write_bytes(forged.data)
    with pytest.raises(HeaderForgedError):
        world.reopen(vault)


def test_the_newer_header_of_a_crash_before_the_head_is_adopted(vault: Path) -> None:
    old = copy_of(vault, "old")
    store = world.reopen(vault)
    store.rewrite_header(world._turn)
    store.close()
    replace(vault, old, "head", "vault.json.2")
    store = world.reopen(vault)
    assert store.header.generation == 2
    store.close()
    assert (vault / "vault.json").read_bytes() == (vault / "vault.json.2").read_bytes()
    assert world.reopen(vault).findings == []


def test_a_missing_or_cut_database_is_damaged_not_foreign(vault: Path) -> None:
    whole = (vault / "vault.db").read_bytes()
    for left in (0, 10, 23, 24, 100, PAGE, PAGE * 3, len(whole) - PAGE, len(whole) - 1):
        (vault / "vault.db").write_bytes(whole[:left])
        folder = copy_of(vault, "cut")
        try:
            store = world.reopen(folder)
        except DatabaseDamagedError:
            continue
        assert finish(store.check()).problems, left
        store.close()
    (vault / "vault.db").unlink()
    with pytest.raises(DatabaseDamagedError, match="missing"):
        world.reopen(vault)
