"""audit list, verify, export: the tamper-evident log."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from kvault_gui.engine.api import PAGE, AuditFilter, Category, Outcome, Record
from kvault_gui.engine.errors import AuditBrokenError, UsageError

from . import jobs, output, vaults
from .options import CATEGORIES, OUTCOMES, number

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from kvault_gui.engine.facade import Engine

    from .options import Commands

NEWEST = 50  # records


def register(commands: Commands) -> None:
    """Add the commands."""
    group = commands.group("audit", "the audit log")
    made = group.add("list", "show records, newest first", show)
    add = made.add_argument
    add("--limit", type=number(1, 10_000_000), default=NEWEST, metavar="N", help=f"at most so many ({NEWEST})")
    add("--category", choices=CATEGORIES)
    add("--outcome", choices=OUTCOMES)
    add("--who", help="only records of this principal")
    add("--text", default="", help="only records in whose object, action or details this stands")
    add("--since", metavar="DATE", help="from this time on")
    add("--until", metavar="DATE", help="before this time")
    group.add("verify", "verify the whole chain and its signatures; exit 5 if something does not fit", verify)
    made = group.add("export", "write every record to a new file, as JSON lines", export)
    made.add_argument("file", metavar="FILE")


def _time(text: str | None, option: str) -> float | None:
    if text is None:
        return None
    try:
        return dt.datetime.fromisoformat(text).astimezone().timestamp()
    except (ValueError, OverflowError):
        raise UsageError(reason=f"{option} takes a date like 2026-11-30 or 2026-11-30T12:00") from None


def show(options: Namespace) -> int:
    """Print records."""
    wanted = AuditFilter(
        category=Category(options.category) if options.category else None,
        outcome=Outcome(options.outcome) if options.outcome else None,
        who=options.who,
        text=options.text,
        since=_time(options.since, "--since"),
        until=_time(options.until, "--until"),
    )
    with vaults.unlocked(options, "read the audit log") as engine:
        records = _records(engine, wanted, options.limit)
        if getattr(options, "json", False):
            output.json_rows(_json(record) for record in records)
            return 0
        for record in records:
            what = f"{record.action} {record.object}".rstrip()
            ended = "" if record.outcome == Outcome.DONE else f" ({record.outcome.value})"
            output.line(f"{record.number}\t{output.local(record.time)}\t{what}{ended}\t{record.who}, {record.where}")
    return 0


def _records(engine: Engine, wanted: AuditFilter, limit: int) -> Iterator[Record]:

    before: int | None = None
    while limit > 0:
        page = engine.audit.page(wanted, before, min(PAGE, limit))
        yield from page
        if not page:
            return
        before = page[-1].number
        limit -= len(page)


def _json(record: Record) -> dict[str, Any]:

    return {
        "number": record.number,
        "time": output.iso(record.time),
        "category": record.category.value,
        "action": record.action,
        "outcome": record.outcome.value,
        "who": record.who,
        "session": record.session,
        "object": record.object,
        "where": record.where,
        "details": record.details,
        "hash": record.hash,
        "previous": record.previous,
    }


def verify(options: Namespace) -> int:
    """Verify; a broken log is an error with exit code 5."""
    with vaults.unlocked(options, "verify the audit log") as engine:
        verdict = jobs.run(engine.audit.verify(), "Verifying")
    if getattr(options, "json", False):
        output.json(verdict)
    elif verdict.broken is None:
        records = output.count(verdict.records, "record")
        output.line(f"{records} and {output.count(verdict.signatures, 'signature')} fit together.")
    else:
        output.line(f"Record {verdict.broken} is the first that does not fit: {verdict.reason}")
    if verdict.broken is not None:
        raise AuditBrokenError(number=verdict.broken)
    return 0


def export(options: Namespace) -> int:
    """Write all records."""
    path = output.new_file(options.file)
    with vaults.unlocked(options, "export the audit log", path.name) as engine:
        written = jobs.run(engine.audit.export(str(path)), "Exporting")
    if getattr(options, "json", False):
        output.json({"path": str(path), "records": written})
    else:
        output.line(f"Wrote {output.count(written, 'record')} to {path}.")
    return 0
