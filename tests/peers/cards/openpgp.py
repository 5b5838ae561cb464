"""An OpenPGP applet (OpenPGP application on ISO smart card systems 3.4): the decryption key and what belongs to it.

``maker`` 6 with a version is a YubiKey; every other maker's card does not know Yubico's GET VERSION.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.peers.cards import keys
from tests.peers.cards.management import FIRMWARE
from tests.peers.cards.tlv import parse, tlv
from tests.peers.cards.vicc import SW, Applet, Touch

if TYPE_CHECKING:
    from tests.peers.cards.keys import Key
    from tests.peers.cards.management import Version
    from tests.peers.cards.vicc import Apdu

YUBICO, ZEITCONTROL = 6, 5
PIN, ADMIN = b"123456", b"12345678"
TOUCH_SECONDS = 15.0

ATTRIBUTES = {  # section 4.4.3.9 and 4.4.3.10
    "rsa2048": bytes.fromhex("010800001100"),
    "rsa3072": bytes.fromhex("010c00001100"),
    "p256": bytes.fromhex("122a8648ce3d030107"),
    "p384": bytes.fromhex("122b81040022"),
    "bp256": bytes.fromhex("122b2403030208010107"),
    "k256": bytes.fromhex("122b8104000a"),
    "x25519": bytes.fromhex("122b060104019755010501"),
}
_SIGNING = bytes.fromhex("010800001100")
_DECRYPTION, _ADMIN_PIN = 0x82, 0x83
_GENERATE, _VERIFY, _DECIPHER, _GET, _PUT = 0x47, 0x20, 0x2A, 0xCA, 0xDA


@dataclass
class Secret:
    """A PIN. ``value`` is what the card compares: a hash where there is a KDF."""

    value: bytes
    left: int = 3


class OpenPgp(Applet):
    """The applet. ``touch`` is the person's finger; ``wants_touch`` the decryption key's flag, None: no such thing."""

    aid = bytes.fromhex("d27600012401")

    def __init__(
        self, serial: int, maker: int = YUBICO, version: Version = FIRMWARE, touch: Touch | None = None
    ) -> None:
        self.serial, self.maker, self.version = serial, maker, version
        self.touch = touch or Touch()
        self.seconds = TOUCH_SECONDS
        self.reset()

    def reset(self) -> None:
        """As it left the factory."""
        self.pin, self.admin = Secret(PIN), Secret(ADMIN)
        self.attributes = ATTRIBUTES["rsa2048"]
        self.key: Key | None = None
        self.wants_touch: int | None = 0
        self.kdf = tlv(0x81, b"\0")
        self.whole_point = False
        self.offered = list(ATTRIBUTES.values())
        self.wraps = True  # constructed objects have their tag around them
        self.unsaid: list[bytes] = []  # can be set, and is not in its list
        self._verified: set[int] = set()

    def put(self, kind: str) -> None:
        """Put a new key in, as another program would."""
        self.attributes, self.key = ATTRIBUTES[kind], keys.make(kind)

    def hash_pins(self) -> None:
        """Set a KDF-DO (section 4.3.2), with the factory's PINs."""
        count, salts = 100_000, {0x84: b"saltuser", 0x86: b"saltadmi"}
        self.kdf = tlv(0x81, b"\3") + tlv(0x82, b"\x08") + tlv(0x83, count.to_bytes(4, "big"))
        self.kdf += b"".join(tlv(tag, salt) for tag, salt in salts.items())
        for secret, plain, salt in ((self.pin, PIN, salts[0x84]), (self.admin, ADMIN, salts[0x86])):
            data = salt + plain
            secret.value = hashlib.sha256((data * (count // len(data) + 1))[:count]).digest()

    def deselect(self) -> None:
        self._verified = set()

    def select(self) -> bytes:
        self.deselect()
        return b""

    @property
    def _identifier(self) -> bytes:
        number = bytes.fromhex(f"{self.serial:08d}") if self.maker == YUBICO else self.serial.to_bytes(4, "big")
        return self.aid + b"\x03\x04" + self.maker.to_bytes(2, "big") + number + b"\0\0"

    def process(self, apdu: Apdu) -> bytes:
        try:
            return self._process(apdu)
        except (ValueError, KeyError, IndexError) as error:
            raise SW(0x6A80) from error

    def _process(self, apdu: Apdu) -> bytes:
        if apdu.ins == 0xF1 and self.maker == YUBICO:
            return bytes(int(str(part), 16) for part in self.version)
        handlers = {
            _GET: self._get,
            _PUT: self._put,
            _VERIFY: self._verify,
            _GENERATE: self._generate,
            _DECIPHER: self._decipher,
        }
        if apdu.ins not in handlers:
            raise SW(0x6D00)
        return handlers[apdu.ins](apdu)

    # --- data objects ---

    def _get(self, apdu: Apdu) -> bytes:
        objects = {
            0x4F: lambda: self._identifier,
            0x6E: lambda: self._application,
            0xC4: lambda: self._status,
            0xF9: lambda: self.kdf,
            0xFA: lambda: self._information,
            0xD7: lambda: self._flag,
        }
        name = apdu.p1 << 8 | apdu.p2
        if name not in objects:
            raise SW(0x6A88)
        return objects[name]()

    @property
    def _flag(self) -> bytes:
        if self.wants_touch is None:
            raise SW(0x6A88)
        return bytes([self.wants_touch, 0x20])

    @property
    def _status(self) -> bytes:
        return bytes([0, 127, 127, 127, self.pin.left, 0, self.admin.left])

    @property
    def _information(self) -> bytes:
        if not self.offered:
            raise SW(0x6A88)
        rows = [tlv(0xC1, _SIGNING), *(tlv(0xC2, each) for each in self.offered), tlv(0xC3, _SIGNING)]
        return self._constructed(0xFA, b"".join(rows))

    @property
    def _application(self) -> bytes:
        flags = b"" if self.wants_touch is None else b"".join(tlv(tag, b"\0\x20") for tag in (0xD6, 0xD8))
        discretionary = (
            tlv(0xC0, bytes.fromhex("7d000bfe080000ff0000"))
            + tlv(0xC1, _SIGNING)
            + tlv(0xC2, self.attributes)
            + tlv(0xC3, _SIGNING)
            + tlv(0xC4, self._status)
            + tlv(0xC5, bytes(60))
            + tlv(0xC6, bytes(60))
            + tlv(0xCD, bytes(12))
            + tlv(0xDE, bytes([1, 0, 2, int(self.key is not None), 3, 0]))
            + (flags and flags + tlv(0xD7, self._flag))
        )
        historical = tlv(0x5F52, bytes.fromhex("00730000e005900000"))
        return self._constructed(0x6E, tlv(0x4F, self._identifier) + historical + tlv(0x73, discretionary))

    def _constructed(self, tag: int, content: bytes) -> bytes:
        return tlv(tag, content) if self.wraps else content

    def _put(self, apdu: Apdu) -> bytes:
        if _ADMIN_PIN not in self._verified:
            raise SW(0x6982)
        match apdu.p1 << 8 | apdu.p2:
            case 0xC2:
                if apdu.data not in (*self.offered, *self.unsaid, self.attributes):
                    raise SW(0x6A80)
                if apdu.data != self.attributes:
                    self.attributes, self.key = apdu.data, None
            case 0xD7 if self.wants_touch is not None:
                self.wants_touch = apdu.data[0]
            case _:
                raise SW(0x6A88)
        return b""

    # --- PINs and the key ---

    def _verify(self, apdu: Apdu) -> bytes:
        secret = {0x81: self.pin, _DECRYPTION: self.pin, _ADMIN_PIN: self.admin}.get(apdu.p2)
        if secret is None:
            raise SW(0x6A88)
        if not secret.left:
            raise SW(0x6983)
        if not apdu.data:
            if apdu.p2 in self._verified:
                return b""
            raise SW(0x63C0 | secret.left)
        if len(apdu.data) < 6:
            raise SW(0x6A80)
        if not hmac.compare_digest(apdu.data, secret.value):
            secret.left -= 1
            self._verified.discard(apdu.p2)
            # YubiKeys say 6982, other cards how many tries are left.
            raise SW(0x6982 if self.maker == YUBICO else 0x63C0 | secret.left)
        secret.left = 3
        self._verified.add(apdu.p2)
        return b""

    def _generate(self, apdu: Apdu) -> bytes:
        if apdu.data[:1] != b"\xb8":
            raise SW(0x6A88)
        if apdu.p1 == 0x80:
            if _ADMIN_PIN not in self._verified:
                raise SW(0x6982)
            kind = next(kind for kind, attributes in ATTRIBUTES.items() if attributes == self.attributes)
            self.key = keys.make(kind)
        if self.key is None:
            raise SW(0x6A88)
        return tlv(0x7F49, keys.public(self.key))

    def _decipher(self, apdu: Apdu) -> bytes:
        if (apdu.p1, apdu.p2) != (0x80, 0x86):
            raise SW(0x6A86)
        if _DECRYPTION not in self._verified:
            raise SW(0x6982)
        if self.key is None:
            raise SW(0x6A88)
        if self.wants_touch:
            self.touch.begin()
            if not self.touch.wait(self.seconds):
                raise SW(0x6600)
        if apdu.data[:1] == b"\0":
            return keys.unpadded_rsa(self.key, apdu.data[1:])
        shared = keys.agreed(self.key, parse(parse(parse(apdu.data)[0xA6])[0x7F49])[0x86])
        return b"\4" + shared + bytes(len(shared)) if self.whole_point else shared
