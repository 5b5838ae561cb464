"""Adding, renewing and testing ways in: enrol, try it once, and only then write it."""

from __future__ import annotations

import contextlib
import time
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from ..api import (
    Added,
    Category,
    Given,
    Method,
    NewFactor,
    NewSlot,
    Outcome,
    Secret,
    SlotInfo,
    Tested,
    on_token,
)
from ..errors import (
    InvalidInputError,
    KvaultError,
    NotMineError,
    OutcomeUnknownError,
    SlotAlteredError,
    SlotNotFoundError,
    TokenError,
    TpmChangedError,
    WrongCredentialsError,
)
from ..store.header import Factor
from ..vault import slots, ways
from ..vault.access import Action, check
from ..vault.methods import Desk, Enrolled, Forgetting, Renewing
from . import losing, methods, policy, tries
from .info import Known, slot_info
from .remembering import Remembering

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..api import Steps
    from ..store.header import Header, Slot
    from ..store.transaction import Tx
    from ..vault.context import Vault
    from .session import Surroundings

_ONCE_MORE = "It blinks once more: kvault tries the new way in before it relies on it."


class _New(NamedTuple):
    """One factor that was enrolled and gave the same output again."""

    factor: Factor
    enrolled: Enrolled
    tokens: list[str]


def _visit(vault: Vault, around: Surroundings, given: list[Given], prompter: Remembering) -> tries.Visit:
    name = vault.path.rstrip("/").rsplit("/", 1)[-1]
    return tries.Visit(prompter, name, given, around.kdf_seconds)


# --- adding ----------------------------------------------------------------------------------------------------------


def add(vault: Vault, wanted: NewSlot, around: Surroundings, replaced: str = "") -> Steps[Added]:
    """See api.Slots.add; ``replaced``: id of the way in that goes in the same change."""
    check(vault, Action.MANAGE)
    old = tries.find(vault.store.header, replaced) if replaced else None
    label = _allowed(vault, wanted, old)
    prompter = Remembering(around.prompter, _ONCE_MORE)
    visit = _visit(vault, around, [], prompter)
    made: list[_New] = []
    desk = visit.desk(vault.id.hex(), label, None)
    try:
        for each in wanted.factors:
            made.append((yield from _enrol(each, desk._replace(used=[]), prompter)))
            policy.check_different(_factors(made[:-1]), made[-1].factor)
        slot, public = _built(vault, wanted, made, old)
        _write(vault, slot, public, old)
    except BaseException as error:
        kept = any(slot.factors == _factors(made) for slot in vault.store.header.slots)
        if not kept and not isinstance(error, OutcomeUnknownError):
            forget(_factors(made), desk)
        raise
    if old is not None:
        forget(old.factors, desk)
    return _added(vault, slot, made)


def _built(vault: Vault, wanted: NewSlot, made: list[_New], old: Slot | None) -> tuple[Slot, bytes]:
    """The slot, proven to give back the vault's keys, and its public key."""
    label = _allowed(vault, wanted, old)  # while somebody looked for a token, another way in may have come
    keys = slots.Keys(vault.opened_by.vk, vault.opened_by.uk if wanted.reads_values else None)
    terms = slots.Terms(label, vault.clock(), wanted.once, wanted.expires)
    factors, outputs = _factors(made), [each.enrolled.output for each in made]
    slot, public = slots.make(vault.id.hex(), terms, factors, outputs, keys)
    _proven(vault, slot, outputs, keys)
    return slot, public


def forget(factors: Iterable[Factor], desk: Desk) -> None:
    """What was kept outside the header for factors that are gone goes too, where it can be reached."""
    for factor in factors:
        method = methods.named(factor.method)
        if isinstance(method, Forgetting):
            with contextlib.suppress(KvaultError):
                method.forget(dict(factor.params), desk)


def forget_slot(vault: Vault, slot: Slot, around: Surroundings) -> None:
    """The same for a way in that was removed."""
    visit = _visit(vault, around, [], Remembering(around.prompter, ""))
    forget(slot.factors, visit.desk(vault.id.hex(), slot.title, None))


def _factors(made: list[_New]) -> list[Factor]:
    """The factors of what was enrolled so far."""
    return [each.factor for each in made]


def _allowed(vault: Vault, wanted: NewSlot, old: Slot | None) -> str:
    """Everything that can be refused before anybody is asked for anything; gives the name as it is stored."""
    header = vault.store.header
    if wanted.reads_values and vault.opened_by.uk is None:
        policy.refuse_without_values(vault)
    label = policy.label(header, wanted.label, old)
    policy.check_room(header, old)
    policy.check_factors(wanted.factors)
    policy.check_end(wanted.expires, vault.clock())
    if old is not None:
        policy.check_reach(vault, _standing(header, old))
        probe = msgspec.structs.replace(
            old,
            id="",
            once=wanted.once,
            expires=int(wanted.expires or 0),
            wrapped_uk="" if wanted.reads_values else None,
        )
        losing.check(header, ways.exchanged(header, old, probe), sure=True)
    return label


