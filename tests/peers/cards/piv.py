"""A PIV applet (NIST SP 800-73-4) with Yubico's extensions: metadata, policies, serial number, management keys.

``PLAIN`` as version makes it a card of another maker: none of the extensions.
"""

from __future__ import annotations

import hmac
import os
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from tests.peers.cards import keys
from tests.peers.cards.management import FIRMWARE
from tests.peers.cards.tlv import parse, tlv
from tests.peers.cards.vicc import SW, Applet, Touch

if TYPE_CHECKING:
    from tests.peers.cards.keys import Key
    from tests.peers.cards.management import Version
    from tests.peers.cards.vicc import Apdu

PLAIN: Version = (0, 0, 0)
PIN, PUK = b"123456", b"12345678"
DEFAULT_MANAGEMENT = bytes.fromhex("010203040506070801020304050607080102030405060708")
TOUCH_SECONDS = 15.0
KEY_MANAGEMENT = 0x9D
CERTIFICATE = bytes.fromhex("5fc10b")  # of 9D
PRINTED = bytes.fromhex("5fc109")  # may be read after the PIN only
PIVMAN = bytes.fromhex("5fff00")

TDES, AES192 = 3, 10
_BLOCKS = {TDES: 8, 8: 16, AES192: 16, 12: 16}
_KINDS = {
    0x06: "rsa1024", 0x07: "rsa2048", 0x05: "rsa3072", 0x16: "rsa4096",
    0x11: "p256", 0x14: "p384", 0xE0: "ed25519", 0xE1: "x25519",
}  # fmt: skip
ALGORITHMS = {kind: number for number, kind in _KINDS.items()}


@dataclass
class Reference:
    """A PIN or PUK."""

    value: bytes
    total: int = 3
    left: int = 3
    default: bool = True


@dataclass
class Slot:
    """A key. ``pin``: 1 never, 2 once, 3 always; ``touch``: 1 never, 2 always, 3 cached."""

    algorithm: int
    key: Key
    pin: int = 2
    touch: int = 1
    generated: bool = True


@dataclass
class Management:
    """The management key."""

    algorithm: int = AES192
    key: bytes = DEFAULT_MANAGEMENT
    default: bool = True
    touch: int = 1


@dataclass
class _Session:
    """What is forgotten when the applet is deselected."""

    pin: bool = False
    fresh: bool = False  # the PIN was the last command
    management: bool = False
    witness: bytes = b""


