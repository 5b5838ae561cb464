"""Idle time from the X server (MIT-SCREEN-SAVER extension)."""

from __future__ import annotations

import contextlib
import os
import warnings
from typing import Any


class X11Idle:
    """Asks the X server how long no input came. One round trip a question, no connection while not started."""

    caveat = ""

    def __init__(self, display: str | None = None) -> None:
        self._name = display
        self._display: Any = None

    async def start(self) -> bool:
        """Connect; False without an X server or without the extension."""
        if not (self._name or os.environ.get("DISPLAY")):
            return False
        from Xlib import display, error  # noqa: PLC0415 costs 20 ms, needed only here

        with warnings.catch_warnings():
            # The library leaves the sockets of a failed connection to the garbage collector.
            warnings.simplefilter("ignore", ResourceWarning)
            try:
                self._display = display.Display(self._name)
            except (error.DisplayError, error.XError, OSError):
                return False
        if not self._display.has_extension("MIT-SCREEN-SAVER"):
            await self.stop()
        return self._display is not None

    async def idle_seconds(self) -> float | None:
        """Seconds since the last input in any program; None when the X server is gone."""
        if self._display is None:
            return None
        from Xlib import error  # noqa: PLC0415 under Wayland alone nothing loads Xlib

        try:
            milliseconds: int = self._display.screen().root.screensaver_query_info().idle
        except (error.ConnectionClosedError, error.XError, OSError):
            self._display = None
            return None
        return milliseconds / 1000

    async def stop(self) -> None:
        """Disconnect."""
        if self._display is not None:
            from Xlib import error  # noqa: PLC0415 under Wayland alone nothing loads Xlib

            # The server may have gone first.
            with contextlib.suppress(error.ConnectionClosedError, OSError):
                self._display.close()
            self._display = None
