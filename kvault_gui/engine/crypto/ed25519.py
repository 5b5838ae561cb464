"""Ed25519 (RFC 8032), pure mode. Only ``signing`` calls this."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ..errors import InvalidInputError
from .data import Bytes, KeyPair, exact

KEY_BYTES = 32
_P = 2**255 - 19
_ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
_LOW_ORDER = frozenset({0, 1, _P - 1, _ORDER_8, _P - _ORDER_8})  # y of the eight points


def generate(_algorithm: str) -> KeyPair:
    """A new key pair, raw."""
    private = Ed25519PrivateKey.generate()
    return KeyPair(private.private_bytes_raw(), private.public_key().public_bytes_raw())


def public_key(_algorithm: str, private: Bytes) -> bytes:
    """The 32 bytes that belong to ``private``."""
    return _private(private).public_key().public_bytes_raw()


def sign(_algorithm: str, private: Bytes, message: Bytes, context: Bytes) -> bytes:
    """64 bytes, the same each time."""
    _no_context(context)
    return _private(private).sign(message)


def verifies(_algorithm: str, public: Bytes, message: Bytes, signature: Bytes, context: Bytes) -> bool:
    """Whether the signature is good; a public key that is no point makes it bad."""
    _no_context(context)
    exact(public, KEY_BYTES, "An Ed25519 key")
    if not _sound(public):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(bytes(public)).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _private(private: Bytes) -> Ed25519PrivateKey:
    exact(private, KEY_BYTES, "An Ed25519 key")
    return Ed25519PrivateKey.from_private_bytes(private)


def _sound(public: Bytes) -> bool:
    """Whether a public key is neither of low order nor a second spelling of a point (RFC 8032, section 5.1.3).

    The libraries let both pass; a signature under a key of low order proves nothing, it verifies for many messages.
    """
    y = int.from_bytes(public, "little") & ((1 << 255) - 1)
    return y < _P and y not in _LOW_ORDER


def _no_context(context: Bytes) -> None:
    if len(context):
        raise InvalidInputError(reason="Ed25519 has no context")
