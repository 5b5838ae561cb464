"""Names and warnings that need no token."""

from __future__ import annotations

import pytest

from kvault_gui.engine.tokens.cards import warnings
from kvault_gui.engine.tokens.pcsc import title


@pytest.mark.parametrize(
    ("reader", "words"),
    [
        ("Yubico YubiKey OTP+FIDO+CCID 00 00", "Yubico YubiKey"),
        ("Yubico YubiKey CCID 01 00", "Yubico YubiKey"),
        ("Nitrokey Nitrokey 3 [CCID/ICCD Interface] 00 00", "Nitrokey 3"),
        ("ACS ACR122U PICC Interface 00 00", "ACS ACR122U PICC Interface"),
        ("Alcor Micro AU9540 00 00", "Alcor Micro AU9540"),
        ("SCM Microsystems Inc. SCR 3310 [CCID Interface] (53311234567890) 00 00", "SCM Microsystems Inc. SCR 3310"),
        ("Gemalto PC Twin Reader 0A FF", "Gemalto PC Twin Reader"),
        ("", ""),
    ],
)
def test_a_reader_is_called_as_people_call_it(reader: str, words: str) -> None:
    assert title(reader) == words


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ((4, 2, 0), "ROCA"),
        ((4, 3, 4), "ROCA"),
        ((4, 3, 5), None),
        ((5, 0, 0), "EUCLEAK"),
        ((5, 6, 9), "EUCLEAK"),
        ((5, 7, 0), None),
        ((3, 4, 9), None),
    ],
)
def test_a_firmware_with_a_known_weakness_is_warned_about(version: tuple[int, int, int], words: str | None) -> None:
    said = warnings(version)
    assert [words in each for each in said if words] == ([True] if words else [])
    assert len(said) == (1 if words else 0)
