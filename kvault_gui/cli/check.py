"""check, selftest: is everything whole, and does the cryptography compute right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kvault_gui.engine.errors import DamagedError, SelfTestError

from . import jobs, output, vaults

if TYPE_CHECKING:
    from argparse import Namespace

    from .options import Commands


def register(commands: Commands) -> None:
    """Add the commands."""
    commands.add("check", "verify every row, record and value of the vault; exit 5 if something is wrong", check)
    commands.add("selftest", "run every known-answer test of the cryptography", selftest, "Needs no vault.")


def check(options: Namespace) -> int:
    """Verify everything; what is wrong is named, and the exit code is 5."""
    with vaults.unlocked(options, "check the vault") as engine:
        report = jobs.run(engine.vaults.check(), "Checking")
    if getattr(options, "json", False):
        output.json(report)
    else:
        for problem in report.problems:
            output.line(problem)
        output.line(
            f"Checked {output.count(report.rows, 'row')}, {output.count(report.records, 'record')} and "
            f"{output.count(report.values, 'sealed value')}: {output.count(len(report.problems), 'problem')}."
        )
    if report.problems:
        more = f" (and {len(report.problems) - 1} more)" if len(report.problems) > 1 else ""
        raise DamagedError(reason=report.problems[0].rstrip(".") + more)
    return 0


def selftest(options: Namespace) -> int:
    """Print a table; a failed test is an error."""
    results = vaults.new_engine().tools.selftest()
    if getattr(options, "json", False):
        output.json(results)
    else:
        head = ("Algorithm", "Standard", "Result", "ms")
        rows = [
            (found.name, found.standard, "passed" if found.passed else "FAILED", f"{found.milliseconds:.1f}")
            for found in results
        ]
        output.table([head, *rows])
    failed = [found.name for found in results if not found.passed]
    if failed:
        raise SelfTestError(name=", ".join(failed))
    return 0
