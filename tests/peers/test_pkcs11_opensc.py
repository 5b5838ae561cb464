"""The PKCS#11 way in through OpenSC, on a card in a reader: a module of another maker, and a PIN that blocks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import AskSecret, Method, NewFactor
from kvault_gui.engine.errors import (
    LastPinTryError,
    PinBlockedError,
    TokenForeignError,
    TokenKeyError,
    TokenMissingError,
    TokenRemovedError,
    TokenResetError,
    WrongPinUncountedError,
)
from kvault_gui.engine.tokens import pkcs11
from kvault_gui.engine.unlock.pkcs11 import Pkcs11
from kvault_gui.engine.vault.methods import Desk
from tests.engine.unlock.contract import VAULT
from tests.engine.unlock.script import ScriptedPrompter
from tests.peers.cards.certificates import piv_object
from tests.peers.cards.fixtures import cards
from tests.peers.cards.piv import CERTIFICATE, Piv
from tests.peers.cards.tlv import tlv
from tests.peers.cards.vicc import Card

if TYPE_CHECKING:
    from kvault_gui.engine.api import Question
    from tests.peers.cards.daemon import Service

pytest.importorskip("pkcs11")
pytest.importorskip("smartcard")

pytestmark = pytest.mark.peer
__all__ = ["cards"]

PIN = "123456"
_PLACES = ("/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so", "/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so")
_CHUID = bytes.fromhex("5fc102")
_FASC_N = bytes.fromhex("d4e739da739ced39ce739d836858210842108421c84210c3eb")  # of no agency: the GUID counts


@pytest.fixture
def module() -> str:
    for place in _PLACES:
        if Path(place).exists():
            return place
    if os.environ.get("CI"):
        pytest.fail("OpenSC is not installed, and CI installs every peer (installers/common.sh)")
    pytest.skip("OpenSC is not installed")


def card(kind: str = "rsa2048", serial: int = 1) -> tuple[Piv, Card]:
    """A PIV card with a key and its certificate in 9D, and the number by which OpenSC knows the card."""
    applet = Piv(serial, (5, 4, 3))
    applet.objects[CERTIFICATE] = piv_object(applet.put(kind).key)
    number = serial.to_bytes(16, "big")
    applet.objects[_CHUID] = tlv(0x30, _FASC_N) + tlv(0x34, number) + tlv(0x35, b"20300101") + tlv(0x3E) + tlv(0xFE)
    return applet, Card([applet])


def desk(*answers: object, patient: bool = False) -> Desk:
    prompter = ScriptedPrompter(list(answers))  # type: ignore[arg-type]  # texts and functions
    return Desk(prompter, VAULT, "Personal", "Card", patient=patient)


def asked(at: Desk) -> list[AskSecret]:
    assert isinstance(at.prompter, ScriptedPrompter)
    return [question for question in at.prompter.asked if isinstance(question, AskSecret)]


@pytest.mark.parametrize(("kind", "detail"), [("rsa2048", "RSA 2048, RSA-KEM, PIN"), ("p256", "NIST P-256, ECDH, PIN")])
def test_a_card_enrols_and_unlocks(cards: Service, module: str, kind: str, detail: str) -> None:
    cards.insert(0, card(kind)[1])
    made = Pkcs11().enrol(NewFactor(Method.PKCS11, file=module), desk(PIN))
    assert Pkcs11().describe(made.params) == detail
    assert Pkcs11().token(made.params) == "kvault test card"
    assert Pkcs11().unlock(made.params, desk(PIN)) == made.output
    assert Pkcs11().look(made.params, pkcs11.find(module)).ready


def test_the_pin_is_counted_by_the_cards_flags_until_it_is_blocked(cards: Service, module: str) -> None:
    applet, inserted = card()
    cards.insert(0, inserted)
    made = Pkcs11().enrol(NewFactor(Method.PKCS11, file=module), desk(PIN))
    told = []
    for error, left in ((WrongPinUncountedError, 2), (LastPinTryError, 1), (PinBlockedError, 0)):
        at = desk("000000")
        with pytest.raises(error):
            Pkcs11().unlock(made.params, at)
        assert applet.pin.left == left
        told += [question.retries for question in asked(at)]
    assert told == [None, None, 1]
    at = desk(PIN)
    with pytest.raises(PinBlockedError, match="is blocked"):
        Pkcs11().unlock(made.params, at)
    assert not asked(at)
    state = Pkcs11().look(made.params, pkcs11.find(module))
    assert (state.ready, state.words) == (False, "Its PIN is blocked")


def test_the_last_try_is_seen_in_the_list_and_a_right_pin_gives_all_back(cards: Service, module: str) -> None:
    applet, inserted = card()
    cards.insert(0, inserted)
    made = Pkcs11().enrol(NewFactor(Method.PKCS11, file=module), desk(PIN))
    applet.pin.left = 1
    state = Pkcs11().look(made.params, pkcs11.find(module))
    assert state.ready
    at = desk(PIN)
    assert Pkcs11().unlock(made.params, at) == made.output
    assert applet.pin.left == applet.pin.total


def test_a_card_that_is_pulled_while_the_pin_is_typed_is_told_and_costs_no_try(cards: Service, module: str) -> None:
    applet, inserted = card()
    cards.insert(0, inserted)
    made = Pkcs11().enrol(NewFactor(Method.PKCS11, file=module), desk(PIN))

    def pull(question: Question) -> str:
        del question
        cards.remove(0)
        return PIN

    with pytest.raises(TokenRemovedError):
        Pkcs11().unlock(made.params, desk(pull))
    assert applet.pin.left == applet.pin.total
    with pytest.raises(TokenMissingError):
        Pkcs11().unlock(made.params, desk(PIN))
    cards.insert(0, inserted)
    assert Pkcs11().unlock(made.params, desk(PIN)) == made.output


def test_another_card_of_the_same_name_is_told_before_its_pin_is_tried(cards: Service, module: str) -> None:
    cards.insert(0, card()[1])
    made = Pkcs11().enrol(NewFactor(Method.PKCS11, file=module), desk(PIN))
    cards.remove(0)
    cards.insert(0, card(serial=2)[1])
    at = desk(PIN)
    with pytest.raises(TokenForeignError):
        Pkcs11().unlock(made.params, at)
    assert not asked(at)


def test_a_card_whose_key_was_replaced_is_told_before_a_pin_is_asked(cards: Service, module: str) -> None:
    applet, inserted = card()
    cards.insert(0, inserted)
    made = Pkcs11().enrol(NewFactor(Method.PKCS11, file=module), desk(PIN))
    cards.remove(0)
    applet.objects[CERTIFICATE] = piv_object(applet.put("rsa2048").key)
    cards.insert(0, inserted)
    at = desk(PIN)
    with pytest.raises(TokenResetError):
        Pkcs11().unlock(made.params, at)
    assert not asked(at)


def test_a_card_without_a_key_is_told(cards: Service, module: str) -> None:
    applet, inserted = card()
    applet.keys.clear()
    applet.objects.pop(CERTIFICATE)
    cards.insert(0, inserted)
    with pytest.raises(TokenKeyError, match="there is none at all"):
        Pkcs11().enrol(NewFactor(Method.PKCS11, file=module), desk(PIN))
