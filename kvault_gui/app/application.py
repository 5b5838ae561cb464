"""The composition root: what there is, what begins in which order, and how it ends.

States: no vault yet (the wizard), locked (the unlock dialog), open (the main window). Every way from open to locked
replaces this process by a fresh one (leaving.py).
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import qasync
from PySide6.QtCore import QObject, QSettings
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog

from kvault_gui.desktop.clipboard import Clipboard
from kvault_gui.desktop.settings import SettingsFile
from kvault_gui.desktop.watch import make_watch
from kvault_gui.engine.api import Changed, Plugged
from kvault_gui.engine.errors import EngineGoneError, KvaultError
from kvault_gui.gui.prompter import WindowPrompter
from kvault_gui.gui.tasks import Tasks
from kvault_gui.gui.theme import Scheme
from kvault_gui.gui.tray import Tray
from kvault_gui.gui.widgets.following import follow_focus
from kvault_gui.runtime.client import EngineClient
from kvault_gui.runtime.spawn import Spawned, spawn
from kvault_gui.services.control.server import AlreadyRunningError, ControlServer, Hooks

from . import unexpected
from .leaving import Leaving
from .place import window_store
from .refusals import Refusals
from .session import Session
from .signals import EndSignals
from .unlocking import ENGINE_ENDED, TOKEN_OUT, Unlocking
from .ways import is_pulled_out

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from kvault_gui.desktop.watch import Reason
    from kvault_gui.engine.api import AskShares, Event, Opened
    from kvault_gui.gui.dialogs.shares_entry import SharesDialog
    from kvault_gui.gui.dialogs.unlock import UnlockDialog
    from kvault_gui.gui.theme import Theme
    from kvault_gui.runtime.relaunch import Inherited
    from kvault_gui.services.control.protocol import Peer, Request
    from kvault_gui.services.control.server import Kind

    from .glance import Glance


class Begun(NamedTuple):
    """What was there before the first paint."""

    dialog: UnlockDialog | None
    spawned: Spawned
    hidden: bool
    seen: Glance


class Application(QObject):
    """Everything that lives as long as this process image.

    Args:
        qt: Qt's application.
        theme: the colours in force.
        begun: what was made before the first paint.
        inherited: what the image before left.
        leaving: how this image ends; tests keep it from replacing the process.
    """

    def __init__(
        self, qt: QApplication, theme: Theme, begun: Begun, inherited: Inherited, leaving: Leaving | None = None
    ) -> None:
        super().__init__()
        self.qt, self.theme, self.begun, self.inherited = qt, theme, begun, inherited
        self.settings_file = SettingsFile()
        self.settings = self.settings_file.load()
        self.store: QSettings = window_store()
        self.tasks = Tasks(self, self.show_error)
        self.prompter = WindowPrompter()
        self.client: EngineClient | None = None
        self.session: Session | None = None
        self.ended: asyncio.Future[int] | None = None
        self.leaving = leaving or Leaving()
        self._plugged: Plugged | None = None  # the newest news of tokens
        self._refusals = Refusals()
        self.leaving.of(self)

    # The list ---------------------------------------------------------------------------------------------------------

    async def run(self) -> int:
        """Begin everything, wait for the end, end everything. Returns the exit code."""
        self.ended = asyncio.get_running_loop().create_future()
        self.clipboard = Clipboard(self)
        self.tray = Tray(self)
        self.tray.show_wanted.connect(self.show)
        self.tray.lock_wanted.connect(lambda: self.lock("tray"))
        self.tray.quit_wanted.connect(self.quit)
        self.unlocking = Unlocking(self)
        self.unlocking.take(self.begun)
        if not await self._listen():
            self.begun.spawned.discard()
            return 0
        self.theme.set_scheme(Scheme(self.settings.theme.value))
        self.signals = EndSignals(self.quit, self)
        self.watch = make_watch(self.settings)
        self.watch.triggered = self._leave_by
        self.tasks.start(self._watch(), "watch")
        self.qt.focusWindowChanged.connect(self._let_dialogs_lock)
        self.qt.focusChanged.connect(follow_focus)
        try:
            await self.attach(self.begun.spawned)
        except EngineGoneError:
            await self.attach()  # it ended before it was ready: once more, with a fresh one
        await self.unlocking.begin(self.begun)
        try:
            return await self.ended
        finally:
            await self._end()

    async def _end(self) -> None:
        self.tasks.close()
        await self.unlocking.end()
        if self.session is not None:
            self.session.close()
        self.clipboard.clear_now()
        self.tray.remove()
        if self.client is not None:
            await self.client.close()
        await self.watch.stop()
        await self.control.stop()
        self.signals.stop()

    def abandon(self) -> None:
        """End the engine at once; the store survives that by design."""
        if self.client is not None:
            self.client.kill()

    async def _listen(self) -> bool:
        """Take the control socket: the one of the image before, or a new one; False if another program has it."""
        hooks = Hooks(
            show=self.show,
            lock=lambda: self.lock("asked by a program"),
            locked=lambda: self.session is None and not self.unlocking.is_open,
            on_request=self._asked,
        )
        self.control = ControlServer(hooks)
        try:
            await self.control.start(self.inherited.sockets.get("control"))
        except AlreadyRunningError:
            return False
        return True

    async def _watch(self) -> None:
        await self.watch.start()

    async def attach(self, spawned: Spawned | None = None) -> EngineClient:
        """Have an engine: the one that was started already, or a new one."""
        self.client = await EngineClient.attach(spawned or spawn("window"), self.prompter, self._on_event)
        self.client.on_gone(self._engine_gone)
        self.prompter.shares = partial(_shares, self.client)
        return self.client

    # What happens -----------------------------------------------------------------------------------------------------

    def opened(self, opened: Opened, method: str) -> None:
        """A vault is open: show it."""
        assert self.client is not None  # noqa: S101 it opened the vault
        self.settings.remember(opened.path)
        self._save_settings()
        self.session = Session(self, self.client, opened, method)
        self.prompter.over = self.session.window.ask
        self.tray.set_locked(locked=False)
        self.session.begin()
        self.look_at_tokens()  # pulled out while the vault was being opened

    def show(self) -> None:
        """Bring whatever window there is to the front."""
        if self.session is not None:
            self.session.window.come_forward()
        elif hasattr(self, "unlocking"):
            self.unlocking.come_forward()

    def lock(self, reason: str) -> None:
        """Lock: end the engine and replace this process. Waits for nothing; a second call changes nothing."""
        if self.session is not None:
            self.leaving.lock(reason)
        else:
            self.unlocking.lock()

    def quit(self) -> None:
        """End. The vault is locked by it."""
        if self.session is not None:
            self.session.window.remember(self.store)
        if self.ended is not None and not self.ended.done():
            self.ended.set_result(0)

    def show_error(self, error: KvaultError) -> None:
        """Say what went wrong, over whatever window there is."""
        if self.session is not None:
            self.session.window.show_error(error)
        else:
            self.tasks.start(self.unlocking.ask.error(error), "error", "queue")

    def closed_window(self) -> None:
        """The person closed the window: with a tray kvault stays, and says so once; without one it ends."""
        if not (self.settings.keep_running and self.tray.is_there):
            self.quit()
            return
        assert self.session is not None  # noqa: S101 only an open vault has this window
        self.session.window.remember(self.store)
        self.session.window.hide()
        if not self.store.value("told/keeps-running"):
            self.store.setValue("told/keeps-running", 1)
            self.tray.say(
                self.tr("kvault keeps running"),
                self.tr("The vault stays open until it locks. Quit is in the menu of this icon, and on Ctrl+Q."),
            )

    def _on_event(self, event: Event) -> None:
        if isinstance(event, Plugged):
            self._plugged = event
            if self.session is None:
                self.unlocking.on_plugged(event)
            else:
                self.look_at_tokens()
        if self.session is not None:
            if isinstance(event, Changed):
                self.session.window.secrets.on_changed(event)
            self.session.on_event(event)

    def look_at_tokens(self) -> None:
        """Lock when a token that opened the vault was pulled out, if the person wants that."""
        session, news = self.session, self._plugged
        if not self.settings.lock_on_removal or session is None or news is None:
            return
        if is_pulled_out(session.tokens, news):
            self.lock(TOKEN_OUT)

    def _engine_gone(self) -> None:
        if self.session is not None:
            self.lock(ENGINE_ENDED)
        else:
            self.tasks.start(self.unlocking.engine_gone(), "engine")

    def _leave_by(self, reason: Reason) -> None:
        if self.session is not None:
            self.lock(reason.value)
        elif not self.unlocking.lock():
            self.watch.done()

    def _asked(self, kind: Kind, peer: Peer, request: Request | None) -> None:
        """Another program asked for what is in the vault: it got nothing, and the person and the log are told."""
        if kind != "request" or request is None or not self._refusals.may():
            return
        text = self.tr("A program (process {pid}) asked for what is in the vault. It got nothing.")
        self.tray.say(self.tr("kvault refused a program"), text.format(pid=peer.pid))
        if self.session is not None and self.client is not None:
            terminal = f", {peer.terminal}" if peer.terminal else ""
            who = f"{peer.program or 'a program'}, process {peer.pid}{terminal}"
            self.tasks.start(self.client.audit.refused(who, request.act, request.object), "refused", "queue")

    def _let_dialogs_lock(self) -> None:
        """Ctrl+L locks from every dialog: a window behind a modal one gets no keys."""
        dialog = self.qt.activeWindow()
        if isinstance(dialog, QDialog) and self.session is not None and not dialog.property("locks"):
            dialog.setProperty("locks", True)  # noqa: FBT003 Qt's signature
            QShortcut(QKeySequence("Ctrl+L"), dialog).activated.connect(lambda: self.lock("asked for"))

    def _save_settings(self) -> None:
        try:
            self.settings_file.save()
        except KvaultError as error:
            self.show_error(error)


def _shares(client: EngineClient, question: AskShares) -> SharesDialog:
    """The dialog for recovery shares; it needs the engine's tools alone."""
    from kvault_gui.gui.dialogs import shares_entry  # noqa: PLC0415 few unlock with shares

    return shares_entry.SharesDialog(question, client.tools)


def run(qt: QApplication, application: Application) -> int:
    """Turn the loop until the application ends."""
    loop = qasync.QEventLoop(qt)
    loop.set_exception_handler(unexpected.on_loop)
    try:
        code = int(loop.run_until_complete(application.run()))
        loop.close()
    except RuntimeError:
        if application.ended is not None and application.ended.done():
            raise
        # The display or the session went away, and Qt's loop with it: nothing can be awaited any more.
        application.abandon()
        code = 1
    sys.stdout.flush()
    return code
