"""Key agreement: X25519 (RFC 7748). Keys are 32 raw bytes."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from ..errors import AuthenticationError
from . import selftest
from .data import Bytes, KeyPair, exact

KEY_BYTES = 32
_NAME = "X25519"


def generate() -> KeyPair:
    """A new key pair, which has agreed with a passing one (pairwise consistency).

    Raises:
        SelfTestError: the module is in its error state.
    """
    selftest.ensure(_NAME)
    private = X25519PrivateKey.generate()
    pair = KeyPair(private.private_bytes_raw(), private.public_key().public_bytes_raw())
    passing = X25519PrivateKey.generate()
    there = passing.exchange(X25519PublicKey.from_public_bytes(pair.public))
    here = private.exchange(passing.public_key())
    selftest.pairwise(_NAME, consistent=here == there)
    return pair


def public_key(private: Bytes) -> bytes:
    """The public key that belongs to ``private``; raises InvalidInputError, SelfTestError."""
    selftest.ensure(_NAME)
    return _private(private).public_key().public_bytes_raw()


def derive(private: Bytes, public: Bytes) -> bytes:
    """The 32 shared bytes; to be used through HKDF with both public keys bound, never as they are.

    Raises:
        AuthenticationError: the result is all zeros: ``public`` is of low order (RFC 7748, section 6.1).
        InvalidInputError: a key that is not 32 bytes.
        SelfTestError: the module is in its error state.
    """
    selftest.ensure(_NAME)
    exact(public, KEY_BYTES, "An X25519 key")
    try:
        return _private(private).exchange(X25519PublicKey.from_public_bytes(bytes(public)))
    except ValueError:
        raise AuthenticationError from None


def _private(private: Bytes) -> X25519PrivateKey:
    exact(private, KEY_BYTES, "An X25519 key")
    return X25519PrivateKey.from_private_bytes(private)
