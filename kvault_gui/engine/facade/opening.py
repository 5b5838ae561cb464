"""Making and opening a vault: slots, keys, store, session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from ..api import (
    AskSecret,
    Attempt,
    Category,
    Credential,
    FactorInfo,
    Method,
    NewFactor,
    Opened,
    Outcome,
    Probe,
    Secret,
    SlotInfo,
)
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
    PinError,
    SlotAlteredError,
    SlotExpiredError,
    SlotNotFoundError,
    TokenError,
    WrongCredentialsError,
)
from ..store import attempts, seen
from ..store.header import FORMAT, SUITE, Factor, Header, Slot
from ..store.held import HeldFolder, read_header
from ..store.store import Store
from ..vault import bulk, drafts, identity, rebuild, slots
from ..vault.context import Vault
from ..vault.methods import Renewing
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
from . import methods, tries

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..api import Accept, Event, Prompter
    from ..store.transaction import Tx
    from ..vault.slots import Keys
    from .tries import Passed

ALL_DERIVED = (*DERIVED, *LOG_DERIVED)


class Surroundings(NamedTuple):
    """What the engine was given by its program."""

    where: str
    emit: Callable[[Event], None]
    clock: Callable[[], float]
    kdf_seconds: float
    prompter: Prompter


def slot_info(slot: Slot) -> SlotInfo:
    """One way in, in words."""
    factors = [_factor_info(factor) for factor in slot.factors]
    return SlotInfo(
        slot.id,
        factors[0].method,
        slot.title,
        float(slot.created),
        " + ".join(factor.detail for factor in factors),
        slot.wrapped_uk is not None,
        factors,
        once=slot.once,
        expires=float(slot.expires) or None,
    )


def _factor_info(factor: Factor) -> FactorInfo:
    method, params = methods.named(factor.method), dict(factor.params)
    return FactorInfo(
        method.method,
        method.describe(params),
        method.strength(params),
        method.token(params),
        method.outdated(params),
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
    visit = tries.Visit(around.prompter, folder.name, [], around.kdf_seconds)
    made = [
        _enrol(vault_id, label, NewFactor(method, secret), keys, visit, now)
        for label, method, secret in (
            ("Password", Method.PASSWORD, password),
            ("Recovery code", Method.RECOVERY_CODE, None),
        )
    ]
    code = made[1].code
    header = Header(FORMAT, vault_id, SUITE, 1, "", "", int(now), [each.slot for each in made])
    session = Session(OWNER, "owner", Role.OWNER, last_use=now)

    def first(tx: Tx) -> None:
        _fill(tx, bytes.fromhex(vault_id), keys, now)
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
        vault = _vault(store, keys, session, around)
        return vault, _opened(vault, code, [], [])
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


# --- opening ---------------------------------------------------------------------------------------------------------


def unlock(path: str, credential: Credential, accept: list[Accept], around: Surroundings) -> tuple[Vault, Opened]:
    """Open with one credential; the attempt that fails goes to the ring beside the vault."""
    folder = Path(path).absolute()
    held = HeldFolder.take(folder, f"kvault ({around.where})")
    try:
        passed = _try_copies(held, credential, around)
    except BaseException as error:
        held.release()
        if isinstance(error, WrongCredentialsError) and not isinstance(error, SlotExpiredError):
            attempts.add(folder, Attempt(around.clock(), credential.method.value, around.where))
        raise
    store = Store.open(held, passed.fit.keys.vk, TABLES, ALL_DERIVED, frozenset(accept))
    try:
        return _begin(store, passed, credential, around)
    except BaseException:
        store.close()
        raise


# What the twin of an altered header may do better. A wrong PIN and a cancelled question are not of this kind.
_TWIN_MAY_HELP = (
    WrongCredentialsError,
    KdfCostError,
    HeaderDamagedError,
    HeaderForgedError,
    SlotAlteredError,
    SlotNotFoundError,
    TokenError,
)


def _try_copies(held: HeldFolder, credential: Credential, around: Surroundings) -> Passed:
    """The way in that opens in the newest header; if somebody without the key altered that copy, in its twin.

    Raises what the newest one leads to where the twin does not help.
    """
    from ..store.keys import StoreKeys  # noqa: PLC0415 making and mending alone need it

    newest, problem = held.chosen, None
    visit = tries.Visit(around.prompter, held.folder.name, tries.given_of(credential), around.kdf_seconds)
    for copy in held.copies():
        try:
            passed = tries.try_all(copy.header, credential, visit, around.clock())
            key = StoreKeys.derive(passed.fit.keys.vk, bytes.fromhex(copy.header.vault)).header_mac
            good = held.found.verified(copy, key)
        except PinError:
            raise
        except _TWIN_MAY_HELP as error:
            problem = problem or error
            continue
        # A newest header that is genuine decides: what it has removed does not open by an older copy.
        if copy is newest or not newest.verifies(key):
            held.choose(good)
            return passed
    raise problem or WrongCredentialsError


def _begin(store: Store, passed: Passed, credential: Credential, around: Surroundings) -> tuple[Vault, Opened]:
    failed = attempts.read(store.folder)
    store.verify_tables(VERIFIED_AT_OPENING)
    owner = PrincipalRow._make(store.row(PRINCIPAL, OWNER) or ())
    session = Session(OWNER, owner.name, Role(owner.role), last_use=around.clock())
    vault = _vault(store, passed.fit.keys, session, around)
    vault.way = passed.slot.id
    notes = list(store.findings)
    if odd := seen.compare(store):
        notes.append(odd)
    if not store.read_only:
        _write_opening(vault, passed.slot, len(failed))
        attempts.clear(store.folder)
        notes += _replace_slot(vault, passed, credential, around)
        notes += rebuild.after_opening(vault)
        notes += bulk.interrupted(vault)
        seen.remember(store)
    return vault, _opened(vault, None, notes, passed.tokens)


def _write_opening(vault: Vault, slot: Slot, failed: int) -> None:
    details: dict[str, str | int] = {"method": slot.method, "slot": slot.title}
    if failed:
        details["failed before, unverified"] = failed
    for accepted in sorted(vault.store.accepted):
        details[f"accepted {accepted.value}"] = vault.store.missing if accepted.value == "missing" else "yes"
    vault.record("vault.unlocked", Category.UNLOCK, object=Path(vault.path).name, details=details)


def _replace_slot(vault: Vault, passed: Passed, credential: Credential, around: Surroundings) -> list[str]:
    """Enrol an outdated factor anew with the same secret, where that costs no question."""
    vault_id, slot = vault.id.hex(), passed.slot
    visit = tries.Visit(around.prompter, Path(vault.path).name, [], around.kdf_seconds)
    factors, outputs = slot.factors, list(passed.outputs)
    renewed = []
    for place, given in enumerate(tries.shared_out(slot, tries.given_of(credential))):
        method = methods.named(factors[place].method)
        params = dict(factors[place].params)
        if given is None or given.secret is None or method.method in methods.HARDWARE:
            continue
        if isinstance(method, Renewing) and method.outdated(params):
            enrolled = method.renew(params, visit.desk(vault_id, slot.title, given))
            factors[place] = Factor(factors[place].method, enrolled.params)
            outputs[place] = enrolled.output
            renewed.append(method.describe(enrolled.params))
    if not renewed:
        return []
    terms = slots.Terms(slot.title, around.clock(), slot.once, slot.expires or None)
    new, _public = slots.make(vault_id, terms, factors, outputs, passed.fit.keys)
    now = " + ".join(renewed)

    def change(header: Header) -> Header:
        return msgspec.structs.replace(header, slots=[new if each.id == slot.id else each for each in header.slots])

    vault.record("slot.replaced", Category.TRUST, object=slot.title, outcome=Outcome.BEGUN)
    vault.store.rewrite_header(change)
    vault.record("slot.replaced", Category.TRUST, object=slot.title, details={"now": now})
    vault.way = new.id
    return [f"The way in “{slot.title}” used an old key derivation and now uses {now}."]


def confirm(vault: Vault, around: Surroundings) -> None:
    """Ask for the owner's unlock method again. Raises CancelledError, WrongCredentialsError."""
    name = Path(vault.path).name
    question = AskSecret(f"Export {name}", "The password or the recovery code of this vault, to confirm the export")
    answer = around.prompter.ask(question)
    visit = tries.Visit(around.prompter, name, [], around.kdf_seconds)
    for method in (Method.PASSWORD, Method.RECOVERY_CODE):
        try:
            # The header of an open vault is verified, so a slot that opens is the owner's.
            credential = Credential(method, answer)
            visit.given = tries.given_of(credential)
            tries.try_all(vault.store.header, credential, visit, around.clock())
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
        opened_by=keys,
    )


def _opened(vault: Vault, code: Secret | None, notes: list[str], tokens: list[str]) -> Opened:
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
        vault.opened_by = slots.Keys(b"", None)
        vault.store.close()
