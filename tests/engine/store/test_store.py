"""An open store, by its public calls."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import apsw
import pytest

from kvault_gui.engine.errors import (
    DatabaseDamagedError,
    InvalidInputError,
    LockedError,
    NotFoundError,
    OldRowsError,
    OutcomeUnknownError,
)
from kvault_gui.engine.store import upkeep
from kvault_gui.engine.store.files import Files
from kvault_gui.engine.store.held import HeldFolder
from kvault_gui.engine.store.store import Store
from kvault_gui.engine.store.tables import Derived, Table
from tests.faults import world
from tests.faults.world import GRANT, ITEM
from tests.jobs import finish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new one."""
    made = world.make(tmp_path / "vault")
    yield made
    made.close()


def put(store: Store, **values: object) -> int:
    """One item in a transaction of its own."""
    with store.transaction() as tx:
        row_id = tx.insert(ITEM, values)
        tx.append(b"put")
    return row_id


def test_a_committed_row_is_there_after_reopening(store: Store, tmp_path: Path) -> None:
    row_id = put(store, name="one", body=b"\0\xff", weight=2)
    store.close()
    again = world.reopen(tmp_path / "vault")
    assert again.row(ITEM, row_id) == (row_id, "one", b"\0\xff", 2.0)
    assert again.commit_number == 2
    assert again.findings == []
    again.close()


def test_an_exception_rolls_everything_back(store: Store) -> None:
    row_id = put(store, name="kept")
    before = (store.commit_number, store.record_number, store.chain_head, world.state(store))
    with pytest.raises(ZeroDivisionError):
        _lose(store, row_id)
    assert (store.commit_number, store.record_number, store.chain_head, world.state(store)) == before
    assert store.read("select rowid from search('lost')") == []
    assert put(store, name="next") > row_id
    world.verify(store)


def _lose(store: Store, row_id: int) -> None:
    with store.transaction() as tx:
        tx.update(ITEM, row_id, {"name": "lost"})
        tx.insert(ITEM, {"name": "lost too"})
        tx.derived("insert into search(rowid, name) values (9, 'lost')")
        tx.append(b"lost")
        raise ZeroDivisionError


def test_a_transaction_without_a_record_is_refused(store: Store) -> None:
    with pytest.raises(RuntimeError, match="without an audit record"), store.transaction() as tx:
        tx.insert(ITEM, {"name": "x"})
    assert world.state(store) == {}
    put(store, name="x")


def test_a_transaction_is_over_when_its_block_ends(store: Store) -> None:
    with store.transaction() as tx:
        tx.append(b"only")
    with pytest.raises(RuntimeError, match="over"):
        tx.insert(ITEM, {"name": "late"})


@pytest.mark.parametrize(
    "sql",
    [
        "update item set name = 'x'",
        "delete from item",
        "insert into item(name) values ('x')",
        "delete from store_record",
        "update store_bucket set sum = x'00'",
        "insert into granted(who) values ('mallory')",
    ],
)
def test_tables_under_the_set_hash_refuse_to_be_changed_by_the_way(store: Store, sql: str) -> None:
    put(store, name="one")
    with pytest.raises(apsw.AuthError), store.transaction() as tx:
        tx.derived(sql)
    with pytest.raises(ValueError, match="one SELECT"):
        store.read(sql)
    world.verify(store)


def test_one_statement_an_execute(store: Store) -> None:
    with pytest.raises(ValueError, match="one SELECT"):
        store.read("select 1; select 2")


def test_rows_that_are_not_there_are_said(store: Store) -> None:
    assert store.row(ITEM, 99) is None
    assert store.row(ITEM, -1) is None
    assert store.rows(ITEM, [put(store, name="a"), 99, put(store, name="b")])[1][1] == "b"
    for act in ("update", "delete"):
        with pytest.raises(NotFoundError), store.transaction() as tx:
            tx.update(ITEM, 99, {"name": "x"}) if act == "update" else tx.delete(ITEM, 99)


def test_values_that_do_not_fit_are_refused_and_leave_nothing(store: Store) -> None:
    for values in ({"name": 5}, {"name": "x", "other": 1}, {"name": "\ud800"}, {"name": "x", "id": -5}):
        with pytest.raises(InvalidInputError), store.transaction() as tx:
            tx.insert(ITEM, values)
    with pytest.raises(apsw.ConstraintError), store.transaction() as tx:
        tx.insert(ITEM, {"name": None})
    row_id = put(store, name="one")
    with pytest.raises(InvalidInputError), store.transaction() as tx:
        tx.update(ITEM, row_id, {"id": 7})
    assert len(world.state(store)) == 1
    world.verify(store)


def test_an_id_is_not_given_again_while_the_vault_is_open(store: Store) -> None:
    row_id = put(store, name="first")
    with store.transaction() as tx:
        tx.delete(ITEM, row_id)
        tx.append(b"gone")
    assert put(store, name="second") == row_id + 1


