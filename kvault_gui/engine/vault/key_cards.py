"""A way in whose secret was sent to a key on a card: what the methods PIV and OpenPGP share.

A new secret is sent to the card's public key (crypto/card_keys); what was sent lies in the slot's parameters, and only
the card finds the secret again. The factor's output is HKDF over it, bound to the vault, the key and what was sent.

Which card it is, is told by the fingerprint of its key, before a PIN is asked or a touch wanted: a card with another
key and the enrolled serial number was reset, one with another serial number is another card, and a second card into
which the same key was imported is as good as the first.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from ..api import AskConfirm, AskPlug, AskSecret, AskTouch, Availability, WayState
from ..crypto import card_keys, mac
from ..crypto.kdf import derive_hkdf
from ..errors import (
    CancelledError,
    HeaderDamagedError,
    LibraryMissingError,
    PinBlockedError,
    ReaderServiceError,
    TokenError,
    TokenForeignError,
    TokenKeyError,
    TokenMissingError,
    TokenResetError,
    TokenUnknownError,
)
from ..tokens import cards, pcsc
from ..tokens.at_hand import first, wait_for
from ..tokens.key_card import TOUCH_SECONDS
from ..tokens.pins import text_of
from .methods import Enrolled, Params
from .sealing import context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..api import Method, NewFactor, TokenInfo
    from ..crypto.card_keys import CardKey
    from ..tokens.key_card import KeyCard
    from ..tokens.pcsc import Card
    from .methods import Desk

_INFO = b"kvault card key v1"
_PLUG_SECONDS = 60
_FINGERPRINT = 32  # bytes: SHA-256


class Family(NamedTuple):
    """PIV or OpenPGP."""

    method: Method
    words: str  # "PIV card"
    where: str  # "slot 9D"
    applet: Callable[[Card], KeyCard | None]


class CardMethod:
    """An unlock method (see methods.UnlockMethod) with one family of cards. It keeps nothing."""

    def __init__(self, family: Family) -> None:
        self._family = family
        self.method = family.method

    def probe(self) -> Availability:
        """Whether the library and the smart card service are there; opens no card."""
        error: TokenError
        if find_spec("yubikit") is None:
            error = LibraryMissingError(needed=_upper(_a(self._family.words)), package="yubikey-manager")
        else:
            try:
                with pcsc.context():
                    return Availability(self._family.method, ready=True)
            except (LibraryMissingError, ReaderServiceError) as problem:
                error = problem
        return Availability(self._family.method, ready=False, reason=error.brief)

    def enrol(self, wanted: NewFactor, desk: Desk) -> Enrolled:
        """Send a new secret to the card's key (which is made first if ``wanted.make``) and have it opened once.

        Raises InvalidInputError, CancelledError, TokenError and its kinds.
        """
        token = _chosen(self._family, wanted, desk)
        with pcsc.connect(token) as connection:
            info = cards.identify(connection).info
            connection.name = info.name
            card = self._family.applet(connection)
            if card is None:
                raise TokenUnknownError(name=info.name)
            notes = card.notes()
            if wanted.make:
                _confirm(self._family, card, desk)
                notes += card.make(wanted.key, info, desk.prompter, touch=wanted.touch)
            made = _enrol_key(self._family, card, info, desk)
        return made._replace(notes=(*notes, *made.notes))

    def unlock(self, params: Params, desk: Desk) -> bytes:
        """Have the card open what was sent to it.

        Raises TokenMissingError, TokenForeignError, TokenResetError and the PIN's errors, TokenTimeoutError,
        HeaderDamagedError, CancelledError.
        """
        sent = _sent(self._family, params)
        with _enrolled(self._family, params, desk) as (card, key):
            if key.kind != params["kind"]:
                raise _damaged(self._family)
            secret = _open(self._family, card, key, sent, desk)
        return _output(self._family, secret, key, sent, desk)

    def describe(self, params: Params) -> str:
        """E.g. "RSA 2048, PIN and touch"."""
        kind = card_keys.WORDS.get(str(params.get("kind")), "unknown key")
        asked = [words for name, words in (("pin", "PIN"), ("touch", "touch")) if params.get(name)]
        return ", ".join([kind, " and ".join(asked)] if asked else [kind])

    def strength(self, params: Params) -> str:
        """What it withstands."""
        if params.get("pin"):
            return "The key cannot be read from the card, and the card blocks itself after a few wrong PINs."
        return "The key cannot be read from the card; whoever has the card needs no PIN."

    def token(self, params: Params) -> str:
        """The card's name."""
        return str(params.get("token") or "")

    def look(self, params: Params, tokens: list[TokenInfo]) -> WayState:
        """Told by the serial number, which opens nothing; the key itself is looked at when it unlocks."""
        name = str(params.get("token") or _upper(_a(self._family.words)))
        serial = params.get("serial")
        for token in tokens:
            if self._family.method in token.methods and (token.serial == serial if serial else token.name == name):
                return WayState("", not token.problem, token.id, name, words=token.problem or "Ready")
        return WayState("", ready=False, name=name, words="Not plugged in")

    def outdated(self, params: Params) -> bool:
        """Never: the key stays on the card."""
        del params
        return False


