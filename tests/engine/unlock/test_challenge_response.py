"""Challenge-response without a key; with one: tests/peers/test_challenge_response.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvault_gui.engine.api import Method, NewFactor, TokenInfo
from kvault_gui.engine.errors import HeaderDamagedError, KvaultError, TokenMissingError
from kvault_gui.engine.tokens import cards, yubikey
from kvault_gui.engine.unlock.challenge_response import ChallengeResponse
from kvault_gui.engine.vault.methods import Desk
from tests.engine.unlock.contract import VAULT
from tests.engine.unlock.script import ScriptedPrompter

if TYPE_CHECKING:
    from kvault_gui.engine.vault.methods import Params

METHOD = ChallengeResponse()
GOOD: Params = {
    "token": "YubiKey 5C",
    "serial": "41527893",
    "position": 2,
    "touch": 0,
    "challenge": "ab" * 32,
    "check": "cd" * 32,
}
VALUES = st.one_of(st.text(max_size=20), st.integers(-3, 3), st.binary(max_size=80).map(bytes.hex))


@pytest.fixture(autouse=True)
def _nothing_plugged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yubikey, "present", list)
    monkeypatch.setattr(yubikey, "find", list)
    monkeypatch.setattr(cards, "find", list)


def desk() -> Desk:
    """Nobody answers, nothing is waited for."""
    return Desk(ScriptedPrompter(), VAULT, "Personal", "Key", 0, None, patient=False, used=[])


def test_the_key_that_is_missing_is_named() -> None:
    with pytest.raises(TokenMissingError, match="YubiKey 5C"):
        METHOD.unlock(GOOD, desk())
    with pytest.raises(TokenMissingError):
        METHOD.enrol(NewFactor(Method.CHALLENGE_RESPONSE), desk())
    assert METHOD.look(GOOD, []).words == "Not plugged in"


def test_words() -> None:
    assert METHOD.describe(GOOD) == "HMAC-SHA1, position 2"
    assert METHOD.describe({**GOOD, "touch": 1}) == "HMAC-SHA1, position 2, touch"
    assert "unasked" in METHOD.strength(GOOD)
    assert "no PIN" in METHOD.strength({**GOOD, "touch": 1})


@pytest.mark.parametrize("name", ["serial", "position", "touch", "challenge", "check"])
def test_what_is_missing_in_the_header_is_damage(name: str) -> None:
    with pytest.raises(HeaderDamagedError):
        METHOD.unlock({key: value for key, value in GOOD.items() if key != name}, desk())
    with pytest.raises(HeaderDamagedError):
        METHOD.renew({key: value for key, value in GOOD.items() if key != name}, desk())


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), VALUES))
def test_any_parameters_are_an_error_in_words(altered: dict[str, str | int]) -> None:
    params = {**GOOD, **altered}
    for act in (METHOD.describe, METHOD.strength, METHOD.token, METHOD.outdated):
        act(params)
    METHOD.look(params, [TokenInfo("pcsc:x", "x", "", [Method.CHALLENGE_RESPONSE])])
    with pytest.raises(KvaultError):
        METHOD.unlock(params, desk())
