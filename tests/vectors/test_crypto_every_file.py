"""No vector file about cryptography is forgotten: each is read by a test, or skipped here with its reason."""

from __future__ import annotations

import pytest

from tests.shared import shared

FOLDERS = (
    "acvp",
    "acvp-fips203-204",
    "cctv-ed25519",
    "cctv-mldsa",
    "cctv-mlkem",
    "cctv-rfc6979",
    "ed25519-keys",
    "ed25519-rfc8032",
    "hpke-pq",
    "hpke-rfc9180",
    "nist-cavp-gcm",
    "nist-rfc-kdf-hash",
    "pq-composite",
    "rfc8439",
    "wycheproof",
    "x25519-rfc7748",
    "xwing",
)

_NO_CURVE = "the registry has no ECDSA or ECDH over NIST curves"
_NO_HASH = "the registry has this construction with SHA-256 only"
_JOSE = "no JOSE objects are read here"
_EXPANDED = "decapsulation or signing keys in expanded form; the registry takes seeds"
_LOADED = "PKCS#8 files: importing keys from files comes with key management"

# what no algorithm of the registry can run, and why
NOT_OURS = {
    "acvp/DetECDSA": _NO_CURVE,
    "acvp/EDDSA": "Ed25519ph: the registry has pure Ed25519 only",
    "acvp/KTS-IFC": "KTS-OAEP with SHA-224, SHA-384, SHA-512/224 and SHA-3; the registry has OAEP with SHA-256 only",
    "acvp/ML-DSA.": _EXPANDED,
    "acvp/PBKDF": "PBKDF2 with other hashes than SHA-256",
    "acvp/SHA3-512": "the registry has SHA-3-256 only",
    "acvp-fips203-204/ML-DSA-sigGen": _EXPANDED,
    "cctv-mldsa/README": "accumulated digests of deterministic signatures; the registry's are hedged",
    "cctv-mlkem/strcmp-ML-KEM-768": _EXPANDED,
    "cctv-rfc6979/": _NO_CURVE,
    "ed25519-keys/ed25519-pkcs8-enc.pem": _LOADED,
    "nist-rfc-kdf-hash/SHAKE256ShortMsg": "SHAKE256 is used within X-Wing only, where its vectors cover it",
    "nist-rfc-kdf-hash/rfc-6070-PBKDF2-SHA1": _NO_HASH,
    "nist-rfc-kdf-hash/scrypt": "the registry has no scrypt",
    "pq-composite/": "the registry has no composite signatures",
    "rfc8439/ChaCha20-rfc7539": "the bare cipher: the registry has it as ChaCha20-Poly1305 only",
    "rfc8439/poly1305-rfc7539": "the bare authenticator: the registry has it as ChaCha20-Poly1305 only",
    "wycheproof/aes_cbc_pkcs5_test": "the registry has no CBC",
    "wycheproof/aes_gcm_siv_test": "the registry has no AES-GCM-SIV",
    "wycheproof/ecdh_secp256r1_test": _NO_CURVE,
    "wycheproof/ecdsa_secp256r1_sha256_test": _NO_CURVE,
    "wycheproof/ecdsa_secp384r1_sha384_p1363_test": _NO_CURVE,
    "wycheproof/hkdf_sha512_test": _NO_HASH,
    "wycheproof/hmac_sha512_test": _NO_HASH,
    "wycheproof/json_web_crypto_test": _JOSE,
    "wycheproof/json_web_encryption_test": _JOSE,
    "wycheproof/json_web_key_test": _JOSE,
    "wycheproof/json_web_signature_test": _JOSE,
    "wycheproof/mlkem_1024_semi_expanded_decaps_test": _EXPANDED,
    "wycheproof/mlkem_768_semi_expanded_decaps_test": _EXPANDED,
    "wycheproof/pbes2_hmacsha256_aes_256_test": "the registry has no PBES2",
    "wycheproof/pbkdf2_hmacsha1_test": _NO_HASH,
    "wycheproof/rsa_oaep_2048_sha1_mgf1sha1_test": _NO_HASH,
    "wycheproof/rsa_oaep_3072_sha512_mgf1sha512_test": _NO_HASH,
    "wycheproof/xchacha20_poly1305_test": "the registry has XSalsa20-Poly1305, not XChaCha20-Poly1305",
    "x25519-rfc7748/x25519": _LOADED,
}

