"""Moving, trashing, restoring, deleting and marking entries; their history."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ..api import Version
from ..errors import EntryNotFoundError, InvalidInputError
from . import blobs, entries, index, namespaces, records, text
from .access import Action, check
from .reading import numbers
from .schema import DRAFT, ENTRY, VERSION, EntryRow, VersionRow, from_micros

if TYPE_CHECKING:
    from collections.abc import Callable

    from .context import Vault, Work
    from .records import State
    from .schema import GrantRow

    Grants: TypeAlias = "list[GrantRow | None]"

_NAMED = 20  # titles in one audit record
MAX_ENTRIES = 10_000  # in one call: one transaction


def _load(vault: Vault, ids: list[int], action: Action) -> tuple[list[tuple[EntryRow, State]], Grants]:
    """Rows and states of entries, each checked; the grants to be counted."""
    once = list(dict.fromkeys(ids))
    if len(once) > MAX_ENTRIES:
        raise InvalidInputError(reason=f"At most {MAX_ENTRIES} entries at a time", field="entries")
    found: list[tuple[EntryRow, State]] = []
    used: list[GrantRow | None] = []
    for entry in once:
        row = entries.row_of(vault, entry)
        state = entries.state_of(vault, row)
        used.append(check(vault, action, namespace=row.namespace, tags=state.tags))
        found.append((row, state))
    return found, used


def _title(rows: list[EntryRow]) -> str:
    if len(rows) == 1:
        return rows[0].title
    return f"{len(rows)} entries"


def _replace_all(
    vault: Vault,
    action: str,
    loaded: list[tuple[EntryRow, State]],
    change: Callable[[EntryRow], EntryRow],
    grants: Grants,
    extra: dict[str, str | int] | None = None,
) -> int:
    """Write changed rows in one transaction with one record; returns how many really changed."""
    moved = [(row, change(row), state) for row, state in loaded if change(row) != row]
    if not moved:
        return 0
    rows = [row for row, _new, _state in moved]
    with vault.change(action, object=_title(rows), grants=grants) as work:
        work.details.update(extra or {})
        if len(rows) == 1:
            work.entry = rows[0].id
        else:
            work.details["entries"] = ", ".join(row.title for row in rows[:_NAMED])[:1000]
        for row, new, state in moved:
            entries.replace_row(work, row, new, state, state)
    return len(moved)


def trash(vault: Vault, ids: list[int]) -> int:
    """Move to the trash; returns how many went."""
    loaded, grants = _load(vault, ids, Action.WRITE)
    gone = [row for row, _state in loaded if not row.trashed]
    count = _replace_all(vault, "secret.trashed", loaded, lambda row: row._replace(trashed=1), grants)
    if count:
        vault.undo.push("secret.trashed", _title(gone), lambda: restore(vault, _still(vault, gone)))
    return count


def restore(vault: Vault, ids: list[int]) -> int:
    """Bring back from the trash; returns how many came."""
    loaded, grants = _load(vault, ids, Action.WRITE)
    back = [row for row, _state in loaded if row.trashed]
    count = _replace_all(vault, "secret.restored", loaded, lambda row: row._replace(trashed=0), grants)
    if count:
        vault.undo.push("secret.restored", _title(back), lambda: trash(vault, _still(vault, back)))
    return count


def _still(vault: Vault, rows: list[EntryRow]) -> list[int]:
    """Those that were not deleted for ever in the meantime. Raises EntryNotFoundError if none is left."""
    left = [row.id for row in rows if vault.store.row(ENTRY, row.id) is not None]
    if not left:
        raise EntryNotFoundError(name=_title(rows))
    return left


def move(vault: Vault, ids: list[int], path: str) -> int:
    """Put entries into another namespace, made if it is missing; nothing is sealed again."""
    names = text.split_path(path)
    loaded, grants = _load(vault, ids, Action.WRITE)
    check(vault, Action.WRITE, namespace=namespaces.nearest(vault, names))
    if not loaded:
        return 0
    rows = [row for row, _state in loaded]
    with vault.change("secret.moved", object=_title(rows), grants=grants) as work:
        space = namespaces.ensure(vault, work.tx, names)
        work.details["to"] = path
        if len(rows) == 1:
            work.entry = rows[0].id
        for row, state in loaded:
            entries.replace_row(work, row, row._replace(namespace=space.id), state, state)
    before = {row.id: row.namespace for row in rows if row.namespace != space.id}
    if before:
        vault.undo.push("secret.moved", _title(rows), lambda: _move_back(vault, rows, before))
    return len(before)


def _move_back(vault: Vault, rows: list[EntryRow], before: dict[int, int]) -> int:
    for namespace in before.values():
        vault.tree.get(namespace)
    loaded, grants = _load(vault, [entry for entry in _still(vault, rows) if entry in before], Action.WRITE)
    return _replace_all(vault, "secret.moved", loaded, lambda row: row._replace(namespace=before[row.id]), grants)


def favourite(vault: Vault, entry: int, *, on: bool) -> None:
    """Mark or unmark."""
    loaded, grants = _load(vault, [entry], Action.WRITE)
    row = loaded[0][0]
    count = _replace_all(
        vault, "secret.marked" if on else "secret.unmarked", loaded, lambda old: old._replace(favourite=int(on)), grants
    )
    if count:
        vault.undo.push("secret.marked", row.title, lambda: _mark_back(vault, entry, on=not on))


def _mark_back(vault: Vault, entry: int, *, on: bool) -> int:
    favourite(vault, entry, on=on)
    return 1


def delete(vault: Vault, ids: list[int]) -> int:
    """Delete for ever, with versions and attachments; only what is in the trash."""
    loaded, grants = _load(vault, ids, Action.DELETE)
    for row, _state in loaded:
        if not row.trashed:
            raise InvalidInputError(reason=f"{row.title} is not in the trash", field="entries")
    if not loaded:
        return 0
    rows = [row for row, _state in loaded]
    with vault.change("secret.deleted", object=_title(rows), grants=grants) as work:
        if len(rows) > 1:
            work.details["entries"] = ", ".join(row.title for row in rows[:_NAMED])[:1000]
        for row, state in loaded:
            erase(work, row, state)
    return len(rows)


def erase(work: Work, row: EntryRow, state: State) -> None:
    """Delete an entry with everything that hangs on it, in a running change."""
    blobs.remove(work.tx, row.uid)
    for table, name in ((VERSION, "version"), (DRAFT, "draft")):
        for number in numbers(work.tx, f"select id from {name} where entry = ?", row.id):  # noqa: S608 our own name
            stored = work.tx.row(table, number)
            if stored is not None and stored[1] == row.id:  # the row decides, not the index
                work.tx.delete(table, number)
    work.tx.delete(ENTRY, row.id)
    index.remove(work.tx, row, state.tags)
    work.tally.remove(row, state.tags)


def versions(vault: Vault, entry: int) -> list[Version]:
    """The stored states, newest first."""
    row = entries.row_of(vault, entry)
    check(vault, Action.BROWSE, namespace=row.namespace, tags=entries.state_of(vault, row).tags)
    ids = numbers(vault.store, "select id from version where entry = ? order by number", entry)
    found: list[Version] = []
    before: State | None = None
    for stored in vault.store.rows(VERSION, ids):
        version = VersionRow._make(stored)
        state = records.decode(version.body)
        changed = records.differences(state, before)
        current = version.number == row.version
        found.append(Version(version.number, from_micros(version.time), version.who, changed, current))
        before = state
    return found[::-1]


def revert(vault: Vault, entry: int, version: int) -> int:
    """Make an earlier version the current one again; returns the new version's number."""
    row = entries.row_of(vault, entry)
    return entries.put_back(vault, row, version, namespace=row.namespace, favourite=row.favourite)
