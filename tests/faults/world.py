"""A small vault with a mixed workload, for everything that breaks the store on purpose."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from kvault_gui.engine.audit.log import DERIVED as AUDIT_DERIVED
from kvault_gui.engine.store.database import VFS
from kvault_gui.engine.store.files import REAL, Files
from kvault_gui.engine.store.header import Header, Slot
from kvault_gui.engine.store.held import HeldFolder
from kvault_gui.engine.store.store import Store
from kvault_gui.engine.store.tables import Derived, Table
from tests.jobs import finish

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from kvault_gui.engine.api import Accept
    from kvault_gui.engine.store.transaction import Tx

ITEM = Table(
    1,
    "item",
    {"id": "integer primary key", "name": "text not null", "body": "blob", "weight": "real"},
    ("create index item_name on item(name)",),
)
GRANT = Table(2, "granted", {"id": "integer primary key", "who": "text", "item": "integer"})
TABLES = (ITEM, GRANT)
SEARCH = Derived("search", ("create virtual table search using fts5(name, content='', contentless_delete=1)",))
DERIVED = (SEARCH, *AUDIT_DERIVED)
VK = bytes(range(32))
INTERRUPTED = "The last change was stored just before kvault was interrupted; it was kept."


def slot(name: str) -> Slot:
    """A slot as far as the store looks into it."""
    return Slot(name, "password", "Password", 1_700_000_000, "00" * 32, {"memory": 65_536}, "11" * 32, "22" * 60, None)


def header(vault: str = "ab" * 16) -> Header:
    """A header to create a vault with."""
    return Header(1, vault, 1, 0, "", "", 1_700_000_000, [slot("first")])


def begin(tx: Tx) -> None:
    """The first commit."""
    tx.insert(GRANT, {"who": "owner", "item": None})
    tx.append(b"created")


def make(folder: Path, *, vault: str = "ab" * 16, vk: bytes = VK, files: Files = REAL, vfs: str = VFS) -> Store:
    """A new vault, open."""
    return Store.create(folder, vk, header(vault), TABLES, DERIVED, begin, holder="test", files=files, vfs=vfs)


def reopen(
    folder: Path, accept: Iterable[Accept] = (), *, vk: bytes = VK, files: Files = REAL, vfs: str = VFS
) -> Store:
    """The vault, opened again."""
    return Store.open(HeldFolder.take(folder, "test", files, vfs), vk, TABLES, DERIVED, frozenset(accept))


def state(store: Store) -> dict[int, str]:
    """Every item by its id, as a digest of its row."""
    return {int(str(row[0])): digest(row) for row in store.read("select id, name, body, weight from item")}


def digest(row: tuple[object, ...]) -> str:
    """A row in a few letters."""
    return hashlib.sha256(repr(row).encode()).hexdigest()[:16]


@dataclass
class Step:
    """One act of the workload: ``items`` are rows as they are afterwards, None for deleted ones."""

    kind: str  # "commit", "header", "shorten"
    items: dict[int, tuple[object, ...] | None] = field(default_factory=dict)

    def after(self, before: dict[int, str]) -> dict[int, str]:
        """The state after it."""
        new = dict(before)
        for row_id, row in self.items.items():
            if row is None:
                new.pop(row_id, None)
            else:
                new[row_id] = digest(row)
        return new

    def told(self) -> dict[int, str | None]:
        """As one line for the harness."""
        return {row_id: None if row is None else digest(row) for row_id, row in self.items.items()}


def plan(known: set[int], following: int, chance: random.Random) -> Step:
    """Choose the next act for a vault that has these items."""
    kind = chance.choices(("insert", "update", "delete", "burst", "header", "shorten"), (30, 30, 10, 10, 8, 12))[0]
    if kind in ("header", "shorten"):
        return Step(kind)
    if kind == "insert" or not known:
        return Step("commit", {following: _row(following, chance)})
    if kind == "burst":
        return Step("commit", {row_id: _row(row_id, chance) for row_id in range(following, following + 20)})
    chosen = chance.choice(sorted(known))
    return Step("commit", {chosen: _row(chosen, chance) if kind == "update" else None})


def _row(row_id: int, chance: random.Random) -> tuple[object, ...]:
    body = chance.randbytes(chance.choice((20, 500, 5_000)))
    return (row_id, f"item {chance.randrange(1000)}", body, chance.choice((None, 1.0, 0.25)))


def act(store: Store, step: Step) -> None:
    """Do it."""
    if step.kind == "header":
        store.rewrite_header(_turn)
    elif step.kind == "shorten":
        store._shorten_log(now=True)
    else:
        _write(store, step)


def _turn(old: Header) -> Header:
    return msgspec.structs.replace(old, slots=[slot(f"slot-{old.generation}")])


def _write(store: Store, step: Step) -> None:
    with store.transaction() as tx:
        for row_id, row in step.items.items():
            there = tx.row(ITEM, row_id) is not None
            if row is None:
                tx.delete(ITEM, row_id)
                tx.derived("delete from search where rowid = ?", row_id)
                continue
            values = dict(zip(ITEM.names, row, strict=True))
            if there:
                tx.update(ITEM, row_id, {name: value for name, value in values.items() if name != "id"})
            else:
                tx.insert(ITEM, values)
            tx.derived("insert or replace into search(rowid, name) values (?, ?)", row_id, row[1])
        tx.append(repr(step.told()).encode()[:2000])
        if len(step.items) > 1:
            tx.append(b"a second record")


def run(store: Store, count: int, chance: random.Random, told: Callable[[Step], None] = lambda _step: None) -> None:
    """``count`` acts; ``told`` is called after each."""
    known, following = set(state(store)), store_following(store)
    for _ in range(count):
        step = plan(known, following, chance)
        act(store, step)
        known = {row_id for row_id in known | step.items.keys() if step.items.get(row_id, ()) is not None}
        following = max([following, *(row_id + 1 for row_id in step.items)])
        told(step)


def store_following(store: Store) -> int:
    """An id that no item has had."""
    newest = store.read("select max(id) from item")[0][0]
    return newest + 1 if isinstance(newest, int) else 1


def verify(store: Store) -> None:
    """Everything verifies: rows, chain, pages."""
    store.verify_tables(TABLES)
    assert finish(store.check()).problems == []
