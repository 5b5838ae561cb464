"""A D-Bus connection that never waits for ever: jeepney's, with a time-out on every call."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from jeepney.io.blocking import DBusConnection

SECONDS = 15.0  # a service that is started by the call itself may take some


@functools.cache
def _patient() -> Any:  # noqa: ANN401 jeepney ships no types
    from jeepney.io.blocking import DBusConnection  # noqa: PLC0415 optional

    class Patient(DBusConnection):  # type: ignore[misc] # jeepney ships no types
        """Also says Hello with a time-out."""

        def send_and_get_reply(self, message: object, *, timeout: float | None = None) -> object:
            """The reply. Raises TimeoutError."""
            return super().send_and_get_reply(message, timeout=SECONDS if timeout is None else timeout)

    return Patient


def connect(which: Literal["SESSION", "SYSTEM"]) -> DBusConnection:
    """An open connection; the caller closes it.

    Raises:
        ImportError: jeepney is not installed.
        OSError: nobody listens, or not in time (TimeoutError).
    """
    from jeepney.bus import get_bus  # noqa: PLC0415 optional
    from jeepney.io.blocking import prep_socket  # noqa: PLC0415 optional

    try:
        address = get_bus(which)
    except (KeyError, RuntimeError, ValueError):  # no variable, a kind of address that jeepney does not know, nonsense
        raise FileNotFoundError(2, f"there is no {which.lower()} bus") from None
    opened = prep_socket(address, timeout=SECONDS)
    try:
        return _patient()(opened)
    except BaseException:
        opened.close()
        raise
