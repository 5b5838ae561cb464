"""What the TPM way in says and refuses without a chip; tests/peers/test_tpm.py has the chip."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvault_gui.engine.api import AskSecret, Method, NewFactor, TokenInfo
from kvault_gui.engine.errors import (
    HeaderDamagedError,
    InvalidInputError,
    LibraryMissingError,
    TokenMissingError,
    TpmMissingError,
)
from kvault_gui.engine.tokens import tpm
from kvault_gui.engine.unlock.tpm import Tpm
from kvault_gui.engine.vault.methods import Desk
from tests.engine.unlock.script import ScriptedPrompter

if TYPE_CHECKING:
    from pathlib import Path

    from kvault_gui.engine.vault.methods import Params

PARAMS: Params = {
    "token": "TPM (Infineon)", "parent": "00", "public": "00", "private": "00", "salt": "00", "pin": 1,
    "pcrs": "0,7", "digests": "ab,cd",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_chip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPM2TOOLS_TCTI", "device:/nowhere/tpmrm0")


def desk() -> Desk:
    return Desk(ScriptedPrompter({AskSecret: "1234"}), "ab" * 16, "Personal", "This computer")


@pytest.mark.parametrize(
    ("changes", "detail", "strength"),
    [
        ({}, "PIN, PCR 0, 7", "which its TPM lets nobody guess, and only while its start-up is unchanged."),
        ({"pin": 0}, "no PIN, PCR 0, 7", "This computer, whoever starts it, and only while its start-up is unchanged."),
        ({"pcrs": ""}, "PIN", "This computer together with the PIN, which its TPM lets nobody guess."),
        ({"pcrs": "", "pin": 0}, "no PIN", "This computer, whoever starts it."),
    ],
)
def test_what_it_withstands_is_said_plainly(changes: Params, detail: str, strength: str) -> None:
    params = {**PARAMS, **changes}
    assert Tpm().describe(params) == detail
    assert Tpm().strength(params).endswith(strength)


def test_a_computer_without_a_chip_is_told_before_anything_is_asked() -> None:
    assert tpm.find() == []
    assert not Tpm().probe().ready
    assert "there is none, or it is switched off" in Tpm().probe().reason
    with pytest.raises(TpmMissingError, match="there is none"):
        Tpm().enrol(NewFactor(Method.TPM), desk())
    at = desk()
    with pytest.raises(TpmMissingError):
        Tpm().unlock({**PARAMS, "parent": "00"}, at)
    assert isinstance(at.prompter, ScriptedPrompter)
    assert not at.prompter.asked


@pytest.mark.parametrize("tcti", ["cmd:rm -rf /tmp/x", "tabrmd", "pcap:device", "nonsense", ":", "swtpm:port=none"])
def test_a_way_to_the_chip_that_kvault_does_not_know_is_refused(tcti: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPM2TOOLS_TCTI", tcti)
    with pytest.raises(TpmMissingError):
        Tpm().enrol(NewFactor(Method.TPM), desk())


def test_a_chip_that_this_user_may_not_use_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chip = tmp_path / "tpmrm0"
    chip.touch(mode=0)
    monkeypatch.setenv("TPM2TOOLS_TCTI", f"device:{chip}")
    monkeypatch.setattr("os.access", lambda *_: False)  # root may use everything
    (found,) = tpm.find()
    assert f"you may not use {chip}" in found.problem
    assert "group “tss”" in found.problem
    state = Tpm().look(PARAMS, [found])
    assert (state.ready, state.words) == (False, found.problem)


def test_a_missing_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tpm2_pytss", None)
    with pytest.raises(LibraryMissingError, match="tpm2-pytss"):
        Tpm().enrol(NewFactor(Method.TPM), desk())


def test_another_token_is_not_this_chip() -> None:
    with pytest.raises(TokenMissingError):
        Tpm().enrol(NewFactor(Method.TPM, token="pcsc:Reader"), desk())
    state = Tpm().look(PARAMS, [TokenInfo("pcsc:Reader", "Card", "", [Method.PIV])])
    assert (state.ready, state.name) == (False, "TPM (Infineon)")


_VALUES = st.one_of(st.text(max_size=40), st.integers(), st.binary(max_size=20).map(bytes.hex))


@given(st.dictionaries(st.sampled_from([*PARAMS, "more"]), _VALUES))
def test_parameters_of_any_kind_are_read_or_refused_in_words(changes: Params) -> None:
    for params in ({**PARAMS, **changes}, changes):
        Tpm().describe(params)
        Tpm().strength(params)
        with pytest.raises((HeaderDamagedError, TpmMissingError, LibraryMissingError)):
            Tpm().unlock(params, desk())


@pytest.mark.parametrize(("secret", "pin"), [(b"", None), (bytes(129), None), (b"x", b"")])
def test_what_a_tpm_cannot_seal_is_refused(secret: bytes, pin: bytes | None) -> None:
    with pytest.raises(InvalidInputError):
        tpm.seal(secret, pin)
