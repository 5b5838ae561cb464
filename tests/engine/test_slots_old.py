"""Vaults of the header's first format, one factor a way in, open unchanged and go over at their first change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import Accept, Method, Secret, Use
from kvault_gui.engine.errors import (
    DatabaseDamagedError,
    FolderPermissionError,
    HeaderForgedError,
    OldRowsError,
    WrongCredentialsError,
)
from kvault_gui.engine.facade import Engine, making
from kvault_gui.engine.facade.session import ALL_DERIVED
from kvault_gui.engine.store import added, binding
from kvault_gui.engine.vault import ways
from kvault_gui.engine.vault.schema import SLOT_USE, TABLES
from tests.engine.unlock.script import ScriptedPrompter
from tests.engine.vault.kit import PASSWORD, START, Clock, login
from tests.engine.ways_kit import CODE, add, code, header_of, opens, tamper, unlock
from tests.jobs import finish

if TYPE_CHECKING:
    from pathlib import Path

    from kvault_gui.engine.store.header import Written
    from kvault_gui.engine.store.transaction import Tx


def _named_alone(tx: Tx, written: Written) -> None:
    tx.insert(binding.TABLE, {"id": 1, "generation": written.header.generation, "digest": written.digest})


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A vault as the kvault before made it: its tables, its header, no public keys."""
    with monkeypatch.context() as before:
        before.setattr(making, "FORMAT", 1)
        before.setattr(making, "TABLES", tuple(table for table in TABLES if not table.later))
        before.setattr(making, "ALL_DERIVED", tuple(each for each in ALL_DERIVED if each is not SLOT_USE))
        before.setattr(ways, "keep_public_key", lambda *_: None)
        before.setattr(binding, "TABLES", (binding.TABLE,))
        before.setattr(binding, "has_copy", lambda _reader: True)
        before.setattr(binding, "begin", _named_alone)
        engine = Engine(ScriptedPrompter(), "test", clock=Clock(), kdf_seconds=0)
        engine.vaults.create(str(tmp_path / "old"), Secret.of(PASSWORD))
        engine.secrets.create(login())
        engine.vaults.close()
    return tmp_path / "old"


def test_it_opens_unchanged_and_its_new_tables_are_there(folder: Path) -> None:
    before = (folder / "vault.json").read_bytes()
    engine, opened = unlock(folder, Method.PASSWORD, PASSWORD)
    assert opened.notes == []
    assert engine.secrets.reveal(engine.secrets.find("GitHub"), "password", Use.SHOW).text() == "hunter2"
    found = {slot.label: slot for slot in engine.slots.all()}
    assert (found["Password"].carried, found["Recovery code"].carried) == (True, False)
    assert found["Password"].last_used == START
    assert finish(engine.vaults.check()).problems == []
    engine.vaults.close()
    assert (folder / "vault.json").read_bytes() == before
    assert header_of(folder)["format"] == 1
    opens(folder, Method.PASSWORD, PASSWORD)


def test_its_header_is_kept_inside_from_the_first_opening_on(folder: Path) -> None:
    opens(folder, Method.PASSWORD, PASSWORD)
    tamper(folder, lambda slots: slots[1].update(label="Mine"))
    assert "put back from the copy" in opens(folder, Method.PASSWORD, PASSWORD).notes[0]
    assert header_of(folder)["format"] == 1


def test_before_its_first_opening_a_changed_header_is_refused(folder: Path) -> None:
    tamper(folder, lambda slots: slots[1].update(label="Mine"))
    with pytest.raises(HeaderForgedError):
        opens(folder, Method.PASSWORD, PASSWORD)


def test_its_first_change_makes_it_the_second_format(folder: Path) -> None:
    engine, _ = unlock(folder, Method.PASSWORD, PASSWORD)
    made = add(engine, "Sheet", CODE)
    engine.vaults.close()
    assert header_of(folder)["format"] == 2
    opens(folder, Method.RECOVERY_CODE, code(made))
    opens(folder, Method.PASSWORD, PASSWORD)


