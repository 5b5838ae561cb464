"""The whole application in a test: its own folders, the real engine process; only replacing the process is recorded."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from kvault_gui.app import glance
from kvault_gui.app.application import Application, Begun
from kvault_gui.app.leaving import Leaving
from kvault_gui.desktop.folders import with_tilde
from kvault_gui.gui.dialogs.unlock import UnlockDialog, UnlockState
from kvault_gui.runtime.relaunch import Inherited
from kvault_gui.runtime.spawn import spawn
from tests.gui.inprocess import PASSWORD
from tests.gui.stage import play, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from kvault_gui.gui.theme import Theme

    Test = Callable[["Running"], Awaitable[None]]


class Running:
    """A started application and what it would have become."""

    def __init__(self, qapp: QApplication, theme: Theme, seen: glance.Glance) -> None:
        self.became: list[dict[str, Any]] = []
        dialog = UnlockDialog(UnlockState("vault", with_tilde(seen.vault))) if seen.vault else None
        if dialog is not None:
            dialog.show()
        begun = Begun(dialog, spawn("window"), hidden=False, seen=seen)
        leaving = Leaving(lambda sockets, state: self.became.append({**state, "sockets": set(sockets)}))
        self.application = Application(qapp, theme, begun, Inherited({}, {}), leaving)

    @property
    def dialog(self) -> UnlockDialog:
        found = self.application.unlocking.dialog
        assert found is not None
        return found

    async def unlock(self, password: str = PASSWORD) -> None:
        await until(lambda: self.application.client is not None and hasattr(self.application, "unlocking"))
        self.dialog.field.set_secret(bytearray(password.encode()))
        self.dialog.unlock_button.click()

    async def opened(self) -> Any:
        await until(lambda: self.application.session is not None)
        session = self.application.session
        assert session is not None
        await until(lambda: not session.window.secrets.is_busy())
        return session


def run_app(qapp: QApplication, look: Theme, vault: str, test: Test) -> None:
    """Start the application at a vault, do ``test``, quit."""

    async def act() -> None:
        made = Running(qapp, look, glance.Glance(vault, (), "light"))
        ending = asyncio.ensure_future(made.application.run())
        try:
            await until(lambda: made.application.client is not None, "no engine")
            await test(made)
        finally:
            made.application.quit()
            await ending
            if made.application.unlocking.dialog is not None:
                made.dialog.hide()
                made.dialog.deleteLater()

    play(qapp, act())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    for name, folder in (("HOME", ""), ("XDG_CONFIG_HOME", "config"), ("XDG_STATE_HOME", "state")):
        monkeypatch.setenv(name, str(tmp_path / folder))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(run))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    return tmp_path
