"""How the ways into a vault stand with what is plugged in; quick unlock and exports as far as the facade has a part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import (
    Method,
    NewFactor,
    NewSlot,
    Secret,
    SourceFormat,
    TokenInfo,
    WayState,
)
from kvault_gui.engine.errors import (
    CancelledError,
    DiskFullError,
    InvalidInputError,
    QuickUnlockOverError,
    ReaderEmptyError,
    TokenMissingError,
    TokenUnknownError,
    WrongCredentialsError,
    WrongQuickPinError,
)
from kvault_gui.engine.facade import methods
from kvault_gui.engine.store import attempts
from kvault_gui.engine.tokens import find, pkcs11
from kvault_gui.engine.unlock import quick
from kvault_gui.engine.vault import slots, ways
from kvault_gui.engine.vault.methods import Enrolled
from tests.engine.vault.kit import PASSWORD, Desk, desk
from tests.engine.ways_kit import CODE, add, opens, password, unlock
from tests.jobs import finish

if TYPE_CHECKING:
    from pathlib import Path

    from kvault_gui.engine.vault.methods import Desk as Way

KEY = TokenInfo("pcsc:A", "YubiKey 5C", "123", [Method.FIDO2])


class Spoken:
    """An unlock method of tokens by serial, for what the facade does with several; real ones have their own tests."""

    method = Method.FIDO2

    def __init__(self) -> None:
        self.asked = 0
        self.gone = False

    def enrol(self, wanted: NewFactor, way: Way) -> Enrolled:
        way.took("pcsc:A")
        return Enrolled({"serial": wanted.token, "token": "YubiKey 5C"}, b"f" * 32)

    def unlock(self, params: dict[str, str | int], way: Way) -> bytes:
        del params
        self.asked += 1
        if self.gone:
            raise TokenMissingError(name="YubiKey 5C")
        way.took("pcsc:A")
        return b"f" * 32

    def describe(self, params: dict[str, str | int]) -> str:
        return str(params["serial"])

    strength = describe

    def token(self, params: dict[str, str | int]) -> str:
        return str(params["token"])

    def outdated(self, params: dict[str, str | int]) -> bool:
        return not params

    def look(self, params: dict[str, str | int], tokens: list[TokenInfo]) -> WayState:
        mine = [token for token in tokens if token.serial == params["serial"]]
        token = mine[0].id if mine else ""
        words = "Ready" if mine else "Not plugged in"
        return WayState("", bool(mine), token, str(params["token"]), 8 if mine else None, words)


@pytest.fixture(name="vault")
def _vault(tmp_path: Path) -> Desk:
    return desk(tmp_path, name="Personal")


@pytest.fixture(name="spoken")
def _spoken(monkeypatch: pytest.MonkeyPatch) -> Spoken:
    spoken, known = Spoken(), methods.of
    monkeypatch.setattr(methods, "of", lambda method: spoken if method is Method.FIDO2 else known(method))
    monkeypatch.setattr(find, "look", lambda: find.Look([KEY], []))
    monkeypatch.setattr(pkcs11, "find_in", lambda _modules: [])
    return spoken


def token(serial: str) -> NewFactor:
    return NewFactor(Method.FIDO2, token=serial)


# --- tokens ----------------------------------------------------------------------------------------------------------


def test_a_vault_without_tokens_looks_for_none(vault: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def looked() -> find.Look:
        raise AssertionError("a password needs no discovery")

    monkeypatch.setattr(find, "look", looked)
    found = finish(vault.engine.tokens.ways(str(vault.folder), []))
    assert [(state.ready, state.words) for state in found.states] == [(True, "Ready")] * 2
    assert found.tokens == []
    vault.engine.vaults.close()


def test_a_way_in_is_as_ready_as_all_that_it_asks_for(vault: Desk, spoken: Spoken) -> None:
    add(vault.engine, "Mine", token("123"))
    add(vault.engine, "Both", password(), token("999"))
    vault.engine.vaults.close()
    found = finish(vault.engine.tokens.ways(str(vault.folder), []))
    states = dict(zip(["Password", "Recovery code", "Mine", "Both"], found.states, strict=True))
    assert (states["Mine"].ready, states["Mine"].token, states["Mine"].retries) == (True, "pcsc:A", 8)
    both = states["Both"]
    assert (both.ready, both.token, both.name, both.words) == (False, "", "YubiKey 5C", "Not plugged in")
    assert found.notices == []
    assert spoken.asked == 2  # once for each enrolment, none for looking


def test_what_is_plugged_in_and_cannot_be_used_is_said_while_a_way_in_is_missed(
    vault: Desk, spoken: Spoken, monkeypatch: pytest.MonkeyPatch
) -> None:
    del spoken
    add(vault.engine, "Mine", token("123"))
    unknown = TokenUnknownError(name="Reader B").brief
    there = [
        TokenInfo("pcsc:B", "Reader B", "", [], problem=unknown),
        TokenInfo("pcsc:C", "Reader C", "", [], problem=ReaderEmptyError(name="Reader C").brief),
    ]
    monkeypatch.setattr(find, "look", lambda: find.Look([KEY, *there], []))
    assert finish(vault.engine.tokens.ways(str(vault.folder), [])).notices == [], "nothing is missed"
    monkeypatch.setattr(find, "look", lambda: find.Look(there, []))
    notices = finish(vault.engine.tokens.ways(str(vault.folder), [])).notices
    assert notices == [unknown], "a FIDO2 token is not put into a reader: that it is empty says nothing"
    vault.engine.vaults.close()


def test_a_token_of_another_vault_and_a_new_one_are_told_apart(vault: Desk, spoken: Spoken, tmp_path: Path) -> None:
    del spoken
    other = desk(tmp_path, name="Work")
    found = finish(vault.engine.tokens.ways(str(vault.folder), [str(other.folder), str(tmp_path / "nothing")]))
    assert found.notices == ["YubiKey 5C (serial 123) can be added under Ways in once the vault is open."]
    add(other.engine, "Mine", token("123"))
    found = finish(vault.engine.tokens.ways(str(vault.folder), [str(other.folder)]))
    assert found.notices == ["YubiKey 5C (serial 123) opens Work, not Personal."]
    vault.engine.vaults.close()
    other.engine.vaults.close()


def test_losing_one_token_ends_every_way_in_that_hangs_on_it(vault: Desk, spoken: Spoken) -> None:
    del spoken
    first, second = add(vault.engine, "Alone", token("123")), add(vault.engine, "Both", CODE, token("123"))
    found = {loss.thing: loss for loss in vault.engine.slots.losses()}
    assert found["YubiKey 5C"].lost == [first.slot.id, second.slot.id]
    assert found["YubiKey 5C"].words == "You still get in with Password, or with Recovery code."
    add(vault.engine, "Spare", token("456"))
    named = {loss.thing: loss.lost for loss in vault.engine.slots.losses()}
    assert named["YubiKey 5C (serial 123)"] == [first.slot.id, second.slot.id]
    assert "YubiKey 5C (serial 456)" in named
    vault.engine.vaults.close()


# --- quick unlock ----------------------------------------------------------------------------------------------------


def test_quick_unlock_that_is_over_is_no_failed_attempt(vault: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.engine.vaults.close()
    with pytest.raises(QuickUnlockOverError):
        opens(vault.folder, Method.QUICK, "1234")
    assert attempts.read(vault.folder) == []

    def wrong(*_: object) -> slots.Keys:
        raise WrongQuickPinError(count=2)

    monkeypatch.setattr(quick, "unlock", wrong)
    with pytest.raises(WrongQuickPinError):
        opens(vault.folder, Method.QUICK, "1234")
    assert [attempt.method for attempt in attempts.read(vault.folder)] == ["quick"]
    assert not vault.engine.quick.state(str(vault.folder)).ready
    vault.engine.quick.forget(str(vault.folder))


def test_quick_unlock_opens_with_the_vaults_own_keys_alone(vault: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, forgotten = vault.engine.vault.opened_by, list[str]()
    keys = slots.Keys(mine.vk, mine.uk)
    vault.engine.vaults.close()
    monkeypatch.setattr(quick, "unlock", lambda *_: keys)
    monkeypatch.setattr(quick, "forget", forgotten.append)
    engine, opened = unlock(vault.folder, Method.QUICK)
    assert (opened.slot, opened.tokens, opened.reads_values) == ("", [], True)
    record = engine.vault.log.read(engine.vault.store.record_number, 1)[0]
    assert (record.action, record.details) == ("vault.unlocked", {"method": "quick"})
    engine.vaults.close()
    monkeypatch.setattr(quick, "unlock", lambda *_: slots.new_keys())
    with pytest.raises(QuickUnlockOverError, match="keys were changed"):
        opens(vault.folder, Method.QUICK)
    assert forgotten == [opened.vault]


def test_a_pin_that_is_too_short_is_refused(vault: Desk) -> None:
    with pytest.raises(InvalidInputError):
        vault.engine.quick.remember(Secret.of("12"), 600, biometrics=False)
    assert "quick.remembered" not in vault.actions()
    vault.engine.vaults.close()


# --- exports ---------------------------------------------------------------------------------------------------------


def export(vault: Desk, name: str) -> None:
    finish(vault.engine.formats.save(str(vault.folder.parent / name), SourceFormat.CSV, None))


def test_an_export_goes_through_the_token_that_opened_the_session(vault: Desk, spoken: Spoken) -> None:
    add(vault.engine, "Mine", token("123"))
    export_by_code(vault)
    vault.engine.vaults.close()
    vault.engine, _ = unlock(vault.folder, Method.FIDO2)
    before = spoken.asked
    export(vault, "second.csv")
    assert spoken.asked == before + 1
    spoken.gone = True
    with pytest.raises(TokenMissingError):
        export(vault, "third.csv")
    assert not (vault.folder.parent / "third.csv").exists()
    vault.engine.vaults.close()
    assert attempts.read(vault.folder) == []


def export_by_code(vault: Desk) -> None:
    """A session that was opened by a code asks for a secret, as before."""
    vault.person.answers = ["wrong"]
    with pytest.raises(WrongCredentialsError):
        export(vault, "first.csv")
    vault.person.answers = [PASSWORD]
    export(vault, "first.csv")


def test_a_vault_without_a_typed_way_in_asks_which_one(vault: Desk, spoken: Spoken) -> None:
    del spoken
    add(vault.engine, "Mine", token("123"))
    add(vault.engine, "Other", token("456"))
    for label in ("Password", "Recovery code"):
        vault.engine.slots.remove(label, True)
    vault.person.answers = ["7"]
    with pytest.raises(InvalidInputError):
        export(vault, "first.csv")
    vault.person.answers = ["1"]
    export(vault, "first.csv")
    vault.engine.vaults.close()


# --- what is kept outside the header ---------------------------------------------------------------------------------


class Keeping(Spoken):
    """One that keeps something elsewhere, as the desktop's keyring does."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: set[str] = set()

    def enrol(self, wanted: NewFactor, way: Way) -> Enrolled:
        self.kept.add(wanted.token)
        return super().enrol(wanted, way)

    def forget(self, params: dict[str, str | int], way: Way) -> None:
        del way
        self.kept.discard(str(params["serial"]))


