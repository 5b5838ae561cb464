"""One open vault: its window, and what the window's wishes lead to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from kvault_gui.desktop.settings import Density
from kvault_gui.engine.api import Found, Plugged, Recorded
from kvault_gui.engine.errors import all_errors
from kvault_gui.gui.main_window import MainWindow, Vault, Wishes
from kvault_gui.gui.panes.secrets.acts import Parts

from .extras import wire
from .glance import is_vault
from .quickly import Quickly

if TYPE_CHECKING:
    from kvault_gui.engine.api import Event, Opened
    from kvault_gui.runtime.client import EngineClient

    from .application import Application


class Session(QObject):
    """The main window of an open vault, connected.

    Args:
        application: owns it.
        client: the engine that has the vault open.
        opened: what opening found.
        method: how it was unlocked, in words.
    """

    import_file = Signal(object)  # Path: bring this file over
    add_way = Signal()  # add a way in
    recorded = Signal(object)  # engine.api.Recorded: the log grew
    plugged = Signal(object)  # engine.api.Plugged: a token came or went

    def __init__(self, application: Application, client: EngineClient, opened: Opened, method: str) -> None:
        super().__init__(application)
        self.application, self.client, self._opened = application, client, opened
        self.path, self.name, self.tokens = opened.path, opened.name, opened.tokens
        state = self.tr("Unlocked, {method}").format(method=method) if method else self.tr("Unlocked")
        parts = Parts(client.secrets, client.namespaces, client.drafts, client.tools)
        self.window = MainWindow(parts, application.clipboard, Vault(opened.name, state), self.wishes())
        self.quickly = Quickly(self, application.unlocking.quick)
        self._connect()
        wire(self)

    def wishes(self) -> Wishes:
        """How values are handled, from the settings."""
        settings = self.application.settings
        return Wishes(settings.clipboard_seconds, settings.hide_seconds, settings.density is Density.COMPACT)

    def _connect(self) -> None:
        window, application = self.window, self.application
        window.lock_wanted.connect(lambda: application.lock("asked for"))
        window.quit_wanted.connect(application.quit)
        window.close_wanted.connect(application.closed_window)
        window.new_vault_wanted.connect(lambda: application.leaving.lock("another vault", wizard=True))
        window.open_vault_wanted.connect(lambda: window.tasks.start(self._open_other(), "other vault"))

    def begin(self) -> None:
        """Show the window, then what the vault holds, then what the opening found."""
        self.window.restore(self.application.store)
        self.window.come_forward()
        self.window.secrets.tasks.start(self._fill(), "open")

    async def _fill(self) -> None:
        self.window.secrets.notices.say_opening(self._opened.notes)
        await self.window.secrets.open()
        if self._opened.slot:  # "" is a vault that was just made, or quick unlock itself
            self.window.tasks.start(self.quickly.offer(), "quick")

    def on_event(self, event: Event) -> None:
        """What the engine tells; damage that background verification found is said in words."""
        if isinstance(event, Recorded):
            self.recorded.emit(event)
        elif isinstance(event, Plugged):
            self.plugged.emit(event)
        elif isinstance(event, Found):
            kind = all_errors().get(event.code)
            if kind is not None:
                self.window.secrets.notices.say_found(kind(**event.fields))

    def close(self) -> None:
        """Take the window away; nothing of the vault is shown any more."""
        self.window.close_down()

    async def _open_other(self) -> None:
        path = await self.window.ask.open_folder(self.tr("Open a vault's folder"), str(Path(self.path).parent))
        if path is None:
            return
        if is_vault(path):
            self.application.leaving.lock("another vault", vault=path)
        else:
            await self.window.ask.message(
                self.tr("There is no vault in this folder"), self.tr("A vault's folder holds the file vault.json.")
            )
