"""What can be no PIN is refused before it is sent, and is not quoted."""

from __future__ import annotations

import traceback

import pytest

from kvault_gui.engine.api import Secret
from kvault_gui.engine.errors import InvalidInputError
from kvault_gui.engine.tokens import pins


def test_bytes_that_are_no_text_are_refused_without_being_quoted() -> None:
    typed = Secret(bytearray(range(0x31, 0x39)) + b"\xff")
    with pytest.raises(InvalidInputError) as caught:
        pins.text_of(typed)
    told = "".join(traceback.format_exception(caught.value))
    assert "1234" not in told
    assert "UnicodeDecodeError" not in told


def test_a_pin_is_measured_in_bytes() -> None:
    pins.check_pin("ö" * 4, 6, 8)
    with pytest.raises(InvalidInputError):
        pins.check_pin("ö" * 5, 6, 8)
    with pytest.raises(InvalidInputError):
        pins.check_pin("12345", 6, 8)
