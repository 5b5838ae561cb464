"""A card with a key that opens what was sent to it: what PIV and OpenPGP cards have in common.

``KeyCard`` is what an open card of either kind offers; the two are in piv.py and openpgp.py.
"""

from __future__ import annotations

import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from ..errors import TokenError
from . import pcsc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..api import Prompter, TokenInfo
    from ..crypto.card_keys import CardKey

TOUCH_SECONDS = 15  # how long a YubiKey blinks (its manual; not adjustable for PIV and OpenPGP)


class KeyCard(Protocol):
    """An open card. Every method raises TokenRemovedError, TokenBusyError, ReaderServiceError, TokenError."""

    token: str  # TokenInfo.id
    name: str  # settable: how errors name it
    unpads: bool  # takes PKCS #1 v1.5 padding off an RSA result by itself
    pin_least: int  # bytes of a PIN

    def key(self) -> CardKey | None:
        """The decryption key's public half; None if there is none, or it cannot be read."""
        ...

    def needs_pin(self) -> bool:
        """Whether the key wants the PIN."""
        ...

    def needs_touch(self) -> bool:
        """Whether the key wants a touch."""
        ...

    def retries(self) -> int:
        """PIN tries left."""
        ...

    def verify(self, pin: str) -> None:
        """Give the PIN. Raises WrongPinError, LastPinTryError, PinBlockedError, InvalidInputError."""
        ...

    def unblocking(self) -> str:
        """What helps when the PIN is blocked, a sentence."""
        ...

    def open(self, key: CardKey, sent: bytes) -> bytes:
        """What ``card_keys.send`` sent. Raises TokenTimeoutError when nobody touched it."""
        ...

    def make(self, kind: str, info: TokenInfo, prompter: Prompter, *, touch: bool) -> list[str]:
        """Make a key on the card, in place of what is there; gives notes for the person.

        Raises InvalidInputError for what this card cannot make, and PIN errors.
        """
        ...

    def notes(self) -> list[str]:
        """What the person should know about this card, e.g. that its PIN is the maker's."""
        ...


@contextmanager
def faults(name: str) -> Iterator[None]:
    """``pcsc.faults``, and what yubikit's parsers raise for an answer that is no such thing."""
    try:
        with pcsc.faults(name):
            yield
    except (ValueError, KeyError, IndexError, struct.error) as error:
        raise TokenError(name=name, reason="it gave an answer that makes no sense") from error
