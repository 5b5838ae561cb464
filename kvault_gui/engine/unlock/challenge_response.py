"""Unlocking with a YubiKey's HMAC-SHA1 challenge-response, position 1 or 2.

The challenge lies in the slot's parameters; the key's answer (160 bits under a secret that cannot be read back) goes
through HKDF, bound to the vault. A new challenge is drawn whenever the slot is changed, so that an answer that somebody
got hold of opens nothing that is written later.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ..api import AskConfirm, AskPlug, AskTouch, Availability, Method, WayState
from ..crypto import mac
from ..crypto.hashes import sha256
from ..crypto.kdf import derive_hkdf
from ..crypto.rng import random_bytes
from ..errors import (
    CancelledError,
    HeaderDamagedError,
    InvalidInputError,
    LibraryMissingError,
    ReaderServiceError,
    TokenForeignError,
    TokenKeyError,
    TokenMissingError,
    TokenResetError,
    TokenUnknownError,
)
from ..tokens import cards, yubikey
from ..tokens.at_hand import first, wait_for
from ..vault.methods import Enrolled, Params
from ..vault.sealing import context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..api import NewFactor, TokenInfo
    from ..tokens.yubikey import OtpKey, Position
    from ..vault.methods import Desk

CHALLENGE = 32  # bytes; below 64, see tokens/yubikey
MAX_CHALLENGE = 63
_INFO = b"kvault challenge-response v1"
_PLUG_SECONDS = 60
# A fixed challenge, whose answer's SHA-256 is kept in the parameters of a position that wants no touch: that tells
# "the secret was changed" from every other fault. It is the answer to another challenge than the slot's, and HMAC under
# an unknown secret is a pseudo-random function: it says nothing about the output. It could test a guess at the secret
# itself, 160 random bits. A position that wants a touch has none, since it would cost a second touch at each unlock:
# there only a deleted position and a changed touch setting are told.
_CHECK = sha256(b"kvault challenge-response check v1")
_SPARE = (
    "The secret in position {position} of {name} cannot be read back. If you lose the key, this way in is lost: enrol "
    "a second key as a way in of its own."
)


class ChallengeResponse:
    """The method. It keeps nothing."""

    method = Method.CHALLENGE_RESPONSE

    def probe(self) -> Availability:
        """Whether the library is there; a key over HID needs no smart card service."""
        if find_spec("yubikit") is None or find_spec("ykman") is None:
            error = LibraryMissingError(needed="YubiKey challenge-response", package="yubikey-manager")
            return Availability(self.method, ready=False, reason=error.brief)
        return Availability(self.method, ready=True)

    def enrol(self, wanted: NewFactor, desk: Desk) -> Enrolled:
        """With a position that is set up for HMAC-SHA1, or one that is programmed now (``make``).

        Raises InvalidInputError, CancelledError, TokenError and its kinds.
        """
        if wanted.position not in (0, *yubikey.POSITIONS):
            raise InvalidInputError(reason="A YubiKey has the positions 1 and 2", field="position")
        with ExitStack() as stack:
            key = yubikey.open_key(_chosen(wanted, desk), stack)
            if key is None:
                raise TokenUnknownError(name="this reader")
            info = key.info()
            key.rename(info.name)
            position = _made(key, wanted, desk) if wanted.make else _set_up(key, wanted.position, desk)
            params: Params = {"token": info.name, "serial": info.serial, "position": position}
            made = _challenged(key, params, desk)
        return made._replace(notes=(_SPARE.format(position=position, name=info.name),))

    def renew(self, params: Params, desk: Desk) -> Enrolled:
        """A new challenge for the same secret. Raises as ``unlock`` does."""
        _challenge(params)
        with _enrolled(params, desk) as key:
            kept: Params = {name: params[name] for name in ("token", "serial", "position") if name in params}
            return _challenged(key, kept, desk)

    def unlock(self, params: Params, desk: Desk) -> bytes:
        """The key's answer. Which key it is, and whether its position changed, is told before a touch is wanted.

        Raises TokenMissingError, TokenForeignError, TokenResetError, TokenTimeoutError, HeaderDamagedError,
        CancelledError.
        """
        challenge = _challenge(params)
        with _enrolled(params, desk) as key:
            try:
                return _answer(key, _position(params), challenge, desk, touch=bool(params.get("touch")))
            except TokenKeyError as error:  # it wants a touch as it did, and answers no challenge any more
                raise TokenResetError(name=key.name) from error

    def describe(self, params: Params) -> str:
        """Where on the key, and whether it wants a touch."""
        touch = ", touch" if params.get("touch") else ""
        return f"HMAC-SHA1, position {params.get('position')}{touch}"

    def strength(self, params: Params) -> str:
        """What it withstands."""
        if params.get("touch"):
            return "The secret cannot be read from the key; whoever has the key needs no PIN."
        return "The secret cannot be read from the key; any program can use it unasked while it is plugged in."

    def token(self, params: Params) -> str:
        """The key's name."""
        return str(params.get("token") or "")

    def look(self, params: Params, tokens: list[TokenInfo]) -> WayState:
        """Whether the key with that serial number is there."""
        for token in tokens:
            if self.method in token.methods and token.serial == params.get("serial"):
                words = token.problem or "Ready"
                return WayState("", not token.problem, token.id, self.token(params), words=words)
        return WayState("", ready=False, name=self.token(params), words="Not plugged in")

    def outdated(self, params: Params) -> bool:
        """Never by itself: a new challenge costs a touch, and is drawn when the slot is changed."""
        del params
        return False


