"""Vectors of the package cryptography_vectors: a clone without ../shared runs real ones as well."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import cryptography_vectors
import pytest

from kvault_gui.engine.crypto import aead, agreement, hashes, kdf, kem, mac, signing, wrap
from kvault_gui.engine.errors import AuthenticationError
from tests.vectors.tally import Tally, records, unhex

ROOT = Path(cryptography_vectors.__file__).parent
OTHER_TAG = "a tag shorter than 128 bits"
OTHER_NONCE = "a nonce that is not 96 bits"


@pytest.mark.parametrize(
    ("file", "algorithm", "total"),
    [
        ("SHA2/SHA256ShortMsg.rsp", "SHA-256", 65),
        ("SHA2/SHA256LongMsg.rsp", "SHA-256", 64),
        ("SHA2/SHA512ShortMsg.rsp", "SHA-512", 129),
        ("SHA2/SHA512LongMsg.rsp", "SHA-512", 128),
        ("SHA3/SHA3_256ShortMsg.rsp", "SHA-3-256", 137),
        ("SHA3/SHA3_256LongMsg.rsp", "SHA-3-256", 100),
        ("blake2/blake2b.txt", "BLAKE2b", 7),
    ],
)
def test_hashes(file: str, algorithm: str, total: int) -> None:
    tally = Tally()
    for record in records(ROOT / "hashes" / file):
        message = unhex(record["Msg"])[: int(record["Len"]) // 8]
        tally.accept(good=hashes.digest(algorithm, message) == unhex(record["MD"]), name=record["Len"])
    tally.check(total, total)


def test_hmac_sha256() -> None:
    tally = Tally()
    for record in records(ROOT / "HMAC/rfc-4231-sha256.txt"):
        key, message, tag = unhex(record["Key"]), unhex(record["Msg"]), unhex(record["MD"])
        tally.accept(good=mac.sign(key, message) == tag, name=record["Len"])
    tally.check(6, 6)


@pytest.mark.parametrize(("file", "refused"), [("gcmEncryptExtIV256.rsp", 0), ("gcmDecrypt256.rsp", 191)])
def test_aes_256_gcm(file: str, refused: int) -> None:
    tally = Tally()
    failures = 0
    for record in records(ROOT / "ciphers/AES/GCM" / file):
        if record["Taglen"] != "128" or record["IVlen"] != "96":
            tally.leave(OTHER_TAG if record["Taglen"] != "128" else OTHER_NONCE)
            continue
        failures += "FAIL" in record
        _aead(tally, "AES-256-GCM", record, ("Key", "IV", "PT", "AAD", "CT", "Tag"))
    tally.check(7875, 375, {OTHER_TAG: 6750, OTHER_NONCE: 750})
    assert failures == refused


def test_chacha20_poly1305() -> None:
    tally = Tally()
    for record in records(ROOT / "ciphers/ChaCha20Poly1305/openssl.txt"):
        _aead(tally, "ChaCha20-Poly1305", record, ("Key", "IV", "Plaintext", "AAD", "Ciphertext", "Tag"))
    tally.check(5, 5)


def _aead(tally: Tally, algorithm: str, record: dict[str, str], names: tuple[str, ...]) -> None:
    key, nonce, text, aad, ciphertext, tag = (unhex(record.get(name, "")) for name in names)
    if "FAIL" in record or "Result" in record:  # OpenSSL says CIPHERFINAL_ERROR
        tally.refuse(
            lambda: aead.open_sealed(algorithm, key, nonce, ciphertext + tag, aad), AuthenticationError, record
        )
        return
    same = aead.seal(algorithm, key, nonce, text, aad) == ciphertext + tag
    tally.accept(good=same and aead.open_sealed(algorithm, key, nonce, ciphertext + tag, aad) == text, name=record)


@pytest.mark.parametrize(
    ("file", "algorithm", "total"),
    [
        ("KW_AE_256.txt", "AES-256-KW", 500),
        ("KW_AD_256.txt", "AES-256-KW", 500),
        ("KWP_AE_256.txt", "AES-256-KWP", 500),
        ("KWP_AD_256.txt", "AES-256-KWP", 500),
    ],
)
def test_aes_key_wrap(file: str, algorithm: str, total: int) -> None:
    tally = Tally()
    for record in records(ROOT / "keywrap/kwtestvectors" / file):
        kek, wrapped = unhex(record["K"]), unhex(record["C"])
        if "FAIL" in record:
            tally.refuse(lambda k=kek, w=wrapped: wrap.unwrap(algorithm, k, w), AuthenticationError, record)  # type: ignore[misc]
            continue
        key = unhex(record["P"])
        same = wrap.wrap(algorithm, kek, key) == wrapped
        tally.accept(good=same and wrap.unwrap(algorithm, kek, wrapped) == key, name=record["COUNT"])
    tally.check(total, total)


def test_hkdf_sha256() -> None:
    tally = Tally()
    merged: dict[str, str] = {}
    for record in records(ROOT / "KDF/rfc-5869-HKDF-SHA256.txt"):
        merged |= record
        if "OKM" in record:
            salt, info, length = unhex(merged["salt"]), unhex(merged["info"]), int(merged["L"])
            derived = kdf.derive_hkdf(unhex(merged["IKM"]), salt=salt, info=info, length=length)
            tally.accept(good=derived == unhex(merged["OKM"]), name=merged["COUNT"])
    tally.check(3, 3)


@pytest.mark.parametrize(("kind", "total"), [("id", 6), ("d", 4)])
def test_argon2(kind: Literal["d", "id"], total: int) -> None:
    tally = Tally()
    for record in records(ROOT / f"KDF/argon2{kind}.txt"):
        derived = kdf.derive_argon2_foreign(
            kind,
            unhex(record["pass"]),
            salt=unhex(record["salt"]),
            memory_kib=int(record["memcost"]),
            iterations=int(record["iter"]),
            lanes=int(record["lanes"]),
            version=0x13,
            key=unhex(record.get("secret", "")),
            associated=unhex(record.get("ad", "")),
            length=int(record["length"]),
        )
        tally.accept(good=derived == unhex(record["output"]), name=record["COUNT"])
    tally.check(total, total)


def test_ed25519() -> None:
    tally = Tally()
    for line in (ROOT / "asymmetric/Ed25519/sign.input").read_text().splitlines():
        private, public, message, signed = (unhex(part) for part in line.split(":")[:4])
        signing.verify("Ed25519", public, message, signed[:64])
        same = signing.sign("Ed25519", private[:32], message) == signed[:64]
        tally.accept(good=same, name=line[:16])
    tally.check(1024, 1024)


def test_x25519() -> None:
    tally = Tally()
    for record in records(ROOT / "asymmetric/X25519/rfc7748.txt"):
        derived = agreement.derive(unhex(record["INPUT_SCALAR"]), unhex(record["INPUT_U"]))
        tally.accept(good=derived == unhex(record["OUTPUT_U"]), name=record["COUNT"])
    tally.check(3, 3)


@pytest.mark.parametrize("size", ["768", "1024"])
def test_ml_kem(size: str) -> None:
    """Key of the seed, secret of the ciphertext, and the other secret that implicit rejection gives."""
    tally = Tally()
    name = f"ML-KEM-{size}"
    for record in records(ROOT / f"asymmetric/MLKEM/kat_MLKEM_{size}.rsp"):
        seed = unhex(record["d"] + record["z"])
        known = kem.public_key(name, seed) == unhex(record["pk"])
        opened = kem.decapsulate(name, seed, unhex(record["ct"])) == unhex(record["ss"])
        rejected = kem.decapsulate(name, seed, unhex(record["ct_n"])) == unhex(record["ss_n"])
        tally.accept(good=known and opened and rejected, name=record["count"])
    tally.check(1000, 1000)


@pytest.mark.parametrize("size", ["65", "87"])
def test_ml_dsa(size: str) -> None:
    tally = Tally()
    name = f"ML-DSA-{size}"
    for record in records(ROOT / f"asymmetric/MLDSA/kat_MLDSA_{size}_det_pure.rsp"):
        public, message, context = unhex(record["pk"]), unhex(record["msg"]), unhex(record["ctx"])
        signature = unhex(record["sm"])[: -len(message) or None]
        signing.verify(name, public, message, signature, context=context)
        own = signing.sign(name, unhex(record["xi"]), message, context=context)
        signing.verify(name, public, message, own, context=context)
        tally.accept(good=signing.public_key(name, unhex(record["xi"])) == public, name=record["count"])
    tally.check(100, 100)
