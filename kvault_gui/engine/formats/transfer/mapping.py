"""From a foreign entry to one of the vault: names, types, limits.

What does not fit is changed as little as possible, and counted.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...api import MAX_FIELDS, MAX_TITLE, MAX_VALUE, EntryInput, FieldInput, FieldType, Kind, Secret
from ...vault import text
from ...vault.bulk import NewEntry
from ...vault.fields import MAX_FIELD_NAME, MAX_TAGS
from ..model import Role
from .otp_uri import find_uri

if TYPE_CHECKING:
    from ..model import Dropped, ForeignEntry, ForeignField, ForeignGroup, ForeignState

UNTITLED = "Untitled"
_BROKEN_LINE = frozenset({"Cc", "Cs", "Zl", "Zp"})
_LATEST = 253_402_300_799.0
_FAVOURITE = "Favorite"  # the tag by which KeePass 2.5x marks favourites
_ROLES = {
    Role.USERNAME: ("username", FieldType.TEXT),
    Role.PASSWORD: ("password", FieldType.SECRET),
    Role.URL: ("url", FieldType.URL),
    Role.NOTES: ("notes", FieldType.LONG),
}
_ORDER = (Role.USERNAME, Role.PASSWORD, Role.URL)
_KINDS = frozenset(kind.value for kind in Kind)
_NOTE_KINDS = frozenset({"note", "securenote", "secure note"})
_API_NAMES = frozenset({"api key", "apikey", "api_key", "api token", "api_token", "access token", "access_token"})
_MAX_SERVICE = 200  # characters of the namespace that an API key without a place gets


def one_line(value: str, limit: int, otherwise: str) -> str:
    """Text as a title or name may be: one line, not empty, at most ``limit`` characters."""
    if value.isascii() and value.isprintable() and 0 < len(value) <= limit and value.strip():
        return value
    line = "".join(" " if unicodedata.category(letter) in _BROKEN_LINE else letter for letter in value)
    return line[:limit] if line[:limit].strip() else otherwise


@dataclass
class Mapper:
    """Maps the entries of one file. ``into`` are the names below which everything is put."""

    into: list[str]
    dropped: Dropped
    history: bool = True
    _paths: dict[int, list[str]] = field(default_factory=dict)

    def path(self, group: ForeignGroup) -> list[str]:
        """The namespace for a group; what lies in the recycle bin keeps its place below the bin."""
        known = self._paths.get(id(group))
        if known is None:
            known = self._paths[id(group)] = self._fit_path(group)
        return known

    def _fit_path(self, group: ForeignGroup) -> list[str]:
        names: list[str] = []
        current: ForeignGroup | None = group
        while current is not None and current.parent is not None and not current.recycle_bin:
            names.append(one_line(current.name, text.MAX_NAME, "Unnamed"))
            current = current.parent
        path = [*self.into, *reversed(names)]
        if len(path) > text.MAX_DEPTH:
            self.dropped.add(f"groups deeper than {text.MAX_DEPTH} were put together")
            last = " - ".join(path[text.MAX_DEPTH - 1 :])[: text.MAX_NAME]
            path = [*path[: text.MAX_DEPTH - 1], last]
        return path

    def entry(self, foreign: ForeignEntry) -> NewEntry:
        """The entry to store."""
        present = foreign.state
        kind = guess_kind(present, foreign.kind)
        namespace = text.join_path(self.path(foreign.group))
        if kind is Kind.API_KEY and not namespace and len(present.title) > _MAX_SERVICE:
            kind = Kind.CREDENTIAL
        new = NewEntry(
            self._input(present, kind, namespace),
            created=self._moment(present.created),
            changed=self._moment(present.changed),
            trashed=foreign.group.recycled(),
        )
        new.input.favourite = new.input.favourite or foreign.favourite
        if self.history:
            for state in foreign.history:
                when = self._moment(state.changed)
                new.history.append((when if when is not None else 0.0, self._input(state, kind, namespace)))
        else:
            self.dropped.add("earlier versions", len(foreign.history))
        return new

    def _input(self, state: ForeignState, kind: Kind, namespace: str) -> EntryInput:
        title = one_line(state.title, MAX_TITLE, UNTITLED)
        fields = _Fields(self.dropped)
        fields.standard(state)
        otp = fields.one_time_code(state, title)
        if title != state.title and state.title.strip():
            self.dropped.add(
                "titles with line breaks or over 1,000 characters; the whole title is a field of the entry"
            )
            fields.add("whole title", FieldType.LONG, state.title.encode("utf-8", "replace"), protected=False)
        if state.title_protected:
            self.dropped.add("protections of titles")
        for custom in state.fields:
            if custom.role is Role.CUSTOM and custom.name not in otp:
                fields.custom(custom)
        fields.role(state, Role.NOTES)
        for file in state.files:
            fields.add(file.name, FieldType.FILE, file.data, protected=file.protected)
        tags, favourite = self._tags(state)
        return EntryInput(kind, title, namespace, fields.found, tags, [], favourite, self._moment(state.expires))

    def _tags(self, state: ForeignState) -> tuple[list[str], bool]:
        fit = [one_line(tag, text.MAX_TAG, "") for tag in state.tags if tag != _FAVOURITE]
        once = [tag for tag in dict.fromkeys(fit) if tag]
        self.dropped.add(f"tags beyond {MAX_TAGS} of an entry", len(once) - MAX_TAGS)
        return once[:MAX_TAGS], _FAVOURITE in state.tags

    def _moment(self, when: float | None) -> float | None:
        if when is None or 0 <= when <= _LATEST:
            return when
        self.dropped.add("times before 1970")
        return None


def guess_kind(state: ForeignState, named: str) -> Kind:
    """The kind that an entry's fields speak for; a plain login when in doubt."""
    if named in _KINDS:
        return Kind(named)
    filled = {(found.role, found.name.casefold()) for found in state.fields if found.value}
    roles = {role for role, _ in filled}
    if named.casefold() in _NOTE_KINDS or roles == {Role.NOTES}:
        return Kind.NOTE
    if Role.USERNAME not in roles and any(role is Role.CUSTOM and name in _API_NAMES for role, name in filled):
        return Kind.API_KEY
    return Kind.CREDENTIAL


