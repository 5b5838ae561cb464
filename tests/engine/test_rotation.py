"""New keys for an open vault: nothing has to be given again, and what was taken away stays away."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from kvault_gui.engine import api
from kvault_gui.engine.errors import (
    DamagedError,
    DiskFullError,
    HeaderForgedError,
    NotPermittedError,
    QuickUnlockOverError,
    RotationRunningError,
    SlotNotFoundError,
    ValueDamagedError,
    WaysNotCarriedError,
    WrongCredentialsError,
)
from kvault_gui.engine.facade import Engine
from kvault_gui.engine.facade.steps import run_here
from kvault_gui.engine.unlock import quick
from kvault_gui.engine.vault import namespaces, rotation, schema
from kvault_gui.engine.vault.reading import numbers
from kvault_gui.engine.vault.schema import NAMESPACE_KEY, SLOT_KEY, USER_KEY_LINK
from kvault_gui.engine.vault.sealing import Keyring, open_under
from kvault_gui.engine.vault.slots import Keys
from tests.engine.unlock.script import ScriptedPrompter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASSWORD = "a password that opens it"
VALUE = "what is kept"
DRAFT = "what was being typed"


def engine() -> Engine:
    """One with nothing open."""
    return Engine(ScriptedPrompter([]), "test", kdf_seconds=0)


def field(value: str) -> api.FieldInput:
    """A protected field."""
    return api.FieldInput("password", api.FieldType.SECRET, protected=True, value=api.Secret.of(value))


class Desk:
    """An open vault with an entry, a draft, an attachment's worth of versions, and three ways in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = engine()
        opened = self.engine.vaults.create(str(folder), api.Secret.of(PASSWORD))
        assert opened.recovery_code is not None
        self.code = opened.recovery_code.text()
        made = self.engine.secrets.create(api.EntryInput(api.Kind.CREDENTIAL, "one", "deep/down", [field(VALUE)]))
        unsaved = api.EntryInput(api.Kind.CREDENTIAL, "one", "deep/down", [field(DRAFT)])
        self.engine.drafts.save(api.Draft(made, 1, unsaved))
        added = run_here(self.engine.slots.add(api.NewSlot("Second", [api.NewFactor(api.Method.RECOVERY_CODE)])))
        assert added.recovery_code is not None
        self.second = added.recovery_code.text()

    def readable(self, running: Engine) -> bool:
        """Whether everything is there and can be read."""
        found = running.secrets.find("deep/down/one")
        assert running.secrets.reveal(found, "password", api.Use.READ).text() == VALUE
        kept = running.drafts.all()[0].input.fields[0].value
        assert kept is not None
        assert kept.text() == DRAFT
        assert run_here(running.vaults.check()).problems == []
        assert run_here(running.audit.verify()).broken is None
        return True

    def opens(self, method: api.Method, secret: str) -> list[str]:
        """Open the vault, look at everything, close it; returns the notes."""
        running = engine()
        opened = running.vaults.unlock(str(self.folder), api.Credential(method, api.Secret.of(secret)), [])
        try:
            assert self.readable(running)
            return opened.notes
        finally:
            running.vaults.close()

    def all_open(self) -> list[str]:
        """Every way in opens it; returns the notes of the first."""
        notes = self.opens(api.Method.PASSWORD, PASSWORD)
        assert self.opens(api.Method.RECOVERY_CODE, self.code) == []
        assert self.opens(api.Method.RECOVERY_CODE, self.second) == []
        return notes


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """An open vault."""
    made = Desk(tmp_path / "vault")
    yield made
    made.engine.vaults.close()


def test_a_new_user_key_changes_nothing_that_the_person_sees(desk: Desk) -> None:
    assert run_here(desk.engine.slots.rotate_user_key()) == []
    assert desk.readable(desk.engine)
    acts = [record.action for record in desk.engine.audit.page(api.AuditFilter(), None, 20)]
    assert {"key.rotating", "key.rotated"} <= set(acts)
    desk.engine.vaults.close()
    assert desk.all_open() == []


def test_a_new_vault_key_lies_in_a_new_file_alone(desk: Desk) -> None:
    assert run_here(desk.engine.slots.rotate_vault_key()) == []
    assert desk.readable(desk.engine)
    made = desk.engine.secrets.create(api.EntryInput(api.Kind.NOTE, "after", "", []))
    assert desk.engine.secrets.search("after", api.View())[0].id == made
    desk.engine.vaults.close()
    assert sorted(path.name for path in desk.folder.glob("*.db*")) == ["vault-3.db"]
    assert not (desk.folder / "head").exists()
    assert desk.all_open() == []


def test_both_in_a_row_and_again(desk: Desk) -> None:
    for _ in range(2):
        run_here(desk.engine.slots.rotate_vault_key())
        run_here(desk.engine.slots.rotate_user_key())
    assert desk.readable(desk.engine)
    desk.engine.vaults.close()
    assert desk.all_open() == []


