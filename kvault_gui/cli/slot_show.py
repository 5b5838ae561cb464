"""slot list, methods, tokens, losses, quick state: looking at the ways in."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from . import credentials, jobs, output, terminal, vaults

if TYPE_CHECKING:
    from argparse import Namespace

    from kvault_gui.engine.api import QuickState, SlotInfo


def slot_json(slot: SlotInfo) -> dict[str, Any]:
    """A way in for programs."""
    return {
        "id": slot.id,
        "label": slot.label,
        "method": slot.method.value,
        "factors": slot.factors,
        "created": output.iso(slot.created),
        "last_used": output.iso(slot.last_used),
        "detail": slot.detail,
        "reads_values": slot.reads_values,
        "once": slot.once,
        "expires": output.iso(slot.expires),
        "carried": slot.carried,
        "current": slot.current,
    }


def asks_for(slot: SlotInfo) -> str:
    """What a way in asks for, in words."""
    named = [output.method_words(each.method) + (f", {each.token}" if each.token else "") for each in slot.factors]
    return " + ".join(named) or output.method_words(slot.method)


def _remarks(slot: SlotInfo) -> str:
    said = []
    if slot.once:
        said.append("once")
    if slot.expires:
        said.append(f"until {output.local(slot.expires)}")
    if not slot.reads_values:
        said.append("browses only")
    if any(factor.outdated for factor in slot.factors):
        said.append("to be sealed again")
    return ", ".join(said)


def show(options: Namespace) -> int:
    """What is enrolled; with --locked also what is plugged in, without unlocking."""
    if options.locked:
        return _show_locked(options)
    with vaults.unlocked(options, "list the ways in") as engine:
        slots = engine.slots.all()
    if getattr(options, "json", False):
        output.json([slot_json(slot) for slot in slots])
        return 0
    rows = [
        (
            slot.id,
            slot.label,
            asks_for(slot),
            "in use" if slot.current else output.local(slot.last_used) if slot.last_used else "never",
            slot.detail,
            _remarks(slot),
        )
        for slot in slots
    ]
    output.table([("Id", "Name", "Asks for", "Last used", "Details", ""), *rows])
    return 0


def _show_locked(options: Namespace) -> int:
    path = str(vaults.path_of(options))
    engine = vaults.new_engine()
    slots = engine.vaults.probe(path).slots
    ways = jobs.run(engine.tokens.ways(path, []), "Looking for tokens")
    states = {state.slot: state for state in ways.states}
    for notice in ways.notices:
        terminal.note(notice)
    if getattr(options, "json", False):
        output.json(
            {
                "slots": [slot_json(slot) | {"state": states.get(slot.id)} for slot in slots],
                "tokens": ways.tokens,
                "notices": ways.notices,
            }
        )
        return 0
    output.table(
        [
            ("Id", "Name", "Asks for", "Now"),
            *[(slot.id, slot.label, asks_for(slot), output.state_words(states.get(slot.id))) for slot in slots],
        ]
    )
    return 0


def methods(options: Namespace) -> int:
    """Every method, and whether it can be enrolled here and now."""
    found = vaults.new_engine().slots.methods()
    if getattr(options, "json", False):
        output.json(found)
    else:
        output.table(
            [
                (credentials.name_of(each.method), output.method_words(each.method), each.reason or "ready")
                for each in found
            ]
        )
    return 0


def tokens(options: Namespace) -> int:
    """What is plugged in."""
    engine = vaults.new_engine()
    module = credentials.absolute(getattr(options, "module", ""))
    job = engine.tokens.module(module) if module else engine.tokens.all()
    found = jobs.run(job, "Looking for tokens")
    if getattr(options, "json", False):
        output.json(found)
        return 0
    for token in found:
        for warning in token.warnings:
            terminal.note(f"{token.name}: {warning}")
    output.table(
        [
            (
                token.id,
                token.name,
                token.serial,
                token.firmware,
                token.problem or ", ".join(credentials.name_of(method) for method in token.methods),
            )
            for token in found
        ]
    )
    return 0


def losses(options: Namespace) -> int:
    """What happens if I lose ..."""
    with vaults.unlocked(options, "list the ways in") as engine:
        found = engine.slots.losses()
    if getattr(options, "json", False):
        output.json(found)
    else:
        for loss in found:
            output.line(f"{loss.thing}: {loss.words}")
    return 0


def quick(options: Namespace) -> int:
    """Whether a PIN or a finger opens the vault now."""
    state = vaults.new_engine().quick.state(str(vaults.path_of(options)))
    if getattr(options, "json", False):
        output.json(quick_json(state))
    else:
        output.line(quick_words(state))
    return 0


def quick_json(state: QuickState) -> dict[str, Any]:
    """Quick unlock for programs."""
    return {
        "ready": state.ready,
        "until": output.iso(state.until) if state.ready else None,
        "retries": state.retries,
        "biometrics": state.biometrics,
        "pin": state.pin,
        "where": state.where,
        "reason": state.reason,
    }


def quick_words(state: QuickState) -> str:
    """Quick unlock in a sentence."""
    if not state.ready:
        return state.reason or "Quick unlock is not set up."
    how = " or ".join(word for word, there in (("a PIN", state.pin), ("a finger", state.biometrics)) if there)
    until = time.strftime("%H:%M", time.localtime(state.until))
    tries = output.count(state.retries, "try", "tries")
    return f"Quick unlock by {how} is ready until {until}, {tries} left; the key is kept in the {state.where}."
