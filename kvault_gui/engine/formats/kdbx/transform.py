"""From the composite key to the keys of a KDBX file."""

from __future__ import annotations

from typing import NamedTuple

from ...crypto import hashes, kdf, mac
from .blocks import block_key
from .header import Header, Kdf, KdfParameters

_HEADER_BLOCK = (1 << 64) - 1


class Keys(NamedTuple):
    """The payload's key, and the key from which version 4 derives one MAC key a block."""

    payload: bytes
    blocks: bytes


def _transform(composite: bytes, cost: KdfParameters) -> bytes:
    if cost.kdf in (Kdf.AES, Kdf.AES_KDBX4):
        return kdf.derive_aes_kdf(composite, cost.salt, cost.rounds)
    return kdf.derive_argon2_foreign(
        "d" if cost.kdf is Kdf.ARGON2D else "id",
        composite,
        salt=cost.salt,
        memory_kib=cost.memory,
        iterations=cost.rounds,
        lanes=cost.lanes,
        version=cost.version,
        key=cost.secret,
        associated=cost.associated,
    )


def derive_keys(composite: bytes, header: Header) -> Keys:
    """Run the key derivation that ``header`` asks for. Raises KdfCostError before any memory is taken."""
    whole = header.seed + _transform(composite, header.kdf)
    return Keys(hashes.sha256(whole), hashes.digest("SHA-512", whole + b"\1"))


def header_mac(raw: bytes, keys: Keys) -> bytes:
    """HMAC-SHA256 over a version 4 header."""
    return mac.sign(block_key(_HEADER_BLOCK, keys.blocks), raw)
