"""The keyed set hash over all live rows, in buckets of 256 rows.

A row's hash is BLAKE2b-512 (RFC 7693), keyed, over its CBOR encoding [table number, id, other columns in order]; a
bucket's sum is the sum of its rows' hashes modulo 2^512 (MSet-Add-Hash, Clarke et al. 2003), so that a change costs
the same however many rows there are.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import cbor2

from ..crypto import selftest
from ..errors import InvalidInputError

if TYPE_CHECKING:
    from .tables import Row

SIZE = 64  # bytes of a sum
MASK = (1 << 512) - 1
BUCKET_BITS = 8
BUCKET_ROWS = 1 << BUCKET_BITS
_TABLE_SHIFT = 48


def row_hash(key: bytes, table: int, row: Row) -> int:
    """The hash of one row; floats count as 64 bits, integers in their shortest form.

    Raises:
        InvalidInputError: text that is not Unicode.
        SelfTestError: the module is in its error state.
    """
    selftest.ensure("BLAKE2b")  # and hashlib itself below: hashes.blake2b_keyed costs each row a twelfth more
    try:
        encoded = cbor2.dumps([table, *row])
    except UnicodeEncodeError as error:
        raise InvalidInputError(reason="A text holds half a surrogate pair and cannot be stored") from error
    return int.from_bytes(hashlib.blake2b(encoded, key=key, digest_size=SIZE).digest(), "big")


def bucket_of(table: int, row_id: int) -> int:
    """The number of the bucket in which a row lies: table number and the id's upper bits."""
    return table << _TABLE_SHIFT | row_id >> BUCKET_BITS


def bucket_range(bucket: int) -> tuple[int, int, int]:
    """Table number, first id and the id after the last of a bucket."""
    first = (bucket & ((1 << _TABLE_SHIFT) - 1)) << BUCKET_BITS
    return bucket >> _TABLE_SHIFT, first, first + BUCKET_ROWS


def to_bytes(total: int) -> bytes:
    """A sum as it is stored: 64 bytes, big-endian."""
    return total.to_bytes(SIZE, "big")
