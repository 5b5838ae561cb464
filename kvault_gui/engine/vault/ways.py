"""Changing the ways into an open vault: the order in which it is done, their public keys, when each was used."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import msgspec

from ..api import Category, Outcome
from ..errors import KvaultError, OutcomeUnknownError
from .reading import numbers, select
from .schema import SLOT_KEY, SLOT_USE, from_micros, to_micros

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..store.header import Header, Slot
    from ..store.store import Store
    from ..store.transaction import Tx
    from .context import Details, Vault


def nothing_more(tx: Tx) -> None:
    """For a change that has nothing to store beside the header."""
    del tx


def change_header(
    vault: Vault,
    change: Callable[[Header], Header],
    action: str,
    *,
    object: str,  # noqa: A002 the record's word
    details: Mapping[str, str | int] | None = None,
    after: Callable[[Tx], None] = nothing_more,
) -> None:
    """Change the ways in: a record that it begins, the header, then a transaction with the record that it is done.

    That transaction binds the new header to the database; ``after`` adds to it. A kill at any point leaves a header
    that is whole, the one before or the one after, and a vault that opens with it.

    Raises DiskFullError (nothing changed), FolderPermissionError, OutcomeUnknownError.
    """
    more: Details = dict(details or {})
    vault.record(action, Category.TRUST, object=object, outcome=Outcome.BEGUN, details=more)
    try:
        vault.store.rewrite_header(change)
    except KvaultError as error:
        if not isinstance(error, OutcomeUnknownError):
            with contextlib.suppress(KvaultError):  # the first error is the one to tell
                vault.record(action, Category.TRUST, object=object, outcome=Outcome.FAILED, details=more)
        raise
    with vault.change(action, category=Category.TRUST, object=object) as work:
        work.details.update(more)
        after(work.tx)
        _forget_removed(work.tx, {slot.id for slot in vault.store.header.slots})


def without(header: Header, old: Slot) -> Header:
    """The header less one way in."""
    return msgspec.structs.replace(header, slots=[slot for slot in header.slots if slot.id != old.id])


def exchanged(header: Header, old: Slot, new: Slot) -> Header:
    """The header with ``new`` in the place of ``old``."""
    return msgspec.structs.replace(header, slots=[new if slot.id == old.id else slot for slot in header.slots])


# --- public keys -----------------------------------------------------------------------------------------------------


def _rows(source: Store | Tx) -> list[tuple[Any, ...]]:
    return [*source.rows(SLOT_KEY, numbers(source, "select id from slot_key order by id"))]


def public_keys(vault: Vault) -> dict[str, bytes]:
    """The public key of each way in of the header that has one, by slot id; verified. Raises OldRowsError."""
    known = {str(row[1]): bytes(row[2]) for row in _rows(vault.store)}
    return {slot.id: known[slot.id] for slot in vault.store.header.slots if slot.id in known}


def keep_public_key(tx: Tx, slot: Slot, public: bytes, now: float) -> None:
    """Keep a way in's public key, in the transaction that follows the change of the header."""
    for row in _rows(tx):
        if row[1] == slot.id:
            tx.update(SLOT_KEY, row[0], {"public": public})
            return
    tx.insert(SLOT_KEY, {"slot": slot.id, "public": public, "created": to_micros(now)})


def _forget_removed(tx: Tx, kept: set[str]) -> None:
    for row in _rows(tx):
        if row[1] not in kept:
            tx.delete(SLOT_KEY, row[0])


# --- last use --------------------------------------------------------------------------------------------------------

_USED = (
    "insert into slot_use(slot, used, count) values (?, ?, 1) on conflict(slot) do update set"
    " used = max(used, excluded.used), count = count + 1"
)


def note_use(tx: Tx, slot: str, now: float) -> None:
    """A way in opened the vault."""
    tx.derived(_USED, slot, to_micros(now))


def carry_use(tx: Tx, before: str, after: str) -> None:
    """A way in was renewed and has another id now."""
    tx.derived("update or replace slot_use set slot = ? where slot = ?", after, before)


def last_used(vault: Vault) -> dict[str, float]:
    """When each way in opened the vault last, by slot id."""
    if SLOT_USE.name in vault.store.lacking and vault.store.read_only:
        return {}
    return {slot: from_micros(used) for slot, used in select(vault.store, "select slot, used from slot_use")}


def rebuild_uses(tx: Tx, vault: Vault) -> None:
    """Count anew from the log. Records of an earlier kvault name the way in by its label alone.

    Raises AuditBrokenError.
    """
    tx.rebuild(SLOT_USE)
    labels = {slot.label: slot.id for slot in vault.store.header.slots}
    for number in numbers(tx, "select n from audit_index where category = 'unlock' order by n"):
        for record in vault.log.read(number, 1):
            if record.action == "vault.unlocked":
                told = record.details.get("slot id", labels.get(str(record.details.get("slot"))))
                if told is not None:
                    note_use(tx, str(told), record.time)
