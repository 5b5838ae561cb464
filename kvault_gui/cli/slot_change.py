"""slot remove, rename, limit, test, reseal, rotate, quick: changing the ways in that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kvault_gui.engine.errors import CancelledError, NoSecondWayError, UsageError

from . import credentials, dates, jobs, output, passwords, slot_show, terminal, vaults

if TYPE_CHECKING:
    from argparse import Namespace

    from kvault_gui.engine.api import Given, SlotInfo
    from kvault_gui.engine.facade import Engine


def _slot(engine: Engine, options: Namespace) -> SlotInfo:
    return credentials.find(engine.slots.all(), options.name)


def remove(options: Namespace) -> int:
    """Remove one, after a question; one that leaves no second way only if that was said."""
    with vaults.unlocked(options, "remove a way in", options.name) as engine:
        slot = _slot(engine, options)
        if not options.yes:
            _confirm(engine, slot)
        try:
            engine.slots.remove(slot.id)
        except NoSecondWayError:
            if not options.even_the_second:
                raise
            engine.slots.remove(slot.id, sure=True)
    if getattr(options, "json", False):
        output.json({"removed": slot.id, "label": slot.label})
    else:
        output.line(f"Removed the way in {slot.label}. A copy of the vault made earlier still opens with it.")
    return 0


def _confirm(engine: Engine, slot: SlotInfo) -> None:
    if not terminal.present():
        raise UsageError(reason="Say --yes to remove a way in without a question")
    left = [each.label for each in engine.slots.all() if each.id != slot.id]
    terminal.note(f"“{slot.label}” asks for: {slot_show.asks_for(slot)}. Left then: {', '.join(left) or 'nothing'}.")
    if not terminal.confirm(f"Remove the way in “{slot.label}”?"):
        raise CancelledError


def rename(options: Namespace) -> int:
    """Give it another name."""
    with vaults.unlocked(options, "rename a way in", options.name) as engine:
        slot = _slot(engine, options)
        engine.slots.rename(slot.id, options.new_name)
        now = credentials.find(engine.slots.all(), slot.id)
    return _tell(options, now, f"{slot.label} is called {now.label} now.")


def limit(options: Namespace) -> int:
    """What is not said stays as it is."""
    if options.once is None and options.expires is None:
        raise UsageError(reason="Say --once, --always or --expires DATE")
    expires = dates.last(options.expires) if options.expires is not None else None
    with vaults.unlocked(options, "limit a way in", options.name) as engine:
        slot = _slot(engine, options)
        engine.slots.limit(
            slot.id,
            slot.once if options.once is None else options.once,
            slot.expires if options.expires is None else expires,
        )
        now = credentials.find(engine.slots.all(), slot.id)
    until = f"until {output.local(now.expires)}" if now.expires else "without an end"
    return _tell(options, now, f"{now.label} can be used {'once' if now.once else 'any number of times'}, {until}.")


def test(options: Namespace) -> int:
    """Go through the whole way in."""
    with vaults.unlocked(options, "test a way in", options.name) as engine:
        slot = _slot(engine, options)
        given = _given(engine, options, slot)
        tested = jobs.run(engine.slots.test(slot.id, given), "Testing")
    for note in tested.notes:
        terminal.note(note)
    if getattr(options, "json", False):
        output.json({"slot": slot_show.slot_json(tested.slot), "seconds": tested.seconds, "notes": tested.notes})
    else:
        output.line(f"{tested.slot.label} opens the vault. It took {tested.seconds:.1f} s.")
    return 0


def reseal(options: Namespace) -> int:
    """Enrol the same factors anew."""
    with vaults.unlocked(options, "seal a way in again", options.name) as engine:
        slot = _slot(engine, options)
        given = _given(engine, options, slot)
        vaults.prompter_of(engine).answers = credentials.Answers(given, module=_module(options))
        now = jobs.run(engine.slots.reseal(slot.id), "Sealing")
    return _tell(options, now, f"Sealed {now.label} again.")


def _given(engine: Engine, options: Namespace, slot: SlotInfo) -> list[Given]:
    """What the options give for that way in. The PIN that unlocked the vault is another token's, for all they know."""
    found = credentials.offered(options, "its_")
    given = credentials.all_given(found, slot, passwords.from_options(options, "its-secret"))
    prompter = vaults.prompter_of(engine)
    if slot.current:
        given = [
            *given,
            *(each for each in prompter.answers.kept() if each.method not in {one.method for one in given}),
        ]
    prompter.answers = credentials.Answers(module=_module(options))
    return given


def _module(options: Namespace) -> str:
    return credentials.absolute(getattr(options, "its_module", ""))


def rotate(options: Namespace) -> int:
    """Make a new key. Ctrl+C changes nothing."""
    with vaults.unlocked(options, f"make a new {options.key}") as engine:
        slots = engine.slots
        job = slots.rotate_user_key if options.key == "user-key" else slots.rotate_vault_key
        notes = jobs.run(job(options.sure), "Making a new key")
    if getattr(options, "json", False):
        output.json({"rotated": options.key, "notes": notes})
    else:
        output.line("The vault has a new user key." if options.key == "user-key" else "The vault has a new vault key.")
        for note in notes:
            output.line(note)
    return 0


def forget(options: Namespace) -> int:
    """Forget what quick unlock keeps."""
    vaults.new_engine().quick.forget(str(vaults.path_of(options)))
    if getattr(options, "json", False):
        output.json({"forgotten": True})
    else:
        output.line("Nothing is kept for quick unlock.")
    return 0


def remember(options: Namespace) -> int:
    """Keep the keys for a time."""
    pin = passwords.from_options(options, "new-pin")
    with vaults.unlocked(options, "set up quick unlock") as engine:
        if pin is None and not options.fingerprint:
            pin = passwords.new_password(options, "new-pin", "New PIN for quick unlock")
        state = engine.quick.remember(pin, options.minutes * 60, options.fingerprint)
    if getattr(options, "json", False):
        output.json(slot_show.quick_json(state))
    else:
        output.line(slot_show.quick_words(state))
    return 0


def _tell(options: Namespace, slot: SlotInfo, words: str) -> int:
    if getattr(options, "json", False):
        output.json(slot_show.slot_json(slot))
    else:
        output.line(words)
    return 0
