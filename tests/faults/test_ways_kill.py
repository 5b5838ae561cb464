"""A short run of the kill harness for ways in; the campaign is ``python -m tests.faults.ways_kill --runs 500``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.kill import zero_of
from tests.faults.ways_kill import campaign

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.timeout(240)
def test_forty_kills_while_ways_in_change_never_lose_one(tmp_path: Path) -> None:
    counts = campaign(tmp_path / "vault", 40, 1)
    assert counts["runs"] == 40
    assert counts["acknowledged"] > 10
    print(dict(counts), zero_of(counts["runs"]))  # noqa: T201 shown with -s
