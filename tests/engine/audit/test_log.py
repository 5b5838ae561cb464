"""The audit log, by its public calls."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from typing import TYPE_CHECKING

import cbor2
import pytest

from kvault_gui.engine.api import AuditFilter, Category, Outcome
from kvault_gui.engine.audit import index, log
from kvault_gui.engine.audit.actions import CATEGORIES
from kvault_gui.engine.audit.log import AuditLog
from kvault_gui.engine.errors import AuditBrokenError, AuthenticationError, InvalidInputError
from kvault_gui.engine.store import chain
from kvault_gui.engine.store.store import Store
from tests.faults import world
from tests.jobs import finish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kvault_gui.engine.api import Record
    from kvault_gui.engine.store.transaction import Tx


class Clock:
    """A clock that goes on by one second a look."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A vault whose first record the log wrote."""

    def first(tx: Tx) -> None:
        AuditLog.first(tx, clock=lambda: 1.5, where="test", action="vault.created", who="owner", session="s0")

    made = Store.create(tmp_path / "vault", world.VK, world.header(), world.TABLES, world.DERIVED, first)
    yield made
    made.close()


@pytest.fixture
def audit(store: Store) -> AuditLog:
    """The log of it."""
    return AuditLog(store, Clock(), "window")


def write(store: Store, audit: AuditLog, action: str, **parts: object) -> int:
    """One record in a transaction of its own."""
    given = {"who": "owner", "session": "s1", "object": "", **parts}
    with store.transaction() as tx:
        return audit.write(tx, action=action, **given)  # type: ignore[arg-type]


def fill(store: Store, audit: AuditLog, count: int) -> None:
    """A mixed log, many records a commit."""
    actions = sorted(set(CATEGORIES) - {"audit.signed"})
    with store.transaction() as tx:
        for number in range(count):
            audit.write(
                tx,
                action=actions[number % len(actions)],
                who="owner" if number % 50 else "agent seven",
                session="s1",
                object=f"Entry {number}",
                outcome=Outcome.REFUSED if number % 97 == 0 else Outcome.DONE,
                details={"field": "password", "number": number},
            )


def test_a_record_comes_back_as_it_was_written(store: Store, audit: AuditLog) -> None:
    number = write(store, audit, "secret.revealed", object="GitHub <b>", details={"field": "password", "version": 3})
    (record,) = audit.page(AuditFilter(), None, 1)
    assert record.number == number == 2
    assert record.time == 1_700_000_001.0
    assert (record.category, record.action, record.outcome) == (Category.READ, "secret.revealed", Outcome.DONE)
    assert (record.who, record.session, record.object, record.where) == ("owner", "s1", "GitHub <b>", "window")
    assert record.details == {"field": "password", "version": 3}
    first = audit.page(AuditFilter(), number, 10)[0]
    assert record.previous == first.hash
    assert first.action == "vault.created"
    assert first.time == 1.5


def test_the_hash_is_sha256_of_the_stored_cbor(store: Store, audit: AuditLog) -> None:
    write(store, audit, "secret.created", object="x")
    (record,) = audit.read(2, 1)
    ((_, data),) = store.records(2, 1)
    assert record.hash == hashlib.sha256(data).hexdigest()
    number, previous, commit, total, content = cbor2.loads(data)
    assert (number, previous.hex(), commit, len(total)) == (2, record.previous, 2, 64)
    assert cbor2.loads(content)[2] == "secret.created"


def test_an_unknown_action_or_category_is_refused(store: Store, audit: AuditLog) -> None:
    for parts in ({"action": "secret.stolen"}, {"action": "secret.created", "category": Category.READ}):
        with pytest.raises(ValueError, match="no action"):
            write(store, audit, **parts)
    assert store.record_number == 1


def keep(record: Record, wanted: AuditFilter) -> bool:
    """What a filter means, said in the plainest way."""
    words = [record.object, record.action, record.who, record.where, *map(str, record.details.values())]
    text = " ".join([*words, *record.details]).casefold()
    return (
        wanted.category in (None, record.category)
        and wanted.outcome in (None, record.outcome)
        and wanted.who in (None, record.who)
        and all(word in text for word in wanted.text.casefold().split())
        and (wanted.since is None or record.time >= wanted.since)
        and (wanted.until is None or record.time <= wanted.until)
    )


