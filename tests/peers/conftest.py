"""What holds for every test with real programs and emulated hardware."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.peers.cards.daemon import give_way

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _one_after_the_other() -> Iterator[None]:
    yield
    give_way()
