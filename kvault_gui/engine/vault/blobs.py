"""Values over 4 KiB: sealed by STREAM, stored in chunks outside the version's row, never changed afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..crypto import hashes, mac, stream
from ..crypto.rng import random_bytes
from ..errors import AuthenticationError, ValueDamagedError
from .reading import numbers, select
from .schema import BLOB, BlobRow
from .sealing import BlobPlace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..store.transaction import Tx
    from .context import Vault
    from .records import FieldRecord, Home

_CHUNK = 1 << 20  # bytes


def _chunks(value: bytes | bytearray) -> Iterator[bytes]:
    for start in range(0, len(value), _CHUNK):
        yield bytes(value[start : start + _CHUNK])


def _digest(chunks: list[bytes]) -> bytes:
    whole = hashes.new("SHA-256")
    for chunk in chunks:
        whole.update(chunk)
    return whole.digest()


def store(vault: Vault, tx: Tx, value: bytes | bytearray, home: Home, name: str, form: str) -> int:
    """Seal and store; returns the blob's row id."""
    uid, salt = random_bytes(16), random_bytes(32)
    key = vault.keys.blob_key(namespace=home.namespace, epoch=home.epoch, blob=uid, salt=salt)
    place = BlobPlace(home.namespace, home.epoch, home.secret, home.version, name, form, uid, len(value))
    sealed = list(stream.seal_chunks(key, _chunks(value), vault.keys.blob_aad(place)))
    number = tx.insert(
        BLOB,
        {
            "uid": uid,
            "entry": home.secret,
            "size": len(value),
            "digest": _digest(sealed),
            "salt": salt,
            "namespace": home.namespace,
            "epoch": home.epoch,
            "version": home.version,
            "type": form,
        },
    )
    for step, chunk in enumerate(sealed):
        tx.derived("insert into chunk(blob, number, data) values(?, ?, ?)", number, step, chunk)
    return number


def load(vault: Vault, record: FieldRecord, secret: bytes) -> bytes:
    """Open a blob. Raises ValueDamagedError, OldRowsError, NotPermittedError."""
    found = None if record.blob is None else vault.store.row(BLOB, record.blob)
    if found is None:
        raise ValueDamagedError(field=record.name)
    row = BlobRow._make(found)
    stored = select(vault.store, "select data from chunk where blob = ? order by number", row.id)
    sealed: list[bytes] = [chunk for (chunk,) in stored]
    if not mac.same(_digest(sealed), row.digest):
        raise ValueDamagedError(field=record.name)
    key = vault.keys.blob_key(namespace=row.namespace, epoch=row.epoch, blob=row.uid, salt=row.salt)
    place = BlobPlace(row.namespace, row.epoch, secret, row.version, record.name, row.type, row.uid, record.size)
    try:
        return b"".join(stream.open_chunks(key, sealed, vault.keys.blob_aad(place)))
    except AuthenticationError as error:
        raise ValueDamagedError(field=record.name) from error


def remove(tx: Tx, secret: bytes) -> None:
    """Delete every blob of an entry that is deleted for ever."""
    for number in numbers(tx, "select id from blob where entry = ?", secret):
        stored = tx.row(BLOB, number)
        if stored is not None and BlobRow._make(stored).entry == secret:  # the row decides, not the index
            tx.derived("delete from chunk where blob = ?", number)
            tx.delete(BLOB, number)
