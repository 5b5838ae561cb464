"""Going over to a new vault key in a new file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec
import pytest

from kvault_gui.engine.errors import DamagedError, HeaderForgedError, OldRowsError
from kvault_gui.engine.store.files import Files
from kvault_gui.engine.store.keys import StoreKeys
from kvault_gui.engine.store.rekeying import MARK, New
from tests.faults import world
from tests.faults.world import ITEM, VK
from tests.jobs import finish

if TYPE_CHECKING:
    from pathlib import Path

    from kvault_gui.engine.store.header import Header
    from kvault_gui.engine.store.store import Store
    from kvault_gui.engine.store.transaction import Tx

NEW_VK = bytes(range(32, 64))


def put(store: Store, name: str) -> int:
    """One item in a transaction of its own."""
    with store.transaction() as tx:
        row_id = tx.insert(ITEM, {"name": name, "body": os.urandom(50), "weight": 1.0})
        tx.derived("insert into search(rowid, name) values(?, ?)", row_id, name)
        tx.append(b"put")
    return row_id


def new(store: Store, vk: bytes = NEW_VK) -> New:
    """What the copy is to be: the slots say that they were carried."""

    def change(header: Header) -> Header:
        slots = [msgspec.structs.replace(slot, sealed="ab") for slot in header.slots]
        return msgspec.structs.replace(header, slots=slots)

    def first(tx: Tx) -> None:
        tx.append(b"new vault key")

    return New(StoreKeys.derive(vk, bytes.fromhex(store.header.vault)), change, first)


def filled(folder: Path, count: int = 5_000) -> Store:
    """A vault with some megabytes of items."""
    store = world.make(folder)
    with store.transaction() as tx:
        for number in range(count):
            tx.insert(ITEM, {"name": f"item {number}", "body": os.urandom(500), "weight": 1.0})
        tx.append(b"filled")
    return store


def names(folder: Path) -> set[str]:
    """The files that stand in the folder."""
    return {path.name for path in folder.iterdir()} - {"lock", "attempts"}


def test_the_vault_goes_on_in_a_new_file_under_the_new_key(tmp_path: Path) -> None:
    store = filled(tmp_path / "v")
    before, records = world.state(store), store.record_number
    finish(store.rekey(NEW_VK, new(store)))
    assert world.state(store) == before
    assert store.record_number == records + 1
    assert put(store, "after") > 0
    world.verify(store)
    generation = store.header.generation
    assert (generation, store.header.database) == (2, "vault-2.db")
    assert store.header.slots[0].sealed == "ab"
    store.close()
    assert names(tmp_path / "v") == {"vault.json", "vault.json.2", "vault-2.db", "head-2"}
    again = world.reopen(tmp_path / "v", vk=NEW_VK)
    assert len(world.state(again)) == len(before) + 1
    assert again.findings == []
    assert again.read("select rowid from search('after')") != []
    world.verify(again)
    again.close()


def test_the_old_key_opens_nothing_any_more(tmp_path: Path) -> None:
    store = filled(tmp_path / "v")
    finish(store.rekey(NEW_VK, new(store)))
    store.close()
    with pytest.raises(HeaderForgedError):
        world.reopen(tmp_path / "v")


def test_what_is_written_while_the_copy_is_made_is_in_it(tmp_path: Path) -> None:
    store = filled(tmp_path / "v")
    written = []
    for number, _progress in enumerate(store.rekey(NEW_VK, new(store))):
        written.append(put(store, f"meanwhile {number}"))
        if number == 1:
            store.rewrite_header(lambda header: header)
    assert len(written) > 2
    found = world.state(store)
    assert set(written) <= found.keys()
    assert store.header.generation == 3
    world.verify(store)
    store.close()
    again = world.reopen(tmp_path / "v", vk=NEW_VK)
    assert world.state(again) == found
    world.verify(again)
    again.close()


def test_a_job_that_is_closed_changes_nothing(tmp_path: Path) -> None:
    store = filled(tmp_path / "v")
    before = world.state(store)
    steps = len(list(store.rekey(NEW_VK, new(store))))
    store.close()
    for stop in range(1, steps + 1):
        folder = tmp_path / f"v{stop}"
        store = filled(folder)
        job = store.rekey(NEW_VK, new(store))
        for _ in range(stop):
            next(job)
        job.close()
        assert names(folder) >= {"vault.json", "vault.json.2", "vault.db", "head"}
        assert MARK not in names(folder)
        put(store, "goes on")
        store.close()
        assert names(folder) == {"vault.json", "vault.json.2", "vault.db", "head"}
        again = world.reopen(folder)
        assert len(world.state(again)) == len(before) + 1
        again.close()


def test_rows_put_back_by_somebody_else_are_not_signed_anew(tmp_path: Path) -> None:
    store = filled(tmp_path / "v")
    with store._database.unguarded():
        store._database.run("update item set name = 'forged' where id = 7")
    with pytest.raises(OldRowsError):
        finish(store.rekey(NEW_VK, new(store)))
    assert names(tmp_path / "v") >= {"vault.db", "head"}
    assert MARK not in names(tmp_path / "v")
    store.close()


class PowerCutError(Exception):
    """The power goes."""


class Stopping(Files):
    """Stops before the n-th write that does not go through SQLite."""

    def __init__(self) -> None:
        self.left = 1 << 30

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise PowerCutError

    def write_at(self, descriptor: int, data: bytes, offset: int) -> None:
        self._count()
        super().write_at(descriptor, data, offset)

    def rename(self, old: Path, new: Path) -> None:
        self._count()
        super().rename(old, new)

    def remove(self, path: Path) -> None:
        self._count()
        super().remove(path)

    def sync_folder(self, folder: Path) -> None:
        self._count()
        super().sync_folder(folder)


def test_stopped_at_every_write_the_vault_opens_with_one_key_and_never_with_neither(tmp_path: Path) -> None:
    at, reached_new, done = 0, False, False
    while not done:
        folder, files = tmp_path / f"v{at}", Stopping()
        store = world.make(folder, files=files)
        put(store, "one")
        expected = world.state(store)
        files.left = at
        try:
            finish(store.rekey(NEW_VK, new(store)))
            done = True
        except PowerCutError:
            pass
        files.left = 1 << 30
        store._closed = True  # as a kill leaves it: nothing is tidied up
        store._database.close()
        store._held.release()
        opened = [world_opens(folder, vk, expected) for vk in (VK, NEW_VK)]
        assert opened in ([True, False], [False, True]), at
        reached_new = reached_new or opened[1]
        assert not reached_new or opened[1], "once switched, it stays switched"
        assert MARK not in names(folder)
        assert len([name for name in names(folder) if name.endswith(".db")]) == 1
        at += 1
    assert reached_new
    assert at > 10


def world_opens(folder: Path, vk: bytes, expected: dict[int, str]) -> bool:
    """Whether the vault opens under this key, whole."""
    try:
        store = world.reopen(folder, vk=vk)
    except DamagedError:
        return False
    assert world.state(store) == expected
    world.verify(store)
    store.close()
    return True
