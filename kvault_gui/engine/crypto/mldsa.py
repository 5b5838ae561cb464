"""ML-DSA-65 and ML-DSA-87 (FIPS 204), pure and hedged. Only ``signing`` calls this."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import (
    MLDSA65PrivateKey,
    MLDSA65PublicKey,
    MLDSA87PrivateKey,
    MLDSA87PublicKey,
)

from ..errors import InvalidInputError
from .data import Bytes, KeyPair, exact

SEED_BYTES = 32
MAX_CONTEXT = 255
PUBLIC_BYTES = {"ML-DSA-65": 1952, "ML-DSA-87": 2592}


def generate(algorithm: str) -> KeyPair:
    """A new seed and its public key, raw."""
    private = MLDSA65PrivateKey.generate() if algorithm == "ML-DSA-65" else MLDSA87PrivateKey.generate()
    return KeyPair(private.private_bytes_raw(), private.public_key().public_bytes_raw())


def public_key(algorithm: str, private: Bytes) -> bytes:
    """The raw public key of a seed."""
    return _private(algorithm, private).public_key().public_bytes_raw()


def sign(algorithm: str, private: Bytes, message: Bytes, context: Bytes) -> bytes:
    """Another signature each time (hedged)."""
    _check_context(context)
    return _private(algorithm, private).sign(message, bytes(context) or None)


def verifies(algorithm: str, public: Bytes, message: Bytes, signature: Bytes, context: Bytes) -> bool:
    """Whether the signature is good."""
    _check_context(context)
    exact(public, PUBLIC_BYTES[algorithm], f"An {algorithm} public key")
    kind = MLDSA65PublicKey if algorithm == "ML-DSA-65" else MLDSA87PublicKey
    try:
        kind.from_public_bytes(bytes(public)).verify(signature, message, bytes(context) or None)
    except InvalidSignature:
        return False
    return True


def _private(algorithm: str, private: Bytes) -> MLDSA65PrivateKey | MLDSA87PrivateKey:
    exact(private, SEED_BYTES, f"The seed of an {algorithm} key")
    kind = MLDSA65PrivateKey if algorithm == "ML-DSA-65" else MLDSA87PrivateKey
    return kind.from_seed_bytes(private)


def _check_context(context: Bytes) -> None:
    if len(context) > MAX_CONTEXT:
        raise InvalidInputError(reason=f"A context of ML-DSA has at most {MAX_CONTEXT} bytes")
