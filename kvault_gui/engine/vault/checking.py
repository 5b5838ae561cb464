"""The full check: every page, row, record and sealed value. It lists what it finds and never stops at it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from ..api import Category, CheckReport, Outcome, Progress
from ..errors import DamagedError, DiskFullError, KvaultError, NotPermittedError, SelfTestError
from . import drafts, fields, rebuild, records, search_check
from .access import Action, check
from .reading import number, select
from .schema import VersionRow

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from .context import Vault

SLICE = 0.005  # seconds
MAX_PROBLEMS = 1_000
_PAGE = 256


def run(vault: Vault) -> Generator[Progress, None, CheckReport]:
    """Verify everything. Findings are sentences in the report, not errors."""
    check(vault, Action.LOG)
    found = _Found()
    _record(vault, found, "vault.check", Outcome.BEGUN)
    for phase in (_store, _values, _drafts, _log, _derived):
        try:
            yield from phase(vault, found)
        except DamagedError as error:  # this far and no further, but the other phases may see more
            found.problems.append(str(error))
    _record(vault, found, "vault.checked", Outcome.DONE)
    return CheckReport(found.rows, found.records, found.values, found.problems[:MAX_PROBLEMS])


class _Found(msgspec.Struct):
    rows: int = 0
    records: int = 0
    values: int = 0
    problems: list[str] = msgspec.field(default_factory=list)


def _record(vault: Vault, found: _Found, action: str, outcome: Outcome) -> None:
    if vault.store.read_only:
        return
    details: dict[str, str | int] = {"values": found.values, "problems": len(found.problems)}
    try:
        vault.record(action, Category.SYSTEM, outcome=outcome, details=details)
    except (DamagedError, DiskFullError) as error:
        found.problems.append(f"The check could not be written into the audit log: {error}")


def _log(vault: Vault, found: _Found) -> Generator[Progress, None, None]:
    """The chain of audit records and its signatures."""
    verdict = yield from vault.log.verify(vault.signer.verify)
    found.records = verdict.records
    if verdict.broken is not None:
        found.problems.append(f"The audit log does not fit together from record {verdict.broken} on: {verdict.reason}")


def _derived(vault: Vault, found: _Found) -> Generator[Progress, None, None]:
    """Counts, tags and the search index."""
    yield Progress(0, 1, "index")
    indexes_fit = yield from search_check.fits(vault)
    found.problems += rebuild.mend(vault, indexes_fit=indexes_fit)


def _store(vault: Vault, found: _Found) -> Generator[Progress, None, None]:
    """Pages, head and set hash, by the store."""
    report = yield from vault.store.check()
    found.problems += report.problems
    found.rows = report.rows


def _values(vault: Vault, found: _Found) -> Generator[Progress, None, None]:
    """Open every sealed value of every version."""
    if not vault.keys.reads_values:
        return
    total = number(vault.store, "select count(*) from version")
    until = time.perf_counter() + SLICE
    for done, row in enumerate(_versions(vault), 1):
        found.values += _open_all(vault, row, found.problems)
        if time.perf_counter() >= until:
            yield Progress(done, total, "values")
            until = time.perf_counter() + SLICE


def _versions(vault: Vault) -> Iterator[VersionRow]:
    last = 0
    while True:
        # Read without verifying: old rows were reported by the store's part, and their values are still worth a look.
        rows = select(
            vault.store,
            "select id, entry, number, time, who, body from version where id > ? order by id limit ?",
            last,
            _PAGE,
        )
        if not rows:
            return
        for row in rows:
            version = VersionRow._make(row)
            last = version.id
            yield version


def _open_all(vault: Vault, row: VersionRow, problems: list[str]) -> int:
    opened = 0
    owner = select(vault.store, "select uid, title from entry where id = ?", row.entry)
    if not owner:
        problems.append(f"Version {row.number} of an entry that is not there was found")
        return 0
    uid, title = owner[0]
    try:
        state = records.decode(row.body)
    except KvaultError as error:
        problems.append(f"{title}, version {row.number}: {error}")
        return 0
    for record in state.fields:
        if record.plain is not None:
            continue
        try:
            fields.value_of(vault, uid, record)
            opened += 1
        except (NotPermittedError, SelfTestError):
            raise
        except KvaultError as error:
            problems.append(f"{title}, version {row.number}: {error}")
    return opened


def _drafts(vault: Vault, found: _Found) -> Generator[Progress, None, None]:
    if not vault.keys.reads_values:
        return
    for row, body in select(vault.store, "select id, body from draft"):
        try:
            drafts.decode(vault, body)
        except KvaultError as error:
            found.problems.append(f"Draft {row}: {error}")
        yield Progress(row, 0, "drafts")
