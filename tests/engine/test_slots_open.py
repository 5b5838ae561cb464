"""Which way in opens, in which order they are tried, and what altered ones lead to."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import AskFile, AskSecret, AskShares, Credential, Given, Method, NewFactor, Secret
from kvault_gui.engine.errors import (
    CancelledError,
    HeaderForgedError,
    InvalidInputError,
    KvaultError,
    LastPinTryError,
    NotMineError,
    SlotAlteredError,
    SlotExpiredError,
    SlotNotFoundError,
    TokenForeignError,
    TokenMissingError,
    WrongCredentialsError,
    WrongKeyFileError,
    WrongPinError,
)
from kvault_gui.engine.facade import Engine, methods
from kvault_gui.engine.store import attempts
from kvault_gui.engine.vault.methods import Enrolled
from tests.engine.unlock.script import ScriptedPrompter
from tests.engine.vault.kit import PASSWORD, START, Clock, Desk, desk
from tests.engine.ways_kit import CODE, SHARES, Json, add, code, header_of, key_file, opens, password, shares, tamper

if TYPE_CHECKING:
    from pathlib import Path

    from kvault_gui.engine.vault.methods import Desk as Way


@pytest.fixture(name="vault")
def _vault(tmp_path: Path) -> Desk:
    return desk(tmp_path)


PUT_BACK = (
    "The header vault.json was changed by somebody who could not open the vault; "
    "it was put back from the copy in the database."
)


def slot_of(header: list[Json], label: str) -> Json:
    return next(slot for slot in header if slot["label"] == label)


# --- several factors -------------------------------------------------------------------------------------------------


def test_a_password_that_opens_alone_asks_for_nothing_more(vault: Desk, tmp_path: Path) -> None:
    add(vault.engine, "Both", password(), key_file(tmp_path / "key"))
    vault.engine.vaults.close()
    opened = opens(vault.folder, Method.PASSWORD, PASSWORD)
    assert opened.slot == slot_of(header_of(vault.folder)["slots"], "Password")["id"]  # type: ignore[arg-type]


def test_what_else_a_way_in_needs_is_asked_for_in_its_order(vault: Desk, tmp_path: Path) -> None:
    file = key_file(tmp_path / "key")
    added = add(vault.engine, "All", SHARES, password("x"), file)
    vault.engine.vaults.close()
    answers = {AskShares: shares(added), AskFile: file.file, AskSecret: ["x"]}
    assert opens(vault.folder, Method.SHARES, slot=added.slot.id, answers=answers).slot == added.slot.id
    given = [Given(Method.KEY_FILE, file=file.file), Given(Method.PASSWORD, Secret.of("x"))]
    assert opens(vault.folder, Method.SHARES, shares(added), more=given).slot == added.slot.id
    with pytest.raises(CancelledError):
        opens(vault.folder, Method.SHARES, shares(added), slot=added.slot.id)


def test_the_ways_in_that_take_exactly_what_was_given_come_first(vault: Desk, tmp_path: Path) -> None:
    file = key_file(tmp_path / "key")
    both = add(vault.engine, "Both", password(), file)
    vault.engine.vaults.close()
    opened = opens(vault.folder, Method.PASSWORD, PASSWORD, more=[Given(Method.KEY_FILE, file=file.file)])
    assert opened.slot == both.slot.id


@pytest.mark.parametrize("wrong", ["password", "file", "both"])
def test_password_and_key_file_are_not_told_apart(vault: Desk, tmp_path: Path, wrong: str) -> None:
    added = add(vault.engine, "Both", password("x"), key_file(tmp_path / "key"))
    vault.engine.vaults.close()
    if wrong != "password":
        key_file(tmp_path / "key", b"\x08" * 32)
    given = [Given(Method.KEY_FILE, file=str(tmp_path / "key"))]
    with pytest.raises(WrongKeyFileError) as caught:
        opens(vault.folder, Method.PASSWORD, "x" if wrong == "file" else "y", slot=added.slot.id, more=given)
    assert caught.value.fields == {}
    assert len(attempts.read(vault.folder)) == 1


def test_a_way_in_can_be_named_by_its_title_and_must_take_what_is_given(vault: Desk) -> None:
    vault.engine.vaults.close()
    opens(vault.folder, Method.PASSWORD, PASSWORD, slot="Password")
    with pytest.raises(SlotNotFoundError):
        opens(vault.folder, Method.PASSWORD, PASSWORD, slot="Nothing")
    with pytest.raises(InvalidInputError, match="does not ask for: Password"):
        opens(vault.folder, Method.PASSWORD, PASSWORD, slot="Recovery code")
    assert attempts.read(vault.folder) == []


@pytest.mark.parametrize("method", sorted(methods.HARDWARE))
def test_a_token_without_a_way_in_here_is_a_foreign_one(vault: Desk, method: Method) -> None:
    vault.engine.vaults.close()
    with pytest.raises(TokenForeignError):
        opens(vault.folder, method)
    assert attempts.read(vault.folder) == []


# --- once, until -----------------------------------------------------------------------------------------------------


def test_a_way_in_for_one_use_is_gone_before_the_vault_is_open(vault: Desk) -> None:
    added = add(vault.engine, "Once", once=True)
    assert added.slot.once
    vault.engine.vaults.close()
    opened = opens(vault.folder, Method.RECOVERY_CODE, code(added))
    assert opened.notes == ["The way in “Once” was for one use and is gone now."]
    assert opened.slot == added.slot.id
    with pytest.raises(WrongCredentialsError):
        opens(vault.folder, Method.RECOVERY_CODE, code(added))
    vault.open()
    assert "slot.removed" in vault.actions()
    vault.engine.vaults.close()


def test_a_way_in_that_ended_is_refused_and_the_others_are_tried(vault: Desk) -> None:
    added = add(vault.engine, "Until", expires=START + 100)
    vault.engine.vaults.close()
    clock = Clock()
    clock.now = START + 99
    opens(vault.folder, Method.RECOVERY_CODE, code(added), clock=clock)
    clock.now = START + 100
    with pytest.raises(SlotExpiredError, match="“Until” ended on 20"):
        opens(vault.folder, Method.RECOVERY_CODE, code(added), slot=added.slot.id, clock=clock)
    with pytest.raises(WrongCredentialsError) as caught:
        opens(vault.folder, Method.RECOVERY_CODE, code(added), clock=clock)
    assert not isinstance(caught.value, SlotExpiredError)
    opens(vault.folder, Method.RECOVERY_CODE, vault.code, clock=clock)


def test_the_only_way_in_of_its_kind_says_that_it_ended(vault: Desk) -> None:
    added = add(vault.engine, "Sheets", SHARES, expires=START + 100)
    vault.engine.vaults.close()
    clock = Clock()
    clock.now = START + 101
    with pytest.raises(SlotExpiredError):
        opens(vault.folder, Method.SHARES, shares(added), clock=clock)
    assert attempts.read(vault.folder) == []


# --- last use --------------------------------------------------------------------------------------------------------


def test_the_last_use_of_each_way_in_is_known(vault: Desk) -> None:
    vault.engine.vaults.close()
    clock = Clock()
    clock.now = START + 50
    opens(vault.folder, Method.PASSWORD, PASSWORD, clock=clock)
    vault.open()
    found = {slot.label: slot for slot in vault.engine.slots.all()}
    assert found["Password"].last_used == START + 50
    assert found["Recovery code"].current
    assert not found["Password"].current
    assert [slot.last_used for slot in vault.engine.vaults.probe(str(vault.folder)).slots] == [None, None]
    vault.engine.vaults.close()


# --- altered ways in -------------------------------------------------------------------------------------------------


def test_a_way_in_that_was_altered_is_refused_and_the_others_still_open(vault: Desk) -> None:
    added = add(vault.engine, "Sheets", SHARES, CODE)
    vault.engine.vaults.close()
    good = [(vault.folder / name).read_bytes() for name in ("vault.json", "vault.json.2")]
    changes: tuple[Json, ...] = (
        {"salt": "00" * 32},
        {"commitment": "00" * 32},
        {"label": "Mine"},
        {"created": 1},
        {"wrapped_vk": "00" * 60},
        {"wrapped_uk": None},
        {"more": []},
        {"more": [{"method": "recovery_code", "params": {"kdf": "hkdf-sha256", "bits": 160, "x": 1}}]},
        {"params": {}},
        {"once": True},
        {"name": "Mine"},
        {"expires": int(START) + 1000},
    )
    for change in changes:
        for name, data in zip(("vault.json", "vault.json.2"), good, strict=True):
            (vault.folder / name).write_bytes(data)

        def alter(slots: list[Json], change: Json = change) -> None:
            found = slot_of(slots, "Sheets")
            found.update(change)
            if found.get("more") == []:
                del found["more"]

        tamper(vault.folder, alter)
        altered = (vault.folder / "vault.json").read_bytes()
        more = [Given(Method.RECOVERY_CODE, Secret.of(code(added)))]
        with pytest.raises(KvaultError):
            opens(vault.folder, Method.SHARES, shares(added), more=more)
        assert (vault.folder / "vault.json").read_bytes() == altered
        # Another way in opens, says that somebody was there, and puts back what was.
        opened = opens(vault.folder, Method.RECOVERY_CODE, vault.code)
        assert opened.notes == [PUT_BACK]
        assert [(vault.folder / name).read_bytes() for name in ("vault.json", "vault.json.2")] == good
        opens(vault.folder, Method.SHARES, shares(added), more=more)


def test_an_altered_copy_of_the_header_does_not_hinder_what_its_twin_opens(vault: Desk) -> None:
    added = add(vault.engine, "Sheets", SHARES)
    vault.engine.vaults.close()
    twin = (vault.folder / "vault.json.2").read_bytes()
    tamper(vault.folder, lambda slots: slot_of(slots, "Sheets")["params"].update(set=1))  # type: ignore[attr-defined]
    (vault.folder / "vault.json.2").write_bytes(twin)
    opened = opens(vault.folder, Method.SHARES, shares(added))
    assert opened.notes == ["The header vault.json was changed and was replaced by its twin."]


def test_a_way_in_of_another_vault_opens_nothing_here(vault: Desk, tmp_path: Path) -> None:
    other = Desk(tmp_path / "other")
    other.engine.vaults.create(str(other.folder), Secret.of("theirs"))
    mine, theirs = add(vault.engine, "Spare"), add(other.engine, "Spare")
    vault.engine.vaults.close()
    other.engine.vaults.close()
    foreign = slot_of(header_of(other.folder)["slots"], "Spare")  # type: ignore[arg-type]

    def swap(slots: list[Json]) -> None:
        slots[:] = [foreign if slot["label"] == "Spare" else slot for slot in slots]

    tamper(vault.folder, swap)
    for secret in (code(mine), code(theirs)):
        with pytest.raises(WrongCredentialsError):
            opens(vault.folder, Method.RECOVERY_CODE, secret)
    assert opens(vault.folder, Method.RECOVERY_CODE, vault.code).notes == [PUT_BACK]
    opens(vault.folder, Method.RECOVERY_CODE, code(mine))


def test_a_removed_way_in_that_was_put_back_into_the_header_does_not_open(vault: Desk) -> None:
    added = add(vault.engine, "Spare")
    removed = slot_of(header_of(vault.folder)["slots"], "Spare")  # type: ignore[arg-type]
    vault.engine.slots.remove(added.slot.id)
    vault.engine.vaults.close()
    tamper(vault.folder, lambda slots: slots.append(removed))
    with pytest.raises(HeaderForgedError):
        opens(vault.folder, Method.RECOVERY_CODE, code(added))
    assert opens(vault.folder, Method.RECOVERY_CODE, vault.code).notes == [PUT_BACK]
    with pytest.raises(WrongCredentialsError):
        opens(vault.folder, Method.RECOVERY_CODE, code(added))


def test_a_limit_that_was_lifted_in_the_header_does_not_open(vault: Desk) -> None:
    added = add(vault.engine, "Once", once=True, expires=START + 50)
    vault.engine.vaults.close()

    def lift(slots: list[Json]) -> None:
        del slot_of(slots, "Once")["once"], slot_of(slots, "Once")["expires"]

    tamper(vault.folder, lift)
    with pytest.raises(HeaderForgedError):
        opens(vault.folder, Method.RECOVERY_CODE, code(added))
    assert opens(vault.folder, Method.RECOVERY_CODE, vault.code).notes == [PUT_BACK]
    opens(vault.folder, Method.RECOVERY_CODE, code(added))


def test_a_name_that_nobody_verified_pushes_no_question_out_of_sight(vault: Desk) -> None:
    add(vault.engine, "Mine", password("x"))
    vault.engine.vaults.close()
    long = "Mine” is the module of your bank\x1b[2J\u202e" + "\n" * 5_000
    tamper(vault.folder, lambda slots: slot_of(slots, "Mine").update(label=long))
    engine = Engine(ScriptedPrompter(), "test", kdf_seconds=0)
    slot = next(each for each in engine.vaults.probe(str(vault.folder)).slots if each.label.startswith("Mine"))
    with pytest.raises(CancelledError):
        engine.vaults.unlock(str(vault.folder), Credential(Method.PASSWORD, Secret.of(""), slot.id), [])
    (question,) = engine.prompter.asked  # type: ignore[attr-defined]
    assert question.text.isprintable()
    assert len(question.text) < 150


def test_a_way_in_that_stands_there_twice_keeps_nobody_out_and_is_put_back(vault: Desk) -> None:
    vault.engine.vaults.close()
    tamper(vault.folder, lambda slots: slots.append(copy.deepcopy(slots[0])))
    assert opens(vault.folder, Method.RECOVERY_CODE, vault.code).notes == [PUT_BACK]
    assert opens(vault.folder, Method.RECOVERY_CODE, vault.code).notes == []


def test_a_way_in_that_was_doubled_under_another_id_opens_nothing(vault: Desk) -> None:
    vault.engine.vaults.close()

    def double(slots: list[Json]) -> None:
        slots[:] = [{**slots[1], "id": "00" * 16}]

    tamper(vault.folder, double)
    with pytest.raises(WrongCredentialsError):
        opens(vault.folder, Method.RECOVERY_CODE, vault.code)


# --- tokens, as far as the order of attempts goes --------------------------------------------------------------------


class Answer:
    """An unlock method whose unlock does what its parameters name: this is about what is done with its errors."""

    method = Method.FIDO2

    def __init__(self, errors: dict[str, BaseException | bytes]) -> None:
        self.errors = errors
        self.asked: list[str] = []
        self.wants_pin = False
        self.pins: list[str] = []

    def unlock(self, params: dict[str, str | int], desk: Way) -> bytes:
        name = str(params["token"])
        self.asked.append(name)
        found = self.errors[name]
        if isinstance(found, BaseException):
            raise found
        if self.wants_pin:
            self.pins.append(desk.secret(AskSecret(name, "")).text())
        desk.took(f"pcsc:{name}")
        return found

    def enrol(self, wanted: NewFactor, desk: Way) -> Enrolled:
        output = self.errors[wanted.token]
        assert isinstance(output, bytes)
        desk.took(f"pcsc:{wanted.token}")
        return Enrolled({"token": wanted.token, "serial": wanted.token}, output)

    def token(self, params: dict[str, str | int]) -> str:
        return str(params["token"])

    def describe(self, params: dict[str, str | int]) -> str:
        return str(params["token"])

    strength = describe

    def outdated(self, params: dict[str, str | int]) -> bool:
        return not params


@pytest.fixture(name="tokens")
def _tokens(vault: Desk, monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Two spare tokens, each a way in, and a way in with both."""
    answer = Answer({"A": b"a" * 32, "B": b"b" * 32})
    known = methods.of
    monkeypatch.setattr(methods, "of", lambda method: answer if method is Method.FIDO2 else known(method))
    first, second = NewFactor(Method.FIDO2, token="A"), NewFactor(Method.FIDO2, token="B")
    add(vault.engine, "Spare A", first)
    add(vault.engine, "Spare B", second)
    add(vault.engine, "Both", first, second)
    with pytest.raises(InvalidInputError, match="asked for already"):
        add(vault.engine, "Twice", first, first)
    vault.engine.vaults.close()
    answer.asked.clear()
    return answer


