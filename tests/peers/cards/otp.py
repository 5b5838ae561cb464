"""The Yubico OTP applet over CCID: two positions, HMAC-SHA1 challenge-response, writing and deleting them.

Source: YubiKey manual, "Configuration", and what yubikit sends.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.peers.cards.management import FIRMWARE
from tests.peers.cards.vicc import SW, Applet, Touch

if TYPE_CHECKING:
    from tests.peers.cards.management import Version
    from tests.peers.cards.vicc import Apdu

CONFIG = 52  # bytes of a configuration, CRC included
TOUCH_SECONDS = 15.0
_CODE = 6  # bytes of an access code
_TICKET_CHALLENGE = 0x40
_HMAC, _LESS_THAN_64, _BUTTON = 0x22, 0x04, 0x08


@dataclass
class Position:
    """What is programmed. ``secret`` None: something that types when it is touched."""

    secret: bytes | None
    short: bool = True  # challenges below 64 bytes: padding is taken off
    touch: bool = False
    code: bytes = bytes(_CODE)

    def answer(self, challenge: bytes) -> bytes:
        """HMAC-SHA1 (RFC 2104)."""
        if self.secret is None:
            raise SW(0x6A80)
        if self.short and len(challenge) == 64:
            challenge = challenge.rstrip(challenge[-1:])
        return hmac.new(self.secret, challenge, hashlib.sha1).digest()


class Otp(Applet):
    """The applet. ``touch`` is the person's finger."""

    aid = bytes.fromhex("a0000005272001")

    def __init__(self, serial: int, version: Version = FIRMWARE, touch: Touch | None = None) -> None:
        self.serial, self.version = serial, version
        self.touch = touch or Touch()
        self.seconds = TOUCH_SECONDS
        self.positions: dict[int, Position] = {}
        self.sequence = 0

    def select(self) -> bytes:
        return self.status()

    def status(self) -> bytes:
        """Firmware, sequence number of the programming, and what is programmed."""
        level = 0
        for number, position in self.positions.items():
            level |= 1 << number - 1
            if position.touch or position.secret is None:
                level |= 4 << number - 1
        return bytes(self.version) + bytes([self.sequence & 0xFF]) + struct.pack("<H", level)

    def process(self, apdu: Apdu) -> bytes:
        if apdu.ins == 0x03:
            return self.status()
        if apdu.ins != 0x01:
            raise SW(0x6D00)
        match apdu.p1:
            case 0x10:
                return struct.pack(">I", self.serial)
            case 0x01 | 0x03:
                return self._write(1 if apdu.p1 == 1 else 2, apdu.data)
            case 0x30 | 0x38:
                return self._respond(1 if apdu.p1 == 0x30 else 2, apdu.data)
        raise SW(0x6A86)

    def _write(self, number: int, data: bytes) -> bytes:
        if len(data) != CONFIG + _CODE:
            raise SW(0x6700)
        config, code = data[:CONFIG], data[CONFIG:]
        old = self.positions.get(number)
        if old is not None and old.code not in (bytes(_CODE), code):
            raise SW(0x6982)
        if not any(config):
            self.positions.pop(number, None)
        else:
            if crc(config) != 0xF0B8:
                raise SW(0x6A80)
            uid, key, new_code = config[16:22], config[22:38], config[38:44]
            ticket, flags = config[46], config[47]
            secret = None
            if ticket & _TICKET_CHALLENGE and flags & _HMAC == _HMAC:
                secret = key + uid[:4]
            button = bool(flags & _BUTTON)
            self.positions[number] = Position(secret, bool(flags & _LESS_THAN_64), button, new_code)
        self.sequence = self.sequence + 1 if self.positions else 0
        return self.status()

    def _respond(self, number: int, challenge: bytes) -> bytes:
        position = self.positions.get(number)
        if position is None or position.secret is None:
            return b""  # 9000 without data, which yubikit takes for a bad answer
        if len(challenge) > 64:
            raise SW(0x6700)
        if position.touch:
            self.touch.begin()
            if not self.touch.wait(self.seconds):
                raise SW(0x6985)
        return position.answer(challenge)


def crc(data: bytes) -> int:
    """CRC-16 as in ISO 13239; 0xF0B8 over data that ends with its own."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
    return crc
