"""Locked: which vault, its unlock dialog or the wizard, and how the ways into it stand."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog

from kvault_gui.desktop.folders import with_tilde
from kvault_gui.engine.api import Accept, Ways
from kvault_gui.engine.errors import (
    DamagedError,
    EngineGoneError,
    KvaultError,
    NewerFormatError,
    ReaderServiceError,
    VaultNotFoundError,
)
from kvault_gui.gui.ask import Ask
from kvault_gui.gui.dialogs.problem import HEAD, MISSING, OTHER, problem_of
from kvault_gui.gui.dialogs.unlock import PASSWORD, UnlockDialog, UnlockState
from kvault_gui.gui.dialogs.unlock_answers import UnlockAnswers
from kvault_gui.gui.dialogs.wizard import NewVaultWizard, WizardCalls
from kvault_gui.gui.tasks import Tasks

from . import ways as ways_in
from .glance import HOME_VAULTS
from .making import Making
from .trying import Trying, said

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from kvault_gui.engine.api import Opened, Plugged, Probe, QuickState
    from kvault_gui.runtime.client import EngineClient

    from .application import Application, Begun
ENGINE_ENDED = "the engine ended"  # reasons for a lock that are told afterwards
TOKEN_OUT = "token pulled out"  # noqa: S105 a reason


def usual_place() -> Path:
    """The folder in which vaults are made unless another one is chosen."""
    return Path(HOME_VAULTS).expanduser()


class Unlocking(QObject):
    """Shows the way in, until a vault is open."""

    def __init__(self, application: Application) -> None:
        super().__init__(application)
        self._application = application
        self.tasks = Tasks(self, application.show_error)
        self.dialog: UnlockDialog | None = None
        self.wizard: NewVaultWizard | None = None
        self.ask = Ask(None)
        self.path = ""
        self.trying = Trying(self)
        self._probed: Probe | None = None
        self._ways: Ways | None = None
        self.quick: QuickState | None = None
        self._service = True  # pcscd runs, as far as was told
        self._present: frozenset[str] | None = None  # what is plugged in; None: not told yet
        self._stale = False  # something came or went since the ways were looked at
        self._came = False  # and something came
        self._lock_next = False
        self._ready = asyncio.Event()  # there is an engine
        self._renewing: asyncio.Task[None] | None = None

    def take(self, begun: Begun) -> None:
        """Listen to what was shown before the first paint: a quick person's Enter comes before the engine is ready."""
        self.path = begun.seen.vault
        self.dialog = begun.dialog
        if begun.dialog is not None:
            self._connect(begun.dialog)

    async def begin(self, begun: Begun) -> None:
        """Go on with the dialog, or begin with the wizard."""
        self._ready.set()
        if not self.path or self._application.inherited.state.get("wizard"):
            self.make_vault()
            return
        hidden = begun.dialog is None
        if hidden and not self._application.tray.is_there:
            self.shown.showMinimized()  # without a tray a hidden window could not be found again
        await self._probe()
        if self.dialog is not None:
            self._tell_reason()
        self.look_again()

    def _tell_reason(self) -> None:
        reason = self._application.inherited.state.get("reason")
        if reason == ENGINE_ENDED:
            text = self.tr("The vault is locked. Nothing that was stored is lost.")
            self._tell(self.tr("kvault's engine ended unexpectedly"), text)
        elif reason == TOKEN_OUT:
            text = self.tr("Settings say so. Nothing is lost by it.")
            self._tell(self.tr("Locked, because the token was pulled out"), text)

    def _tell(self, title: str, text: str) -> None:
        """Say what has happened since the vault was open; another vault's state takes it away."""
        self.shown.set_state(self.shown.state._replace(news=(title, text)))

    def come_forward(self) -> None:
        """Show the dialog or the wizard in front."""
        window = self.wizard or self.shown
        window.showNormal()
        window.raise_()
        window.activateWindow()

    # The dialog -------------------------------------------------------------------------------------------------------

    @property
    def shown(self) -> UnlockDialog:
        """The dialog; made where there is none."""
        if self.dialog is None:
            self.dialog = UnlockDialog(self._state())
            self._connect(self.dialog)
        return self.dialog

    def _connect(self, dialog: UnlockDialog) -> None:
        self.ask = Ask(dialog)
        self._application.prompter.over = self.ask
        self._application.prompter.surface = UnlockAnswers(dialog)
        dialog.submitted.connect(lambda *typed: self._try(self.trying.typed(*typed)))
        dialog.way_chosen.connect(lambda slot: self._try(self.trying.way(slot)))
        dialog.cancelled.connect(lambda: self.tasks.start(self._cancel(), "engine", "queue"))
        dialog.dismissed.connect(self._dismissed)
        dialog.quit_requested.connect(self._application.quit)
        dialog.other_vault.connect(lambda path: self.tasks.start(self._other(path), "other"))
        dialog.new_vault.connect(self.make_vault)
        dialog.ask_holder_to_lock.connect(lambda: self.tasks.start(self._probe(), "probe"))
        dialog.problem_answered.connect(self._answered)

    def _dismissed(self) -> None:
        if self._application.settings.keep_running and self._application.tray.is_there:
            self.shown.hide()
        else:
            self._application.quit()

    def _state(self) -> UnlockState:
        settings, probe = self._application.settings, self._probed
        recent = tuple((Path(path).name, path) for path in settings.vaults if path != self.path)
        state = UnlockState(Path(self.path).name, with_tilde(self.path), recent, (PASSWORD,))
        if probe is None:
            return state
        found = ways_in.shown(probe.slots, self._ways)
        return state._replace(
            name=probe.name,
            methods=found.methods,
            failures=len(probe.failures),
            last_failure=probe.failures[-1].time if probe.failures else 0.0,
            holder=probe.holder or "",
            note=probe.repaired or "",
            rows=found.rows,
            others=found.others,
            notices=self._notices(found),
            quick=ways_in.offer(self.quick),
        )

    def _notices(self, found: ways_in.Shown) -> tuple[str, ...]:
        held = any(ways_in.is_held(row) for row in (*found.rows, *found.others))
        notices = list(self._ways.notices) if self._ways is not None and held else []
        cards = any(ways_in.needs_reader(row) for row in found.rows)
        if cards and not self._service and not any("pcscd" in notice for notice in notices):
            notices.append(said(ReaderServiceError()))
        return tuple(notices)

    async def _probe(self) -> None:
        client = self._application.client
        if client is None:
            return
        try:
            probe = await client.vaults.probe(self.path)
        except (DamagedError, NewerFormatError, VaultNotFoundError) as error:
            self.shown.show_problem(problem_of(error, with_tilde(self.path)))
            return
        except EngineGoneError:
            return  # an unlock was cancelled meanwhile: the next engine is asked again
        if self._application.session is not None:
            return  # a quick person was faster
        self._probed = probe
        self.trying.slots, self.trying.failures = probe.slots, len(probe.failures)
        self.shown.set_state(self._state())

    async def engine_gone(self) -> None:
        """The engine ended while nothing was open: have another one."""
        await self._renew()
        await self._probe()

    # How the ways in stand --------------------------------------------------------------------------------------------

    def on_plugged(self, event: Plugged) -> None:
        """A token came or went. While a try runs that is looked at afterwards."""
        present, before = frozenset(event.present), self._present
        self._service, self._present, self._stale = event.service, present, True
        self._came = self._came or (before is not None and bool(present - before))
        if not self.tasks.is_running("unlock"):
            self.look_again()

    def look_again(self) -> None:
        """Look how the ways in stand, and show it."""
        self.tasks.start(self._look(), "look", "replace")

    async def stop_looking(self) -> None:
        """End a look that runs: the token is wanted for something else."""
        if self.tasks.is_running("look"):
            self.tasks.cancel("look")
            await (await self.client()).settle()

    async def _look(self) -> None:
        if self._probed is None:
            return
        try:
            client = await self.client()
            self.quick = await self._quick_state(client)
            self._show_state()
            others = [path for path in self._application.settings.vaults if path != self.path]
            self._ways = await client.tokens.ways(self.path, others)
        except EngineGoneError:
            return  # the next engine is asked again
        except KvaultError as error:
            self._ways = Ways([], [], [said(error)])
        came, self._came, self._stale = self._came, False, False
        self._show_state(came=came)

    async def _quick_state(self, client: EngineClient) -> QuickState | None:
        try:
            return await client.quick.state(self.path)
        except EngineGoneError:
            raise
        except KvaultError:
            return None  # the full dialog needs none of it

    def _show_state(self, *, came: bool = False) -> None:
        dialog = self.dialog
        if dialog is None or self.tasks.is_running("unlock"):
            return
        before = {row.slot for row in dialog.state.rows if row.state == ways_in.READY}
        state = self._state()._replace(failures=0, holder=dialog.state.holder, news=dialog.state.news)
        if state != dialog.state:
            dialog.set_state(state)
        new = [row for row in state.rows if row.state == ways_in.READY and row.slot not in before]
        # Whoever plugs a key in while nothing is typed wants to open the vault with it.
        if came and len(new) == 1 and ways_in.is_plugged(new[0]) and dialog.isVisible() and dialog.is_idle:
            dialog.choose(new[0].slot)

    # A try ------------------------------------------------------------------------------------------------------------

    def _try(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.tasks.start(work, "unlock")
        if task is not None:
            task.add_done_callback(lambda _done: self.look_again() if self._stale else None)

    async def client(self) -> EngineClient:
        """The engine, as soon as there is one."""
        await self._ready.wait()
        return self._application.client or await self._application.attach()

    async def _cancel(self) -> None:
        """End the try that runs: what waits for a token gives up by itself, a key derivation ends with its engine."""
        self.tasks.cancel("unlock")
        client = self._application.client
        if not self.trying.talks or client is None or not await client.settle():
            await self._renew()

    def opened(self, opened: Opened, method: str) -> None:
        """A vault is open: the dialog goes."""
        self.trying.start_over()
        self._application.prompter.surface = None
        if self.dialog is not None:
            self.dialog.end_unlock()
            self.dialog.hide()
            self.dialog.deleteLater()
            self.dialog = None
        self._application.opened(opened, method)
        if self._lock_next:
            self._application.lock("asked for")

    def renew(self) -> None:
        """Have a fresh engine soon."""
        self._renewing = self.tasks.start(self._renew(), "engine", "queue")

    async def end(self) -> None:
        """The application ends: stop whatever runs, and leave no engine behind that was just being started."""
        renewing = self._renewing
        self.tasks.close()
        if renewing is not None and not renewing.done():
            await asyncio.wait([renewing])

    async def _renew(self) -> None:
        """Have a fresh engine: nothing else stops a key derivation, or forgets a wrong password.

        A wrong one is mostly the right one, mistyped: no process keeps pieces of it while kvault is locked.
        """
        await self._ready.wait()
        self._ready.clear()
        try:
            if self._application.client is not None:
                self._application.client.kill()
            await self._application.attach()
            self.look_again()  # an engine tells what is plugged in from when it is first asked
        finally:
            self._ready.set()

    @property
    def is_open(self) -> bool:
        """Whether a new vault is open behind the last pages of the wizard."""
        return self.wizard is not None and self.wizard.opened is not None

    def lock(self) -> bool:
        """Let no running unlock end with an open vault, and close the wizard's.

        Returns whether a lock follows that replaces this image: the recovery code may be on the screen.
        """
        if self.wizard is not None and self.is_open:
            self._lock_next = True
            self.wizard.accept()
            return True
        if self.wizard is not None:
            self.wizard.tasks.cancel("create")
        if not self.tasks.is_running("unlock"):
            return False
        self.tasks.cancel("unlock")
        if self._application.client is not None:
            self._application.client.kill()
        self.shown.end_unlock()
        self.renew()
        return False

    def _answered(self, choice: str) -> None:
        dialog = self.shown
        if choice == OTHER:
            self.tasks.start(self._other(""), "other")
            return
        if choice in (MISSING, HEAD):
            self.trying.accept = [*self.trying.accept, Accept(choice)]
        dialog.clear_problem()
        again = self.tr("Unlock once more.")
        if choice == HEAD:
            self._tell(self.tr("Everything is verified before the vault opens"), again)
        elif choice == MISSING:
            self._tell(self.tr("The vault opens without the missing changes"), again)

    # Another vault ----------------------------------------------------------------------------------------------------

    async def _other(self, path: str) -> None:
        if not path:
            chosen = await self.ask.open_folder(self.tr("Open a vault's folder"), str(Path(self.path).parent))
            if chosen is None:
                return
            path = chosen
        self.path = path
        self.trying.start_over()
        self._probed = self._ways = self.quick = None
        dialog = self.shown
        dialog.clear_problem()
        dialog.set_state(self._state())
        await self._probe()
        self.look_again()

    def make_vault(self) -> None:
        """Open the wizard; the unlock dialog waits behind it, if there is a vault to unlock."""
        if self.wizard is None:
            self.tasks.start(self._make_vault(), "wizard")

    async def _make_vault(self) -> None:
        await self._ready.wait()
        making = Making(self._application, self._ready, self.renew)
        seconds = self._application.settings.clipboard_seconds
        calls = WizardCalls(
            create=making.create,
            maker=making,
            copy=lambda secret: self._application.clipboard.copy(secret, seconds),
        )
        self.wizard = wizard = NewVaultWizard(calls, usual_place())
        wizard.setObjectName("wizard")
        if self.dialog is not None:
            self.dialog.hide()
        over = Ask(None)
        try:
            done = await over.run(wizard)
            opened, source, another_way = wizard.opened, wizard.source, wizard.another_way
        finally:
            self.wizard = None
        if done == QDialog.DialogCode.Accepted and opened is not None:
            self.opened(opened, self.tr("password"))
            session = self._application.session
            if source is not None and session is not None:
                session.import_file.emit(source)
            elif another_way and session is not None:
                session.add_way.emit()
        elif self.path:
            self.come_forward()
        else:
            self._application.quit()
