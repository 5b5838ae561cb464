"""The log's index: derived from the records, decides nothing, can be rebuilt.

It makes filtering fast at any size: the rarest of the wanted values leads, and what is left is scanned newest first,
a bounded number of rows a call.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from ..api import Outcome, Progress
from ..store import chain
from ..store.tables import Derived
from .content import MICROS, Content, decode

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..api import AuditFilter
    from ..store.store import Store
    from ..store.transaction import Tx

DERIVED = (
    Derived(
        "audit_index",
        (
            (
                "create table audit_index(n integer primary key, time integer not null, category text not null, "
                "outcome text not null, who text not null, text text not null)"
            ),
            "create index audit_index_category on audit_index(category, n)",
            "create index audit_index_outcome on audit_index(outcome, n)",
            "create index audit_index_who on audit_index(who, n)",
            "create index audit_index_time on audit_index(time)",
        ),
    ),
    Derived(
        "audit_count",
        (
            (
                "create table audit_count(kind text not null, value text not null, count integer not null, "
                "primary key(kind, value)) without rowid"
            ),
        ),
    ),
)
SCAN_ROWS = 50_000  # that one call looks at
_SPARSE = 10  # an index leads if it leaves at most a tenth of the records
_UNLED = "not indexed"  # by number alone
_LAST = (1 << 63) - 1
_SLICE = 250
_BETWEEN = "select n, time, category, outcome, who, text from audit_index where n between ? and ? order by n"
_ADD = "insert into audit_index(n, time, category, outcome, who, text) values (?, ?, ?, ?, ?, ?)"
_COUNT = (
    "insert into audit_count(kind, value, count) values (?, ?, 1)"
    " on conflict(kind, value) do update set count = count + 1"
)
_SIGNED = "insert or replace into audit_count(kind, value, count) values ('signed', '', ?)"


def add(tx: Tx, number: int, content: Content) -> None:
    """Index record ``number``."""
    tx.derived(_ADD, *_row(number, content))
    for kind, value in _counted(content):
        tx.derived(_COUNT, kind, value)
    if content.action == "audit.signed" and content.outcome is Outcome.DONE:
        tx.derived(_SIGNED, number - 1)


def _row(number: int, content: Content) -> tuple[int, int, str, str, str, str]:
    words = [content.object, content.action, content.who, content.where]
    words += [f"{name} {value}" for name, value in sorted(content.details.items())]
    text = "\n".join(words).casefold()
    return (number, content.time, content.category.value, content.outcome.value, content.who, text)


def _counted(content: Content) -> tuple[tuple[str, str], ...]:
    return (("category", content.category.value), ("outcome", content.outcome.value), ("who", content.who))


def fits(store: Store) -> bool:
    """Whether the index is there and reaches as far as the records do; ``check`` compares it wholly."""
    if {each.name for each in DERIVED} & set(store.lacking):
        return False
    return store.read("select max(n) from audit_index") == [(store.record_number,)]


def check(store: Store) -> Generator[Progress, None, bool]:
    """Compare the whole index with the records; whether it fits. Raises AuditBrokenError."""
    if not fits(store):
        return False
    number, counts = 0, Counter[tuple[str, str]]()
    while rows := store.records(number + 1, _SLICE):
        expected = []
        for number, data in rows:
            content = decode(number, chain.decode(number, data).content)
            expected.append(_row(number, content))
            counts.update(_counted(content))
        if store.read(_BETWEEN, rows[0][0], number) != expected:
            return False
        yield Progress(number, store.record_number, "index")
    found = store.read("select kind, value, count from audit_count where kind != 'signed'")
    return {(kind, value): number for kind, value, number in found} == dict(counts)


def rebuild(tx: Tx, store: Store) -> None:
    """Make the index anew from the stored records, inside ``tx``. Raises AuditBrokenError."""
    for derived in DERIVED:
        tx.rebuild(derived)
    first = 1
    while rows := store.records(first, 1_000):
        for number, data in rows:
            add(tx, number, decode(number, chain.decode(number, data).content))
        first = rows[-1][0] + 1


class Scan(NamedTuple):
    """Numbers found, newest first, and where to go on; ``before`` None: there is no more."""

    numbers: list[int]
    before: int | None


def scan(store: Store, wanted: AuditFilter, before: int | None, limit: int) -> Scan:
    """Find at most ``limit`` records below number ``before`` that fit, looking at a bounded number of rows."""
    below = min(_LAST if before is None else before, store.record_number + 1)
    conditions, values = _conditions(wanted)
    leading = _leading(store, wanted)
    lowest = max(0, below - SCAN_ROWS) if leading == _UNLED else 0
    sql = f"select n from audit_index {leading} where n < ? and n >= ?{conditions} order by n desc limit ?"  # noqa: S608 our own text; values are parameters
    rows = store.read(sql, below, lowest, *values, limit)
    numbers = [number for (number,) in rows if isinstance(number, int)]
    if len(numbers) == limit:
        return Scan(numbers, numbers[-1])
    return Scan(numbers, lowest if lowest > 1 else None)


def _conditions(wanted: AuditFilter) -> tuple[str, list[object]]:
    parts: list[tuple[str, object]] = []
    if wanted.category is not None:
        parts.append(("category = ?", wanted.category.value))
    if wanted.outcome is not None:
        parts.append(("outcome = ?", wanted.outcome.value))
    if wanted.who is not None:
        parts.append(("who = ?", wanted.who))
    if wanted.since is not None:
        parts.append(("time >= ?", round(wanted.since * MICROS)))
    if wanted.until is not None:
        parts.append(("time <= ?", round(wanted.until * MICROS)))
    parts += [("instr(text, ?) > 0", word) for word in wanted.text.casefold().split()]
    return "".join(f" and {sql}" for sql, _ in parts), [value for _, value in parts]


def _leading(store: Store, wanted: AuditFilter) -> str:
    """The clause that makes the rarest wanted value lead, or nothing if none is rare."""
    kinds = {"category": wanted.category, "outcome": wanted.outcome, "who": wanted.who}
    counts = {kind: count(store, kind, str(value)) for kind, value in kinds.items() if value is not None}
    if not counts:
        return _UNLED
    rarest = min(counts, key=counts.__getitem__)
    sparse = counts[rarest] * _SPARSE <= store.record_number
    return f"indexed by audit_index_{rarest}" if sparse else _UNLED


def count(store: Store, kind: str, value: str) -> int:
    """How many records have ``value`` as their ``kind``; for "signed" the number of the last signed record."""
    rows = store.read("select count from audit_count where kind = ? and value = ?", kind, value)
    return rows[0][0] if rows and isinstance(rows[0][0], int) else 0


def people(store: Store) -> list[str]:
    """Everybody who has a record."""
    return [str(who) for (who,) in store.read("select value from audit_count where kind = 'who' order by value")]
