"""HPKE, single shot, base mode (RFC 9180): encrypting to a public key.

New messages go to X25519 and ML-KEM-768 together (X-Wing, KEM 0x647a). An X-Wing private key is its 32-byte seed, its
public key the 1,184 bytes of ML-KEM-768 and the 32 bytes of X25519 (draft-connolly-cfrg-xwing-kem, section 5). Keys of
the suites with X25519 alone, which open and never seal, are 32 raw bytes.
"""

from __future__ import annotations

import hashlib
from typing import TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from ..errors import AuthenticationError, InvalidInputError
from . import registry, rng, selftest
from .data import Bytes, KeyPair, exact

PREFERRED = "HPKE-MLKEM768-X25519-AES-256-GCM"
SEED_BYTES = 32
PUBLIC_BYTES = 1184 + 32
_MLKEM_PUBLIC = 1184

_Private: TypeAlias = MLKEM768X25519PrivateKey | X25519PrivateKey

_SUITES = {
    PREFERRED: (KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
    "HPKE-MLKEM768-X25519-ChaCha20-Poly1305": (KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305),
    "HPKE-X25519-AES-256-GCM": (KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
    "HPKE-X25519-ChaCha20-Poly1305": (KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305),
}


def generate(algorithm: str) -> KeyPair:
    """A new X-Wing key pair, which has sealed and opened once (pairwise consistency).

    Raises:
        AlgorithmNotAllowedError: not a suite that makes new keys.
        SelfTestError: the module is in its error state.
    """
    _suite(algorithm, "generate")
    seed = rng.random_bytes(SEED_BYTES)
    pair = KeyPair(seed, public_key(algorithm, seed))
    sealed = seal(algorithm, pair.public, b"kvault", info=b"pairwise consistency")
    try:
        opened = open_sealed(algorithm, pair.private, sealed, info=b"pairwise consistency")
    except AuthenticationError:
        opened = b""
    selftest.pairwise(algorithm, consistent=opened == b"kvault")
    return pair


def public_key(algorithm: str, private: Bytes) -> bytes:
    """The public key that belongs to ``private``. Raises as ``open_sealed``."""
    _suite(algorithm, "open")
    key = _private(algorithm, private)
    if isinstance(key, X25519PrivateKey):
        return key.public_key().public_bytes_raw()
    mlkem, x25519 = _expand(private)
    return mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


def seal(algorithm: str, public: Bytes, plaintext: Bytes, *, info: bytes) -> bytes:
    """The encapsulated key and the ciphertext, one after the other.

    Args:
        algorithm: a suite of the registry; ``PREFERRED`` for what is new.
        public: the recipient's public key; that it is the right one is for the caller to know.
        plaintext: what to hide.
        info: what both sides must agree on: purpose, sender, recipient. Single-shot HPKE has no other associated data.

    Raises:
        AlgorithmNotAllowedError: not a suite that seals.
        InvalidInputError: not a public key of that suite.
        SelfTestError: the module is in its error state.
    """
    suite = _suite(algorithm, "seal")
    return suite.encrypt(plaintext, _public(public), info)


def open_sealed(algorithm: str, private: Bytes, sealed: Bytes, *, info: bytes) -> bytes:
    """The plaintext of what ``seal`` made; arguments as there.

    Raises:
        AuthenticationError: altered, cut, for another recipient, or with another ``info``.
        AlgorithmNotAllowedError: not a suite of the registry.
        InvalidInputError: not a private key of that suite.
        SelfTestError: the module is in its error state.
    """
    suite = _suite(algorithm, "open")
    try:
        return suite.decrypt(sealed, _private(algorithm, private), info)
    except InvalidTag:
        raise AuthenticationError from None


def _suite(algorithm: str, use: registry.Use) -> Suite:
    registry.require(algorithm, use, _SUITES)
    selftest.ensure(algorithm)
    return Suite(*_SUITES[algorithm])


def _expand(seed: Bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    """Both private keys of an X-Wing seed (expandDecapsulationKey, section 5.2 of the draft)."""
    exact(seed, SEED_BYTES, "An X-Wing key")
    expanded = hashlib.shake_256(seed).digest(96)
    return MLKEM768PrivateKey.from_seed_bytes(expanded[:64]), X25519PrivateKey.from_private_bytes(expanded[64:])


def _private(algorithm: str, private: Bytes) -> _Private:
    if algorithm.startswith("HPKE-X25519"):
        exact(private, SEED_BYTES, "An X25519 key")
        return X25519PrivateKey.from_private_bytes(private)
    return MLKEM768X25519PrivateKey(*_expand(private))


def _public(public: Bytes) -> MLKEM768X25519PublicKey:
    exact(public, PUBLIC_BYTES, "An X-Wing public key")
    data = bytes(public)
    try:
        mlkem = MLKEM768PublicKey.from_public_bytes(data[:_MLKEM_PUBLIC])
    except ValueError as error:
        raise InvalidInputError(reason="That is no X-Wing public key") from error
    return MLKEM768X25519PublicKey(mlkem, X25519PublicKey.from_public_bytes(data[_MLKEM_PUBLIC:]))
