"""Opening a vault: by its ways in, or by quick unlock."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..api import Attempt, Category, Credential, Method, Opened, Outcome, Probe
from ..errors import (
    FolderPermissionError,
    HeaderDamagedError,
    HeaderForgedError,
    KdfCostError,
    PinError,
    QuickUnlockOverError,
    SlotAlteredError,
    SlotExpiredError,
    SlotNotFoundError,
    TokenError,
    WrongCredentialsError,
)
from ..store import attempts, seen
from ..store.header import Factor, Header, Slot
from ..store.held import HeldFolder, read_header
from ..store.store import Store
from ..vault import bulk, identity, rebuild, slots, ways
from ..vault.methods import Renewing
from ..vault.reading import number
from ..vault.schema import OWNER, PRINCIPAL, SLOT_USE, TABLES, VERIFIED_AT_OPENING, PrincipalRow
from ..vault.session import Role, Session
from . import methods, tries
from .info import slot_info
from .session import ALL_DERIVED, Surroundings, opened_of, vault_of

if TYPE_CHECKING:
    from ..api import Accept, SlotInfo
    from ..store.transaction import Tx
    from ..vault.context import Vault
    from ..vault.slots import Keys
    from .tries import Passed


def probe(path: str) -> Probe:
    """What can be known without opening."""
    folder = Path(path).absolute()
    seen = read_header(folder)
    told, odd = _told(seen.header)
    repaired = " ".join([*seen.findings, *odd]) or None
    return Probe(str(folder), folder.name, seen.header.vault, told, attempts.read(folder), seen.holder, repaired)


def _told(header: Header) -> tuple[list[SlotInfo], list[str]]:
    """The ways in, and what is odd: nobody has verified them yet, and one that was altered must not hide the others.

    Raises HeaderDamagedError if none of them is of a known kind.
    """
    told: list[SlotInfo] = []
    odd: list[str] = []
    problem: HeaderDamagedError | None = None
    for slot in header.slots:
        try:
            told.append(slot_info(slot))
        except HeaderDamagedError as error:
            problem = problem or error
            odd = ["A way in is of a kind that does not exist; it is left out."]
    if problem is not None and not told:
        raise problem
    return told, odd


class _Opening(NamedTuple):
    """What opened the vault; ``passed`` None: quick unlock did."""

    keys: Keys
    passed: Passed | None
    forged: bool = False  # by a header that somebody without the key had changed


def unlock(path: str, credential: Credential, accept: list[Accept], around: Surroundings) -> tuple[Vault, Opened]:
    """Open with one credential; the attempt that fails goes to the ring beside the vault."""
    folder = Path(path).absolute()
    held = HeldFolder.take(folder, f"kvault ({around.where})")
    try:
        if credential.method is Method.QUICK:
            found = _Opening(_quick_keys(held, credential, around), None)
        else:
            passed = _try_copies(held, credential, around)
            found = _Opening(passed.fit.keys, passed, held.forged_but is not None)
    except BaseException as error:
        held.release()
        if isinstance(error, WrongCredentialsError) and not isinstance(error, _NO_ATTEMPT):
            attempts.add(folder, Attempt(around.clock(), credential.method.value, around.where))
        raise
    store = Store.open(held, found.keys.vk, TABLES, ALL_DERIVED, frozenset(accept))
    try:
        return _begin(store, found, credential, around)
    except BaseException:
        store.close()
        raise


# Nothing was guessed: the time of a way in or of quick unlock is over, whatever is given.
_NO_ATTEMPT = (SlotExpiredError, QuickUnlockOverError)
_CHANGED = "the vault's keys were changed since"


def _quick_keys(held: HeldFolder, credential: Credential, around: Surroundings) -> Keys:
    """The keys that quick unlock kept, if they are still the vault's."""
    from ..store.keys import StoreKeys  # noqa: PLC0415 making and mending alone need it
    from ..unlock import quick  # noqa: PLC0415 not every session has it

    pin = credential.secret if credential.secret.value else None
    vault = held.header.vault
    keys = quick.unlock(vault, str(held.folder), pin, around.prompter)
    header_mac = StoreKeys.derive(keys.vk, bytes.fromhex(vault)).header_mac
    for copy in held.copies():
        if copy.verifies(header_mac):
            held.choose(copy)
            return keys
    quick.forget(vault)
    raise QuickUnlockOverError(reason=_CHANGED)


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

    newest, problem, forged = held.chosen, None, None
    visit = tries.Visit(around.prompter, held.folder.name, tries.given_of(credential), around.kdf_seconds)
    for copy in held.copies():
        try:
            passed = tries.try_all(copy.header, credential, visit, around.clock())
            key = StoreKeys.derive(passed.fit.keys.vk, bytes.fromhex(copy.header.vault)).header_mac
            forged = forged or (copy, passed)
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
        forged = None
    if forged is not None:
        held.choose_forged(forged[0], forged[1].slot)
        return forged[1]
    raise problem or WrongCredentialsError


