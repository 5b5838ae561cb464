"""What goes wrong with a FIDO2 token: each is an error that says so, and none costs a PIN try that nobody gave."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import AskConfirm, AskPlug, AskSecret, AskTouch, TokenInfo, Verification
from kvault_gui.engine.errors import (
    BiometricsError,
    CancelledError,
    InvalidInputError,
    KvaultError,
    LastPinTryError,
    PinBlockedError,
    PinChangeNeededError,
    PinNotSetError,
    PinPausedError,
    TokenBusyError,
    TokenError,
    TokenForeignError,
    TokenMissingError,
    TokenRemovedError,
    TokenResetError,
    TokenStrangeError,
    TokenTimeoutError,
    TokenUnfitError,
    WrongPinError,
)
from kvault_gui.engine.tokens import pcsc
from kvault_gui.engine.unlock.fido2 import Fido2
from kvault_gui.engine.vault import fido_owner
from tests.engine.unlock.script import ScriptedPrompter
from tests.peers.cards.bench import PIN, SLOT, Bench, Plugged, desk, person, wanted
from tests.peers.cards.ctap import Authenticator, Model
from tests.peers.cards.fixtures import cards, ports
from tests.peers.cards.hid import HidToken
from tests.peers.cards.tlv import tlv
from tests.peers.cards.vicc import Pull, pull_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kvault_gui.engine.vault.methods import Params
    from tests.peers.cards.daemon import Service
    from tests.peers.cards.hid import Ports

pytestmark = pytest.mark.peer
__all__ = ["cards", "ports"]

FIDO2 = Fido2()


@pytest.fixture(params=["usb", "reader"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Both ways to a token."""
    if request.param == "usb":
        yield Bench(None, request.getfixturevalue("ports"))
    else:
        yield Bench(request.getfixturevalue("cards"), None)


@pytest.fixture
def usb(ports: Ports) -> Bench:
    return Bench(None, ports)


def enrol(verification: Verification = Verification.PIN) -> tuple[Params, bytes]:
    made = FIDO2.enrol(wanted(verification), desk(person()))
    return made.params, made.output


def unlock(
    params: Params, prompter: ScriptedPrompter | None = None, *, given: str = "", patient: bool = False
) -> bytes:
    return FIDO2.unlock(params, desk(prompter or person(), given=given, patient=patient))


def yubikey(authenticator: Authenticator, serial: int) -> HidToken:
    """A YubiKey that tells its serial number."""
    page = tlv(1, b"\x02\x3b") + tlv(2, serial.to_bytes(4, "big")) + tlv(3, b"\x02\x3b") + tlv(4, b"\x03")
    page += tlv(5, bytes((5, 4, 3)))
    info = bytes([len(page)]) + page
    return HidToken(
        authenticator, name="Yubico YubiKey", vendor=0x1050, product=0x0407, version=(5, 4, 3), device_info=info
    )


# --- PIN -------------------------------------------------------------------------------------------------------------


def test_wrong_pins_are_counted_before_each_try_until_the_token_is_blocked(bench: Bench) -> None:
    token = Authenticator(PIN)
    plugged = bench.plug(token)
    params, output = enrol()
    seen: list[tuple[int | None, type[KvaultError]]] = []
    while True:
        prompter = person("0000")
        with pytest.raises(TokenError) as raised:
            unlock(params, prompter)
        asked = [each.retries for each in prompter.asked if isinstance(each, AskSecret)]
        seen.append((asked[0] if asked else None, raised.type))
        assert not prompter.shown, "no touch is wanted after a wrong PIN"
        if raised.type is PinPausedError:
            assert "pulled out" in str(raised.value)
            with pytest.raises(PinPausedError):  # and nothing is asked until then
                unlock(params, ScriptedPrompter())
            plugged.again()
        if raised.type is PinBlockedError:
            break
    wrong, paused, last, blocked = WrongPinError, PinPausedError, LastPinTryError, PinBlockedError
    assert seen == [
        *((8, wrong), (7, wrong), (6, paused), (5, wrong), (4, wrong), (3, paused), (2, last), (1, blocked)),
    ]
    with pytest.raises(PinBlockedError) as raised:
        unlock(params, ScriptedPrompter())  # it is told without a question
    assert "reset" in raised.value.say(raised.value.advice)
    token.set_pin(PIN)
    assert unlock(params) == output


