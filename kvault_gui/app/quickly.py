"""Quick unlock of the open vault: offered after an unlock in full, set up and forgotten in the settings."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog

from kvault_gui.engine.api import QuickState
from kvault_gui.engine.errors import EngineGoneError, KvaultError
from kvault_gui.gui.dialogs.quick import QuickDialog

FPRINTD = Path("/usr/share/dbus-1/system-services/net.reactivated.Fprint.service")  # who reads fingers, if installed

if TYPE_CHECKING:
    from kvault_gui.gui.ask import Ask
    from kvault_gui.gui.dialogs.settings import SettingsDialog

    from .session import Session


def reads_fingers() -> bool:
    """Whether a fingerprint may be offered; whether there is a reader is known when it is asked."""
    return FPRINTD.exists()


class Quickly:
    """Quick unlock for one session.

    Args:
        session: the open vault.
        state: as it was found before the vault was opened.
    """

    def __init__(self, session: Session, state: QuickState | None = None) -> None:
        self._session, self.state = session, state

    @property
    def is_ready(self) -> bool:
        """Whether the next unlock can be a quick one, as far as is known."""
        return self.state is not None and self.state.ready and self.state.until > time.time()

    async def look(self) -> QuickState:
        """How it stands now."""
        try:
            self.state = await self._session.client.quick.state(self._session.path)
        except EngineGoneError:
            raise
        except KvaultError as error:
            self.state = QuickState(ready=False, reason=str(error))
        return self.state

    async def offer(self) -> None:
        """After an unlock in full, if the person wants it: ask for a PIN for the rest of the session."""
        if not self._session.application.settings.quick_unlock:
            return
        state = await self.look()
        if not state.ready and not state.reason:
            await self._set(self._session.window.ask, state)

    async def set_up(self, dialog: SettingsDialog, ask: Ask) -> None:
        """From the settings: ask for a PIN, then show how it stands."""
        await self._set(ask, self.state or await self.look())
        if self.state is not None:
            dialog.set_quick(self.state)

    async def forget(self, dialog: SettingsDialog) -> None:
        """From the settings: wipe what is kept."""
        await self._session.client.quick.forget(self._session.path)
        dialog.set_quick(await self.look())

    async def _set(self, ask: Ask, state: QuickState) -> None:
        minutes = self._session.application.settings.quick_minutes
        dialog = QuickDialog(self._session.client.quick, state, minutes, finger=reads_fingers())
        if await ask.run(dialog) == QDialog.DialogCode.Accepted:
            self.state = dialog.state