def test_uses_before_are_counted_by_label_where_the_log_knows_no_number(folder: Path) -> None:
    engine, _ = unlock(folder, Method.PASSWORD, PASSWORD)
    vault = engine.vault
    with vault.change("vault.unlocked", category=vault.log.read(1, 1)[0].category) as work:
        work.details["slot"] = "Recovery code"
        ways.rebuild_uses(work.tx, vault)
    with vault.change("vault.check", category=vault.log.read(2, 1)[0].category.SYSTEM) as work:
        ways.rebuild_uses(work.tx, vault)
    assert {slot.label: slot.last_used for slot in engine.slots.all()} == {"Password": START, "Recovery code": START}
    engine.vaults.close()


def drop(engine: Engine, table: str) -> None:
    """Take a table away, as somebody would who has the page key and not the set hash's."""
    database = engine.vault.store._database
    with database.unguarded():
        database.run(f"drop table {table}")
    engine.vaults.close()


def test_a_table_that_had_rows_and_is_gone_is_damage(folder: Path) -> None:
    engine, _ = unlock(folder, Method.PASSWORD, PASSWORD)
    assert engine.vault.store.read("select count(*) from slot_key") == [(1,)]
    drop(engine, "slot_key")
    with pytest.raises(OldRowsError, match="slot_key is missing"):
        opens(folder, Method.PASSWORD, PASSWORD)


def test_a_table_of_the_first_format_that_is_gone_is_damage(folder: Path) -> None:
    engine, _ = unlock(folder, Method.PASSWORD, PASSWORD)
    drop(engine, "grant_")
    with pytest.raises(DatabaseDamagedError, match="grant_ is missing"):
        opens(folder, Method.PASSWORD, PASSWORD)


def test_nothing_is_made_with_a_wrong_password_or_a_vault_that_does_not_verify(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    monkeypatch.setattr(added, "make", lambda *_: made.append(1))
    with pytest.raises(WrongCredentialsError):
        opens(folder, Method.PASSWORD, "wrong")
    (folder / "head").write_bytes(bytes(8192))
    engine = Engine(ScriptedPrompter(), "test", clock=Clock(), kdf_seconds=0)
    with pytest.raises(Exception, match="head"):
        opens(folder, Method.PASSWORD, PASSWORD)
    assert made == []
    monkeypatch.undo()
    from kvault_gui.engine.api import Credential  # noqa: PLC0415 for this test alone

    engine.vaults.unlock(str(folder), Credential(Method.PASSWORD, Secret.of(PASSWORD)), [Accept.HEAD])
    engine.vaults.close()


def test_where_nothing_can_be_written_it_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kvault_gui.engine.store.held import HeldFolder  # noqa: PLC0415 root may write everywhere

    monkeypatch.setattr(HeldFolder, "writable", property(lambda _self: False))
    before = (folder / "vault.db").read_bytes()
    engine, opened = unlock(folder, Method.PASSWORD, PASSWORD)
    assert opened.notes == ["The folder is read-only: the vault can be read, not changed."]
    assert engine.secrets.reveal(engine.secrets.find("GitHub"), "password", Use.SHOW).text() == "hunter2"
    assert [slot.carried for slot in engine.slots.all()] == [False, False]
    with pytest.raises(FolderPermissionError):
        add(engine, "Sheet", CODE)
    engine.vaults.close()
    assert (folder / "vault.db").read_bytes() == before


def test_on_a_full_disk_it_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import apsw  # noqa: PLC0415 for this test alone

    def full(*_: object) -> None:
        raise apsw.FullError("FullError: database or disk is full")

    monkeypatch.setattr(added, "make", full)
    engine, opened = unlock(folder, Method.PASSWORD, PASSWORD)
    assert opened.notes == ["The disk is full: the vault can be read, not changed."]
    assert engine.secrets.reveal(engine.secrets.find("GitHub"), "password", Use.SHOW).text() == "hunter2"
    engine.vaults.close()
    monkeypatch.undo()
    assert opens(folder, Method.PASSWORD, PASSWORD).notes == []