@pytest.mark.parametrize(
    "wanted",
    [
        AuditFilter(),
        AuditFilter(category=Category.READ),
        AuditFilter(outcome=Outcome.REFUSED),
        AuditFilter(who="agent seven"),
        AuditFilter(who="nobody"),
        AuditFilter(category=Category.TRUST, outcome=Outcome.REFUSED, who="owner"),
        AuditFilter(text="ENTRY 77"),
        AuditFilter(text="secret.revealed"),
        AuditFilter(text="password window", category=Category.CHANGE),
        AuditFilter(text="no such text"),
        AuditFilter(since=1_700_000_100.0, until=1_700_000_200.0),
        AuditFilter(since=1_700_000_400.0, who="agent seven"),
    ],
)
def test_pages_are_exactly_what_fits_newest_first(
    store: Store, audit: AuditLog, wanted: AuditFilter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "SCAN_ROWS", 100)
    fill(store, audit, 500)
    expected = [record for record in reversed(audit.read(1, 1000)) if keep(record, wanted)]
    found: list[Record] = []
    before = None
    while page := audit.page(wanted, before, 30):
        found += page
        before = page[-1].number
    assert found == expected
    found, before = [], None
    while True:
        page, before = audit.scan(wanted, before, 30)
        found += page
        if before is None:
            break
    assert found == expected


def test_one_scan_looks_at_a_bounded_number_of_records(
    store: Store, audit: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "SCAN_ROWS", 100)
    fill(store, audit, 500)
    assert audit.scan(AuditFilter(text="no such text"), None, 30) == ([], 402)


def test_the_summary_counts(store: Store, audit: AuditLog) -> None:
    fill(store, audit, 200)
    write(store, audit, "access.refused", outcome=Outcome.REFUSED)
    found = audit.summary()
    assert (found.records, found.first, found.refused, found.signed) == (202, 1.5, 4, 0)
    assert found.people == ["agent seven", "owner"]
    assert found.today == 201


# --- verifying, signing ---


def sign(message: bytes) -> bytes:
    """A stand-in for a signature scheme: the log does not know which one it is."""
    return hashlib.sha256(b"secret" + message).digest()


def check(message: bytes, signature: bytes) -> None:
    """Its verification."""
    if sign(message) != signature:
        raise AuthenticationError


def test_a_whole_log_verifies_with_its_signatures(store: Store, audit: AuditLog) -> None:
    fill(store, audit, 300)
    assert audit.seal(sign) == 302
    fill(store, audit, 10)
    audit.seal(sign)
    steps = list(audit.verify(check))
    assert steps[-1].done == steps[-1].total == 313
    verdict = finish(audit.verify(check))
    assert (verdict.records, verdict.broken, verdict.reason, verdict.signatures) == (313, None, "", 2)
    assert audit.summary().signed == 312


def test_a_head_is_due_after_a_thousand_records(store: Store, audit: AuditLog) -> None:
    due = [audit.due]
    fill(store, audit, 1000)
    due.append(audit.due)
    audit.seal(sign)
    due.append(audit.due)
    assert due == [False, True, False]


def test_a_wrong_signature_is_named(store: Store, audit: AuditLog) -> None:
    fill(store, audit, 5)
    audit.seal(lambda message: sign(message + b"x"))
    verdict = finish(audit.verify(check))
    assert verdict.broken == 7
    assert "signature" in verdict.reason
    assert finish(audit.verify()).broken is None


def test_a_signed_head_of_another_place_is_named(store: Store, audit: AuditLog) -> None:
    fill(store, audit, 5)
    message = log.head_message(store.header.vault, 3, b"x" * 32)
    details = {"number": 3, "hash": (b"x" * 32).hex(), "signature": sign(message).hex()}
    number = write(store, audit, "audit.signed", details=details)
    assert finish(audit.verify(check)).broken == number


def _replace(store: Store, number: int, data: bytes | None) -> None:
    with store._database.unguarded():
        store._database.run("delete from store_record where n = ?", (number,))
        if data is not None:
            store._database.run("insert into store_record values (?, ?)", (number, data))