def test_an_old_header_opens_neither_the_new_file_nor_the_new_values(desk: Desk, tmp_path: Path) -> None:
    desk.engine.vaults.close()
    stolen = tmp_path / "stolen"
    shutil.copytree(desk.folder, stolen)
    running = engine()
    running.vaults.unlock(str(desk.folder), api.Credential(api.Method.PASSWORD, api.Secret.of(PASSWORD)), [])
    slot = next(each for each in running.slots.all() if each.label == "Second")
    running.slots.remove(slot.id)
    run_here(running.slots.rotate_vault_key())
    run_here(running.slots.rotate_user_key())
    running.vaults.close()
    with pytest.raises(WrongCredentialsError):
        desk.opens(api.Method.RECOVERY_CODE, desk.second)
    for name in ("vault.json", "vault.json.2"):  # whoever kept the old header and its code puts it back
        shutil.copy(stolen / name, desk.folder / name)
    with pytest.raises(DamagedError):
        desk.opens(api.Method.RECOVERY_CODE, desk.second)


def test_a_rotation_that_is_cancelled_leaves_the_vault_as_it_was(desk: Desk) -> None:
    job = desk.engine.slots.rotate_vault_key()
    next(job)
    job.close()
    assert desk.readable(desk.engine)
    kept = [record.action for record in desk.engine.audit.page(api.AuditFilter(), None, 20)]
    assert "key.kept" in kept
    desk.engine.vaults.close()
    assert (desk.folder / "vault.db").exists()
    assert desk.all_open() == []


def test_a_user_key_that_was_interrupted_before_the_header_is_kept(desk: Desk) -> None:
    job = desk.engine.slots.rotate_user_key()
    next(job)  # the keys are linked; the header is not written yet
    job.close()
    desk.engine.vaults.close()
    assert desk.all_open() == ["Making a new user key was interrupted before it took effect; the old one was kept."]


