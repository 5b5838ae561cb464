"""Lists: counts, places and pages of a view, each read along an index so that a page costs the same at any size."""

from __future__ import annotations

import heapq
import json
from typing import TYPE_CHECKING, NamedTuple, cast

from ..api import Category, Kind, Order, Overview, Place, Row, Tag, View
from . import counts, namespaces
from .access import Action, check
from .reading import number, select
from .schema import ROOT, from_micros, to_micros

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .context import Vault

EXPIRING_DAYS = 30
MAX_PAGE = 5_000  # rows
_DAY = 86_400
COLUMNS = "e.id, e.kind, e.title, e.detail, e.namespace, e.changed, e.expires, e.favourite, e.files, e.trashed, e.sort"
_MANY = 12  # namespaces: above it, one walk over the whole order is compared with one walk for each

Stored = tuple[int, str, str, str, int, int, "int | None", int, int, int, bytes]


class Walk(NamedTuple):
    """An order and its restriction, as parts of one SELECT."""

    source: str  # FROM …
    where: list[str]
    params: list[object]
    key: str  # column of the order
    entry: str  # column of the id in the index that is walked
    down: bool  # newest first

    def sql(self, columns: str, more: str = "") -> str:
        """The statement, in the view's order. All of its text is ours; values are parameters."""
        where = " and ".join([*self.where, more] if more else self.where)
        return f"select {columns} from {self.source} where {where} order by {self.order()}"  # noqa: S608 our own text; values are parameters

    def order(self) -> str:
        """What follows ORDER BY."""
        way = " desc" if self.down else ""
        return f"{self.key}{way}, {self.entry}{way}"


def pack(order: Order, row: Stored) -> bytes:
    """The key of a row in an order."""
    return row[10] if order is Order.TITLE else row[5].to_bytes(8, "big")


def to_row(row: Stored, order: Order) -> Row:
    """A stored row as a list shows it."""
    expires = None if row[6] is None else from_micros(row[6])
    return Row(
        row[0],
        Kind(row[1]),
        row[2],
        row[3],
        row[4],
        from_micros(row[5]),
        expires,
        bool(row[7]),
        bool(row[8]),
        bool(row[9]),
        pack(order, row),
    )


def allow(vault: Vault, view: View) -> None:
    """The check of everything that lists."""
    tags = () if view.tag is None else (view.tag,)
    grant = check(vault, Action.BROWSE, namespace=view.namespace, tags=tags)
    if grant is not None and grant.remaining is not None:
        vault.record("secrets.listed", Category.READ, grant=grant)


def _expiry_limit(vault: Vault) -> int:
    return to_micros(vault.clock() + EXPIRING_DAYS * _DAY)


def _walk(vault: Vault, view: View, spaces: list[int] | None) -> Walk:
    """The index to walk for a view; ``spaces`` restricts to these namespaces (None: no restriction)."""
    title = view.order is Order.TITLE
    column = "sort" if title else "changed"
    where: list[str] = []
    params: list[object] = []
    source, key, entry = "entry e", f"e.{column}", "e.id"
    if view.tag is not None:
        table = "entry_tag" if title else "entry_tag_changed"
        source = f"{table} t cross join entry e on e.id = t.entry"
        key, entry = f"t.{column}", "t.entry"
        where += ["t.tag = (select id from tag where name = ?)", "t.trashed = ?"]
        params += [view.tag, int(view.trash)]
    elif view.favourites:
        source = f"entry e indexed by entry_star_{column_name(title)}"
    elif spaces is not None and len(spaces) == 1:
        source = f"entry e indexed by entry_space_{column_name(title)}"
    elif view.kind is not None and spaces is None:
        source = f"entry e indexed by entry_kind_{column_name(title)}"
    elif not view.expiring:
        source = f"entry e indexed by entry_{column_name(title)}"
    where.append("e.trashed = ?")
    params.append(int(view.trash))
    more, values = _filters(vault, view, spaces)
    where += more
    params += values
    return Walk(source, where, params, key, entry, down=not title)


def restriction(vault: Vault, view: View) -> tuple[str, list[object]]:
    """A view as a condition on ``entry e``, for those who bring their own order."""
    where, params = ["e.trashed = ?"], [cast("object", int(view.trash))]
    if view.tag is not None:
        where.append("e.id in (select entry from entry_tag where tag = (select id from tag where name = ?))")
        params.append(view.tag)
    where_more, params_more = _filters(vault, view, _spaces(vault, view))
    return " and ".join([*where, *where_more]), [*params, *params_more]


def _filters(vault: Vault, view: View, spaces: list[int] | None) -> tuple[list[str], list[object]]:
    where: list[str] = []
    params: list[object] = []
    if view.favourites:
        where.append("e.favourite = 1")
    if view.kind is not None:
        where.append("e.kind = ?")
        params.append(view.kind.value)
    if view.expiring:
        where.append("e.expires is not null and e.expires <= ?")
        params.append(_expiry_limit(vault))
    if spaces is not None:
        one = len(spaces) == 1
        where.append("e.namespace = ?" if one else "e.namespace in (select value from json_each(?))")
        params.append(spaces[0] if one else json.dumps(spaces))
    return where, params


def column_name(title: bool) -> str:  # noqa: FBT001 the order is one of two
    """The part of an index's name that tells its order."""
    return "title" if title else "changed"


