"""Unlocking with a PIV card or a YubiKey's PIV applet: the key management key in slot 9D (NIST SP 800-73)."""

from __future__ import annotations

from ..api import Method
from ..tokens import piv
from ..vault.key_cards import CardMethod, Family


class Piv(CardMethod):
    """The method: see vault/key_cards.py, which does it for every kind of card with a key."""

    def __init__(self) -> None:
        super().__init__(Family(Method.PIV, "PIV card", "slot 9D", piv.applet))
