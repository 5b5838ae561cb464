"""How the owner of a FIDO2 token shows that it is theirs: its PIN, its own sensor, a touch."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Self, TypeVar

from ..api import AskSecret, AskTouch, Method
from ..errors import BiometricsError
from ..tokens.fido import TOUCH_SECONDS, Grant, Token
from ..tokens.fido_faults import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..api import Secret
    from .methods import Desk

_T = TypeVar("_T")


class OwnerPin:
    """The token's PIN, asked for once and only when it is needed; a context manager that wipes it."""

    def __init__(self, token: Token, desk: Desk) -> None:
        self._token, self._desk = token, desk
        self._pin: Secret | None = None
        self.given = desk.given_secret is not None

    def grant(self, *, make: bool) -> Grant:
        """Give it to the token. Raises WrongPinError and its kinds, CancelledError, TokenError."""
        if self._pin is None:
            self._pin = self._ask()
        return self._token.verify_pin(self._pin, make=make)

    def _ask(self) -> Secret:
        token, desk = self._token, self._desk
        retries = token.pin_retries()
        if retries == 1 and self.given:
            desk.confirm_last_try(token.name)
        text = f"For “{desk.label}” of {desk.vault_name}"
        return desk.secret(
            AskSecret(f"FIDO2 PIN of {token.name}", text, retries, Method.FIDO2, token.name, token.min_pin)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pin is not None:
            self._pin.wipe()


@contextmanager
def touch(token: Token, desk: Desk, text: str) -> Iterator[Stop]:
    """Ask for a touch while the block runs; gives what tells it to stop."""
    with desk.prompter.during(AskTouch(token.name, TOUCH_SECONDS, text, token.id)) as cancelled:
        yield Stop(cancelled, TOUCH_SECONDS)


def granted(token: Token, desk: Desk, pin: OwnerPin, act: Callable[[Grant], _T], *, needed: bool, to_make: bool) -> _T:
    """Do ``act`` with the user verified: by the token's own sensor where it has one, else by the PIN."""
    if not needed:
        return act(Grant())
    if token.built_in and not pin.given:
        try:
            return act(_finger(token, desk, to_make=to_make))
        except BiometricsError:
            if not token.pin_set:
                raise
    return act(pin.grant(make=to_make))


def _finger(token: Token, desk: Desk, *, to_make: bool) -> Grant:
    """Have the sensor verify; a finger that is not recognised may be laid on again as often as the token allows."""
    left = token.sensor_retries()
    if left == 0:
        raise BiometricsError(reason="too many fingers were not recognised")
    text = "Lay your finger on its reader."
    while True:
        try:
            with touch(token, desk, text) as stop:
                return token.verify_built_in(stop, make=to_make)
        except BiometricsError:
            left = token.sensor_retries()
            if left == 0:
                raise
            text = f"The finger was not recognised. Lay it on again; tries left: {left}."
