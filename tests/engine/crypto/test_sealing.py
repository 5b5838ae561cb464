"""Authenticated encryption, MAC and key wrap: everything altered is refused, every wrong length is named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.secret import SecretBox

from kvault_gui.engine.crypto import aead, hashes, mac, rng, rsa, wrap
from kvault_gui.engine.crypto.answers.rsa_data import KEYS
from kvault_gui.engine.errors import AlgorithmNotAllowedError, AuthenticationError, InvalidInputError

ALGORITHMS = ["AES-256-GCM", "ChaCha20-Poly1305", "XSalsa20-Poly1305"]
WITH_AAD = ALGORITHMS[:2]
KEY = bytes(range(32))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@settings(deadline=None)
@given(plaintext=st.binary(max_size=200), where=st.integers(0, 1 << 20), bit=st.integers(0, 7))
def test_what_was_sealed_opens_and_a_flipped_bit_is_refused(
    algorithm: str, plaintext: bytes, where: int, bit: int
) -> None:
    nonce = bytes(aead.nonce_bytes(algorithm))
    sealed = bytearray(aead.seal(algorithm, KEY, nonce, plaintext))
    assert len(sealed) == len(plaintext) + aead.TAG_BYTES
    assert aead.open_sealed(algorithm, KEY, nonce, sealed) == plaintext
    sealed[where % len(sealed)] ^= 1 << bit
    with pytest.raises(AuthenticationError):
        aead.open_sealed(algorithm, KEY, nonce, sealed)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_another_key_or_nonce_and_every_truncation_is_refused(algorithm: str) -> None:
    nonce = bytes(aead.nonce_bytes(algorithm))
    sealed = aead.seal(algorithm, KEY, nonce, b"some text")
    with pytest.raises(AuthenticationError):
        aead.open_sealed(algorithm, bytes(32), nonce, sealed)
    with pytest.raises(AuthenticationError):
        aead.open_sealed(algorithm, KEY, nonce[:-1] + b"\x01", sealed)
    for length in range(len(sealed)):
        with pytest.raises(AuthenticationError):
            aead.open_sealed(algorithm, KEY, nonce, sealed[:length])


@pytest.mark.parametrize("algorithm", WITH_AAD)
def test_other_associated_data_is_refused(algorithm: str) -> None:
    sealed = aead.seal(algorithm, KEY, bytes(12), b"text", b"place 1")
    assert aead.open_sealed(algorithm, KEY, bytes(12), sealed, b"place 1") == b"text"
    for aad in (b"", b"place 2", b"place 1\0"):
        with pytest.raises(AuthenticationError):
            aead.open_sealed(algorithm, KEY, bytes(12), sealed, aad)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_keys_and_nonces_of_other_lengths_are_refused(algorithm: str) -> None:
    size = aead.nonce_bytes(algorithm)
    for key_size, nonce_size in [
        (16, size),
        (24, size),
        (31, size),
        (33, size),
        (0, size),
        (32, size - 1),
        (32, 0),
        (32, 16),
    ]:
        with pytest.raises(InvalidInputError):
            aead.seal(algorithm, bytes(key_size), bytes(nonce_size), b"")
        with pytest.raises(InvalidInputError):
            aead.open_sealed(algorithm, bytes(key_size), bytes(nonce_size), bytes(16))


def test_an_unknown_algorithm_is_refused() -> None:
    for name in ("AES-128-GCM", "AES-256-CBC", "", "aes-256-gcm", "SHA-256"):
        with pytest.raises(AlgorithmNotAllowedError):
            aead.seal(name, KEY, bytes(12), b"")
        with pytest.raises(AlgorithmNotAllowedError):
            aead.open_sealed(name, KEY, bytes(12), b"")
        with pytest.raises(AlgorithmNotAllowedError):
            aead.nonce_bytes(name)


def test_xsalsa20_poly1305_is_a_secretbox_that_others_open_and_has_no_associated_data() -> None:
    sealed = aead.seal("XSalsa20-Poly1305", KEY, bytes(24), b"text")
    assert SecretBox(KEY).decrypt(sealed, bytes(24)) == b"text"
    with pytest.raises(InvalidInputError):
        aead.seal("XSalsa20-Poly1305", KEY, bytes(24), b"text", b"aad")
    with pytest.raises(InvalidInputError):
        aead.open_sealed("XSalsa20-Poly1305", KEY, bytes(24), sealed, b"aad")


def test_a_mac_of_another_key_message_or_length_is_refused() -> None:
    tag = mac.sign(KEY, b"message")
    mac.verify(KEY, b"message", tag)
    for key, message, other in [
        (bytes(32), b"message", tag),
        (KEY, b"massage", tag),
        (KEY, b"message", tag[:-1]),
        (KEY, b"message", tag[:16]),
        (KEY, b"message", b""),
        (KEY, b"message", tag + b"\0"),
    ]:
        with pytest.raises(AuthenticationError):
            mac.verify(key, message, other)
    assert mac.same(b"ab", bytearray(b"ab"))
    assert not mac.same(b"ab", b"abc")


def test_hashes_run_in_pieces_and_know_their_names() -> None:
    running = hashes.new("SHA-256")
    running.update(b"a")
    running.update(b"bc")
    assert running.digest() == hashes.sha256(b"abc") == hashes.digest("SHA-256", b"abc")
    assert hashes.blake2b_keyed(b"x", KEY) != hashes.blake2b_keyed(b"x", bytes(32))
    assert len(hashes.blake2b_keyed(b"x", KEY, length=32, person=b"buckets")) == 32
    for name in ("MD5", "SHA-1", "sha256"):
        with pytest.raises(AlgorithmNotAllowedError):
            hashes.new(name)


def test_random_bytes_have_their_length_and_do_not_repeat() -> None:
    assert [len(rng.random_bytes(length)) for length in (0, 1, 32, 1 << 16)] == [0, 1, 32, 1 << 16]
    assert len({rng.random_bytes(16) for _ in range(200)}) == 200


@pytest.mark.parametrize("algorithm", ["AES-256-GCM", "AES-256-KW", "AES-256-KWP"])
@settings(deadline=None)
@given(key=st.binary(min_size=2, max_size=6).map(lambda part: part * 8), where=st.integers(0, 1 << 20))
def test_a_wrapped_key_unwraps_and_a_flipped_bit_is_refused(algorithm: str, key: bytes, where: int) -> None:
    wrapped = bytearray(wrap.wrap(algorithm, KEY, key))
    assert wrap.unwrap(algorithm, KEY, wrapped) == key
    wrapped[where % len(wrapped)] ^= 1
    with pytest.raises(AuthenticationError):
        wrap.unwrap(algorithm, KEY, wrapped)


@pytest.mark.parametrize("algorithm", ["AES-256-GCM", "AES-256-KW", "AES-256-KWP"])
def test_a_wrapped_key_is_bound_to_its_kek_and_every_truncation_is_refused(algorithm: str) -> None:
    wrapped = wrap.wrap(algorithm, KEY, bytes(32))
    with pytest.raises(AuthenticationError):
        wrap.unwrap(algorithm, bytes(32), wrapped)
    for length in range(len(wrapped)):
        with pytest.raises(AuthenticationError):
            wrap.unwrap(algorithm, KEY, wrapped[:length])


def test_aes_256_gcm_wraps_with_associated_data_and_another_nonce_each_time() -> None:
    one, two = (wrap.wrap("AES-256-GCM", KEY, bytes(32), aad=b"slot 1") for _ in range(2))
    assert one != two
    assert wrap.unwrap("AES-256-GCM", KEY, one, aad=b"slot 1") == bytes(32)
    with pytest.raises(AuthenticationError):
        wrap.unwrap("AES-256-GCM", KEY, one, aad=b"slot 2")


def test_what_cannot_be_wrapped_is_refused() -> None:
    cases = [
        ("AES-256-GCM", KEY, b"", b""),
        ("AES-256-KW", KEY, bytes(8), b""),
        ("AES-256-KW", KEY, bytes(31), b""),
        ("AES-256-KW", bytes(16), bytes(32), b""),
        ("AES-256-KWP", bytes(16), bytes(32), b""),
        ("AES-256-KWP", KEY, bytes(32), b"aad"),
        ("AES-256-KW", KEY, bytes(32), b"aad"),
        ("AES-256-KWP", KEY, bytes((64 << 10) + 1), b""),
    ]
    for algorithm, kek, key, aad in cases:
        with pytest.raises(InvalidInputError):
            wrap.wrap(algorithm, kek, key, aad=aad)


def test_rsa_oaep_wraps_to_a_public_key_and_is_bound_to_its_label() -> None:
    name = "RSA-4096-OAEP-SHA256"
    public = rsa.public_key(name, KEYS[4096])
    wrapped = wrap.wrap(name, public, KEY, aad=b"label")
    assert wrap.unwrap(name, KEYS[4096], wrapped, aad=b"label") == KEY
    for altered, label in [(wrapped, b"other"), (wrapped[:-1], b"label"), (bytes(512), b"label"), (b"", b"label")]:
        with pytest.raises(AuthenticationError):
            wrap.unwrap(name, KEYS[4096], altered, aad=label)
    with pytest.raises(InvalidInputError):
        wrap.wrap(name, public, bytes(447))


def test_smaller_rsa_keys_only_read() -> None:
    for bits in (2048, 3072):
        name = f"RSA-{bits}-OAEP-SHA256"
        with pytest.raises(AlgorithmNotAllowedError):
            wrap.wrap(name, rsa.public_key(name, KEYS[bits]), KEY)


def test_names_of_other_purposes_do_not_wrap() -> None:
    for name in ("Ed25519", "X25519", "ChaCha20-Poly1305", "AES-128-KW"):
        with pytest.raises(AlgorithmNotAllowedError):
            wrap.wrap(name, KEY, KEY)
        with pytest.raises(AlgorithmNotAllowedError):
            wrap.unwrap(name, KEY, bytes(40))
