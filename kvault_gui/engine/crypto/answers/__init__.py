"""The known answers, from published test vectors. ``WHERE`` tells the file and the standard of each."""

from __future__ import annotations

_HPKE = ("post_quantum", "RFC 9180")
_RSA = ("rsa", "RFC 8017")

# name that a primitive gives to selftest.ensure: (file in this folder, standard whose answer is compared)
WHERE: dict[str, tuple[str, str]] = {
    "random": ("symmetric", "NIST SP 800-90B, 4.4.1 (repetition)"),
    "SHA-256": ("symmetric", "FIPS 180-4"),
    "SHA-512": ("symmetric", "FIPS 180-4"),
    "SHA-3-256": ("symmetric", "FIPS 202"),
    "BLAKE2b": ("symmetric", "RFC 7693"),
    "HMAC-SHA256": ("symmetric", "RFC 4231"),
    "AES-256-GCM": ("symmetric", "NIST SP 800-38D"),
    "ChaCha20-Poly1305": ("symmetric", "RFC 8439"),
    "XSalsa20-Poly1305": ("symmetric", "NaCl crypto_secretbox"),
    "AES-256-GCM-STREAM": ("symmetric", "STREAM (Hoang et al. 2015)"),
    "AES-256-KW": ("symmetric", "RFC 3394"),
    "AES-256-KWP": ("symmetric", "RFC 5649"),
    "HKDF-SHA256": ("derivation", "RFC 5869"),
    "PBKDF2-SHA256": ("derivation", "RFC 8018"),
    "Argon2id": ("derivation", "RFC 9106"),
    "Argon2 (lanes)": ("derivation", "RFC 9106"),
    "AES-KDF": ("derivation", "KDBX, FIPS 197"),
    "X25519": ("derivation", "RFC 7748"),
    "Ed25519": ("signatures", "RFC 8032"),
    "ML-DSA-65": ("post_quantum", "FIPS 204"),
    "ML-DSA-87": ("post_quantum", "FIPS 204"),
    "ML-KEM-768": ("post_quantum", "FIPS 203"),
    "ML-KEM-1024": ("post_quantum", "FIPS 203"),
    "HPKE-MLKEM768-X25519-AES-256-GCM": _HPKE,
    "HPKE-MLKEM768-X25519-ChaCha20-Poly1305": _HPKE,
    "HPKE-X25519-AES-256-GCM": _HPKE,
    "HPKE-X25519-ChaCha20-Poly1305": _HPKE,
    "RSA-4096-PSS": _RSA,
    "RSA-4096-PSS-SHA512": _RSA,
    "RSA-3072-PSS": _RSA,
    "RSA-2048-PSS": _RSA,
    "RSA-4096-OAEP-SHA256": _RSA,
    "RSA-3072-OAEP-SHA256": _RSA,
    "RSA-2048-OAEP-SHA256": _RSA,
    "RSA-KEM": ("card_keys", "RFC 9690"),
    "RSA-PKCS1-v1_5": ("card_keys", "RFC 8017"),
    "ECDH": ("card_keys", "NIST SP 800-56A, RFC 7027"),
}
