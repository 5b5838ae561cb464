"""What lies inside the encryption of a KDBX file: gzip, and in version 4 an inner header with the attachments."""

from __future__ import annotations

import binascii
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...errors import FormatDamagedError
from .blocks import PIECE, Pull
from .ciphers import CHACHA20, NO_STREAM, SALSA20, InnerStream
from .limits import LIMITS, Limits, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..model import Dropped

_GZIP = 16 + zlib.MAX_WBITS
_END, _STREAM, _STREAM_KEY, _BINARY = 0, 1, 2, 3
_MAX_STREAM_KEY = 1024
_FIELD_HEAD = 5


@dataclass(repr=False)
class Binary:
    """An attachment's bytes; None when it was too large to keep."""

    data: bytes | None
    protected: bool


@dataclass(repr=False)
class Binaries:
    """The attachments of a file by the reference that entries use."""

    limits: Limits
    dropped: Dropped
    items: dict[str, Binary] = field(default_factory=dict)
    size: int = 0

    def add(self, ref: str, data: bytes | None, *, protected: bool) -> None:
        """Keep one; raises FormatLimitError when all together are too many."""
        self.size += len(data or b"")
        if self.size > self.limits.binaries or len(self.items) >= self.limits.binary_count:
            raise refuse("its attachments are too large or too many")
        if ref in self.items:
            raise FormatDamagedError(reason="two attachments have the same number")
        self.items[ref] = Binary(data, protected)


def _passed_ratio(read: int, given: int, limits: Limits) -> bool:
    return given > limits.ratio_from and given > read * limits.ratio


def decompress(pieces: Iterable[bytes], limits: Limits = LIMITS) -> Iterator[bytes]:
    """Unpack gzip in pieces of at most 64 KiB.

    Raises FormatLimitError when it unpacks to too much, FormatDamagedError when it is cut or altered.
    """
    engine = zlib.decompressobj(_GZIP)
    read = given = 0
    for piece in pieces:
        read += len(piece)
        left = piece
        while left and not engine.eof:
            try:
                found = engine.decompress(left, PIECE)
            except zlib.error:
                raise FormatDamagedError(reason="its compressed part is altered") from None
            left = engine.unconsumed_tail
            given += len(found)
            if given > limits.payload or _passed_ratio(read, given, limits):
                raise refuse("it unpacks to far more than it should")
            if found:
                yield found
        if engine.eof and (engine.unused_data or left).strip(b"\0"):
            raise FormatDamagedError(reason="something follows its compressed part")
    if not engine.eof:
        raise FormatDamagedError(reason="its compressed part is cut")


def unpack_small(data: bytes, limit: int) -> bytes:
    """Unpack one gzip value of at most ``limit`` bytes: an attachment of version 3. Nothing stays nothing."""
    if not data:
        return b""
    engine = zlib.decompressobj(_GZIP)
    try:
        found = engine.decompress(data, limit + 1)
    except zlib.error:
        raise FormatDamagedError(reason="a compressed attachment is altered") from None
    if len(found) > limit:
        raise refuse("an attachment unpacks to far more than it should")
    if not engine.eof:
        raise FormatDamagedError(reason="a compressed attachment is cut")
    return found


def measured(pieces: Iterable[bytes], limits: Limits = LIMITS) -> Iterator[bytes]:
    """Pass an uncompressed payload through in small pieces, bounded like a compressed one."""
    given = 0
    for piece in pieces:
        given += len(piece)
        if given > limits.payload:
            raise refuse("it is larger than any database")
        for at in range(0, len(piece), PIECE):
            yield piece[at : at + PIECE]


def read_inner_header(pull: Pull, binaries: Binaries) -> InnerStream:
    """Read the inner header of version 4: the inner stream, and every attachment into ``binaries``."""
    kind, key = NO_STREAM, b""
    number = 0
    while True:
        head = pull.take(_FIELD_HEAD)
        if len(head) != _FIELD_HEAD:
            raise FormatDamagedError(reason="its inner header is cut")
        size = int.from_bytes(head[1:], "little")
        if head[0] == _BINARY:
            _read_binary(pull, size, str(number), binaries)
            number += 1
            continue
        if size > _MAX_STREAM_KEY:
            raise refuse("its inner header has a field that is too large")
        data = pull.take(size)
        if len(data) != size:
            raise FormatDamagedError(reason="its inner header is cut")
        if head[0] == _END:
            break
        if head[0] == _STREAM:
            kind = int.from_bytes(data, "little")
        elif head[0] == _STREAM_KEY:
            key = data
    return inner_stream(kind, key)


def inner_stream(kind: int, key: bytes) -> InnerStream:
    """The inner stream; raises FormatDamagedError without a key."""
    if kind in (SALSA20, CHACHA20) and not key:
        raise FormatDamagedError(reason="the key of its protected values is missing")
    return InnerStream(kind, key)


def _read_binary(pull: Pull, size: int, ref: str, binaries: Binaries) -> None:
    if size == 0:
        raise FormatDamagedError(reason="its inner header is altered")
    protected = bool(pull.take(1)[:1] == b"\1")
    size -= 1
    if size > binaries.limits.binary:
        if pull.skip(size) != size:
            raise FormatDamagedError(reason="its inner header is cut")
        binaries.dropped.add("attachments over 64 MiB")
        binaries.add(ref, None, protected=protected)
        return
    data = pull.take(size)
    if len(data) != size:
        raise FormatDamagedError(reason="its inner header is cut")
    binaries.add(ref, data, protected=protected)


def from_base64(text: str, what: str) -> bytes:
    """Decode base64, white space allowed; raises FormatDamagedError naming ``what``."""
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError):
        pass
    try:
        return binascii.a2b_base64("".join(text.split()), strict_mode=True)
    except (binascii.Error, ValueError):
        raise FormatDamagedError(reason=f"{what} is not valid base64") from None
