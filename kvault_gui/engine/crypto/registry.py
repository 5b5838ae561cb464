"""The registry: every algorithm that this engine has, with its parameters, its status and its standard.

resources/docs/algorithms.md shows the same table; a test compares the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from ..errors import AlgorithmNotAllowedError

if TYPE_CHECKING:
    from collections.abc import Container

Status: TypeAlias = Literal["preferred", "allowed", "read only"]
Use: TypeAlias = Literal[
    "generate",
    "derive",
    "enrol",
    "seal",
    "open",
    "wrap",
    "unwrap",
    "encapsulate",
    "decapsulate",
    "sign",
    "verify",
    "digest",
]

# What an algorithm with the status "read only" may still do: nothing that makes something new.
READING: frozenset[Use] = frozenset({"open", "unwrap", "decapsulate", "verify", "derive"})


class Algorithm(NamedTuple):
    """One algorithm. ``uses`` are the verbs that it offers: what is not named there is refused."""

    name: str
    purpose: str
    parameters: str
    status: Status
    standard: str
    uses: tuple[Use, ...]


_SEALING: tuple[Use, ...] = ("seal", "open")
_SIGNING: tuple[Use, ...] = ("generate", "sign", "verify")
_KEM: tuple[Use, ...] = ("generate", "encapsulate", "decapsulate")
_HPKE: tuple[Use, ...] = ("generate", "seal", "open")
_PQ_HPKE = "HPKE, single shot, base mode"
_KDBX = "key derivation of KDBX files"

_ROWS: tuple[Algorithm, ...] = (
    Algorithm(
        "AES-256-GCM",
        "authenticated encryption, key wrap",
        "256-bit key, 96-bit nonce, 128-bit tag",
        "preferred",
        "NIST SP 800-38D",
        ("seal", "open", "wrap", "unwrap"),
    ),
    Algorithm(
        "ChaCha20-Poly1305",
        "authenticated encryption",
        "256-bit key, 96-bit nonce, 128-bit tag",
        "allowed",
        "RFC 8439",
        _SEALING,
    ),
    Algorithm(
        "XSalsa20-Poly1305",
        "authenticated encryption",
        "256-bit key, 192-bit nonce, 128-bit tag in front, no associated data",
        "allowed",
        "NaCl crypto_secretbox",
        _SEALING,
    ),
    Algorithm(
        "AES-256-GCM-STREAM",
        "authenticated encryption of large data",
        "segments of 1 MiB, key and nonce prefix by HKDF-SHA256 from a 256-bit salt",
        "preferred",
        "STREAM (Hoang et al. 2015) over NIST SP 800-38D",
        _SEALING,
    ),
    Algorithm("AES-256-KW", "key wrap", "256-bit key, whole 64-bit blocks", "allowed", "RFC 3394", ("wrap", "unwrap")),
    Algorithm("AES-256-KWP", "key wrap", "256-bit key, any length", "allowed", "RFC 5649", ("wrap", "unwrap")),
    Algorithm(
        "RSA-4096-OAEP-SHA256",
        "key wrap to a public key",
        "4096 bits, SHA-256, MGF1 with SHA-256",
        "allowed",
        "RFC 8017",
        ("generate", "wrap", "unwrap"),
    ),
    Algorithm(
        "RSA-3072-OAEP-SHA256",
        "key wrap to a public key",
        "3072 bits, SHA-256, MGF1 with SHA-256",
        "read only",
        "RFC 8017",
        ("unwrap",),
    ),
    Algorithm(
        "RSA-2048-OAEP-SHA256",
        "key wrap to a public key",
        "2048 bits, SHA-256, MGF1 with SHA-256",
        "read only",
        "RFC 8017",
        ("unwrap",),
    ),
    Algorithm(
        "RSA-KEM",
        "sending a secret to a key on a PIV card",
        "2048, 3072 and 4096 bits, through HKDF-SHA256",
        "allowed",
        "RFC 9690",
        ("encapsulate",),
    ),
    Algorithm(
        "RSA-PKCS1-v1_5",
        "sending a secret to a key on an OpenPGP card",
        "2048, 3072 and 4096 bits, 32 random bytes, through HKDF-SHA256",
        "allowed",
        "RFC 8017",
        ("wrap",),
    ),
    Algorithm(
        "ECDH",
        "sending a secret to a key on a card",
        "P-256, P-384, P-521, Brainpool r1 of 256, 384 and 512 bits; a key pair for each, through HKDF-SHA256",
        "allowed",
        "NIST SP 800-56A, RFC 7027",
        ("derive",),
    ),
    Algorithm(
        "X25519",
        "key agreement",
        "32-byte keys, all-zero result refused",
        "preferred",
        "RFC 7748",
        ("generate", "derive"),
    ),
    Algorithm("ML-KEM-768", "key encapsulation", "64-byte seed as private key", "preferred", "FIPS 203", _KEM),
    Algorithm("ML-KEM-1024", "key encapsulation", "64-byte seed as private key", "allowed", "FIPS 203", _KEM),
    Algorithm(
        "HPKE-MLKEM768-X25519-AES-256-GCM",
        _PQ_HPKE,
        "KEM 0x647a (X-Wing), KDF 0x0001 (HKDF-SHA256), AEAD 0x0002",
        "preferred",
        "RFC 9180, draft-connolly-cfrg-xwing-kem",
        _HPKE,
    ),
    Algorithm(
        "HPKE-MLKEM768-X25519-ChaCha20-Poly1305",
        _PQ_HPKE,
        "KEM 0x647a (X-Wing), KDF 0x0001 (HKDF-SHA256), AEAD 0x0003",
        "allowed",
        "RFC 9180, draft-connolly-cfrg-xwing-kem",
        _HPKE,
    ),
    Algorithm(
        "HPKE-X25519-AES-256-GCM",
        _PQ_HPKE,
        "KEM 0x0020 (DHKEM X25519), KDF 0x0001 (HKDF-SHA256), AEAD 0x0002",
        "read only",
        "RFC 9180",
        ("open",),
    ),
    Algorithm(
        "HPKE-X25519-ChaCha20-Poly1305",
        _PQ_HPKE,
        "KEM 0x0020 (DHKEM X25519), KDF 0x0001 (HKDF-SHA256), AEAD 0x0003",
        "read only",
        "RFC 9180",
        ("open",),
    ),
    Algorithm("Ed25519", "signature", "pure, 32-byte keys", "preferred", "RFC 8032", _SIGNING),
    Algorithm("ML-DSA-65", "signature", "pure, hedged, 32-byte seed as private key", "preferred", "FIPS 204", _SIGNING),
    Algorithm("ML-DSA-87", "signature", "pure, hedged, 32-byte seed as private key", "allowed", "FIPS 204", _SIGNING),
    Algorithm(
        "RSA-4096-PSS",
        "signature",
        "4096 bits, SHA-256, MGF1 with SHA-256, 32 bytes of salt",
        "allowed",
        "RFC 8017",
        _SIGNING,
    ),
    Algorithm(
        "RSA-4096-PSS-SHA512",
        "signature",
        "4096 bits, SHA-512, MGF1 with SHA-512, 64 bytes of salt",
        "allowed",
        "RFC 8017",
        _SIGNING,
    ),
    Algorithm(
        "RSA-3072-PSS",
        "signature",
        "3072 bits, SHA-256, MGF1 with SHA-256, 32 bytes of salt",
        "read only",
        "RFC 8017",
        ("verify",),
    ),
    Algorithm(
        "RSA-2048-PSS",
        "signature",
        "2048 bits, SHA-256, MGF1 with SHA-256, 32 bytes of salt",
        "read only",
        "RFC 8017",
        ("verify",),
    ),
    Algorithm("SHA-256", "hash", "32 bytes", "preferred", "FIPS 180-4", ("digest",)),
    Algorithm("SHA-512", "hash", "64 bytes", "allowed", "FIPS 180-4", ("digest",)),
    Algorithm("SHA-3-256", "hash", "32 bytes", "allowed", "FIPS 202", ("digest",)),
    Algorithm("BLAKE2b", "hash, keyed hash", "64 bytes, key up to 64 bytes", "allowed", "RFC 7693", ("digest",)),
    Algorithm(
        "HMAC-SHA256",
        "message authentication",
        "32-byte tag, never shortened",
        "preferred",
        "FIPS 198-1",
        ("sign", "verify"),
    ),
    Algorithm(
        "HKDF-SHA256", "key derivation from keys", "up to 8,160 bytes", "preferred", "RFC 5869", ("derive", "enrol")
    ),
    Algorithm(
        "Argon2id",
        "key derivation from passwords",
        "version 0x13; from 64 MiB, 3 iterations, 1 lane to a quarter of the memory, 1,000 iterations, 16 lanes",
        "preferred",
        "RFC 9106",
        ("derive", "enrol"),
    ),
    Algorithm(
        "PBKDF2-SHA256",
        "key derivation from passwords",
        "100,000 to 10,000,000 iterations",
        "read only",
        "RFC 8018",
        ("derive",),
    ),
    Algorithm(
        "Argon2d", _KDBX, "versions 0x10 and 0x13, up to 1 GiB and 64 GiB of work", "read only", "RFC 9106", ("derive",)
    ),
    Algorithm("AES-KDF", _KDBX, "AES-256, up to 2^28 rounds, SHA-256", "read only", "KDBX 3.1 and 4", ("derive",)),
)

ALGORITHMS: dict[str, Algorithm] = {row.name: row for row in _ROWS}


def require(name: str, use: Use, among: Container[str] | None = None) -> Algorithm:
    """The algorithm ``name``, if the registry allows ``use`` of it.

    Args:
        name: as in ``ALGORITHMS``.
        use: a verb; "enrol" asks whether a new unlock method may rest on this key derivation.
        among: the names that the asking module knows.

    Raises:
        AlgorithmNotAllowedError: unknown, or not for this use.
    """
    algorithm = ALGORITHMS.get(name)
    if algorithm is None or use not in algorithm.uses or (among is not None and name not in among):
        raise AlgorithmNotAllowedError(name=name, use=use)
    return algorithm
