"""Waits for the end of a child process without a thread and without blocking."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

POLL = 0.02  # seconds, where the kernel has no pidfd


class ExitWatch:
    """Reaps ``process`` when it ends and then calls ``on_exit`` once, on the loop."""

    def __init__(self, process: subprocess.Popen[bytes], on_exit: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._process, self._on_exit = process, on_exit
        self._descriptor = _open(process.pid)
        if self._descriptor is None:
            self._poll()
        else:
            self._loop.add_reader(self._descriptor, self._ended)

    def _ended(self) -> None:
        if self._descriptor is None or self._process.poll() is None:
            return
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)
        self._descriptor = None
        self._on_exit()

    def _poll(self) -> None:
        if self._process.poll() is None:
            self._loop.call_later(POLL, self._poll)
        else:
            self._on_exit()


def _open(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None
