"""The PKCS#11 way in on real modules: SoftHSM2's tokens, pulled, reset, swapped and lost in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kvault_gui.engine.api import (
    AskChoice,
    AskPlug,
    AskSecret,
    Given,
    Method,
    NewFactor,
    NewSlot,
    Question,
    Secret,
    WayState,
)
from kvault_gui.engine.errors import (
    CancelledError,
    HsmSessionError,
    InvalidInputError,
    KvaultError,
    SlotAlteredError,
    TokenBusyError,
    TokenForeignError,
    TokenKeyError,
    TokenMissingError,
    TokenRemovedError,
    TokenResetError,
    WrongPinUncountedError,
)
from kvault_gui.engine.facade import Engine
from kvault_gui.engine.facade.steps import run_here
from kvault_gui.engine.tokens import pkcs11, pkcs11_keys, pkcs11_module, pkcs11_secrets
from kvault_gui.engine.unlock.pkcs11 import Pkcs11
from kvault_gui.engine.vault.methods import Desk, Enrolled
from tests.engine.unlock.contract import VAULT, MethodContract, Person
from tests.engine.unlock.script import ScriptedPrompter
from tests.peers.softhsm import PIN, SoftHsm

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kvault_gui.engine.vault.methods import Params

p11 = pytest.importorskip("pkcs11")

pytestmark = pytest.mark.peer


@pytest.fixture(autouse=True)
def hsm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SoftHsm:
    """SoftHSM with one token, "vault"."""
    made = SoftHsm(tmp_path / "softhsm")
    monkeypatch.setenv("SOFTHSM2_CONF", str(made.configuration))
    made.new_token("vault")
    return made


def desk(*answers: str | Callable[[Question], str | None] | None, patient: bool = False) -> Desk:
    prompter = ScriptedPrompter(list(answers))
    return Desk(prompter, VAULT, "Personal", "HSM", patient=patient, used=[])


def asked(at: Desk) -> list[Question]:
    assert isinstance(at.prompter, ScriptedPrompter)
    return at.prompter.asked


def enrol(hsm: SoftHsm, *answers: str, make: bool = True, key: str = "", token: str = "") -> Enrolled:
    wanted = NewFactor(Method.PKCS11, file=hsm.module, make=make, key=key, token=token)
    return Pkcs11().enrol(wanted, desk(*(answers or (PIN,))))


def unlock(params: Params, *answers: str) -> bytes:
    return Pkcs11().unlock(params, desk(*(answers or (PIN,))))


def generate(session: Any, label: str, **changes: bool) -> None:
    """An AES key as an administrator makes it, with attributes as named."""
    template = {getattr(p11.Attribute, name): value for name, value in changes.items()}
    session.generate_key(p11.KeyType.AES, 256, label=label, id=label.encode(), store=True, template=template)


def chooses(part: str) -> Callable[[Question], str]:
    """Answers a choice with the line that has ``part``."""

    def answer(question: Question) -> str:
        assert isinstance(question, AskChoice)
        return str(next(number for number, line in enumerate(question.choices) if part in line))

    return answer


class Contract(MethodContract):
    method = Pkcs11()
    module = "kvault_gui.engine.unlock.pkcs11"
    key = ""

    @pytest.fixture(autouse=True)
    def _module(self, hsm: SoftHsm) -> None:
        self.hsm = hsm

    def mine(self) -> Person:
        return Person(NewFactor(Method.PKCS11, file=self.hsm.module, make=True, key=self.key), {AskSecret: PIN})

    def other(self) -> Person:
        return Person(NewFactor(Method.PKCS11, file=self.hsm.module, make=True, key=self.key), {AskSecret: "000000"})


class TestContractAes(Contract):
    key = "aes256"


class TestContractRsa(Contract):
    key = "rsa2048"


class TestContractCurve(Contract):
    key = "p256"


class TestContractAnotherToken(Contract):
    """The other person has a token of the same name and PIN."""

    def other(self) -> Person:
        for token in list(self.hsm.tokens.iterdir()):
            self.hsm.pull(token)
        self.hsm.new_token("vault")
        return super().mine()


# --- ways to send ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "mode", "words"),
    [
        ("aes256", "aes-gcm", "AES-256, AES-GCM, PIN"),
        ("rsa2048", "rsa-oaep-sha1", "RSA 2048, OAEP with SHA-1, PIN"),
        ("rsa3072", "rsa-oaep-sha1", "RSA 3072, OAEP with SHA-1, PIN"),
        ("p256", "ecdh", "NIST P-256, ECDH, PIN"),
        ("p384", "ecdh", "NIST P-384, ECDH, PIN"),
    ],
)
def test_each_kind_of_key_is_made_and_its_way_is_told(hsm: SoftHsm, kind: str, mode: str, words: str) -> None:
    made = enrol(hsm, key=kind)
    assert made.params["mode"] == mode
    assert Pkcs11().describe(made.params) == words
    assert unlock(made.params) == made.output


@pytest.mark.parametrize("mode", ["aes-gcm", "aes-kwp", "aes-kw", "rsa-oaep-sha1", "rsa-kem", "ecdh", "ecdh-der"])
def test_each_mode_opens_what_it_sent_and_nothing_that_was_altered(
    hsm: SoftHsm, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pkcs11_secrets, "offered", lambda *_: [mode])
    kind = {"aes": "aes256", "rsa": "rsa2048", "ecd": "p256"}[mode[:3]]
    made = enrol(hsm, key=kind)
    assert made.params["mode"] == mode
    assert unlock(made.params) == made.output
    sent = str(made.params["sent"])
    for altered in (sent[:-1] + ("0" if sent[-1] != "0" else "1"), sent[:-2], "00" + sent):
        try:
            assert unlock({**made.params, "sent": altered}) != made.output
        except KvaultError:
            continue


def test_keys_that_are_made_never_leave_the_token(hsm: SoftHsm) -> None:
    for kind in ("aes256", "rsa2048", "p256"):
        enrol(hsm, key=kind)
    with hsm.session("vault") as session:
        for kind in (p11.ObjectClass.SECRET_KEY, p11.ObjectClass.PRIVATE_KEY):
            for item in session.get_objects({p11.Attribute.CLASS: kind}):
                assert item[p11.Attribute.SENSITIVE]
                assert not item[p11.Attribute.EXTRACTABLE]
                assert item[p11.Attribute.NEVER_EXTRACTABLE]


def test_a_program_of_another_maker_opens_what_was_sent_to_an_rsa_key(hsm: SoftHsm, tmp_path: Path) -> None:
    module = pkcs11_module.check(hsm.module)
    with pkcs11_module.calls(module) as library:
        (slot,) = (slot for slot, _ in pkcs11.slots(library))
    with pkcs11.session(module, slot, PIN, write=True) as session:
        key = pkcs11_keys.make(session, "rsa2048", "for pkcs11-tool")
        sent = pkcs11_secrets.send(session, key, b"", PIN)
    assert sent.mode == "rsa-oaep-sha1"
    (tmp_path / "sent").write_bytes(sent.sent)
    hsm.tool(
        "pkcs11-tool", "--module", hsm.module, "--token-label", "vault", "--login", "--pin", PIN,
        "--decrypt", "--mechanism", "RSA-PKCS-OAEP", "--hash-algorithm", "SHA-1", "--mgf", "MGF1-SHA1",
        "--id", key.id.hex(), "--input-file", str(tmp_path / "sent"), "--output-file", str(tmp_path / "opened"),
    )  # fmt: skip
    assert (tmp_path / "opened").read_bytes() == sent.secret


# --- which key -------------------------------------------------------------------------------------------------------


def test_the_only_key_that_can_be_used_is_taken_without_a_question(hsm: SoftHsm) -> None:
    with hsm.session("vault") as session:
        generate(session, "good")
        generate(session, "copied", EXTRACTABLE=True)
    made = enrol(hsm, make=False)
    assert made.params["label"] == "good"
    assert unlock(made.params) == made.output


def test_of_several_keys_the_person_chooses_with_one_pin(hsm: SoftHsm) -> None:
    with hsm.session("vault") as session:
        generate(session, "first")
        generate(session, "second")
    at = desk(PIN, chooses("“second”"))
    made = Pkcs11().enrol(NewFactor(Method.PKCS11, file=hsm.module), at)
    assert made.params["label"] == "second"
    assert [type(question) for question in asked(at)] == [AskSecret, AskChoice]
    assert enrol(hsm, make=False, key="first").params["label"] == "first"


@pytest.mark.parametrize("changes", [{"EXTRACTABLE": True}, {"SENSITIVE": False}])
def test_a_key_that_can_be_copied_out_of_the_token_is_refused(hsm: SoftHsm, changes: dict[str, bool]) -> None:
    with hsm.session("vault") as session:
        generate(session, "loose", **changes)
    with pytest.raises(TokenKeyError, match="“loose”: it can be copied out of the token"):
        enrol(hsm, make=False, key="loose")


def test_keys_of_other_types_and_for_other_uses_are_refused_and_named(hsm: SoftHsm) -> None:
    with hsm.session("vault") as session:
        session.generate_key(p11.KeyType.DES3, label="old", store=True)
        signing = {p11.Attribute.SENSITIVE: True, p11.Attribute.EXTRACTABLE: False}
        session.generate_keypair(
            p11.KeyType.RSA, 2048, label="signs", id=b"s", store=True,
            capabilities=p11.MechanismFlag.SIGN | p11.MechanismFlag.VERIFY, private_template=signing,
        )  # fmt: skip
        session.generate_keypair(p11.KeyType.RSA, 1024, label="short", id=b"t", store=True)
    with pytest.raises(TokenKeyError) as caught:
        enrol(hsm, make=False)
    found = str(caught.value.fields["found"])
    assert "DES3 “old”: keys of this type and size cannot be used" in found
    assert "RSA 1024 “short”: keys of this type and size cannot be used" in found
    assert "RSA 2048 “signs”: it is meant for other uses, for example signing" in found


def test_no_key_at_all_and_no_key_of_that_name_are_different_words(hsm: SoftHsm) -> None:
    with pytest.raises(TokenKeyError, match="there is none at all"):
        enrol(hsm, make=False)
    with pytest.raises(TokenKeyError, match="none is called “mine”"):
        enrol(hsm, make=False, key="mine")


def test_a_kind_that_kvault_does_not_make_is_refused_and_leaves_nothing(hsm: SoftHsm) -> None:
    with pytest.raises(InvalidInputError, match="aes256"):
        enrol(hsm, key="des3")
    with hsm.session("vault") as session:
        assert not list(session.get_objects())


def test_a_key_that_was_made_is_deleted_when_nothing_can_be_sent_to_it(
    hsm: SoftHsm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pkcs11_secrets, "offered", lambda *_: [])
    with pytest.raises(TokenKeyError, match="in no way that kvault knows"):
        enrol(hsm, key="rsa2048")
    with hsm.session("vault") as session:
        assert not list(session.get_objects())


# --- the PIN ---------------------------------------------------------------------------------------------------------


def test_a_wrong_pin_is_tried_once_and_mentioned_the_next_time(hsm: SoftHsm) -> None:
    made = enrol(hsm)
    at = desk("000000")
    with pytest.raises(WrongPinUncountedError, match="Wrong PIN for vault"):
        Pkcs11().unlock(made.params, at)
    assert len(asked(at)) == 1
    at = desk(PIN)
    assert Pkcs11().unlock(made.params, at) == made.output
    (question,) = asked(at)
    assert isinstance(question, AskSecret)
    assert "Wrong PINs were tried" in question.text
    at = desk(PIN)
    Pkcs11().unlock(made.params, at)
    (question,) = asked(at)
    assert isinstance(question, AskSecret)
    assert "Wrong PINs" not in question.text


@pytest.mark.parametrize("odd", ["", "x" * 300])
def test_a_pin_that_can_be_none_is_not_sent(hsm: SoftHsm, odd: str) -> None:
    made = enrol(hsm)
    with pytest.raises(InvalidInputError):
        unlock(made.params, odd)
    assert not pkcs11.find(hsm.module)[0].warnings


def test_cancelling_sends_nothing(hsm: SoftHsm) -> None:
    made = enrol(hsm)
    with pytest.raises(CancelledError):
        Pkcs11().unlock(made.params, desk(None))
    assert not pkcs11.find(hsm.module)[0].warnings


# --- which token -----------------------------------------------------------------------------------------------------


def test_two_tokens_of_one_name_are_told_apart_by_their_serial_numbers(hsm: SoftHsm) -> None:
    hsm.new_token("vault")
    first, second = pkcs11.find(hsm.module)
    assert first.name == second.name == "vault"
    assert first.serial != second.serial
    made = enrol(hsm, token=second.id)
    assert made.params["serial"] == second.serial
    assert unlock(made.params) == made.output
    at = desk(chooses(second.serial), PIN)
    chosen = Pkcs11().enrol(NewFactor(Method.PKCS11, file=hsm.module, make=True), at)
    assert chosen.params["serial"] == second.serial


def test_a_pin_goes_to_no_other_token_than_the_one_that_it_was_given_with(hsm: SoftHsm) -> None:
    made = enrol(hsm)
    hsm.new_token("other")
    other = next(token for token in pkcs11.find(hsm.module) if token.name == "other")
    given = Given(Method.PKCS11, Secret.of("9999"), token=other.id)
    with pytest.raises(TokenForeignError):
        Pkcs11().unlock(made.params, desk()._replace(given=given))
    assert not any(token.warnings for token in pkcs11.find(hsm.module))  # no wrong PIN was tried
    right = Given(Method.PKCS11, Secret.of(PIN), token=pkcs11.token_id(hsm.module, str(made.params["serial"])))
    assert Pkcs11().unlock(made.params, desk()._replace(given=right)) == made.output


def test_another_token_of_the_same_name_is_told_before_a_pin_is_asked(hsm: SoftHsm) -> None:
    made = enrol(hsm)
    (token,) = hsm.tokens.iterdir()
    pulled = hsm.pull(token)
    hsm.new_token("vault")
    at = desk(PIN, patient=True)
    with pytest.raises(TokenForeignError):
        Pkcs11().unlock(made.params, at)
    assert not asked(at)
    state = Pkcs11().look(made.params, pkcs11.find(hsm.module))
    assert (state.ready, state.words) == (False, "Another token of this name is plugged in")
    hsm.plug(pulled)
    assert unlock(made.params) == made.output


def test_a_token_that_is_not_there_is_waited_for_and_found_when_it_comes(hsm: SoftHsm) -> None:
    made = enrol(hsm)
    (token,) = hsm.tokens.iterdir()
    pulled = hsm.pull(token)
    with pytest.raises(TokenMissingError, match="vault is not plugged in"):
        unlock(made.params)

    def plug(request: object) -> None:
        assert isinstance(request, AskPlug)
        hsm.plug(pulled)

    prompter = ScriptedPrompter([PIN], on_touch=plug)
    assert Pkcs11().unlock(made.params, Desk(prompter, VAULT, "Personal", "HSM")) == made.output
    assert len(prompter.shown) == 1


def test_what_is_found_is_ready_under_its_own_id(hsm: SoftHsm) -> None:
    made = enrol(hsm)
    (found,) = pkcs11.find(hsm.module)
    assert found.id == f"pkcs11:{hsm.module}:{found.serial}"
    state = Pkcs11().look(made.params, [found])
    assert (state.ready, state.token, state.name) == (True, found.id, "vault")
    assert pkcs11.find_in([hsm.module, "/no/such/module.so", hsm.module]) == [found]


def test_the_token_that_took_part_is_told(hsm: SoftHsm) -> None:
    made = enrol(hsm)
    at = desk(PIN)
    Pkcs11().unlock(made.params, at)
    assert at.used == [pkcs11.find(hsm.module)[0].id]


# --- reset, lost -----------------------------------------------------------------------------------------------------


def test_a_key_that_was_deleted_is_a_reset_token(hsm: SoftHsm) -> None:
    made = enrol(hsm)
    with hsm.session("vault") as session:
        for item in list(session.get_objects()):
            item.destroy()
    with pytest.raises(TokenResetError):
        unlock(made.params)


def test_a_key_that_was_replaced_is_told_before_a_pin_is_asked(hsm: SoftHsm) -> None:
    made = enrol(hsm, key="rsa2048")
    key_id, label = bytes.fromhex(str(made.params["id"])), str(made.params["label"])
    with hsm.session("vault") as session:
        for item in list(session.get_objects()):
            item.destroy()
        session.generate_keypair(p11.KeyType.RSA, 2048, id=key_id, label=label, store=True)
    with hsm.session("vault") as session:
        (public,) = session.get_objects({p11.Attribute.CLASS: p11.ObjectClass.PUBLIC_KEY})
        visible = not public[p11.Attribute.PRIVATE]
    at = desk(PIN)
    with pytest.raises(TokenResetError):
        Pkcs11().unlock(made.params, at)
    assert visible is not bool(asked(at))


def test_what_was_altered_in_the_header_is_the_headers_fault(hsm: SoftHsm) -> None:
    made = enrol(hsm)
    sent = str(made.params["sent"])
    with pytest.raises(SlotAlteredError):
        unlock({**made.params, "sent": ("0" if sent[0] != "0" else "1") + sent[1:]})


def test_a_module_that_was_finalised_while_the_pin_is_typed_is_a_lost_session(hsm: SoftHsm) -> None:
    made = enrol(hsm)

    def finalised(question: Question) -> str:
        del question
        hsm.finalise()
        return PIN

    with pytest.raises(HsmSessionError):
        Pkcs11().unlock(made.params, desk(finalised))
    assert unlock(made.params) == made.output


def test_sessions_that_the_hsm_closes_after_the_login_are_a_lost_session(
    hsm: SoftHsm, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = enrol(hsm)
    receive = pkcs11_secrets.receive

    def lost(*arguments: Any) -> bytes:
        hsm.close_all_sessions()
        return receive(*arguments)

    monkeypatch.setattr(pkcs11_secrets, "receive", lost)
    with pytest.raises(HsmSessionError, match="session with vault was lost"):
        unlock(made.params)
    monkeypatch.setattr(pkcs11_secrets, "receive", receive)
    assert unlock(made.params) == made.output


def test_a_token_that_is_pulled_while_the_pin_is_typed_is_told(hsm: SoftHsm) -> None:
    made = enrol(hsm)
    (token,) = hsm.tokens.iterdir()
    pulled = []

    def pull(question: Question) -> str:
        del question
        pulled.append(hsm.pull(token))
        pkcs11_module.forget(pkcs11_module.check(hsm.module))
        return PIN

    with pytest.raises(TokenRemovedError):
        Pkcs11().unlock(made.params, desk(pull))
    hsm.plug(pulled[0])
    assert unlock(made.params) == made.output


def test_a_second_caller_waits_its_turn_and_is_told_when_it_does_not_come(hsm: SoftHsm) -> None:
    module = pkcs11_module.check(hsm.module)
    with pkcs11_module.calls(module):
        with pytest.raises(TokenBusyError), pkcs11_module.calls(module, patience=0.05):
            pass
        assert pkcs11.find_in([]) == []
    with pkcs11_module.calls(module, patience=0.05) as library:
        assert library.get_slots()


def test_looking_while_a_pin_is_typed_neither_waits_nor_ends_the_session(hsm: SoftHsm) -> None:
    made = enrol(hsm)

    def looked(question: Question) -> str:
        del question
        assert pkcs11.find(hsm.module)
        return PIN

    assert Pkcs11().unlock(made.params, desk(looked)) == made.output


def test_sessions_are_closed_and_the_pin_is_forgotten_afterwards(hsm: SoftHsm) -> None:
    made = enrol(hsm)
    assert unlock(made.params) == made.output
    with pytest.raises(WrongPinUncountedError):
        unlock(made.params, "000000")


def test_the_unlock_dialog_sees_the_token_behind_the_module_that_a_way_in_names(hsm: SoftHsm, tmp_path: Path) -> None:
    engine = Engine(ScriptedPrompter({AskSecret: PIN}), "test", kdf_seconds=0)
    engine.vaults.create(str(tmp_path / "vault"), Secret.of("password"))
    added = run_here(engine.slots.add(NewSlot("HSM", [NewFactor(Method.PKCS11, file=hsm.module, make=True)])))
    engine.vaults.close()

    def state() -> WayState:
        ways = run_here(engine.tokens.ways(str(tmp_path / "vault"), []))
        return next(state for state in ways.states if state.slot == added.slot.id)

    assert (state().ready, state().words) == (True, "Ready")
    (token,) = hsm.tokens.iterdir()
    hsm.pull(token)
    assert (state().ready, state().words, state().name) == (False, "Not plugged in", "vault")
