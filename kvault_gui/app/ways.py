"""What the engine tells of the ways into a vault, as the plain rows of the unlock dialog."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from kvault_gui.engine.api import Method
from kvault_gui.gui.dialogs.unlock_parts import AWAY, BLOCKED, LOOKING, READY, QuickOffer, WayRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kvault_gui.engine.api import FactorInfo, Plugged, QuickState, SlotInfo, Ways, WayState

TYPED = (Method.PASSWORD, Method.RECOVERY_CODE)
HELD = {Method.FIDO2, Method.CHALLENGE_RESPONSE, Method.PIV, Method.OPENPGP, Method.PKCS11, Method.TPM, Method.DEVICE}
READERS = {Method.FIDO2.value, Method.PIV.value, Method.OPENPGP.value, Method.CHALLENGE_RESPONSE.value}
PLUGGED = READERS | {Method.PKCS11.value}

__all__ = [
    "READY",
    "Shown",
    "is_plugged",
    "is_pulled_out",
    "methods_of",
    "needs_reader",
    "offer",
    "shown",
    "tries_left",
]


def _tr(text: str) -> str:
    return QCoreApplication.translate("WaysIn", text)


class Shown(NamedTuple):
    """The ways into a vault, by where the dialog shows them."""

    methods: tuple[str, ...]  # typed ones that are a way in by themselves
    rows: tuple[WayRow, ...]
    others: tuple[WayRow, ...]


def methods_of(slot: SlotInfo) -> tuple[Method, ...]:
    """What must be given, in order."""
    return tuple(factor.method for factor in slot.factors) or (slot.method,)


def shown(slots: Sequence[SlotInfo], ways: Ways | None) -> Shown:
    """Where each way in is shown. ``ways`` None: not looked for yet."""
    states = {state.slot: state for state in ways.states} if ways is not None else {}
    methods: list[str] = []
    rows: list[WayRow] = []
    others: list[WayRow] = []
    for slot in slots:
        asked = methods_of(slot)
        if len(asked) == 1 and asked[0] in TYPED:
            methods.append(asked[0].value)
            continue
        row = _row(slot, asked, states.get(slot.id), looked=ways is not None)
        # What comes out of a drawer is in the menu; what is at hand every day stands under the password.
        (rows if HELD.intersection(asked) or Method.KEY_FILE in asked else others).append(row)
    return Shown(tuple(dict.fromkeys(methods)), tuple(rows), tuple(others))


def _row(slot: SlotInfo, asked: tuple[Method, ...], state: WayState | None, *, looked: bool) -> WayRow:
    several = len(asked) > 1
    title = " + ".join(_name(factor, slot) for factor in slot.factors) if several else slot.label
    need = next((factor.need for factor in slot.factors if factor.need), 0)
    if not several and asked[0] is Method.SHARES and need:
        # Whoever holds a sheet looks for what stands on it, which is not the name that its owner gave.
        plain = slot.label.startswith(_tr("Recovery shares"))
        text = _tr("{name} ({count} needed)") if plain else _tr("Recovery shares: {name} ({count} needed)")
        title = text.format(name=slot.label, count=need)
    steps = tuple(method.value for method in asked)
    if not HELD.intersection(asked):
        return WayRow(slot.id, title, steps, READY, _lead(slot, _asked_for(asked), title))
    if state is None:
        words = _tr("kvault cannot look for it") if looked else _tr("Looking for it")
        return WayRow(slot.id, title, steps, AWAY if looked else LOOKING, _lead(slot, words, title))
    how = READY if state.ready else BLOCKED if state.retries == 0 else AWAY
    words = state.words or (_tr("Ready") if state.ready else _tr("Not plugged in"))
    return WayRow(slot.id, title, steps, how, _lead(slot, words, title), tries_left(state.retries))


def _lead(slot: SlotInfo, words: str, title: str) -> str:
    """The person's own name for a way in that is called after what it asks for."""
    return f"{slot.label} · {words}" if slot.label and slot.label not in title else words


def _asked_for(asked: tuple[Method, ...]) -> str:
    if Method.KEY_FILE not in asked:
        return _tr("Ready")
    return _tr("The file is asked for after the password") if Method.PASSWORD in asked else _tr("The file is asked for")


def _name(factor: FactorInfo, slot: SlotInfo) -> str:
    names = {
        Method.PASSWORD: _tr("Password"),
        Method.RECOVERY_CODE: _tr("Recovery code"),
        Method.KEY_FILE: _tr("Key file"),
        Method.TPM: _tr("This computer's chip"),
        Method.DEVICE: _tr("This device"),
        Method.SHARES: _tr("Recovery shares"),
    }
    return factor.token or names.get(factor.method, "") or slot.label


def needs_reader(row: WayRow) -> bool:
    """Whether a way in may want the smart card service."""
    return any(step in READERS for step in row.steps)


def is_held(row: WayRow) -> bool:
    """Whether a way in wants a token, a card, a chip or the keyring."""
    return any(step in HELD for step in row.steps)


def is_plugged(row: WayRow) -> bool:
    """Whether a way in begins with something that is plugged in."""
    return row.steps[:1] != () and row.steps[0] in PLUGGED


def is_pulled_out(tokens: Sequence[str], event: Plugged) -> bool:
    """Whether one of ``tokens`` (ids of Opened.tokens) is not plugged in any more.

    Chips and keyrings are never pulled out, and a token of a PKCS#11 module is not watched. Without its service nothing
    is known of readers: that it ended is not taken for a pulled token.
    """
    watched = ("hid:", "pcsc:") if event.service else ("hid:",)
    return any(token.startswith(watched) and token not in event.present for token in tokens)


def tries_left(retries: int | None) -> str:
    """PIN tries in words; none where they are not counted or blocked, which the state says."""
    if not retries:
        return ""
    return _tr("1 PIN try left") if retries == 1 else _tr("{count} PIN tries left").format(count=retries)


def offer(state: QuickState | None) -> QuickOffer | None:
    """Quick unlock for the dialog; None where it cannot be used."""
    if state is None or not state.ready:
        return None
    words = _tr("Quick unlock until {time}.").format(time=_clock(state.until))
    if state.pin and state.retries:
        left = _tr("1 try is left.") if state.retries == 1 else _tr("{count} tries are left.")
        words = f"{words} {left.format(count=state.retries)}"
    return QuickOffer(words, state.pin, state.biometrics)


def _clock(until: float) -> str:
    moment = QDateTime.fromSecsSinceEpoch(int(until))
    form = "HH:mm" if until - time.time() < 24 * 3600 else "ddd HH:mm"
    return QLocale().toString(moment, form)
