"""Unlocking with a FIDO2 token: hmac-secret (CTAP 2.1, section 12.5), with the token's PIN, its own sensor or neither.

A slot has a credential of its own on the token and a random salt; the token computes 32 bytes from both, the same at
every time, and other ones when its user is verified than when not: so the slot says which it is and always asks for
the same. Which token it is, is asked silently, by whether it knows the credential: before a PIN and before a touch.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from ..api import AskPlug, Availability, Method, Verification, WayState
from ..crypto.kdf import derive_hkdf
from ..crypto.rng import random_bytes
from ..errors import (
    HeaderDamagedError,
    LibraryMissingError,
    PinBlockedError,
    PinNotSetError,
    PinPausedError,
    TokenBusyError,
    TokenError,
    TokenForeignError,
    TokenMissingError,
    TokenResetError,
    TokenStrangeError,
    TokenUnfitError,
)
from ..tokens import fido_ports
from ..tokens.at_hand import first, wait_for
from ..tokens.fido import SALT, Grant, Token
from ..vault.fido_owner import OwnerPin, granted, touch
from ..vault.methods import Enrolled, Params
from ..vault.sealing import context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..api import NewFactor, TokenInfo
    from ..vault.methods import Desk

_INFO = b"kvault fido2 v1"
_PLUG_SECONDS = 60
_MAX_ID = 1023  # bytes of a credential's id (WebAuthn level 3, section 4)
_PLAIN = "kvault"  # the user's name of a credential that no program lists
_ANY = "A FIDO2 token"


class _Slot(NamedTuple):
    """A slot's parameters, read."""

    credential: bytes
    salt: bytes
    verification: Verification
    resident: bool
    model: str  # AAGUID, hex
    name: str
    serial: str

    @classmethod
    def read(cls, params: Params) -> _Slot:
        """Raises HeaderDamagedError."""
        try:
            slot = cls(
                bytes.fromhex(str(params["credential"])),
                bytes.fromhex(str(params["salt"])),
                Verification(str(params["verification"])),
                {0: False, 1: True}[int(params["resident"])],
                bytes.fromhex(str(params["model"])).hex(),
                str(params.get("token", "")) or _ANY,
                str(params.get("serial", "")),
            )
        except (KeyError, ValueError) as error:
            raise HeaderDamagedError(reason="the parameters of a FIDO2 way in are damaged") from error
        if not 1 <= len(slot.credential) <= _MAX_ID or len(slot.salt) != SALT or len(slot.model) != 32:  # noqa: PLR2004 hex
            raise HeaderDamagedError(reason="the parameters of a FIDO2 way in are damaged")
        return slot

    @property
    def params(self) -> Params:
        """For the header."""
        return {
            "credential": self.credential.hex(),
            "salt": self.salt.hex(),
            "verification": self.verification.value,
            "resident": int(self.resident),
            "model": self.model,
            "token": self.name,
            "serial": self.serial,
        }

    def output(self, secret: bytes, desk: Desk) -> bytes:
        """The factor's output."""
        how = (self.verification.value.encode(), b"resident" if self.resident else b"", self.model.encode())
        info = context(_INFO, bytes.fromhex(desk.vault), self.credential, *how)
        return derive_hkdf(secret, salt=self.salt, info=info)


