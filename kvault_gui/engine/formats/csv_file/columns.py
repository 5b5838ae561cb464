"""Which columns of other programs' CSV files hold what."""

from __future__ import annotations

import re

from ..model import Role

# What kvault writes, in this order.
OWN_COLUMNS = (
    "Group",
    "Title",
    "Username",
    "Password",
    "URL",
    "Notes",
    "TOTP",
    "Tags",
    "Favourite",
    "Kind",
    "Expires",
    "Last Modified",
    "Created",
)

# Field name of kvault -> role and protection. Every other name is a custom field.
FIELD_ROLES: dict[str, tuple[Role, bool]] = {
    "username": (Role.USERNAME, False),
    "password": (Role.PASSWORD, True),
    "url": (Role.URL, False),
    "notes": (Role.NOTES, False),
    "otp": (Role.CUSTOM, True),
}

# Headings by what they mean. Written by: (1) 1Password, (b) Bitwarden, (c) Chrome and Edge, (d) Dashlane, (f) Firefox,
# (k) KeePassXC and KeePass, (l) LastPass, (n) NordPass.
_KNOWN: dict[str, tuple[str, ...]] = {
    "title": ("title", "name", "account", "titel", "nom", "titre", "título", "nombre"),  # 1k, bcln, KeePass 1
    "username": ("username", "user name", "login name", "login username", "login", "user", "benutzername", "usuario"),
    "password": ("password", "login password", "passwort", "kennwort", "mot de passe", "contraseña"),
    "url": ("url", "urls", "website", "web site", "login uri", "login url", "uri", "adresse", "link"),
    "notes": ("notes", "note", "comments", "comment", "extra", "notizen", "remarques", "notas"),
    "otp": ("totp", "otp", "otpauth", "login totp", "otpsecret", "one time password"),
    "namespace": ("group", "folder", "grouping", "vault", "gruppe", "ordner", "dossier", "carpeta"),
    "tags": ("tags", "tag"),
    "favourite": ("favourite", "favorite", "fav"),
    "kind": ("kind", "type"),
    "expires": ("expires", "expiry", "expiration"),
    "changed": ("last modified", "timepasswordchanged", "modified"),
    "created": ("created", "timecreated"),
    "": ("icon", "guid", "timelastused", "formactionorigin", "archived", "reprompt", "uuid"),
}
_MEANING = {heading: name for name, headings in _KNOWN.items() for heading in headings}
_TELLING = frozenset({"title", "username", "password", "url", "notes"})


def _normal(heading: str) -> str:
    return re.sub(r"[\W_]+", " ", heading.casefold()).strip()


def propose(cells: list[str]) -> dict[int, str] | None:
    """What each column probably holds, by the cells of the first row; None when that row is no header.

    Unknown headings are left out: their columns become fields under their own name. Of two columns with the same
    meaning the first gets it.
    """
    mapping: dict[int, str] = {}
    for number, cell in enumerate(cells):
        meaning = _MEANING.get(_normal(cell))
        if meaning is not None and (not meaning or meaning not in mapping.values()):
            mapping[number] = meaning
    telling = sum(1 for name in mapping.values() if name in _TELLING)
    enough = 2
    return mapping if telling >= min(enough, len(cells)) and telling else None
