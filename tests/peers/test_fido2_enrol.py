"""Enrolling FIDO2 tokens: which one, what is made on it, and that ways in do not disturb each other."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kvault_gui.engine.api import AskChoice, AskPlug, AskSecret, Verification
from kvault_gui.engine.errors import CancelledError, InvalidInputError, TokenError, TokenMissingError
from kvault_gui.engine.unlock.fido2 import Fido2
from tests.engine.unlock.script import ScriptedPrompter
from tests.peers.cards.bench import PIN, VAULT, Bench, desk, person, wanted
from tests.peers.cards.ctap import AAGUID, Authenticator, Model
from tests.peers.cards.fixtures import cards, ports

if TYPE_CHECKING:
    from tests.peers.cards.hid import Ports

pytestmark = pytest.mark.peer
__all__ = ["cards", "ports"]

FIDO2 = Fido2()


@pytest.fixture
def usb(ports: Ports) -> Bench:
    return Bench(None, ports)


def test_a_credential_says_nothing_of_the_vault_unless_it_is_resident_and_is_protected(usb: Bench) -> None:
    token = Authenticator(PIN)
    usb.plug(token)
    FIDO2.enrol(wanted(), desk(person()))
    FIDO2.enrol(wanted(resident=True), desk(person()))
    plain, resident = token.credentials.values()
    assert [(each.rp, each.protect) for each in (plain, resident)] == [("kvault", 2)] * 2
    assert (plain.resident, plain.user["name"]) == (False, "kvault")
    assert (resident.resident, resident.user["name"]) == (True, "Personal")
    assert resident.user["id"][:16] == bytes.fromhex(VAULT)


def test_a_second_resident_key_of_the_same_vault_leaves_the_first_one_alone(usb: Bench) -> None:
    usb.plug(Authenticator(PIN))
    first, second = (FIDO2.enrol(wanted(resident=True), desk(person())) for _ in range(2))
    for made in (first, second):
        assert FIDO2.unlock(made.params, desk(person())) == made.output


def test_of_two_tokens_the_person_chooses(usb: Bench) -> None:
    tokens = [Authenticator(PIN), Authenticator(PIN)]
    for place, token in enumerate(tokens):
        usb.plug(token, place)
    prompter = ScriptedPrompter({AskChoice: "1", AskSecret: PIN})
    FIDO2.enrol(wanted(), desk(prompter))
    (question,) = (each for each in prompter.asked if isinstance(each, AskChoice))
    assert question.choices == ["Test Security Key", "Test Security Key"]
    assert [len(token.credentials) for token in tokens] == [0, 1]
    for answer, error in (("2", InvalidInputError), ("x", InvalidInputError), (None, CancelledError)):
        with pytest.raises(error):
            FIDO2.enrol(wanted(), desk(ScriptedPrompter({AskChoice: [answer], AskSecret: PIN})))


def test_without_a_token_it_is_waited_for_or_missed(usb: Bench) -> None:
    with pytest.raises(TokenMissingError):
        FIDO2.enrol(wanted(), desk(person()))
    prompter = person(PIN, lambda request: _plug(usb) if isinstance(request, AskPlug) else None)
    assert len(FIDO2.enrol(wanted(), desk(prompter, patient=True)).output) == 32


def _plug(bench: Bench) -> None:
    bench.plug(Authenticator(PIN))


def test_the_pin_is_asked_once_for_the_two_steps_and_a_token_that_wants_it_gives_a_touch_alone_key(usb: Bench) -> None:
    token = Authenticator(PIN)
    usb.plug(token)
    prompter = person()
    FIDO2.enrol(wanted(), desk(prompter))
    assert [each.retries for each in prompter.asked if isinstance(each, AskSecret)] == [8]
    # CTAP 2.0 makes nothing without the PIN once there is one; to compute it does without.
    token.model = Model(tokens=False)
    made = FIDO2.enrol(wanted(Verification.NONE), desk(prompter))
    assert len(prompter.asked) == 2
    assert FIDO2.unlock(made.params, desk(ScriptedPrompter())) == made.output


@pytest.mark.parametrize("verification", [Verification.PIN, Verification.NONE])
def test_the_output_is_what_the_format_s_description_says(usb: Bench, verification: Verification) -> None:
    """From resources/docs/vault-format.md and CTAP 2.1 alone."""
    token = Authenticator(PIN)
    usb.plug(token)
    made = FIDO2.enrol(wanted(verification, resident=True), desk(person()))
    ((name, credential),) = token.credentials.items()
    key = credential.with_uv if verification is Verification.PIN else credential.without_uv
    salt = bytes.fromhex(str(made.params["salt"]))
    parts = [b"kvault fido2 v1", bytes.fromhex(VAULT), name, verification.value.encode(), b"resident"]
    info = b"".join(len(part).to_bytes(4, "big") + part for part in [*parts, AAGUID.hex().encode()])
    result = hmac.digest(key, salt, "sha256")
    assert HKDF(SHA256(), 32, salt, info).derive(result) == made.output


class Overeager(Authenticator):
    """Says that it has verified its owner, whatever it was asked, and computes as if it had."""

    eager = False

    def _auth_data(self, rp: str, flags: int, attested: bytes, outputs: dict[str, object]) -> bytes:
        return super()._auth_data(rp, flags | (4 if self.eager else 0), attested, outputs)


def test_a_token_that_verifies_otherwise_than_asked_gives_no_key_that_would_differ_next_time(usb: Bench) -> None:
    token = Overeager(PIN)
    usb.plug(token)
    made = FIDO2.enrol(wanted(Verification.NONE), desk(person()))
    token.eager = True
    with pytest.raises(TokenError, match="verified its owner"):
        FIDO2.unlock(made.params, desk(person()))
    with pytest.raises(TokenError, match="verified its owner"):
        FIDO2.enrol(wanted(Verification.NONE), desk(person()))