class Fido2:
    """The method. It keeps nothing."""

    method = Method.FIDO2

    def probe(self) -> Availability:
        """Whether the library is there."""
        if find_spec("fido2") is None:
            error = LibraryMissingError(needed=_ANY, package="fido2")
            return Availability(self.method, ready=False, reason=error.brief)
        return Availability(self.method, ready=True)

    # --- enrolling ---

    def enrol(self, wanted: NewFactor, desk: Desk) -> Enrolled:
        """Make a credential on the token and have it compute once: two touches.

        Raises InvalidInputError, CancelledError, TokenError and its kinds.
        """
        with fido_ports.open_token(_chosen(wanted, desk)) as (token, identity):
            _check(token, wanted)
            with OwnerPin(token, desk) as pin:
                slot = _make(token, identity, wanted, desk, pin)
                again = "It blinks once more: the second touch tells what the new key gives."
                secret = _secret(token, slot, desk, pin, again)
        desk.took(token.id)
        return Enrolled(slot.params, slot.output(secret, desk))

    # --- unlocking ---

    def unlock(self, params: Params, desk: Desk) -> bytes:
        """Have the enrolled token compute again.

        Raises TokenMissingError, TokenForeignError, TokenResetError and the PIN's errors, TokenTimeoutError,
        HeaderDamagedError, CancelledError.
        """
        slot = _Slot.read(params)
        with _enrolled(slot, desk) as token:
            needs_pin = desk.patient and slot.verification is not Verification.NONE
            paused = token.paused() if needs_pin else 0
            if not paused:
                return _output(token, slot, desk)
        _replug(token, paused, desk)
        with _enrolled(slot, desk) as token:
            return _output(token, slot, desk)

    # --- in words ---

    def describe(self, params: Params) -> str:
        """What it asks for."""
        words = {"pin": "PIN and touch", "built_in": "Fingerprint and touch", "none": "Touch alone"}
        asks = words.get(str(params.get("verification")), "Touch")
        return f"{asks}, resident key" if params.get("resident") == 1 else asks

    def strength(self, params: Params) -> str:
        """What it withstands."""
        if params.get("verification") == "none":
            return "As safe as the token is kept: whoever has it opens the vault. It cannot be copied."
        return "Very strong: the token cannot be copied, and blocks itself after eight wrong PINs."

    def token(self, params: Params) -> str:
        """The enrolled token's name."""
        return str(params.get("token", "")) or _ANY

    def look(self, params: Params, tokens: list[TokenInfo]) -> WayState:
        """Whether the enrolled token is among these, and its PIN's tries; asks it silently."""
        name = self.token(params)
        try:
            slot = _Slot.read(params)
        except HeaderDamagedError:
            return WayState("", ready=False, name=name, words="Damaged")
        state = WayState("", ready=False, name=name, words="Not plugged in")
        for info in tokens:
            if Method.FIDO2 not in info.methods or (slot.serial and info.serial and slot.serial != info.serial):
                continue
            if info.problem:
                state = WayState("", ready=False, name=name, words=info.problem)
                continue
            try:
                found = _look(slot, info)
            except TokenBusyError:
                found = WayState("", ready=False, name=name, words="Used by another program")
            except TokenError as error:
                found = WayState("", ready=False, name=name, words=error.say(error.headline))
            if found is not None:
                state = found
                if found.ready:
                    break
        return state

    def outdated(self, params: Params) -> bool:
        """Never: a token's strength does not age."""
        del params
        return False


# --- enrolling -------------------------------------------------------------------------------------------------------


def _chosen(wanted: NewFactor, desk: Desk) -> str:
    """The token to enrol: the one that was named, the only one, or the one that the person chooses."""
    named = wanted.token or desk.wanted_token
    if named:
        return named
    there = _fit()
    if not there and desk.patient:
        request = AskPlug("a FIDO2 token", "Plug in the token, or lay it on the reader.", _PLUG_SECONDS)
        there = wait_for(_fit, request, desk.prompter) or []
    if not there:
        raise TokenMissingError(name=_ANY)
    if len(there) == 1:
        return there[0].id
    choices = [f"{each.name} ({each.serial})" if each.serial else each.name for each in there]
    return there[desk.choose("Which FIDO2 token?", choices)].id


def _fit() -> list[TokenInfo]:
    return [info for info in fido_ports.find_everywhere() if Method.FIDO2 in info.methods]


def _check(token: Token, wanted: NewFactor) -> None:
    """Raises TokenUnfitError, PinNotSetError for a token that cannot do what is wanted."""
    token.check_fit()
    if wanted.verification is Verification.BUILT_IN and not token.built_in:
        raise TokenUnfitError(name=token.name, reason="it has no fingerprint reader with a finger enrolled")
    if wanted.verification is Verification.PIN and not (token.pin_set or token.built_in):
        if not token.takes_pin:
            raise TokenUnfitError(name=token.name, reason="it cannot have a PIN")
        raise PinNotSetError(name=token.name)
    if wanted.verification is Verification.NONE and token.always_verifies:
        raise TokenUnfitError(name=token.name, reason="it always asks for its PIN; choose the way in with PIN")


def _make(token: Token, identity: fido_ports.Identity, wanted: NewFactor, desk: Desk, pin: OwnerPin) -> _Slot:
    # Another id for each slot: a resident credential replaces the one of the same user.
    user = bytes.fromhex(desk.vault) + random_bytes(16)
    label = desk.vault_name if wanted.resident else _PLAIN
    verified = wanted.verification is not Verification.NONE
    needed = verified or token.needs_verification_to_make(resident=wanted.resident)
    text = f"It blinks: the first touch makes a key for {desk.vault_name}; more follow."

    def make(grant: Grant) -> bytes:
        with touch(token, desk, text) as stop:
            return token.make(user, label, grant, stop, resident=wanted.resident)

    credential = granted(token, desk, pin, make, needed=needed, to_make=True)
    salt = random_bytes(SALT)
    return _Slot(credential, salt, wanted.verification, wanted.resident, token.aaguid, identity.name, identity.serial)


