"""OpenPGP ways in with the firmware of a Nitrokey 3, built from its source: what a real maker's card does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kvault_gui.engine.api import AskConfirm, AskSecret, AskTouch, Method, NewFactor, Question
from kvault_gui.engine.errors import (
    InvalidInputError,
    KvaultError,
    LastPinTryError,
    PinBlockedError,
    TokenError,
    TokenForeignError,
    TokenKeyError,
    TokenRemovedError,
    TokenResetError,
    TokenTimeoutError,
    WrongPinError,
)
from kvault_gui.engine.tokens.find import find_all
from kvault_gui.engine.unlock.openpgp import OpenPgp
from tests.engine.unlock.contract import MethodContract, Person
from tests.peers.cards.fixtures import cards
from tests.peers.cards.key_card_tests import PIN, desk, person
from tests.peers.cards.vicc import Pull, pull_at
from tests.peers.firmware.bench import prepared
from tests.peers.firmware.nitrokey import Nitrokey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kvault_gui.engine.vault.methods import Enrolled, Params
    from tests.engine.unlock.script import ScriptedPrompter
    from tests.peers.cards.daemon import Service

pytestmark = [pytest.mark.peer, pytest.mark.campaign]
__all__ = ["cards"]

SLOT = 2
ADMIN = "12345678"
SERIALS = (0x00001234, 0x0000ABCD)
METHOD = OpenPgp()


def owner(admin: str | None = ADMIN, pin: str = PIN) -> ScriptedPrompter:
    """Somebody who knows both PINs and says yes."""

    def answer(question: Question) -> str | None:
        assert isinstance(question, AskSecret)
        return admin if question.admin else pin

    return person(answers={AskSecret: answer, AskConfirm: "yes"})


@pytest.fixture
def tokens(cards: Service, tmp_path: Path) -> Iterator[list[Nitrokey]]:
    """Two with a key of their own."""

    def with_key(folder: Path) -> None:
        token = Nitrokey(folder, "usb", SERIALS[int(folder.name[-1])])
        cards.insert(SLOT, token)
        enrol(owner(), make=True)
        cards.remove(SLOT)
        token.power_down()

    folders = [prepared(f"openpgp{each}", with_key, tmp_path / str(each)) for each in range(2)]
    made = [Nitrokey(folder, "usb", serial) for folder, serial in zip(folders, SERIALS, strict=True)]
    yield made
    for token in made:
        token.power_down()


@pytest.fixture
def token(cards: Service, tokens: list[Nitrokey]) -> Nitrokey:
    """The first, plugged in."""
    cards.insert(SLOT, tokens[0])
    return tokens[0]


@pytest.fixture
def new(cards: Service, tmp_path: Path) -> Iterator[Nitrokey]:
    """One as it comes from its maker, plugged in."""
    made = Nitrokey(tmp_path / "new", "usb")
    cards.insert(SLOT, made)
    yield made
    made.power_down()


def enrol(prompter: ScriptedPrompter | None = None, **wanted: Any) -> Enrolled:
    return METHOD.enrol(NewFactor(Method.OPENPGP, **wanted), desk(prompter or person()))


def unlock(params: Params, prompter: ScriptedPrompter | None = None) -> bytes:
    return METHOD.unlock(params, desk(prompter or person()))


def tries(token: Nitrokey) -> tuple[int, int]:
    """Left for the PIN and for the admin PIN (section 4.4.3.1, tag C4)."""
    token.ask(bytes.fromhex("00a4040006d27600012401"))
    data, status = token.ask(bytes.fromhex("00ca00c400"))
    assert status == 0x9000
    return data[4], data[6]


def reset(token: Nitrokey) -> None:
    """Block both PINs, then TERMINATE DF and ACTIVATE FILE (sections 7.2.17 and 7.2.18), as gpg does."""
    token.ask(bytes.fromhex("00a4040006d27600012401"))
    for reference in (0x81, 0x83):
        for _ in range(3):
            token.ask(bytes((0, 0x20, 0, reference, 8)) + b"\xff" * 8)
    for command in ("00e60000", "00440000"):
        assert token.ask(bytes.fromhex(command))[1] == 0x9000


class TestContract(MethodContract):
    method = OpenPgp()
    module = "kvault_gui.engine.unlock.openpgp"
    # The token's name and number are shown, and the policies are those of the key itself: read from it each time.
    skip = frozenset({"token", "serial", "pin", "touch"})

    @pytest.fixture(autouse=True)
    def _plugged(self, cards: Service, tokens: list[Nitrokey]) -> None:
        self.cards, self.tokens, self.there = cards, tokens, -1

    def _put(self, which: int) -> Person:
        if self.there != which:
            self.cards.remove(SLOT)
            self.cards.insert(SLOT, self.tokens[which])
            self.there = which
        return Person(NewFactor(Method.OPENPGP), {AskSecret: PIN})

    def mine(self) -> Person:
        return self._put(0)

    def other(self) -> Person:
        return self._put(1)


# --- keys ------------------------------------------------------------------------------------------------------------


def test_it_is_found_by_name_and_number(token: Nitrokey) -> None:
    del token
    (found,) = [each for each in find_all() if Method.OPENPGP in each.methods]
    assert (found.serial, found.problem) == ("00001234", "")
    assert "Nitrokey" in found.name


def test_a_new_card_without_a_key_says_so(new: Nitrokey) -> None:
    with pytest.raises(TokenKeyError, match="empty"):
        enrol()
    assert tries(new) == (3, 3)


@pytest.mark.parametrize("kind", ["x25519", "p256", "p384", "p521", "rsa2048"])
def test_each_kind_of_key_that_it_makes_opens_after_a_power_cut(cards: Service, new: Nitrokey, kind: str) -> None:
    made = enrol(owner(), make=True, key=kind)
    assert made.params["kind"] == kind
    assert unlock(made.params) == made.output
    cards.remove(SLOT)
    cards.insert(SLOT, new)
    assert unlock(made.params) == made.output
    again = enrol()
    assert again.params["key"] == made.params["key"]
    assert again.output != made.output


def test_what_it_does_not_make_is_told_and_another_kind_can_be_made(new: Nitrokey) -> None:
    # It names Brainpool among what it can be set to, and does not make such keys.
    with pytest.raises(InvalidInputError, match="Brainpool"):
        enrol(owner(), make=True, key="bp256")
    assert tries(new) == (3, 3)
    made = enrol(owner(), make=True)
    assert made.params["kind"] == "x25519"
    assert unlock(made.params) == made.output


def test_a_key_is_replaced_only_by_somebody_who_says_so(token: Nitrokey) -> None:
    first = enrol()
    with pytest.raises(KvaultError):
        enrol(person(answers={AskConfirm: "no"}), make=True)
    assert unlock(first.params) == first.output
    second = enrol(owner(), make=True)
    assert second.params["key"] != first.params["key"]
    with pytest.raises(TokenResetError):
        unlock(first.params)
    assert tries(token) == (3, 3)


# --- PINs ------------------------------------------------------------------------------------------------------------


def test_wrong_pins_are_counted_before_each_try_until_it_is_blocked(token: Nitrokey) -> None:
    params = enrol().params
    for left, error in ((2, WrongPinError), (1, LastPinTryError), (0, PinBlockedError)):
        prompter = person("999999")
        with pytest.raises(error):
            unlock(params, prompter)
        (question,) = prompter.all(AskSecret)
        assert isinstance(question, AskSecret)
        assert question.retries == left + 1
        assert tries(token) == (left, 3)
    prompter = person()
    with pytest.raises(PinBlockedError):
        unlock(params, prompter)
    assert not prompter.asked


def test_a_right_pin_gives_the_tries_back(token: Nitrokey) -> None:
    made = enrol()
    with pytest.raises(WrongPinError):
        unlock(made.params, person("999999"))
    assert unlock(made.params) == made.output
    assert tries(token) == (3, 3)


@pytest.mark.parametrize("pin", ["", "12345", "1" * 128])
def test_a_pin_that_cannot_be_right_is_not_sent(token: Nitrokey, pin: str) -> None:
    params = enrol().params
    with pytest.raises(InvalidInputError):
        unlock(params, person(pin))
    assert tries(token) == (3, 3)


def test_wrong_admin_pins_are_counted_until_it_is_blocked(new: Nitrokey) -> None:
    for left, error in ((2, WrongPinError), (1, LastPinTryError), (0, PinBlockedError), (0, PinBlockedError)):
        with pytest.raises(error) as caught:
            enrol(owner("99999999"), make=True)
        assert caught.type is error
        assert tries(new) == (3, left)


# --- touch -----------------------------------------------------------------------------------------------------------


def test_a_key_that_wants_a_touch_waits_for_it_and_says_when_it_did_not_come(new: Nitrokey) -> None:
    made = enrol(owner(), make=True, touch=True)
    assert made.params["touch"] == 1
    prompter = person()
    assert unlock(made.params, prompter) == made.output
    assert prompter.all(AskTouch)
    new.absent()
    with pytest.raises(TokenTimeoutError):
        unlock(made.params)
    new.absent(away=False)
    assert unlock(made.params) == made.output


# --- another one, or none any more -----------------------------------------------------------------------------------


def test_after_a_reset_it_is_told_before_anything_is_asked(token: Nitrokey) -> None:
    params = enrol().params
    reset(token)
    for _ in range(2):
        prompter = person()
        with pytest.raises(TokenResetError):
            unlock(params, prompter)
        assert not prompter.asked
        made = enrol(owner(), make=True)  # and another key changes nothing
        assert unlock(made.params) == made.output


def test_another_card_is_told_before_anything_is_asked(cards: Service, tokens: list[Nitrokey]) -> None:
    cards.insert(SLOT, tokens[0])
    made = enrol()
    cards.remove(SLOT)
    cards.insert(SLOT + 1, tokens[1])
    prompter = person()
    with pytest.raises(TokenForeignError):
        unlock(made.params, prompter)
    assert not prompter.asked
    cards.insert(SLOT, tokens[0])
    assert unlock(made.params) == made.output
    assert tries(tokens[1]) == (3, 3)


@pytest.mark.parametrize("when", [Pull.BEFORE, Pull.AFTER])
def test_pulled_out_at_any_command_it_loses_nothing(cards: Service, token: Nitrokey, when: Pull) -> None:
    made = enrol()
    before = len(token.seen)
    assert unlock(made.params) == made.output
    steps = len(token.seen) - before
    assert steps > 3
    for step in range(steps):
        token.on_apdu = pull_at(step, when)
        with pytest.raises(TokenError) as caught:
            unlock(made.params)
        assert caught.type is TokenRemovedError
        token.on_apdu = None
        cards.remove(SLOT)
        cards.insert(SLOT, token)
        assert tries(token)[0] >= 2
    assert unlock(made.params) == made.output
    assert tries(token) == (3, 3)
