"""Key encapsulation: ML-KEM-768 and ML-KEM-1024 (FIPS 203).

A private key is the 64-byte seed (d, then z), a public key the raw encapsulation key.
"""

from __future__ import annotations

from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.mlkem import (
    MLKEM768PrivateKey,
    MLKEM768PublicKey,
    MLKEM1024PrivateKey,
    MLKEM1024PublicKey,
)

from ..errors import AuthenticationError, InvalidInputError
from . import registry, selftest
from .data import Bytes, KeyPair, exact

SEED_BYTES = 64
CIPHERTEXT_BYTES = {"ML-KEM-768": 1088, "ML-KEM-1024": 1568}


class Encapsulated(NamedTuple):
    """A fresh shared secret (32 bytes) and the ciphertext that carries it."""

    secret: bytes
    ciphertext: bytes

    def __repr__(self) -> str:
        return f"Encapsulated(secret=…, ciphertext={len(self.ciphertext)} bytes)"


def generate(algorithm: str) -> KeyPair:
    """A new key pair, which has encapsulated and decapsulated once (FIPS 203, section 7.1).

    Raises:
        AlgorithmNotAllowedError: not a KEM of the registry.
        SelfTestError: the module is in its error state.
    """
    _ready(algorithm, "generate")
    private = MLKEM768PrivateKey.generate() if algorithm == "ML-KEM-768" else MLKEM1024PrivateKey.generate()
    pair = KeyPair(private.private_bytes_raw(), private.public_key().public_bytes_raw())
    secret, ciphertext = private.public_key().encapsulate()
    selftest.pairwise(algorithm, consistent=_private(algorithm, pair.private).decapsulate(ciphertext) == secret)
    return pair


def public_key(algorithm: str, private: Bytes) -> bytes:
    """The raw encapsulation key of a seed. Raises as ``decapsulate``."""
    _ready(algorithm, "decapsulate")
    return _private(algorithm, private).public_key().public_bytes_raw()


def encapsulate(algorithm: str, public: Bytes) -> Encapsulated:
    """A fresh secret for the holder of ``public``.

    Raises:
        AlgorithmNotAllowedError: not a KEM of the registry.
        InvalidInputError: ``public`` has another length, or a coefficient that is not reduced (FIPS 203, section 7.2).
        SelfTestError: the module is in its error state.
    """
    _ready(algorithm, "encapsulate")
    kind = MLKEM768PublicKey if algorithm == "ML-KEM-768" else MLKEM1024PublicKey
    try:
        return Encapsulated(*kind.from_public_bytes(bytes(public)).encapsulate())
    except ValueError as error:
        raise InvalidInputError(reason=f"That is no {algorithm} public key") from error


def decapsulate(algorithm: str, private: Bytes, ciphertext: Bytes) -> bytes:
    """The 32 shared bytes. An altered ciphertext gives other bytes, not an error (implicit rejection).

    Raises:
        AuthenticationError: ``ciphertext`` has another length.
        AlgorithmNotAllowedError: not a KEM of the registry.
        InvalidInputError: a seed that is not 64 bytes.
        SelfTestError: the module is in its error state.
    """
    _ready(algorithm, "decapsulate")
    key = _private(algorithm, private)
    if len(ciphertext) != CIPHERTEXT_BYTES[algorithm]:
        raise AuthenticationError
    return key.decapsulate(bytes(ciphertext))


def _ready(algorithm: str, use: registry.Use) -> None:
    registry.require(algorithm, use, CIPHERTEXT_BYTES)
    selftest.ensure(algorithm)


def _private(algorithm: str, private: Bytes) -> MLKEM768PrivateKey | MLKEM1024PrivateKey:
    exact(private, SEED_BYTES, f"The seed of an {algorithm} key")
    kind = MLKEM768PrivateKey if algorithm == "ML-KEM-768" else MLKEM1024PrivateKey
    return kind.from_seed_bytes(bytes(private))