def _spaces(vault: Vault, view: View) -> list[int] | None:
    if view.namespace is None or view.namespace == ROOT:
        return None
    return vault.tree.below(view.namespace)


def _after(walk: Walk, start: Place | None, order: Order) -> tuple[str, list[object]]:
    if start is None:
        return "", []
    key: object = start.key if order is Order.TITLE else int.from_bytes(start.key[:8], "big")
    sign = "<=" if walk.down else ">="
    return f"({walk.key}, {walk.entry}) {sign} (?, ?)", [key, start.id]


def _run(vault: Vault, walk: Walk, start: Place | None, order: Order, limit: int) -> list[Stored]:
    more, params = _after(walk, start, order)
    sql = walk.sql(COLUMNS, more) + " limit ?"
    return cast("list[Stored]", vault.store.read(sql, *walk.params, *params, limit))


def _merged(vault: Vault, view: View, spaces: list[int], start: Place | None, limit: int) -> list[Stored]:
    """One page over many namespaces: one walk for each, merged; each reads no more than it must."""
    batch = max(4, 2 * limit // len(spaces))

    def rows(space: int) -> Iterator[tuple[int | bytes, int, Stored]]:
        walk, place = _walk(vault, view, [space]), start
        sign = -1 if walk.down else 1
        skip = 0
        while True:
            found = _run(vault, walk, place, view.order, batch + skip)
            for row in found[skip:]:
                yield (sign * row[5] if walk.down else row[10]), sign * row[0], row
            if len(found) < batch + skip:
                return
            place, skip = Place(pack(view.order, found[-1]), found[-1][0]), 1

    merged = heapq.merge(*(rows(space) for space in spaces))
    return [row for _key, _id, row in (item for item, _n in zip(merged, range(limit), strict=False))]


def page(vault: Vault, view: View, start: Place | None, limit: int) -> list[Row]:
    """Rows from ``start`` on."""
    allow(vault, view)
    limit = max(0, min(limit, MAX_PAGE))
    spaces = _spaces(vault, view)
    many = spaces is not None and len(spaces) > 1 and view.tag is None and not view.favourites and not view.expiring
    if spaces is not None and many:
        stored = _merged(vault, view, _filled(vault, spaces, trash=view.trash), start, limit)
    else:
        stored = _run(vault, _walk(vault, view, spaces), start, view.order, limit)
    return [to_row(row, view.order) for row in stored]


def _filled(vault: Vault, spaces: list[int], *, trash: bool) -> list[int]:
    """Those namespaces that have entries (the trash is not counted by namespace)."""
    if trash or len(spaces) <= _MANY:
        return spaces
    own = counts.spaces(vault.store)
    return [space for space in spaces if own.get(space)] or spaces[:1]


def places(vault: Vault, view: View, step: int) -> list[Place]:
    """The place of every ``step``-th entry, beginning with the first."""
    allow(vault, view)
    step = max(1, step)
    spaces = _spaces(vault, view)
    walk = _walk(vault, view, spaces)
    title = view.order is Order.TITLE
    found: list[Place] = []
    while True:
        # From place to place along the index: numbering every row would cost ten times as much.
        more, params = _after(walk, found[-1] if found else None, view.order)
        sql = walk.sql(f"{walk.key}, {walk.entry}", more) + " limit 1 offset ?"
        rows = select(vault.store, sql, *walk.params, *params, step if found else 0)
        if not rows:
            return found
        key, entry = rows[0]
        found.append(Place(key if title else key.to_bytes(8, "big"), entry))


def count(vault: Vault, view: View) -> int:
    """How many entries the view has; from kept counts where one filter alone is asked for."""
    allow(vault, view)
    spaces = _spaces(vault, view)
    filters = [view.tag is not None, view.kind is not None, view.favourites, view.expiring, spaces is not None]
    if sum(filters) <= 1 and not view.expiring and (not view.trash or not any(filters)):
        return _kept(vault, view, spaces)
    walk = _walk(vault, view, spaces)
    where = " and ".join(walk.where)
    return number(vault.store, f"select count(*) from {walk.source} where {where}", *walk.params)  # noqa: S608 our own text; values are parameters


def _kept(vault: Vault, view: View, spaces: list[int] | None) -> int:
    if view.tag is not None:
        return number(vault.store, "select count from tag where name = ?", view.tag)
    if spaces is not None:
        own = counts.spaces(vault.store)
        return sum(own.get(space, 0) for space in spaces)
    name = "total"
    if view.trash:
        name = "trashed"
    elif view.favourites:
        name = "favourites"
    elif view.kind is not None:
        name = f"kind:{view.kind.value}"
    return counts.get(vault.store, [name])[name]


def overview(vault: Vault) -> Overview:
    """Counts, namespaces and tags."""
    allow(vault, View())
    kept = counts.get(vault.store, ["total", "favourites", "trashed"])
    tags = select(vault.store, "select name, count from tag where count > 0")
    ordered = sorted((Tag(name, uses) for name, uses in tags), key=lambda tag: (tag.name.casefold(), tag.name))
    expiring = number(
        vault.store,
        "select count(*) from entry where trashed = 0 and expires is not null and expires <= ?",
        _expiry_limit(vault),
    )
    return Overview(kept["total"], kept["favourites"], kept["trashed"], expiring, namespaces.listing(vault), ordered)