class _Fields:
    """The fields of one state, each under a name of its own."""

    def __init__(self, dropped: Dropped) -> None:
        self.found: list[FieldInput] = []
        self._names: set[str] = set()
        self._dropped = dropped

    def add(self, name: str, kind: FieldType, value: bytes, *, protected: bool) -> None:
        """Append a field; a name that is taken gets a number."""
        if len(self.found) >= MAX_FIELDS:
            self._dropped.add(f"fields and files beyond {MAX_FIELDS} of an entry")
            return
        if len(value) > MAX_VALUE and kind is not FieldType.FILE:
            self._dropped.add("values over 1 MiB are attached files now")
            name, kind = f"{name[: MAX_FIELD_NAME - 4]}.txt", FieldType.FILE
        if b"{REF:" in value:
            self._dropped.add("references to fields of other entries, kept as their text")
        base = name = one_line(name, MAX_FIELD_NAME - 8, "unnamed")
        number = 2
        while name in self._names:
            name, number = f"{base} ({number})", number + 1
        self._names.add(name)
        self.found.append(FieldInput(name, kind, protected, Secret(bytearray(value))))

    def standard(self, state: ForeignState) -> None:
        """User name, password and address, in that order; empty ones are left out."""
        for role in _ORDER:
            self.role(state, role)

    def role(self, state: ForeignState, role: Role) -> None:
        """One standard field."""
        name, kind = _ROLES[role]
        for found in state.fields:
            if found.role is role and found.value:
                self.add(name, kind, found.value, protected=found.protected or kind is FieldType.SECRET)

    def one_time_code(self, state: ForeignState, title: str) -> set[str]:
        """Add the one-time code, if there is one; returns the names of the fields that it stands for."""
        texts = {
            found.name: found.value.decode("utf-8", "replace")
            for found in state.fields
            if found.role is Role.CUSTOM and found.name.lower().startswith(("otp", "totp ", "timeotp-", "hmacotp-"))
        }
        uri, used = find_uri(texts, title) if texts else ("", set())
        if uri:
            self.add("otp", FieldType.OTP, uri.encode(), protected=True)
        return used

    def custom(self, found: ForeignField) -> None:
        """A field of the other program's user."""
        value = found.value
        if value.startswith(b"-----BEGIN "):
            kind = FieldType.PEM
        elif b"\n" in value or b"\r" in value:
            kind = FieldType.LONG
        elif found.protected:
            kind = FieldType.SECRET
        else:
            kind = FieldType.TEXT
        self.add(found.name, kind, value, protected=found.protected)
