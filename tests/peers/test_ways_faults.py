"""Faults of tokens, cards and chips at a vault's door, on real and emulated parts.

A way in is damaged or its token fails; then the header is byte for byte as it was, no PIN try is lost that the person
did not spend, the sentence says what happened, and another way in opens the vault.
"""

from __future__ import annotations

import contextlib
import copy
import sys
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pytest

from kvault_gui.engine.api import AskPlug, AskSecret, AskTouch, Method, NewFactor, NewSlot, Secret
from kvault_gui.engine.errors import (
    CancelledError,
    HsmSessionError,
    InternalError,
    KeyringLockedError,
    KeyringLostError,
    KvaultError,
    LastPinTryError,
    PinBlockedError,
    PinError,
    ReaderServiceError,
    SlotAlteredError,
    TokenBusyError,
    TokenKeyError,
    TokenRemovedError,
    TokenTimeoutError,
    TpmChangedError,
    TpmError,
    TpmLockoutError,
    WrongCredentialsError,
    WrongPinError,
    WrongPinUncountedError,
)
from kvault_gui.engine.facade import Engine
from kvault_gui.engine.tokens import pcsc, tpm
from tests.engine.altering import PUT_BACK, alterations, exchange, params_of, slot_in, slot_named
from tests.engine.ways_kit import Json, tamper
from tests.jobs import finish
from tests.peers.cards.ctap_nfc import FidoApplet
from tests.peers.cards.otp import Otp
from tests.peers.cards.piv import Piv
from tests.peers.cards.vicc import ATR_PLAIN, Card
from tests.peers.parts import PINS, PLACES, Loss, Parts, State, Way, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from kvault_gui.engine.api import Added, Question
    from tests.engine.unlock.script import ScriptedPrompter
    from tests.peers.cards.openpgp import OpenPgp

    Begin = Callable[[Parts, ScriptedPrompter], AbstractContextManager[None]]

pytestmark = [pytest.mark.peer, pytest.mark.xdist_group("parts")]
__all__ = ["parts"]

HARDWARE = (
    Method.FIDO2, Method.CHALLENGE_RESPONSE, Method.PIV, Method.OPENPGP, Method.PKCS11, Method.TPM, Method.DEVICE
)  # fmt: skip
ON_CARDS = HARDWARE[:4]


class Applets(NamedTuple):
    """What is on the cards, to be broken."""

    otp: Otp
    piv: Piv
    openpgp: OpenPgp
    fido: FidoApplet

    @classmethod
    def of(cls, parts: Parts) -> Applets:
        found = parts.key.applets
        otp, piv, fido = found[Method.CHALLENGE_RESPONSE], found[Method.PIV], found[Method.FIDO2]
        assert isinstance(otp, Otp)
        assert isinstance(piv, Piv)
        assert isinstance(fido, FidoApplet)
        return cls(otp, piv, parts.openpgp, fido)

    def tries(self) -> tuple[int | None, ...]:
        """PIN tries that are left: PIV, OpenPGP, FIDO2, TPM."""
        return self.piv.pin.left, self.openpgp.pin.left, self.fido.authenticator.pin_retries, tpm.state()[1].tries


