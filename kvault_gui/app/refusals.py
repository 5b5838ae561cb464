"""How often a refused program may make itself heard: a flood must fill neither the log nor the person's day."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 20
WITHIN = 60.0  # seconds


class Refusals:
    """At most ``MOST`` of them are told ``WITHIN`` a minute; the others are refused in silence."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: deque[float] = deque()

    def may(self) -> bool:
        """Whether one more may be told; it is counted if so."""
        now = self._clock()
        while self._told and now - self._told[0] > WITHIN:
            self._told.popleft()
        if len(self._told) >= MOST:
            return False
        self._told.append(now)
        return True