class Piv(Applet):
    """The applet. ``touch`` is the person's finger."""

    aid = bytes.fromhex("a00000030800001000")

    def __init__(self, serial: int, version: Version = FIRMWARE, touch: Touch | None = None) -> None:
        self.serial, self.version = serial, version
        self.touch = touch or Touch()
        self.seconds = TOUCH_SECONDS
        self.makes_up = False  # another maker's, which says that it is a YubiKey's and answers nothing more of it
        self.reset()

    def reset(self) -> None:
        """As it left the factory."""
        self.pin, self.puk = Reference(PIN), Reference(PUK)
        self.management = Management(AES192 if self.version >= (5, 7, 0) else TDES)
        self.keys: dict[int, Slot] = {}
        self.objects: dict[bytes, bytes] = {}
        self._session = _Session()

    def put(self, kind: str, *, pin: int = 2, touch: int = 1, slot: int = KEY_MANAGEMENT) -> Slot:
        """Put a new key in, as another program would."""
        self.keys[slot] = Slot(ALGORITHMS[kind], keys.make(kind), pin, touch)
        return self.keys[slot]

    def deselect(self) -> None:
        self._session = _Session()

    def select(self) -> bytes:
        self.deselect()
        return tlv(0x61, tlv(0x4F, bytes.fromhex("000010000100")) + tlv(0x79, tlv(0x4F, self.aid[:5])))

    def process(self, apdu: Apdu) -> bytes:
        try:
            return self._process(apdu)
        except (ValueError, KeyError, IndexError) as error:
            raise SW(0x6A80) from error

    def _process(self, apdu: Apdu) -> bytes:
        fresh, self._session.fresh = self._session.fresh, False
        if apdu.ins == 0x87:
            return self._authenticate(apdu, fresh=fresh)
        handler = {0x20: self._verify, 0x47: self._generate, 0xCB: self._get, 0xDB: self._put}.get(apdu.ins)
        if handler is not None:
            return handler(apdu)
        return self._extension(apdu)

    def _extension(self, apdu: Apdu) -> bytes:
        """Yubico's own instructions, with the firmware that brought each."""
        if self.makes_up and apdu.ins in {0xFD, 0xF7}:
            return b"\6\6\6" if apdu.ins == 0xFD else b""
        if apdu.ins == 0xFD and self.version != PLAIN:
            return bytes(self.version)
        if apdu.ins == 0xF8 and self.version >= (5, 0, 3):
            return struct.pack(">I", self.serial)
        if apdu.ins == 0xF7 and self.version >= (5, 3, 0):
            return self._metadata(apdu.p2)
        if apdu.ins == 0xF9 and self.version >= (4, 3, 0):
            return self._attest(apdu.p1)
        raise SW(0x6D00)

    # --- PIN ---

    def _verify(self, apdu: Apdu) -> bytes:
        if apdu.p2 != 0x80:
            raise SW(0x6A88)
        if not apdu.data:
            if self._session.pin:
                return b""
            raise SW(0x63C0 | self.pin.left if self.pin.left else 0x6983)
        if len(apdu.data) != 8:
            raise SW(0x6A80)
        if not self.pin.left:
            raise SW(0x6983)
        if not hmac.compare_digest(apdu.data.rstrip(b"\xff"), self.pin.value):
            self.pin.left -= 1
            self._session.pin = False
            raise SW(0x63C0 | self.pin.left)
        self.pin.left = self.pin.total
        self._session.pin = self._session.fresh = True
        return b""

    # --- keys ---

    def _metadata(self, what: int) -> bytes:
        if what in (0x80, 0x81):
            reference = self.pin if what == 0x80 else self.puk
            return (
                tlv(1, b"\xff") + tlv(5, bytes([reference.default])) + tlv(6, bytes([reference.total, reference.left]))
            )
        if what == 0x9B:
            management = self.management
            return (
                tlv(1, bytes([management.algorithm]))
                + tlv(2, bytes([0, management.touch]))
                + tlv(5, bytes([management.default]))
            )
        slot = self.keys.get(what)
        if slot is None:
            raise SW(0x6A88)
        return (
            tlv(1, bytes([slot.algorithm]))
            + tlv(2, bytes([slot.pin, slot.touch]))
            + tlv(3, bytes([1 if slot.generated else 2]))
            + tlv(4, keys.public(slot.key))
        )

    def _attest(self, number: int) -> bytes:
        from tests.peers.cards.certificates import certificate  # noqa: PLC0415 few cards are asked for it

        slot = self.keys.get(number)
        if slot is None or not slot.generated:
            raise SW(0x6A80)
        return certificate(slot.key)

    def _generate(self, apdu: Apdu) -> bytes:
        self._need_management()
        wanted = parse(parse(apdu.data)[0xAC])
        algorithm = wanted[0x80][0]
        if algorithm not in _KINDS or (algorithm in {5, 0x16, 0xE0, 0xE1} and self.version < (5, 7, 0)):
            raise SW(0x6A80)
        pin = wanted.get(0xAA, b"\0")[0] or 2
        touch = wanted.get(0xAB, b"\0")[0] or 1
        self.keys[apdu.p2] = Slot(algorithm, keys.make(_KINDS[algorithm]), pin, touch)
        return tlv(0x7F49, keys.public(self.keys[apdu.p2].key))

    def _authenticate(self, apdu: Apdu, *, fresh: bool) -> bytes:
        wanted = parse(parse(apdu.data)[0x7C])
        if apdu.p2 == 0x9B:
            return self._authenticate_management(apdu.p1, wanted)
        slot = self.keys.get(apdu.p2)
        if slot is None:
            raise SW(0x6A88)
        if apdu.p1 != slot.algorithm:
            raise SW(0x6A80)
        if (slot.pin == 2 and not self._session.pin) or (slot.pin == 3 and not fresh):
            raise SW(0x6982)
        self._touched(slot.touch)
        if 0x85 in wanted:
            return tlv(0x7C, tlv(0x82, keys.agreed(slot.key, wanted[0x85])))
        return tlv(0x7C, tlv(0x82, keys.raw_rsa(slot.key, wanted[0x81])))

    def _touched(self, policy: int) -> None:
        if policy in (2, 3):
            self.touch.begin()
            if not self.touch.wait(self.seconds):
                raise SW(0x6982)

    # --- management key: mutual authentication (SP 800-73-4 part 1, appendix A.2) ---

    def _need_management(self) -> None:
        if not self._session.management:
            raise SW(0x6982)

    def _authenticate_management(self, algorithm: int, wanted: dict[int, bytes]) -> bytes:
        management = self.management
        if algorithm != management.algorithm:
            raise SW(0x6A80)
        cipher = TripleDES(management.key) if algorithm == TDES else AES(management.key)
        encryptor = Cipher(cipher, modes.ECB()).encryptor()  # noqa: S305 one block: as the standard has it
        if wanted.get(0x80) == b"":
            self._touched(management.touch)
            self._session.witness = os.urandom(_BLOCKS[algorithm])
            return tlv(0x7C, tlv(0x80, encryptor.update(self._session.witness)))
        witness, self._session.witness = self._session.witness, b""
        if not witness or not hmac.compare_digest(witness, wanted[0x80]):
            raise SW(0x6982)
        self._session.management = True
        return tlv(0x7C, tlv(0x82, encryptor.update(wanted[0x81])))

    # --- data objects ---

    def _get(self, apdu: Apdu) -> bytes:
        name = parse(apdu.data)[0x5C]
        if name == PRINTED and not self._session.pin:
            raise SW(0x6982)
        if name not in self.objects:
            raise SW(0x6A82)
        return tlv(0x53, self.objects[name])

    def _put(self, apdu: Apdu) -> bytes:
        self._need_management()
        wanted = parse(apdu.data)
        if wanted[0x53]:
            self.objects[wanted[0x5C]] = wanted[0x53]
        else:
            self.objects.pop(wanted[0x5C], None)
        return b""
