"""An open vault and its session: put together, told of, closed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..api import Category, Opened, Secret
from ..audit.log import DERIVED as LOG_DERIVED
from ..audit.log import AuditLog
from ..errors import KvaultError
from ..store import seen
from ..vault import drafts, identity
from ..vault.context import Vault
from ..vault.reading import number
from ..vault.schema import DERIVED, NAMESPACE_KEY
from ..vault.sealing import Keyring
from ..vault.slots import Keys
from ..vault.tree import Tree
from ..vault.undo import UndoList

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..api import Event, Prompter
    from ..store.store import Store
    from ..vault.session import Session

ALL_DERIVED = (*DERIVED, *LOG_DERIVED)


class Surroundings(NamedTuple):
    """What the engine was given by its program."""

    where: str
    emit: Callable[[Event], None]
    clock: Callable[[], float]
    kdf_seconds: float
    prompter: Prompter


def vault_of(store: Store, keys: Keys, session: Session, around: Surroundings) -> Vault:
    """An open vault around a store."""
    vault_id = bytes.fromhex(store.header.vault)

    def wrapped(namespace: bytes, epoch: int) -> bytes | None:
        sql = "select id from namespace_key where namespace = ? and epoch = ?"
        row: tuple[Any, ...] | None = store.row(NAMESPACE_KEY, number(store, sql, namespace, epoch))
        return None if row is None or (row[1], row[2]) != (namespace, epoch) else row[3]

    signer = identity.Signer(store, vault_id, store.keys.audit)
    return Vault(
        path=str(store.folder),
        id=vault_id,
        store=store,
        log=AuditLog(store, around.clock, around.where),
        keys=Keyring(vault_id, keys.uk, wrapped),
        session=session,
        tree=Tree(store),
        undo=UndoList(),
        clock=around.clock,
        emit=around.emit,
        signer=signer,
        opened_by=keys,
    )


def opened_of(vault: Vault, code: Secret | None, notes: list[str], tokens: list[str]) -> Opened:
    """What is said of it."""
    return Opened(
        vault.path,
        Path(vault.path).name,
        vault.id.hex(),
        vault.session.id,
        code,
        vault.keys.reads_values,
        notes,
        drafts.count(vault),
        vault.way,
        tokens,
    )


def close(vault: Vault) -> None:
    """Write what waits, sign the head, let go. Whatever fails on the way, the folder is released."""
    try:
        if not vault.store.read_only:
            with vault.change("vault.locked", category=Category.UNLOCK, object=Path(vault.path).name, sign=True):
                pass
            seen.remember(vault.store)
    except KvaultError:
        pass  # locking waits for nothing: a full or broken disk costs the last signature, not the lock
    finally:
        vault.session.ended = True
        vault.keys.drop_user_key()
        vault.opened_by = Keys(b"", None)
        vault.store.close()
