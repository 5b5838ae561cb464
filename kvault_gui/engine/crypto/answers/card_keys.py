"""Known answers of sending a secret to a card: NIST CAVP (ECC CDH primitive), RFC 7027, and OpenSSL's raw RSA."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from .. import card_keys
from .rsa_data import KEYS

if TYPE_CHECKING:
    from collections.abc import Callable

_NUMBER = bytes(range(1, 129)) * 2  # below the modulus
_TEXT = b"kvault" * 4

# (curve, private key, x and y of the other's public key); the answers are the x of the shared points, in a row.
_PAIRS: tuple[tuple[ec.EllipticCurve, str, str, str], ...] = (
    (
        ec.SECP256R1(),
        "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534",
        "700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287",
        "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac",
    ),
    (
        ec.SECP384R1(),
        "3cc3122a68f0d95027ad38c067916ba0eb8c38894d22e1b15618b6818a661774ad463b205da88cf699ab4d43c9cf98a1",
        "a7c76b970c3b5fe8b05d2838ae04ab47697b9eaf52e764592efda27fe7513272734466b400091adbf2d68c58e0c50066",
        "ac68f19f2e1cb879aed43a9969b91a0839c4c38a49749b661efedf243451915ed0905a32b060992b468c64766fc8437a",
    ),
    (
        ec.BrainpoolP256R1(),
        "81db1ee100150ff2ea338d708271be38300cb54241d79950f77b063039804f1d",
        "8d2d688c6cf93e1160ad04cc4429117dc2c41825e1e9fca0addd34e6f1b39f7b",
        "990c57520812be512641e47034832106bc7d3e8dd0e4c7f1136d7006547cec6a",
    ),
)

ANSWERS: dict[str, bytes] = {
    "ECDH": bytes.fromhex(
        "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b"
        "5f9d29dc5e31a163060356213669c8ce132e22f57c9a04f40ba7fcead493b457e5621e766c40a2e3d4d6a04b25e533f1"
        "89afc39d41d3b327814b80940b042590f96556ec91e6ae7939bce31f3a18bf2b"
    ),
    # Made by another program: openssl pkeyutl -encrypt, rsa_padding_mode none and pkcs1.
    "RSA-KEM": b64decode(
        "MepA96O67eUBAgupn5fyBxn7Fcf/kJMqwtofbuOHm/9V3cAH8TZ+uKkcr2BtGwaj1wSvz4zfWdrIl3eguJsY0tkvopYu2johQcf5szkV"
        "B2R7Ct4rXOmESx2DH6URDvjvyr0iXmQ7s1F5IrMdsUOZzSO6nw8YWao3qaFK4Ib/1NU7vNQKPqWyyeFa+3yedsSwl06mMfhysJDEvEW2"
        "pUKKscCByfgitY2cY+G6jqBjF9PWm9OMV+EXxR0uBIcmTn5o1Br9SG9Y2FiAderANERlnnA8V7JPND8+3ONMw1A9UuS8l+8FemKyKsWI"
        "eqA/RRs3Y9/VwSJcdXR29gPAkneeSQ=="
    ),
    "RSA-PKCS1-v1_5": b64decode(
        "HVoQuaBcChDrVWKsXM4CixCPOje4PdKTpapCudKaR65XktzC/bg9LCxyaQ01d6q3IeVzX9XuBzlc5+/RIVtYF6E4ejkfxegX3Wu+xUQ2"
        "mWvxWF2sBuDtxl5c9tQ3FwycynOEzidQmFFtmh++h0+GVMkOJLDFO4NbX/TXACMAy6l0DPJBy0CfWFNTV1W86c0u3ZV3/UXYbV7BONDz"
        "vj0HZ0Xvm5peFcwx7V0k2fQyG+t8TqFokfWbqZgRei7KYlG2EZFAI7X10wNvxvfQdY+znbKejhNAkOFldiTV024Tk5PD0+W79LpweJli"
        "bc/rjpEkHtACM4RWppYwShGQFfPXgA=="
    ),
}


def _ecdh() -> bool:
    shared = b""
    for curve, own, x, y in _PAIRS:
        other = ec.EllipticCurvePublicNumbers(int(x, 16), int(y, 16), curve).public_key()
        shared += card_keys._agreed(ec.derive_private_key(int(own, 16), curve), other)  # noqa: SLF001 with a known key
    return shared == ANSWERS["ECDH"]


def _kem() -> bool:
    numbers = _key().public_key().public_numbers()
    raised = card_keys._raised(numbers.n, numbers.e, int.from_bytes(_NUMBER, "big"))  # noqa: SLF001 no chance in it
    return raised == ANSWERS["RSA-KEM"]


def _pkcs1() -> bool:
    key = _key()
    own = card_keys._padded(key.public_key(), _TEXT)  # noqa: SLF001 with a known text
    return all(key.decrypt(sent, padding.PKCS1v15()) == _TEXT for sent in (own, ANSWERS["RSA-PKCS1-v1_5"]))


def _key() -> RSAPrivateKey:
    key = load_der_private_key(KEYS[2048], None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("the known key is no RSA key")
    return key


TESTS: dict[str, Callable[[], bool]] = {"ECDH": _ecdh, "RSA-KEM": _kem, "RSA-PKCS1-v1_5": _pkcs1}
