"""PIV ways in with the firmware of a Nitrokey 3, built from its source: a card that is no YubiKey and says it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kvault_gui.engine.api import AskConfirm, AskSecret, Method, NewFactor
from kvault_gui.engine.errors import (
    InvalidInputError,
    LastPinTryError,
    PinBlockedError,
    TokenForeignError,
    TokenKeyError,
    TokenRemovedError,
    TokenResetError,
    WrongPinError,
)
from kvault_gui.engine.tokens.find import find_all
from kvault_gui.engine.unlock.piv import Piv
from tests.engine.unlock.contract import MethodContract, Person
from tests.peers.cards.fixtures import cards
from tests.peers.cards.key_card_tests import PIN, desk, person
from tests.peers.cards.vicc import Pull, pull_at
from tests.peers.firmware.bench import prepared
from tests.peers.firmware.nitrokey import Nitrokey
from tests.peers.firmware.piv import put_key, reset, tries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kvault_gui.engine.vault.methods import Enrolled, Params
    from tests.engine.unlock.script import ScriptedPrompter
    from tests.peers.cards.daemon import Service

pytestmark = [pytest.mark.peer, pytest.mark.campaign]
__all__ = ["cards"]

SLOT = 2
METHOD = Piv()


def _with_key(folder: Path) -> None:
    token = Nitrokey(folder, "usb")
    token.power_up()
    try:
        put_key(token, "p256")
    finally:
        token.power_down()


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[list[Nitrokey]]:
    """Two with a key of their own."""
    made = [Nitrokey(prepared(f"piv{each}", _with_key, tmp_path / str(each)), "usb", each + 1) for each in range(2)]
    yield made
    for token in made:
        token.power_down()


@pytest.fixture
def token(cards: Service, tokens: list[Nitrokey]) -> Nitrokey:
    """The first, plugged in."""
    cards.insert(SLOT, tokens[0])
    return tokens[0]


def enrol(prompter: ScriptedPrompter | None = None, **wanted: Any) -> Enrolled:
    return METHOD.enrol(NewFactor(Method.PIV, **wanted), desk(prompter or person()))


def unlock(params: Params, prompter: ScriptedPrompter | None = None) -> bytes:
    return METHOD.unlock(params, desk(prompter or person()))


class TestContract(MethodContract):
    method = Piv()
    module = "kvault_gui.engine.unlock.piv"
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
        return Person(NewFactor(Method.PIV), {AskSecret: PIN})

    def mine(self) -> Person:
        return self._put(0)

    def other(self) -> Person:
        return self._put(1)


def test_it_is_found_with_what_it_can_do(token: Nitrokey) -> None:
    del token
    (found,) = [each for each in find_all() if Method.PIV in each.methods]
    assert not found.problem
    assert set(found.methods) == {Method.PIV, Method.OPENPGP}


@pytest.mark.parametrize("kind", ["p256", "p384", "rsa2048"])
def test_each_kind_of_key_opens_after_a_power_cut(cards: Service, token: Nitrokey, kind: str) -> None:
    put_key(token, kind)
    made = enrol()
    assert (made.params["kind"], made.params["pin"], made.params["touch"]) == (kind, 1, 0)
    cards.remove(SLOT)
    cards.insert(SLOT, token)
    assert unlock(made.params) == made.output


def test_a_key_is_not_made_on_it_and_the_words_say_how_to(token: Nitrokey) -> None:
    made = enrol()
    with pytest.raises(InvalidInputError, match="certificate"):
        enrol(person(answers={AskConfirm: "yes"}), make=True)
    assert unlock(made.params) == made.output
    assert tries(token) == 3


def test_wrong_pins_are_counted_before_each_try_until_it_is_blocked(token: Nitrokey) -> None:
    params = enrol().params
    for left, error in ((2, WrongPinError), (1, LastPinTryError), (0, PinBlockedError)):
        prompter = person("999999")
        with pytest.raises(error):
            unlock(params, prompter)
        (question,) = prompter.all(AskSecret)
        assert isinstance(question, AskSecret)
        assert question.retries == left + 1
        assert tries(token) == left
    prompter = person()
    with pytest.raises(PinBlockedError):
        unlock(params, prompter)
    assert not prompter.asked


def test_a_right_pin_gives_the_tries_back(token: Nitrokey) -> None:
    made = enrol()
    with pytest.raises(WrongPinError):
        unlock(made.params, person("999999"))
    assert unlock(made.params) == made.output
    assert tries(token) == 3


def test_after_a_reset_it_is_told_before_anything_is_asked(token: Nitrokey) -> None:
    made = enrol()
    reset(token)
    for _ in range(2):
        prompter = person()
        # PIV has no serial number that every maker's card tells; the OpenPGP card's beside it is the token's.
        with pytest.raises(TokenResetError):
            unlock(made.params, prompter)
        assert not prompter.asked
        put_key(token, "p256")
    assert unlock(enrol().params)


def test_an_empty_slot_is_told(token: Nitrokey) -> None:
    reset(token)
    with pytest.raises(TokenKeyError, match="empty"):
        enrol()


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
    assert tries(tokens[1]) == 3


@pytest.mark.parametrize("when", [Pull.BEFORE, Pull.AFTER])
def test_pulled_out_at_any_command_it_loses_nothing(cards: Service, token: Nitrokey, when: Pull) -> None:
    made = enrol()
    before = len(token.seen)
    assert unlock(made.params) == made.output
    steps = len(token.seen) - before
    assert steps > 3
    for step in range(steps):
        token.on_apdu = pull_at(step, when)
        with pytest.raises(TokenRemovedError):
            unlock(made.params)
        token.on_apdu = None
        cards.remove(SLOT)
        cards.insert(SLOT, token)
        assert tries(token) >= 2
    assert unlock(made.params) == made.output
    assert tries(token) == 3
