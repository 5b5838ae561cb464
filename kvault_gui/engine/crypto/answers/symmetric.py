"""Known answers of hashes, HMAC, authenticated encryption and the random generator."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ...errors import AuthenticationError
from .. import aead, rng

if TYPE_CHECKING:
    from collections.abc import Callable

_ABC = b"abc"

ANSWERS: dict[str, bytes] = {
    # FIPS 180-4 and FIPS 202 examples, RFC 7693 appendix A: the hash of "abc".
    "SHA-256": bytes.fromhex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    "SHA-512": bytes.fromhex(
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
    ),
    "SHA-3-256": bytes.fromhex("3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"),
    "BLAKE2b": bytes.fromhex(
        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
        "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
    ),
    # RFC 4231, test case 2.
    "HMAC-SHA256": bytes.fromhex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    # NIST CAVS 14.0, gcmEncryptExtIV256, 128-bit text and associated data.
    "AES-256-GCM": bytes.fromhex("434d703b8d1069ad8036288b7c2d1ae67d31e397c0c943cbb16cfb9539a6a17d"),
    # RFC 8439, section 2.8.2.
    "ChaCha20-Poly1305": bytes.fromhex(
        "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
        "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
        "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
        "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691"
    ),
    # NaCl, tests/secretbox.c: tag, then text.
    "XSalsa20-Poly1305": bytes.fromhex(
        "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce"
        "48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c972"
        "71d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae"
        "90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b3"
        "7973f622a43d14a6599b1f654cb45a74e355a5"
    ),
    # Wycheproof aes_wrap_test 99 and aes_kwp_test 161.
    "AES-256-KW": bytes.fromhex("939b3389336fea4a9751bf014ef18011323090e8a0500bc4"),
    "AES-256-KWP": bytes.fromhex("e3eab96d9a2fda12f9e252053aff15e753e5ea6f5172c92b"),
    # SHA-256 of the stream, made step by step by another library's HKDF and AES-GCM.
    "AES-256-GCM-STREAM": bytes.fromhex("0030274e2502269babdcf61670f3cf3ed9075e08bf0a19326880f9ec69cd2bb7"),
    "random": bytes(32),  # what must not come out
}


def _hash(name: str) -> bool:
    from .. import hashes  # noqa: PLC0415 a command that uses little starts without

    return hashes.digest(name, _ABC) == ANSWERS[name]


def _hmac() -> bool:
    from .. import mac  # noqa: PLC0415 as above

    tag = mac.sign(b"Jefe", b"what do ya want for nothing?")
    mac.verify(b"Jefe", b"what do ya want for nothing?", ANSWERS["HMAC-SHA256"])
    return tag == ANSWERS["HMAC-SHA256"]


def _aead(algorithm: str, key: str, nonce: str, plaintext: bytes, aad: str = "") -> bool:
    """Sealing gives the answer, opening gives the text, and one changed bit is refused."""
    answer = ANSWERS[algorithm]
    parts = bytes.fromhex(key), bytes.fromhex(nonce)
    bound = bytes.fromhex(aad)
    sealed = aead.seal(algorithm, *parts, plaintext, bound)
    opened = aead.open_sealed(algorithm, *parts, answer, bound)
    try:
        aead.open_sealed(algorithm, *parts, bytes([answer[0] ^ 1]) + answer[1:], bound)
    except AuthenticationError:
        return sealed == answer and opened == plaintext
    return False


def _aes_256_gcm() -> bool:
    return _aead(
        "AES-256-GCM",
        key="64bd594daf279e3172f9aa713b35b7fce8f43083792bc7d1f10919131f400a7b",
        nonce="339a2c40e9d9507c34228649",
        plaintext=bytes.fromhex("2b794cb4c98450463a3e225ab33f3f30"),
        aad="2b9544807b362ebfd88146e2b02c9270",
    )


def _chacha20_poly1305() -> bool:
    return _aead(
        "ChaCha20-Poly1305",
        key="808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
        nonce="070000004041424344454647",
        plaintext=b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
        b"sunscreen would be it.",
        aad="50515253c0c1c2c3c4c5c6c7",
    )


def _xsalsa20_poly1305() -> bool:
    return _aead(
        "XSalsa20-Poly1305",
        key="1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389",
        nonce="69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37",
        plaintext=bytes.fromhex(
            "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffc"
            "e5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31"
            "0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde"
            "048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f93776384864"
            "5e0705"
        ),
    )


def _wrap(algorithm: str, kek: str, key: str) -> bool:
    from .. import wrap  # noqa: PLC0415 as above

    answer = ANSWERS[algorithm]
    opened = wrap.unwrap(algorithm, bytes.fromhex(kek), answer)
    return wrap.wrap(algorithm, bytes.fromhex(kek), bytes.fromhex(key)) == answer and opened == bytes.fromhex(key)


def _kw() -> bool:
    kek = "0dda6da5123e2c37c6fa16ba0d334cd01acd652f8994211751dfab4faac2fc22"
    return _wrap("AES-256-KW", kek, "b40b6828729b456322a8d065abc0d081")


def _kwp() -> bool:
    kek = "fce0429c610658ef8e7cfb0154c51de2239a8a317f5af5b6714f985fb5c4d75c"
    return _wrap("AES-256-KWP", kek, "287326b5ed0078e7ca0164d748f667e7")


def _stream() -> bool:
    """Two segments come out as they must, open again, and are refused without the second."""
    from .. import stream  # noqa: PLC0415 as above

    key, header, plaintext = bytes(range(32)), (1024).to_bytes(4, "big") + b"\x05" * 32, b"kvault" * 200
    first, *rest = stream._seal(key, header, [plaintext], b"aad")  # noqa: SLF001 the salt must be known here
    sealed = first + b"".join(rest)
    opened = stream.open_sealed(key, sealed, b"aad")
    try:
        stream.open_sealed(key, first + rest[0], b"aad")
    except AuthenticationError:
        return hashlib.sha256(sealed).digest() == ANSWERS["AES-256-GCM-STREAM"] and opened == plaintext
    return False


def _random() -> bool:
    """The generator does not stand still: three draws of 256 bits, all different, none the fixed value."""
    draws = {rng.random_bytes(32), rng.random_bytes(32), rng.random_bytes(32), ANSWERS["random"]}
    return len(draws) == 4  # noqa: PLR2004 the three draws and the fixed value


TESTS: dict[str, Callable[[], bool]] = {
    "random": _random,
    "SHA-256": lambda: _hash("SHA-256"),
    "SHA-512": lambda: _hash("SHA-512"),
    "SHA-3-256": lambda: _hash("SHA-3-256"),
    "BLAKE2b": lambda: _hash("BLAKE2b"),
    "HMAC-SHA256": _hmac,
    "AES-256-KW": _kw,
    "AES-256-KWP": _kwp,
    "AES-256-GCM-STREAM": _stream,
    "AES-256-GCM": _aes_256_gcm,
    "ChaCha20-Poly1305": _chacha20_poly1305,
    "XSalsa20-Poly1305": _xsalsa20_poly1305,
}