def test_a_user_key_that_was_interrupted_after_the_header_is_finished(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(rotation, "_finish", _stop)
        with pytest.raises(ZeroDivisionError):
            run_here(desk.engine.slots.rotate_user_key())
    desk.engine.vaults.close()
    assert desk.all_open() == ["Making a new user key was interrupted and has now been finished."]


def _stop(*_: object) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize("running", ["rotate_user_key", "rotate_vault_key"])
@pytest.mark.parametrize("second", ["rotate_user_key", "rotate_vault_key"])
def test_two_rotations_do_not_take_turns(desk: Desk, running: str, second: str) -> None:
    """Either would go on with a key that the other one ends: what is in the vault would be lost."""
    job = getattr(desk.engine.slots, running)()
    next(job)
    with pytest.raises(RotationRunningError):
        run_here(getattr(desk.engine.slots, second)())
    assert run_here(job) == []
    assert run_here(getattr(desk.engine.slots, second)()) == []
    desk.engine.vaults.close()
    assert desk.all_open() == []


def test_a_rotation_that_was_given_up_is_no_longer_running(desk: Desk) -> None:
    for rotate in (desk.engine.slots.rotate_user_key, desk.engine.slots.rotate_vault_key):
        job = rotate()
        next(job)
        job.close()
    assert run_here(desk.engine.slots.rotate_user_key()) == []
    desk.engine.vaults.close()
    assert desk.all_open() == []


def test_who_has_the_old_keys_reads_nothing_that_is_written_under_a_new_user_key(desk: Desk) -> None:
    """A lost token and an old copy give both keys of then, and with them every key of a namespace of then."""
    vault = desk.engine.vault
    lost = Keyring(vault.id, vault.opened_by.uk, vault.keys._wrapped)
    known = {lost._namespace_key(row[1], row[2]) for row in _namespace_keys(desk)}
    job = desk.engine.slots.rotate_user_key()
    next(job)
    (link,) = vault.store.rows(USER_KEY_LINK, [1])  # the folder is copied at the worst moment
    run_here(job)
    led_to = [_opened(lost, box, name) for box in link[1:3] for name in ("old user key", "new user key")]
    assert vault.opened_by.uk not in led_to
    assert vault.opened_by.uk != lost._user_key()
    for row in _namespace_keys(desk):
        newest = namespaces.epoch(vault, row[1])
        assert vault.keys._namespace_key(row[1], newest) not in known
    made = desk.engine.secrets.create(api.EntryInput(api.Kind.CREDENTIAL, "two", "deep/down", [field("later")]))
    assert desk.engine.secrets.reveal(made, "password", api.Use.READ).text() == "later"
    desk.engine.vaults.close()
    assert desk.all_open() == []


def _opened(keys: Keyring, box: object, name: str) -> bytes | None:
    assert isinstance(box, bytes)
    try:
        return open_under(keys._user_key(), keys.vault, b"kvault user key link v1", box, name)
    except ValueDamagedError:
        return None


def _namespace_keys(desk: Desk) -> list[tuple[Any, ...]]:
    store = desk.engine.vault.store
    return [*store.rows(NAMESPACE_KEY, numbers(store, "select id from namespace_key"))]


def _full(*_: object) -> None:
    raise DiskFullError


@pytest.mark.parametrize("then", ["rotate_user_key", "rotate_vault_key"])
def test_a_user_key_whose_last_step_met_a_full_disk_is_finished_by_the_next_rotation(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(rotation, "_finish", _full)
        with pytest.raises(DiskFullError):
            run_here(desk.engine.slots.rotate_user_key())
    assert desk.readable(desk.engine)
    run_here(getattr(desk.engine.slots, then)())
    assert desk.readable(desk.engine)
    desk.engine.vaults.close()
    assert desk.all_open() == []


@pytest.mark.parametrize("interrupted", [True, False])
def test_a_former_user_key_that_quick_unlock_kept_opens_nothing_and_settles_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, *, interrupted: bool
) -> None:
    """It would take the exchange for one that had not reached the header, and end the link to what is wrapped."""
    vault = desk.engine.vault
    kept = Keys(vault.opened_by.vk, vault.opened_by.uk)  # in another login of the same person
    if interrupted:
        with monkeypatch.context() as patched:
            patched.setattr(rotation, "_finish", _stop)
            with pytest.raises(ZeroDivisionError):
                run_here(desk.engine.slots.rotate_user_key())
    else:
        run_here(desk.engine.slots.rotate_user_key())
    desk.engine.vaults.close()
    monkeypatch.setattr(quick, "unlock", lambda *_: Keys(kept.vk, kept.uk))
    with pytest.raises(QuickUnlockOverError, match="the vault's keys were changed since"):
        engine().vaults.unlock(str(desk.folder), api.Credential(api.Method.QUICK, api.Secret.of("1234")), [])
    done = "Making a new user key was interrupted and has now been finished."
    assert desk.all_open() == ([done] if interrupted else [])


def test_what_cannot_be_wrapped_anew_is_found_before_anything_is_changed(desk: Desk) -> None:
    vault = desk.engine.vault
    with vault.change("draft.saved", category=api.Category.SYSTEM) as work:
        work.tx.update(schema.DRAFT, 1, {"body": bytes(100)})
    before = (desk.folder / "vault.json").read_bytes()
    with pytest.raises(DamagedError):
        run_here(desk.engine.slots.rotate_user_key())
    assert (desk.folder / "vault.json").read_bytes() == before
    desk.engine.drafts.discard(1)
    assert run_here(desk.engine.slots.rotate_user_key()) == []
    desk.engine.vaults.close()
    running = engine()
    running.vaults.unlock(str(desk.folder), api.Credential(api.Method.PASSWORD, api.Secret.of(PASSWORD)), [])
    found = running.secrets.find("deep/down/one")
    assert running.secrets.reveal(found, "password", api.Use.READ).text() == VALUE
    running.vaults.close()


def test_a_session_that_reads_no_values_rotates_nothing(desk: Desk) -> None:
    wanted = api.NewSlot("Browse", [api.NewFactor(api.Method.RECOVERY_CODE)], reads_values=False)
    added = run_here(desk.engine.slots.add(wanted))
    assert added.recovery_code is not None
    run_here(desk.engine.slots.rotate_vault_key())
    run_here(desk.engine.slots.rotate_user_key())
    desk.engine.vaults.close()
    running = engine()
    running.vaults.unlock(str(desk.folder), api.Credential(api.Method.RECOVERY_CODE, added.recovery_code), [])
    entry = running.secrets.find("deep/down/one")
    with pytest.raises(NotPermittedError):
        running.secrets.reveal(entry, "password", api.Use.READ)
    for rotate in (running.slots.rotate_user_key, running.slots.rotate_vault_key):
        with pytest.raises(NotPermittedError):
            run_here(rotate())
    running.vaults.close()
    assert desk.all_open() == []


def test_a_way_in_without_a_public_key_is_named_and_goes_only_when_told_twice(desk: Desk) -> None:
    vault = desk.engine.vault
    slot = next(each for each in vault.store.header.slots if each.label == "Second")
    with vault.change("header.changed", category=api.Category.SYSTEM) as work:
        rows = [row for row in work.tx.read("select id, slot from slot_key") if row[1] == slot.id]
        work.tx.delete(SLOT_KEY, int(str(rows[0][0])))
    with pytest.raises(WaysNotCarriedError, match="Second"):
        run_here(desk.engine.slots.rotate_user_key())
    notes = run_here(desk.engine.slots.rotate_user_key(sure=True))
    assert "Second" in notes[0]
    with pytest.raises(SlotNotFoundError):
        desk.engine.slots.rename(slot.id, "Third")
    desk.engine.vaults.close()
    with pytest.raises((WrongCredentialsError, HeaderForgedError)):
        desk.opens(api.Method.RECOVERY_CODE, desk.second)