# --- enrolling -------------------------------------------------------------------------------------------------------


def _enrol_key(family: Family, card: KeyCard, info: TokenInfo, desk: Desk) -> Enrolled:
    key = _usable(family, card)
    sent = card_keys.send(key, unpads=card.unpads)
    secret = _open(family, card, key, sent.sent, desk)
    if not mac.same(secret, sent.secret):
        raise TokenKeyError(name=card.name, found="its key is not the one that its certificate names")
    params: Params = {
        "token": info.name,
        "serial": info.serial,
        "key": key.fingerprint,
        "kind": key.kind,
        "sent": sent.sent.hex(),
        "pin": int(card.needs_pin()),
        "touch": int(card.needs_touch()),
    }
    return Enrolled(params, _output(family, secret, key, sent.sent, desk))


def _usable(family: Family, card: KeyCard) -> CardKey:
    key = card.key()
    if key is None:
        raise TokenKeyError(
            name=card.name, found=f"{family.where} is empty, or has neither key nor certificate to read"
        )
    if not key.kind:
        raise TokenKeyError(name=card.name, found=f"{family.where} holds a key of the type {key.words}")
    if card_keys.has_roca(key):
        raise TokenKeyError(name=card.name, found=f"its {key.words} key is of a flawed chip and can be computed (ROCA)")
    return key


def _confirm(family: Family, card: KeyCard, desk: Desk) -> None:
    """Nothing is overwritten unasked."""
    key = card.key()
    if key is None:
        return
    text = (
        f"{_upper(family.where)} of {card.name} holds a key ({key.words}). It will be deleted, and what was encrypted "
        "to it, mail or another vault, cannot be opened with this card any more."
    )
    question = AskConfirm(f"Replace the key on {card.name}?", text, "Replace the key", replaces=True)
    desk.confirm(question)


def _chosen(family: Family, wanted: NewFactor, desk: Desk) -> str:
    """The token to enrol: the one that was named, the only one, or the one that the person chooses."""
    named = wanted.token or desk.wanted_token
    if named.startswith(pcsc.PREFIX):
        return named
    there = _present(family)
    if not there and desk.patient:
        words = _a(family.words)
        request = AskPlug(words, f"Put in {words}, or plug in a token that is one.", _PLUG_SECONDS)
        there = wait_for(lambda: _present(family), request, desk.prompter) or []
    if not there:
        raise TokenMissingError(name=_upper(_a(family.words)))
    if len(there) == 1:
        return there[0].id
    choices = [f"{each.name} ({each.serial})" if each.serial else each.name for each in there]
    return there[desk.choose(f"Which {family.words}?", choices)].id


def _a(words: str) -> str:
    return ("an " if words[0] in "AEIO" else "a ") + words


def _upper(words: str) -> str:
    return words[0].upper() + words[1:]


def _present(family: Family) -> list[TokenInfo]:
    return [each.info for each in cards.find() if family.method in each.info.methods]


# --- unlocking -------------------------------------------------------------------------------------------------------


