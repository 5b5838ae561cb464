"""Signatures: Ed25519, ML-DSA-65, ML-DSA-87, RSA-PSS.

Keys of Ed25519 are the 32 raw bytes of RFC 8032; of ML-DSA the 32-byte seed and the raw public key of FIPS 204; of RSA
PKCS#8 and SubjectPublicKeyInfo, both DER.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from ..errors import AuthenticationError
from . import registry, selftest

if TYPE_CHECKING:
    from .data import Bytes, KeyPair


_FILES = {
    "Ed25519": "ed25519",
    "ML-DSA-65": "mldsa",
    "ML-DSA-87": "mldsa",
    "RSA-4096-PSS": "rsa",
    "RSA-4096-PSS-SHA512": "rsa",
    "RSA-3072-PSS": "rsa",
    "RSA-2048-PSS": "rsa",
}


class _Scheme(Protocol):
    """What the file of one signature scheme offers."""

    def generate(self, algorithm: str, /) -> KeyPair: ...
    def public_key(self, algorithm: str, private: Bytes, /) -> bytes: ...
    def sign(self, algorithm: str, private: Bytes, message: Bytes, context: Bytes, /) -> bytes: ...
    def verifies(self, algorithm: str, public: Bytes, message: Bytes, signature: Bytes, context: Bytes, /) -> bool: ...


def generate(algorithm: str) -> KeyPair:
    """A new key pair, which has signed and verified once (pairwise consistency).

    Raises:
        AlgorithmNotAllowedError: not an algorithm that makes new keys.
        SelfTestError: the module is in its error state.
    """
    scheme = _scheme(algorithm, "generate")
    pair = scheme.generate(algorithm)
    message = b"kvault pairwise consistency"
    signature = scheme.sign(algorithm, pair.private, message, b"")
    good = scheme.verifies(algorithm, pair.public, message, signature, b"")
    selftest.pairwise(algorithm, consistent=good)
    return pair


def public_key(algorithm: str, private: Bytes) -> bytes:
    """The public key that belongs to ``private``.

    Raises:
        AlgorithmNotAllowedError: not an algorithm that signs.
        InvalidInputError: no private key of that algorithm.
        SelfTestError: the module is in its error state.
    """
    return _scheme(algorithm, "sign").public_key(algorithm, private)


def sign(algorithm: str, private: Bytes, message: Bytes, *, context: Bytes = b"") -> bytes:
    """The signature of ``message``. ``context`` (at most 255 bytes) separates uses; ML-DSA alone has one.

    Raises:
        AlgorithmNotAllowedError: not an algorithm that makes new signatures.
        InvalidInputError: no private key of that algorithm, or a context where there is none.
        SelfTestError: the module is in its error state.
    """
    return _scheme(algorithm, "sign").sign(algorithm, private, message, context)


def verify(algorithm: str, public: Bytes, message: Bytes, signature: Bytes, *, context: Bytes = b"") -> None:
    """Return if ``signature`` is a signature of ``message`` under ``public``.

    Raises:
        AuthenticationError: it is not.
        AlgorithmNotAllowedError: not a signature algorithm.
        InvalidInputError: no public key of that algorithm, or a context where there is none.
        SelfTestError: the module is in its error state.
    """
    if not _scheme(algorithm, "verify").verifies(algorithm, public, message, signature, context):
        raise AuthenticationError


def _scheme(algorithm: str, use: registry.Use) -> _Scheme:
    """The file that knows ``algorithm``, tested; each is imported when it is first used."""
    registry.require(algorithm, use, _FILES)
    scheme: _Scheme = import_module(f"{__package__}.{_FILES[algorithm]}")
    selftest.ensure(algorithm)
    return scheme
