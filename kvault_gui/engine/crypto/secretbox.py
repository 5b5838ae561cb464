"""XSalsa20-Poly1305 through libsodium (NaCl's secretbox). Only ``aead`` calls this."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nacl.bindings import crypto_secretbox, crypto_secretbox_open
from nacl.exceptions import CryptoError

from ..errors import AuthenticationError, InvalidInputError

if TYPE_CHECKING:
    from .data import Bytes

_TAG_BYTES = 16


def seal(key: Bytes, nonce: Bytes, plaintext: Bytes, aad: Bytes) -> bytes:
    """The tag and the ciphertext, in NaCl's order."""
    _no_aad(aad)
    return crypto_secretbox(bytes(plaintext), bytes(nonce), bytes(key))


def open_sealed(key: Bytes, nonce: Bytes, ciphertext: Bytes, aad: Bytes) -> bytes:
    """The plaintext. Raises AuthenticationError."""
    _no_aad(aad)
    if len(ciphertext) < _TAG_BYTES:
        raise AuthenticationError
    try:
        return crypto_secretbox_open(bytes(ciphertext), bytes(nonce), bytes(key))
    except CryptoError:
        raise AuthenticationError from None


def _no_aad(aad: Bytes) -> None:
    if len(aad):
        raise InvalidInputError(reason="XSalsa20-Poly1305 authenticates no associated data")