def test_what_a_way_in_keeps_elsewhere_goes_with_it_and_only_then(
    vault: Desk, spoken: Spoken, monkeypatch: pytest.MonkeyPatch
) -> None:
    del spoken
    keeping, known = Keeping(), methods.of
    monkeypatch.setattr(methods, "of", lambda method: keeping if method is Method.FIDO2 else known(method))
    slot = add(vault.engine, "One", token("1")).slot.id
    assert keeping.kept == {"1"}
    keeping.gone = True  # the trial fails: nothing is added
    with pytest.raises(TokenMissingError):
        add(vault.engine, "Two", token("2"))
    keeping.gone = False
    with pytest.raises(CancelledError):  # a later thing was not given
        add(vault.engine, "Three", token("3"), NewFactor(Method.PASSWORD))
    assert keeping.kept == {"1"}
    finish(vault.engine.slots.replace(slot, NewSlot("One", [token("4")])))
    assert keeping.kept == {"4"}
    with monkeypatch.context() as full:  # the disk fills up after the header was written: the way in is there
        full.setattr(ways, "keep_public_key", _full)
        with pytest.raises(DiskFullError):
            add(vault.engine, "Five", token("5"))
    assert keeping.kept == {"4", "5"}
    assert [each.label for each in vault.engine.slots.all()][-1] == "Five"
    vault.engine.slots.remove("One")
    add(vault.engine, "Once", token("6"), once=True)
    vault.engine.vaults.close()
    opens(vault.folder, Method.FIDO2, slot="Once")
    assert keeping.kept == {"5"}


def _full(*_: object) -> None:
    raise DiskFullError
