"""The Yubico management applet: which key it is. And a whole YubiKey put together."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from tests.peers.cards.tlv import tlv
from tests.peers.cards.vicc import ATR_USB, SW, Applet, Card

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.peers.cards.vicc import Apdu

Version = tuple[int, int, int]
FIRMWARE: Version = (5, 7, 1)

_OTP, _U2F, _OPENPGP, _PIV, _OATH, _FIDO2 = 1, 2, 8, 0x10, 0x20, 0x200
_KEYCHAIN_C = 3  # form factor: USB-C with a hole for a key ring


class Management(Applet):
    """READ CONFIG, all on one page."""

    aid = bytes.fromhex("a000000527471117")

    def __init__(self, serial: int, version: Version = FIRMWARE) -> None:
        self.serial, self.version = serial, version

    def select(self) -> bytes:
        return "Virtual mgr - FW version {}.{}.{}".format(*self.version).encode()

    def process(self, apdu: Apdu) -> bytes:
        if apdu.ins != 0x1D or self.version < (4, 1, 0):
            raise SW(0x6D00)
        if (apdu.p1, apdu.p2) != (0, 0):
            raise SW(0x6A86)
        capabilities = struct.pack(">H", _OTP | _U2F | _OPENPGP | _PIV | _OATH | _FIDO2)
        page = b"".join(
            (
                tlv(1, capabilities),
                tlv(2, struct.pack(">I", self.serial)),
                tlv(3, capabilities),
                tlv(4, bytes([_KEYCHAIN_C])),
                tlv(5, bytes(self.version)),
                tlv(0x0A, b"\0"),
                tlv(0x0D, capabilities),
                tlv(0x0E, capabilities),
            )
        )
        return bytes([len(page)]) + page


def yubikey(serial: int, applets: Sequence[Applet], version: Version = FIRMWARE, atr: bytes = ATR_USB) -> Card:
    """A YubiKey with these applets beside its management applet."""
    return Card([Management(serial, version), *applets], atr)
