"""The open vault that most tests work on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.engine.vault.kit import Desk, desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[Desk]:
    made = desk(tmp_path)
    yield made
    made.engine.vaults.close()
