"""Everything of a vault, opened, for an export. Who calls has passed the check and recorded that it begins."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..api import EntryInput, FieldInput, Secret
from ..errors import EntryNotFoundError, OldRowsError, ValueDamagedError, VersionNotFoundError
from . import entries, fields, records
from .reading import numbers
from .schema import VERSION, VersionRow, from_micros

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .context import Vault
    from .records import State
    from .schema import EntryRow

_PAGE = 256


@dataclass(slots=True)
class Outgoing:
    """One entry with its values. ``history`` holds earlier states with their times, oldest first."""

    id: int
    uid: str
    input: EntryInput
    created: float
    changed: float
    trashed: bool
    history: list[tuple[float, EntryInput]] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)  # what could not be opened, in words


def everything(vault: Vault, *, history: bool = True) -> Iterator[Outgoing]:
    """Every entry, trash included, in the order of ids. A value that does not open is left out and named."""
    last = 0
    while True:
        ids = numbers(vault.store, "select id from entry where id > ? order by id limit ?", last, _PAGE)
        if not ids:
            return
        for last in ids:
            try:
                row = entries.row_of(vault, last)
            except EntryNotFoundError:
                continue  # deleted since the page was read
            yield one(vault, row, history=history)


def one(vault: Vault, row: EntryRow, *, history: bool = True) -> Outgoing:
    """One entry. Raises OldRowsError if its row itself cannot be trusted."""
    dropped: list[str] = []
    state = entries.state_of(vault, row)
    found = Outgoing(
        row.id,
        row.uid.hex(),
        _open(vault, row, state, row.version, dropped),
        from_micros(row.created),
        from_micros(row.changed),
        bool(row.trashed),
        dropped=dropped,
    )
    if history:
        sql = "select id from version where entry = ? and number < ? order by number"
        for number in numbers(vault.store, sql, row.id, row.version):
            try:
                version = VersionRow._make(vault.store.row(VERSION, number) or ())
                old = _open(vault, row, records.decode(version.body), version.number, dropped)
            except (OldRowsError, VersionNotFoundError) as error:
                dropped.append(f"{row.title}: {error}")
                continue
            found.history.append((from_micros(version.time), old))
    return found


def _open(vault: Vault, row: EntryRow, state: State, number: int, dropped: list[str]) -> EntryInput:
    opened: list[FieldInput] = []
    for record in state.fields:
        try:
            value = Secret(bytearray(fields.value_of(vault, row.uid, record)))
        except (ValueDamagedError, OldRowsError) as error:
            dropped.append(f"{row.title}, version {number}: {error}")
            continue
        opened.append(FieldInput(record.name, record.type, record.protected, value))
    return EntryInput(
        kind=state.kind,
        title=state.title,
        namespace=vault.tree.path(row.namespace),
        fields=opened,
        tags=list(state.tags),
        scope=list(state.scope),
        favourite=bool(row.favourite),
        expires=None if state.expires is None else from_micros(state.expires),
    )
