"""What another program asked for in vain stands in the log, under its own name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kvault_gui.engine.api import AuditFilter, Category, Outcome, Recorded
from tests.engine.vault.kit import desk
from tests.jobs import finish

if TYPE_CHECKING:
    from pathlib import Path


def test_a_refused_program_is_in_the_log_by_its_name(tmp_path: Path) -> None:
    open_desk = desk(tmp_path)
    open_desk.engine.audit.refused("/usr/bin/node, process 4711", "read the value", "work/github")
    newest = open_desk.engine.audit.page(AuditFilter(category=Category.TRUST), None, 1)[0]
    assert newest.who == "/usr/bin/node, process 4711"
    assert newest.outcome is Outcome.REFUSED
    assert newest.object == "work/github"
    assert newest.details["act"] == "read the value"
    assert open_desk.events[-1] == Recorded(newest.number)
    open_desk.engine.vaults.close()


def test_an_endless_name_is_cut_and_the_log_still_verifies(tmp_path: Path) -> None:
    open_desk = desk(tmp_path)
    open_desk.engine.audit.refused("p" * 100_000, "a" * 100_000, "o" * 100_000)
    newest = open_desk.engine.audit.page(AuditFilter(category=Category.TRUST), None, 1)[0]
    assert len(newest.who) == len(newest.object) == 1_000
    assert finish(open_desk.engine.audit.verify()).broken is None
    open_desk.engine.vaults.close()
