"""Known answers of key derivation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import kdf

if TYPE_CHECKING:
    from collections.abc import Callable

ANSWERS: dict[str, bytes] = {
    # RFC 5869, appendix A.1.
    "HKDF-SHA256": bytes.fromhex(
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    ),
    # RFC 7914, section 11, first vector.
    "PBKDF2-SHA256": bytes.fromhex(
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacb"
        "c49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783"
    ),
    # Computed by two other implementations (the reference's and OpenSSL's), equal: RFC 9106 has none with one lane.
    "Argon2id": bytes.fromhex("06734cfd98c2244b7e42080adeae2f0556d9b839879f04ff099e41e492a44141"),
    # RFC 9106, sections 5.3 and 5.1: Argon2id, then Argon2d.
    "Argon2 (lanes)": bytes.fromhex(
        "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
        "512b391b6f1162975371d30919734294f868e3be3984f3c1a13a4db9fabe4acb"
    ),
    # RFC 7748, section 5.2.
    "X25519": bytes.fromhex("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"),
    # Computed by another library's AES-ECB, block by block.
    "AES-KDF": bytes.fromhex("550793086a7dbaea6829a93f420cc2a4a5892f0bf3ed7334d9c697b390ee9680"),
}


def _hkdf() -> bool:
    derived = kdf.derive_hkdf(
        b"\x0b" * 22, salt=bytes(range(13)), info=bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"), length=42
    )
    return derived == ANSWERS["HKDF-SHA256"]


def _pbkdf2() -> bool:
    return kdf._pbkdf2_sha256(b"passwd", b"salt", 1, 64) == ANSWERS["PBKDF2-SHA256"]  # noqa: SLF001 below the floor


def _argon2id() -> bool:
    from .. import argon2_backends  # noqa: PLC0415 a command that uses HKDF alone starts without

    cost = kdf.Argon2Cost(memory_kib=64, iterations=2, lanes=1)
    return argon2_backends.libsodium(b"password", b"\x02" * 16, cost, 32) == ANSWERS["Argon2id"]


def _argon2_reference() -> bool:
    from .. import argon2_backends  # noqa: PLC0415 as above

    cost = kdf.Argon2Cost(memory_kib=32, iterations=3, lanes=4)
    parts = [
        argon2_backends.reference(kind, b"\x01" * 32, b"\x02" * 16, cost, 32, key=b"\x03" * 8, associated=b"\x04" * 12)
        for kind in ("id", "d")
    ]
    return b"".join(parts) == ANSWERS["Argon2 (lanes)"]


def _aes_kdf() -> bool:
    return kdf.derive_aes_kdf(bytes(range(32)), bytes(range(32, 64)), 5_000) == ANSWERS["AES-KDF"]


def _x25519() -> bool:
    from .. import agreement  # noqa: PLC0415 as above

    scalar = bytes.fromhex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4")
    u = bytes.fromhex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")
    return agreement.derive(scalar, u) == ANSWERS["X25519"]


TESTS: dict[str, Callable[[], bool]] = {
    "HKDF-SHA256": _hkdf,
    "PBKDF2-SHA256": _pbkdf2,
    "Argon2id": _argon2id,
    "Argon2 (lanes)": _argon2_reference,
    "AES-KDF": _aes_kdf,
    "X25519": _x25519,
}
