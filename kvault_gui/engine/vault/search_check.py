"""Whether search index and tags hold exactly what the entries say: old pages of them look whole by themselves."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ..api import Progress
from ..errors import DamagedError
from . import entries, index
from .reading import number, numbers, select
from .schema import ENTRY, SEARCH, EntryRow

if TYPE_CHECKING:
    from collections.abc import Generator

    from .context import Vault

_SLICE = 0.005  # seconds
_PAGE = 256
_MODULUS = 1 << 64
_TAGGED = (
    "select trashed, {key}, entry from {table} where tag = ? and (trashed, {key}, entry) > (?, ?, ?)"
    " order by trashed, {key}, entry limit ?"
)


class _Sum:
    """A sum over what is in an index that does not depend on the order.

    Python's hash is keyed anew in each process, and what is compared here decides nothing but a rebuild.
    """

    def __init__(self) -> None:
        self.count = self.value = 0

    def add(self, *what: str | bytes | int) -> None:
        self.count += 1
        self.value = (self.value + hash(what)) % _MODULUS


def fits(vault: Vault) -> Generator[Progress, None, bool]:
    """Compare the indexes with the verified entries, in slices."""
    indexed, wanted = _Sum(), _Sum()
    try:
        yield from _add_words(vault, indexed)
        yield from _add_tags(vault, indexed)
    except DamagedError:
        return False
    yield from _add_wanted(vault, wanted)
    return (indexed.count, indexed.value) == (wanted.count, wanted.value)


def _add_words(vault: Vault, found: _Sum) -> Generator[Progress, None, None]:
    until = time.perf_counter() + _SLICE
    for some in vault.store.search_words(SEARCH.name):
        for at, (word, entry) in enumerate(some):
            found.add(word, entry)
            if at % _PAGE == 0 and time.perf_counter() >= until:
                yield Progress(0, 0, "index")
                until = time.perf_counter() + _SLICE


def _add_tags(vault: Vault, found: _Sum) -> Generator[Progress, None, None]:
    """Both lists of each tag: in the order of titles, and of changes."""
    for tag, name in select(vault.store, "select id, name from tag"):
        for table, key in (("entry_tag", "sort"), ("entry_tag_changed", "changed")):
            place: tuple[object, ...] = (-1, b"" if key == "sort" else -_MODULUS // 4, 0)
            while rows := select(vault.store, _TAGGED.format(table=table, key=key), tag, *place, _PAGE):
                for row in rows:
                    found.add(table, name, *row)
                place = rows[-1]
                yield Progress(0, 0, "index")


def _add_wanted(vault: Vault, found: _Sum) -> Generator[Progress, None, None]:
    last = done = 0
    total = number(vault.store, "select count(*) from entry")
    until = time.perf_counter() + _SLICE
    while ids := numbers(vault.store, "select id from entry where id > ? order by id limit ?", last, _PAGE):
        last = ids[-1]
        for entry in ids:
            done += 1
            row = vault.store.row(ENTRY, entry)
            if row is not None:
                _add_entry(vault, EntryRow._make(row), found)
            if time.perf_counter() >= until:
                yield Progress(done, total, "index")
                until = time.perf_counter() + _SLICE


def _add_entry(vault: Vault, row: EntryRow, found: _Sum) -> None:
    state = entries.state_of(vault, row)
    for word in {word for part in index.document(state) for word in part.split()}:
        found.add(word, row.id)
    for tag in state.tags:
        found.add("entry_tag", tag, row.trashed, row.sort, row.id)
        found.add("entry_tag_changed", tag, row.trashed, row.changed, row.id)
