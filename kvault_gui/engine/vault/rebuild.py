"""Counts, tags and the search index are derived: compared with the entries by the full check, and made anew."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ..api import Category
from ..errors import DamagedError
from . import entries, index
from .counts import shape
from .reading import number, numbers, select
from .schema import CHUNKS, COUNTS, ENTRY, SEARCH, TAGS, EntryRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .context import Vault

_COUNTED = (
    "select 'space:' || namespace, count(*) from entry where trashed = 0 group by namespace"
    " union all select 'kind:' || kind, count(*) from entry where trashed = 0 group by kind"
    " union all select 'total', count(*) from entry where trashed = 0"
    " union all select 'trashed', count(*) from entry where trashed = 1"
    " union all select 'favourites', count(*) from entry where favourite = 1 and trashed = 0"
)
_TAGGED = "select name, count(*) from {0} join tag on tag.id = {0}.tag where {0}.trashed = 0 group by {0}.tag"


def mend(vault: Vault, *, indexes_fit: bool) -> list[str]:
    """Rebuild what does not fit; returns it in words. ``indexes_fit``: what the comparison word by word said."""
    if indexes_fit and _fits(vault):
        return []
    if vault.store.read_only:
        return [
            "Counts, tags or the search index do not fit the entries; they are rebuilt when the vault can be written"
        ]
    try:
        rebuild(vault)
    except DamagedError as error:
        return [f"Counts, tags or the search index do not fit the entries and cannot be rebuilt: {error}"]
    return ["Counts, tags or the search index did not fit the entries and were rebuilt"]


def after_opening(vault: Vault) -> list[str]:
    """Rebuild what opening found lacking; returns it in words."""
    if not vault.log.index_fits():
        vault.log.rebuild_index(who=vault.session.who, session=vault.session.id)
    lacking = set(vault.store.lacking) & {derived.name for derived in (SEARCH, CHUNKS, TAGS, COUNTS)}
    if not lacking:
        return []
    if CHUNKS.name in lacking:
        with vault.change("index.rebuilt", category=Category.SYSTEM, object=CHUNKS.name) as work:
            work.tx.rebuild(CHUNKS)
    rebuild(vault)
    return ["Counts, tags or the search index were missing and were rebuilt."]


def _fits(vault: Vault) -> bool:
    store = vault.store
    kept = dict(select(store, "select name, count from tally where count != 0"))
    found = {name: count for name, count in select(store, _COUNTED) if count}
    tags = dict(select(store, "select name, count from tag where count != 0"))
    by_title = dict(select(store, _TAGGED.format("entry_tag")))
    by_time = dict(select(store, _TAGGED.format("entry_tag_changed")))
    indexed = number(store, "select count(*) from search_docsize")
    return kept == found and tags == by_title == by_time and indexed == number(store, "select count(*) from entry")


def rebuild(vault: Vault) -> None:
    """Make everything derived anew from the verified rows, in one transaction."""
    with vault.change("index.rebuilt", category=Category.SYSTEM) as work:
        for derived in (SEARCH, TAGS, COUNTS):
            work.tx.rebuild(derived)
        sums: Counter[str] = Counter()
        for row in _entries(vault):
            state = entries.state_of(vault, row)
            index.add(work.tx, row, state)
            sums += shape(row, state.tags)
        for name, count in sums.items():
            if name.startswith("tag:"):
                work.tx.derived("update tag set count = ? where name = ?", count, name[4:])
            else:
                work.tx.derived("insert into tally(name, count) values(?, ?)", name, count)


def _entries(vault: Vault) -> Iterator[EntryRow]:
    for entry in numbers(vault.store, "select id from entry order by id"):
        found = vault.store.row(ENTRY, entry)
        if found is not None:
            yield EntryRow._make(found)