def test_the_spare_token_opens_when_the_first_is_not_there(vault: Desk, tokens: Answer) -> None:
    tokens.errors["A"] = TokenMissingError(name="A")
    opened = opens(vault.folder, Method.FIDO2)
    assert opened.tokens == ["pcsc:B"]
    assert tokens.asked == ["A", "B"]


def test_both_tokens_of_one_way_in_are_told(vault: Desk, tokens: Answer) -> None:
    assert opens(vault.folder, Method.FIDO2, slot="Both").tokens == ["pcsc:A", "pcsc:B"]
    assert tokens.asked == ["A", "B"]


def test_a_wrong_pin_is_never_tried_on_the_next_token(vault: Desk, tokens: Answer) -> None:
    for error in (WrongPinError(name="A", retries=2), LastPinTryError(name="A", retries=1), CancelledError()):
        tokens.errors["A"] = error
        tokens.asked.clear()
        with pytest.raises(type(error)):
            opens(vault.folder, Method.FIDO2, "1234")
        assert tokens.asked == ["A"]
    assert attempts.read(vault.folder) == []


def test_a_pin_that_was_given_ahead_goes_to_one_token_alone(vault: Desk, tokens: Answer) -> None:
    """Whoever can write the folder, and alters the first way in, must not make the second token count a wrong PIN."""
    tokens.wants_pin = True
    tamper(vault.folder, lambda slots: next(s for s in slots if s["label"] == "Spare A").update(salt="00" * 32))
    with pytest.raises(CancelledError):  # the second token's PIN is asked for, and nobody is there
        opens(vault.folder, Method.FIDO2, "1234")
    assert tokens.pins == ["1234"]
    tokens.pins.clear()
    assert opens(vault.folder, Method.FIDO2, "1234", answers=["5678"]).tokens == ["pcsc:B"]
    assert tokens.pins == ["1234", "5678"]
    tokens.pins.clear()
    tokens.errors["A"] = TokenMissingError(name="A")
    assert opens(vault.folder, Method.FIDO2, "5678").tokens == ["pcsc:B"]
    assert tokens.pins == ["5678"]


def test_a_token_that_answers_wrongly_means_an_altered_way_in(vault: Desk, tokens: Answer) -> None:
    tokens.errors.update(A=b"x" * 32, B=b"x" * 32)
    with pytest.raises(SlotAlteredError, match="“Spare A” does not open, though its token answered"):
        opens(vault.folder, Method.FIDO2, slot="Spare A")
    with pytest.raises(SlotAlteredError):
        opens(vault.folder, Method.FIDO2)
    tokens.errors.update(A=NotMineError())
    with pytest.raises(TokenForeignError):
        opens(vault.folder, Method.FIDO2, slot="Spare A")
    tokens.errors.update(A=b"a" * 32)
    opens(vault.folder, Method.FIDO2, slot="Spare A")


def test_a_token_that_was_used_once_is_not_asked_again_in_the_same_attempt(vault: Desk, tokens: Answer) -> None:
    tokens.errors["B"] = b"x" * 32
    with pytest.raises(SlotAlteredError):
        opens(vault.folder, Method.FIDO2, slot="Both")
    tokens.errors["A"] = b"x" * 32
    tokens.asked.clear()
    with pytest.raises(SlotAlteredError):
        opens(vault.folder, Method.FIDO2)
    assert tokens.asked == ["A", "B"]
