"""Key wrap: one key under another. AES-256-GCM, AES-256-KW, AES-256-KWP, RSA-OAEP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import keywrap

from ..errors import AuthenticationError, InvalidInputError
from . import aead, registry, rng, selftest
from .data import exact

if TYPE_CHECKING:
    from .data import Bytes

KEK_BYTES = 32
MAX_KEY = 64 << 10  # bytes of a key to wrap
_NONCE = 12
_BLOCK = 8
_KW_LEAST = 16
_NAMES = frozenset(
    {
        "AES-256-GCM",
        "AES-256-KW",
        "AES-256-KWP",
        "RSA-4096-OAEP-SHA256",
        "RSA-3072-OAEP-SHA256",
        "RSA-2048-OAEP-SHA256",
    }
)


def wrap(algorithm: str, kek: Bytes, key: Bytes, *, aad: Bytes = b"") -> bytes:
    """``key`` under ``kek``.

    Args:
        algorithm: "AES-256-GCM" (a random nonce in front; the one with associated data), "AES-256-KW" (RFC 3394),
            "AES-256-KWP" (RFC 5649) or "RSA-4096-OAEP-SHA256" (RFC 8017).
        kek: 32 bytes; for RSA the public key, SubjectPublicKeyInfo DER.
        key: what to wrap; for AES-256-KW whole blocks of 8 bytes, at least two.
        aad: what to bind: associated data of AES-256-GCM, label of OAEP; AES-KW and KWP have none.

    Raises:
        AlgorithmNotAllowedError: not an algorithm that wraps.
        InvalidInputError: a key of a length that the algorithm cannot take, or ``aad`` where there is none.
        SelfTestError: the module is in its error state.
    """
    registry.require(algorithm, "wrap", _NAMES)
    if not 0 < len(key) <= MAX_KEY:
        raise InvalidInputError(reason=f"{len(key)} bytes are no key")
    if algorithm == "AES-256-GCM":
        nonce = rng.random_bytes(_NONCE)
        return nonce + aead.seal(algorithm, kek, nonce, key, aad)
    selftest.ensure(algorithm)
    if algorithm.startswith("RSA"):
        from . import rsa  # noqa: PLC0415 costs a start 5 ms

        return rsa.wrap(algorithm, kek, key, aad)
    _check(kek, aad)
    if algorithm == "AES-256-KWP":
        return keywrap.aes_key_wrap_with_padding(bytes(kek), bytes(key))
    if len(key) % _BLOCK or len(key) < _KW_LEAST:
        raise InvalidInputError(reason="AES-256-KW wraps whole blocks of 8 bytes, at least two")
    return keywrap.aes_key_wrap(bytes(kek), bytes(key))


def unwrap(algorithm: str, kek: Bytes, wrapped: Bytes, *, aad: Bytes = b"") -> bytes:
    """The key that ``wrap`` put under ``kek`` (for RSA the private key, PKCS#8 DER); arguments as there.

    Raises:
        AuthenticationError: altered, cut, or under another key or associated data.
        AlgorithmNotAllowedError: not an algorithm that unwraps.
        InvalidInputError: not a key of that algorithm, or ``aad`` where there is none.
        SelfTestError: the module is in its error state.
    """
    registry.require(algorithm, "unwrap", _NAMES)
    if algorithm == "AES-256-GCM":
        if len(wrapped) < _NONCE:
            raise AuthenticationError
        return aead.open_sealed(algorithm, kek, wrapped[:_NONCE], wrapped[_NONCE:], aad)
    selftest.ensure(algorithm)
    if algorithm.startswith("RSA"):
        from . import rsa  # noqa: PLC0415 costs a start 5 ms

        return rsa.unwrap(algorithm, kek, wrapped, aad)
    _check(kek, aad)
    undo = keywrap.aes_key_unwrap_with_padding if algorithm == "AES-256-KWP" else keywrap.aes_key_unwrap
    try:
        return undo(bytes(kek), bytes(wrapped))
    except (keywrap.InvalidUnwrap, ValueError):
        raise AuthenticationError from None


def _check(kek: Bytes, aad: Bytes) -> None:
    exact(kek, KEK_BYTES, "The wrapping key")
    if len(aad):
        raise InvalidInputError(reason="AES key wrap authenticates no associated data")
