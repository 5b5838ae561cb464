"""Kinds of entries in words: their names, icons and the fields that a new one begins with.

A well-known field is stored under a short English name ("username"), the same for window, command line and import, and
is shown under a translated label. Every other field is shown under the name that the person gave it.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from kvault_gui.engine.api import FieldType, Kind


def QT_TRANSLATE_NOOP(_context: str, text: str) -> str:
    """Mark a text for lupdate, which knows this name. PySide6's own returns object to the type checker."""
    return text


@dataclass(frozen=True)
class FieldForm:
    """A field that a kind usually has."""

    name: str
    type: FieldType
    protected: bool


@dataclass(frozen=True)
class KindForm:
    """How a kind is named, drawn and begun. ``main`` is the field that Ctrl+C copies, ``who`` the one of Ctrl+B."""

    kind: Kind
    word: str
    icon: str
    main: str
    who: str
    fields: tuple[FieldForm, ...]


_NOTES = FieldForm("notes", FieldType.LONG, protected=False)

KINDS: dict[Kind, KindForm] = {
    form.kind: form
    for form in (
        KindForm(
            Kind.CREDENTIAL,
            QT_TRANSLATE_NOOP("Kinds", "Login"),
            "globe",
            "password",
            "username",
            (
                FieldForm("username", FieldType.TEXT, protected=False),
                FieldForm("password", FieldType.SECRET, protected=True),
                FieldForm("url", FieldType.URL, protected=False),
                FieldForm("otp", FieldType.OTP, protected=True),
                _NOTES,
            ),
        ),
        KindForm(
            Kind.API_KEY,
            QT_TRANSLATE_NOOP("Kinds", "API key"),
            "code",
            "key",
            "service",
            (
                FieldForm("service", FieldType.TEXT, protected=False),
                FieldForm("key", FieldType.SECRET, protected=True),
                FieldForm("endpoint", FieldType.URL, protected=False),
                _NOTES,
            ),
        ),
        KindForm(
            Kind.CERTIFICATE,
            QT_TRANSLATE_NOOP("Kinds", "Certificate"),
            "certificate",
            "private_key",
            "subject",
            (
                FieldForm("subject", FieldType.TEXT, protected=False),
                FieldForm("certificate", FieldType.PEM, protected=False),
                FieldForm("private_key", FieldType.PEM, protected=True),
                _NOTES,
            ),
        ),
        KindForm(
            Kind.SIGNING_KEY,
            QT_TRANSLATE_NOOP("Kinds", "Signing key"),
            "terminal",
            "private_key",
            "subject",
            (
                FieldForm("subject", FieldType.TEXT, protected=False),
                FieldForm("private_key", FieldType.PEM, protected=True),
                FieldForm("public_key", FieldType.PEM, protected=False),
                _NOTES,
            ),
        ),
        KindForm(
            Kind.NOTE,
            QT_TRANSLATE_NOOP("Kinds", "Note"),
            "note",
            "notes",
            "",
            (FieldForm("notes", FieldType.LONG, protected=True),),
        ),
    )
}

_LABELS: dict[str, str] = {
    "username": QT_TRANSLATE_NOOP("Kinds", "User name"),
    "password": QT_TRANSLATE_NOOP("Kinds", "Password"),
    "url": QT_TRANSLATE_NOOP("Kinds", "Website"),
    "otp": QT_TRANSLATE_NOOP("Kinds", "One-time code"),
    "notes": QT_TRANSLATE_NOOP("Kinds", "Notes"),
    "service": QT_TRANSLATE_NOOP("Kinds", "Service"),
    "key": QT_TRANSLATE_NOOP("Kinds", "Key"),
    "endpoint": QT_TRANSLATE_NOOP("Kinds", "Address"),
    "subject": QT_TRANSLATE_NOOP("Kinds", "Subject"),
    "certificate": QT_TRANSLATE_NOOP("Kinds", "Certificate"),
    "private_key": QT_TRANSLATE_NOOP("Kinds", "Private key"),
    "public_key": QT_TRANSLATE_NOOP("Kinds", "Public key"),
    "title": QT_TRANSLATE_NOOP("Kinds", "Title"),
    "tags": QT_TRANSLATE_NOOP("Kinds", "Tags"),
    "scope": QT_TRANSLATE_NOOP("Kinds", "Meant for"),
    "expires": QT_TRANSLATE_NOOP("Kinds", "Expiry"),
    "kind": QT_TRANSLATE_NOOP("Kinds", "Kind"),
    "namespace": QT_TRANSLATE_NOOP("Kinds", "Namespace"),
    "favourite": QT_TRANSLATE_NOOP("Kinds", "Favourite"),
}

_TYPES: dict[FieldType, str] = {
    FieldType.TEXT: QT_TRANSLATE_NOOP("Kinds", "Text"),
    FieldType.SECRET: QT_TRANSLATE_NOOP("Kinds", "Secret"),
    FieldType.URL: QT_TRANSLATE_NOOP("Kinds", "Address"),
    FieldType.EMAIL: QT_TRANSLATE_NOOP("Kinds", "E-mail"),
    FieldType.DATE: QT_TRANSLATE_NOOP("Kinds", "Date"),
    FieldType.OTP: QT_TRANSLATE_NOOP("Kinds", "One-time code"),
    FieldType.LONG: QT_TRANSLATE_NOOP("Kinds", "Several lines"),
    FieldType.PEM: QT_TRANSLATE_NOOP("Kinds", "Key or certificate (PEM)"),
    FieldType.FILE: QT_TRANSLATE_NOOP("Kinds", "File"),
}

CUSTOM_TYPES = (
    FieldType.TEXT,
    FieldType.SECRET,
    FieldType.URL,
    FieldType.EMAIL,
    FieldType.DATE,
    FieldType.OTP,
    FieldType.LONG,
    FieldType.PEM,
)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Kinds", text)


def word(kind: Kind) -> str:
    """The kind's name for people."""
    return _tr(KINDS[kind].word)


def icon(kind: Kind) -> str:
    """The name of the kind's icon."""
    return KINDS[kind].icon


def label(name: str) -> str:
    """A field's name for people: translated if it is a well-known one, else as given."""
    known = _LABELS.get(name)
    return _tr(known) if known else name


def type_word(form: FieldType) -> str:
    """A field type's name for people."""
    return _tr(_TYPES[form])
