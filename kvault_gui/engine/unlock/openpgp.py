"""Unlocking with the decryption key of an OpenPGP card (OpenPGP application 3.4), of any maker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api import Method
from ..tokens import openpgp
from ..vault import key_cards

if TYPE_CHECKING:
    from ..api import Availability, NewFactor, TokenInfo, WayState
    from ..vault.methods import Desk, Enrolled, Params

_FAMILY = key_cards.Family(Method.OPENPGP, "OpenPGP card", "its place for a decryption key", openpgp.applet)


class OpenPgp:
    """The method. It keeps nothing."""

    method = Method.OPENPGP

    def probe(self) -> Availability:
        """Whether the library and the smart card service are there."""
        return key_cards.probe(_FAMILY)

    def enrol(self, wanted: NewFactor, desk: Desk) -> Enrolled:
        """With the key that is on the card, or a new one (``make``, ``key``, ``touch``).

        Raises InvalidInputError, CancelledError, TokenError and its kinds.
        """
        return key_cards.enrol(_FAMILY, wanted, desk)

    def unlock(self, params: Params, desk: Desk) -> bytes:
        """PIN and touch as the key wants them. Raises TokenError and its kinds, HeaderDamagedError, CancelledError."""
        return key_cards.unlock(_FAMILY, params, desk)

    def describe(self, params: Params) -> str:
        """The key's type and what it asks for."""
        return key_cards.describe(params)

    def strength(self, params: Params) -> str:
        """What it withstands."""
        return key_cards.strength(params)

    def token(self, params: Params) -> str:
        """The card's name."""
        return str(params.get("token") or "")

    def look(self, params: Params, tokens: list[TokenInfo]) -> WayState:
        """Whether a card with that serial number is there."""
        return key_cards.look(_FAMILY, params, tokens)

    def outdated(self, params: Params) -> bool:
        """Never: the key stays on the card."""
        del params
        return False
