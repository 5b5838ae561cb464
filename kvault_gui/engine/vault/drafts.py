"""Edits that were not stored, sealed under the user key, so that a lock never loses them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from ..api import Category, Draft
from ..errors import DamagedError, InvalidInputError
from .access import Action, check
from .reading import number, numbers
from .schema import DRAFT, to_micros

if TYPE_CHECKING:
    from ..store.transaction import Tx
    from .context import Vault
    from .sealing import Keyring

MAX_DRAFT = 80 << 20  # bytes, sealed: one attachment and its entry
MAX_DRAFTS = 100
_SEALED_AS = "draft"
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Draft)


def _rows(vault: Vault, entry: int | None) -> list[int]:
    return numbers(vault.store, "select id from draft where entry is ?", entry)


def save(vault: Vault, draft: Draft) -> None:
    """Keep a draft in place of that of the same entry."""
    check(vault, Action.WRITE)
    stamped = Draft(draft.entry, draft.base_version, draft.input, vault.clock())
    body = _encoder.encode(stamped)
    if len(body) > MAX_DRAFT:
        raise InvalidInputError(reason="The draft is too large to be kept", field="draft")
    known = _rows(vault, draft.entry)
    if not known and count(vault) >= MAX_DRAFTS:
        raise InvalidInputError(reason=f"At most {MAX_DRAFTS} drafts are kept", field="draft")
    values: dict[str, object] = {
        "entry": draft.entry,
        "base": draft.base_version,
        "time": to_micros(stamped.time),
        "body": vault.keys.seal_private(body, _SEALED_AS),
    }
    with vault.change("draft.saved", category=Category.SYSTEM, object=draft.input.title) as work:
        if known:
            work.tx.update(DRAFT, known[0], values)
        else:
            work.tx.insert(DRAFT, values)


def count(vault: Vault) -> int:
    """How many wait."""
    return number(vault.store, "select count(*) from draft")


def listing(vault: Vault) -> list[Draft]:
    """What waits, newest first. A draft that cannot be opened is reported by check, not here."""
    check(vault, Action.WRITE)
    stored: list[tuple[Any, ...]] = [
        *vault.store.rows(DRAFT, numbers(vault.store, "select id from draft order by time desc"))
    ]
    return [decode(vault, row[4]) for row in stored]


def decode(vault: Vault, body: bytes) -> Draft:
    """Open one. Raises ValueDamagedError, DamagedError."""
    try:
        return _decoder.decode(vault.keys.open_private(body, _SEALED_AS))
    except msgspec.MsgspecError as error:
        raise DamagedError(reason="a draft cannot be read") from error


def reseal(tx: Tx, old: Keyring, new: Keyring) -> None:
    """Seal every draft under another user key."""
    stored: list[tuple[Any, ...]] = [*tx.rows(DRAFT, numbers(tx, "select id from draft"))]
    for row in stored:
        tx.update(DRAFT, row[0], {"body": new.seal_private(old.open_private(row[4], _SEALED_AS), _SEALED_AS)})


def discard(vault: Vault, entry: int | None) -> None:
    """Forget the draft of an entry; nothing happens if there is none."""
    check(vault, Action.WRITE)
    known = _rows(vault, entry)
    if not known:
        return
    with vault.change("draft.discarded", category=Category.SYSTEM) as work:
        for row in known:
            work.tx.delete(DRAFT, row)
