"""Unlocking with the decryption key of an OpenPGP card (OpenPGP application 3.4), of any maker."""

from __future__ import annotations

from ..api import Method
from ..tokens import openpgp
from ..vault.key_cards import CardMethod, Family


class OpenPgp(CardMethod):
    """The method: see vault/key_cards.py, which does it for every kind of card with a key."""

    def __init__(self) -> None:
        super().__init__(Family(Method.OPENPGP, "OpenPGP card", "its place for a decryption key", openpgp.applet))