def _begin(store: Store, found: _Opening, credential: Credential, around: Surroundings) -> tuple[Vault, Opened]:
    failed = attempts.read(store.folder)
    store.verify_tables(VERIFIED_AT_OPENING)
    owner = PrincipalRow._make(store.row(PRINCIPAL, OWNER) or ())
    session = Session(OWNER, owner.name, Role(owner.role), last_use=around.clock())
    vault, passed = vault_of(store, found.keys, session, around), found.passed
    notes = list(store.findings)
    if odd := seen.compare(store):
        notes.append(odd)
    if passed is not None:
        vault.way = passed.slot.id
        if passed.slot.once and store.read_only:
            raise FolderPermissionError(path=str(store.folder))  # it could be used again and again
    interrupted = number(store, "select count(*) from user_key_link") > 0
    if passed is None:
        _check_kept(vault, interrupted=interrupted)
    if interrupted:
        from ..vault import rotation  # noqa: PLC0415 after an interrupted one alone

        notes += rotation.settle(vault)
    if not store.read_only:
        _write_opening(vault, passed, len(failed))
        if found.forged:
            what = "the header was changed by somebody who could not open the vault; it was put back"
            vault.record("damage.found", Category.SYSTEM, outcome=Outcome.FAILED, details={"what": what})
        attempts.clear(store.folder)
        if passed is not None:
            notes += _end_once(vault, passed.slot, around) or _replace_slot(vault, passed, credential, around)
        notes += rebuild.after_opening(vault)
        notes += bulk.interrupted(vault)
        seen.remember(store)
    return vault, opened_of(vault, None, notes, [] if passed is None else passed.tokens)


def _check_kept(vault: Vault, *, interrupted: bool) -> None:
    """Whether the user key that quick unlock kept is the one of today; the header's MAC tells that of VK alone.

    With a former one nothing could be read, and what is written would be lost. While an exchange is interrupted only
    the header says which key it reached. Raises QuickUnlockOverError.
    """
    if vault.opened_by.uk is None or (not interrupted and identity.is_current(vault.store, vault.keys)):
        return
    from ..unlock import quick  # noqa: PLC0415 not every session has it

    quick.forget(vault.id.hex())
    raise QuickUnlockOverError(reason=_CHANGED)


def _write_opening(vault: Vault, passed: Passed | None, failed: int) -> None:
    details: dict[str, str | int] = {"method": Method.QUICK.value}
    if passed is not None:
        details = {"method": passed.slot.method, "slot": passed.slot.title, "slot id": passed.slot.id}
    if failed:
        details["failed before, unverified"] = failed
    for accepted in sorted(vault.store.accepted):
        details[f"accepted {accepted.value}"] = vault.store.missing if accepted.value == "missing" else "yes"
    new = SLOT_USE.name in vault.store.lacking
    if new and not vault.log.index_fits():
        vault.log.rebuild_index(who=vault.session.who, session=vault.session.id)
    keyless = passed is not None and passed.slot.id not in ways.public_keys(vault)
    with vault.change("vault.unlocked", category=Category.UNLOCK, object=Path(vault.path).name) as work:
        work.details.update(details)
        if new:
            ways.rebuild_uses(work.tx, vault)
        if passed is not None:
            ways.note_use(work.tx, passed.slot.id, vault.clock())
            if keyless:
                ways.keep_public_key(work.tx, passed.slot, passed.fit.public, vault.clock())


def _end_once(vault: Vault, slot: Slot, around: Surroundings) -> list[str]:
    """A way in for one use ends with it."""
    if not slot.once:
        return []
    from . import enrolling  # noqa: PLC0415 few ways in are for one use

    why = {"why": "it was for one use"}
    ways.change_header(vault, lambda now: ways.without(now, slot), "slot.removed", object=slot.title, details=why)
    enrolling.forget_slot(vault, slot, around)
    return [f"The way in “{slot.title}” was for one use and is gone now."]


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
    terms = slots.Terms(slot.title, vault.clock(), slot.once, slot.expires or None)
    new, public = slots.make(vault_id, terms, factors, outputs, passed.fit.keys)
    now = " + ".join(renewed)

    def after(tx: Tx) -> None:
        ways.keep_public_key(tx, new, public, vault.clock())
        ways.carry_use(tx, slot.id, new.id)

    ways.change_header(
        vault,
        lambda header: ways.exchanged(header, slot, new),
        "slot.replaced",
        object=slot.title,
        details={"now": now},
        after=after,
    )
    vault.way = new.id
    return [f"The way in “{slot.title}” used an old key derivation and now uses {now}."]