# --- parameters ------------------------------------------------------------------------------------------------------


def _challenge(params: Params) -> bytes:
    """The challenge, and everything else looked over. Raises HeaderDamagedError."""
    try:
        challenge = bytes.fromhex(str(params["challenge"]))
        bytes.fromhex(str(params.get("check", "")))
    except (KeyError, ValueError) as error:
        raise _damaged() from error
    touch = params.get("touch")
    _position(params)
    if not CHALLENGE <= len(challenge) <= MAX_CHALLENGE or touch not in (0, 1) or bool(touch) == ("check" in params):
        raise _damaged()
    if not isinstance(params.get("serial"), str):
        raise _damaged()
    return challenge


def _position(params: Params) -> int:
    position = params.get("position")
    if not isinstance(position, int) or position not in yubikey.POSITIONS:
        raise _damaged()
    return position


def _damaged() -> HeaderDamagedError:
    return HeaderDamagedError(reason="the parameters of a way in with challenge-response are damaged")


# --- enrolling -------------------------------------------------------------------------------------------------------


def _chosen(wanted: NewFactor, desk: Desk) -> str:
    """The key to enrol: the one that was named, the only one, or the one that the person chooses."""
    named = wanted.token or desk.wanted_token
    if named in yubikey.present():
        return named
    there = _keys()
    if not there and desk.patient:
        request = AskPlug("a YubiKey", "Plug in the YubiKey that is to open the vault.", _PLUG_SECONDS)
        there = wait_for(_keys, request, desk.prompter) or []
    if not there:
        raise TokenMissingError(name="A YubiKey with challenge-response")
    if len(there) == 1:
        return there[0].id
    choices = [f"{each.name} ({each.serial})" for each in there]
    return there[desk.choose("Which YubiKey?", choices)].id


def _keys() -> list[TokenInfo]:
    try:
        in_readers = [each.info for each in cards.find() if each.yubikey]
    except ReaderServiceError:
        in_readers = []  # there may be one over HID, else the next line says so
    found = in_readers + yubikey.find()
    return [each for each in found if Method.CHALLENGE_RESPONSE in each.methods and not each.problem]


def _set_up(key: OtpKey, wanted: int, desk: Desk) -> int:
    """The position that is set up for challenges.

    One that wants no touch is certain. One that does may as well type something: it is tried.
    """
    positions = key.positions()
    if wanted:
        if not positions[wanted].programmed:
            raise TokenKeyError(name=key.name, found=f"position {wanted} is empty")
        return wanted
    programmed = [number for number, position in positions.items() if position.programmed]
    certain = [number for number in programmed if not positions[number].touch]
    among = certain or programmed
    if not among:
        raise TokenKeyError(name=key.name, found="both positions are empty")
    if len(among) == 1:
        return among[0]
    words = "answers challenges" if certain else "wants a touch"
    choices = [f"Position {number} ({words})" for number in among]
    return among[desk.choose(f"Which position of {key.name}?", choices)]


