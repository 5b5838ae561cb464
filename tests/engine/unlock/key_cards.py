"""What needs no card: parameters from a header that nobody has verified, and words. For PIV and OpenPGP alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import strategies as st

from kvault_gui.engine.api import NewFactor, TokenInfo
from kvault_gui.engine.errors import HeaderDamagedError, KvaultError, TokenMissingError
from kvault_gui.engine.tokens import pcsc
from kvault_gui.engine.vault.methods import Desk
from tests.engine.unlock.contract import VAULT
from tests.engine.unlock.script import ScriptedPrompter

if TYPE_CHECKING:
    from kvault_gui.engine.vault.methods import Params, UnlockMethod

GOOD: Params = {
    "token": "YubiKey 5C",
    "serial": "41527893",
    "key": "ab" * 32,
    "kind": "p256",
    "sent": "04" + "11" * 64,
    "pin": 1,
    "touch": 1,
}
VALUES = st.one_of(st.text(max_size=20), st.integers(-(1 << 40), 1 << 40), st.binary(max_size=40).map(bytes.hex))

ALTERED = st.dictionaries(st.sampled_from(sorted(GOOD)), VALUES)


class KeyCardParameters:
    """Inherit and name the method."""

    method: UnlockMethod

    @pytest.fixture(autouse=True)
    def _no_reader(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pcsc, "readers", list)

    def desk(self) -> Desk:
        """Nobody answers, nothing is waited for."""
        return Desk(ScriptedPrompter(), VAULT, "Personal", "Key", 0, None, patient=False, used=[])

    def test_the_card_that_is_missing_is_named(self) -> None:
        with pytest.raises(TokenMissingError, match="YubiKey 5C"):
            self.method.unlock(GOOD, self.desk())
        state = self.method.look(GOOD, [])
        assert (state.ready, state.name, state.words) == (False, "YubiKey 5C", "Not plugged in")

    def test_nothing_to_enrol_is_told(self) -> None:
        with pytest.raises(TokenMissingError):
            self.method.enrol(NewFactor(self.method.method), self.desk())

    def test_words(self) -> None:
        assert self.method.describe(GOOD) == "NIST P-256, PIN and touch"
        assert self.method.describe({**GOOD, "pin": 0, "touch": 0}) == "NIST P-256"
        assert "PIN" in self.method.strength(GOOD)
        assert "no PIN" in self.method.strength({**GOOD, "pin": 0})
        assert not self.method.outdated(GOOD)

    def test_a_reader_with_a_problem_is_not_ready_and_says_which(self) -> None:
        mine = TokenInfo("pcsc:x", "YubiKey 5C", "41527893", [self.method.method], problem="Another program uses it")
        state = self.method.look(GOOD, [mine])
        assert (state.ready, state.words, state.token) == (False, "Another program uses it", "pcsc:x")

    @pytest.mark.parametrize("name", ["key", "kind", "sent"])
    def test_what_is_missing_in_the_header_is_damage(self, name: str) -> None:
        with pytest.raises(HeaderDamagedError):
            self.method.unlock({key: value for key, value in GOOD.items() if key != name}, self.desk())

    def check(self, altered: dict[str, str | int]) -> None:
        """Any parameters are an error in words; each subclass has hypothesis call it with ALTERED."""
        params = {**GOOD, **altered}
        for act in (self.method.describe, self.method.strength, self.method.token, self.method.outdated):
            act(params)
        self.method.look(params, [TokenInfo("pcsc:x", "x", "", [self.method.method])])
        with pytest.raises(KvaultError):
            self.method.unlock(params, self.desk())
