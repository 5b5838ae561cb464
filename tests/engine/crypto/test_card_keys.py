"""Secrets that are sent to keys on cards: the other half is done here by a key in software."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, x25519

from kvault_gui.engine.crypto import card_keys
from kvault_gui.engine.errors import InvalidInputError

CURVES = {
    "p256": ec.SECP256R1(),
    "p384": ec.SECP384R1(),
    "p521": ec.SECP521R1(),
    "bp256": ec.BrainpoolP256R1(),
    "bp384": ec.BrainpoolP384R1(),
    "bp512": ec.BrainpoolP512R1(),
}


@pytest.fixture(scope="module")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def test_a_piv_card_s_bare_rsa_gives_the_secret(rsa_key: rsa.RSAPrivateKey) -> None:
    key = card_keys.read(rsa_key.public_key())
    assert (key.kind, key.words, key.is_rsa) == ("rsa2048", "RSA 2048", True)
    sent = card_keys.send(key, unpads=False)
    numbers = rsa_key.private_numbers()
    bare = pow(int.from_bytes(sent.sent, "big"), numbers.d, numbers.public_numbers.n)
    assert bare.to_bytes(256, "big") == sent.secret
    assert len(sent.sent) == 256
    assert card_keys.send(key, unpads=False).secret != sent.secret


def test_an_openpgp_card_takes_the_padding_off(rsa_key: rsa.RSAPrivateKey) -> None:
    sent = card_keys.send(card_keys.read(rsa_key.public_key()), unpads=True)
    assert rsa_key.decrypt(sent.sent, padding.PKCS1v15()) == sent.secret
    assert len(sent.secret) == 32


@pytest.mark.parametrize("kind", CURVES)
def test_both_ends_of_a_curve_agree(kind: str) -> None:
    own = ec.generate_private_key(CURVES[kind])
    key = card_keys.read(own.public_key())
    assert key.kind == kind
    sent = card_keys.send(key, unpads=False)
    other = ec.EllipticCurvePublicKey.from_encoded_point(CURVES[kind], sent.sent)
    assert own.exchange(ec.ECDH(), other) == sent.secret


def test_both_ends_of_x25519_agree() -> None:
    own = x25519.X25519PrivateKey.generate()
    sent = card_keys.send(card_keys.read(own.public_key()), unpads=True)
    assert own.exchange(x25519.X25519PublicKey.from_public_bytes(sent.sent)) == sent.secret


def test_a_whole_point_and_its_x_alone_are_the_same_answer() -> None:
    assert card_keys.shared_x("p256", b"\4" + b"x" * 32 + b"y" * 32) == b"x" * 32
    assert card_keys.shared_x("p256", b"x" * 32) == b"x" * 32
    assert card_keys.shared_x("rsa2048", b"\4" + bytes(64)) == b"\4" + bytes(64)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (ed25519.Ed25519PrivateKey.generate().public_key(), "Ed25519"),
        (ec.generate_private_key(ec.SECP256K1()).public_key(), "secp256k1"),
        (rsa.generate_private_key(65537, 1024).public_key(), "RSA 1024"),  # noqa: S505 too short, that is the point
        (rsa.generate_private_key(3, 2048).public_key(), "RSA 2048"),
    ],
)
def test_a_key_of_a_type_that_cannot_be_used_is_named_and_refused(key: object, words: str) -> None:
    read = card_keys.read(key)
    assert (read.kind, read.words) == ("", words)
    with pytest.raises(InvalidInputError):
        card_keys.send(read, unpads=False)


def test_a_key_of_a_flawed_chip_is_known_by_its_modulus(rsa_key: rsa.RSAPrivateKey) -> None:
    assert not card_keys.has_roca(card_keys.read(rsa_key.public_key()))
    # The flaw itself: both primes are k * M + (65537 ** a mod M), M the product of the first primes.
    product = 1
    for prime in [p for p in range(2, 168) if all(p % q for q in range(2, p))]:
        product *= prime
    modulus = pow(65537, 12345, product) * pow(65537, 54321, product) + product * (1 << 2047 - product.bit_length())
    flawed = rsa.RSAPublicNumbers(65537, modulus | 1).public_key()
    assert card_keys.has_roca(card_keys.read(flawed))


def test_what_is_sent_shows_no_secret(rsa_key: rsa.RSAPrivateKey) -> None:
    sent = card_keys.send(card_keys.read(rsa_key.public_key()), unpads=True)
    assert repr(sent) == str(sent) == "Sent(…)"
