"""The chain of audit records: the store's envelope around contents that it does not look into.

A record is the canonical CBOR of [number, hash of the record before, commit number, set-hash total or null, content];
its hash is SHA-256 over exactly these bytes. The total stands in the last record of a commit.
"""

from __future__ import annotations

from typing import NamedTuple

import cbor2

from ..crypto import canonical, hashes
from ..errors import AuditBrokenError, InvalidInputError
from .sethash import SIZE

START = bytes(32)  # what the first record names as the one before
MAX_CONTENT = 1 << 18  # bytes
MAX_RECORD = MAX_CONTENT + 256


class Link(NamedTuple):
    """A record taken apart."""

    number: int
    previous: bytes
    commit: int
    total: bytes | None
    content: bytes


def encode(link: Link) -> bytes:
    """The record's bytes. Raises InvalidInputError for too large a content."""
    if len(link.content) > MAX_CONTENT:
        raise InvalidInputError(reason="The audit record is too large")
    return canonical.encode(list(link))


def digest(record: bytes) -> bytes:
    """The record's hash."""
    return hashes.sha256(record)


def decode(number: int, record: bytes) -> Link:
    """Take the record stored under ``number`` apart. Raises AuditBrokenError if it is none."""
    if len(record) > MAX_RECORD:
        raise AuditBrokenError(number=number)
    try:
        parts = cbor2.loads(record, allow_indefinite=False)
    except (cbor2.CBORDecodeError, ValueError, TypeError, RecursionError) as error:
        raise AuditBrokenError(number=number) from error
    match parts:
        case [int(found), bytes(previous), int(commit), bytes() | None as total, bytes(content)] if (
            found == number
            and len(previous) == len(START)
            and (total is None or len(total) == SIZE)
            # Of a list of numbers and bytes cbor2 makes the deterministic encoding; there is no second spelling.
            and cbor2.dumps(parts) == record
        ):
            return Link(found, previous, commit, total, content)
        case _:
            raise AuditBrokenError(number=number)
