"""YubiKey challenge-response behind the real pcscd, and over HID reports."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from kvault_gui.engine.api import AskChoice, AskConfirm, AskPlug, AskTouch, Given, Method, NewFactor, TokenInfo
from kvault_gui.engine.errors import (
    CancelledError,
    HeaderDamagedError,
    InvalidInputError,
    KvaultError,
    ReaderServiceError,
    TokenBusyError,
    TokenError,
    TokenForeignError,
    TokenKeyError,
    TokenMissingError,
    TokenRemovedError,
    TokenResetError,
    TokenTimeoutError,
)
from kvault_gui.engine.tokens import cards, fido_ports, find, yubikey
from kvault_gui.engine.unlock.challenge_response import ChallengeResponse
from tests.engine.unlock.contract import MethodContract, Person
from tests.peers.cards.daemon import shared_service
from tests.peers.cards.key_card_tests import HOLD, OTHER, SERIAL, desk, person
from tests.peers.cards.management import Management
from tests.peers.cards.management import yubikey as whole_key
from tests.peers.cards.otp import Otp, Position
from tests.peers.cards.otp_hid import Device
from tests.peers.cards.piv import Piv
from tests.peers.cards.vicc import Pull, Touch, pull_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from kvault_gui.engine.vault.methods import Enrolled, Params

pytestmark = pytest.mark.peer
CR = Method.CHALLENGE_RESPONSE
METHOD = ChallengeResponse()
SECRET = bytes(range(20))


def enrol(prompter: Any = None, *, patient: bool = False, **wanted: Any) -> Enrolled:
    """Enrol what is there."""
    return METHOD.enrol(NewFactor(CR, **wanted), desk(prompter or person(), patient=patient))


def unlock(params: Params, prompter: Any = None, *, patient: bool = False, given: Given | None = None) -> bytes:
    """Unlock with what is there."""
    return METHOD.unlock(params, desk(prompter or person(), patient=patient, given=given))


class _Contract(MethodContract):
    method = METHOD
    module = "kvault_gui.engine.unlock.challenge_response"
    skip = frozenset({"token"})
    alone = False
    touch = False

    @pytest.fixture(autouse=True)
    def _cards(self) -> None:
        service = shared_service()
        service.empty()
        self.applets = [Otp(serial) for serial in (SERIAL, OTHER)]
        for number, applet in enumerate(self.applets):
            applet.positions[2] = Position(bytes([number]) * 20, touch=self.touch)
        self.card = whole_key(SERIAL, [])
        service.insert(0, self.card)

    def _put(self, applet: Otp) -> Person:
        # Another key in the same port, quicker than pulling one out and putting the other in.
        self.card.applets = whole_key(applet.serial, [applet]).applets
        return Person(NewFactor(CR))

    def mine(self) -> Person:
        return self._put(self.applets[0])

    def other(self) -> Person:
        return self._put(self.applets[1])


class TestContract(_Contract):
    pass


class TestContractWithTouch(_Contract):
    touch = True


class _Key:
    """One YubiKey in a port; tests that hold over PC/SC and over HID."""

    otp: Otp
    token: str

    def test_both_positions_with_and_without_touch(self) -> None:
        for number in (1, 2):
            for touch in (False, True):
                self.otp.positions = {number: Position(SECRET, touch=touch)}
                made = enrol()
                assert (made.params["position"], made.params["touch"]) == (number, int(touch))
                prompter = person()
                assert unlock(made.params, prompter) == made.output
                assert len(prompter.all(AskTouch)) == int(touch)
                assert prompter.open == 0
                assert METHOD.describe(made.params) == f"HMAC-SHA1, position {number}" + (", touch" if touch else "")

    @pytest.mark.parametrize(
        ("secret", "challenge", "answer"),
        [  # RFC 2202, section 3: those whose key has 20 bytes and whose text does not end like padding
            (b"\x0b" * 20, b"Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"),
            (b"\xaa" * 20, b"\xdd" * 50, "125d7342b9ac11cd91a39af48aa17b4f63f175d3"),
            (b"\x0c" * 20, b"Test With Truncation", "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04"),
        ],
    )
    def test_known_answers_come_through(self, secret: bytes, challenge: bytes, answer: str) -> None:
        with ExitStack() as stack:
            key = yubikey.open_key(self.token, stack)
            assert key is not None
            key.program(1, secret, touch=False)
            assert key.respond(1, challenge).hex() == answer

    def test_the_answer_is_bound_to_the_challenge_and_the_challenge_is_renewed(self) -> None:
        self.otp.positions[2] = Position(SECRET, touch=True)
        made = enrol()
        prompter = person()
        renewed = METHOD.renew(made.params, desk(prompter))
        assert renewed.params["challenge"] != made.params["challenge"]
        assert renewed.params["position"] == 2
        assert renewed.output != made.output
        assert unlock(renewed.params) == renewed.output
        assert unlock(made.params) == made.output  # a backup of the header opens as before
        assert len(prompter.all(AskTouch)) == 1

    def test_an_empty_position_is_programmed_and_the_notes_name_the_spare(self) -> None:
        made = enrol(make=True, touch=True)
        assert made.params["position"] == 2
        assert self.otp.positions[2].touch
        assert self.otp.positions[2].secret not in (None, bytes(20))
        assert "second key" in made.notes[0]
        assert unlock(made.params) == made.output
        assert enrol(make=True).params["position"] == 1

    def test_nothing_is_overwritten_unasked(self) -> None:
        self.otp.positions = {1: Position(None), 2: Position(SECRET)}
        before = dict(self.otp.positions)
        for position, words in ((0, "Position 2"), (1, "Position 1"), (2, "Position 2")):
            for answer in ("no", None):
                prompter = person(answers={AskConfirm: answer})
                with pytest.raises(CancelledError):
                    enrol(prompter, make=True, position=position)
                (question,) = prompter.all(AskConfirm)
                assert isinstance(question, AskConfirm)
                assert words in question.text
        assert self.otp.positions == before
        made = enrol(person(answers={AskConfirm: "yes"}), make=True, position=2)
        assert self.otp.positions[2].secret != SECRET
        assert unlock(made.params) == made.output

    def test_an_access_code_keeps_a_position(self) -> None:
        self.otp.positions[1] = Position(SECRET, code=b"secret")
        with pytest.raises(TokenError, match="access code"):
            enrol(person(answers={AskConfirm: "yes"}), make=True, position=1)
        assert self.otp.positions[1].secret == SECRET

    def test_the_position_that_answers_is_found_beside_one_that_types(self) -> None:
        self.otp.positions = {1: Position(None), 2: Position(SECRET)}
        prompter = person()
        assert enrol(prompter).params["position"] == 2
        assert not prompter.asked

    @pytest.mark.parametrize("touch", [True, False])
    def test_two_that_may_answer_are_chosen_from(self, touch: bool) -> None:  # noqa: FBT001 pytest gives it
        self.otp.positions = {1: Position(SECRET, touch=touch), 2: Position(SECRET[::-1], touch=touch)}
        prompter = person(answers={AskChoice: "0"})
        made = enrol(prompter)
        assert made.params["position"] == 1
        assert len(prompter.all(AskChoice)) == 1
        with pytest.raises(InvalidInputError):
            enrol(person(answers={AskChoice: "x"}))

    def test_positions_that_cannot_be_used_are_named(self) -> None:
        with pytest.raises(TokenKeyError, match="both positions are empty"):
            enrol()
        self.otp.positions = {1: Position(None)}
        with pytest.raises(TokenKeyError, match="position 1 answers no HMAC-SHA1"):
            enrol()
        with pytest.raises(TokenKeyError, match="position 2 is empty"):
            enrol(position=2)
        with pytest.raises(InvalidInputError):
            enrol(position=3)

    @pytest.mark.parametrize(
        "change", [None, Position(None), Position(SECRET, touch=True), Position(b"another secret 20 by")]
    )
    def test_a_position_that_was_changed_is_told_without_a_touch(self, change: Position | None) -> None:
        self.otp.positions[2] = Position(SECRET)
        made = enrol()
        self.otp.positions.pop(2)
        if change is not None:
            self.otp.positions[2] = change
        prompter = person()
        with pytest.raises(TokenResetError):
            unlock(made.params, prompter)
        assert not prompter.shown
        assert self.otp.touch.asked == 0

    def test_a_position_with_touch_that_types_now_is_told(self) -> None:
        self.otp.positions[2] = Position(SECRET, touch=True)
        made = enrol()
        for change in (Position(None), Position(SECRET)):
            self.otp.positions[2] = change
            with pytest.raises(TokenResetError):
                unlock(made.params)
        assert self.otp.touch.asked == 1

    def test_nobody_touches_it(self) -> None:
        self.otp.positions[2] = Position(SECRET, touch=True)
        made = enrol()
        self.otp.touch, self.otp.seconds = Touch(after=None), 0.05
        prompter = person()
        with pytest.raises(TokenTimeoutError):
            unlock(made.params, prompter)
        assert prompter.open == 0
        self.otp.touch = Touch()
        assert unlock(made.params) == made.output

    def test_another_key_is_told_without_a_touch(self) -> None:
        self.otp.positions[2] = Position(SECRET, touch=True)
        made = enrol()
        self.otp.touch.asked = 0
        prompter = person()
        with pytest.raises(TokenForeignError) as caught:
            unlock({**made.params, "serial": str(OTHER)}, prompter)
        assert caught.type is TokenForeignError
        assert not prompter.shown
        assert self.otp.touch.asked == 0

    def test_looking_tells_whether_it_is_there(self) -> None:
        self.otp.positions[2] = Position(SECRET)
        made = enrol()
        tokens = [each.info for each in cards.find()] + yubikey.find()
        state = METHOD.look(made.params, tokens)
        assert (state.ready, state.token) == (True, self.token)
        assert not METHOD.look({**made.params, "serial": "1"}, tokens).ready


class TestOverCcid(_Key):
    @pytest.fixture(autouse=True)
    def _service(self) -> None:
        self.service = shared_service()
        self.service.empty()
        self.otp = Otp(SERIAL)
        self.card = whole_key(SERIAL, [self.otp, Piv(SERIAL)])
        self.token = f"pcsc:{self.service.insert(0, self.card)}"

    def _pulled(self, act: Callable[[], object], prepare: Callable[[], None] = lambda: None) -> int:
        """Pull the key at each command of ``act``, after it was done and before it is answered."""
        prepare()
        before = len(self.card.seen)
        act()
        commands = len(self.card.seen) - before
        for number in range(commands):
            prepare()
            self.card.on_apdu = pull_at(number, Pull.AFTER)
            with pytest.raises(TokenRemovedError):
                act()
            self.card.on_apdu = None
            self.service.wait(0, present=False)
            self.service.insert(0, self.card)
        return commands

    @pytest.mark.parametrize("touch", [True, False])
    def test_pulled_at_every_command_of_an_unlock(self, touch: bool) -> None:  # noqa: FBT001 pytest gives it
        self.otp.positions[2] = Position(SECRET, touch=touch)
        made = enrol()
        assert self._pulled(lambda: unlock(made.params)) >= 3
        assert unlock(made.params) == made.output

    def test_pulled_at_every_command_of_an_enrolment_that_programs(self) -> None:
        assert self._pulled(lambda: enrol(token=self.token, make=True), self.otp.positions.clear) >= 8
        made = enrol()
        assert unlock(made.params) == made.output

    def test_the_right_one_of_two_keys_is_found_and_two_are_chosen_from(self) -> None:
        other = Otp(OTHER)
        other.positions[1] = self.otp.positions[1] = Position(SECRET)
        self.service.insert(1, whole_key(OTHER, [other]))
        prompter = person(answers={AskChoice: "1"})
        made = enrol(prompter)
        assert made.params["serial"] == str(OTHER)
        place = desk(person())
        assert METHOD.unlock(made.params, place) == made.output
        assert place.used == [f"pcsc:{self.service.names[1]}"]
        assert enrol(token=self.token).params["serial"] == str(SERIAL)
        with pytest.raises(TokenForeignError):
            unlock(made.params, given=Given(CR, token=self.token))

    def test_a_missing_key_is_told_or_waited_for(self) -> None:
        self.otp.positions[2] = Position(SECRET)
        made = enrol()
        self.service.remove(0)
        with pytest.raises(TokenMissingError):
            unlock(made.params)
        with pytest.raises(TokenMissingError):
            enrol()
        prompter = person(on_touch=lambda _: self.service.slots[0].put(self.card))
        assert unlock(made.params, prompter, patient=True) == made.output
        assert len(prompter.all(AskPlug)) == 1
        self.service.remove(0)
        with pytest.raises(CancelledError):
            unlock(made.params, person(cancels=lambda: True), patient=True)

    def test_another_program_holds_the_key(self) -> None:
        self.otp.positions[2] = Position(SECRET)
        made = enrol()
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLD, self.service.names[0]], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"0\n"
            with pytest.raises(TokenBusyError):
                unlock(made.params)
        finally:
            holder.communicate(timeout=10)
        assert unlock(made.params) == made.output

    def test_cancelling_while_it_waits_counts_as_soon_as_it_answers(self) -> None:
        self.otp.positions[2] = Position(SECRET, touch=True)
        made = enrol()
        with pytest.raises(CancelledError):
            unlock(made.params, person(cancels=lambda: True))

    @pytest.mark.parametrize(
        "damage",
        [
            {"challenge": "00" * 31},
            {"challenge": "00" * 64},
            {"challenge": "x"},
            {"position": 3},
            {"position": True},
            {"position": "2"},
            {"touch": 2},
            {"touch": 1},
            {"check": "x"},
            {"serial": 7},
        ],
    )
    def test_damaged_parameters_are_told(self, damage: dict[str, str | int]) -> None:
        self.otp.positions[2] = Position(SECRET)
        made = enrol()
        if damage == {"position": True}:
            damage = {"position": 0}
        with pytest.raises(HeaderDamagedError):
            unlock({**made.params, **damage})


class TestOverHid(_Key):
    """A key whose smart card interface is off: no reader shows it."""

    @pytest.fixture(autouse=True)
    def _device(self, monkeypatch: pytest.MonkeyPatch) -> None:
        shared_service().empty()
        self.otp = Otp(SERIAL)
        self.device = Device("/dev/hidraw3", self.otp, Management(SERIAL))
        monkeypatch.setattr(yubikey, "hid_devices", lambda: [self.device])
        self.token = "hid:/dev/hidraw3"

    def test_it_is_found_with_name_and_number(self) -> None:
        (info,) = yubikey.find()
        assert (info.id, info.serial, info.firmware) == (self.token, str(SERIAL), "5.7.1")
        assert info.name == "YubiKey 5C NFC"
        assert info.methods == [CR]
        assert self.device.connection.closed

    def test_it_is_among_all_tokens_and_one_with_its_fido_part(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert [each.id for each in find.find_all() if CR in each.methods] == [self.token]
        fido = TokenInfo("hid:/dev/hidraw4", "YubiKey 5C NFC", str(SERIAL), [Method.FIDO2])
        monkeypatch.setattr(fido_ports, "find", lambda: [fido])
        (both,) = [each for each in find.find_all() if CR in each.methods]
        assert (both.id, both.methods) == (fido.id, [Method.FIDO2, CR])
        self.otp.positions[2] = Position(SECRET)
        made = enrol(token=both.id)
        assert unlock(made.params, given=Given(CR, token=both.id)) == made.output

    def test_cancelling_ends_the_wait_for_the_touch(self) -> None:
        self.otp.positions[2] = Position(SECRET, touch=True)
        made = enrol()
        self.otp.touch = Touch(after=None)
        looks = [0]

        def cancels() -> bool:
            looks[0] += 1
            return looks[0] > 2

        with pytest.raises(CancelledError):
            unlock(made.params, person(cancels=cancels))
        assert self.device.connection.closed
        self.otp.touch = Touch()
        assert unlock(made.params) == made.output

    def test_pulled_at_every_report_of_an_unlock(self) -> None:
        self.otp.positions[2] = Position(SECRET, touch=True)
        made = enrol()
        reports = [0]

        def count() -> None:
            reports[0] += 1

        self.device.connection.on_report = count
        assert unlock(made.params) == made.output
        total = reports[0]
        assert total > 10

        def pull(at: int) -> None:
            reports[0] += 1
            self.device.connection.pulled = reports[0] >= at

        for number in range(1, total + 1):
            reports[0] = 0
            self.device.connection.pulled = False
            self.device.connection.on_report = lambda number=number: pull(number)
            with pytest.raises(TokenRemovedError):
                unlock(made.params)
        self.device.connection.on_report, self.device.connection.pulled = None, False
        assert unlock(made.params) == made.output

    def test_a_device_file_that_may_not_be_opened_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(_kind: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(self.device, "open_connection", refuse)
        (info,) = yubikey.find()
        assert "udev" in info.problem

    def test_without_the_smart_card_service_it_works_all_the_same(self) -> None:
        self.otp.positions[2] = Position(SECRET)
        service = shared_service()
        service.stop()
        try:
            made = enrol()
            assert unlock(made.params) == made.output
            yubikey_gone = self.device
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(yubikey, "hid_devices", list)
                with pytest.raises(ReaderServiceError):
                    unlock(made.params)
            assert yubikey_gone.connection.closed
        finally:
            service.start()

    def test_it_is_left_alone_where_a_reader_shows_it(self) -> None:
        from yubikit.core import PID  # noqa: PLC0415 beside the tests that need it

        self.otp.positions[2] = Position(SECRET)
        made = enrol()
        self.device.pid = PID.YK4_OTP_FIDO_CCID
        service = shared_service()
        service.insert(0, whole_key(SERIAL, [self.otp]))
        place = desk(person())
        assert METHOD.unlock(made.params, place) == made.output
        assert place.used == [f"pcsc:{service.names[0]}"]
        assert not yubikey.find()
        service.empty()
        assert [each.id for each in yubikey.find()] == [self.token]


def test_a_card_without_the_application_is_passed_over() -> None:
    service = shared_service()
    service.empty()
    service.insert(0, whole_key(SERIAL, [Piv(SERIAL)]))
    with pytest.raises(KvaultError):
        enrol()
