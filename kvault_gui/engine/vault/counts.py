"""Counts kept in rows, so that the sidebar costs the same at any size. Derived: rebuilt from the entries if need be."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from .reading import number, select

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..store.store import Store
    from ..store.transaction import Tx
    from .schema import EntryRow

_TAG = "tag:"


def shape(row: EntryRow, tags: Sequence[str]) -> Counter[str]:
    """Where one entry counts."""
    return Counter(_names(row, tags))


def _names(row: EntryRow, tags: Sequence[str]) -> list[str]:
    if row.trashed:
        return ["trashed"]
    names = ["total", f"kind:{row.kind}", f"space:{row.namespace}", *(_TAG + tag for tag in tags)]
    if row.favourite:
        names.append("favourites")
    return names


class Tally:
    """Differences collected in one transaction, written once at its end."""

    def __init__(self) -> None:
        self._moved: Counter[str] = Counter()

    def add(self, row: EntryRow, tags: Sequence[str]) -> None:
        """An entry is there now."""
        for name in _names(row, tags):
            self._moved[name] += 1

    def remove(self, row: EntryRow, tags: Sequence[str]) -> None:
        """An entry is no more as it was."""
        for name in _names(row, tags):
            self._moved[name] -= 1

    def flush(self, tx: Tx) -> None:
        """Write what changed."""
        for name, difference in self._moved.items():
            if not difference:
                continue
            if name.startswith(_TAG):
                tx.derived("update tag set count = count + ? where name = ?", difference, name[len(_TAG) :])
            else:
                tx.derived(
                    "insert into tally(name, count) values(?, ?)"
                    " on conflict(name) do update set count = count + excluded.count",
                    name,
                    difference,
                )
        self._moved.clear()


def get(store: Store, names: Iterable[str]) -> dict[str, int]:
    """The counts of these names, 0 for those without a row."""
    wanted = list(names)
    found: dict[str, int] = {}
    for name in wanted:
        found[name] = number(store, "select count from tally where name = ?", name)
    return found


def spaces(store: Store) -> dict[int, int]:
    """Entries right in each namespace, without the trash."""
    rows = select(store, "select name, count from tally where name between 'space:' and 'space:~'")
    return {int(name.partition(":")[2]): count for name, count in rows}
