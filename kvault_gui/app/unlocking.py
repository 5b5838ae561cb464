"""Locked: which vault, its unlock dialog or the wizard, and what comes of a try."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog

from kvault_gui.desktop.folders import with_tilde
from kvault_gui.engine.api import Accept, Credential, Method, Secret
from kvault_gui.engine.errors import (
    DamagedError,
    EngineGoneError,
    InvalidInputError,
    KvaultError,
    NewerFormatError,
    VaultHeldError,
    VaultNotFoundError,
    WrongCredentialsError,
)
from kvault_gui.gui.ask import Ask
from kvault_gui.gui.dialogs.problem import HEAD, MISSING, OTHER, problem_of
from kvault_gui.gui.dialogs.unlock import PASSWORD, UnlockDialog, UnlockState
from kvault_gui.gui.dialogs.wizard import NewVaultWizard, WizardCalls
from kvault_gui.gui.tasks import Tasks

from .glance import HOME_VAULTS
from .making import Making

if TYPE_CHECKING:
    from kvault_gui.engine.api import Opened, Probe

    from .application import Application, Begun
ENGINE_ENDED = "the engine ended"  # a reason for a lock that is told afterwards


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
        self._path = ""
        self._failures = 0
        self._accept: list[Accept] = []
        self._lock_next = False
        self._ready = asyncio.Event()  # there is an engine

    def take(self, begun: Begun) -> None:
        """Listen to what was shown before the first paint: a quick person's Enter comes before the engine is ready."""
        self._path = begun.seen.vault
        self.dialog = begun.dialog
        if begun.dialog is not None:
            self._connect(begun.dialog)

    async def begin(self, begun: Begun) -> None:
        """Go on with the dialog, or begin with the wizard."""
        self._ready.set()
        if not self._path or self._application.inherited.state.get("wizard"):
            self.make_vault()
            return
        hidden = begun.dialog is None
        if hidden and not self._application.tray.is_there:
            self._dialog().showMinimized()  # without a tray a hidden window could not be found again
        await self._probe()
        if self._application.inherited.state.get("reason") == ENGINE_ENDED and self.dialog is not None:
            self.dialog.show_news(
                self.tr("kvault's engine ended unexpectedly"),
                self.tr("The vault is locked. Nothing that was stored is lost."),
            )

    def come_forward(self) -> None:
        """Show the dialog or the wizard in front."""
        window = self.wizard or self._dialog()
        window.showNormal()
        window.raise_()
        window.activateWindow()

    # The dialog -------------------------------------------------------------------------------------------------------

    def _dialog(self) -> UnlockDialog:
        if self.dialog is None:
            self.dialog = UnlockDialog(self._state(None))
            self._connect(self.dialog)
        return self.dialog

    def _connect(self, dialog: UnlockDialog) -> None:
        self.ask = Ask(dialog)
        self._application.prompter.over = self.ask
        dialog.submitted.connect(lambda typed, how: self.tasks.start(self._try(typed, how), "unlock"))
        dialog.cancelled.connect(lambda: self.tasks.start(self._renew(), "engine", "queue"))
        dialog.dismissed.connect(self._dismissed)
        dialog.quit_requested.connect(self._application.quit)
        dialog.other_vault.connect(lambda path: self.tasks.start(self._other(path), "other"))
        dialog.new_vault.connect(self.make_vault)
        dialog.ask_holder_to_lock.connect(lambda: self.tasks.start(self._probe(), "probe"))
        dialog.problem_answered.connect(self._answered)

    def _dismissed(self) -> None:
        if self._application.settings.keep_running and self._application.tray.is_there:
            self._dialog().hide()
        else:
            self._application.quit()

    def _state(self, probe: Probe | None) -> UnlockState:
        settings = self._application.settings
        recent = tuple((Path(path).name, path) for path in settings.vaults if path != self._path)
        failures = probe.failures if probe else []
        return UnlockState(
            name=probe.name if probe else Path(self._path).name,
            path=with_tilde(self._path),
            recent=recent,
            methods=tuple(dict.fromkeys(slot.method.value for slot in probe.slots)) if probe else (PASSWORD,),
            failures=len(failures),
            last_failure=failures[-1].time if failures else 0.0,
            holder=(probe.holder or "") if probe else "",
            note=(probe.repaired or "") if probe else "",
        )

    async def _probe(self) -> None:
        client = self._application.client
        if client is None:
            return
        try:
            probe = await client.vaults.probe(self._path)
        except (DamagedError, NewerFormatError, VaultNotFoundError) as error:
            self._dialog().show_problem(problem_of(error, with_tilde(self._path)))
            return
        except EngineGoneError:
            return  # an unlock was cancelled meanwhile: the next engine is asked again
        if self._application.session is not None:
            return  # a quick person was faster
        self._failures = len(probe.failures)
        self._dialog().set_state(self._state(probe))

    async def engine_gone(self) -> None:
        """The engine ended while nothing was open: have another one."""
        await self._renew()
        await self._probe()

    # A try ------------------------------------------------------------------------------------------------------------

    async def _try(self, typed: bytearray, how: str) -> None:
        dialog, secret = self._dialog(), Secret(typed)
        dialog.begin_unlock()
        try:
            await self._ready.wait()
            client = self._application.client or await self._application.attach()
            opened = await client.vaults.unlock(self._path, Credential(Method(how), secret), self._accept)
        except WrongCredentialsError:
            self._failures += 1
            dialog.show_wrong(self._failures)
            self.tasks.start(self._renew(), "engine", "queue")
        except InvalidInputError as error:
            self._failures += 1
            dialog.show_wrong(self._failures, str(error))
            self.tasks.start(self._renew(), "engine", "queue")
        except VaultHeldError as error:
            dialog.end_unlock()
            holder = str(error.fields.get("holder", ""))
            dialog.set_state(self._state(None)._replace(holder=holder))
        except (DamagedError, NewerFormatError, VaultNotFoundError) as error:
            dialog.show_problem(problem_of(error, with_tilde(self._path)))
        except EngineGoneError:
            dialog.end_unlock()  # cancelled, or it ended: another one is on its way
        except KvaultError:
            dialog.end_unlock()
            raise
        else:
            self._done(opened, self.tr("password") if how == PASSWORD else self.tr("recovery code"))
        finally:
            secret.wipe()

    def _done(self, opened: Opened, method: str) -> None:
        self._accept = []
        if self.dialog is not None:
            self.dialog.end_unlock()
            self.dialog.hide()
            self.dialog.deleteLater()
            self.dialog = None
        self._application.opened(opened, method)
        if self._lock_next:
            self._application.lock("asked for")

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
        self._dialog().end_unlock()
        self.tasks.start(self._renew(), "engine", "queue")
        return False

    def _answered(self, choice: str) -> None:
        dialog = self._dialog()
        if choice == OTHER:
            self.tasks.start(self._other(""), "other")
            return
        if choice in (MISSING, HEAD):
            self._accept = [*self._accept, Accept(choice)]
        dialog.clear_problem()
        again = self.tr("Type the password once more.")
        if choice == HEAD:
            dialog.show_news(self.tr("Everything is verified before the vault opens"), again)
        elif choice == MISSING:
            dialog.show_news(self.tr("The vault opens without the missing changes"), again)

    # Another vault ----------------------------------------------------------------------------------------------------

    async def _other(self, path: str) -> None:
        if not path:
            chosen = await self.ask.open_folder(self.tr("Open a vault's folder"), str(Path(self._path).parent))
            if chosen is None:
                return
            path = chosen
        self._path, self._failures, self._accept = path, 0, []
        dialog = self._dialog()
        dialog.clear_problem()
        dialog.set_state(self._state(None))
        await self._probe()

    def make_vault(self) -> None:
        """Open the wizard; the unlock dialog waits behind it, if there is a vault to unlock."""
        if self.wizard is None:
            self.tasks.start(self._make_vault(), "wizard")

    async def _make_vault(self) -> None:
        await self._ready.wait()
        making = Making(self._application, self._ready, lambda: self.tasks.start(self._renew(), "engine", "queue"))
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
            opened, source = wizard.opened, wizard.source
        finally:
            self.wizard = None
        if done == QDialog.DialogCode.Accepted and opened is not None:
            self._done(opened, self.tr("password"))
            session = self._application.session
            if source is not None and session is not None:
                session.import_file.emit(source)
        elif self._path:
            self.come_forward()
        else:
            self._application.quit()
