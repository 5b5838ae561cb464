"""The full check: every page, row, record and sealed value. It lists what it finds and never stops at it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ..api import Category, CheckReport, Outcome, Progress
from ..errors import KvaultError, NotPermittedError, SelfTestError
from . import drafts, fields, rebuild, records
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
    problems: list[str] = []
    if not vault.store.read_only:
        vault.record("vault.check", Category.SYSTEM, outcome=Outcome.BEGUN)
    rows = yield from _store(vault, problems)
    values = yield from _values(vault, problems)
    yield from _drafts(vault, problems)
    verdict = yield from vault.log.verify(vault.signer.verify)
    if verdict.broken is not None:
        problems.append(f"The audit log does not fit together from record {verdict.broken} on: {verdict.reason}")
    problems += rebuild.mend(vault)
    if not vault.store.read_only:
        vault.record("vault.checked", Category.SYSTEM, details={"values": values, "problems": len(problems)})
    return CheckReport(rows, verdict.records, values, problems[:MAX_PROBLEMS])


def _store(vault: Vault, problems: list[str]) -> Generator[Progress, None, int]:
    """Pages, head and set hash, by the store."""
    report = yield from vault.store.check()
    problems += report.problems
    return report.rows


def _values(vault: Vault, problems: list[str]) -> Generator[Progress, None, int]:
    """Open every sealed value of every version."""
    if not vault.keys.reads_values:
        return 0
    total = number(vault.store, "select count(*) from version")
    opened = 0
    until = time.perf_counter() + SLICE
    for done, row in enumerate(_versions(vault), 1):
        opened += _open_all(vault, row, problems)
        if time.perf_counter() >= until:
            yield Progress(done, total, "values")
            until = time.perf_counter() + SLICE
    return opened


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


def _drafts(vault: Vault, problems: list[str]) -> Generator[Progress, None, None]:
    if not vault.keys.reads_values:
        return
    for row, body in select(vault.store, "select id, body from draft"):
        try:
            drafts.decode(vault, body)
        except KvaultError as error:
            problems.append(f"Draft {row}: {error}")
        yield Progress(row, 0, "drafts")
