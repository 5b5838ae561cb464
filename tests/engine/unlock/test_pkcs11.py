"""What the PKCS#11 way in says and refuses without a token; tests/peers/test_pkcs11.py has tokens."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvault_gui.engine.api import AskSecret, Method, NewFactor, TokenInfo
from kvault_gui.engine.errors import HeaderDamagedError, InvalidInputError, LibraryMissingError, ModuleError
from kvault_gui.engine.tokens import pkcs11, pkcs11_module
from kvault_gui.engine.unlock.pkcs11 import Pkcs11
from kvault_gui.engine.vault.methods import Desk
from tests.engine.unlock.script import ScriptedPrompter

if TYPE_CHECKING:
    from kvault_gui.engine.vault.methods import Params

PARAMS: Params = {
    "token": "HSM 1", "serial": "0042", "module": sys.executable, "kind": "aes256", "label": "key", "id": "00",
    "print": "ab" * 16, "mode": "aes-gcm", "sent": "00" * 60, "pin": "asked",
}  # fmt: skip


def desk() -> Desk:
    return Desk(ScriptedPrompter({AskSecret: "1234"}), "ab" * 16, "Personal", "HSM", patient=False)


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({}, "AES-256, AES-GCM, PIN"),
        ({"kind": "rsa2048", "mode": "rsa-oaep-sha1"}, "RSA 2048, OAEP with SHA-1, PIN"),
        ({"kind": "rsa4096", "mode": "rsa-oaep-sha256"}, "RSA 4096, OAEP with SHA-256, PIN"),
        ({"pin": "keypad"}, "AES-256, AES-GCM, PIN on its keypad"),
        ({"pin": "none"}, "AES-256, AES-GCM, no PIN"),
        ({"kind": "?", "mode": "?"}, "unknown key, unknown way, PIN"),
    ],
)
def test_key_and_way_are_named(changes: Params, detail: str) -> None:
    assert Pkcs11().describe({**PARAMS, **changes}) == detail


def test_a_token_without_pin_is_said_plainly() -> None:
    assert "whoever holds it" in Pkcs11().strength({**PARAMS, "pin": "none"})
    assert "together with its PIN" in Pkcs11().strength(PARAMS)


def test_without_a_module_it_asks_for_one() -> None:
    with pytest.raises(InvalidInputError, match="module"):
        Pkcs11().enrol(NewFactor(Method.PKCS11), desk())


def test_what_the_flags_say_is_shown_before_a_pin_is_typed() -> None:
    wanted = pkcs11.token_id(str(PARAMS["module"]), "0042")
    last = TokenInfo(wanted, "HSM 1", "0042", [Method.PKCS11], warnings=[pkcs11.LAST_TRY])
    state = Pkcs11().look(PARAMS, [last])
    assert (state.ready, state.retries) == (True, 1)
    blocked = TokenInfo(wanted, "HSM 1", "0042", [Method.PKCS11], problem="Its PIN is blocked")
    state = Pkcs11().look(PARAMS, [blocked])
    assert (state.ready, state.words, state.token) == (False, "Its PIN is blocked", wanted)


@given(st.text(), st.text(alphabet=st.characters(exclude_characters=":")))
def test_module_and_serial_come_out_of_an_id_as_they_went_in(module: str, serial: str) -> None:
    assert pkcs11.parse_id(pkcs11.token_id(module, serial)) == (module, serial)


def test_ids_of_other_families_are_none_of_ours() -> None:
    assert pkcs11.parse_id("pcsc:Reader") == ("", "")


def test_a_missing_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    module = pkcs11_module.Module("/nowhere.so", "/nowhere.so", system=True)
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(LibraryMissingError, match="python-pkcs11"), pkcs11_module.calls(module):
        pass


_VALUES = st.one_of(st.text(max_size=40), st.integers(), st.binary(max_size=20).map(bytes.hex))


@given(st.dictionaries(st.sampled_from([*PARAMS, "more"]), _VALUES))
def test_parameters_of_any_kind_are_read_or_refused_in_words(changes: Params) -> None:
    for params in ({**PARAMS, "module": "/no/such/module.so", **changes}, changes):
        Pkcs11().describe(params)
        Pkcs11().strength(params)
        Pkcs11().look(params, [])
        with pytest.raises((HeaderDamagedError, ModuleError)):
            Pkcs11().unlock(params, desk())
