"""The ways into a vault in words: what one asks for, when it was used, what is to be said of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from kvault_gui.engine.api import Method

from . import when
from .lines import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kvault_gui.engine.api import FactorInfo, SlotInfo, WayState

ICONS = {
    Method.PASSWORD: "password",
    Method.RECOVERY_CODE: "note",
    Method.KEY_FILE: "file",
    Method.FIDO2: "token",
    Method.CHALLENGE_RESPONSE: "usb",
    Method.PIV: "card",
    Method.OPENPGP: "card",
    Method.PKCS11: "database",
    Method.TPM: "chip",
    Method.DEVICE: "laptop",
    Method.SHARES: "sheets",
    Method.QUICK: "lightning",
}
PLUGGED = {Method.FIDO2, Method.CHALLENGE_RESPONSE, Method.PIV, Method.OPENPGP, Method.PKCS11}  # is plugged in
COMPANY = {Method.KEY_FILE, Method.CHALLENGE_RESPONSE}  # never the only thing that a way in asks for
SHORT = 3_600 * 24 * 30  # seconds: an end within this is to be seen


class Badge(NamedTuple):
    """A chip beside a name: see widgets.labels.Chip."""

    text: str
    icon: str
    kind: str


def _tr(text: str) -> str:
    return QCoreApplication.translate("Ways", text)


def method_name(method: Method) -> str:
    """What a person calls it."""
    return {
        Method.PASSWORD: _tr("Password"),
        Method.RECOVERY_CODE: _tr("Recovery code"),
        Method.KEY_FILE: _tr("Key file"),
        Method.FIDO2: _tr("FIDO2 token"),
        Method.CHALLENGE_RESPONSE: _tr("YubiKey challenge-response"),
        Method.PIV: _tr("Smart card (PIV)"),
        Method.OPENPGP: _tr("OpenPGP card"),
        Method.PKCS11: _tr("Smart card or HSM (PKCS#11)"),
        Method.TPM: _tr("This computer's TPM"),
        Method.DEVICE: _tr("This device"),
        Method.SHARES: _tr("Recovery shares"),
        Method.QUICK: _tr("Quick unlock"),
    }[method]


def method_sentence(method: Method) -> str:
    """What it is good for, one sentence."""
    return {
        Method.PASSWORD: _tr("Something that you know and can type anywhere"),
        Method.RECOVERY_CODE: _tr("A code on paper, for the day when everything else is gone"),
        Method.KEY_FILE: _tr("A file on a stick or another disk, together with a password"),
        Method.FIDO2: _tr("A security key that you touch: YubiKey, Nitrokey, SoloKey and others"),
        Method.CHALLENGE_RESPONSE: _tr("A YubiKey slot with HMAC-SHA1, together with a password"),
        Method.PIV: _tr("The key in slot 9d of a PIV card or a YubiKey"),
        Method.OPENPGP: _tr("The decryption key of an OpenPGP card"),
        Method.PKCS11: _tr("Whatever comes with a PKCS#11 module"),
        Method.TPM: _tr("The chip in this computer: this way in works here only"),
        Method.DEVICE: _tr("The desktop's keyring of this login, on this computer"),
        Method.SHARES: _tr("Sheets for several people or places, of which some together open the vault"),
        Method.QUICK: _tr("A PIN for this login session"),
    }[method]


def in_words(slot: SlotInfo) -> str:
    """What must be given, in its order: "Password + FIDO2 token"."""
    factors = slot.factors
    return " + ".join(method_name(factor.method) for factor in factors) if factors else method_name(slot.method)


def icon(slot: SlotInfo) -> str:
    """The icon of what is held or lies on paper, before that of a password."""
    found = [factor.method for factor in slot.factors if factor.method is not Method.PASSWORD]
    return ICONS[found[0] if found else slot.method]


def factor_detail(factor: FactorInfo) -> str:
    """The token's name and the parameters: "YubiKey 5C, PIN and touch"."""
    detail = one_line(factor.detail)
    token = one_line(factor.token)
    return f"{token}, {detail}" if token and detail and token not in detail else detail or token


def details(slot: SlotInfo) -> str:
    """The parameters of every factor: "Argon2id, 64 MiB, 3 passes; YubiKey 5C, PIN and touch"."""
    found = [text for factor in slot.factors if (text := factor_detail(factor))]
    return "; ".join(found) or one_line(slot.detail)


def strength(slot: SlotInfo) -> str:
    """What it withstands: the sentence of each factor."""
    return " ".join(sentence(factor.strength) for factor in slot.factors if factor.strength)


def sentence(text: str) -> str:
    """``text`` with a full stop."""
    return text if not text or text[-1] in ".?…" else f"{text}."


def _day(then: float, now: float) -> str:
    stamp, today = QDateTime.fromSecsSinceEpoch(int(then)), QDateTime.fromSecsSinceEpoch(int(now))
    days = stamp.date().daysTo(today.date())
    clock = QLocale().toString(stamp.time(), "HH:mm")
    if days == 0:
        return _tr("today {time}").format(time=clock)
    if days == 1:
        return _tr("yesterday {time}").format(time=clock)
    return _tr("on {date}").format(date=when.date(then))


