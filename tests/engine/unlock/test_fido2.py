"""The FIDO2 method without a token: its parameters and words. With one: tests/peers/test_fido2_*.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvault_gui.engine.api import Method, TokenInfo
from kvault_gui.engine.errors import HeaderDamagedError, KvaultError
from kvault_gui.engine.unlock.fido2 import Fido2
from kvault_gui.engine.vault.methods import Desk, Params
from tests.engine.unlock.script import ScriptedPrompter

FIDO2 = Fido2()
PARAMS: Params = {
    "credential": "aa" * 32,
    "salt": "bb" * 32,
    "verification": "pin",
    "resident": 0,
    "model": "cc" * 16,
    "token": "YubiKey 5C",
    "serial": "12345678",
}

values = st.one_of(st.text(max_size=80), st.integers(), st.binary(max_size=40).map(bytes.hex))


@given(st.dictionaries(st.sampled_from([*PARAMS, "other"]), values))
def test_parameters_of_any_kind_are_an_error_or_words_and_never_a_crash(changes: dict[str, str | int]) -> None:
    params = {**PARAMS, **changes}
    assert FIDO2.describe(params)
    assert FIDO2.strength(params)
    assert FIDO2.token(params)
    assert not FIDO2.look(params, []).ready
    desk = Desk(ScriptedPrompter(), "ab" * 16, "Personal", "Key", patient=False)
    with pytest.raises(KvaultError) as raised:
        FIDO2.unlock(params, desk)
    assert str(raised.value)


def test_a_way_in_says_what_it_asks_for_and_withstands() -> None:
    said = {how: FIDO2.describe({**PARAMS, "verification": how}) for how in ("pin", "built_in", "none")}
    assert said == {"pin": "PIN and touch", "built_in": "Fingerprint and touch", "none": "Touch alone"}
    assert FIDO2.describe({**PARAMS, "resident": 1}) == "PIN and touch, resident key"
    assert "whoever has it" in FIDO2.strength({**PARAMS, "verification": "none"})


def test_damaged_parameters_are_told_before_a_token_is_looked_for() -> None:
    desk = Desk(ScriptedPrompter(), "ab" * 16, "Personal", "Key", patient=True)
    for name, value in (
        ("salt", "bb" * 31),
        ("credential", ""),
        ("model", "cc"),
        ("verification", "?"),
        ("resident", 2),
    ):
        with pytest.raises(HeaderDamagedError):
            FIDO2.unlock({**PARAMS, name: value}, desk)


def test_a_token_with_another_number_or_a_problem_is_not_opened() -> None:
    other = TokenInfo("hid:/dev/hidraw99", "YubiKey 5C", "87654321", [Method.FIDO2])
    assert FIDO2.look(PARAMS, [other]).words == "Not plugged in"
    busy = TokenInfo("hid:/dev/hidraw99", "YubiKey 5C", "12345678", [Method.FIDO2], problem="It is in use.")
    assert FIDO2.look(PARAMS, [busy]).words == "It is in use."


def test_it_can_be_enrolled_where_the_library_is() -> None:
    assert FIDO2.probe().ready
