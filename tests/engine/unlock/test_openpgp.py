"""The OpenPGP way in without a card; with one: tests/peers/test_openpgp.py."""

from __future__ import annotations

from hypothesis import given

from kvault_gui.engine.unlock.openpgp import OpenPgp
from tests.engine.unlock.key_cards import ALTERED, KeyCardParameters


class TestParameters(KeyCardParameters):
    method = OpenPgp()

    @given(ALTERED)
    def test_any_parameters_are_an_error_in_words(self, altered: dict[str, str | int]) -> None:
        self.check(altered)
