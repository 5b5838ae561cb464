"""What a way in with a key on a card keeps to, on the real daemon: inherited by the tests of PIV and OpenPGP."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from kvault_gui.engine.api import (
    AskChoice,
    AskConfirm,
    AskPlug,
    AskSecret,
    AskTouch,
    Given,
    NewFactor,
    Secret,
    TokenInfo,
)
from kvault_gui.engine.errors import (
    CancelledError,
    HeaderDamagedError,
    InvalidInputError,
    LastPinTryError,
    PinBlockedError,
    ReaderServiceError,
    TokenBusyError,
    TokenError,
    TokenForeignError,
    TokenKeyError,
    TokenMissingError,
    TokenRemovedError,
    TokenResetError,
    TokenTimeoutError,
    WrongPinError,
)
from kvault_gui.engine.vault.methods import Desk, Enrolled
from tests.engine.unlock.contract import VAULT
from tests.engine.unlock.script import ScriptedPrompter
from tests.peers.cards.daemon import Service, shared_service
from tests.peers.cards.vicc import Card, Pull, Touch, pull_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kvault_gui.engine.vault.methods import Params, UnlockMethod

PIN = "123456"
SERIAL, OTHER = 41527893, 23456789
HOLD = """
import sys
from smartcard import scard
code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
code, card, protocol = scard.SCardConnect(context, sys.argv[1], scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_T1)
print(code, flush=True)
sys.stdin.read()
"""


def desk(prompter: ScriptedPrompter, *, patient: bool = False, given: Given | None = None) -> Desk:
    """Where a factor is given."""
    return Desk(prompter, VAULT, "Personal", "Key", 0, given, patient=patient, used=[])


def person(pin: str | None = PIN, answers: Mapping[Any, Any] | None = None, **more: Any) -> ScriptedPrompter:
    """Somebody who knows a PIN; ``answers`` to other kinds of question."""
    known: dict[Any, Any] = {AskSecret: pin} if pin is not None else {}
    return ScriptedPrompter({**known, **(answers or {})}, **more)


class KeyCardTests:
    """Inherit, and say how a card is made and by which method it unlocks."""

    method: UnlockMethod

    def card(self, serial: int) -> tuple[Card, Any]:
        """A card and its applet, which has ``pin.left``, ``put(kind)``, ``reset()``, ``touch`` and ``seconds``."""
        raise NotImplementedError

    def want_touch(self, applet: Any) -> None:
        """From now on the key wants a touch."""
        raise NotImplementedError

    kept: tuple[Card, Any] | None = None
    unusable: tuple[str, str]  # a kind of key that cannot be used, and its name

    # --- helpers ---

    @pytest.fixture(autouse=True)
    def _service(self) -> None:
        self.service: Service = shared_service()
        kept = type(self).kept
        if kept is None or self.service.slots[0].card is not kept[0]:
            # Putting a card in takes pcscd half a second, so it stays in and is wiped for each test.
            self.service.empty()
            kept = type(self).kept = self.card(SERIAL)
            self.service.insert(0, kept[0])
        self.inserted, self.applet = kept
        for slot in range(1, len(self.service.slots)):
            self.service.remove(slot)
        self.inserted.on_apdu = None
        self.applet.reset()
        self.applet.touch, self.applet.seconds = Touch(), 15.0
        self.applet.put("p256")

    def enrol(self, prompter: ScriptedPrompter | None = None, **wanted: Any) -> Enrolled:
        """Enrol with the card that is there."""
        return self.method.enrol(NewFactor(self.method.method, **wanted), desk(prompter or person()))

    def unlock(self, params: Params, prompter: ScriptedPrompter | None = None) -> bytes:
        """Unlock with the card that is there."""
        return self.method.unlock(params, desk(prompter or person()))

    def again(self, applet: Any) -> None:
        """Nothing was lost: the card that is there has all its tries."""
        assert applet.pin.left == 3

    def owner(self) -> ScriptedPrompter:
        """Who may do everything with the card, and says yes."""
        return person(answers={AskConfirm: "yes"})

    # --- questions ---

    def test_the_tries_that_are_left_are_told_before_the_pin_is_given(self) -> None:
        made = self.enrol()
        self.applet.pin.left = 2
        prompter = person()
        assert self.unlock(made.params, prompter) == made.output
        (question,) = prompter.all(AskSecret)
        assert isinstance(question, AskSecret)
        assert (question.retries, question.least, question.method) == (2, 6, self.method.method)
        assert question.token == made.params["token"]
        assert self.applet.pin.left == 3

    def test_wrong_pins_until_the_card_is_blocked_are_each_told(self) -> None:
        made = self.enrol()
        for left, error in ((2, WrongPinError), (1, LastPinTryError), (0, PinBlockedError)):
            prompter = person("999999")
            with pytest.raises(error) as caught:
                self.unlock(made.params, prompter)
            assert caught.type is error
            assert len(prompter.all(AskSecret)) == 1
            assert self.applet.pin.left == left
        prompter = person()
        with pytest.raises(PinBlockedError) as blocked:
            self.unlock(made.params, prompter)
        assert not prompter.asked
        assert len(str(blocked.value.say(blocked.value.advice))) > len("Use another way in. ")

    @pytest.mark.parametrize("pin", ["", "12345", "é1234"[:4], "1" * 200])
    def test_a_pin_that_cannot_be_right_is_never_sent(self, pin: str) -> None:
        made = self.enrol()
        before = len(self.inserted.seen)
        with pytest.raises(InvalidInputError) as caught:
            self.unlock(made.params, person(pin))
        assert caught.value.fields["field"] == "pin"
        assert not pin or pin not in str(caught.value.fields.values())
        sent = [raw for raw in self.inserted.seen[before:] if raw[1] == 0x20 and len(raw) > 5]
        assert not sent
        self.again(self.applet)

    def test_a_pin_given_ahead_is_used_once_and_the_last_try_only_when_the_person_says_so(self) -> None:
        made = self.enrol()
        ahead = Given(self.method.method, Secret.of(PIN))
        quiet = person(None)
        assert self.method.unlock(made.params, desk(quiet, given=ahead)) == made.output
        assert not quiet.asked
        self.applet.pin.left = 1
        with pytest.raises(CancelledError):
            self.method.unlock(made.params, desk(person(None), given=ahead))
        assert self.applet.pin.left == 1
        sure = person(None, {AskConfirm: "yes"})
        assert self.method.unlock(made.params, desk(sure, given=ahead)) == made.output

    def test_cancelling_the_question_for_the_pin_spends_no_try(self) -> None:
        made = self.enrol()
        with pytest.raises(CancelledError):
            self.unlock(made.params, person(None))
        self.again(self.applet)

    # --- touch ---

    def test_a_touch_is_shown_while_the_card_waits_for_it(self) -> None:
        self.applet.put("p256")
        self.want_touch(self.applet)
        made = self.enrol()
        assert made.params["touch"] == 1
        prompter = person()
        assert self.unlock(made.params, prompter) == made.output
        (request,) = prompter.all(AskTouch)
        assert isinstance(request, AskTouch)
        assert (request.token, request.seconds) == (made.params["token"], 15)
        assert request.id == f"pcsc:{self.service.names[0]}"
        assert self.applet.touch.asked == 2
        assert prompter.open == 0

    def test_nobody_touches_it(self) -> None:
        self.want_touch(self.applet)
        made = self.enrol()
        self.applet.touch, self.applet.seconds = Touch(after=None), 0.05
        prompter = person()
        with pytest.raises(TokenTimeoutError):
            self.unlock(made.params, prompter)
        assert prompter.open == 0
        self.again(self.applet)
        self.applet.touch = Touch()
        assert self.unlock(made.params) == made.output

    def test_cancelling_while_the_card_waits_counts_as_soon_as_it_answers(self) -> None:
        self.want_touch(self.applet)
        made = self.enrol()
        with pytest.raises(CancelledError):
            self.unlock(made.params, person(cancels=lambda: True))

    # --- pulled out ---

    def _pulled(self, act: Callable[[], object], prepare: Callable[[], None] = lambda: None) -> int:
        """Pull the card at each command of ``act``, each time after ``prepare``; gives how many there were.

        After the command was done and before it is answered: for us the same as before it, for the card the worse.
        """
        prepare()
        before = len(self.inserted.seen)
        act()
        commands = len(self.inserted.seen) - before
        for number in range(commands):
            prepare()
            self.inserted.on_apdu = pull_at(number, Pull.AFTER)
            with pytest.raises(TokenRemovedError):
                act()
            self.inserted.on_apdu = None
            self.service.wait(0, present=False)
            self.again(self.applet)
            self.service.insert(0, self.inserted)
        return commands

    def test_pulled_at_every_command_of_an_unlock(self) -> None:
        self.want_touch(self.applet)
        made = self.enrol()
        assert self._pulled(lambda: self.unlock(made.params)) >= 6
        assert self.unlock(made.params) == made.output

    def test_pulled_at_every_command_of_an_enrolment_that_makes_a_key(self) -> None:
        token = f"pcsc:{self.service.names[0]}"

        def prepare() -> None:
            self.applet.reset()
            self.applet.put("x25519")

        def act() -> None:
            self.enrol(self.owner(), token=token, make=True, key="p256", touch=True)

        assert self._pulled(act, prepare) >= 15
        made = self.enrol()
        assert self.unlock(made.params) == made.output

    # --- another card, another key ---

    def test_another_key_in_its_place_is_told_before_a_pin_is_asked(self) -> None:
        made = self.enrol()
        for change in (lambda: self.applet.put("p256"), self.applet.reset):
            change()
            prompter = person()
            with pytest.raises(TokenResetError) as caught:
                self.unlock(made.params, prompter)
            assert not prompter.asked
            assert caught.value.fields["name"] == made.params["token"]

    def test_another_card_is_told_before_a_pin_is_asked(self) -> None:
        made = self.enrol()
        self.service.remove(0)
        card, applet = self.card(OTHER)
        applet.put("p256")
        self.service.insert(0, card)
        prompter = person()
        with pytest.raises(TokenForeignError) as caught:
            self.unlock(made.params, prompter)
        assert caught.type is TokenForeignError
        assert not prompter.asked
        self.again(applet)

    def test_beside_another_card_it_is_the_enrolled_one_whose_fault_is_told(self) -> None:
        made = self.enrol()
        self.applet.put("p256")
        card, applet = self.card(OTHER)
        applet.put("p256")
        for slot in (1, 2):
            self.service.insert(slot, card)
            with pytest.raises(TokenResetError):
                self.unlock(made.params)
            self.service.remove(slot)

    def test_a_second_card_with_the_same_key_opens_as_well(self) -> None:
        made = self.enrol()
        self.service.remove(0)
        card, applet = self.card(OTHER)
        applet.put("p256")
        self.take_over(applet, self.applet)
        self.service.insert(0, card)
        assert self.unlock(made.params) == made.output

    def take_over(self, applet: Any, other: Any) -> None:
        """Import the other card's key."""
        raise NotImplementedError

    def test_the_right_one_of_two_is_found_without_asking(self) -> None:
        made = self.enrol()
        card, applet = self.card(OTHER)
        applet.put("p256")
        self.service.insert(2, card)
        prompter = person()
        place = desk(prompter)
        assert self.method.unlock(made.params, place) == made.output
        assert place.used == [f"pcsc:{self.service.names[0]}"]
        assert not prompter.all(AskChoice)
        self.service.remove(0)
        self.service.insert(1, self.inserted)
        assert self.unlock(made.params) == made.output

    def test_two_at_once_are_chosen_from_when_one_is_enrolled(self) -> None:
        card, applet = self.card(OTHER)
        applet.put("p256")
        self.service.insert(1, card)
        prompter = person(answers={AskChoice: "1"})
        made = self.enrol(prompter)
        (question,) = prompter.all(AskChoice)
        assert isinstance(question, AskChoice)
        assert len(question.choices) == 2
        self.service.remove(0)
        assert self.unlock(made.params) == made.output
        self.service.insert(0, self.inserted)
        wrong = person(answers={AskChoice: "2"})
        with pytest.raises(InvalidInputError):
            self.enrol(wrong)

    def test_the_token_that_was_named_is_the_one_that_is_used(self) -> None:
        card, applet = self.card(OTHER)
        applet.put("p256")
        self.service.insert(2, card)
        made = self.enrol(token=f"pcsc:{self.service.names[2]}")
        first = Given(self.method.method, token=f"pcsc:{self.service.names[0]}")
        with pytest.raises(TokenForeignError):
            self.method.unlock(made.params, desk(person(), given=first))
        second = Given(self.method.method, token=f"pcsc:{self.service.names[2]}")
        assert self.method.unlock(made.params, desk(person(), given=second)) == made.output

    def test_no_card_at_all(self) -> None:
        made = self.enrol()
        self.service.remove(0)
        with pytest.raises(TokenMissingError):
            self.unlock(made.params)
        with pytest.raises(TokenMissingError):
            self.enrol()

    def test_it_is_waited_for_where_there_is_time(self) -> None:
        made = self.enrol()
        self.service.remove(0)
        prompter = person(on_touch=lambda _: self.service.slots[0].put(self.inserted))
        assert self.method.unlock(made.params, desk(prompter, patient=True)) == made.output
        (request,) = prompter.all(AskPlug)
        assert isinstance(request, AskPlug)
        assert request.token == made.params["token"]
        self.service.remove(0)
        with pytest.raises(CancelledError):
            self.method.unlock(made.params, desk(person(cancels=lambda: True), patient=True))

    def test_another_program_holds_the_card(self) -> None:
        made = self.enrol()
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLD, self.service.names[0]], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"0\n"
            prompter = person()
            with pytest.raises(TokenBusyError):
                self.unlock(made.params, prompter)
            assert not prompter.asked
        finally:
            holder.communicate(timeout=10)
        assert self.unlock(made.params) == made.output

    def test_without_the_service_the_sentence_says_so(self) -> None:
        made = self.enrol()
        assert self.method.probe().ready
        self.service.stop()
        try:
            with pytest.raises(ReaderServiceError):
                self.unlock(made.params)
            assert "pcscd" in self.method.probe().reason
        finally:
            self.service.start()
        self.service.insert(0, self.inserted)
        assert self.unlock(made.params) == made.output

    # --- keys that cannot be used ---

    def test_an_empty_place_is_told_and_nothing_is_asked(self) -> None:
        self.applet.reset()
        prompter = person()
        with pytest.raises(TokenKeyError):
            self.enrol(prompter)
        assert not prompter.asked

    def test_a_key_of_the_wrong_type_is_named(self) -> None:
        kind, words = self.unusable
        self.applet.put(kind)
        prompter = person()
        with pytest.raises(TokenKeyError) as caught:
            self.enrol(prompter)
        assert words in str(caught.value)
        assert not prompter.asked

    def test_a_key_is_replaced_only_when_the_person_says_so(self) -> None:
        made = self.enrol()
        with pytest.raises(CancelledError):
            self.enrol(person(), make=True)
        assert self.unlock(made.params) == made.output
        prompter = person(answers={AskConfirm: "no"})
        with pytest.raises(CancelledError):
            self.enrol(prompter, make=True)
        (question,) = prompter.all(AskConfirm)
        assert isinstance(question, AskConfirm)
        assert "NIST P-256" in question.text
        assert self.unlock(made.params) == made.output

    # --- words and parameters ---

    def test_it_looks_ready_while_the_card_with_its_number_is_there(self) -> None:
        from kvault_gui.engine.tokens import cards  # noqa: PLC0415 beside the daemon only

        made = self.enrol()
        tokens = [each.info for each in cards.find()]
        state = self.method.look(made.params, tokens)
        assert (state.ready, state.words, state.token) == (True, "Ready", f"pcsc:{self.service.names[0]}")
        others = [TokenInfo("pcsc:x", "YubiKey", str(OTHER), [self.method.method])]
        assert not self.method.look(made.params, others).ready
        assert self.method.describe(made.params) == "NIST P-256, PIN"

    @pytest.mark.parametrize(
        "damage",
        [{"sent": "xyz"}, {"sent": ""}, {"key": "00"}, {"key": 7}, {"kind": "dsa"}, {"kind": "rsa2048"}, {"sent": 5}],
    )
    def test_damaged_parameters_are_told_and_cost_no_try(self, damage: dict[str, str | int]) -> None:
        made = self.enrol()
        with pytest.raises((HeaderDamagedError, TokenError)):
            self.unlock({**made.params, **damage})
        self.again(self.applet)
