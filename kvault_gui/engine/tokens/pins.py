"""PINs on their way to a token: what can be none is refused here, and never sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InvalidInputError, LastPinTryError, PinBlockedError, PinError, WrongPinError

if TYPE_CHECKING:
    from ..api import Secret


def text_of(pin: Secret) -> str:
    """The PIN as text. Raises InvalidInputError for bytes that are none."""
    try:
        return pin.text()
    except UnicodeDecodeError:
        # The cause is left out: its text would quote the PIN.
        raise InvalidInputError(reason="The PIN is not valid Unicode (UTF-8)", field="pin") from None


def check_pin(pin: str, least: int, most: int) -> None:
    """Never send what cannot be right: some cards count it as a wrong try. Lengths in bytes (UTF-8).

    Raises InvalidInputError.
    """
    size = len(pin.encode())
    if not least <= size <= most:
        raise InvalidInputError(reason=f"The PIN has {least} to {most} characters", field="pin")


def refused_pin(name: str, retries: int, unblocking: str) -> PinError:
    """The error for a PIN that the card refused. ``unblocking``: what helps when it is blocked, a sentence."""
    if retries <= 0:
        return PinBlockedError(name=name, help=unblocking)
    if retries == 1:
        return LastPinTryError(name=name, retries=1)
    return WrongPinError(name=name, retries=retries)
