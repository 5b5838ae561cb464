"""Sending a secret to a key that lives on a card: RSA-KEM, RSA with PKCS #1 v1.5, ECDH with a key made for the purpose.

Only the public half is done here; the card does the other. What comes out goes through HKDF before it is used.
"""

from __future__ import annotations

from typing import NamedTuple

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from ..errors import InvalidInputError
from . import agreement, hashes, selftest
from .rng import random_bytes

RSA_KEM = "RSA-KEM"
RSA_PKCS1 = "RSA-PKCS1-v1_5"
ECDH = "ECDH"
RSA_BITS = (2048, 3072, 4096)
_SECRET = 32  # bytes that travel under PKCS #1 v1.5
_SPARE = 16  # bytes: what makes a remainder uniform to 2^-128
_EXPONENT = 65_537

_CURVES: dict[str, tuple[str, type[ec.EllipticCurve]]] = {  # SEC name: (kind, curve)
    "secp256r1": ("p256", ec.SECP256R1),
    "secp384r1": ("p384", ec.SECP384R1),
    "secp521r1": ("p521", ec.SECP521R1),
    "brainpoolP256r1": ("bp256", ec.BrainpoolP256R1),
    "brainpoolP384r1": ("bp384", ec.BrainpoolP384R1),
    "brainpoolP512r1": ("bp512", ec.BrainpoolP512R1),
}
_SIZES = {"p256": 32, "p384": 48, "p521": 66, "bp256": 32, "bp384": 48, "bp512": 64}  # bytes of a coordinate
WORDS = {
    "rsa2048": "RSA 2048",
    "rsa3072": "RSA 3072",
    "rsa4096": "RSA 4096",
    "p256": "NIST P-256",
    "p384": "NIST P-384",
    "p521": "NIST P-521",
    "bp256": "Brainpool P-256",
    "bp384": "Brainpool P-384",
    "bp512": "Brainpool P-512",
    "x25519": "X25519",
}
# Of each of these primes, 65537 generates a small part of the remainders: the mark of keys with the flaw called ROCA
# (CVE-2017-15361; Nemec, Sys, Svenda, Klinec, Matyas 2017, section 2.4).
_ROCA_PRIMES = (11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157)


class CardKey(NamedTuple):
    """The public half of a key on a card. ``kind`` "" for a type that cannot be used here."""

    kind: str  # a key of WORDS
    words: str  # "RSA 2048", "Ed25519"
    public: bytes  # SubjectPublicKeyInfo, DER

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the public key, hexadecimal."""
        return hashes.sha256(self.public).hex()

    @property
    def is_rsa(self) -> bool:
        """Whether it is an RSA key, of any size."""
        return self.words.startswith("RSA")


class Sent(NamedTuple):
    """A secret, and what the card needs to find it again."""

    secret: bytes
    sent: bytes

    def __repr__(self) -> str:
        return "Sent(…)"


def read(key: object) -> CardKey:
    """What a card library's public key object is. Never fails for a type that cannot be used: ``kind`` is empty."""
    if isinstance(key, RSAPublicKey):
        kind = f"rsa{key.key_size}"
        usable = key.key_size in RSA_BITS and key.public_numbers().e >= _EXPONENT
        return CardKey(kind if usable else "", f"RSA {key.key_size}", _encoded(key))
    if isinstance(key, ec.EllipticCurvePublicKey):
        kind = _CURVES.get(key.curve.name, ("", None))[0]
        return CardKey(kind, WORDS.get(kind, key.curve.name), _encoded(key))
    if isinstance(key, X25519PublicKey):
        return CardKey("x25519", WORDS["x25519"], _encoded(key))
    return CardKey("", type(key).__name__.removesuffix("PublicKey"), _encoded(key))


def read_der(public: bytes) -> CardKey:
    """What a SubjectPublicKeyInfo (DER) is. Raises InvalidInputError for none, and for a point that is on no curve."""
    try:
        return read(load_der_public_key(public))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InvalidInputError(reason="That is no public key") from error


def of_certificate(certificate: object) -> CardKey:
    """The key that an X.509 certificate object names; ``kind`` is empty for a type that cannot be used."""
    key = getattr(certificate, "public_key", None)
    try:
        return read(key() if key is not None else None)
    except (ValueError, UnsupportedAlgorithm):
        return CardKey("", "of a type that is not known here", b"")