def test_an_id_is_not_given_again_after_a_roll_back_either(store: Store) -> None:
    gone = [put(store, name="one"), put(store, name="two")][1]
    with store.transaction() as tx:
        tx.delete(ITEM, gone)
        tx.append(b"deleted")
    with pytest.raises(ZeroDivisionError), store.transaction() as tx:
        raise ZeroDivisionError
    assert put(store, name="three") > gone


def test_a_row_that_comes_back_under_its_old_id_leaves_the_next_ids_free(store: Store, tmp_path: Path) -> None:
    first, _, last = (put(store, name=name) for name in "abc")
    with store.transaction() as tx:
        tx.delete(ITEM, first)
        tx.append(b"deleted")
    store.close()
    again = world.reopen(tmp_path / "vault")
    assert put(again, id=first, name="back") == first
    assert put(again, name="new") > last
    again.close()


def test_records_of_one_transaction_share_its_commit_and_chain(store: Store) -> None:
    before = store.record_number
    with store.transaction() as tx:
        assert [tx.append(b"a"), tx.append(b"b"), tx.append(b"c")] == [before + 1, before + 2, before + 3]
    assert [number for number, _ in store.records(before + 1, 10)] == [before + 1, before + 2, before + 3]
    assert [number for number, _ in store.records(before + 3, 2, back=True)] == [before + 2, before + 1]
    assert store.commit_number == 2


def test_a_row_changed_behind_the_store_is_refused(store: Store) -> None:
    row_id = put(store, name="good")
    for number in range(300):
        put(store, name=str(number))
    store._buckets.forget_verified()
    with store._database.unguarded():
        store._database.run("update item set name = 'evil' where id = ?", (row_id,))
    with pytest.raises(OldRowsError, match="rows 0 to 255 of item"):
        store.row(ITEM, row_id)
    with pytest.raises(OldRowsError), store.transaction() as tx:
        tx.delete(ITEM, row_id)
    with pytest.raises(OldRowsError), store.transaction() as tx:
        tx.insert(ITEM, {"id": 0, "name": "into the same bucket"})
    assert store.row(ITEM, 280) is not None
    assert any("another time" in line for line in finish(store.check()).problems)


def test_a_row_that_appeared_or_vanished_behind_the_store_is_found(store: Store) -> None:
    put(store, name="one")
    for sql in ("insert into item(id, name) values (5000, 'x')", "delete from granted", "delete from item"):
        store._buckets.forget_verified()
        store._database.run("savepoint before")
        with store._database.unguarded():
            store._database.run(sql)
        with pytest.raises(OldRowsError):
            store.verify_tables(world.TABLES)
        store._buckets.forget_verified()
        with pytest.raises(OldRowsError):
            store.verify_rest(10)
        store._database.run("rollback to before")
        store._database.run("release before")


def test_the_background_verifies_in_slices_and_ends(store: Store) -> None:
    with store.transaction() as tx:
        for number in range(3000):
            tx.insert(ITEM, {"name": str(number)})
        tx.append(b"many")
    store._buckets.forget_verified()
    slices = 1
    while not store.verify_rest(0.0):
        slices += 1
    assert slices > 10
    assert store.verify_rest(0.0)
    assert len(store._buckets._verified) == store._buckets.count


def test_a_header_change_survives_and_counts(store: Store, tmp_path: Path) -> None:
    store.rewrite_header(world._turn)
    store.rewrite_header(world._turn)
    assert store.header.generation == 3
    put(store, name="x")
    store.close()
    again = world.reopen(tmp_path / "vault")
    assert again.header.slots[0].id == "slot-2"
    assert again.findings == []
    again.close()


def test_a_closed_store_is_locked(store: Store) -> None:
    store.close()
    store.close()
    with pytest.raises(LockedError):
        store.read("select 1")
    with pytest.raises(LockedError), store.transaction():
        pass
    assert store.idle() is None


def test_the_log_is_emptied_after_a_quiet_second_and_at_closing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, name="x")
    log = tmp_path / "vault" / "vault.db-wal"
    assert log.stat().st_size > 0
    wait = store.idle()
    assert wait is not None
    assert 0 < wait <= 1
    monkeypatch.setattr(upkeep, "QUIET", 0.0)
    assert store.idle() == 0
    assert log.stat().st_size == 0
    assert store.idle() is None
    put(store, name="y")
    store.close()
    assert not log.exists()


def test_the_log_is_emptied_at_a_thousand_pages(store: Store, tmp_path: Path) -> None:
    log, largest = tmp_path / "vault" / "vault.db-wal", 0
    for number in range(60):
        put(store, name=str(number), body=random.Random(number).randbytes(100_000))
        largest = max(largest, log.stat().st_size)
    assert 800 * 4096 < largest < 1300 * 4096
    assert log.stat().st_size < largest


