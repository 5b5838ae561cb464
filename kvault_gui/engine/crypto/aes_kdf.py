"""The rounds of AES-KDF (KDBX 3.1, and KDBX 4 where chosen). Only ``kdf`` calls this."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

if TYPE_CHECKING:
    from .data import Bytes

_BLOCK = 16
_ZEROS = bytes(1 << 16)  # 4,096 rounds a call: stays in the processor's cache


def transform(key: Bytes, seed: Bytes, rounds: int) -> bytes:
    """Encrypt each half of ``key`` ``rounds`` times under ``seed``."""
    return _iterate(bytes(key[:_BLOCK]), seed, rounds) + _iterate(bytes(key[_BLOCK:]), seed, rounds)


def _iterate(block: bytes, seed: Bytes, rounds: int) -> bytes:
    """E(E(...E(block))): CBC chains C[i] = E(0 xor C[i-1]) over zeros, so one native call does thousands of rounds."""
    chain = Cipher(AES256(bytes(seed)), CBC(bytes(_BLOCK))).encryptor()
    out = bytearray(len(_ZEROS) + _BLOCK)
    chain.update_into(block, out)
    last, left = bytes(out[:_BLOCK]), (rounds - 1) * _BLOCK
    while left:
        size = min(left, len(_ZEROS))
        chain.update_into(memoryview(_ZEROS)[:size], out)
        last, left = bytes(out[size - _BLOCK : size]), left - size
    return last
