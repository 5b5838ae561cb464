"""New keys for an open vault: UK in place, VK in a new file. No way in has to be given again.

Every way in is carried over by encrypting the new keys to its own public key. UK changes in three durable steps:
a link in the database, in which the new key leads to the old one; the header; the wraps in the database. Whatever
interrupts, the key that the header gives tells which step was reached, and the next opening finishes or takes back.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from ..api import Category, Outcome, Progress
from ..crypto.rng import random_bytes
from ..errors import (
    DamagedError,
    KvaultError,
    NotPermittedError,
    RotationRunningError,
    ValueDamagedError,
    WaysNotCarriedError,
)
from ..store.keys import StoreKeys
from ..store.rekeying import New
from . import drafts, identity, slots, ways
from .access import Action, check
from .reading import numbers
from .schema import NAMESPACE_KEY, OLD_VAULT_KEY, USER_KEY_LINK, to_micros
from .sealing import open_under, seal_under
from .slots import Keys

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from ..store.header import Header
    from ..store.transaction import Tx
    from .context import Vault
    from .sealing import Keyring

_KEY = 32
_LINK = b"kvault user key link v1"
_OLD, _NEW = "old user key", "new user key"
_BACKUP = b"kvault old vault key v1"
_STEPS = 3


@contextlib.contextmanager
def _alone(vault: Vault) -> Iterator[None]:
    """One rotation at a time. Jobs take turns: a second one would carry on with keys that the first one ends.

    Raises RotationRunningError.
    """
    if vault.rotating:
        raise RotationRunningError
    vault.rotating = True
    try:
        yield
    finally:
        vault.rotating = False


class _Carried(NamedTuple):
    public: dict[str, bytes]  # by slot id
    dropped: list[str]  # titles of the ways in that end


def _carried(vault: Vault, *, sure: bool) -> _Carried:
    """What can be carried over. Raises WaysNotCarriedError, NotPermittedError."""
    check(vault, Action.MANAGE)
    if vault.opened_by.uk is None:
        raise NotPermittedError(who="this session", act="make new keys: it was opened by a way in that reads no values")
    public = ways.public_keys(vault)
    dropped = [slot.title for slot in vault.store.header.slots if slot.id not in public]
    if len(dropped) == len(vault.store.header.slots) or (dropped and not sure):
        raise WaysNotCarriedError(names=", ".join(dropped))
    return _Carried(public, dropped)


def _change(vault: Vault, header: Header, carried: _Carried, keys: Keys) -> Header:
    """The header with every slot carried over, also one that was added since it was looked."""
    public = carried.public | ways.public_keys(vault)
    kept = [slots.carry(vault.id.hex(), slot, public[slot.id], keys) for slot in header.slots if slot.id in public]
    return msgspec.structs.replace(header, slots=kept)


def _notes(carried: _Carried) -> list[str]:
    if not carried.dropped:
        return []
    return [f"These ways in could not be carried over and are gone: {', '.join(carried.dropped)}."]


# --- UK --------------------------------------------------------------------------------------------------------------


def user_key(vault: Vault, *, sure: bool) -> Generator[Progress, None, list[str]]:
    """A new user key; returns notes.

    Raises WaysNotCarriedError unless ``sure``, NotPermittedError, RotationRunningError.
    """
    with _alone(vault):
        return (yield from _user_key(vault, sure=sure))


def _user_key(vault: Vault, *, sure: bool) -> Generator[Progress, None, list[str]]:
    carried = _carried(vault, sure=sure)
    settle(vault)
    _try_to_wrap(vault)
    old = vault.opened_by
    assert old.uk is not None  # noqa: S101 _carried has looked
    new = Keys(old.vk, random_bytes(_KEY))
    with vault.change("key.rotating", category=Category.TRUST, object="user key", outcome=Outcome.BEGUN) as work:
        work.tx.insert(USER_KEY_LINK, _link(vault, old.uk, new.uk or b""))
    yield Progress(1, _STEPS)
    vault.store.rewrite_header(lambda header: _change(vault, header, carried, new))
    vault.opened_by = new
    _finish(vault, vault.keys, vault.keys.with_user_key(new.uk or b""))
    yield Progress(_STEPS, _STEPS)
    return _notes(carried)


def _link(vault: Vault, old: bytes, new: bytes) -> dict[str, object]:
    # The second box is empty and only tells which key it fits: who kept the old key must not be led to the new one.
    return {
        "old": seal_under(new, vault.id, _LINK, old, _OLD),
        "new": seal_under(old, vault.id, _LINK, b"", _NEW),
        "created": to_micros(vault.clock()),
    }


def _finish(vault: Vault, old: Keyring, new: Keyring) -> None:
    """Wrap under the new key what is wrapped under the old one, and end the link, in one transaction.

    Each namespace gets a new key as well: who has the old user key and an old copy knows the keys of then.
    """
    with vault.change("key.rotated", category=Category.TRUST, object="user key") as work:
        _wrap_anew(work.tx, old, new, to_micros(vault.clock()))
        _unlink(work.tx)
    vault.keys = new
    vault.epochs.clear()


def _wrap_anew(tx: Tx, old: Keyring, new: Keyring, now: int) -> None:
    """Raises DamagedError for what does not open under the old key."""
    found: list[tuple[Any, ...]] = [*tx.rows(NAMESPACE_KEY, numbers(tx, "select id from namespace_key"))]
    newest: dict[bytes, int] = {}
    for row in found:
        tx.update(NAMESPACE_KEY, row[0], {"wrapped": old.rewrapped(row[1], row[2], new)})
        newest[row[1]] = max(newest.get(row[1], 0), row[2])
    for uid, epoch in newest.items():
        wrapped = new.wrap_namespace_key(uid, epoch + 1, random_bytes(_KEY))
        tx.insert(NAMESPACE_KEY, {"namespace": uid, "epoch": epoch + 1, "wrapped": wrapped, "created": now})
    identity.reseal_root(tx, old, new)
    drafts.reseal(tx, old, new)


class _TriedError(Exception):
    """Takes a trial back."""


def _try_to_wrap(vault: Vault) -> None:
    """The last step, tried and taken back: it comes after the header, and no opening could go past one that fails.

    Raises DamagedError.
    """
    aside = vault.keys.with_user_key(random_bytes(_KEY))
    with contextlib.suppress(_TriedError), vault.store.transaction() as tx:
        _wrap_anew(tx, vault.keys, aside, to_micros(vault.clock()))
        raise _TriedError


def _unlink(tx: Tx) -> None:
    for number in numbers(tx, "select id from user_key_link"):
        tx.delete(USER_KEY_LINK, number)


def settle(vault: Vault) -> list[str]:
    """At opening, and before the next rotation: finish or take back one of UK that was interrupted.

    ``vault.opened_by`` has the key of the header; ``vault.keys`` may still have the former one, when a full disk
    stopped the last step in this session. Returns what was done, in words. Raises DamagedError if the link leads
    nowhere.
    """
    uk = vault.opened_by.uk
    found: list[tuple[Any, ...]] = [
        *vault.store.rows(USER_KEY_LINK, numbers(vault.store, "select id from user_key_link"))
    ]
    if not found or uk is None:
        return []
    _, old_sealed, new_sealed, _ = found[-1]
    if _opens(vault, uk, new_sealed, _NEW) is not None:
        if not vault.store.read_only:
            with vault.change("key.kept", category=Category.TRUST, object="user key") as work:
                _unlink(work.tx)
        return ["Making a new user key was interrupted before it took effect; the old one was kept."]
    old = _opens(vault, uk, old_sealed, _OLD)
    if old is None:
        raise DamagedError(reason="making a new user key was interrupted and cannot be finished")
    before = vault.keys.with_user_key(old)
    if vault.store.read_only:
        vault.keys = before
        return []
    _finish(vault, before, vault.keys.with_user_key(uk))
    return ["Making a new user key was interrupted and has now been finished."]


def _opens(vault: Vault, key: bytes, box: bytes, name: str) -> bytes | None:
    try:
        return open_under(key, vault.id, _LINK, box, name)
    except ValueDamagedError:
        return None


# --- VK --------------------------------------------------------------------------------------------------------------


def vault_key(vault: Vault, *, sure: bool) -> Generator[Progress, None, list[str]]:
    """A new vault key in a new file; returns notes. Closing the job before its end changes nothing.

    Raises WaysNotCarriedError unless ``sure``, NotPermittedError, RotationRunningError, OldRowsError, DiskFullError,
    OutcomeUnknownError.
    """
    with _alone(vault):
        return (yield from _vault_key(vault, sure=sure))


def _vault_key(vault: Vault, *, sure: bool) -> Generator[Progress, None, list[str]]:
    carried = _carried(vault, sure=sure)
    settle(vault)
    old, old_store = vault.opened_by, vault.store.keys
    new = Keys(random_bytes(_KEY), old.uk)
    keys = StoreKeys.derive(new.vk, vault.id)

    def first(tx: Tx) -> None:
        identity.reseal_audit(tx, vault.id, old_store.audit, keys.audit)
        _keep_old(tx, vault, old.vk, old_store, keys)
        vault.write_into(tx, "key.rotated", Category.TRUST, "vault key")

    vault.record("key.rotating", Category.TRUST, object="vault key", outcome=Outcome.BEGUN)
    try:
        yield from vault.store.rekey(new.vk, New(keys, lambda header: _change(vault, header, carried, new), first))
    except BaseException:
        with contextlib.suppress(KvaultError):  # a broken store is told by what is raised
            vault.record("key.kept", Category.TRUST, object="vault key")
        raise
    vault.opened_by = new
    vault.signer = identity.Signer(vault.store, vault.id, keys.audit)
    return _notes(carried)


def _keep_old(tx: Tx, vault: Vault, vk: bytes, before: StoreKeys, after: StoreKeys) -> None:
    """Wrap the old vault key, and those before it, under the new backup key: backups keep the key of their time."""
    known: list[tuple[Any, ...]] = [*tx.rows(OLD_VAULT_KEY, numbers(tx, "select id from old_vault_key"))]
    for row in known:
        name = str(row[1])
        older = open_under(before.backup, vault.id, _BACKUP, row[2], name)
        tx.update(OLD_VAULT_KEY, row[0], {"wrapped": seal_under(after.backup, vault.id, _BACKUP, older, name)})
    generation = vault.store.header.generation
    tx.insert(
        OLD_VAULT_KEY,
        {
            "generation": generation,
            "wrapped": seal_under(after.backup, vault.id, _BACKUP, vk, str(generation)),
            "ended": to_micros(vault.clock()),
        },
    )
