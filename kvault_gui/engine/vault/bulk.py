"""Many entries at once: slices of about 5 ms, each a committed transaction with one audit record and the batch's id.

Undo, cancelling, and what is found half done at opening all go by the batch.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from ..api import Category, Changed, EntryInput, Outcome, Progress
from ..crypto.rng import random_bytes
from ..errors import NotFoundError, OldRowsError
from . import entries, fields, lifecycle, reading
from .access import Action, check
from .reading import numbers, select
from .schema import BATCH, NAMESPACE, ROOT, EntryRow, to_micros

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from .context import Vault, Work

SLICE = 0.005  # seconds
_PAGE = 256


class NewEntry(msgspec.Struct):
    """An entry to import. Times in seconds since 1970; ``history`` holds earlier states, oldest first."""

    input: EntryInput
    created: float | None = None
    changed: float | None = None
    trashed: bool = False
    history: list[tuple[float, EntryInput]] = msgspec.field(default_factory=list)
    replaces: int | None = None  # id of the entry that gets this as a new version
    uid: bytes | None = None  # 16 bytes that no entry has yet; None: a new one


class Batch(msgspec.Struct):
    """A running import."""

    id: int
    uid: str  # 32 hex digits
    title: str
    added: int = 0
    replaced: int = 0
    versions: int = 0
    ids: list[int] = msgspec.field(default_factory=list)


def begin(vault: Vault, title: str) -> Batch:
    """Open a batch; ``title`` names its source, e.g. the file. Its record is written before anything is stored."""
    check(vault, Action.WRITE)
    uid = random_bytes(16)
    with vault.change("import.begun", category=Category.EXPORT, object=title, outcome=Outcome.BEGUN) as work:
        values = {"uid": uid, "time": to_micros(vault.clock()), "title": title, "state": "running"}
        number = work.tx.insert(BATCH, values)
        work.details["batch"] = uid.hex()
    return Batch(number, uid.hex(), title)


def add_many(vault: Vault, batch: Batch, items: Iterable[NewEntry], total: int = 0) -> Generator[Progress, None, Batch]:
    """Store entries in slices; the counts are in the batch. Errors leave what was stored before, see ``take_back``."""
    check(vault, Action.WRITE)
    waiting = iter(items)
    item = next(waiting, None)
    with vault.store.bulk():
        while item is not None:
            until = time.perf_counter() + SLICE
            before = batch.added + batch.replaced
            with vault.change("secrets.imported", category=Category.EXPORT, object=batch.title, quiet=True) as work:
                while item is not None:
                    _add(vault, work, batch, item)
                    item = next(waiting, None)
                    if time.perf_counter() >= until:
                        break
                work.details.update({"batch": batch.uid, "entries": batch.added + batch.replaced - before})
            vault.sign_if_due()
            yield Progress(batch.added + batch.replaced, total, batch.title)
    return batch


def _add(vault: Vault, work: Work, batch: Batch, item: NewEntry) -> None:
    if item.replaces is not None:
        _replace(vault, work, batch, item)
        return
    given = item.input
    states = [*item.history, (item.changed, given)]
    first_time, first = states[0]
    row = entries.insert(
        vault,
        work,
        first,
        entries.path_for(given),
        created=None if item.created is None else to_micros(item.created),
        changed=None if first_time is None else to_micros(first_time),
        trashed=item.trashed,
        batch=batch.id,
        uid=item.uid,
    )
    for when, state in states[1:]:
        row = _next(vault, work, row, state, None if when is None else to_micros(when))
    batch.added += 1
    batch.versions += len(item.history)
    batch.ids.append(row.id)


def _next(vault: Vault, work: Work, row: EntryRow, given: EntryInput, when: int | None) -> EntryRow:
    """Store one more version of an entry in a running change."""
    before = entries.state_of(vault, row)
    space = vault.tree.get(row.namespace)
    home = entries.home_of(vault, space.uid, row.uid, row.version + 1)
    state = fields.state_of(vault, work.tx, given, home, before)
    new = entries.next_row(vault, row, state)._replace(favourite=int(given.favourite))
    if when is not None:
        new = new._replace(changed=when)
    if row.batch is not None:
        new = new._replace(batch_version=new.version)
    entries.add_version(vault, work, new, state)
    entries.replace_row(work, row, new, before, state)
    return new


def _replace(vault: Vault, work: Work, batch: Batch, item: NewEntry) -> None:
    row = entries.row_of(vault, item.replaces or 0)
    marked = row._replace(batch=batch.id, batch_version=row.version, batch_before=row.version)
    if row.batch == batch.id:
        marked = marked._replace(batch_before=row.batch_before)
    state = entries.state_of(vault, row)
    entries.replace_row(work, row, marked, state, state)
    _next(vault, work, marked, item.input, None)
    batch.replaced += 1


def finish(vault: Vault, batch: Batch) -> None:
    """Close the batch; one undo takes it back."""
    with vault.change("import.done", category=Category.EXPORT, object=batch.title) as work:
        work.tx.update(BATCH, batch.id, {"state": "done"})
        work.details.update({"batch": batch.uid, "added": batch.added, "replaced": batch.replaced})
    vault.emit(Changed(None))
    vault.undo.push("import.done", batch.title, partial(_undo, vault, batch.uid))


class TakenBack(msgspec.Struct):
    """What taking back an import did; ``stayed`` entries were changed since and were left."""

    gone: int = 0
    stayed: int = 0


def drain(job: Generator[Progress, None, TakenBack]) -> TakenBack:
    """Run a job to its end without telling anybody how far it is."""
    while True:
        try:
            next(job)
        except StopIteration as done:
            result: TakenBack = done.value
            return result


def take_back(vault: Vault, uid: str) -> Generator[Progress, None, TakenBack]:
    """Remove what an import made, put back what it replaced, and remove its namespaces where they are empty.

    Entries that were changed since the import stay. Raises NotFoundError for an unknown batch.
    """
    check(vault, Action.DELETE)
    found = select(vault.store, "select id, title, state from batch where uid = ?", _uid(uid))
    if not found or found[0][2] == "undone":
        raise NotFoundError(name=f"import {uid}")
    number, title = found[0][:2]
    total = reading.number(vault.store, "select count(*) from entry where batch = ?", number)
    result, last = TakenBack(), 0
    with vault.store.bulk():
        while True:
            ids = numbers(
                vault.store, "select id from entry where batch = ? and id > ? order by id limit ?", number, last, _PAGE
            )
            if not ids:
                break
            until = time.perf_counter() + SLICE
            with vault.change("import.undone", category=Category.EXPORT, object=title, quiet=True) as work:
                for last in ids:
                    _take_one(vault, work, number, last, result)
                    if time.perf_counter() >= until:
                        break
                work.details.update({"batch": uid, "entries": result.gone})
            yield Progress(result.gone + result.stayed, total, title)
    _close(vault, number, uid, title, result)
    return result


def _uid(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise NotFoundError(name=f"import {text[:40]}") from None


def _take_one(vault: Vault, work: Work, number: int, entry: int, result: TakenBack) -> None:
    row = entries.row_of(vault, entry)
    state = entries.state_of(vault, row)
    if row.version != row.batch_version:
        result.stayed += 1
        return
    if row.batch != number:
        raise OldRowsError(reason="the index of imports points to another entry")
    result.gone += 1
    if row.batch_before is None:
        lifecycle.erase(work, row, state)
        return
    old = entries.state_of(vault, row, row.batch_before)
    new = entries.next_row(vault, row, old)._replace(batch=None, batch_version=None, batch_before=None)
    entries.add_version(vault, work, new, old)
    entries.replace_row(work, row, new, state, old)


def _close(vault: Vault, number: int, uid: str, title: str, result: TakenBack) -> None:
    made = [row for row in vault.tree.rows().values() if row.batch == number and row.id != ROOT]
    made.sort(key=lambda row: -len(vault.tree.names(row.id)))
    with vault.change("import.undone", category=Category.EXPORT, object=title) as work:
        for row in made:
            used = vault.store.read("select 1 from entry where namespace = ? limit 1", row.id)
            if not used and not vault.tree.children(row.id):
                work.tx.delete(NAMESPACE, row.id)
                vault.tree.drop(row.id)
        work.tx.update(BATCH, number, {"state": "undone"})
        work.details.update({"batch": uid, "entries": result.gone, "stayed": result.stayed})
    vault.emit(Changed(None))


def interrupted(vault: Vault) -> list[str]:
    """What opening does about imports that were cut off: say so, and offer to take them back by undo."""
    notes = []
    for number, uid, title in select(vault.store, "select id, uid, title from batch where state = 'running'"):
        count = reading.number(vault.store, "select count(*) from entry where batch = ?", number)
        with vault.change("import.interrupted", category=Category.EXPORT, object=title, outcome=Outcome.FAILED) as work:
            work.tx.update(BATCH, number, {"state": "interrupted"})
            work.details.update({"batch": uid.hex(), "entries": count})
        notes.append(f"The import of {title} was interrupted after {count} entries. Undo takes them back.")
        vault.undo.push("import.begun", title, partial(_undo, vault, uid.hex()))
    return notes


def _undo(vault: Vault, uid: str) -> int:
    return drain(take_back(vault, uid)).gone