def test_after_three_wrong_pins_it_is_to_be_pulled_out_and_plugged_in_again(bench: Bench) -> None:
    plugged = bench.plug(Authenticator(PIN))
    params, output = enrol()
    for _ in range(3):
        with pytest.raises(TokenError):
            unlock(params, person("0000"))

    def replug(request: AskTouch | AskPlug) -> None:
        if isinstance(request, AskPlug):
            assert request.again
            threading.Thread(target=lambda: (plugged.pull(), gone.wait(0.6), plugged.again())).start()

    gone = threading.Event()
    assert unlock(params, person(PIN, replug), patient=True) == output


def test_a_token_that_does_not_tell_its_pause_says_so_when_it_refuses_a_right_pin(bench: Bench) -> None:
    token = Authenticator(PIN, Model(tells_pause=False))
    plugged = bench.plug(token)
    params, output = enrol()
    for expected in (WrongPinError, WrongPinError, PinPausedError):
        with pytest.raises(expected):
            unlock(params, person("0000"))
    with pytest.raises(PinPausedError):
        unlock(params)
    assert token.pin_retries == 5
    plugged.again()
    assert unlock(params) == output


def test_a_right_pin_gives_the_tries_back(usb: Bench) -> None:
    token = Authenticator(PIN)
    usb.plug(token)
    params, output = enrol()
    with pytest.raises(WrongPinError):
        unlock(params, person("9999"))
    assert token.pin_retries == 7
    assert unlock(params) == output
    assert token.pin_retries == 8


def test_the_last_try_is_asked_about_when_the_pin_was_given_ahead(usb: Bench) -> None:
    token = Authenticator(PIN)
    usb.plug(token)
    params, output = enrol()
    token.pin_retries = 1
    refuses = ScriptedPrompter({AskConfirm: ""})
    with pytest.raises(CancelledError):
        unlock(params, refuses, given="0000")
    assert token.pin_retries == 1
    assert len(refuses.all(AskConfirm)) == 1
    assert unlock(params, given=PIN) == output


@pytest.mark.parametrize("pin", ["", "123", "1" * 64, "12\x0034", "🔑" * 16])
def test_what_can_be_no_pin_is_not_sent(usb: Bench, pin: str) -> None:
    token = Authenticator(PIN)
    usb.plug(token)
    params, _ = enrol()
    with pytest.raises(InvalidInputError):
        unlock(params, person(pin))
    assert token.pin_retries == 8


def test_a_pin_is_sent_composed_as_the_standard_asks(usb: Bench) -> None:
    usb.plug(Authenticator("ab\u00e9d"))
    made = FIDO2.enrol(wanted(), desk(person("abe\u0301d")))
    assert unlock(made.params, person("ab\u00e9d")) == made.output


def test_a_token_without_a_pin_or_with_one_that_must_change_says_so(usb: Bench) -> None:
    token = Authenticator()
    usb.plug(token)
    with pytest.raises(PinNotSetError):
        enrol()
    token.set_pin(PIN)
    params, output = enrol()
    token.model = Model(force_change=True)
    for act in (enrol, lambda: unlock(params)):
        with pytest.raises(PinChangeNeededError):
            act()
    token.model = Model()
    assert unlock(params) == output


# --- pulled out ------------------------------------------------------------------------------------------------------


def test_pulled_out_between_pin_and_touch(bench: Bench) -> None:
    token = Authenticator(PIN)
    plugged = bench.plug(token)
    params, output = enrol()
    token.touch.after = None
    prompter = person(PIN, lambda request: plugged.pull() if isinstance(request, AskTouch) else None)
    with pytest.raises(TokenRemovedError) as raised:
        unlock(params, prompter)
    assert raised.value.fields["name"] == params["token"], "not its reader"
    assert prompter.open == 0, "the request for a touch is withdrawn"
    token.touch.after = 0
    plugged.again()
    assert unlock(params) == output


@pytest.mark.parametrize("when", Pull)
def test_pulled_out_at_each_command_of_enrolling_and_unlocking_over_usb(usb: Bench, when: Pull) -> None:
    pulled_at_each(usb, when)


def test_pulled_out_at_each_command_of_unlocking_on_a_reader(cards: Service) -> None:
    pulled_at_each(Bench(cards, None), Pull.BEFORE)


