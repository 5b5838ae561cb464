"""``head``: the proof that no acknowledged change is missing.

8,192 bytes: two copies, at 0 and 4,096, of one 128-byte record. Copy A is synced before a write is acknowledged, copy
B is written after it and becomes durable with the next one, so that it may lag by two records after a crash.
"""

from __future__ import annotations

import enum
import struct
from typing import TYPE_CHECKING, NamedTuple

from ..crypto import mac

if TYPE_CHECKING:
    from pathlib import Path

    from .files import Files

NAME = "head"
SIZE = 8192
_COPY = 4096
_MAGIC = b"kvhead1\0"
_BODY = struct.Struct(">8sQ32sQ32s8x")
_RECORD = 128
_MAX_LAG = 2


def name_for(database: str) -> str:
    """The head's file name beside a database of that name: "head" for "vault.db", "head-7" for "vault-7.db"."""
    return NAME + database.removeprefix("vault").removesuffix(".db")


class HeadRecord(NamedTuple):
    """What the newest acknowledged state was."""

    commit: int
    chain: bytes  # hash of the newest audit record
    generation: int  # of the header
    digest: bytes  # SHA-256 of the header's line


class Verdict(enum.Enum):
    """How a database or a header stands to the head."""

    GOOD = enum.auto()
    NEXT = enum.auto()  # one further: a crash before the acknowledgement; kept
    MISSING = enum.auto()  # the head is further
    OTHER = enum.auto()  # the same number, other content
    AHEAD = enum.auto()  # more than one further: the head is old


class Found(NamedTuple):
    """What was read from ``head``. ``record`` None: neither copy verifies. ``mend``: the file is to be rewritten."""

    record: HeadRecord | None
    mend: bool
    finding: str  # in words; empty if there is nothing to say


class DatabaseTail(NamedTuple):
    """The newest commit of the database."""

    commit: int
    chain: bytes
    before: bytes  # hash of the last record of the commit before

    def after(self, chain: bytes) -> DatabaseTail:
        """The tail once the next commit, ending with ``chain``, is stored."""
        return DatabaseTail(self.commit + 1, chain, self.chain)


def encode(key: bytes, record: HeadRecord) -> bytes:
    """The 128 bytes: magic, commit number, chain head, header generation, header digest, reserve, HMAC-SHA256."""
    body = _BODY.pack(_MAGIC, *record)
    return body + mac.sign(key, body)


def _parse(key: bytes, copy: bytes) -> HeadRecord | None:
    """A copy's record; None if anything in its 4,096 bytes is not as it was written."""
    body, tag = copy[: _BODY.size], copy[_BODY.size : _RECORD]
    if len(copy) != _COPY or any(copy[_RECORD:]):
        return None
    if not mac.same(mac.sign(key, body), tag):
        return None
    magic, *fields = _BODY.unpack(body)
    return HeadRecord(*fields) if magic == _MAGIC else None


def read(key: bytes, data: bytes | None) -> Found:
    """Judge the file's bytes (None: there is no file)."""
    if data is None:
        return Found(None, mend=True, finding="missing")
    first, second = _parse(key, data[:_COPY]), _parse(key, data[_COPY:SIZE])
    if first is None and second is None:
        return Found(None, mend=True, finding="damaged")
    if first is None:
        return Found(second, mend=True, finding=_DAMAGED_FIRST)
    lag = None if second is None else (first.commit - second.commit) + (first.generation - second.generation)
    if lag is None or second is None or len(data) != SIZE or not _follows(second, first) or lag > _MAX_LAG:
        newest = first if second is None else max(first, second)
        return Found(newest, mend=True, finding=_DAMAGED)
    return Found(first, mend=first != second, finding="")


_DAMAGED = "The file head was damaged and was repaired from its twin."
_DAMAGED_FIRST = (
    "The newer copy in the file head was damaged and was repaired from its twin. "
    "If kvault was interrupted before that, up to two of its last changes could be missing unseen."
)


def _follows(older: HeadRecord, newer: HeadRecord) -> bool:
    if older.commit > newer.commit or older.generation > newer.generation:
        return False
    same_commit = older.commit == newer.commit and older.chain != newer.chain
    same_header = older.generation == newer.generation and older.digest != newer.digest
    return not same_commit and not same_header


def judge_database(head: HeadRecord, tail: DatabaseTail) -> Verdict:
    """How the database stands to the head (vault-format.md, "`head`")."""
    if tail.commit == head.commit:
        return Verdict.GOOD if tail.chain == head.chain else Verdict.OTHER
    if tail.commit == head.commit + 1:
        return Verdict.NEXT if tail.before == head.chain else Verdict.OTHER
    return Verdict.MISSING if tail.commit < head.commit else Verdict.AHEAD


def judge_header(head: HeadRecord, generation: int, digest: bytes) -> Verdict:
    """How a header with a good MAC stands to the head."""
    if generation == head.generation:
        return Verdict.GOOD if digest == head.digest else Verdict.OTHER
    if generation == head.generation + 1:
        return Verdict.NEXT
    return Verdict.MISSING if generation < head.generation else Verdict.AHEAD


class HeadFile:
    """The open file, for writing."""

    def __init__(self, path: Path, key: bytes, files: Files) -> None:
        self._files = files
        self._key = key
        self._descriptor = files.open(path)

    def write(self, record: HeadRecord) -> None:
        """Copy A, synced: from here on the record is acknowledged. Raises OSError."""
        self._files.write_at(self._descriptor, encode(self._key, record), 0)
        self._files.sync(self._descriptor)

    def write_twin(self, record: HeadRecord) -> None:
        """Copy B, without a sync of its own. Raises OSError."""
        self._files.write_at(self._descriptor, encode(self._key, record), _COPY)

    def sync(self) -> None:
        """Make copy B durable. Raises OSError."""
        self._files.sync(self._descriptor)

    def rewrite(self, record: HeadRecord) -> None:
        """Both copies and the space between, A first and synced before B is touched. Raises OSError."""
        whole = encode(self._key, record).ljust(_COPY, b"\0")
        self._files.write_at(self._descriptor, whole, 0)
        self._files.sync(self._descriptor)
        self._files.write_at(self._descriptor, whole, _COPY)
        self._files.truncate(self._descriptor, SIZE)
        self._files.sync(self._descriptor)

    def close(self) -> None:
        """Let go of the file."""
        self._files.close(self._descriptor)
