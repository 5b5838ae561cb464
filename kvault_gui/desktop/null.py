"""Where the operating system's signals are not known to kvault yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .watch import Reason


class NullSignals:
    """Notices nothing, and says so."""

    def __init__(self, platform: str) -> None:
        self._platform = platform

    async def start(self, tell: Callable[[Reason], None], look_again: Callable[[], None]) -> list[str]:
        """Say what is missing."""
        del tell, look_again
        return [f"Suspend, screen lock and user switch are not noticed on this system ({self._platform})."]

    def done(self) -> None:
        """Nothing waits."""

    async def stop(self) -> None:
        """Nothing to let go of."""
