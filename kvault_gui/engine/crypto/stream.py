"""STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): authenticated encryption of data of any size, piece by piece.

    header   4 bytes   segment size in bytes, big-endian
            32 bytes   random salt
    segment  AES-256-GCM of up to that many bytes of plaintext, and its 16-byte tag; all but the last are full

Key and nonce prefix of a stream are HKDF-SHA256(key, salt, "kvault stream 1" | segment size): 32 and 7 bytes. The nonce
of a segment is prefix | number (4 bytes, big-endian) | 1 for the last, 0 otherwise; its associated data is the
caller's. So segments can be neither cut off, added, repeated nor exchanged. What ``open_chunks`` has yielded is
authentic and in order; that nothing is missing is known when it has ended without an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ..errors import AuthenticationError, InvalidInputError
from . import kdf, rng, selftest
from .data import exact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .data import Bytes

ALGORITHM = "AES-256-GCM-STREAM"
SEGMENT = 1 << 20
MIN_SEGMENT = 1 << 10
MAX_SEGMENT = 16 << 20
HEADER_BYTES = 4 + 32
_TAG = 16
_PREFIX = 7
_MAX_SEGMENTS = 1 << 32
_LABEL = b"kvault stream 1"


class _Segments:
    """The key of one stream and the number of its next segment."""

    def __init__(self, key: Bytes, header: bytes) -> None:
        self.size = int.from_bytes(header[:4], "big")
        derived = kdf.derive_hkdf(key, salt=header[4:], info=_LABEL + header[:4], length=32 + _PREFIX)
        self._cipher = AESGCM(derived[:32])
        self._prefix = derived[32:]
        self._number = 0

    def seal(self, plaintext: Bytes, aad: Bytes, *, last: bool) -> bytes:
        return self._cipher.encrypt(self._nonce(last=last), plaintext, aad)

    def open(self, ciphertext: Bytes, aad: Bytes, *, last: bool) -> bytes:
        if last and self._number and len(ciphertext) == _TAG:  # an empty one follows no other
            raise AuthenticationError
        try:
            return self._cipher.decrypt(self._nonce(last=last), ciphertext, aad)
        except InvalidTag:
            raise AuthenticationError from None

    def _nonce(self, *, last: bool) -> bytes:
        if self._number >= _MAX_SEGMENTS:
            raise InvalidInputError(reason="The data is too large for one stream")
        nonce = self._prefix + self._number.to_bytes(4, "big") + bytes([last])
        self._number += 1
        return nonce


def seal_chunks(key: Bytes, chunks: Iterable[Bytes], aad: Bytes = b"", *, segment: int = SEGMENT) -> Iterator[bytes]:
    """Encrypt ``chunks`` (cut anyhow): the header, then a segment at a time.

    Args:
        key: 32 bytes; may serve many streams.
        chunks: the plaintext.
        aad: what to bind the stream to.
        segment: bytes of plaintext a segment, 1 KiB to 16 MiB.

    Raises:
        InvalidInputError: a key or segment size out of range, or 2^32 segments.
        SelfTestError: the module is in its error state.
    """
    _check(key, segment)
    yield from _seal(key, segment.to_bytes(4, "big") + rng.random_bytes(32), chunks, aad)


def open_chunks(key: Bytes, chunks: Iterable[Bytes], aad: Bytes = b"") -> Iterator[bytes]:
    """Decrypt what ``seal_chunks`` made, cut anyhow: a segment's plaintext at a time.

    Raises:
        AuthenticationError: altered, cut, exchanged, or with another key or ``aad``; nothing altered was yielded.
        InvalidInputError: a key that is not 32 bytes.
        SelfTestError: the module is in its error state.
    """
    _check(key, SEGMENT)
    source = iter(chunks)
    start = bytearray()
    for chunk in source:
        start += chunk
        if len(start) >= HEADER_BYTES:
            break
    header = bytes(start[:HEADER_BYTES])
    size = int.from_bytes(header[:4], "big")
    if len(header) < HEADER_BYTES or not MIN_SEGMENT <= size <= MAX_SEGMENT:
        raise AuthenticationError
    segments = _Segments(key, header)
    for piece, last in _cut(_before(bytes(start[HEADER_BYTES:]), source), size + _TAG):
        yield segments.open(piece, aad, last=last)


def seal(key: Bytes, plaintext: Bytes, aad: Bytes = b"", *, segment: int = SEGMENT) -> bytes:
    """``seal_chunks`` of data that is here as a whole."""
    return b"".join(seal_chunks(key, [plaintext], aad, segment=segment))


def open_sealed(key: Bytes, sealed: Bytes, aad: Bytes = b"") -> bytes:
    """``open_chunks`` of data that is here as a whole: all of it or AuthenticationError."""
    return b"".join(open_chunks(key, [sealed], aad))


def sealed_size(plaintext: int, segment: int = SEGMENT) -> int:
    """How many bytes a stream of ``plaintext`` bytes takes."""
    return HEADER_BYTES + plaintext + _TAG * max(1, -(-plaintext // segment))


def _seal(key: Bytes, header: bytes, chunks: Iterable[Bytes], aad: Bytes) -> Iterator[bytes]:
    segments = _Segments(key, header)
    yield header
    for piece, last in _cut(chunks, segments.size):
        yield segments.seal(piece, aad, last=last)


def _cut(chunks: Iterable[Bytes], size: int) -> Iterator[tuple[Bytes, bool]]:
    """Pieces of exactly ``size`` bytes, the last one shorter or equal, each with whether it is the last."""
    held: bytes | bytearray = b""
    for chunk in chunks:
        if not held and isinstance(chunk, bytes) and len(chunk) == size:
            held = chunk  # the usual case: nothing is copied
            continue
        if not len(chunk):
            continue
        view = memoryview(chunk).cast("B")
        while held and len(held) + len(view) > size:
            missing = size - len(held)
            yield (b"".join((held, view[:missing])) if missing else held), False
            view = view[missing:]
            held = b""
        while len(view) > size:
            yield view[:size], False
            view = view[size:]
        held = bytearray(held)
        held += view
    yield held, True


def _before(first: bytes, rest: Iterable[Bytes]) -> Iterator[Bytes]:
    yield first
    yield from rest


def _check(key: Bytes, segment: int) -> None:
    selftest.ensure(ALGORITHM)
    exact(key, 32, "The key of a stream")
    if not MIN_SEGMENT <= segment <= MAX_SEGMENT:
        raise InvalidInputError(reason=f"A segment has {MIN_SEGMENT} to {MAX_SEGMENT} bytes")
