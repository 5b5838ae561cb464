"""The way from open to locked: the engine ends, then this process becomes a fresh image of itself."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from kvault_gui.runtime.relaunch import relaunch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from socket import socket

    from kvault_gui.runtime.relaunch import State

    from .application import Application

    Replace = Callable[[Mapping[str, socket], State], object]


class Leaving:
    """Locks. Nothing can hold it up: no dialog, no running job, no unsaved edit (drafts are saved while typing).

    Args:
        replace: becomes a fresh image; tests give their own.
    """

    def __init__(self, replace: Replace = relaunch) -> None:
        self._replace = replace
        self._task: asyncio.Task[None] | None = None
        self._application: Application | None = None

    def of(self, application: Application) -> None:
        """The application that it ends."""
        self._application = application

    def lock(self, reason: str, *, vault: str = "", wizard: bool = False) -> None:
        """Begin to lock.

        Args:
            reason: why, for the next image.
            vault: offer this one next; empty: the same again.
            wizard: make a new vault next.
        """
        if self._task is None:
            self._task = asyncio.ensure_future(self._lock(reason, vault=vault, wizard=wizard))

    async def _lock(self, reason: str, *, vault: str, wizard: bool) -> None:
        application = self._application
        if application is None or application.session is None:
            return
        session = application.session
        window = session.window
        visible = window.isVisible() and not window.isMinimized()
        centre = window.frameGeometry().center()
        window.remember(application.store)
        session.close()  # what is shown goes first
        await asyncio.sleep(0)  # one turn: the draft of an open form is on its way
        application.clipboard.clear_now()
        try:
            if application.client is not None:
                await application.client.close()
        finally:
            application.watch.done()
            state: State = {
                "vault": vault or session.path,
                "visible": visible or bool(vault) or wizard,
                "reason": reason,
                "wizard": wizard,
                "quick": not vault and session.quickly.is_ready,
                "x": centre.x(),
                "y": centre.y(),
            }
            self._become_new(state)

    def _become_new(self, state: State) -> None:
        assert self._application is not None  # noqa: S101 lock() was called on it
        try:
            self._replace({"control": self._application.control.listening}, state)
        except OSError as error:
            # This image still holds what was shown: it ends instead of going on.
            sys.stderr.write(f"kvault could not start anew ({error.strerror}); it ends.\n")
            self._application.session = None
            self._application.quit()
