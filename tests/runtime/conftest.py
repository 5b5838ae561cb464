"""What the lanes' tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kvault_gui.runtime import frames
from tests.runtime.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A lane that is ready."""
    made = Stage()
    made.lane.start()
    assert isinstance(made.next(), frames.Ready)
    yield made
    made.close()
