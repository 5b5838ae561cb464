"""What the entry form holds, apart from its widgets: fields, checks, and the input for the engine.

A protected value that was not touched is never here: it stays ``None`` and the engine keeps what it has.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from urllib.parse import parse_qs, urlsplit

from PySide6.QtCore import QCoreApplication

from kvault_gui.engine.api import (
    MAX_FIELDS,
    MAX_FILE,
    MAX_TITLE,
    MAX_VALUE,
    Draft,
    Entry,
    EntryInput,
    FieldInput,
    FieldType,
    Kind,
    Secret,
)
from kvault_gui.gui.models.kinds import KINDS

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_SCOPES = ("module:", "service:", "agent:")


@dataclass
class FormField:
    """One field being edited.

    Attributes:
        name: as it will be stored.
        stored: the name under which the engine has it now; None for a new one.
        value: None keeps what is stored (only if ``stored``).
        custom: made by the person, so that its name and type can be changed.
    """

    name: str
    type: FieldType
    protected: bool
    value: Secret | None
    stored: str | None = None
    stored_protected: bool = False
    size: int = 0
    custom: bool = False

    @property
    def kept(self) -> bool:
        """Whether the engine's value stays."""
        return self.value is None and self.stored is not None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to store."""
        return not self.kept and (self.value is None or not self.value.value)

    @property
    def must_be_read(self) -> bool:
        """A kept value that moves to another name or protection has to be read once to be stored anew."""
        return self.kept and (self.name != self.stored or self.protected != self.stored_protected)


@dataclass
class Begin:
    """What a form begins with. ``entry`` None: a new one; ``from_draft``: it goes on where it was left."""

    kind: Kind
    title: str = ""
    namespace: str = ""
    tags: list[str] = dataclass_field(default_factory=list)
    scope: list[str] = dataclass_field(default_factory=list)
    favourite: bool = False
    expires: float | None = None
    fields: list[FormField] = dataclass_field(default_factory=list)
    entry: Entry | None = None
    base_version: int = 0
    from_draft: bool = False

    @classmethod
    def new(cls, kind: Kind, title: str = "") -> Begin:
        """A new entry."""
        return cls(kind, title, fields=fields_for(kind))

    @classmethod
    def of(cls, entry: Entry) -> Begin:
        """An edit of what is stored."""
        return cls(
            kind=entry.kind,
            title=entry.title,
            namespace=entry.path,
            tags=list(entry.tags),
            scope=list(entry.scope),
            favourite=entry.favourite,
            expires=entry.expires,
            fields=fields_for(entry.kind, entry),
            entry=entry,
            base_version=entry.version,
        )

    @classmethod
    def copy_of(cls, entry: Entry, title: str) -> Begin:
        """A new entry with what ``entry`` shows openly."""
        begin = cls.of(entry)
        begin.title, begin.entry, begin.base_version, begin.favourite = title, None, 0, False
        for field in begin.fields:
            field.stored = None
        begin.fields = [field for field in begin.fields if field.type is not FieldType.FILE]
        return begin

    @classmethod
    def from_saved(cls, draft: Draft, entry: Entry | None) -> Begin:
        """Go on with a draft; ``entry`` None: a new one, or one that is gone since."""
        given = draft.input
        return cls(
            kind=given.kind,
            title=given.title,
            namespace=given.namespace,
            tags=list(given.tags),
            scope=list(given.scope),
            favourite=given.favourite,
            expires=given.expires,
            fields=from_input(given, entry),
            entry=entry,
            base_version=draft.base_version if entry else 0,
            from_draft=True,
        )


def fields_for(kind: Kind, entry: Entry | None = None) -> list[FormField]:
    """The fields to offer: those of the entry in their order, then what the kind usually has and the entry lacks."""
    usual = {form.name: form for form in KINDS[kind].fields}
    found = [
        FormField(
            name=field.name,
            type=field.type,
            protected=field.protected,
            value=None if field.value is None else Secret.of(field.value),
            stored=field.name,
            stored_protected=field.protected,
            size=field.size,
            custom=field.name not in usual,
        )
        for field in (entry.fields if entry else [])
    ]
    there = {field.name for field in found}
    missing = [
        FormField(form.name, form.type, form.protected, None) for form in usual.values() if form.name not in there
    ]
    if not found:
        return missing
    order = list(usual)
    wanted = sorted(
        [field for field in [*found, *missing] if field.name in usual], key=lambda field: order.index(field.name)
    )
    return [*wanted, *(field for field in found if field.name not in usual)]


def change_kind(fields: list[FormField], kind: Kind) -> list[FormField]:
    """The same fields under another kind: nothing that has a value is lost."""
    usual = {form.name for form in KINDS[kind].fields}
    kept = [field for field in fields if not field.empty or (field.custom and field.name)]
    for field in kept:
        field.custom = field.name not in usual
    there = {field.name for field in kept}
    added = [field for field in fields_for(kind) if field.name not in there]
    return [*(f for f in kept if not f.custom), *added, *(f for f in kept if f.custom)]


def from_input(draft: EntryInput, entry: Entry | None) -> list[FormField]:
    """The fields of a draft; ``entry`` is what is stored now, if it is an edit."""
    stored = {field.name: field for field in entry.fields} if entry else {}
    usual = {form.name for form in KINDS[draft.kind].fields}
    fields = []
    for given in draft.fields:
        here = stored.get(given.name)
        fields.append(
            FormField(
                name=given.name,
                type=given.type,
                protected=given.protected,
                value=given.value,
                stored=given.name if here else None,
                stored_protected=here.protected if here else False,
                size=here.size if here else 0,
                custom=given.name not in usual,
            )
        )
    there = {field.name for field in fields}
    return [*fields, *(field for field in fields_for(draft.kind) if field.name not in there)]


def inputs(fields: list[FormField]) -> list[FieldInput]:
    """What the engine is given; empty fields are left out."""
    return [
        FieldInput(name=field.name, type=field.type, protected=field.protected, value=field.value)
        for field in fields
        if not field.empty
    ]


# Checks: each returns a sentence, or "" -------------------------------------------------------------------------------


def _tr(text: str) -> str:
    return QCoreApplication.translate("EntryForm", text)


def title_problem(title: str) -> str:
    """A title is one line of 1 to 1,000 characters."""
    if not title.strip():
        return _tr("Give it a name, so that you find it again")
    if len(title) > MAX_TITLE:
        return _tr("A name has at most {count} characters").format(count=f"{MAX_TITLE:,}")
    return ""


def name_problems(fields: list[FormField]) -> dict[int, str]:
    """Sentences for fields whose name is missing or taken, by their place."""
    problems: dict[int, str] = {}
    seen: set[str] = set()
    for at, field in enumerate(fields):
        if field.empty and not field.custom:
            continue
        if not field.name.strip():
            if not field.empty:
                problems[at] = _tr("Give this field a name")
        elif field.name in seen:
            problems[at] = _tr("Another field has this name")
        seen.add(field.name)
    if len([field for field in fields if not field.empty]) > MAX_FIELDS:
        problems[len(fields) - 1] = _tr("An entry has at most {count} fields").format(count=MAX_FIELDS)
    return problems


def value_problem(field: FormField) -> str:
    """Whether the value has the form that its type asks for."""
    if field.kept or field.empty or field.value is None:
        return ""
    value = field.value.value
    limit = MAX_FILE if field.type is FieldType.FILE else MAX_VALUE
    if len(value) > limit:
        return _tr("This is too long: at most {count} bytes").format(count=f"{limit:,}")
    check = _CHECKS.get(field.type)
    return check(bytes(value).decode(errors="replace").strip()) if check else ""


def _pem_problem(text: str) -> str:
    return "" if text.startswith("-----BEGIN ") else _tr("A PEM text begins with “-----BEGIN”")


def _email_problem(text: str) -> str:
    return "" if _EMAIL.fullmatch(text) else _tr("An e-mail address has the form name@example.org")


def _date_problem(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        return _tr("A date has the form 2026-12-31")
    return ""


def _otp_problem(text: str) -> str:
    seed = text
    if text.lower().startswith("otpauth://"):
        parts = urlsplit(text)
        if parts.netloc.lower() not in ("totp", "hotp"):
            return _tr("kvault makes codes of the kinds totp and hotp")
        seed = parse_qs(parts.query).get("secret", [""])[0]
    letters = "".join(seed.split()).replace("-", "").rstrip("=").upper()
    try:
        decoded = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        decoded = b""
    if not decoded:
        return _tr("Paste the otpauth:// address, or the setup key in letters A to Z and digits 2 to 7")
    return ""


_CHECKS = {
    FieldType.PEM: _pem_problem,
    FieldType.DATE: _date_problem,
    FieldType.EMAIL: _email_problem,
    FieldType.OTP: _otp_problem,
}


def day_problem(text: str) -> str:
    """A day in the form of ISO 8601, or nothing."""
    return _date_problem(text.strip()) if text.strip() else ""


def scope_problem(scope: list[str]) -> str:
    """Whom an entry is meant for: "module:…", "service:…" or "agent:…"."""
    for one in scope:
        if not any(one.startswith(prefix) and len(one) > len(prefix) for prefix in _SCOPES):
            return _tr("Write module:name, service:name or agent:name")
    return ""


def split_words(text: str) -> list[str]:
    """Tags or scopes as typed, parted by commas; doubles left out, order kept."""
    return list(dict.fromkeys(part.strip().lstrip("#").strip() for part in text.split(",") if part.strip(" #")))


def free_name(name: str, taken: set[str]) -> str:
    """``name``, or ``name`` with a number where it is taken."""
    if name not in taken:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not stem:
        stem, dot, suffix = name, "", ""
    return next(
        numbered for number in range(2, len(taken) + 3) if (numbered := f"{stem} ({number}){dot}{suffix}") not in taken
    )
