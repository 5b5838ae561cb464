"""A bounded run of the power-cut harness; the campaign is ``python -m tests.faults.power --images 15000``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.kill import zero_of
from tests.faults.power import campaign

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.timeout(240)
def test_no_power_cut_loses_anything_acknowledged_or_raises_a_false_alarm(tmp_path: Path) -> None:
    counts = campaign(tmp_path, 1_200, 7)
    assert counts["images"] == 1_200
    print(dict(counts), zero_of(counts["images"]))  # noqa: T201 shown with -s