def pulled_at_each(bench: Bench, when: Pull) -> None:
    """Count the commands of a clean run, then pull the token out at each of them."""
    token = Authenticator(PIN)
    plugged = bench.plug(token)
    before = plugged.exchanges
    params, output = enrol()
    enrolling = plugged.exchanges - before
    before = plugged.exchanges
    assert unlock(params) == output
    unlocking = plugged.exchanges - before
    assert enrolling > 8
    assert unlocking > 6
    acts: list[tuple[int, Callable[[], bytes]]] = [(unlocking, lambda: unlock(params))]
    if bench.cards is None:
        acts.append((enrolling, lambda: enrol()[1]))
    for commands, act in acts:
        for number in range(commands):
            plugged.on_exchange(pull_at(number, when))
            with pytest.raises((TokenRemovedError, TokenMissingError)):
                act()
            assert token.pin_retries == 8, number
            plugged.again()
    assert unlock(params) == output


# --- touch -----------------------------------------------------------------------------------------------------------


def test_nobody_touches_it_in_time(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    token = Authenticator(PIN)
    bench.plug(token)
    params, output = enrol()
    token.touch.after = None
    monkeypatch.setattr(fido_owner, "TOUCH_SECONDS", 0.3)
    with pytest.raises(TokenTimeoutError):
        unlock(params)
    token.touch.after = 0
    assert unlock(params) == output


def test_the_token_itself_gives_up_waiting(bench: Bench) -> None:
    token = Authenticator(PIN)
    bench.plug(token)
    params, output = enrol()
    token.touch.after, token.patience = None, 2
    with pytest.raises(TokenTimeoutError):
        unlock(params)
    token.touch.after = 0
    assert unlock(params) == output


def test_cancelling_is_told_to_the_token_which_stops_blinking(bench: Bench) -> None:
    token = Authenticator(PIN)
    plugged = bench.plug(token)
    params, output = enrol()
    token.touch.after = None
    prompter = ScriptedPrompter({AskSecret: PIN}, cancels=token.touch.wanted.is_set)
    with pytest.raises(CancelledError):
        unlock(params, prompter)
    if plugged.token is not None:
        assert plugged.token.cancels >= 1
    token.touch.after = 0
    assert unlock(params) == output


def test_what_blinks_and_what_for_is_said(usb: Bench) -> None:
    usb.plug(Authenticator(PIN))
    prompter = person()
    made = FIDO2.enrol(wanted(), desk(prompter))
    unlock(made.params, prompter)
    assert [(each.token, each.id, each.seconds) for each in prompter.shown if isinstance(each, AskTouch)] == [
        ("Test Security Key", "hid:/dev/hidraw-test0", 30)
    ] * 3
    assert len({each.text for each in prompter.shown}) == 3


# --- which token -----------------------------------------------------------------------------------------------------


def test_two_tokens_of_a_model_are_told_apart_silently(bench: Bench) -> None:
    mine, other = Authenticator(PIN), Authenticator("8888")
    bench.plug(mine, 1)
    params, output = enrol()
    bench.plug(other, 0)
    touched = mine.touch.asked
    work = desk(person())
    assert FIDO2.unlock(params, work) == output
    assert (other.touch.asked, other.pin_retries, mine.touch.asked) == (0, 8, touched + 1)
    assert work.used is not None
    assert work.used[0].endswith("1")


def test_a_pin_goes_to_no_other_token_than_the_one_that_it_was_given_with(bench: Bench) -> None:
    mine, other = Authenticator(PIN), Authenticator("8888")
    bench.plug(mine, 1)
    params, output = enrol()
    bench.plug(other, 0)
    ids = [token.id for token in Fido2Tokens.all()]
    for named in [*ids, "hid:/dev/hidraw-gone", "pcsc:a reader that was pulled"]:
        work = desk(ScriptedPrompter(), given="8888", token=named)
        with pytest.raises((TokenForeignError, TokenMissingError, WrongPinError)) as raised:
            FIDO2.unlock(params, work)
        # With the name of the enrolled token the PIN is tried there, as it was wished; with no other name.
        assert mine.pin_retries == (7 if isinstance(raised.value, WrongPinError) else 8)
        assert isinstance(raised.value, WrongPinError) == (named in ids and named.endswith("1"))
        mine.set_pin(PIN)
    assert other.pin_retries == 8
    right = next(each for each in ids if each.endswith("1"))
    assert FIDO2.unlock(params, desk(person(), given=PIN, token=right)) == output


def test_a_token_that_was_reset_says_so_before_a_pin_or_a_touch(usb: Bench) -> None:
    token = Authenticator(PIN)
    assert usb.ports is not None
    usb.ports.plug(yubikey(token, 12345678))
    params, _ = enrol()
    assert (params["token"], params["serial"]) == ("YubiKey 5C", "12345678")
    token.wipe()
    token.set_pin(PIN)
    prompter = ScriptedPrompter()
    touched = token.touch.asked
    with pytest.raises(TokenResetError):
        unlock(params, prompter)
    assert (prompter.asked, prompter.shown, token.touch.asked) == ([], [], touched)
    state = FIDO2.look(params, Fido2Tokens.all())
    assert (state.ready, state.words) == (False, "Reset since it was enrolled")


def test_another_token_is_foreign_and_one_without_a_number_may_be_either(usb: Bench) -> None:
    assert usb.ports is not None
    usb.ports.plug(yubikey(Authenticator(PIN), 1))
    params, _ = enrol()
    usb.ports.pull()
    usb.ports.plug(yubikey(Authenticator(PIN), 2))
    with pytest.raises(TokenForeignError) as raised:
        unlock(params, ScriptedPrompter())
    assert raised.type is TokenForeignError
    usb.ports.pull()
    usb.plug(Authenticator(PIN))
    with pytest.raises(TokenStrangeError):
        unlock(params, ScriptedPrompter())
    usb.ports.pull()
    usb.plug(Authenticator(PIN, Model(aaguid=bytes(16))))
    with pytest.raises(TokenForeignError) as raised:
        unlock(params, ScriptedPrompter())
    assert raised.type is TokenForeignError


def test_a_token_that_is_enrolled_in_another_vault_does_not_open_this_one(usb: Bench) -> None:
    usb.plug(Authenticator(PIN))
    params, _ = enrol()
    usb.ports.pull() if usb.ports else None
    usb.plug(Authenticator(PIN))
    FIDO2.enrol(wanted(), desk(person())._replace(vault="cd" * 16))
    with pytest.raises(TokenForeignError):
        unlock(params, ScriptedPrompter())


def test_it_waits_until_the_token_is_plugged_in_or_the_person_gives_up(bench: Bench) -> None:
    plugged = bench.plug(Authenticator(PIN))
    params, output = enrol()
    plugged.pull()
    with pytest.raises(TokenMissingError):
        unlock(params)
    prompter = person(PIN, lambda request: plugged.again() if isinstance(request, AskPlug) else None)
    assert unlock(params, prompter, patient=True) == output
    plugged.pull()
    with pytest.raises(CancelledError):
        unlock(params, ScriptedPrompter(cancels=lambda: True), patient=True)


# --- what a token lacks ----------------------------------------------------------------------------------------------


def test_a_token_without_hmac_secret_is_unfit_and_so_is_a_u2f_key(usb: Bench) -> None:
    assert usb.ports is not None
    usb.plug(Authenticator(PIN, Model(hmac_secret=False)))
    with pytest.raises(TokenUnfitError, match="hmac-secret"):
        FIDO2.enrol(wanted(token="hid:/dev/hidraw-test0"), desk(person()))
    assert [(each.methods, "hmac-secret" in each.problem) for each in Fido2Tokens.all()] == [([], True)]
    usb.ports.pull()
    usb.ports.plug(HidToken(Authenticator(), name="Old Key", fido2=False))
    with pytest.raises(TokenUnfitError, match="U2F"):
        FIDO2.enrol(wanted(token="hid:/dev/hidraw-test0"), desk(person()))
    assert [(each.name, each.methods) for each in Fido2Tokens.all()] == [("Old Key", [])]


def test_what_was_asked_for_and_the_token_cannot_is_refused_before_anything_is_made(usb: Bench) -> None:
    token = Authenticator(PIN, Model(always_uv=True))
    usb.plug(token)
    for verification in (Verification.NONE, Verification.BUILT_IN):
        with pytest.raises(TokenUnfitError):
            enrol(verification)
    token.model = Model(pin=False)
    token.wipe()
    with pytest.raises(TokenUnfitError, match="PIN"):
        enrol()
    assert not token.credentials


@pytest.mark.parametrize("verification", [Verification.PIN, Verification.NONE])
def test_a_ctap_2_0_token_does_it_as_well(usb: Bench, verification: Verification) -> None:
    usb.plug(Authenticator(PIN, Model(tokens=False, protocols=(1,))))
    params, output = enrol(verification)
    assert unlock(params) == output


# --- its own sensor --------------------------------------------------------------------------------------------------


def test_a_finger_that_is_not_recognised_may_be_laid_on_again_and_then_the_pin_is_asked(usb: Bench) -> None:
    token = Authenticator(PIN, Model(fingerprint=True))
    usb.plug(token)
    params, output = enrol(Verification.BUILT_IN)
    token.fingers = [False, True]
    prompter = ScriptedPrompter()
    assert unlock(params, prompter) == output
    assert "tries left: 2" in prompter.shown[1].text
    token.fingers = [False, False, False]
    prompter = person()
    assert unlock(params, prompter) == output
    assert len(prompter.asked) == 1


def test_without_a_pin_to_fall_back_to_the_sensor_s_refusal_is_final(usb: Bench) -> None:
    token = Authenticator(None, Model(fingerprint=True))
    usb.plug(token)
    params, _ = enrol(Verification.BUILT_IN)
    token.fingers = [False, False, False]
    for _ in range(2):
        with pytest.raises(BiometricsError):
            unlock(params, ScriptedPrompter())


def test_a_sensor_of_a_ctap_2_0_token_is_asked_at_the_command(usb: Bench) -> None:
    token = Authenticator(None, Model(fingerprint=True, tokens=False))
    usb.plug(token)
    params, output = enrol(Verification.BUILT_IN)
    assert unlock(params, ScriptedPrompter()) == output


# --- others ----------------------------------------------------------------------------------------------------------


def test_a_token_that_another_program_uses_is_busy(bench: Bench) -> None:
    plugged = bench.plug(Authenticator(PIN))
    params, output = enrol()
    if plugged.token is not None:
        plugged.token.busy = True
        with pytest.raises(TokenBusyError):
            unlock(params)
        assert "Another program is using" in FIDO2.look(params, [Fido2Tokens.info(plugged)]).words
        plugged.token.busy = False
    else:
        assert bench.cards is not None
        with pcsc.connect("pcsc:" + bench.cards.names[SLOT]), pytest.raises(TokenBusyError):
            unlock(params)
    assert unlock(params) == output


@pytest.mark.parametrize(
    "answer", [b"", b"\0", b"\0\xff\xff", b"\0\xa1\x01\x02", b"\x7f", b"\xf3", b"\0\x83\x01\x02\x03"]
)
def test_an_answer_that_makes_no_sense_is_an_error_in_words(usb: Bench, answer: bytes) -> None:
    plugged = usb.plug(Authenticator(PIN))
    params, output = enrol()
    assert plugged.token is not None
    for number in range(8):
        left = [number]

        def garble(right: bytes, left: list[int] = left) -> bytes:
            left[0] -= 1
            return answer if left[0] == -1 else right

        plugged.token.garbles = garble
        try:
            assert unlock(params) == output
        except TokenError:
            continue
    plugged.token.garbles = None
    assert unlock(params) == output


def test_how_it_stands_is_seen_without_a_touch_or_a_pin(bench: Bench) -> None:
    token = Authenticator(PIN)
    plugged = bench.plug(token)
    params, _ = enrol()
    touched = token.touch.asked
    info = Fido2Tokens.info(plugged)

    def stands() -> tuple[bool, int | None, str, str]:
        state = FIDO2.look(params, [info])
        return state.ready, state.retries, state.words, state.token

    assert stands() == (True, 8, "Ready", plugged.id)
    with pytest.raises(WrongPinError):
        unlock(params, person("0000"))
    assert stands() == (True, 7, "Ready", plugged.id)
    for _ in range(2):
        with pytest.raises(TokenError):
            unlock(params, person("0000"))
    assert stands() == (False, 5, "Pull it out and plug it in again", plugged.id)
    token.pin_retries = 0
    assert stands() == (False, 0, "PIN blocked", plugged.id)
    token.wipe()
    assert stands()[0] is False
    assert token.touch.asked == touched


class Fido2Tokens:
    """What the engine finds."""

    @staticmethod
    def all() -> list[TokenInfo]:
        from kvault_gui.engine.tokens import fido_ports  # noqa: PLC0415 beside its only use

        return fido_ports.find_everywhere()

    @classmethod
    def info(cls, plugged: Plugged) -> TokenInfo:
        return next(each for each in cls.all() if each.id == plugged.id)
