"""Making and opening a vault: slots, keys, store, session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..api import AskSecret, Attempt, Category, Credential, Method, Opened, Outcome, Probe, Secret, SlotInfo
from ..audit import index
from ..audit.content import Content, encode
from ..audit.log import DERIVED as LOG_DERIVED
from ..audit.log import AuditLog
from ..crypto.rng import random_bytes
from ..errors import (
    HeaderDamagedError,
    HeaderForgedError,
    InvalidInputError,
    KdfCostError,
    KvaultError,
    NotMineError,
    WrongCredentialsError,
)
from ..store import attempts, seen
from ..store.header import FORMAT, SUITE, Header, Slot
from ..store.held import HeldFolder, read_header
from ..store.store import Store
from ..unlock import recovery_code
from ..unlock.password import Password
from ..unlock.recovery_code import RecoveryCode
from ..vault import bulk, drafts, identity, rebuild, slots
from ..vault.context import Vault
from ..vault.reading import number
from ..vault.schema import (
    DERIVED,
    NAMESPACE,
    NAMESPACE_KEY,
    OWNER,
    PRINCIPAL,
    ROOT,
    TABLES,
    VERIFIED_AT_OPENING,
    PrincipalRow,
    to_micros,
)
from ..vault.sealing import Keyring
from ..vault.session import Role, Session
from ..vault.tree import Tree
from ..vault.undo import UndoList

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..api import Accept, Event, Prompter
    from ..store.transaction import Tx
    from ..vault.slots import Keys, UnlockMethod

ALL_DERIVED = (*DERIVED, *LOG_DERIVED)
METHODS: dict[str, UnlockMethod] = {method.method.value: method for method in (Password(), RecoveryCode())}


class Surroundings(NamedTuple):
    """What the engine was given by its program."""

    where: str
    emit: Callable[[Event], None]
    clock: Callable[[], float]
    kdf_seconds: float


def slot_info(slot: Slot) -> SlotInfo:
    """One way in, in words."""
    method = METHODS.get(slot.method)
    if method is None:
        raise HeaderDamagedError(reason="a slot names an unknown unlock method")
    return SlotInfo(
        slot.id,
        Method(slot.method),
        slot.label,
        float(slot.created),
        method.describe(slot.params),
        slot.wrapped_uk is not None,
    )


def probe(path: str) -> Probe:
    """What can be known without opening."""
    folder = Path(path).absolute()
    seen = read_header(folder)
    repaired = " ".join(seen.findings) or None
    return Probe(
        str(folder),
        folder.name,
        seen.header.vault,
        [slot_info(slot) for slot in seen.header.slots],
        attempts.read(folder),
        seen.holder,
        repaired,
    )


# --- making ----------------------------------------------------------------------------------------------------------


def create(path: str, password: Secret, around: Surroundings) -> tuple[Vault, Opened]:
    """Make a vault with a password slot and a recovery-code slot."""
    folder, now = Path(path).absolute(), around.clock()
    vault_id, keys = random_bytes(16).hex(), slots.new_keys()
    code = recovery_code.generate()
    ways = [
        _enrol(vault_id, Method.PASSWORD, "Password", password, keys, around),
        _enrol(vault_id, Method.RECOVERY_CODE, "Recovery code", code, keys, around),
    ]
    header = Header(FORMAT, vault_id, SUITE, 1, "", "", int(now), ways)
    session = Session(OWNER, "owner", Role.OWNER, last_use=now)

    def first(tx: Tx) -> None:
        _fill(tx, bytes.fromhex(vault_id), keys, now)
        made, act = to_micros(now), "vault.created"
        record = Content(
            made, Category.UNLOCK, act, Outcome.DONE, session.who, session.id, folder.name, around.where, {}
        )
        index.add(tx, tx.append(encode(record)), record)

    store = Store.create(folder, keys.vk, header, TABLES, ALL_DERIVED, first, holder=f"kvault ({around.where})")
    try:
        vault = _vault(store, keys, session, around)
        return vault, _opened(vault, code, [])
    except BaseException:
        store.close()
        raise


def _enrol(vault: str, method: Method, label: str, secret: Secret, keys: Keys, around: Surroundings) -> Slot:
    params, output = METHODS[method.value].enrol(secret, around.kdf_seconds)
    return slots.make(vault, method, label, around.clock(), params, output, keys)


def _fill(tx: Tx, vault: bytes, keys: Keys, now: float) -> None:
    """The first rows: the top of the tree with its key, the owner, the identity."""
    from ..store.keys import StoreKeys  # noqa: PLC0415 making and mending alone need it

    ring = Keyring(vault, keys.uk, lambda _namespace, _epoch: None)
    uid = random_bytes(16)
    tx.insert(NAMESPACE, {"id": ROOT, "uid": uid, "parent": None, "name": "", "sort": b""})
    wrapped = ring.wrap_namespace_key(uid, 1, random_bytes(32))
    tx.insert(NAMESPACE_KEY, {"namespace": uid, "epoch": 1, "wrapped": wrapped, "created": to_micros(now)})
    identity.create(tx, ring, StoreKeys.derive(keys.vk, vault).audit, random_bytes(16), now)


# --- opening ---------------------------------------------------------------------------------------------------------


def unlock(path: str, credential: Credential, accept: list[Accept], around: Surroundings) -> tuple[Vault, Opened]:
    """Open with one credential; the attempt that fails goes to the ring beside the vault."""
    folder = Path(path).absolute()
    held = HeldFolder.take(folder, f"kvault ({around.where})")
    try:
        slot, keys = _try_copies(held, credential)
    except BaseException as error:
        held.release()
        if isinstance(error, WrongCredentialsError):
            attempts.add(folder, Attempt(around.clock(), credential.method.value, around.where))
        raise
    store = Store.open(held, keys.vk, TABLES, ALL_DERIVED, frozenset(accept))
    try:
        return _begin(store, slot, keys, credential, around)
    except BaseException:
        store.close()
        raise


def _try_copies(held: HeldFolder, credential: Credential) -> tuple[Slot, Keys]:
    """The slot that opens in the newest header; if somebody without the key altered that copy, in its twin.

    Raises what the newest one leads to where the twin does not help.
    """
    from ..store.keys import StoreKeys  # noqa: PLC0415 making and mending alone need it

    newest, problem = held.chosen, None
    for copy in held.copies():
        try:
            slot, keys = _try_slots(copy.header, credential)
            key = StoreKeys.derive(keys.vk, bytes.fromhex(copy.header.vault)).header_mac
            good = held.found.verified(copy, key)
        except (WrongCredentialsError, KdfCostError, HeaderDamagedError, HeaderForgedError) as error:
            problem = problem or error
            continue
        # A newest header that is genuine decides: what it has removed does not open by an older copy.
        if copy is newest or not newest.verifies(key):
            held.choose(good)
            return slot, keys
    raise problem or WrongCredentialsError


def _try_slots(header: Header, credential: Credential) -> tuple[Slot, Keys]:
    """The first slot of the credential's method that opens; NotMineError tries the next one, all else is fatal."""
    method = METHODS[credential.method.value]
    for slot in header.slots:
        if slot.method != credential.method.value:
            continue
        try:
            return slot, slots.open_slot(header.vault, slot, method.unlock(slot.params, credential.secret))
        except NotMineError:
            continue
    raise WrongCredentialsError


