"""Finding entries by the beginnings of their words."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from . import text, views

if TYPE_CHECKING:
    from ..api import Row, View
    from .context import Vault
    from .views import Stored

MAX_WORDS = 16
MAX_QUERY = 1_000  # characters
_CANDIDATES = 2_000  # matches that are put in order; more say too little to be worth it


def search(vault: Vault, query: str, view: View, limit: int) -> list[Row]:
    """Entries of the view whose words begin with all of the query's words.

    First those whose title begins with the query, then others, each in the order of their titles. An empty query gives
    the beginning of the view.
    """
    limit = max(0, min(limit, views.MAX_PAGE))
    wanted = text.words(query[:MAX_QUERY])[:MAX_WORDS]
    if not wanted:
        return views.page(vault, view, None, limit)
    views.allow(vault, view)
    where, params = views.restriction(vault, view)
    first = _titled(vault, query, where, params, limit)
    known = {row[0] for row in first}
    if len(first) < limit:
        others = [row for row in _matching(vault, wanted, where, params, limit) if row[0] not in known]
        others.sort(key=lambda row: (row[10], row[0]))
        first += others[: limit - len(first)]
    return [views.to_row(row, view.order) for row in first]


def _titled(vault: Vault, query: str, where: str, params: list[object], limit: int) -> list[Stored]:
    """Titles that begin with the query, along the index of titles."""
    start = text.sort_key(query.strip())
    sql = (
        f"select {views.COLUMNS} from entry e indexed by entry_title"  # noqa: S608 our own text
        f" where {where} and e.sort >= ? and e.sort < ? order by e.sort, e.id limit ?"
    )
    return cast("list[Stored]", vault.store.read(sql, *params, start, start + b"\xff", limit))


def _matching(vault: Vault, wanted: list[str], where: str, params: list[object], limit: int) -> list[Stored]:
    # The words hold letters and digits alone, so quoting them is enough.
    match = " ".join(f'"{word}"*' for word in wanted)
    sql = (
        f"select {views.COLUMNS} from search s cross join entry e on e.id = s.rowid"  # noqa: S608 our own text
        f" where s.search match ? and {where} limit ?"
    )
    return cast("list[Stored]", vault.store.read(sql, match, *params, max(_CANDIDATES, limit)))
