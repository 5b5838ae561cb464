"""Audit records in sentences: what was done, by whom, from where, and with which icon it is shown.

A sentence is a list of parts; what the act was done to is strong. Templates name parts of the record: the first one of
an action whose names all have a value is used, and the last one of each needs none.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QCoreApplication

from kvault_gui.engine.api import Outcome
from kvault_gui.gui.models import kinds

from .audit_sentences import CATEGORY_ICONS, DETAILS, ICONS, METHODS, ONE, SENTENCES, WORDS
from .lines import one_line

if TYPE_CHECKING:
    from kvault_gui.engine.api import Record

LONGEST = 300  # characters of a part in a list
_SHORT = 12  # characters of a hash that are shown at its start


class Part(NamedTuple):
    """A piece of a sentence."""

    text: str
    strong: bool = False


class Sign(NamedTuple):
    """An icon and the token that it is drawn in."""

    icon: str
    tone: str


def _tr(text: str) -> str:
    return QCoreApplication.translate("Audit", text)


def sentence(record: Record) -> list[Part]:
    """What happened, as parts; an action of a newer kvault is told by its name."""
    values = _values(record)
    found: list[Part] = []
    for template in _templates(record, values):
        pieces = list(string.Formatter().parse(template))
        if all(not name or values.get(name) for _, name, _, _ in pieces):
            for literal, name, form, _ in pieces:
                found += [Part(literal)] if literal else []
                found += [Part(values[name][:LONGEST], form != "plain")] if name else []
            break
    return found


def text(record: Record) -> str:
    """The sentence as plain text."""
    return "".join(part.text for part in sentence(record))


def _templates(record: Record, values: dict[str, str]) -> list[str]:
    known = SENTENCES.get(record.action)
    if known is None:
        return [_tr("Did “{action}” to {object}"), _tr("Did “{action}”")]
    wanted = known.get(record.outcome)
    if wanted is not None:
        return [_in_number(template, values) for template in wanted]
    # An outcome that this action does not have today is told all the same.
    return [f"{_in_number(template, values)}{_tr(WORDS[record.outcome])}" for template in known[Outcome.DONE]]


def _in_number(template: str, values: dict[str, str]) -> str:
    """The sentence for one or for several."""
    name, single = ONE.get(template, ("", ""))
    return _tr(single if name and values.get(name) == "1" else template)


def _values(record: Record) -> dict[str, str]:
    """What templates may name."""
    values = {name: one_line(str(value)) for name, value in record.details.items()}
    values["object"] = one_line(record.object)
    values["action"] = one_line(record.action)
    values["file"] = one_line(record.object.rsplit("/", 1)[-1])
    if "field" in values:
        values["field"] = field_words(values["field"])
    if "method" in values:
        values["method"] = method_words(values["method"])
    values.update(_of_opening(record))
    if values.get("format"):
        values["format"] = values["format"].upper()
    if values.get("act"):
        values["act"] = _tr(values["act"])
    for name in ("entries", "records", "values", "added", "namespaces"):
        given = record.details.get(name)
        if isinstance(given, int):
            values[name] = f"{given:,}"
    if record.details.get("problems") == 0:
        values.pop("problems")
    if record.details.get("replaced") == 0:
        values.pop("replaced")
    return values


def _of_opening(record: Record) -> dict[str, str]:
    """How the vault was opened: after how many tries, and in spite of what."""
    failures, missing = (record.details.get(name) for name in ("failed before, unverified", "accepted missing"))
    found = {"failures": str(failures or ""), "missing": str(missing or "")}
    return {**found, "head": "head" if record.details.get("accepted head") else ""}


def field_words(name: str) -> str:
    """A field inside a sentence: "the password", or a person's own name for it in quotes."""
    label = kinds.label(name)
    return _tr("the {field}").format(field=label[:1].lower() + label[1:]) if label != name else f"“{name}”"


def method_words(method: str) -> str:
    """A way in inside a sentence."""
    return _tr(METHODS.get(method, method))


def sign(record: Record) -> Sign:
    """The icon of a record: refusals and failures first, then what hands a value over."""
    if record.outcome in (Outcome.REFUSED, Outcome.FAILED):
        return Sign("cross-circle-filled", "bad")
    if any(name.startswith("accepted ") for name in record.details):
        return Sign(*ICONS["unlock.accepted"])
    name, tone = ICONS.get(record.action, (CATEGORY_ICONS[record.category], "text2"))
    return Sign(name, tone)


def who(name: str) -> str:
    """The one who acted."""
    return _tr("You") if name == "owner" else one_line(name) or _tr("Somebody")


def who_icon(name: str) -> str:
    """The icon of the one who acted."""
    return {"owner": "user", "kvault": "safe", "": "question-circle"}.get(name, "terminal")


def where(place: str) -> str:
    """From where, in words."""
    line = one_line(place)
    return {"window": _tr("Window")}.get(line, line[:1].upper() + line[1:])


def facts(record: Record) -> list[tuple[str, str]]:
    """The details as label and value, in the order in which they were written."""
    found = []
    for name, value in record.details.items():
        shown = f"{value:,}" if isinstance(value, int) else value
        if name == "method":
            shown = method_words(str(value))
        elif name in ("field", "fields"):
            shown = ", ".join(kinds.label(part) for part in str(value).split(", "))
        elif name in ("format", "kind", "act"):
            shown = {"format": str(value).upper(), "act": _tr(str(value))}.get(name, str(value))
        elif name in ("hash", "signature", "batch"):
            shown = short_hash(str(value))
        found.append((_tr(DETAILS.get(name, name[:1].upper() + name[1:])), shown))
    return found


def short_hash(digits: str) -> str:
    """The ends of a hash in groups of four: "7b1e 40c9 … a2f8"."""
    grouped = [digits[at : at + 4] for at in range(0, len(digits), 4)]
    return " ".join(grouped) if len(digits) <= _SHORT + 4 else f"{grouped[0]} {grouped[1]} … {grouped[-1]}"


def whole_hash(digits: str) -> str:
    """All of a hash in groups of four."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