def _sent(family: Family, params: Params) -> bytes:
    """What was sent to the card. Raises HeaderDamagedError for parameters that cannot be of this family."""
    try:
        sent = bytes.fromhex(str(params["sent"]))
        fingerprint = bytes.fromhex(str(params["key"]))
        kind = params["kind"]
    except (KeyError, ValueError) as error:
        raise _damaged(family) from error
    if not sent or len(fingerprint) != _FINGERPRINT or kind not in card_keys.WORDS:
        raise _damaged(family)
    return sent


def _damaged(family: Family) -> HeaderDamagedError:
    return HeaderDamagedError(reason=f"the parameters of a way in with {_a(family.words)} are damaged")


@contextmanager
def _enrolled(family: Family, params: Params, desk: Desk) -> Iterator[tuple[KeyCard, CardKey]]:
    """The enrolled card, open."""
    name = str(params.get("token") or _upper(_a(family.words)))
    with ExitStack() as stack:
        found = _search(family, params, desk, stack)
        if found is None and desk.patient:
            request = AskPlug(name, f"To unlock {desk.vault_name} with “{desk.label}”.", _PLUG_SECONDS)
            found = wait_for(lambda: _search(family, params, desk, stack), request, desk.prompter)
        if found is None:
            raise TokenMissingError(name=name)
        yield found


def _search(family: Family, params: Params, desk: Desk, stack: ExitStack) -> tuple[KeyCard, CardKey] | None:
    """The card with the enrolled key, which stays open; None if no card of the family is there at all."""
    wanted = desk.wanted_token
    tokens = [wanted] if wanted.startswith(pcsc.PREFIX) else [each.token for each in pcsc.readers() if each.present]

    def fitting(token: str, attempt: ExitStack) -> tuple[KeyCard, CardKey] | None:
        return _fitting(family, params, attempt.enter_context(pcsc.connect(token)))

    return first(tokens, fitting, stack)


def _fitting(family: Family, params: Params, connection: Card) -> tuple[KeyCard, CardKey] | None:
    """The open card if its key is the enrolled one, None if it is of another family.

    Raises TokenResetError for the enrolled card with another key, TokenForeignError for another card.
    """
    card = family.applet(connection)
    if card is None:
        return None
    key = card.key()
    if key is not None and key.fingerprint == params["key"]:
        card.name = str(params.get("token") or card.name)
        return card, key
    info = cards.identify(connection).info
    if info.serial and info.serial == params.get("serial"):
        raise TokenResetError(name=info.name)
    raise TokenForeignError(name=info.name)


# --- the card's part -------------------------------------------------------------------------------------------------


def _open(family: Family, card: KeyCard, key: CardKey, sent: bytes, desk: Desk) -> bytes:
    """PIN, touch, and what the card makes of ``sent``."""
    if card.needs_pin():
        _give_pin(family, card, desk)
    if not card.needs_touch():
        secret = card.open(key, sent)
    else:
        text = f"It blinks: touch it to unlock {desk.vault_name}."
        with desk.prompter.during(AskTouch(card.name, TOUCH_SECONDS, text, card.token)) as cancelled:
            secret = card.open(key, sent)
            # The card cannot be interrupted while it waits for the touch, so cancelling counts only now.
            if cancelled():
                raise CancelledError
    desk.took(card.token)
    return secret


def _give_pin(family: Family, card: KeyCard, desk: Desk) -> None:
    retries = card.retries()
    if not retries:
        raise PinBlockedError(name=card.name, help=card.unblocking())
    if retries == 1 and desk.given_secret is not None:
        desk.confirm_last_try(card.name)
    text = f"To unlock {desk.vault_name} with “{desk.label}”"
    title = f"{family.words.removesuffix(' card')} PIN of {card.name}"  # one key has several
    question = AskSecret(title, text, retries, family.method, card.name, card.pin_least)
    pin = desk.secret(question)
    try:
        card.verify(text_of(pin))
    finally:
        pin.wipe()


def _output(family: Family, secret: bytes, key: CardKey, sent: bytes, desk: Desk) -> bytes:
    bound = (_INFO, family.method.encode(), bytes.fromhex(desk.vault), key.public, sent)
    return derive_hkdf(secret, salt=b"", info=context(*bound))