def used(slot: SlotInfo, now: float | None = None) -> str:
    """When it was last used: "Used today 14:20", "Never used"."""
    if slot.last_used is None:
        return _tr("Never used")
    return _tr("Used {when}").format(when=_day(slot.last_used, time.time() if now is None else now))


def added(slot: SlotInfo, now: float | None = None) -> str:
    """When it was added."""
    return _tr("Added {when}").format(when=_day(slot.created, time.time() if now is None else now))


def is_outdated(slot: SlotInfo) -> bool:
    """Whether better parameters exist."""
    return any(factor.outdated for factor in slot.factors)


def shows_renewal(slot: SlotInfo) -> bool:
    """Whether making it anew has a button: where it should be done, and where an update of the computer may want it."""
    bound = any(factor.method is Method.TPM and "PCR" in factor.detail for factor in slot.factors)
    return bound or is_outdated(slot)


def is_over(slot: SlotInfo, now: float | None = None) -> bool:
    """Whether its time has ended."""
    return slot.expires is not None and slot.expires <= (time.time() if now is None else now)


def renewal(slot: SlotInfo) -> str:
    """What making it anew is called: the verb on its button."""
    return _tr("Seal again") if is_sealed(slot) else _tr("Renew")


def is_sealed(slot: SlotInfo) -> bool:
    """Whether a chip has a part in it."""
    return any(factor.method is Method.TPM for factor in slot.factors)


def badges(slot: SlotInfo, state: WayState | None = None, now: float | None = None) -> list[Badge]:
    """What is to be seen of a way in at a glance."""
    moment = time.time() if now is None else now
    found: list[Badge] = []
    if slot.current:
        found.append(Badge(_tr("In use now"), "lock-open", "accent"))
    if state is not None and state.token and any(factor.method in PLUGGED for factor in slot.factors):
        found.append(Badge(_tr("Plugged in now"), "usb", "ok"))
    if is_over(slot, moment):
        found.append(Badge(_tr("Ended on {date}").format(date=when.date(slot.expires or 0)), "clock-filled", "bad"))
    elif slot.expires is not None:
        kind = "wait" if slot.expires - moment < SHORT else "neutral"
        found.append(Badge(_tr("Until {date}").format(date=when.date(slot.expires)), "clock", kind))
    if slot.once:
        found.append(Badge(_tr("Once"), "hash", "wait"))
    if not slot.reads_values:
        found.append(Badge(_tr("Browses only"), "eye-off", "neutral"))
    if is_outdated(slot):
        found.append(Badge(_tr("Should be renewed"), "refresh", "wait"))
    return found


def spoken(slot: SlotInfo, state: WayState | None = None, now: float | None = None) -> str:
    """Everything of a way in as one text, for assistive technology."""
    parts = [one_line(slot.label), in_words(slot), details(slot), strength(slot), used(slot, now), added(slot, now)]
    parts += [badge.text for badge in badges(slot, state, now)]
    return " ".join(sentence(part) for part in parts if part)


def easier(new: SlotInfo, slots: Sequence[SlotInfo]) -> list[str]:
    """The names of those that open as much as ``new`` but ask for a part only of what it asks for."""

    def asked(slot: SlotInfo) -> set[tuple[Method, str]]:
        return {(factor.method, factor.token) for factor in slot.factors}

    return [one_line(slot.label) for slot in opens_everything(slots) if asked(slot) < asked(new)]


def opens_everything(slots: Sequence[SlotInfo]) -> list[SlotInfo]:
    """Those that open everything, for good: what a person can rely on."""
    return [slot for slot in slots if slot.reads_values and not slot.once and slot.expires is None]


def proposed_name(methods: Sequence[Method], tokens: Sequence[str], taken: Sequence[str]) -> str:
    """A name for a new way in: what it asks for, tokens by their names; with a number if there is one of that name."""
    parts = zip(methods, tokens, strict=True)
    base = " + ".join(one_line(token) or method_name(method) for method, token in parts)[:60]
    number, name = 2, base
    while name in taken:
        name = f"{base} {number}"
        number += 1
    return name


class Binding(NamedTuple):
    """To which measurements of the start-up a TPM way in is bound."""

    pcrs: tuple[int, ...]
    name: str
    text: str


def bindings() -> list[Binding]:
    """The choices, from the loosest to the strictest (TCG PC Client Platform Firmware Profile, section 3.3.4)."""
    return [
        Binding(
            (), _tr("This computer's chip alone"), _tr("Survives every update. Any system that runs here can ask.")
        ),
        Binding(
            (7,),
            _tr("This computer's Secure Boot settings"),
            _tr("Ends when Secure Boot is switched off or gets other keys. (PCR 7)"),
        ),
        Binding(
            (0, 2, 4, 7),
            _tr("This computer's firmware and boot"),
            _tr("Also ends with each firmware or boot loader update: seal it again afterwards. (PCR 0, 2, 4, 7)"),
        ),
    ]
