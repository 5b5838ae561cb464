"""Authenticated encryption of one message: AES-256-GCM, ChaCha20-Poly1305, XSalsa20-Poly1305."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from ..errors import AlgorithmNotAllowedError, AuthenticationError, InvalidInputError
from . import selftest

if TYPE_CHECKING:
    from .data import Bytes

KEY_BYTES = 32
TAG_BYTES = 16


class _Cipher(NamedTuple):
    nonce_bytes: int
    make: type[AESGCM | ChaCha20Poly1305] | None  # None: libsodium's


_CIPHERS = {
    "AES-256-GCM": _Cipher(12, AESGCM),
    "ChaCha20-Poly1305": _Cipher(12, ChaCha20Poly1305),
    "XSalsa20-Poly1305": _Cipher(24, None),
}


def nonce_bytes(algorithm: str) -> int:
    """How long a nonce of ``algorithm`` is. Raises AlgorithmNotAllowedError."""
    return _cipher(algorithm, "seal").nonce_bytes


def seal(algorithm: str, key: Bytes, nonce: Bytes, plaintext: Bytes, aad: Bytes = b"") -> bytes:
    """Encrypt and authenticate; returns the ciphertext with its 16-byte tag at the end (in NaCl's order: in front).

    Args:
        algorithm: "AES-256-GCM" (NIST SP 800-38D), "ChaCha20-Poly1305" (RFC 8439) or "XSalsa20-Poly1305" (NaCl).
        key: 32 bytes.
        nonce: 12 bytes (24 for XSalsa20), never twice with one key.
        plaintext: what to hide.
        aad: what to authenticate in clear; XSalsa20-Poly1305 has none.

    Raises:
        AlgorithmNotAllowedError: another algorithm.
        InvalidInputError: a key or nonce of the wrong length.
        SelfTestError: the module is in its error state.
    """
    cipher = _cipher(algorithm, "seal")
    _check(cipher, key, nonce)
    selftest.ensure(algorithm)
    if cipher.make is not None:
        return cipher.make(key).encrypt(nonce, plaintext, aad)
    from . import secretbox  # noqa: PLC0415 PyNaCl costs a start 10 ms

    return secretbox.seal(key, nonce, plaintext, aad)


def open_sealed(algorithm: str, key: Bytes, nonce: Bytes, ciphertext: Bytes, aad: Bytes = b"") -> bytes:
    """The plaintext of what ``seal`` made; arguments as there.

    Raises:
        AuthenticationError: altered, cut, or made with another key, nonce or associated data.
        AlgorithmNotAllowedError: another algorithm.
        InvalidInputError: a key or nonce of the wrong length.
        SelfTestError: the module is in its error state.
    """
    cipher = _cipher(algorithm, "open")
    _check(cipher, key, nonce)
    selftest.ensure(algorithm)
    if cipher.make is not None:
        try:
            return cipher.make(key).decrypt(nonce, ciphertext, aad)
        except InvalidTag:
            raise AuthenticationError from None
    from . import secretbox  # noqa: PLC0415 PyNaCl costs a start 10 ms

    return secretbox.open_sealed(key, nonce, ciphertext, aad)


def _cipher(algorithm: str, use: str) -> _Cipher:
    cipher = _CIPHERS.get(algorithm)
    if cipher is None:
        raise AlgorithmNotAllowedError(name=algorithm, use=use)
    return cipher


def _check(cipher: _Cipher, key: Bytes, nonce: Bytes) -> None:
    if len(key) != KEY_BYTES:
        raise InvalidInputError(reason=f"The key must be {KEY_BYTES} bytes long, not {len(key)}")
    if len(nonce) != cipher.nonce_bytes:
        raise InvalidInputError(reason=f"The nonce must be {cipher.nonce_bytes} bytes long, not {len(nonce)}")
