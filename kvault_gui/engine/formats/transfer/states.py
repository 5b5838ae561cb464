"""From an entry of the vault to a foreign one: its states with their values, opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from ...api import FieldType, Kind
from ...vault import entries, fields
from ...vault.schema import from_micros
from ..kdbx.xml_rules import STANDARD
from ..model import ForeignEntry, ForeignField, ForeignFile, ForeignState, Role
from .otp_uri import as_uri

if TYPE_CHECKING:
    from ...vault.context import Vault
    from ...vault.records import FieldRecord, State
    from ...vault.schema import EntryRow
    from ..model import Dropped, ForeignGroup

_ROLES = {"username": Role.USERNAME, "password": Role.PASSWORD, "url": Role.URL, "notes": Role.NOTES}
_TAKEN = frozenset({*STANDARD, "Title"})
_LOST_TYPES = frozenset({FieldType.EMAIL, FieldType.DATE})
FAVOURITE_TAG = "Favorite"

FileKey = tuple[int, int, str]  # entry, version, name; blobs: their row id alone, as (id, 0, "")


def file_key(row: EntryRow, number: int, record: FieldRecord) -> FileKey:
    """What names an attachment's bytes within the vault: versions that share a blob share them."""
    return (record.blob, 0, "") if record.blob is not None else (row.id, number, record.name)


def with_favourite(entry: ForeignEntry) -> ForeignEntry:
    """The entry with its mark as the tag that KeePass takes for it."""
    if entry.favourite:
        entry.state.tags = [*entry.state.tags, FAVOURITE_TAG]
    return entry


def numbers(vault: Vault, row: EntryRow, *, history: bool) -> list[int]:
    """The versions to write, oldest first; the present one is the last."""
    if not history:
        return [row.version]
    found = vault.store.read("select number from version where entry = ? order by number", row.id)
    return [cast("int", number) for (number,) in found]


class Opener:
    """Opens entries for a writer. ``refs`` holds what ``files`` has written: the attachments' references."""

    def __init__(self, vault: Vault, dropped: Dropped, refs: dict[FileKey, int]) -> None:
        self._vault = vault
        self._dropped = dropped
        self._refs = refs

    def entry(self, row: EntryRow, group: ForeignGroup, versions: list[int]) -> ForeignEntry:
        """One entry with the versions named. Raises ValueDamagedError, OldRowsError."""
        states = [self._state(row, number) for number in versions]
        present = states.pop()
        state = entries.state_of(self._vault, row)
        self._dropped.add("meanings (“meant for …”)", len(state.scope))
        present.created = from_micros(row.created)
        for earlier in states:
            earlier.created = present.created
        return ForeignEntry(row.uid.hex(), group, present, states, favourite=bool(row.favourite), kind=row.kind)

    def _state(self, row: EntryRow, number: int) -> ForeignState:
        version = entries.version_of(self._vault, row.id, number)
        state = entries.state_of(self._vault, row, number)
        found = ForeignState(
            state.title,
            tags=list(state.tags),
            changed=from_micros(version.time),
            expires=None if state.expires is None else from_micros(state.expires),
        )
        for record in state.fields:
            if record.type is FieldType.FILE:
                ref = self._refs.get(file_key(row, number, record), -1)
                found.files.append(ForeignFile(record.name, b"", record.protected, ref))
            else:
                found.fields.append(self._field(row, state, record))
        if number == row.version:
            self._dropped.add("field types (e-mail, date)", sum(record.type in _LOST_TYPES for record in state.fields))
        return found

    def _field(self, row: EntryRow, state: State, record: FieldRecord) -> ForeignField:
        value = fields.value_of(self._vault, row.uid, record)
        role = _ROLES.get(record.name, Role.CUSTOM)
        name = record.name
        if role is Role.CUSTOM and record.type is FieldType.OTP:
            if name == "otp" and value:
                value = as_uri(value.decode("utf-8", "replace"), state.title).encode()
        elif role is Role.CUSTOM and name in _TAKEN:
            name = f"{name} (2)"
        return ForeignField(name, value, record.protected, role)


def is_plain_kind(kind: str) -> bool:
    """Whether an entry of this kind is the same after a way through KDBX."""
    return kind in (Kind.CREDENTIAL.value, Kind.NOTE.value)
