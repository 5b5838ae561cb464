"""RSA (RFC 8017): PSS signatures and OAEP key transport. ``signing`` and ``wrap`` call this.

Private keys are PKCS#8 DER, public keys SubjectPublicKeyInfo DER. A private key that is used here was made here or
passed ``check`` when it was imported: its primes are not tested again at each use (0.2 s).
"""

from __future__ import annotations

from typing import NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256, SHA512, HashAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
)

from ..errors import AuthenticationError, InvalidInputError
from .data import Bytes, KeyPair

EXPONENT = 65_537


class _Kind(NamedTuple):
    bits: int
    hash: HashAlgorithm


_KINDS = {
    "RSA-4096-PSS": _Kind(4096, SHA256()),
    "RSA-4096-PSS-SHA512": _Kind(4096, SHA512()),
    "RSA-3072-PSS": _Kind(3072, SHA256()),
    "RSA-2048-PSS": _Kind(2048, SHA256()),
    "RSA-4096-OAEP-SHA256": _Kind(4096, SHA256()),
    "RSA-3072-OAEP-SHA256": _Kind(3072, SHA256()),
    "RSA-2048-OAEP-SHA256": _Kind(2048, SHA256()),
}


def generate(algorithm: str) -> KeyPair:
    """A new key pair; takes a second, sometimes several."""
    private = generate_private_key(EXPONENT, _KINDS[algorithm].bits)
    encoded = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return KeyPair(encoded, _encoded(private.public_key()))


def public_key(algorithm: str, private: Bytes) -> bytes:
    """The SubjectPublicKeyInfo that belongs to ``private``."""
    return _encoded(_private(algorithm, private).public_key())


def check(algorithm: str, private: Bytes) -> None:
    """Test a private key that comes from outside: size, exponent, primes, and that its parts fit (0.2 s).

    Raises:
        InvalidInputError: it is not a sound key of that algorithm.
    """
    _private(algorithm, private, trusted=False)


def sign(algorithm: str, private: Bytes, message: Bytes, context: Bytes) -> bytes:
    """Another signature each time (random salt)."""
    _no_context(context)
    hashing = _KINDS[algorithm].hash
    return _private(algorithm, private).sign(bytes(message), _pss(hashing), hashing)


def verifies(algorithm: str, public: Bytes, message: Bytes, signature: Bytes, context: Bytes) -> bool:
    """Whether the signature is good, its salt exactly as long as the hash."""
    _no_context(context)
    hashing = _KINDS[algorithm].hash
    try:
        _public(algorithm, public).verify(bytes(signature), bytes(message), _pss(hashing), hashing)
    except InvalidSignature:
        return False
    return True


def wrap(algorithm: str, public: Bytes, key: Bytes, label: Bytes) -> bytes:
    """Encrypt a short key to ``public``. Raises InvalidInputError when it is too long for OAEP."""
    loaded = _public(algorithm, public)
    try:
        return loaded.encrypt(bytes(key), _oaep(_KINDS[algorithm].hash, label))
    except ValueError as error:
        raise InvalidInputError(reason=f"{len(key)} bytes are too many for {algorithm}") from error


def unwrap(algorithm: str, private: Bytes, wrapped: Bytes, label: Bytes) -> bytes:
    """The key. Raises AuthenticationError, and never says why."""
    loaded = _private(algorithm, private)
    try:
        return loaded.decrypt(bytes(wrapped), _oaep(_KINDS[algorithm].hash, label))
    except ValueError:
        raise AuthenticationError from None


def _pss(hashing: HashAlgorithm) -> padding.PSS:
    return padding.PSS(padding.MGF1(hashing), hashing.digest_size)


def _oaep(hashing: HashAlgorithm, label: Bytes) -> padding.OAEP:
    return padding.OAEP(padding.MGF1(hashing), hashing, bytes(label) or None)


def _private(algorithm: str, private: Bytes, *, trusted: bool = True) -> RSAPrivateKey:
    try:
        key = load_der_private_key(bytes(private), None, unsafe_skip_rsa_key_validation=trusted)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InvalidInputError(reason="That is no sound private key in PKCS#8") from error
    if not isinstance(key, RSAPrivateKey):
        raise InvalidInputError(reason="That is no RSA key")
    _check_size(algorithm, key)
    return key


def _public(algorithm: str, public: Bytes) -> RSAPublicKey:
    try:
        key = load_der_public_key(bytes(public))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InvalidInputError(reason="That is no public key in SubjectPublicKeyInfo") from error
    if not isinstance(key, RSAPublicKey):
        raise InvalidInputError(reason="That is no RSA key")
    _check_size(algorithm, key)
    return key


def _check_size(algorithm: str, key: RSAPrivateKey | RSAPublicKey) -> None:
    if key.key_size != _KINDS[algorithm].bits:
        raise InvalidInputError(reason=f"{algorithm} needs a key of another size than {key.key_size} bits")
    public = key if isinstance(key, RSAPublicKey) else key.public_key()
    if public.public_numbers().e < EXPONENT:  # FIPS 186-5, A.1.1
        raise InvalidInputError(reason=f"The public exponent of an RSA key must be {EXPONENT} at least")


def _encoded(key: RSAPublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _no_context(context: Bytes) -> None:
    if len(context):
        raise InvalidInputError(reason="RSA-PSS has no context")
