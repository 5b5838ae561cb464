"""Making a vault."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..api import Category, Method, NewFactor, Opened, Outcome
from ..audit import index
from ..audit.content import Content, encode
from ..crypto.rng import random_bytes
from ..store.header import FORMAT, SUITE, Factor, Header, Slot
from ..store.store import Store
from ..vault import identity, slots, ways
from ..vault.schema import NAMESPACE, NAMESPACE_KEY, OWNER, ROOT, TABLES, to_micros
from ..vault.sealing import Keyring
from ..vault.session import Role, Session
from . import methods, tries
from .session import ALL_DERIVED, Surroundings, opened_of, vault_of

if TYPE_CHECKING:
    from ..api import Secret
    from ..store.transaction import Tx
    from ..vault.context import Vault
    from ..vault.slots import Keys


def create(path: str, password: Secret, around: Surroundings) -> tuple[Vault, Opened]:
    """Make a vault with a password slot and a recovery-code slot."""
    folder, now = Path(path).absolute(), around.clock()
    vault_id, keys = random_bytes(16).hex(), slots.new_keys()
    visit = tries.Visit(around.prompter, folder.name, [], around.kdf_seconds)
    made = [
        _enrol(vault_id, label, NewFactor(method, secret), keys, visit, now)
        for label, method, secret in (
            ("Password", Method.PASSWORD, password),
            ("Recovery code", Method.RECOVERY_CODE, None),
        )
    ]
    header = Header(FORMAT, vault_id, SUITE, 1, "", "", int(now), [each.slot for each in made])
    code, publics = made[1].code, [(each.slot, each.public) for each in made]
    session = Session(OWNER, "owner", Role.OWNER, last_use=now)

    def first(tx: Tx) -> None:
        _fill(tx, bytes.fromhex(vault_id), keys, now)
        for slot, public in publics:
            ways.keep_public_key(tx, slot, public, now)
        record = Content(
            to_micros(now),
            Category.UNLOCK,
            "vault.created",
            Outcome.DONE,
            session.who,
            session.id,
            folder.name,
            around.where,
            {},
        )
        index.add(tx, tx.append(encode(record)), record)

    store = Store.create(folder, keys.vk, header, TABLES, ALL_DERIVED, first, holder=f"kvault ({around.where})")
    try:
        vault = vault_of(store, keys, session, around)
        return vault, opened_of(vault, code, [], [])
    except BaseException:
        store.close()
        raise


class _Made(NamedTuple):
    slot: Slot
    public: bytes
    code: Secret | None


def _enrol(vault: str, label: str, wanted: NewFactor, keys: Keys, visit: tries.Visit, now: float) -> _Made:
    enrolled = methods.of(wanted.method).enrol(wanted, visit.desk(vault, label, None))
    factor = Factor(wanted.method.value, enrolled.params)
    slot, public = slots.make(vault, slots.Terms(label, now), [factor], [enrolled.output], keys)
    return _Made(slot, public, enrolled.recovery_code)


def _fill(tx: Tx, vault: bytes, keys: Keys, now: float) -> None:
    """The first rows: the top of the tree with its key, the owner, the identity."""
    from ..store.keys import StoreKeys  # noqa: PLC0415 making and mending alone need it

    ring = Keyring(vault, keys.uk, lambda _namespace, _epoch: None)
    uid = random_bytes(16)
    tx.insert(NAMESPACE, {"id": ROOT, "uid": uid, "parent": None, "name": "", "sort": b""})
    wrapped = ring.wrap_namespace_key(uid, 1, random_bytes(32))
    tx.insert(NAMESPACE_KEY, {"namespace": uid, "epoch": 1, "wrapped": wrapped, "created": to_micros(now)})
    identity.create(tx, ring, StoreKeys.derive(keys.vk, vault).audit, random_bytes(16), now)
