"""slot add, replace: a new way in, and what the person must keep of it."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from kvault_gui.engine.api import Given, Method, NewFactor, NewSlot, ShareGroup, Verification
from kvault_gui.engine.errors import UsageError

from . import credentials, dates, jobs, keeping, output, passwords, slot_show, vaults

if TYPE_CHECKING:
    from argparse import Namespace

    from kvault_gui.engine.api import Added, SlotInfo
    from kvault_gui.engine.facade import Engine

_SHARES = re.compile(r"([0-9]{1,2})(?:of|/)([0-9]{1,2})")
_VERIFY = {"pin": Verification.PIN, "built-in": Verification.BUILT_IN, "none": Verification.NONE}


def add(options: Namespace) -> int:
    """Add one."""
    given = _given(options)
    factors = [_factor(options, each) for each in given]
    with (
        contextlib.closing(keeping.prepare(options, factors)) as kept,
        vaults.unlocked(options, "add a way in", options.name) as engine,
    ):
        _answer(engine, options, given)
        added = jobs.run(engine.slots.add(_wanted(options, options.name, factors)), "Adding")
        kept.take(engine, added)
    return _tell(options, added, kept, f"Added the way in {added.slot.label}.")


def replace(options: Namespace) -> int:
    """Add one and remove another."""
    given = _given(options)
    factors = [_factor(options, each) for each in given]
    with (
        contextlib.closing(keeping.prepare(options, factors)) as kept,
        vaults.unlocked(options, "replace a way in", options.name) as engine,
    ):
        old = credentials.find(engine.slots.all(), options.name)
        _answer(engine, options, given)
        wanted = _wanted(options, options.new_name or old.label, factors)
        if kept.needed:
            added = _exchange(engine, wanted, old, kept)
        else:
            added = jobs.run(engine.slots.replace(old.id, wanted), "Adding")
    return _tell(options, added, kept, f"Replaced {old.label} by {added.slot.label}.")


def _exchange(engine: Engine, wanted: NewSlot, old: SlotInfo, kept: keeping.Kept) -> Added:
    """The old one goes only when what must be kept of the new one is kept."""
    label = wanted.label
    if label.casefold() == old.label.casefold():
        wanted.label = f"{label[:90]} (new)"
    added = jobs.run(engine.slots.add(wanted), "Adding")
    kept.take(engine, added)
    engine.slots.remove(old.id, sure=True)
    if wanted.label != label:
        engine.slots.rename(added.slot.id, label)
    added.slot = credentials.find(engine.slots.all(), added.slot.id)
    return added


def _answer(engine: Engine, options: Namespace, given: list[Given]) -> None:
    """The PINs that unlocked the vault answer nothing here: they are other tokens'."""
    admin = passwords.from_options(options, "admin")
    pins = [each for each in given if each.method in credentials.WITH_PIN]
    module = credentials.absolute(getattr(options, "its_module", ""))
    vaults.prompter_of(engine).answers = credentials.Answers(pins, admin, yes=options.yes, module=module)


def _wanted(options: Namespace, name: str, factors: list[NewFactor]) -> NewSlot:
    for factor in factors:
        if factor.method is Method.PASSWORD:
            factor.secret = passwords.new_password(options, "new-password", f"New password for “{name}”")
    expires = dates.last(options.expires) if options.expires is not None else None
    return NewSlot(name, factors, not options.browse_only, options.once, expires)


def _given(options: Namespace) -> list[Given]:
    """What the options name of it, in order. Raises UsageError."""
    found = credentials.offered(options, "its_")
    if found.pins or found.tokens:
        raise UsageError(reason="There are more PINs or tokens than --with names")
    given = list(found.given)
    wanted: list[tuple[Method, object]] = [
        (Method.PASSWORD, passwords.is_given(options, "new-password")),
        (Method.KEY_FILE, options.new_key_file),
        (Method.SHARES, options.shares or options.group),
    ]
    for method, said in wanted:
        if said and all(each.method is not method for each in given):
            given.append(Given(method))
    if not given:
        raise UsageError(reason="Say with --with METHOD what the new way in asks for")
    return given


def _factor(options: Namespace, given: Given) -> NewFactor:
    factor = NewFactor(given.method, token=given.token)
    match given.method:
        case Method.KEY_FILE:
            _key_file(options, factor, given.file)
        case Method.FIDO2:
            factor.resident, factor.verification = options.resident, _VERIFY[options.verify]
        case Method.CHALLENGE_RESPONSE:
            factor.position = options.position
        case Method.PKCS11:
            factor.file = credentials.absolute(getattr(options, "its_module", ""))
        case Method.TPM:
            factor.pin, factor.pcrs = options.tpm_pin or given.secret is not None, _pcrs(options.pcrs)
        case Method.DEVICE:
            factor.biometrics = options.fingerprint
        case Method.SHARES:
            factor.groups, factor.groups_needed = _groups(options)
        case _:
            pass
    if given.method in {Method.CHALLENGE_RESPONSE, Method.PIV, Method.OPENPGP, Method.PKCS11}:
        factor.make, factor.touch = options.make is not None, options.touch
        factor.key = options.key if given.method is Method.PKCS11 else options.make or ""
    return factor


def _key_file(options: Namespace, factor: NewFactor, existing: str) -> None:
    if bool(existing) == bool(options.new_key_file):
        raise UsageError(reason="Say --key-file PATH, or --new-key-file PATH to make one")
    factor.make, factor.file = not existing, existing or credentials.absolute(options.new_key_file)


def _pcrs(text: str | None) -> list[int]:
    if text is None:
        return []
    parts = text.split(",")
    if not all(part.isascii() and part.isdigit() and len(part) <= 2 for part in parts):  # noqa: PLR2004 digits
        raise UsageError(reason="--pcrs takes numbers like 0,7")
    return sorted({int(part) for part in parts})


def _groups(options: Namespace) -> tuple[list[ShareGroup], int]:
    if bool(options.shares) == bool(options.group):
        raise UsageError(reason="Say --shares 2of3, or --group 2of3 once for each group and --groups N")
    if options.shares:
        return [_group(options.shares, "--shares")], 1
    groups = [_group(text, "--group") for text in options.group]
    if options.groups is None:
        raise UsageError(reason="Say with --groups N how many groups are needed")
    return groups, options.groups


def _group(text: str, option: str) -> ShareGroup:
    found = _SHARES.fullmatch(text)
    if found is None:
        raise UsageError(reason=f"{option} takes how many of how many, like 2of3")
    return ShareGroup(int(found[1]), int(found[2]))


def _tell(options: Namespace, added: Added, kept: keeping.Kept, words: str) -> int:
    if getattr(options, "json", False):
        output.json(
            {
                "slot": slot_show.slot_json(added.slot),
                "set": added.set,
                "notes": added.notes,
                "out": kept.out and str(kept.out),
                "sheets": kept.sheets and str(kept.sheets),
            }
        )
        return 0
    output.line(words)
    for note in added.notes:
        output.line(note)
    for path in (kept.out, kept.sheets):
        if path is not None:
            output.line(f"What you must keep is in {path}.")
    return 0