def _begin(store: Store, slot: Slot, keys: Keys, credential: Credential, around: Surroundings) -> tuple[Vault, Opened]:
    failed = attempts.read(store.folder)
    store.verify_tables(VERIFIED_AT_OPENING)
    owner = PrincipalRow._make(store.row(PRINCIPAL, OWNER) or ())
    session = Session(OWNER, owner.name, Role(owner.role), last_use=around.clock())
    vault = _vault(store, keys, session, around)
    notes = list(store.findings)
    if odd := seen.compare(store):
        notes.append(odd)
    if not store.read_only:
        _write_opening(vault, slot, len(failed))
        attempts.clear(store.folder)
        notes += _replace_slot(vault, slot, credential, keys, around)
        notes += rebuild.after_opening(vault)
        notes += bulk.interrupted(vault)
        seen.remember(store)
    return vault, _opened(vault, None, notes)


def _write_opening(vault: Vault, slot: Slot, failed: int) -> None:
    details: dict[str, str | int] = {"method": slot.method, "slot": slot.label}
    if failed:
        details["failed before, unverified"] = failed
    for accepted in sorted(vault.store.accepted):
        details[f"accepted {accepted.value}"] = vault.store.missing if accepted.value == "missing" else "yes"
    vault.record("vault.unlocked", Category.UNLOCK, object=Path(vault.path).name, details=details)


def _replace_slot(vault: Vault, slot: Slot, credential: Credential, keys: Keys, around: Surroundings) -> list[str]:
    """Enrol an outdated slot anew with the same secret."""
    method = METHODS[slot.method]
    if not method.outdated(slot.params):
        return []
    vault_id = vault.id.hex()
    params, output = method.enrol(credential.secret, around.kdf_seconds)
    same = slots.Keys(keys.vk, keys.uk if slot.wrapped_uk is not None else None)
    new = slots.make(vault_id, Method(slot.method), slot.label, around.clock(), params, output, same)

    def change(header: Header) -> Header:
        ways = [new if each.id == slot.id else each for each in header.slots]
        return Header(
            header.format,
            header.vault,
            header.suite,
            header.generation,
            header.database,
            header.database_salt,
            header.created,
            ways,
        )

    vault.record("slot.replaced", Category.TRUST, object=slot.label, outcome=Outcome.BEGUN)
    vault.store.rewrite_header(change)
    vault.record("slot.replaced", Category.TRUST, object=slot.label, details={"now": method.describe(params)})
    return [f"The way in “{slot.label}” used an old key derivation and now uses {method.describe(params)}."]


def confirm(vault: Vault, prompter: Prompter, around: Surroundings) -> None:
    """Ask for the owner's unlock method again. Raises CancelledError, WrongCredentialsError."""
    name = Path(vault.path).name
    question = AskSecret(f"Export {name}", "The password or the recovery code of this vault, to confirm the export")
    answer = prompter.ask(question)
    for method in (Method.PASSWORD, Method.RECOVERY_CODE):
        try:
            # The header of an open vault is verified, so a slot that opens is the owner's.
            _try_slots(vault.store.header, Credential(method, answer))
        except (WrongCredentialsError, InvalidInputError):
            continue
        answer.wipe()
        return
    attempts.add(Path(vault.path), Attempt(around.clock(), "export", around.where))
    vault.record("access.refused", Category.TRUST, outcome=Outcome.REFUSED, details={"act": "export the vault"})
    raise WrongCredentialsError


def _vault(store: Store, keys: Keys, session: Session, around: Surroundings) -> Vault:
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
    )


def _opened(vault: Vault, code: Secret | None, notes: list[str]) -> Opened:
    return Opened(
        vault.path,
        Path(vault.path).name,
        vault.id.hex(),
        vault.session.id,
        code,
        vault.keys.reads_values,
        notes,
        drafts.count(vault),
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
        vault.store.close()