class Ways:
    """A vault for each method, made when it is first needed; challenge-response is beside a code."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._made: dict[Method, Way] = {}

    def by(self, method: Method) -> Way:
        """The way in of that kind."""
        self.parts.arrange()
        if method not in self._made:
            self._made[method] = self.parts.add("Token", *asked(self.parts, method))
        return self._made[method]


def asked(parts: Parts, method: Method) -> list[NewFactor]:
    beside = [NewFactor(Method.RECOVERY_CODE)] if method is Method.CHALLENGE_RESPONSE else []
    return [*beside, parts.wanted(method)]


@pytest.fixture(name="ways", scope="module")
def _ways(parts: Parts) -> Ways:
    return Ways(parts)


@pytest.fixture(autouse=True)
def _state_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The vaults are copies of one: none of them is to be an older state of another.
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


# --- altered, swapped, doubled ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", HARDWARE)
def test_no_altered_parameter_opens_or_costs_a_try_or_harms_anything(parts: Parts, ways: Ways, method: Method) -> None:
    way, applets = ways.by(method), Applets.of(parts)
    good, tries = way.headers(), applets.tries()
    for what, changed in alterations(params_of(slot_in(way.folder, "Token"), method), few=True):

        def alter(slots: list[Json], changed: Json = changed) -> None:
            exchange(slot_named(slots, "Token"), method, changed)

        tamper(way.folder, alter)
        altered = way.headers()
        with pytest.raises(KvaultError) as caught:
            parts.unlock(way)
        assert not isinstance(caught.value, InternalError), what
        assert way.headers() == altered, what
        if isinstance(caught.value, WrongPinError):
            # The TPM's PIN is derived with its salt: there is no way to know before the chip has tried it.
            assert (method, what[:5]) == (Method.TPM, "salt ")
            parts.chip.forgive()
        assert applets.tries() == tries, what
        assert parts.unlock_otherwise(way).notes == [PUT_BACK], what
        assert way.headers() == good, what
    assert parts.unlock(way).slot == way.slot


ANSWERED = {Method.CHALLENGE_RESPONSE: WrongCredentialsError, Method.DEVICE: KeyringLostError}


@pytest.mark.parametrize("method", HARDWARE)
def test_a_way_in_of_another_vault_opens_nothing_here_though_its_token_answers(
    parts: Parts, ways: Ways, tmp_path: Path, method: Method
) -> None:
    way = ways.by(method)
    good, tries = way.headers(), Applets.of(parts).tries()
    folder = tmp_path / "Theirs"
    engine = Engine(parts.person(), "test", kdf_seconds=0)
    engine.vaults.create(str(folder), Secret.of("theirs"))
    finish(engine.slots.add(NewSlot("Token", asked(parts, method))))
    engine.vaults.close()
    foreign = {**slot_in(folder, "Token"), "id": way.slot}

    def swap(slots: list[Json]) -> None:
        slots[:] = [foreign if slot["label"] == "Token" else slot for slot in slots]

    tamper(way.folder, swap)
    altered = way.headers()
    with pytest.raises(ANSWERED.get(method, SlotAlteredError)):
        parts.unlock(way)
    assert way.headers() == altered
    assert Applets.of(parts).tries() == tries
    assert parts.unlock_otherwise(way).notes == [PUT_BACK]
    assert way.headers() == good
    assert parts.unlock(way).slot == way.slot


@pytest.mark.parametrize("method", HARDWARE)
def test_a_doubled_way_in_opens_nothing_and_the_first_still_opens(parts: Parts, ways: Ways, method: Method) -> None:
    way = ways.by(method)
    good = way.headers()
    tamper(way.folder, lambda slots: slots.append({**copy.deepcopy(slot_named(slots, "Token")), "id": "ab" * 16}))
    altered = way.headers()
    with pytest.raises(ANSWERED.get(method, SlotAlteredError) if method is not Method.DEVICE else SlotAlteredError):
        parts.unlock(Way(way.folder, _under(way, "ab" * 16)))
    assert way.headers() == altered
    assert parts.unlock(way).notes == [PUT_BACK]
    assert way.headers() == good


def _under(way: Way, slot: str) -> Added:
    info = msgspec.structs.replace(way.added.slot, id=slot)
    return msgspec.structs.replace(way.added, slot=info)


# --- what fails while it is used -------------------------------------------------------------------------------------


class Fault(NamedTuple):
    """Something that goes wrong: at whom, what is raised, and how it begins and ends."""

    name: str
    method: Method
    error: type[KvaultError]
    begin: Begin
    tries: int = 0  # that it costs


def again(parts: Parts) -> None:
    """Put in what was pulled out."""
    for name in ("yubikey", "openpgp"):
        if parts.service.slots[PLACES[name]].card is None:
            parts.service.insert(PLACES[name], parts.cards[name])


@contextlib.contextmanager
def pulled_before_touch(parts: Parts, person: ScriptedPrompter) -> Iterator[None]:
    """The card is pulled out when the touch is wanted, after the PIN."""

    def pull(request: AskTouch | AskPlug) -> None:
        if isinstance(request, AskTouch):
            parts.service.remove(next(n for n, name in enumerate(parts.service.names) if request.id.endswith(name)))

    person.on_touch = pull
    yield
    again(parts)


@contextlib.contextmanager
def nobody_touches(parts: Parts, person: ScriptedPrompter) -> Iterator[None]:
    applets = Applets.of(parts)
    person.on_touch = None
    timed = (applets.otp, applets.piv, applets.openpgp)
    for applet in timed:
        applet.seconds = 0.05
    applets.fido.authenticator.patience = 2
    yield
    for applet in timed:
        applet.seconds = 15.0
    applets.fido.authenticator.patience = 300


def at_the_pin(act: Callable[[Parts], object], mend: Callable[[Parts], object]) -> Begin:
    """Something happens while the PIN is typed, which is the right one."""

    @contextlib.contextmanager
    def begin(parts: Parts, person: ScriptedPrompter) -> Iterator[None]:
        def typed(question: Question) -> str:
            assert isinstance(question, AskSecret)
            assert question.method is not None
            act(parts)
            return PINS[question.method]

        person.answers = {AskSecret: typed}
        yield
        mend(parts)

    return begin


def revive(parts: Parts) -> None:
    """Power on again; a chip counts a power cut as a wrong PIN."""
    parts.chip.start()
    parts.chip.forgive()


@contextlib.contextmanager
def wrong_pin(parts: Parts, person: ScriptedPrompter) -> Iterator[None]:
    person.answers = {AskSecret: "00000000"}
    yield
    parts.chip.forgive()


@contextlib.contextmanager
def held_by_another_program(parts: Parts, person: ScriptedPrompter) -> Iterator[None]:
    del person
    with pcsc.connect(parts.tokens["yubikey"]):
        yield


@contextlib.contextmanager
def without_pcscd(parts: Parts, person: ScriptedPrompter) -> Iterator[None]:
    del person
    parts.service.stop()
    try:
        yield
    finally:
        parts.service.start()
        again(parts)


@contextlib.contextmanager
def locked_keyring(parts: Parts, person: ScriptedPrompter) -> Iterator[None]:
    del person
    parts.keyring.restart(unlocked=False)
    yield
    parts.keyring.restart()


FAULTS = [
    *(Fault("pulled between PIN and touch", each, TokenRemovedError, pulled_before_touch) for each in ON_CARDS),
    *(Fault("nobody touches it", each, TokenTimeoutError, nobody_touches) for each in ON_CARDS),
    *(Fault("wrong PIN", each, WrongPinError, wrong_pin, 1) for each in (Method.FIDO2, Method.PIV, Method.OPENPGP)),
    Fault("wrong PIN", Method.PKCS11, WrongPinUncountedError, wrong_pin),
    Fault("wrong PIN", Method.TPM, WrongPinError, wrong_pin, 1),
    Fault("held by another program", Method.PIV, TokenBusyError, held_by_another_program),
    *(Fault("pcscd is not running", each, ReaderServiceError, without_pcscd) for each in (Method.PIV, Method.OPENPGP)),
    Fault(
        "session lost", Method.PKCS11, HsmSessionError, at_the_pin(lambda parts: parts.hsm.finalise(), lambda _: None)
    ),
    Fault(
        "killed in the middle",
        Method.TPM,
        TpmError,
        at_the_pin(lambda parts: parts.chip.kill(), revive),
        1,
    ),
    Fault("locked", Method.DEVICE, KeyringLockedError, locked_keyring),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.method}, {fault.name}")
def test_a_fault_is_named_and_harms_nothing(parts: Parts, ways: Ways, fault: Fault) -> None:
    way, applets = ways.by(fault.method), Applets.of(parts)
    before, tries = way.headers(), applets.tries()
    person = parts.person(way.added)
    answers = dict(person.answers) if isinstance(person.answers, dict) else {}
    with fault.begin(parts, person):
        if fault.method is Method.CHALLENGE_RESPONSE:
            person.answers = answers  # its code
        with pytest.raises(fault.error) as caught:
            parts.unlock(way, person)
        assert way.headers() == before
        assert person.open == 0, "every request is withdrawn"
        assert parts.unlock_otherwise(way).notes == []
    said = caught.value
    assert all(said.say(words) for words in (said.headline, said.meaning, said.advice))
    for secret in PINS.values():
        assert secret not in repr(said)
    if not fault.tries:
        assert applets.tries() == tries
    # When the fault is over the same way in opens again.
    assert parts.unlock(way).slot == way.slot
    assert way.headers() == before
    assert applets.tries() == tries


# --- until it is blocked ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [Method.PIV, Method.OPENPGP, Method.FIDO2, Method.TPM])
def test_wrong_pins_until_it_is_blocked_leave_the_header_and_the_other_ways_in(
    parts: Parts, ways: Ways, method: Method
) -> None:
    way, applets = ways.by(method), Applets.of(parts)
    before = way.headers()
    said: list[KvaultError] = []
    while not said or not isinstance(said[-1], PinBlockedError | TpmLockoutError):
        assert len(said) < 40
        person = parts.person(way.added)
        person.answers = {AskSecret: "00000000"}
        with pytest.raises((PinError, TpmLockoutError, CancelledError)) as caught:
            parts.unlock(way, person)
        said.append(caught.value)
        if isinstance(caught.value, CancelledError):  # three in a row: it is to be pulled out and plugged in again
            assert [request.again for request in person.shown if isinstance(request, AskPlug)] == [True]
            parts.service.remove(PLACES["yubikey"])
            again(parts)
            said.pop()
    left = [each.fields["retries"] for each in said[:-1]]
    assert left == list(range(len(left), 0, -1))
    assert isinstance(said[-2], LastPinTryError)
    # The right PIN is not even asked for now.
    person = parts.person(way.added)
    with pytest.raises(type(said[-1])):
        parts.unlock(way, person)
    assert not person.asked
    assert way.headers() == before
    assert parts.unlock_otherwise(way).notes == []
    applets.piv.pin.left = applets.openpgp.pin.left = 3
    applets.fido.authenticator.pin_retries = 8
    parts.chip.forgive()
    assert parts.unlock(way).slot == way.slot


# --- what cannot be enrolled, what has changed -----------------------------------------------------------------------


def test_keys_of_the_wrong_type_are_not_enrolled_and_the_vault_stays_as_it_is(parts: Parts, ways: Ways) -> None:
    way, applets = ways.by(Method.DEVICE), Applets.of(parts)
    before = way.headers()
    piv, openpgp = dict(applets.piv.keys), (applets.openpgp.attributes, applets.openpgp.key)
    applets.piv.put("ed25519")
    applets.openpgp.put("k256")
    try:
        for method in (Method.PIV, Method.OPENPGP):
            with pytest.raises(TokenKeyError, match=r"Ed25519|secp256k1"):
                parts.add("Wrong key", parts.wanted(method), folder=way.folder)
    finally:
        applets.piv.keys = piv
        applets.openpgp.attributes, applets.openpgp.key = openpgp
    assert way.headers() == before
    assert parts.unlock(way).slot == way.slot


def test_a_changed_start_up_is_named_and_sealing_again_by_another_way_in_mends_it(parts: Parts) -> None:
    parts.arrange()
    wanted = parts.wanted(Method.TPM)
    wanted.pcrs = [4, 7]
    way = parts.add("Token", wanted)
    before = way.headers()
    parts.chip.extend(7)
    try:
        person = parts.person(way.added)
        with pytest.raises(TpmChangedError) as caught:
            parts.unlock(way, person)
        assert caught.value.fields["pcrs"] == "7"
        assert not person.asked
        assert way.headers() == before
        assert parts.unlock_otherwise(way).notes == []
        with parts.opened(way.folder) as engine:
            sealed = finish(engine.slots.reseal(way.slot))
        assert parts.unlock(Way(way.folder, _under(way, sealed.id))).slot == sealed.id
    finally:
        parts.chip.restart()


# --- in words --------------------------------------------------------------------------------------------------------


class Situation:
    """Somebody who enrols or unlocks, and what they are told."""

    def __init__(self, parts: Parts, ways: Ways, patch: pytest.MonkeyPatch) -> None:
        self.parts, self.ways, self.patch = parts, ways, patch

    def told(self, act: Callable[[], object]) -> KvaultError:
        """What ``act`` raises."""
        with pytest.raises(KvaultError) as caught:
            act()
        return caught.value

    def unlocking(self, method: Method, begin: Begin) -> KvaultError:
        """With a fault."""
        way = self.ways.by(method)
        person = self.parts.person(way.added)
        with begin(self.parts, person):
            return self.told(lambda: self.parts.unlock(way, person))

    def lost(self, method: Method, how: Loss) -> KvaultError:
        """With a part that is not there, or is another one."""
        way = self.ways.by(method)
        self.parts.arrange(State(method, how))
        try:
            return self.told(lambda: self.parts.unlock(way))
        finally:
            self.parts.arrange()

    def enrolling(self, wanted: NewFactor) -> KvaultError:
        return self.told(lambda: self.parts.add("New", wanted))

    def without_library(self, name: str, method: Method) -> KvaultError:
        """An optional library is not installed."""
        self.parts.arrange()
        with self.patch.context() as patch:
            for loaded in [each for each in sys.modules if each.split(".")[0] == name]:
                patch.delitem(sys.modules, loaded)
            patch.setitem(sys.modules, name, None)
            return self.enrolling(self.parts.wanted(method))

    def blocked(self) -> KvaultError:
        applet = Applets.of(self.parts).piv
        self.ways.by(Method.PIV)
        applet.pin.left = 0
        try:
            return self.unlocking(Method.PIV, lambda *_: contextlib.nullcontext())
        finally:
            applet.pin.left = 3

    def unknown_card(self) -> KvaultError:
        service = self.parts.service
        name = service.insert(1, Card([], ATR_PLAIN))
        try:
            return self.enrolling(NewFactor(Method.PIV, token=f"pcsc:{name}"))
        finally:
            service.remove(1)

    def empty_reader(self) -> KvaultError:
        return self.enrolling(NewFactor(Method.PIV, token=f"pcsc:{self.parts.service.names[1]}"))

    def locked_out(self) -> KvaultError:
        self.parts.chip.tries(1, 1000)
        try:
            self.unlocking(Method.TPM, wrong_pin_kept)
            return self.unlocking(Method.TPM, wrong_pin_kept)
        finally:
            self.parts.chip.forgive()
            self.parts.chip.tries(3, 1000)


@contextlib.contextmanager
def wrong_pin_kept(parts: Parts, person: ScriptedPrompter) -> Iterator[None]:
    del parts
    person.answers = {AskSecret: "00000000"}
    yield


def test_what_can_go_wrong_has_a_sentence_each_that_says_what_to_do(
    parts: Parts, ways: Ways, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = Situation(parts, ways, monkeypatch)
    said = {
        "blocked PIN": it.blocked(),
        "unknown card": it.unknown_card(),
        "reader without a card": it.empty_reader(),
        "pcscd not running": it.unlocking(Method.PIV, without_pcscd),
        "library missing": it.without_library("smartcard", Method.PIV),
        "another library missing": it.without_library("tpm2_pytss", Method.TPM),
        "PKCS#11 library missing": it.without_library("pkcs11", Method.PKCS11),
        "another token": it.lost(Method.PKCS11, Loss.OTHER),
        "reset": it.lost(Method.PIV, Loss.OTHER),
        "pulled": it.unlocking(Method.OPENPGP, pulled_before_touch),
        "untouched": it.unlocking(Method.OPENPGP, nobody_touches),
        "busy": it.unlocking(Method.PIV, held_by_another_program),
        "wrong PIN": it.unlocking(Method.FIDO2, wrong_pin),
        "wrong PIN, uncounted": it.unlocking(Method.PKCS11, wrong_pin),
        "TPM's lock-out": it.locked_out(),
        "no TPM": it.lost(Method.TPM, Loss.MISSING),
        "another TPM": it.lost(Method.TPM, Loss.OTHER),
        "no keyring": it.lost(Method.DEVICE, Loss.MISSING),
        "another computer": it.lost(Method.DEVICE, Loss.OTHER),
        "no module": it.enrolling(NewFactor(Method.PKCS11, file="/nowhere/module.so")),
    }
    sentences = {name: error.say(error.headline) for name, error in said.items()}
    whole = {name: f"{sentences[name]}. {error.say(error.advice)}" for name, error in said.items()}
    assert len(set(sentences.values())) == len(said), sentences
    for name, error in said.items():
        assert not isinstance(error, InternalError), name
        assert error.say(error.meaning), name
        assert error.say(error.advice).endswith("."), name
        assert "!" not in whole[name], name
    # Those that people confuse: each tells another thing to do, and none says just "Try again".
    confused = [said[name].say(said[name].advice) for name in list(said)[:8]]
    assert len(set(confused)) == len({type(error) for error in list(said.values())[:8]})
    assert all(len(advice.split()) > 3 for advice in confused), confused


def test_a_token_of_another_vault_is_told_with_that_vaults_name(parts: Parts, ways: Ways, tmp_path: Path) -> None:
    theirs = ways.by(Method.OPENPGP)
    folder = tmp_path / "Mine"
    engine = Engine(parts.person(), "test", kdf_seconds=0)
    engine.vaults.create(str(folder), Secret.of("mine"))
    finish(engine.slots.add(NewSlot("Key", [parts.wanted(Method.PIV)])))
    engine.vaults.close()
    notices = finish(engine.tokens.ways(str(folder), [str(theirs.folder)])).notices
    assert [each for each in notices if each.endswith(" opens Personal, not Mine.")]