def _standing(header: Header, old: Slot) -> Slot:
    """The way in as it stands now: while somebody looks for a token, another act may change it.

    Raises SlotNotFoundError: it is gone. What is put in its place would be gone with it, and nobody would be told.
    """
    for slot in header.slots:
        if slot.id == old.id:
            return slot
    raise SlotNotFoundError(name=old.title)


def _enrol(wanted: NewFactor, desk: Desk, prompter: Remembering) -> Steps[_New]:
    method = methods.of(wanted.method)
    lane = methods.lane_of(wanted.method.value, wanted.token)
    prompter.listen()
    enrolled = yield from on_token(lane, partial(method.enrol, wanted, desk))
    factor = Factor(wanted.method.value, enrolled.params)
    given = given_again(wanted, enrolled)
    try:
        if given is not None:
            yield from _try_again(factor, enrolled.output, desk._replace(given=given), prompter)
    except BaseException:
        forget([factor], desk)
        raise
    return _New(factor, enrolled, desk.used or [])


def _try_again(factor: Factor, output: bytes, desk: Desk, prompter: Remembering) -> Steps[None]:
    """Use what was just enrolled, as an unlock will: what does not answer twice alike must not be relied on."""
    method, params = methods.named(factor.method), dict(factor.params)
    prompter.replay()
    try:
        again = yield from on_token(
            methods.lane_of(factor.method, desk.wanted_token), partial(method.unlock, params, desk)
        )
    except NotMineError:
        again = b""
    finally:
        prompter.stop()
    if again != output:
        name = method.token(params) or methods.WORDS[method.method]
        raise TokenError(name=name, reason="it gave another answer when it was tried again, so nothing was added")


def given_again(wanted: NewFactor, enrolled: Enrolled) -> Given | None:
    """What a person would give for a factor that was just enrolled; None: it would have to be asked for."""
    match wanted.method:
        case Method.PASSWORD:
            return None if wanted.secret is None else Given(wanted.method, wanted.secret)
        case Method.RECOVERY_CODE:
            return Given(wanted.method, enrolled.recovery_code)
        case Method.KEY_FILE:
            return Given(wanted.method, file=wanted.file) if wanted.file else None
        case Method.SHARES:
            return Given(wanted.method, _enough(wanted, enrolled))
        case _:
            return Given(wanted.method, token=wanted.token)


def _enough(wanted: NewFactor, enrolled: Enrolled) -> Secret:
    lines = bytearray()
    for group, shares in list(zip(wanted.groups, enrolled.shares, strict=True))[: wanted.groups_needed]:
        for share in shares[: group.threshold]:
            lines += share.value + b"\n"
    return Secret(lines)


def _proven(vault: Vault, slot: Slot, outputs: list[bytes], keys: slots.Keys) -> None:
    """The slot gives back exactly this vault's keys. Raises SlotAlteredError: nothing is written then."""
    fit = slots.open_slot(vault.id.hex(), slot, outputs)
    if (fit.keys.vk, fit.keys.uk) != (keys.vk, keys.uk):
        raise SlotAlteredError(name=slot.title)


def _write(vault: Vault, slot: Slot, public: bytes, old: Slot | None) -> None:
    details = _details(slot)
    action = "slot.added" if old is None else "slot.replaced"

    def change(header: Header) -> Header:
        if old is not None:
            return ways.exchanged(header, old, slot)
        return msgspec.structs.replace(header, slots=[*header.slots, slot])

    def after(tx: Tx) -> None:
        ways.keep_public_key(tx, slot, public, vault.clock())

    if old is not None and old.title != slot.title:
        details = {**details, "to": slot.title}
    ways.change_header(
        vault, change, action, object=slot.title if old is None else old.title, details=details, after=after
    )


def _details(slot: Slot) -> Mapping[str, str | int]:
    asks = " + ".join(methods.WORDS[Method(factor.method)] for factor in slot.factors)
    return {"asks for": asks, "reads values": "yes" if slot.wrapped_uk is not None else "no"}


