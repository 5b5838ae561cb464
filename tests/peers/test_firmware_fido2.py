"""FIDO2 ways in with the firmware of a Nitrokey 3, built from its source: what a real maker's token does."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pytest

from kvault_gui.engine.api import AskSecret, AskTouch, Method, Verification
from kvault_gui.engine.errors import (
    InvalidInputError,
    KvaultError,
    LastPinTryError,
    PinBlockedError,
    PinChangeNeededError,
    PinNotSetError,
    PinPausedError,
    TokenError,
    TokenRemovedError,
    TokenStrangeError,
    TokenTimeoutError,
    TokenUnfitError,
    WrongPinError,
)
from kvault_gui.engine.tokens.find import find_all
from kvault_gui.engine.unlock.fido2 import Fido2
from tests.engine.unlock.contract import MethodContract, Person
from tests.engine.unlock.script import ScriptedPrompter
from tests.peers.cards.bench import PIN, Bench, Plugged, desk, person, wanted
from tests.peers.cards.fixtures import cards, ports
from tests.peers.cards.vicc import Pull, pull_at
from tests.peers.firmware.bench import plug, prepared
from tests.peers.firmware.ctap import configure, credentials, pin_retries, reset, set_pin
from tests.peers.firmware.nitrokey import Nitrokey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kvault_gui.engine.vault.methods import Params

pytestmark = [pytest.mark.peer, pytest.mark.campaign]
__all__ = ["cards", "ports"]

FIDO2 = Fido2()


def _with_pin(folder: Path) -> None:
    token = Nitrokey(folder)
    token.power_up()
    try:
        set_pin(token, PIN)
    finally:
        token.power_down()


@pytest.fixture(params=["usb", "reader"])
def bench(request: pytest.FixtureRequest) -> Bench:
    """Both ways to a token."""
    if request.param == "usb":
        return Bench(None, request.getfixturevalue("ports"))
    return Bench(request.getfixturevalue("cards"), None)


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[list[Nitrokey]]:
    """Two of a kind with the same PIN, which wait a second for a touch, and one as it comes from its maker."""
    made = [Nitrokey(prepared(f"fido{each}", _with_pin, tmp_path / str(each)), touch=1000) for each in range(2)]
    made.append(Nitrokey(tmp_path / "new", touch=1000))
    yield made
    for token in made:
        token.power_down()


@pytest.fixture
def token(bench: Bench, tokens: list[Nitrokey]) -> Nitrokey:
    """The first, plugged in."""
    plug(bench, tokens[0])
    return tokens[0]


def enrol(verification: Verification = Verification.PIN, *, resident: bool = False) -> tuple[Params, bytes]:
    made = FIDO2.enrol(wanted(verification, resident=resident), desk(person()))
    return made.params, made.output


def unlock(params: Params, prompter: ScriptedPrompter | None = None, *, patient: bool = False) -> bytes:
    return FIDO2.unlock(params, desk(prompter or person(), patient=patient))


class FirmwareContract(MethodContract):
    method = Fido2()
    module = "kvault_gui.engine.unlock.fido2"
    skip = frozenset({"token", "serial"})
    verification: ClassVar[Verification] = Verification.PIN
    resident: ClassVar[bool] = False
    second: Plugged | None = None

    @pytest.fixture(autouse=True)
    def _plugged(self, bench: Bench, tokens: list[Nitrokey]) -> None:
        self.bench, self.tokens = bench, tokens
        self.first = plug(bench, tokens[0])

    def mine(self) -> Person:
        if self.second is not None:
            self.second.pull()
            self.second = None
            self.first.again()
        return Person(wanted(self.verification, resident=self.resident), {AskSecret: PIN})

    def other(self) -> Person:
        """Another token of the same model and with the same PIN is plugged in."""
        self.first.pull()
        self.second = plug(self.bench, self.tokens[1], 1)
        return Person(wanted(self.verification), {AskSecret: PIN})


class TestContract(FirmwareContract):
    """With a PIN."""


class TestContractWithResidentKeys(FirmwareContract):
    resident = True


class TestContractWithTouchAlone(FirmwareContract):
    verification = Verification.NONE


# --- what it is ------------------------------------------------------------------------------------------------------


def test_it_is_found_with_what_it_can_do(token: Nitrokey) -> None:
    del token
    (found,) = [each for each in find_all() if Method.FIDO2 in each.methods]
    assert not found.problem


def test_the_secret_outlives_power_cuts_and_belongs_to_the_verified_owner(bench: Bench, tokens: list[Nitrokey]) -> None:
    plugged = plug(bench, tokens[0])
    ways = {verification: enrol(verification) for verification in (Verification.PIN, Verification.NONE)}
    plugged.pull()
    plugged.again()
    for params, output in ways.values():
        assert unlock(params) == output
    # The token gives another secret for the same credential and salt when its owner is not verified.
    params, output = ways[Verification.PIN]
    altered = unlock({**params, "verification": Verification.NONE.value})
    assert altered != output


def test_only_resident_keys_take_room_on_it(token: Nitrokey) -> None:
    kept, output = enrol()
    room = credentials(token)  # after the first: that one took room for the token's own keys
    assert room is not None
    again, second = enrol()
    assert credentials(token) == room
    resident, third = enrol(resident=True)
    left = credentials(token)
    assert left is not None
    assert left < room
    assert [unlock(params) for params in (kept, again, resident)] == [output, second, third]


# --- PIN -------------------------------------------------------------------------------------------------------------


def test_wrong_pins_are_counted_before_each_try_until_it_is_blocked(bench: Bench, tokens: list[Nitrokey]) -> None:
    plugged = plug(bench, tokens[0])
    params, _ = enrol()
    seen: list[tuple[int | None, type[KvaultError]]] = []
    for _ in range(8):
        prompter = person("0000")
        with pytest.raises(TokenError) as raised:
            unlock(params, prompter)
        asked = [each.retries for each in prompter.asked if isinstance(each, AskSecret)]
        seen.append((asked[0] if asked else None, raised.type))
        assert not prompter.shown, "no touch is wanted after a wrong PIN"
        if raised.type is PinPausedError:
            left = pin_retries(tokens[0])
            with pytest.raises(PinPausedError):  # the right one: it does not say before that it takes none
                unlock(params)
            assert pin_retries(tokens[0]) == left
            plugged.pull()
            plugged.again()
    wrong, paused, last, blocked = WrongPinError, PinPausedError, LastPinTryError, PinBlockedError
    assert seen == [
        *((8, wrong), (7, wrong), (6, paused), (5, wrong), (4, wrong), (3, paused), (2, last), (1, blocked)),
    ]
    with pytest.raises(PinBlockedError):
        unlock(params, ScriptedPrompter())  # it is told without a question
    assert pin_retries(tokens[0]) == 0


def test_a_right_pin_gives_the_tries_back(token: Nitrokey) -> None:
    params, output = enrol()
    with pytest.raises(WrongPinError):
        unlock(params, person("9999"))
    assert pin_retries(token) == 7
    assert unlock(params) == output
    assert pin_retries(token) == 8


@pytest.mark.parametrize("pin", ["", "123", "1" * 64])
def test_a_pin_that_cannot_be_right_is_not_sent(token: Nitrokey, pin: str) -> None:
    params, _ = enrol()
    with pytest.raises(InvalidInputError):
        unlock(params, person(pin))
    assert pin_retries(token) == 8


@pytest.mark.parametrize("pin", ["Zürich-東京", "Zu\u0308rich-東京"])
def test_the_pin_of_a_token_may_be_of_any_letters(bench: Bench, tokens: list[Nitrokey], pin: str) -> None:
    new = tokens[2]
    plug(bench, new)
    set_pin(new, "Zürich-東京")
    made = FIDO2.enrol(wanted(), desk(person(pin)))
    assert unlock(made.params, person(pin)) == made.output


def test_a_new_token_has_no_pin_yet_and_works_with_a_touch_alone(bench: Bench, tokens: list[Nitrokey]) -> None:
    plug(bench, tokens[2])
    with pytest.raises(PinNotSetError):
        enrol()
    params, output = enrol(Verification.NONE)
    assert unlock(params, ScriptedPrompter()) == output
    set_pin(tokens[2], PIN)
    assert unlock(params, ScriptedPrompter()) == output


def test_when_its_pin_must_be_changed_that_is_told(token: Nitrokey) -> None:
    params, _ = enrol()
    configure(token, PIN, lambda config: config.set_min_pin_length(min_pin_length=6))
    prompter = person()
    with pytest.raises(PinChangeNeededError):
        unlock(params, prompter)
    assert not prompter.asked


def test_a_token_that_always_wants_its_pin_has_no_way_in_by_touch_alone(token: Nitrokey) -> None:
    params, output = enrol()
    configure(token, PIN, lambda config: config.toggle_always_uv())
    with pytest.raises(TokenUnfitError):
        enrol(Verification.NONE)
    assert unlock(params) == output


# --- touch -----------------------------------------------------------------------------------------------------------


def test_a_touch_that_does_not_come_is_told_and_costs_nothing(token: Nitrokey) -> None:
    params, output = enrol()
    token.absent()
    prompter = person()
    with pytest.raises(TokenTimeoutError):
        unlock(params, prompter)
    assert prompter.all(AskTouch)
    token.absent(away=False)
    assert pin_retries(token) == 8
    assert unlock(params) == output


# --- another one, or none any more -----------------------------------------------------------------------------------


def test_after_a_reset_it_is_told_before_anything_is_asked(bench: Bench, tokens: list[Nitrokey]) -> None:
    plugged = plug(bench, tokens[0])
    ways = [enrol()[0], enrol(resident=True)[0], enrol(Verification.NONE)[0]]
    plugged.pull()
    plugged.again()
    reset(tokens[0])
    set_pin(tokens[0], PIN)
    for params in ways:
        prompter = ScriptedPrompter()
        # It has no serial number that can be read, so it may as well be another one of the kind.
        with pytest.raises(TokenStrangeError):
            unlock(params, prompter)
        assert not prompter.asked
        assert not prompter.shown
    params, output = enrol()
    assert unlock(params) == output


def test_the_right_one_of_two_is_taken_whichever_comes_first(bench: Bench, tokens: list[Nitrokey]) -> None:
    first = plug(bench, tokens[0])
    params, output = enrol()
    plug(bench, tokens[1], 1)
    assert unlock(params) == output
    first.pull()
    with pytest.raises(TokenStrangeError):
        unlock(params, ScriptedPrompter())
    assert pin_retries(tokens[1]) == 8


@pytest.mark.parametrize("when", [Pull.BEFORE, Pull.AFTER])
def test_pulled_out_at_any_command_it_loses_nothing(bench: Bench, tokens: list[Nitrokey], when: Pull) -> None:
    plugged = plug(bench, tokens[0])
    params, output = enrol()
    before = plugged.exchanges
    assert unlock(params) == output
    steps = plugged.exchanges - before
    assert steps > 3
    for step in range(0, steps, 3 if bench.cards is not None else 1):
        plugged.on_exchange(pull_at(step, when))
        with pytest.raises(TokenRemovedError):
            unlock(params)
        plugged.again()
        assert pin_retries(tokens[0]) >= 7  # it may have been pulled out between the PIN's try and its success
    assert unlock(params) == output
    assert pin_retries(tokens[0]) == 8
