"""What a person does to a Nitrokey with its maker's program: set the PIN, change its rules, reset it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fido2.ctap import CtapDevice
from fido2.ctap2.base import Ctap2
from fido2.ctap2.config import Config
from fido2.ctap2.pin import ClientPin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event

    from fido2.ctap import STATUS

    from tests.peers.firmware.nitrokey import Nitrokey

_CBOR = 0x10
_CONFIGURE = ClientPin.PERMISSION.AUTHENTICATOR_CFG


class Direct(CtapDevice):
    """The token as fido2 wants it, beside the readers and ports in which the engine finds it."""

    capabilities = 4  # CBOR

    def __init__(self, token: Nitrokey) -> None:
        self.token = token

    def call(
        self,
        cmd: int,
        data: bytes = b"",
        event: Event | None = None,
        on_keepalive: Callable[[STATUS], None] | None = None,
    ) -> bytes:
        """One command."""
        del event, on_keepalive
        assert cmd == _CBOR
        return self.token.ctap(data)

    def close(self) -> None:
        """Nothing is open."""

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        """None: it is made from a token."""
        return iter(())


def set_pin(token: Nitrokey, pin: str) -> None:
    """Give a token without a PIN one."""
    ClientPin(Ctap2(Direct(token))).set_pin(pin)


def reset(token: Nitrokey) -> None:
    """Delete everything on it, which it allows for ten seconds after it got power."""
    Ctap2(Direct(token)).reset()


def pin_retries(token: Nitrokey) -> int:
    """PIN tries left."""
    retries, _ = ClientPin(Ctap2(Direct(token))).get_pin_retries()
    return retries


def credentials(token: Nitrokey) -> int | None:
    """How many discoverable credentials still fit; None where it does not say."""
    return Ctap2(Direct(token)).info.remaining_disc_creds


def configure(token: Nitrokey, pin: str, change: Callable[[Config], None]) -> None:
    """Change its rules (authenticatorConfig, CTAP 2.1 section 6.11)."""
    ctap = Ctap2(Direct(token))
    client = ClientPin(ctap)
    change(Config(ctap, client.protocol, client.get_pin_token(pin, _CONFIGURE)))
