"""Random bytes. The one source: the operating system's generator."""

from __future__ import annotations

import os

from . import selftest


def random_bytes(length: int) -> bytes:
    """``length`` bytes from the operating system's generator (getrandom(2), blocks until it is seeded).

    Raises:
        SelfTestError: the module is in its error state.
    """
    selftest.ensure("random")
    return os.urandom(length)