# what the test files beside this one read
READ = {
    "acvp": {"ACVP-AES-GCM", "HMAC-SHA2-256", "ML-KEM", "SHA2-256", "SHA3-256"},
    "acvp-fips203-204": {"ML-DSA-keyGen", "ML-DSA-sigVer", "ML-KEM-encapDecap", "ML-KEM-keyGen"},
    "cctv-ed25519": {"ed25519vectors"},
    "cctv-mlkem": {"intermediate-ML-KEM-768", "modulus-ML-KEM-768", "unluckysample-ML-KEM-768"},
    "ed25519-keys": {"ed25519-pkcs8", "ed25519-pub", "ed25519-pub-non-zero-unused-bits"},
    "ed25519-rfc8032": {"sign"},
    "hpke-pq": {"hpke-pq-test-vectors"},
    "hpke-rfc9180": {"test-vectors"},
    "nist-cavp-gcm": {"gcmDecrypt256", "gcmEncryptExtIV256"},
    "nist-rfc-kdf-hash": {"SHA3_256ShortMsg", "argon2d", "argon2id", "rfc-5869-HKDF-SHA256"},
    "rfc8439": {"ChaCha20Poly1305-boringssl"},
    "wycheproof": {
        "aes_gcm_test",
        "aes_kwp_test",
        "aes_wrap_test",
        "chacha20_poly1305_test",
        "ed25519_test",
        "hkdf_sha256_test",
        "hmac_sha256_test",
        "mldsa_65_sign_noseed_test",
        "mldsa_65_sign_seed_test",
        "mldsa_65_verify_test",
        "mldsa_87_verify_test",
        "mlkem_1024_encaps_test",
        "mlkem_1024_keygen_seed_test",
        "mlkem_1024_test",
        "mlkem_768_encaps_test",
        "mlkem_768_keygen_seed_test",
        "mlkem_768_test",
        "pbkdf2_hmacsha256_test",
        "rsa_oaep_2048_sha256_mgf1sha256_test",
        "rsa_oaep_misc_test",
        "rsa_pss_2048_sha256_mgf1_32_test",
        "rsa_pss_4096_sha512_mgf1_64_test",
        "rsa_pss_misc_test",
        "x25519_jwk_test",
        "x25519_test",
    },
    "x25519-rfc7748": {"rfc7748"},
    "xwing": {"test-vectors", "xwing"},
}


def vector_files() -> list[str]:
    root = shared("vectors")
    files = (path for folder in FOLDERS for path in sorted((root / folder).rglob("*")) if path.is_file())
    return [path.relative_to(root).as_posix() for path in files]


def test_every_file_is_read_or_named() -> None:
    forgotten = []
    for name in vector_files():
        folder, _, file = name.partition("/")
        read = file.split(".")[0] in READ.get(folder, set())
        ours_not = any(name.startswith(prefix) for prefix in NOT_OURS)
        if read == ours_not and file not in {"LICENSE", "README.md"}:
            forgotten.append(name)
    assert forgotten == []


def test_every_file_that_is_said_to_be_read_is_there() -> None:
    there = {(name.partition("/")[0], name.partition("/")[2].split(".")[0]) for name in vector_files()}
    assert {(folder, stem) for folder, stems in READ.items() for stem in stems} <= there


@pytest.mark.parametrize("prefix", sorted(NOT_OURS))
def test_a_file_that_no_algorithm_of_the_registry_runs_is_skipped_with_its_reason(prefix: str) -> None:
    shared("vectors")
    assert any(name.startswith(prefix) for name in vector_files()), "remove this line: there is no such file"
    pytest.skip(f"{prefix}: {NOT_OURS[prefix]}")