def _added(vault: Vault, slot: Slot, made: list[_New]) -> Added:
    codes = [each.enrolled.recovery_code for each in made if each.enrolled.recovery_code is not None]
    shared = next((each.enrolled for each in made if each.enrolled.shares), None)
    return Added(
        slot_info(slot, Known.of(vault)),
        codes[0] if codes else None,
        [] if shared is None else [list(group) for group in shared.shares],
        "" if shared is None else shared.set,
        [note for each in made for note in each.enrolled.notes] + policy.warnings(slot),
    )


# --- testing ---------------------------------------------------------------------------------------------------------


def test(vault: Vault, name: str, given: list[Given], around: Surroundings) -> Steps[Tested]:
    """See api.Slots.test."""
    check(vault, Action.MANAGE)
    slot, began = tries.find(vault.store.header, name), time.monotonic()
    visit = _visit(vault, around, given, Remembering(around.prompter, ""))
    try:
        passed = yield from tries.steps_through(vault.store.header, slot, visit)
    except (WrongCredentialsError, SlotAlteredError):
        if not vault.store.read_only:
            vault.record("slot.tested", Category.TRUST, object=slot.title, outcome=Outcome.FAILED)
        raise
    seconds = time.monotonic() - began
    keys = passed.fit.keys
    if keys.vk != vault.opened_by.vk or (None not in (keys.uk, vault.opened_by.uk) and keys.uk != vault.opened_by.uk):
        raise SlotAlteredError(name=slot.title)
    notes = [] if keys.uk is not None else ["It lists entries and searches them, and reads no value."]
    if not vault.store.read_only:
        keyless = slot.id not in ways.public_keys(vault)
        with vault.change("slot.tested", category=Category.TRUST, object=slot.title) as work:
            if keyless:
                ways.keep_public_key(work.tx, slot, passed.fit.public, vault.clock())
    return Tested(slot_info(slot, Known.of(vault)), seconds, notes)


# --- sealing again ---------------------------------------------------------------------------------------------------


def reseal(vault: Vault, name: str, around: Surroundings) -> Steps[SlotInfo]:
    """See api.Slots.reseal."""
    check(vault, Action.MANAGE)
    slot = tries.find(vault.store.header, name)
    if slot.wrapped_uk is not None and vault.opened_by.uk is None:
        policy.refuse_without_values(vault)
    prompter = Remembering(around.prompter, _ONCE_MORE)
    visit = _visit(vault, around, [], prompter)
    prompter.listen()
    try:
        passed = yield from tries.steps_through(vault.store.header, slot, visit)
        fits = passed.fit.keys.vk == vault.opened_by.vk
    except TpmChangedError:  # what sealing again is for; what else this way in asks for cannot be verified
        fits = False
    factors, outputs = [], []
    for factor in slot.factors:
        desk = visit.desk(vault.id.hex(), slot.title, None)
        factor_now, output = yield from _renew(factor, desk, visit, prompter, verified=fits)
        factors.append(factor_now)
        outputs.append(output)
    slot = _standing(vault.store.header, slot)  # its name and its limits as they are by now
    keys = slots.Keys(vault.opened_by.vk, vault.opened_by.uk if slot.wrapped_uk is not None else None)
    terms = slots.Terms(slot.title, vault.clock(), slot.once, slot.expires or None)
    new, public = slots.make(vault.id.hex(), terms, factors, outputs, keys)
    _proven(vault, new, outputs, keys)

    def after(tx: Tx) -> None:
        ways.keep_public_key(tx, new, public, vault.clock())
        ways.carry_use(tx, slot.id, new.id)

    ways.change_header(
        vault, lambda header: ways.exchanged(header, slot, new), "slot.resealed", object=slot.title, after=after
    )
    if vault.way == slot.id:
        vault.way = new.id
    return slot_info(new, Known.of(vault))


def _renew(
    factor: Factor, desk: Desk, visit: tries.Visit, prompter: Remembering, *, verified: bool
) -> Steps[tuple[Factor, bytes]]:
    """The factor anew, with what was given a moment ago."""
    method, params = methods.named(factor.method), dict(factor.params)
    lane = methods.lane_of(factor.method)
    if isinstance(method, Renewing) and (verified or method.method in methods.HARDWARE):
        prompter.replay()
        try:
            enrolled = yield from on_token(lane, partial(method.renew, params, desk))
        finally:
            prompter.stop()
        new = Factor(factor.method, enrolled.params)
        if method.method in methods.HARDWARE:
            yield from _try_again(new, enrolled.output, desk, prompter)
        return new, enrolled.output
    output, _ = yield from on_token(lane, partial(visit.output, factor, desk))
    if not verified:
        prompter.stop()
        again = yield from on_token(lane, partial(method.unlock, params, desk))
        if again != output:
            raise InvalidInputError(reason="That was not the same twice; nothing was changed", field="secret")
    return factor, output
