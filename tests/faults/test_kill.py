"""A short run of the kill harness; the campaign is ``python -m tests.faults.kill --runs 2000``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.kill import campaign, zero_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.timeout(240)
def test_a_hundred_kills_lose_nothing_and_raise_no_false_alarm(tmp_path: Path) -> None:
    counts = campaign(tmp_path / "vault", 100, 1)
    assert counts["runs"] == 100
    assert counts["acknowledged"] > 200
    print(dict(counts), zero_of(counts["runs"]))  # noqa: T201 shown with -s
