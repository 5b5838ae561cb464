"""Private keys inside emulated cards: made, shown in public, and used for what a card does with them."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.peers.cards.tlv import tlv
from tests.peers.cards.vicc import SW

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | x25519.X25519PrivateKey | ed25519.Ed25519PrivateKey

CURVES: dict[str, ec.EllipticCurve] = {
    "p256": ec.SECP256R1(),
    "p384": ec.SECP384R1(),
    "k256": ec.SECP256K1(),
    "p521": ec.SECP521R1(),
    "bp256": ec.BrainpoolP256R1(),
}


def make(kind: str) -> Key:
    """A new key: "rsa2048", ..., a name of CURVES, "x25519", "ed25519"."""
    if kind.startswith("rsa"):
        return rsa.generate_private_key(65537, int(kind[3:]))
    if kind in CURVES:
        return ec.generate_private_key(CURVES[kind])
    return x25519.X25519PrivateKey.generate() if kind == "x25519" else ed25519.Ed25519PrivateKey.generate()


def public(key: Key) -> bytes:
    """Its public half as the data objects 81 and 82 (RSA) or 86 (ISO 7816-8, table 3)."""
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        return tlv(0x81, numbers.n.to_bytes(key.key_size // 8, "big")) + tlv(0x82, numbers.e.to_bytes(3, "big"))
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return tlv(0x86, key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    return tlv(0x86, key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def raw_rsa(key: Key, number: bytes) -> bytes:
    """RSADP of RFC 8017. Raises SW for a number of the wrong length or size."""
    if not isinstance(key, rsa.RSAPrivateKey):
        raise SW(0x6A80)
    numbers = key.private_numbers()
    modulus, value = numbers.public_numbers.n, int.from_bytes(number, "big")
    if len(number) != key.key_size // 8 or value >= modulus:
        raise SW(0x6A80)
    return pow(value, numbers.d, modulus).to_bytes(key.key_size // 8, "big")


def unpadded_rsa(key: Key, text: bytes) -> bytes:
    """RSAES-PKCS1-v1_5 of RFC 8017."""
    if not isinstance(key, rsa.RSAPrivateKey) or len(text) != key.key_size // 8:
        raise SW(0x6A80)
    return key.decrypt(text, padding.PKCS1v15())


def agreed(key: Key, point: bytes) -> bytes:
    """ECDH, the shared x. Raises SW for what is no public key of that curve."""
    try:
        if isinstance(key, ec.EllipticCurvePrivateKey):
            return key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(key.curve, point))
        if isinstance(key, x25519.X25519PrivateKey):
            return key.exchange(x25519.X25519PublicKey.from_public_bytes(point))
    except ValueError as error:
        raise SW(0x6A80) from error
    raise SW(0x6A80)