@pytest.mark.parametrize("how", ["edited", "removed", "swapped", "cut", "garbage", "other commit", "rewritten last"])
def test_the_first_record_that_does_not_fit_is_named(store: Store, audit: AuditLog, how: str) -> None:
    fill(store, audit, 100)
    records = dict(store.records(1, 200))
    link = chain.decode(50, records[50])
    choices: dict[str, dict[int, bytes | None]] = {
        "edited": {50: chain.encode(link._replace(content=link.content.replace(b"owner", b"agent")))},
        "removed": {50: None},
        "swapped": {50: records[51], 51: records[50]},
        "cut": dict.fromkeys(range(60, 102)),
        "garbage": {50: b"\xff" * 40},
        "other commit": {50: chain.encode(link._replace(commit=9))},
        "rewritten last": {101: chain.encode(chain.decode(101, records[101])._replace(total=bytes([1]) * 64))},
    }
    for number, data in choices[how].items():
        _replace(store, number, data)
    broken = finish(audit.verify()).broken
    assert broken == {"edited": 51, "cut": 60, "rewritten last": 101}.get(how, 50)
    problems = finish(store.check()).problems
    assert any(f"record {broken}" in line for line in problems), problems


def test_a_garbled_record_is_refused_where_it_is_shown(store: Store, audit: AuditLog) -> None:
    fill(store, audit, 10)
    link = chain.decode(5, store.records(5, 1)[0][1])
    for content in (b"", b"\xff", cbor2.dumps([1, 2]), cbor2.dumps([1, "read", "a", "b", 5, "", "", "", {}])):
        _replace(store, 5, chain.encode(link._replace(content=content)))
        with pytest.raises(AuditBrokenError, match="record 5"):
            audit.read(5, 1)


# --- index, export ---


@pytest.mark.parametrize(
    "sql",
    [
        "update audit_count set count = count - 1 where kind = 'outcome'",
        "delete from audit_count where value = 'owner'",
        "update audit_index set outcome = 'done' where outcome = 'refused'",
        "update audit_index set text = '' where n = 50",
        "delete from audit_index where n = 50",
        "insert into audit_count values ('who', 'mallory', 1)",
    ],
)
def test_the_full_check_finds_an_index_of_another_time_and_makes_it_anew(
    store: Store, audit: AuditLog, sql: str
) -> None:
    fill(store, audit, 300)
    audit.seal(sign)  # with details whose stored order is another one
    assert finish(store.check()).problems == []
    store._database.run(sql)
    assert finish(store.check()).problems == ["The index of the audit log did not fit the records and was made anew"]
    assert finish(store.check()).problems == []


def test_the_index_is_rebuilt_from_the_records(store: Store, audit: AuditLog) -> None:
    fill(store, audit, 120)
    audit.seal(sign)
    wanted = AuditFilter(outcome=Outcome.REFUSED)
    found, people = audit.page(wanted, None, 50), audit.summary().people
    assert audit.index_fits()
    store._database.run("drop table audit_count")
    store._database.run("delete from audit_index where n > 60")
    assert not audit.index_fits()
    audit.rebuild_index(who="kvault", session="")
    assert audit.index_fits()
    assert audit.page(wanted, None, 50) == found
    assert audit.summary().people == people
    assert audit.summary().signed == 121


def test_an_export_holds_every_record_with_its_exact_bytes(store: Store, audit: AuditLog, tmp_path: Path) -> None:
    fill(store, audit, 700)
    assert finish(audit.export(tmp_path / "log.jsonl")) == 701
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["number"] for line in lines] == list(range(1, 702))
    for before, line in pairwise(lines):
        assert line["previous"] == before["hash"]
        assert hashlib.sha256(bytes.fromhex(line["cbor"])).hexdigest() == line["hash"]
    assert (tmp_path / "log.jsonl").stat().st_mode & 0o777 == 0o600


def test_an_export_never_overwrites_and_leaves_nothing_when_cancelled(
    store: Store, audit: AuditLog, tmp_path: Path
) -> None:
    fill(store, audit, 700)
    (tmp_path / "there").write_text("precious")
    with pytest.raises(InvalidInputError, match="already something"):
        finish(audit.export(tmp_path / "there"))
    assert (tmp_path / "there").read_text() == "precious"
    job = audit.export(tmp_path / "new")
    next(job)
    job.close()
    assert not (tmp_path / "new").exists()


def test_details_with_large_and_negative_numbers_survive(store: Store, audit: AuditLog) -> None:
    details = {"big": (1 << 62), "negative": -5, "text": "ü\u202e\0"}
    number = write(store, audit, "secret.changed", details=details)
    assert audit.read(number, 1)[0].details == details