def test_bulk_work_is_merged_afterwards_even_if_it_was_cut_off(store: Store, tmp_path: Path) -> None:
    with store.bulk():
        for start in range(0, 400, 20):
            with store.transaction() as tx:
                for number in range(start, start + 20):
                    row_id = tx.insert(ITEM, {"name": f"word{number}"})
                    tx.derived("insert into search(rowid, name) values (?, ?)", row_id, f"word{number}")
                tx.append(b"slice")
        assert _automerge(store) == 0
    assert _automerge(store) == 4
    turns = 0
    while store.idle() == 0:
        turns += 1
    assert turns >= 1
    assert len(store.read("select rowid from search('word7*')")) == 11
    with pytest.raises(ZeroDivisionError), store.bulk():
        raise ZeroDivisionError
    assert _automerge(store) == 4
    store._upkeep.begin_bulk()
    store.close()
    again = world.reopen(tmp_path / "vault")
    assert _automerge(again) == 4
    world.verify(again)
    again.close()


def _automerge(store: Store) -> object:
    found = store.read("select v from search_config where k = 'automerge'")
    return found[0][0] if found else None


def test_derived_tables_that_are_missing_or_of_another_form_are_named_and_rebuilt(store: Store, tmp_path: Path) -> None:
    store.close()
    other = Derived("extra", ("create table extra(n integer)", "create index extra_n on extra(n)"))
    held = HeldFolder.take(tmp_path / "vault", "test")
    again = Store.open(held, world.VK, world.TABLES, (*world.DERIVED, other))
    assert again.lacking == ("extra",)
    with again.transaction() as tx:
        tx.rebuild(other)
        tx.rebuild(world.SEARCH)
        tx.derived("insert into extra values (1)")
        tx.append(b"rebuilt")
    again.close()
    held = HeldFolder.take(tmp_path / "vault", "test")
    again = Store.open(held, world.VK, world.TABLES, (*world.DERIVED, other))
    assert again.lacking == ()
    again.close()


def test_another_form_of_a_table_is_damage(store: Store, tmp_path: Path) -> None:
    store.close()
    wider = Table(1, "item", {**ITEM.columns, "more": "text"}, ITEM.indexes)
    held = HeldFolder.take(tmp_path / "vault", "test")
    with pytest.raises(DatabaseDamagedError, match="table item"):
        Store.open(held, world.VK, (wider, GRANT), world.DERIVED)
    world.reopen(tmp_path / "vault").close()


def test_transactions_do_not_nest_and_the_outer_one_goes_on(store: Store) -> None:
    with store.transaction() as tx:
        tx.insert(ITEM, {"name": "outer"})
        with pytest.raises(RuntimeError, match="running"), store.transaction():
            pass
        tx.append(b"outer")
    assert len(world.state(store)) == 1
    world.verify(store)


def test_a_transaction_that_an_error_ended_writes_nothing_more(store: Store) -> None:
    put(store, name="before")
    with pytest.raises(RuntimeError, match="over"):
        _go_on_after_rollback(store)
    assert [name for (name,) in store.read("select name from item")] == ["before"]
    put(store, name="after")
    world.verify(store)


def _go_on_after_rollback(store: Store) -> None:
    with store.transaction() as tx:
        tx.insert(ITEM, {"name": "lost"})
        store._database.run("rollback")  # as SQLite does by itself after some errors
        tx.append(b"lost")


class Interrupted(Files):
    """Ctrl+C just before the head is written."""

    armed = False

    def write_at(self, descriptor: int, data: bytes, offset: int) -> None:
        if Interrupted.armed:
            Interrupted.armed = False
            raise KeyboardInterrupt
        super().write_at(descriptor, data, offset)


def test_an_interruption_between_commit_and_head_ends_the_use_and_keeps_the_change(tmp_path: Path) -> None:
    store = world.make(tmp_path / "vault", files=Interrupted())
    Interrupted.armed = True
    with pytest.raises(KeyboardInterrupt):
        put(store, name="x")
    with pytest.raises(OutcomeUnknownError):
        put(store, name="y")
    store.close()
    again = world.reopen(tmp_path / "vault")
    assert again.findings == [world.INTERRUPTED]
    assert len(world.state(again)) == 1
    again.close()


def test_no_key_and_no_row_stands_in_clear_in_any_file(store: Store, tmp_path: Path) -> None:
    put(store, name="CANARY-title", body=b"CANARY-body")
    seen = b"".join(path.read_bytes() for path in (tmp_path / "vault").iterdir())
    store.close()
    seen += b"".join(path.read_bytes() for path in (tmp_path / "vault").iterdir())
    assert b"CANARY" not in seen
    assert b"SQLite format 3" not in seen
    assert store.keys.page not in seen
    assert "…" in repr(store.keys)
