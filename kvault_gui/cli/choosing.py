"""Which way into the vault a person takes: the password at once, or one of what is enrolled and plugged in."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from kvault_gui.engine.api import Credential, Method, Secret
from kvault_gui.engine.errors import KvaultError

from . import jobs, output, prompter, terminal

if TYPE_CHECKING:
    from kvault_gui.engine.api import Probe, SlotInfo, WayState
    from kvault_gui.engine.facade import Engine

_USUAL = frozenset({Method.PASSWORD, Method.RECOVERY_CODE})


def ask(engine: Engine, probe: Probe) -> Credential:
    """Ask for the password; an empty line, or a vault without a password, shows the ways in. Raises CancelledError."""
    name = Path(probe.path).name
    by_password = [slot for slot in probe.slots if any(each.method is Method.PASSWORD for each in slot.factors)]
    if not by_password and probe.slots:
        return _choose(engine, probe, name)
    unusual = any({factor.method for factor in slot.factors} - _USUAL for slot in probe.slots)
    hint = " (or Enter to choose another way)" if unusual else ""
    typed = terminal.ask_secret(f"Password for {name}{hint}: ")
    if not typed.value and len(probe.slots) > 1:
        return _choose(engine, probe, name)
    return Credential(Method.PASSWORD, typed)


def _choose(engine: Engine, probe: Probe, name: str) -> Credential:
    states, quick = _standing(engine, probe)
    lines = [_line(slot, states.get(slot.id)) for slot in probe.slots]
    if quick:
        lines.append(quick)
    chosen = prompter.choose(f"Ways into {name}:", lines)
    nothing = Secret(bytearray())
    if chosen == len(probe.slots):
        return Credential(Method.QUICK, nothing)
    slot = probe.slots[chosen]
    return Credential(slot.method, nothing, slot.id)


def _standing(engine: Engine, probe: Probe) -> tuple[dict[str, WayState], str]:
    """How each way in stands, and quick unlock in words if it is ready. Looking must not stop anybody."""
    states: dict[str, WayState] = {}
    quick = ""
    try:
        ways = jobs.run(engine.tokens.ways(probe.path, []), "Looking for tokens")
        states = {state.slot: state for state in ways.states}
        for notice in ways.notices:
            terminal.note(notice)
        state = engine.quick.state(probe.path)
        if state.ready:
            until = time.strftime("%H:%M", time.localtime(state.until))
            quick = f"Quick unlock by {'fingerprint' if state.biometrics and not state.pin else 'PIN'}, until {until}"
    except KvaultError as error:
        terminal.note(error.brief)
    return states, quick


def _line(slot: SlotInfo, state: WayState | None) -> str:
    asks = " + ".join(output.method_words(factor.method) for factor in slot.factors)
    parts = [slot.label, asks]
    if state is not None and (not state.ready or state.retries is not None):
        parts.append(output.state_words(state))
    return "  ".join(parts)