def has_roca(key: CardKey) -> bool:
    """Whether an RSA key was made by a chip whose keys can be factored (CVE-2017-15361).

    A sound key is taken for one in fewer than one of 100 million cases.
    """
    loaded = load_der_public_key(key.public)
    if not isinstance(loaded, RSAPublicKey):
        return False
    modulus = loaded.public_numbers().n
    return all(modulus % prime in {pow(_EXPONENT, i, prime) for i in range(prime)} for prime in _ROCA_PRIMES)


def send(key: CardKey, *, unpads: bool) -> Sent:
    """A new secret for the holder of ``key``.

    Args:
        key: of a kind in WORDS.
        unpads: the card takes PKCS #1 v1.5 padding off by itself (OpenPGP); else it gives the bare RSA result (PIV).

    Returns:
        The secret (32 bytes and more: the bare result of RSA, or of ECDH) and what to send to the card: a ciphertext
        of the modulus' length, or a public key (an uncompressed point; 32 bytes for X25519).

    Raises:
        InvalidInputError: a key that cannot be used.
        SelfTestError: the module is in its error state.
    """
    loaded = load_der_public_key(key.public)
    if not key.kind:
        raise InvalidInputError(reason=f"A key of the type {key.words} cannot receive a secret")
    if isinstance(loaded, RSAPublicKey):
        return _send_pkcs1(loaded) if unpads else _send_kem(loaded)
    if isinstance(loaded, ec.EllipticCurvePublicKey):
        return _send_ecdh(loaded)
    own = agreement.generate()
    return Sent(agreement.derive(own.private, key.public[-agreement.KEY_BYTES :]), own.public)


def coordinate_bytes(kind: str) -> int:
    """The size of what ECDH gives on a curve of WORDS; 0 for what is no curve of NIST or Brainpool."""
    return _SIZES.get(kind, 0)


def shared_x(kind: str, answer: bytes) -> bytes:
    """The x coordinate from what a card answers to ECDH: some give the whole point (04, x, y), some x alone."""
    size = _SIZES.get(kind, 0)
    if size and len(answer) == 1 + 2 * size and answer[0] == 4:  # noqa: PLR2004 SEC 1, 2.3.3: an uncompressed point
        return answer[1 : 1 + size]
    return answer


def _send_kem(key: RSAPublicKey) -> Sent:
    # RFC 9690: no padding, so there is none to take off and no oracle in taking it off; an altered ciphertext gives
    # another secret instead of an error.
    selftest.ensure(RSA_KEM)
    numbers = key.public_numbers()
    length = key.key_size // 8
    drawn = 2 + int.from_bytes(random_bytes(length + _SPARE), "big") % (numbers.n - 3)
    return Sent(drawn.to_bytes(length, "big"), _raised(numbers.n, numbers.e, drawn))


def _raised(modulus: int, exponent: int, number: int) -> bytes:
    return pow(number, exponent, modulus).to_bytes((modulus.bit_length() + 7) // 8, "big")


def _send_pkcs1(key: RSAPublicKey) -> Sent:
    # All that an OpenPGP card can open. Bleichenbacher's attack needs a card that answers to the attacker's texts;
    # this one answers after its PIN, to a text that is bound into the slot's key by the digest of the parameters.
    selftest.ensure(RSA_PKCS1)
    secret = random_bytes(_SECRET)
    return Sent(secret, _padded(key, secret))


def _padded(key: RSAPublicKey, secret: bytes) -> bytes:
    return key.encrypt(secret, padding.PKCS1v15())


def _send_ecdh(key: ec.EllipticCurvePublicKey) -> Sent:
    selftest.ensure(ECDH)
    own = ec.generate_private_key(key.curve)
    sent = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return Sent(_agreed(own, key), sent)


def _agreed(own: ec.EllipticCurvePrivateKey, other: ec.EllipticCurvePublicKey) -> bytes:
    return own.exchange(ec.ECDH(), other)


def _encoded(key: object) -> bytes:
    encode = getattr(key, "public_bytes", None)
    if encode is None:
        raise InvalidInputError(reason="That is no public key")
    encoded: bytes = encode(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return encoded
