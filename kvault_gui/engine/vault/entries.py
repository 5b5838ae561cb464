"""Creating, reading and changing entries."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from ..api import Category, Entry, EntryInput, Field, FieldType, Kind, Secret, Use
from ..crypto.rng import random_bytes
from ..errors import (
    AmbiguousNameError,
    ConflictError,
    EntryNotFoundError,
    FieldNotFoundError,
    OldRowsError,
    VersionNotFoundError,
)
from . import fields, index, namespaces, records, text
from .access import Action, by_role, check
from .reading import numbers, select
from .records import Home
from .schema import ENTRY, VERSION, EntryRow, VersionRow, from_micros, to_micros

if TYPE_CHECKING:
    from .context import Vault, Work
    from .records import FieldRecord, State
    from .schema import GrantRow

_READ_ACTIONS = {
    Use.SHOW: "secret.revealed",
    Use.COPY: "secret.copied",
    Use.EDIT: "secret.edited",
    Use.READ: "secret.read",
}


# --- rows ------------------------------------------------------------------------------------------------------------


def row_of(vault: Vault, entry: int) -> EntryRow:
    """A verified row. Raises EntryNotFoundError, OldRowsError."""
    found = vault.store.row(ENTRY, entry)
    if found is None:
        raise EntryNotFoundError(name=str(entry))
    return EntryRow._make(found)


def version_of(vault: Vault, entry: int, number: int) -> VersionRow:
    """A verified version. Raises VersionNotFoundError, OldRowsError."""
    found = numbers(vault.store, "select id from version where entry = ? and number = ?", entry, number)
    row = vault.store.row(VERSION, found[0]) if found else None
    if row is None:
        raise VersionNotFoundError(number=number)
    version = VersionRow._make(row)
    # The index is not under the set hash, the row is.
    if (version.entry, version.number) != (entry, number):
        raise OldRowsError(reason="the index of versions points to another entry")
    return version


def state_of(vault: Vault, row: EntryRow, number: int | None = None) -> State:
    """The current state, or that of an earlier version."""
    try:
        version = version_of(vault, row.id, row.version if number is None else number)
    except VersionNotFoundError as error:
        if number is not None:
            raise
        raise OldRowsError(reason=f"the current version of {row.title} is missing") from error
    return records.decode(version.body)


def home_of(vault: Vault, namespace: bytes, secret: bytes, version: int) -> Home:
    """What the values of a new version are sealed for."""
    return Home(secret, namespace, namespaces.epoch(vault, namespace), version)


# --- writing ---------------------------------------------------------------------------------------------------------


def path_for(given: EntryInput) -> list[str]:
    """The names of the namespace in which a new entry is put.

    API keys without a place get a namespace, and so a key, per service.
    """
    if given.kind is not Kind.API_KEY or given.namespace:
        return text.split_path(given.namespace)
    service = next((field.value for field in given.fields if field.name == "service" and field.value), None)
    name = service.text() if service is not None and service.value else given.title
    return ["services", text.check_name(name)]


def insert(  # noqa: PLR0913 an import brings times and a batch
    vault: Vault,
    work: Work,
    given: EntryInput,
    names: list[str],
    *,
    created: int | None = None,
    changed: int | None = None,
    trashed: bool = False,
    batch: int | None = None,
    uid: bytes | None = None,
) -> EntryRow:
    """Store a new entry with its first version in a running change."""
    tx, now = work.tx, to_micros(vault.clock())
    space = namespaces.ensure(vault, tx, names, batch)
    uid = random_bytes(16) if uid is None else uid
    state = fields.state_of(vault, tx, given, home_of(vault, space.uid, uid, 1), None)
    values: dict[str, object] = {
        "uid": uid,
        "namespace": space.id,
        "kind": state.kind.value,
        "title": state.title,
        "sort": text.sort_key(state.title),
        "detail": index.detail(state),
        "created": now if created is None else created,
        "changed": now if changed is None else changed,
        "expires": state.expires,
        "favourite": int(given.favourite),
        "trashed": int(trashed),
        "files": _files(state),
        "version": 1,
        "batch": batch,
        "batch_version": None if batch is None else 1,
        "batch_before": None,
    }
    row = EntryRow._make((tx.insert(ENTRY, values), *values.values()))
    add_version(vault, work, row, state)
    index.add(tx, row, state)
    work.tally.add(row, state.tags)
    return row


def _files(state: State) -> int:
    return int(any(record.type is FieldType.FILE for record in state.fields))


def add_version(vault: Vault, work: Work, row: EntryRow, state: State, time: int | None = None) -> None:
    """Store a state as version ``row.version`` of an entry."""
    when = row.changed if time is None else time
    body = records.encode(state)
    work.tx.insert(
        VERSION, {"entry": row.id, "number": row.version, "time": when, "who": vault.session.who, "body": body}
    )


def replace_row(work: Work, old: EntryRow, new: EntryRow, before: State, after: State) -> None:
    """Write a changed entry row with everything derived from it."""
    tx = work.tx
    names = EntryRow._fields
    moved: dict[str, object] = {name: value for name, value, was in zip(names, new, old, strict=True) if value != was}
    if not moved and before == after:
        return
    if moved:
        tx.update(ENTRY, new.id, moved)
    if before.tags != after.tags or (old.trashed, old.sort, old.changed) != (new.trashed, new.sort, new.changed):
        index.remove_tags(tx, old, before.tags)
        index.add_tags(tx, new, after.tags)
    if index.document(before) != index.document(after):
        index.add_words(tx, new.id, after)
    work.tally.remove(old, before.tags)
    work.tally.add(new, after.tags)


def create(vault: Vault, given: EntryInput) -> int:
    """Store a new entry; returns its id."""
    names = path_for(given)
    grant = check(vault, Action.WRITE, namespace=namespaces.nearest(vault, names), tags=given.tags)
    with vault.change("secret.created", object=given.title, grants=[grant]) as work:
        row = insert(vault, work, given, names)
        work.entry = row.id
        work.details.update({"kind": given.kind.value, "namespace": vault.tree.path(row.namespace)})
    from .lifecycle import trash  # noqa: PLC0415 taking back is the other file's act, and it reads this one

    vault.undo.push("secret.created", given.title, lambda: trash(vault, [row.id]))
    return row.id


def update(vault: Vault, entry: int, base_version: int, given: EntryInput) -> int:
    """Store a new version; returns its number. Raises ConflictError."""
    row = row_of(vault, entry)
    before = state_of(vault, row)
    grant = check(vault, Action.WRITE, namespace=row.namespace, tags=before.tags)
    if row.version != base_version:
        raise ConflictError
    # An API key that names no place stays with its service.
    stays = given.kind is Kind.API_KEY and not given.namespace
    names = text.split_path(vault.tree.path(row.namespace) if stays else given.namespace)
    if vault.tree.find(names) != row.namespace:
        check(vault, Action.WRITE, namespace=namespaces.nearest(vault, names), tags=given.tags)
    with vault.change("secret.changed", object=given.title, grants=[grant]) as work:
        work.entry = entry
        space = namespaces.ensure(vault, work.tx, names)
        home = home_of(vault, space.uid, row.uid, row.version + 1)
        state = fields.state_of(vault, work.tx, given, home, before)
        work.details["fields"] = ", ".join(records.differences(state, before))[:500]
        new = next_row(vault, row, state)._replace(namespace=space.id, favourite=int(given.favourite))
        add_version(vault, work, new, state)
        replace_row(work, row, new, before, state)
    vault.undo.push("secret.changed", row.title, lambda: _take_back(vault, row, new))
    return new.version


def next_row(vault: Vault, row: EntryRow, state: State) -> EntryRow:
    """The row of an entry with a state as its next version."""
    return row._replace(
        kind=state.kind.value,
        title=state.title,
        sort=text.sort_key(state.title),
        detail=index.detail(state),
        changed=to_micros(vault.clock()),
        expires=state.expires,
        files=_files(state),
        version=row.version + 1,
    )


def _take_back(vault: Vault, row: EntryRow, then: EntryRow) -> int:
    now = row_of(vault, row.id)
    # By content, not by number: what a later undo put back is the same state under a new number.
    if state_of(vault, now) != state_of(vault, now, then.version):
        raise ConflictError
    put_back(vault, now, row.version, namespace=row.namespace, favourite=row.favourite)
    return 1


def put_back(vault: Vault, row: EntryRow, number: int, *, namespace: int, favourite: int) -> int:
    """Make version ``number`` the current one again, as a new version; its sealed values are carried on unopened."""
    before, state = state_of(vault, row), state_of(vault, row, number)
    grant = check(vault, Action.WRITE, namespace=row.namespace, tags=before.tags)
    vault.tree.get(namespace)
    with vault.change("secret.reverted", object=row.title, grants=[grant]) as work:
        work.entry = row.id
        work.details["version"] = number
        new = next_row(vault, row, state)._replace(namespace=namespace, favourite=favourite)
        add_version(vault, work, new, state)
        replace_row(work, row, new, before, state)
    vault.undo.push("secret.reverted", row.title, lambda: _take_back(vault, row, new))
    return new.version


# --- reading ---------------------------------------------------------------------------------------------------------


def get(vault: Vault, entry: int) -> Entry:
    """One entry as it may be seen: protected values stay sealed, notes and public PEM texts are opened."""
    row = row_of(vault, entry)
    state = state_of(vault, row)
    grant = check(vault, Action.BROWSE, namespace=row.namespace, tags=state.tags)
    may_read = by_role(vault, Action.READ, namespace=row.namespace, tags=state.tags)
    shown = [_show(vault, row, record, may_read=may_read) for record in state.fields]
    opened = [
        field.name for field, record in zip(shown, state.fields, strict=True) if field.value and record.plain is None
    ]
    if opened:
        record_once(vault, row, "secret.viewed", ", ".join(opened)[:500], grant)
    return Entry(
        id=row.id,
        uid=row.uid.hex(),
        kind=state.kind,
        title=state.title,
        namespace=row.namespace,
        path=vault.tree.path(row.namespace),
        fields=shown,
        tags=list(state.tags),
        scope=list(state.scope),
        favourite=bool(row.favourite),
        created=from_micros(row.created),
        changed=from_micros(row.changed),
        expires=None if row.expires is None else from_micros(row.expires),
        trashed=bool(row.trashed),
        version=row.version,
        versions=row.version,
    )


def _show(vault: Vault, row: EntryRow, record: FieldRecord, *, may_read: bool) -> Field:
    value = None
    if not record.protected and record.type is not FieldType.FILE:
        if record.plain is not None:
            value = record.plain
        elif may_read:
            value = fields.value_of(vault, row.uid, record).decode()
    return Field(record.name, record.type, record.protected, value, record.size)


def record_once(vault: Vault, row: EntryRow, action: str, what: str, grant: GrantRow | None) -> None:
    """Record a read that repeats by itself (a detail view, a running code) once a session and version."""
    mark = (action, row.id, f"{row.version}:{what}")
    if mark in vault.seen:
        return
    vault.record_read(action, row.title, {"fields": what, "version": row.version}, grant)
    vault.seen.add(mark)


def reveal(vault: Vault, entry: int, name: str, use: Use, version: int | None) -> Secret:
    """One value; its record is written first."""
    row = row_of(vault, entry)
    state = state_of(vault, row, version)
    action = Action.EXPORT if use is Use.EXPORT else Action.READ
    grant = check(vault, action, namespace=row.namespace, tags=state_of(vault, row).tags)
    record = state.find(name)
    if record is None:
        raise FieldNotFoundError(entry=row.title, name=name)
    number = row.version if version is None else version
    details: dict[str, str | int] = {"field": name, "version": number}
    if use is Use.EXPORT:
        vault.record("secret.exported", Category.EXPORT, object=row.title, details=details, grant=grant)
    else:
        vault.record_read(_READ_ACTIONS[use], row.title, details, grant)
    return Secret(bytearray(fields.value_of(vault, row.uid, record)))


def find(vault: Vault, ref: str, *, trashed: bool = False) -> int:
    """The id of "namespace/title" or "namespace/title#ID", outside the trash (or in it)."""
    names, title, number = text.split_ref(ref)
    *_, last = ref.split("/")
    whole = text.decode_part(last)
    space = vault.tree.find(names)
    if space is None:
        raise EntryNotFoundError(name=ref)
    check(vault, Action.BROWSE, namespace=space)
    found = _titled(vault, space, whole, trashed)
    if not found and number is not None:
        found = [entry for entry in _titled(vault, space, title, trashed) if entry == number]
    if not found:
        raise EntryNotFoundError(name=ref)
    if len(found) > 1:
        raise AmbiguousNameError(count=len(found), name=ref)
    return found[0]


def _titled(vault: Vault, space: int, title: str, trashed: bool) -> list[int]:  # noqa: FBT001 a fact of the row
    rows = select(
        vault.store,
        "select id, title from entry where namespace = ? and trashed = ? and sort = ? order by id",
        space,
        int(trashed),
        text.sort_key(title),
    )
    wanted = unicodedata.normalize("NFC", title)
    found = [number for number, other in rows if unicodedata.normalize("NFC", other) == wanted]
    for number in found:
        row = row_of(vault, number)  # who looks a name up acts on it: the verified row must say the same
        if (row.namespace, bool(row.trashed)) != (space, trashed) or unicodedata.normalize("NFC", row.title) != wanted:
            raise OldRowsError(reason="the index of titles points to another entry")
    return found