def _made(key: OtpKey, wanted: NewFactor, desk: Desk) -> int:
    """Program a position with a random secret; nothing is overwritten unasked."""
    positions = key.positions()
    empty = [number for number in reversed(yubikey.POSITIONS) if not positions[number].programmed]
    position = wanted.position or (empty[0] if empty else yubikey.POSITIONS[-1])
    if positions[position].programmed:
        _confirm(key, position, positions[position], desk)
    key.program(position, random_bytes(yubikey.SECRET), touch=wanted.touch)
    return position


def _confirm(key: OtpKey, number: int, position: Position, desk: Desk) -> None:
    does = "types something or answers challenges when it is touched" if position.touch else "answers challenges"
    text = (
        f"Position {number} of {key.name} is in use: it {does}. What it holds will be deleted and cannot be brought "
        "back, and what relies on it, another vault or a website, cannot be opened with this key any more."
    )
    desk.confirm(AskConfirm(f"Overwrite position {number} of {key.name}?", text, "Overwrite", replaces=True))


def _challenged(key: OtpKey, params: Params, desk: Desk) -> Enrolled:
    """A new challenge, and the key's answer to it."""
    position = _position(params)
    touch = key.positions()[position].touch
    challenge = random_bytes(CHALLENGE)
    output = _answer(key, position, challenge, desk, touch=touch)
    made: Params = {**params, "touch": int(touch), "challenge": challenge.hex()}
    if not touch:
        made["check"] = sha256(key.respond(position, _CHECK)).hex()
    return Enrolled(made, output)


# --- unlocking -------------------------------------------------------------------------------------------------------


@contextmanager
def _enrolled(params: Params, desk: Desk) -> Iterator[OtpKey]:
    """The enrolled key, open, with its position as it was."""
    name = str(params.get("token") or "The YubiKey")
    with ExitStack() as stack:
        key = _search(params, desk, stack)
        if key is None and desk.patient:
            request = AskPlug(name, f"To unlock {desk.vault_name} with “{desk.label}”.", _PLUG_SECONDS)
            key = wait_for(lambda: _search(params, desk, stack), request, desk.prompter)
        if key is None:
            raise TokenMissingError(name=name)
        key.rename(name)
        _check(key, params)
        yield key


def _search(params: Params, desk: Desk, stack: ExitStack) -> OtpKey | None:
    present = yubikey.present()
    tokens = [desk.wanted_token] if desk.wanted_token in present else present

    def fitting(token: str, attempt: ExitStack) -> OtpKey | None:
        key = yubikey.open_key(token, attempt)
        if key is None:
            return None
        # The application alone does not tell the number of a key that is set not to.
        if (key.serial() or key.info().serial) != params["serial"]:
            raise TokenForeignError(name=key.info().name)
        return key

    return first(tokens, fitting, stack)


def _check(key: OtpKey, params: Params) -> None:
    """Whether the position holds what it held. Raises TokenResetError."""
    number = _position(params)
    position = key.positions()[number]
    if not position.programmed or position.touch != bool(params["touch"]):
        raise TokenResetError(name=key.name)
    if position.touch:
        return
    try:
        answer = key.respond(number, _CHECK)
    except TokenKeyError as error:
        raise TokenResetError(name=key.name) from error
    if not mac.same(sha256(answer), bytes.fromhex(str(params["check"]))):
        raise TokenResetError(name=key.name)


def _answer(key: OtpKey, position: int, challenge: bytes, desk: Desk, *, touch: bool) -> bytes:
    if not touch:
        answer = key.respond(position, challenge)
    else:
        text = f"It blinks: touch it to unlock {desk.vault_name}."
        with desk.prompter.during(AskTouch(key.name, yubikey.TOUCH_SECONDS, text, key.token)) as cancelled:
            answer = key.respond(position, challenge, cancelled)
            if cancelled():
                raise CancelledError
    desk.took(key.token)
    bound = (_INFO, bytes.fromhex(desk.vault), challenge)
    return derive_hkdf(answer, salt=b"", info=context(*bound))
