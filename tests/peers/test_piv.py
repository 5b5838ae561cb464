"""PIV cards behind the real pcscd: slot 9D of a YubiKey, old firmware, and cards of other makers."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from kvault_gui.engine.api import AskConfirm, AskSecret, AskTouch, Method, NewFactor, Question
from kvault_gui.engine.errors import (
    InvalidInputError,
    PinBlockedError,
    TokenKeyError,
    TokenMissingError,
    TokenTimeoutError,
    TokenUnknownError,
    WrongPinError,
)
from kvault_gui.engine.unlock.piv import Piv as Unlock
from tests.engine.unlock.contract import MethodContract, Person
from tests.peers.cards.certificates import piv_object
from tests.peers.cards.daemon import shared_service
from tests.peers.cards.key_card_tests import OTHER, PIN, SERIAL, KeyCardTests, desk, person
from tests.peers.cards.management import yubikey
from tests.peers.cards.otp import Otp
from tests.peers.cards.piv import CERTIFICATE, KEY_MANAGEMENT, PIVMAN, PLAIN, PRINTED, TDES, Management, Piv
from tests.peers.cards.tlv import tlv
from tests.peers.cards.vicc import ATR_PLAIN, Card, Touch

pytestmark = pytest.mark.peer
CONFIRMED = {AskConfirm: "yes"}


class TestContract(MethodContract):
    method = Unlock()
    module = "kvault_gui.engine.unlock.piv"
    # The token's name and number are shown, and the policies are those of the key itself: read from it each time.
    skip = frozenset({"token", "serial", "pin", "touch"})

    @pytest.fixture(autouse=True)
    def _cards(self) -> None:
        service = shared_service()
        service.empty()
        self.applets = [Piv(serial) for serial in (SERIAL, OTHER)]
        for applet in self.applets:
            applet.put("p256")
        self.card = yubikey(SERIAL, [])
        service.insert(0, self.card)

    def _put(self, applet: Piv) -> Person:
        # Another card in the same reader, quicker than pulling one out and putting the other in.
        self.card.applets = yubikey(applet.serial, [applet]).applets
        return Person(NewFactor(Method.PIV), {AskSecret: PIN})

    def mine(self) -> Person:
        return self._put(self.applets[0])

    def other(self) -> Person:
        return self._put(self.applets[1])


class TestKeyCard(KeyCardTests):
    method = Unlock()
    unusable = ("ed25519", "Ed25519")

    def card(self, serial: int) -> tuple[Card, Piv]:
        applet = Piv(serial)
        return yubikey(serial, [Otp(serial), applet]), applet

    def want_touch(self, applet: Piv) -> None:
        applet.keys[KEY_MANAGEMENT].touch = 2

    def take_over(self, applet: Piv, other: Piv) -> None:
        applet.keys = dict(other.keys)

    @pytest.mark.parametrize("kind", ["rsa2048", "rsa3072", "rsa4096", "p256", "p384", "x25519"])
    def test_every_kind_of_key_that_is_there_opens(self, kind: str) -> None:
        self.applet.put(kind)
        made = self.enrol()
        assert made.params["kind"] == kind
        assert self.unlock(made.params) == made.output

    @pytest.mark.parametrize("kind", ["rsa2048", "p256", "p384", "x25519"])
    def test_every_kind_of_key_is_made(self, kind: str) -> None:
        made = self.enrol(person(answers=CONFIRMED), make=True, key=kind, touch=True)
        assert made.params["kind"] == kind
        slot = self.applet.keys[KEY_MANAGEMENT]
        assert (slot.pin, slot.touch, slot.generated) == (2, 2, True)
        assert self.unlock(made.params) == made.output

    def test_short_rsa_is_refused(self) -> None:
        self.applet.put("rsa1024")
        with pytest.raises(TokenKeyError, match="RSA 1024"):
            self.enrol()

    def test_a_key_that_wants_no_pin_asks_for_none(self) -> None:
        self.applet.put("p256", pin=1)
        prompter = person()
        made = self.enrol(prompter)
        assert self.unlock(made.params, prompter) == made.output
        assert not prompter.asked
        assert "no PIN" in self.method.strength(made.params)

    def test_a_key_that_wants_the_pin_each_time_gets_it(self) -> None:
        self.applet.put("p256", pin=3)
        made = self.enrol()
        assert self.unlock(made.params) == made.output

    def test_the_maker_s_pin_is_pointed_out(self) -> None:
        assert "PIN" in self.enrol().notes[0]
        self.applet.pin.default = False
        assert not self.enrol().notes

    def test_the_certificate_of_a_key_that_is_replaced_goes_too(self) -> None:
        self.applet.objects[CERTIFICATE] = piv_object(self.applet.keys[KEY_MANAGEMENT].key)
        self.enrol(person(answers=CONFIRMED), make=True)
        assert CERTIFICATE not in self.applet.objects

    def test_when_the_puk_is_blocked_as_well_the_advice_says_so(self) -> None:
        made = self.enrol()
        self.applet.pin.left = self.applet.puk.left = 0
        with pytest.raises(PinBlockedError, match="blocked") as caught:
            self.unlock(made.params)
        assert "reset" in str(caught.value.fields["help"])


class TestManagementKey:
    """Making a key needs the management key: the default one, one behind the PIN, or one that is typed."""

    @pytest.fixture(autouse=True)
    def _service(self) -> Any:
        self.service = shared_service()
        self.service.empty()
        self.applet = Piv(SERIAL)
        self.service.insert(0, yubikey(SERIAL, [self.applet]))
        yield
        self.service.empty()

    def make(self, prompter: Any) -> None:
        made = Unlock().enrol(NewFactor(Method.PIV, make=True), desk(prompter))
        assert Unlock().unlock(made.params, desk(person())) == made.output

    def test_triple_des_as_older_keys_have_it(self) -> None:
        self.applet.management.algorithm = TDES
        self.make(person())

    def test_one_that_ykman_keeps_behind_the_pin(self) -> None:
        self.applet.management = Management(key=bytes(range(24)), default=False)
        self.applet.objects[PIVMAN] = tlv(0x80, tlv(0x81, b"\2"))
        self.applet.objects[PRINTED] = tlv(0x88, tlv(0x89, bytes(range(24))))
        prompter = person()
        self.make(prompter)
        first = prompter.all(AskSecret)[0]
        assert isinstance(first, AskSecret)
        assert first.retries == 3

    def test_a_wrong_pin_for_it_is_told(self) -> None:
        self.applet.management = Management(key=bytes(range(24)), default=False)
        self.applet.objects[PIVMAN] = tlv(0x80, tlv(0x81, b"\2"))
        with pytest.raises(WrongPinError):
            self.make(person("999999"))
        assert self.applet.pin.left == 2
        assert not self.applet.keys

    @staticmethod
    def typed(key: str) -> dict[type[Question], Any]:
        return {AskSecret: lambda question: key if "anagement" in question.title else PIN}

    def test_one_that_is_typed(self) -> None:
        self.applet.management = Management(key=bytes(range(24)), default=False, touch=2)
        prompter = person(answers=self.typed(bytes(range(24)).hex()))
        self.make(prompter)
        assert len(prompter.all(AskTouch)) == 1

    @pytest.mark.parametrize("key", ["00" * 24, "00" * 23, "no key at all"])
    def test_a_wrong_one_changes_nothing(self, key: str) -> None:
        self.applet.management = Management(key=bytes(range(24)), default=False)
        with pytest.raises(InvalidInputError) as caught:
            self.make(person(answers=self.typed(key)))
        assert key not in str(caught.value)
        assert not self.applet.keys

    def test_nobody_touches_the_key_for_its_management_key(self) -> None:
        self.applet.management = Management(key=bytes(range(24)), default=False, touch=2)
        self.applet.touch, self.applet.seconds = Touch(after=None), 0.05
        with pytest.raises(TokenTimeoutError):
            self.make(person(answers=self.typed(bytes(range(24)).hex())))


class TestOtherCards:
    """Old firmware, and cards of other makers."""

    @pytest.fixture(autouse=True)
    def _service(self) -> Any:
        self.service = shared_service()
        self.service.empty()
        yield
        self.service.empty()

    def enrol(self, applet: Piv, prompter: Any = None, **wanted: Any) -> Any:
        self.service.empty()
        if applet.version == PLAIN:
            self.service.insert(2, Card([applet], ATR_PLAIN))
        else:
            self.service.insert(0, yubikey(SERIAL, [applet], applet.version))
        return Unlock().enrol(NewFactor(Method.PIV, **wanted), desk(prompter or person()))

    def test_a_yubikey_4_tells_its_key_by_attestation(self) -> None:
        applet = Piv(SERIAL, (4, 3, 7))
        made = self.enrol(applet, make=True, touch=True)
        assert applet.keys[KEY_MANAGEMENT].touch == 2
        assert Unlock().unlock(made.params, desk(person())) == made.output
        applet.put("p256")
        with pytest.raises(Exception, match="no longer holds"):
            Unlock().unlock(made.params, desk(person()))

    def test_a_card_of_another_maker_tells_its_key_by_certificate(self) -> None:
        applet = Piv(SERIAL, PLAIN)
        applet.put("rsa2048")
        with pytest.raises(TokenKeyError):
            self.enrol(applet)
        applet.objects[CERTIFICATE] = piv_object(applet.keys[KEY_MANAGEMENT].key)
        made = self.enrol(applet)
        assert made.params["token"] == "PIV card"
        assert Unlock().unlock(made.params, desk(person())) == made.output
        with pytest.raises(WrongPinError):
            Unlock().unlock(made.params, desk(person("999999")))
        assert applet.pin.left == 2

    def test_a_card_of_another_maker_may_say_that_it_is_a_yubikey_s(self) -> None:
        applet = Piv(SERIAL, PLAIN)
        applet.makes_up = True
        applet.put("p256")
        applet.objects[CERTIFICATE] = piv_object(applet.keys[KEY_MANAGEMENT].key)
        made = self.enrol(applet)
        assert Unlock().unlock(made.params, desk(person())) == made.output
        with pytest.raises(InvalidInputError, match="YubiKeys only"):
            self.enrol(applet, person(answers=CONFIRMED), make=True)

    def test_the_applet_is_selected_as_the_standard_has_it(self) -> None:
        applet = Piv(SERIAL, PLAIN)
        applet.put("p256")
        applet.objects[CERTIFICATE] = piv_object(applet.keys[KEY_MANAGEMENT].key)
        self.enrol(applet)
        card = self.service.slots[2].card
        assert card is not None
        selected = [raw[5 : 5 + raw[4]] for raw in card.seen if raw[:4] == b"\0\xa4\4\0"]
        piv = [aid for aid in selected if applet.aid.startswith(aid) or aid.startswith(applet.aid)]
        assert piv
        assert all(aid.startswith(applet.aid) for aid in piv)

    def test_a_certificate_of_another_key_is_found_out_when_it_is_enrolled(self) -> None:
        applet = Piv(SERIAL, PLAIN)
        applet.put("p256")
        applet.objects[CERTIFICATE] = piv_object(ec.generate_private_key(ec.SECP256R1()))
        with pytest.raises(TokenKeyError, match="certificate"):
            self.enrol(applet)

    def test_on_cards_of_other_makers_no_key_is_made(self) -> None:
        with pytest.raises(InvalidInputError, match="maker's program"):
            self.enrol(Piv(SERIAL, PLAIN), make=True)

    @pytest.mark.parametrize("version", [(4, 2, 0), (4, 3, 4)])
    def test_flawed_firmware_makes_no_rsa_keys(self, version: tuple[int, int, int]) -> None:
        applet = Piv(SERIAL, version)
        with pytest.raises(InvalidInputError, match="ROCA"):
            self.enrol(applet, make=True, key="rsa2048")
        assert not applet.keys

    def test_what_the_firmware_is_too_old_for_is_told(self) -> None:
        with pytest.raises(InvalidInputError, match="X25519"):
            self.enrol(Piv(SERIAL, (5, 4, 3)), make=True, key="x25519")
        with pytest.raises(InvalidInputError, match="“dsa”"):
            self.enrol(Piv(SERIAL), make=True, key="dsa")

    def test_a_token_without_piv_is_no_piv_card(self) -> None:
        self.service.insert(0, yubikey(SERIAL, [Otp(SERIAL)]))
        with pytest.raises(TokenMissingError):
            Unlock().enrol(NewFactor(Method.PIV), desk(person()))
        with pytest.raises(TokenUnknownError):
            Unlock().enrol(NewFactor(Method.PIV, token=f"pcsc:{self.service.names[0]}"), desk(person()))
