"""PIN/UV auth protocols one and two, the authenticator's side (CTAP 2.1, section 6.5.6 and 6.5.7)."""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

INVALID_PARAMETER = 0x02
PIN_AUTH_INVALID = 0x33


class Ctap(Exception):  # noqa: N818 a status, named as the standard names it
    """A CTAP status other than success."""

    def __init__(self, code: int) -> None:
        super().__init__(f"{code:02x}")
        self.code = code


def sha256(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def hmac256(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA-256."""
    return hmac.new(key, data, hashlib.sha256).digest()


def cose_key(public: ec.EllipticCurvePublicKey, algorithm: int) -> dict[int, Any]:
    """A P-256 key as COSE writes it (RFC 9053, section 7.1)."""
    numbers = public.public_numbers()
    return {1: 2, 3: algorithm, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}


class PinProtocol:
    """One protocol of one authenticator: its key agreement key and its pinUvAuthToken."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.regenerate()
        self.token = os.urandom(32)

    def regenerate(self) -> None:
        """Make a new key agreement key."""
        self._key = ec.generate_private_key(ec.SECP256R1())

    def public(self) -> dict[int, Any]:
        """The answer to getKeyAgreement."""
        return cose_key(self._key.public_key(), -25)

    def shared(self, peer: dict[int, Any]) -> bytes:
        """The shared secret with the platform. Raises Ctap for what is no point of the curve."""
        try:
            numbers = ec.EllipticCurvePublicNumbers(
                int.from_bytes(peer[-2], "big"), int.from_bytes(peer[-3], "big"), ec.SECP256R1()
            )
            point = self._key.exchange(ec.ECDH(), numbers.public_key())
        except (KeyError, TypeError, ValueError) as error:
            raise Ctap(INVALID_PARAMETER) from error
        if self.version == 1:
            return sha256(point)
        return b"".join(
            HKDF(hashes.SHA256(), 32, bytes(32), info).derive(point) for info in (b"CTAP2 HMAC key", b"CTAP2 AES key")
        )

    def encrypt(self, key: bytes, plain: bytes) -> bytes:
        """AES-256-CBC without padding; protocol two puts a random IV in front."""
        iv = os.urandom(16) if self.version == 2 else bytes(16)
        done = self._aes(key, iv).encryptor()
        sealed = done.update(plain) + done.finalize()
        return iv + sealed if self.version == 2 else sealed

    def decrypt(self, key: bytes, sealed: bytes) -> bytes:
        """The inverse. Raises Ctap for other lengths."""
        iv = bytes(16)
        if self.version == 2:
            iv, sealed = sealed[:16], sealed[16:]
        if not sealed or len(sealed) % 16 or len(iv) != 16:
            raise Ctap(INVALID_PARAMETER)
        done = self._aes(key, iv).decryptor()
        return done.update(sealed) + done.finalize()

    def _aes(self, key: bytes, iv: bytes) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(key[32:] if self.version == 2 else key), modes.CBC(iv))

    def verify(self, key: bytes, message: bytes, tag: bytes | None) -> None:
        """Raises Ctap unless ``tag`` authenticates ``message``."""
        expected = hmac256(key[:32], message)
        if not hmac.compare_digest(expected if self.version == 2 else expected[:16], tag or b""):
            raise Ctap(PIN_AUTH_INVALID)
