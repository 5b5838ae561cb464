"""Key pairs, signatures, agreement, encapsulation and HPKE."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa as library_rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from kvault_gui.engine.crypto import agreement, hpke, kem, registry, rsa, signing
from kvault_gui.engine.crypto.answers.rsa_data import KEYS
from kvault_gui.engine.errors import AlgorithmNotAllowedError, AuthenticationError, InvalidInputError

if TYPE_CHECKING:
    from kvault_gui.engine.crypto.data import KeyPair

SIGNING = ["Ed25519", "ML-DSA-65", "ML-DSA-87", "RSA-4096-PSS", "RSA-4096-PSS-SHA512"]
KEMS = ["ML-KEM-768", "ML-KEM-1024"]
HPKE = ["HPKE-MLKEM768-X25519-AES-256-GCM", "HPKE-MLKEM768-X25519-ChaCha20-Poly1305"]


@pytest.fixture(scope="module", params=SIGNING)
def signer(request: pytest.FixtureRequest) -> tuple[str, KeyPair]:
    return request.param, signing.generate(request.param)


def test_a_signature_verifies_and_everything_altered_is_refused(signer: tuple[str, KeyPair]) -> None:
    name, pair = signer
    signature = signing.sign(name, pair.private, b"message")
    assert signing.public_key(name, pair.private) == pair.public
    signing.verify(name, pair.public, b"message", signature)
    other = signing.public_key(name, KEYS[4096]) if name.startswith("RSA") else signing.generate(name).public
    altered = bytes([signature[0] ^ 1]) + signature[1:]
    for public, message, bad in [
        (pair.public, b"massage", signature),
        (pair.public, b"message", altered),
        (pair.public, b"message", signature[:-1]),
        (pair.public, b"message", signature + b"\0"),
        (pair.public, b"message", b""),
        (other, b"message", signature),
    ]:
        with pytest.raises(AuthenticationError):
            signing.verify(name, public, message, bad)


def test_keys_of_another_form_are_refused(signer: tuple[str, KeyPair]) -> None:
    name, pair = signer
    for key in (b"", pair.private[:-1], b"\0" * 31, b"\xff" * 100):
        with pytest.raises(InvalidInputError):
            signing.sign(name, key, b"")
        with pytest.raises(InvalidInputError):
            signing.verify(name, key, b"", bytes(64))


def test_a_key_pair_is_never_printed(signer: tuple[str, KeyPair]) -> None:
    _, pair = signer
    for text in (repr(pair), str(pair), f"{pair}", repr([pair])):
        assert pair.private.hex()[:16] not in text
        assert repr(pair.private)[2:12] not in text


def test_ed25519_signatures_repeat_and_hedged_ones_do_not() -> None:
    for name, same in (("Ed25519", True), ("ML-DSA-65", False)):
        pair = signing.generate(name)
        assert (signing.sign(name, pair.private, b"m") == signing.sign(name, pair.private, b"m")) is same


def test_a_context_separates_uses_of_ml_dsa_and_the_others_have_none() -> None:
    pair = signing.generate("ML-DSA-65")
    signature = signing.sign("ML-DSA-65", pair.private, b"m", context=b"audit")
    signing.verify("ML-DSA-65", pair.public, b"m", signature, context=b"audit")
    for context in (b"", b"login"):
        with pytest.raises(AuthenticationError):
            signing.verify("ML-DSA-65", pair.public, b"m", signature, context=context)
    with pytest.raises(InvalidInputError):
        signing.sign("ML-DSA-65", pair.private, b"m", context=bytes(256))
    with pytest.raises(InvalidInputError):
        signing.sign("Ed25519", bytes(32), b"m", context=b"audit")
    with pytest.raises(InvalidInputError):
        signing.sign("RSA-4096-PSS", KEYS[4096], b"m", context=b"audit")


def test_smaller_rsa_keys_only_verify() -> None:
    for name in ("RSA-2048-PSS", "RSA-3072-PSS"):
        with pytest.raises(AlgorithmNotAllowedError):
            signing.generate(name)
        with pytest.raises(AlgorithmNotAllowedError):
            signing.sign(name, KEYS[2048], b"")


def test_names_of_other_purposes_do_not_sign() -> None:
    for name in ("X25519", "ML-KEM-768", "AES-256-GCM", "ECDSA-P256", "HMAC-SHA256", ""):
        for call in (
            lambda n=name: signing.generate(n),
            lambda n=name: signing.sign(n, bytes(32), b""),
            lambda n=name: signing.verify(n, bytes(32), b"", b""),
        ):
            with pytest.raises(AlgorithmNotAllowedError):
                call()


def der(key: library_rsa.RSAPrivateKey | Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def test_a_foreign_rsa_key_is_checked_for_size_exponent_kind_and_primes() -> None:
    name = "RSA-4096-PSS"
    rsa.check(name, KEYS[4096])
    small = library_rsa.generate_private_key(65_537, 2048)
    low = library_rsa.generate_private_key(3, 4096)
    numbers = library_rsa.generate_private_key(65_537, 4096).private_numbers()
    wrong = library_rsa.RSAPrivateNumbers(
        p=numbers.p,
        q=numbers.q,
        d=numbers.d + 2,
        dmp1=numbers.dmp1,
        dmq1=numbers.dmq1,
        iqmp=numbers.iqmp,
        public_numbers=numbers.public_numbers,
    ).private_key(unsafe_skip_rsa_key_validation=True)
    for key in (der(small), der(low), der(wrong), der(Ed25519PrivateKey.generate()), b"", KEYS[4096][:-1]):
        with pytest.raises(InvalidInputError):
            rsa.check(name, key)
    other = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(InvalidInputError):
        signing.verify(name, other, b"", b"")


def test_two_sides_agree_and_a_third_does_not() -> None:
    one, two, three = (agreement.generate() for _ in range(3))
    assert agreement.derive(one.private, two.public) == agreement.derive(two.private, one.public)
    assert agreement.derive(one.private, two.public) != agreement.derive(three.private, two.public)
    assert agreement.public_key(one.private) == one.public


def test_public_keys_of_low_order_are_refused() -> None:
    private = agreement.generate().private
    p = 2**255 - 19
    for u in (0, 1, p - 1, p, p + 1):
        with pytest.raises(AuthenticationError):
            agreement.derive(private, u.to_bytes(32, "little"))
    for public in (b"", bytes(31), bytes(33)):
        with pytest.raises(InvalidInputError):
            agreement.derive(private, public)
        with pytest.raises(InvalidInputError):
            agreement.derive(public, private)


@pytest.mark.parametrize("name", KEMS)
def test_an_encapsulated_secret_comes_back_and_an_altered_one_is_another(name: str) -> None:
    pair = kem.generate(name)
    assert kem.public_key(name, pair.private) == pair.public
    made = kem.encapsulate(name, pair.public)
    assert kem.decapsulate(name, pair.private, made.ciphertext) == made.secret
    altered = bytes([made.ciphertext[0] ^ 1]) + made.ciphertext[1:]
    rejected = kem.decapsulate(name, pair.private, altered)
    assert rejected != made.secret
    assert rejected == kem.decapsulate(name, pair.private, altered)
    assert made.secret.hex()[:16] not in repr(made)
    for wrong in (b"", made.ciphertext[:-1], made.ciphertext + b"\0"):
        with pytest.raises(AuthenticationError):
            kem.decapsulate(name, pair.private, wrong)
    for wrong in (b"", pair.private[:-1], bytes(65)):
        with pytest.raises(InvalidInputError):
            kem.decapsulate(name, wrong, made.ciphertext)


def test_names_of_other_purposes_do_not_encapsulate() -> None:
    for name in ("ML-KEM-512", "X25519", "Ed25519"):
        with pytest.raises(AlgorithmNotAllowedError):
            kem.generate(name)
        with pytest.raises(AlgorithmNotAllowedError):
            kem.encapsulate(name, bytes(1184))


@pytest.mark.parametrize("name", HPKE)
def test_hpke_opens_for_its_recipient_and_purpose_alone(name: str) -> None:
    pair = hpke.generate(name)
    assert (len(pair.private), len(pair.public)) == (32, 1216)
    sealed = hpke.seal(name, pair.public, b"text", info=b"for bob")
    assert hpke.open_sealed(name, pair.private, sealed, info=b"for bob") == b"text"
    assert sealed != hpke.seal(name, pair.public, b"text", info=b"for bob")
    other = hpke.generate(name)
    attempts = [
        (other.private, sealed, b"for bob"),
        (pair.private, sealed, b"for eve"),
        (pair.private, b"", b"for bob"),
    ]
    attempts += [
        (pair.private, sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], b"for bob")
        for at in (0, 1087, 1088, 1119, 1120, len(sealed) - 1)
    ]
    attempts += [(pair.private, sealed[:length], b"for bob") for length in (1, 1119, 1120, 1136, len(sealed) - 1)]
    for private, data, info in attempts:
        with pytest.raises(AuthenticationError):
            hpke.open_sealed(name, private, data, info=info)


def test_hpke_refuses_keys_of_another_form() -> None:
    name = hpke.PREFERRED
    for public in (b"", bytes(1215), b"\xff" * 1216):
        with pytest.raises(InvalidInputError):
            hpke.seal(name, public, b"", info=b"")
    for private in (b"", bytes(31)):
        with pytest.raises(InvalidInputError):
            hpke.open_sealed(name, private, bytes(2000), info=b"")


def test_suites_without_a_post_quantum_part_only_open() -> None:
    for name in ("HPKE-X25519-AES-256-GCM", "HPKE-X25519-ChaCha20-Poly1305"):
        assert registry.ALGORITHMS[name].status == "read only"
        with pytest.raises(AlgorithmNotAllowedError):
            hpke.generate(name)
        with pytest.raises(AlgorithmNotAllowedError):
            hpke.seal(name, bytes(32), b"", info=b"")
        with pytest.raises(AuthenticationError):
            hpke.open_sealed(name, agreement.generate().private, bytes(100), info=b"")
