"""What is derived from entries: the search index, tags, and the second line of a list. All of it can be rebuilt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api import FieldType, Kind
from . import text
from .reading import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..store.transaction import Tx
    from .records import State
    from .schema import EntryRow

_WHO = ("username", "email", "service", "subject")
_DETAIL: dict[Kind, tuple[str, ...]] = {
    Kind.CREDENTIAL: ("username", "email", "url"),
    Kind.API_KEY: ("service", "username", "endpoint", "url"),
    Kind.CERTIFICATE: ("subject", "username"),
    Kind.SIGNING_KEY: ("subject", "username", "email"),
    Kind.NOTE: (),
}
_MAX_DETAIL = 300  # characters
_MAX_WORDS = 200  # a field: more is no help in finding it


def detail(state: State) -> str:
    """User name, service or subject: the second line of a list row. Protected values never get here."""
    plain = {record.name: record.plain for record in state.fields if record.plain and not record.protected}
    for name in _DETAIL[state.kind]:
        if plain.get(name):
            return " ".join((plain[name] or "").split())[:_MAX_DETAIL]
    return ""


def _words(values: Sequence[str]) -> str:
    return " ".join(text.words(" ".join(values))[:_MAX_WORDS])


def document(state: State) -> tuple[str, str, str, str]:
    """Title, user name, address and tags as the search index holds them."""
    who, where = [], []
    for record in state.fields:
        if record.protected or not record.plain:
            continue
        if record.type is FieldType.URL:
            where.append(record.plain)
        elif record.name in _WHO or record.type is FieldType.EMAIL:
            who.append(record.plain)
    return _words([state.title]), _words(who), _words(where), _words(state.tags)


def tag_id(tx: Tx, name: str) -> int:
    """The row of a tag, made if it is new."""
    found = number(tx, "select id from tag where name = ?", name)
    if not found:
        tx.derived("insert into tag(name, count) values(?, 0)", name)
        found = number(tx, "select id from tag where name = ?", name)
    return found


def add_words(tx: Tx, entry: int, state: State) -> None:
    """Index the words of an entry, in place of those it had."""
    tx.derived(
        "insert or replace into search(rowid, title, user, address, tags) values(?, ?, ?, ?, ?)",
        entry,
        *document(state),
    )


def add(tx: Tx, row: EntryRow, state: State) -> None:
    """Index a new entry."""
    add_words(tx, row.id, state)
    add_tags(tx, row, state.tags)


def add_tags(tx: Tx, row: EntryRow, tags: Sequence[str]) -> None:
    """Put an entry under its tags."""
    for name in tags:
        tag = tag_id(tx, name)
        tx.derived("insert or replace into entry_tag values(?, ?, ?, ?)", tag, row.trashed, row.sort, row.id)
        tx.derived("insert or replace into entry_tag_changed values(?, ?, ?, ?)", tag, row.trashed, row.changed, row.id)


def remove_tags(tx: Tx, row: EntryRow, tags: Sequence[str]) -> None:
    """Take an entry from under its tags."""
    for name in tags:
        tag = tag_id(tx, name)
        tx.derived(
            "delete from entry_tag where tag = ? and trashed = ? and sort = ? and entry = ?",
            tag,
            row.trashed,
            row.sort,
            row.id,
        )
        tx.derived(
            "delete from entry_tag_changed where tag = ? and trashed = ? and changed = ? and entry = ?",
            tag,
            row.trashed,
            row.changed,
            row.id,
        )


def remove(tx: Tx, row: EntryRow, tags: Sequence[str]) -> None:
    """Forget a deleted entry."""
    tx.derived("delete from search where rowid = ?", row.id)
    remove_tags(tx, row, tags)