# --- the token's part ------------------------------------------------------------------------------------------------


def _output(token: Token, slot: _Slot, desk: Desk) -> bytes:
    text = f"It blinks: touch it to unlock {desk.vault_name}."
    with OwnerPin(token, desk) as pin:
        secret = _secret(token, slot, desk, pin, text)
    desk.took(token.id)
    return slot.output(secret, desk)


def _secret(token: Token, slot: _Slot, desk: Desk, pin: OwnerPin, text: str) -> bytes:
    def compute(grant: Grant) -> bytes:
        with touch(token, desk, text) as stop:
            return token.secret(slot.credential, slot.salt, grant, stop)

    needed = slot.verification is not Verification.NONE
    return granted(token, desk, pin, compute, needed=needed, to_make=False)


def _replug(token: Token, retries: int, desk: Desk) -> None:
    """Ask for it to be pulled out and plugged in again. Raises PinPausedError when it is not, CancelledError."""
    text = "Three wrong PINs were given in a row. It takes another one when it was pulled out and plugged in again."
    seen = [True]  # that it is there, and since then each change

    def look() -> bool:
        there = token.id in fido_ports.candidates()
        if there != seen[-1]:
            seen.append(there)
        return seen[1:] == [False, True]

    if not wait_for(look, AskPlug(token.name, text, _PLUG_SECONDS, again=True), desk.prompter):
        raise PinPausedError(name=token.name, retries=retries)


# --- which token -----------------------------------------------------------------------------------------------------


@contextmanager
def _enrolled(slot: _Slot, desk: Desk) -> Iterator[Token]:
    """The enrolled token, open."""
    with ExitStack() as stack:
        found = _search(slot, desk, stack)
        if found is None and desk.patient:
            request = AskPlug(slot.name, f"To unlock {desk.vault_name} with “{desk.label}”.", _PLUG_SECONDS)
            found = wait_for(lambda: _search(slot, desk, stack), request, desk.prompter)
        if found is None:
            raise TokenMissingError(name=slot.name)
        yield found


def _search(slot: _Slot, desk: Desk, stack: ExitStack) -> Token | None:
    """The token that knows the credential, which stays open; None if there is no FIDO2 token at all.

    A token that was named is the only one that is looked at: the PIN that came with its name is its own.
    """
    named, ids = desk.wanted_token, fido_ports.candidates()
    if named:
        ids = [each for each in ids if each == named]
    return first(ids, lambda token, attempt: _fitting(slot, token, attempt, follow=bool(named)), stack)


def _fitting(slot: _Slot, token_id: str, attempt: ExitStack, *, follow: bool) -> Token | None:
    """``follow``: the id of a YubiKey's reader stands for its FIDO application as well, which is in a USB port."""
    try:
        token, _ = attempt.enter_context(fido_ports.open_token(token_id, identify=False, follow=follow))
    except TokenUnfitError:
        if token_id.startswith("pcsc:"):
            return None  # a card of another kind
        raise
    if token.hmac_secret and token.knows(slot.credential):
        token.name = slot.name
        return token
    attempt.close()
    raise _stranger(slot, token.id)


def _stranger(slot: _Slot, token_id: str) -> TokenError:
    """What a token is that does not know the credential."""
    with fido_ports.open_token(token_id, follow=False) as (token, identity):
        if slot.serial and identity.serial == slot.serial:
            return TokenResetError(name=identity.name)
        told_apart = bool(slot.serial and identity.serial)
        if token.aaguid == slot.model and not told_apart:
            return TokenStrangeError(name=identity.name)
        return TokenForeignError(name=identity.name)


def _look(slot: _Slot, info: TokenInfo) -> WayState | None:
    """How it stands with one token; None if it is another one."""
    with fido_ports.open_token(info.id, slot.name, identify=False) as (token, _):
        if not (token.hmac_secret and token.knows(slot.credential)):
            if not slot.serial or slot.serial != info.serial:
                return None
            words = "Reset since it was enrolled"
            return WayState("", ready=False, token=info.id, name=slot.name, words=words)
        state = WayState("", ready=True, token=info.id, name=slot.name, words="Ready")
        if slot.verification is Verification.NONE or not token.pin_set:
            return state
        return _with_retries(token, state)


def _with_retries(token: Token, state: WayState) -> WayState:
    ready, retries = False, 0
    try:
        retries, ready, words = token.pin_retries(), True, state.words
    except PinBlockedError:
        words = "PIN blocked"
    except PinPausedError as error:
        retries, words = int(error.fields["retries"]), "Pull it out and plug it in again"
    except TokenError as error:
        words = error.say(error.headline)
    return WayState("", ready, token=state.token, name=state.name, retries=retries, words=words)
