"""The known answers, from published test vectors. ``WHERE`` tells the file and the standard of each."""

from __future__ import annotations

# name that a primitive gives to selftest.ensure: (file in this folder, standard whose answer is compared)
WHERE: dict[str, tuple[str, str]] = {
    "random": ("symmetric", "NIST SP 800-90B, 4.4.1 (repetition)"),
    "SHA-256": ("symmetric", "FIPS 180-4"),
    "SHA-512": ("symmetric", "FIPS 180-4"),
    "SHA-3-256": ("symmetric", "FIPS 202"),
    "BLAKE2b": ("symmetric", "RFC 7693"),
    "HMAC-SHA256": ("symmetric", "RFC 2104, RFC 4231"),
    "AES-256-GCM": ("symmetric", "NIST SP 800-38D"),
    "ChaCha20-Poly1305": ("symmetric", "RFC 8439"),
    "XSalsa20-Poly1305": ("symmetric", "NaCl"),
    "HKDF-SHA256": ("derivation", "RFC 5869"),
    "PBKDF2-SHA256": ("derivation", "RFC 8018"),
    "Argon2id": ("derivation", "RFC 9106"),
    "Argon2 (lanes)": ("derivation", "RFC 9106"),
    "AES-KDF": ("derivation", "KDBX (FIPS 197)"),
    "Ed25519": ("signatures", "RFC 8032"),
}
