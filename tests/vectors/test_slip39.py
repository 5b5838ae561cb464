"""SLIP-0039's published vectors: https://github.com/trezor/python-shamir-mnemonic, vectors.json."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kvault_gui.engine.api import Secret
from kvault_gui.engine.errors import KvaultError, ShareError
from kvault_gui.engine.vault import slip39
from tests.shared import SHARED, shared

FILE = "vectors/slip39/vectors.json"
PASSPHRASE = b"TREZOR"


def _cases() -> list[Any]:
    path = SHARED / FILE
    return json.loads(path.read_text()) if path.exists() else [None]


def _combined(mnemonics: list[str]) -> bytes:
    collected = slip39.Collected()
    for words in mnemonics:
        collected.add(slip39.read(Secret.of(words)))
    return collected.combine(PASSPHRASE)


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case[0] if case else "")
def test_a_valid_set_gives_its_master_secret_and_an_invalid_one_an_error_of_ours(case: list[Any]) -> None:
    shared(FILE)
    _, mnemonics, secret, _ = case
    if secret:
        assert _combined(mnemonics).hex() == secret
    else:
        with pytest.raises(ShareError) as caught:
            _combined(mnemonics)
        assert isinstance(caught.value, KvaultError)


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case[0] if case else "")
def test_four_letters_of_each_word_are_enough(case: list[Any]) -> None:
    shared(FILE)
    _, mnemonics, secret, _ = case
    if secret:
        short = [" ".join(word[:4].upper() for word in words.split()) for words in mnemonics]
        assert _combined(short).hex() == secret


def test_the_list_of_words_is_the_standards() -> None:
    assert slip39.words() == shared("vectors/slip39/wordlist.txt").read_text().split()


def test_both_kinds_of_vectors_are_here() -> None:
    cases = json.loads(shared(FILE).read_text())
    assert len(cases) >= 20
    assert {bool(case[2]) for case in cases} == {True, False}
