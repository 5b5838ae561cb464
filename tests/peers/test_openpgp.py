"""OpenPGP cards behind the real pcscd: a YubiKey's, and those of other makers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import AskConfirm, AskSecret, Method, NewFactor
from kvault_gui.engine.errors import (
    CancelledError,
    InvalidInputError,
    LastPinTryError,
    PinBlockedError,
    TokenError,
    TokenKeyError,
    TokenTimeoutError,
    WrongPinError,
)
from kvault_gui.engine.unlock.openpgp import OpenPgp as Unlock
from tests.engine.unlock.contract import MethodContract, Person
from tests.peers.cards.daemon import shared_service
from tests.peers.cards.key_card_tests import OTHER, PIN, SERIAL, KeyCardTests, desk, person
from tests.peers.cards.management import yubikey
from tests.peers.cards.openpgp import ATTRIBUTES, ZEITCONTROL, OpenPgp
from tests.peers.cards.otp import Otp
from tests.peers.cards.vicc import ATR_PLAIN, Card, Touch

if TYPE_CHECKING:
    from tests.engine.unlock.script import ScriptedPrompter

pytestmark = pytest.mark.peer
ADMIN = "12345678"


def owner(admin: str | None = ADMIN) -> ScriptedPrompter:
    """Somebody who knows both PINs and says yes."""
    answers = {AskSecret: lambda question: admin if "Admin" in question.title else PIN, AskConfirm: "yes"}
    return person(answers=answers)


class TestContract(MethodContract):
    method = Unlock()
    module = "kvault_gui.engine.unlock.openpgp"
    # The token's name and number are shown, and the policies are those of the key itself: read from it each time.
    skip = frozenset({"token", "serial", "pin", "touch"})

    @pytest.fixture(autouse=True)
    def _cards(self) -> None:
        service = shared_service()
        service.empty()
        self.applets = [OpenPgp(serial) for serial in (SERIAL, OTHER)]
        for applet in self.applets:
            applet.put("x25519")
        self.card = yubikey(SERIAL, [])
        service.insert(0, self.card)

    def _put(self, applet: OpenPgp) -> Person:
        # Another card in the same reader, quicker than pulling one out and putting the other in.
        self.card.applets = yubikey(applet.serial, [applet]).applets
        return Person(NewFactor(Method.OPENPGP), {AskSecret: PIN})

    def mine(self) -> Person:
        return self._put(self.applets[0])

    def other(self) -> Person:
        return self._put(self.applets[1])


class TestKeyCard(KeyCardTests):
    method = Unlock()
    unusable = ("k256", "secp256k1")

    def card(self, serial: int) -> tuple[Card, OpenPgp]:
        applet = OpenPgp(serial)
        return yubikey(serial, [Otp(serial), applet]), applet

    def want_touch(self, applet: OpenPgp) -> None:
        applet.wants_touch = 1

    def take_over(self, applet: OpenPgp, other: OpenPgp) -> None:
        applet.attributes, applet.key = other.attributes, other.key

    def owner(self) -> ScriptedPrompter:
        return owner()

    @pytest.mark.parametrize("kind", [kind for kind in ATTRIBUTES if kind != "k256"])
    def test_every_kind_of_key_is_made_and_opens(self, kind: str) -> None:
        made = self.enrol(owner(), make=True, key=kind, touch=True)
        assert (made.params["kind"], made.params["touch"]) == (kind, 1)
        assert self.unlock(made.params) == made.output
        assert self.enrol().params["key"] == made.params["key"]

    def test_the_card_s_whole_points_and_hashed_pins_are_understood(self) -> None:
        self.applet.hash_pins()
        self.applet.whole_point = True
        made = self.enrol()
        assert self.unlock(made.params) == made.output
        with pytest.raises(WrongPinError):
            self.unlock(made.params, person("999999"))

    def test_without_a_wish_a_curve_is_taken_and_rsa_where_there_is_none(self) -> None:
        assert self.enrol(owner(), make=True).params["kind"] == "x25519"
        self.applet.reset()
        self.applet.offered = [ATTRIBUTES["rsa2048"]]
        assert self.enrol(owner(), make=True).params["kind"] == "rsa2048"

    @pytest.mark.parametrize("kind", ["p384", "rsa4096", "dsa"])
    def test_what_the_card_does_not_make_is_told_before_its_admin_pin_is_asked(self, kind: str) -> None:
        self.applet.reset()
        self.applet.offered = [ATTRIBUTES["x25519"]]
        prompter = owner()
        with pytest.raises(InvalidInputError):
            self.enrol(prompter, make=True, key=kind)
        assert not prompter.asked

    def test_a_card_without_the_flag_cannot_be_made_to_want_a_touch(self) -> None:
        self.applet.reset()
        self.applet.wants_touch = None
        with pytest.raises(InvalidInputError, match="touch"):
            self.enrol(owner(), make=True, touch=True)

    def test_wrong_admin_pins_until_it_is_blocked(self) -> None:
        self.applet.reset()
        for left, error in ((2, WrongPinError), (1, LastPinTryError), (0, PinBlockedError), (0, PinBlockedError)):
            with pytest.raises(error) as caught:
                self.enrol(owner("99999999"), make=True)
            assert caught.type is error
            assert "admin PIN" in str(caught.value)
            assert self.applet.admin.left == left
        assert self.applet.key is None
        self.again(self.applet)

    @pytest.mark.parametrize("admin", ["1234567", "", None])
    def test_an_admin_pin_that_cannot_be_right_is_never_sent(self, admin: str | None) -> None:
        self.applet.reset()
        with pytest.raises((InvalidInputError, CancelledError)):
            self.enrol(owner(admin), make=True)
        assert self.applet.admin.left == 3

    def test_when_the_admin_pin_is_blocked_as_well_the_advice_says_so(self) -> None:
        made = self.enrol()
        self.applet.pin.left = self.applet.admin.left = 0
        with pytest.raises(PinBlockedError) as caught:
            self.unlock(made.params)
        assert "reset" in str(caught.value.fields["help"])


class TestOtherMakers:
    """Cards that do not know Yubico's instructions, and say how many PIN tries are left in the status word."""

    @pytest.fixture(autouse=True)
    def _service(self) -> None:
        service = shared_service()
        service.empty()
        self.applet = OpenPgp(0x1234ABCD, ZEITCONTROL)
        service.insert(2, Card([self.applet], ATR_PLAIN))

    @pytest.mark.parametrize("kind", ["rsa2048", "x25519", "bp256"])
    def test_they_are_enrolled_and_unlock(self, kind: str) -> None:
        made = Unlock().enrol(NewFactor(Method.OPENPGP, make=True, key=kind), desk(owner()))
        assert (made.params["token"], made.params["serial"]) == ("ZeitControl OpenPGP card", "1234ABCD")
        assert Unlock().unlock(made.params, desk(person())) == made.output

    def test_those_that_give_the_content_of_an_object_without_its_tag_are_understood(self) -> None:
        self.applet.wraps = False
        made = Unlock().enrol(NewFactor(Method.OPENPGP, make=True), desk(owner()))
        assert made.params["kind"] == "x25519"
        assert Unlock().unlock(made.params, desk(person())) == made.output

    def test_wrong_pins_are_counted(self) -> None:
        self.applet.put("rsa2048")
        made = Unlock().enrol(NewFactor(Method.OPENPGP), desk(person()))
        for left, error in ((2, WrongPinError), (1, LastPinTryError), (0, PinBlockedError)):
            with pytest.raises(error):
                Unlock().unlock(made.params, desk(person("999999")))
            assert self.applet.pin.left == left

    def test_a_touch_that_does_not_come(self) -> None:
        self.applet.put("x25519")
        self.applet.wants_touch = 1
        made = Unlock().enrol(NewFactor(Method.OPENPGP), desk(person()))
        self.applet.touch, self.applet.seconds = Touch(after=None), 0.05
        with pytest.raises(TokenTimeoutError):
            Unlock().unlock(made.params, desk(person()))

    def test_a_card_that_does_not_say_what_it_makes_makes_what_it_is_set_to(self) -> None:
        self.applet.offered = []
        made = Unlock().enrol(NewFactor(Method.OPENPGP, make=True), desk(owner()))
        assert made.params["kind"] == "rsa2048"

    def test_such_a_card_is_asked_for_what_the_person_wants(self) -> None:
        self.applet.offered, self.applet.unsaid = [], [ATTRIBUTES["p384"]]
        made = Unlock().enrol(NewFactor(Method.OPENPGP, make=True, key="p384"), desk(owner()))
        assert made.params["kind"] == "p384"
        for kind in ("x25519", "rsa3072"):
            with pytest.raises(InvalidInputError, match="makes no"):
                Unlock().enrol(NewFactor(Method.OPENPGP, make=True, key=kind), desk(owner()))
        assert Unlock().unlock(made.params, desk(person())) == made.output

    def test_a_card_that_talks_nonsense_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(OpenPgp, "_application", b"\x6e\x02\x4f\x00")
        with pytest.raises((TokenError, TokenKeyError)):
            Unlock().enrol(NewFactor(Method.OPENPGP), desk(person()))
