"""Blocks of a KDBX file, each authenticated before a byte of it is used.

Version 3 frames the plaintext in blocks with SHA-256; version 4 frames the ciphertext in blocks with HMAC-SHA256
(keepass.info/help/kb/kdbx.html, "Encrypted data").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from ...crypto import hashes, mac
from ...errors import FormatDamagedError
from .limits import LIMITS, Limits, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BLOCK = 1 << 20
_HASHED_HEAD = 4 + 32 + 4
_MAC_HEAD = 32 + 4
PIECE = 1 << 16


class Pull:
    """Takes exact numbers of bytes out of a stream of pieces."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._held = b""
        self._at = 0

    def take(self, size: int) -> bytes:
        """Exactly ``size`` bytes, or fewer at the end."""
        if self._at + size <= len(self._held):
            self._at += size
            return self._held[self._at - size : self._at]
        found = bytearray(self._held[self._at :])
        self._held, self._at = b"", 0
        for piece in self._pieces:
            need = size - len(found)
            found += piece[:need]
            if len(piece) >= need:
                self._held, self._at = piece, need
                break
        return bytes(found)

    def skip(self, size: int) -> int:
        """Pass over ``size`` bytes without keeping them; returns how many there were."""
        left = size
        while left:
            found = len(self.take(min(left, PIECE)))
            if not found:
                break
            left -= found
        return size - left

    def rest(self) -> Iterator[bytes]:
        """Everything that is left."""
        if self._at < len(self._held):
            yield self._held[self._at :]
        self._held, self._at = b"", 0
        yield from self._pieces


def read_hashed(pull: Pull, limits: Limits = LIMITS) -> Iterator[bytes]:
    """The content of version 3 blocks: number (4), SHA-256 (32), size (4), data; ends with size 0."""
    number = 0
    while True:
        head = pull.take(_HASHED_HEAD)
        if len(head) != _HASHED_HEAD:
            raise FormatDamagedError(reason="its end is missing")
        digest, size = head[4:36], int.from_bytes(head[36:], "little")
        if int.from_bytes(head[:4], "little") != number:
            raise FormatDamagedError(reason=f"block {number} is missing or out of order")
        if size == 0:
            if digest != bytes(32):
                raise FormatDamagedError(reason="its last block is altered")
            return
        if size > limits.block:
            raise refuse(f"block {number} claims {size:,} bytes")
        data = pull.take(size)
        if len(data) != size:
            raise FormatDamagedError(reason=f"it ends inside block {number}")
        if hashes.sha256(data) != digest:
            raise FormatDamagedError(reason=f"block {number} is altered")
        yield data
        number += 1


def block_key(number: int, key: bytes) -> bytes:
    """The HMAC key of a block; the header's is number 2^64 - 1."""
    return hashes.digest("SHA-512", number.to_bytes(8, "little") + key)


def _mac(number: int, key: bytes, data: bytes) -> bytes:
    running = mac.new(block_key(number, key))
    running.update(number.to_bytes(8, "little") + len(data).to_bytes(4, "little"))
    running.update(data)
    return running.digest()


def read_authenticated(source: BinaryIO, key: bytes, limits: Limits = LIMITS) -> Iterator[bytes]:
    """The content of version 4 blocks: HMAC (32), size (4), data; ends with an authenticated block of size 0."""
    number = 0
    while True:
        head = source.read(_MAC_HEAD)
        if len(head) != _MAC_HEAD:
            raise FormatDamagedError(reason="its end is missing")
        size = int.from_bytes(head[32:], "little")
        if size > limits.block:
            raise refuse(f"block {number} claims {size:,} bytes")
        data = source.read(size)
        if len(data) != size:
            raise FormatDamagedError(reason=f"it ends inside block {number}")
        if not mac.same(_mac(number, key, data), head[:32]):
            raise FormatDamagedError(reason=f"block {number} is altered, missing or out of order")
        if size == 0:
            return
        yield data
        number += 1


class BlockWriter:
    """Frames what it is given in version 4 blocks of 1 MiB."""

    def __init__(self, target: BinaryIO, key: bytes) -> None:
        self._target = target
        self._key = key
        self._held = bytearray()
        self._number = 0

    def write(self, data: bytes) -> None:
        """Take ciphertext; whole blocks go out."""
        self._held += data
        while len(self._held) >= BLOCK:
            self._put(bytes(self._held[:BLOCK]))
            del self._held[:BLOCK]

    def finish(self) -> None:
        """Write what is left and the closing block."""
        if self._held:
            self._put(bytes(self._held))
            self._held.clear()
        self._put(b"")

    def _put(self, data: bytes) -> None:
        self._target.write(_mac(self._number, self._key, data) + len(data).to_bytes(4, "little") + data)
        self._number += 1
