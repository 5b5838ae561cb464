"""The application from unlocking to locking, with the real engine process; only replacing the process is recorded."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from kvault_gui.app import glance
from kvault_gui.gui.dialogs.entry import EntryDialog
from kvault_gui.services.control import client as control
from tests.gui.inprocess import InProcess
from tests.gui.running import Running, home, run_app
from tests.gui.sample import fill
from tests.gui.stage import play, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from kvault_gui.gui.theme import Theme
    from tests.gui.running import Test

__all__ = ["home"]


@pytest.fixture
def vault(home: Path) -> Path:
    engine = InProcess()
    engine.create(home / "vault")
    fill(engine.engine)
    engine.engine.vaults.close()
    return home / "vault"


@pytest.fixture
def running(qapp: QApplication, look: Theme, vault: Path) -> Callable[[Test], None]:
    def run(test: Test) -> None:
        run_app(qapp, look, str(vault), test)

    return run


def test_the_right_password_opens_the_window_and_is_remembered(running: Callable[[Test], None], vault: Path) -> None:
    async def test(it: Running) -> None:
        await it.unlock()
        session = await it.opened()
        assert session.window.isVisible()
        assert session.window.windowTitle() == "kvault"
        assert session.window.secrets.rows.rowCount() == 14
        assert it.application.unlocking.dialog is None
        assert glance.look("").vault == str(vault)

    running(test)


def test_a_wrong_password_is_told_and_the_right_one_still_opens(running: Callable[[Test], None]) -> None:
    async def test(it: Running) -> None:
        await it.unlock("wrong")
        await until(lambda: "Wrong password" in it.dialog.sentence)
        assert it.application.session is None
        await it.unlock()
        await it.opened()

    running(test)


def test_a_lock_ends_the_engine_and_becomes_a_fresh_image(running: Callable[[Test], None], vault: Path) -> None:
    async def test(it: Running) -> None:
        await it.unlock()
        session = await it.opened()
        client = it.application.client
        assert client is not None
        it.application.qt.clipboard().clear()  # of what an earlier test left
        session.window.secrets.commands["copy-main"].trigger()
        await until(lambda: it.application.qt.clipboard().text())
        QTest.keyClick(session.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        it.application.lock("again")
        await until(lambda: it.became)
        assert len(it.became) == 1
        state = it.became[0]
        assert (state["vault"], state["visible"], state["sockets"]) == (str(vault), True, {"control"})
        assert not session.window.isVisible()
        with pytest.raises(ProcessLookupError):
            os.kill(client.pid, 0)
        assert it.application.qt.clipboard().text() == ""

    running(test)


def test_a_lock_waits_for_no_form_and_keeps_what_was_typed(running: Callable[[Test], None], vault: Path) -> None:
    async def test(it: Running) -> None:
        await it.unlock()
        session = await it.opened()
        session.window.secrets.commands["new"].trigger()
        await until(lambda: isinstance(session.window.ask.current, EntryDialog))
        QTest.keyClicks(session.window.ask.current.about.title, "Half typed")
        it.application.lock("idle")
        await until(lambda: it.became)
        assert not [one for one in it.application.qt.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()]

    running(test)
    engine = InProcess()
    engine.unlock(vault)
    assert [draft.input.title for draft in engine.engine.drafts.all()] == ["Half typed"]
    engine.engine.vaults.close()


def test_an_engine_that_dies_locks_the_window(running: Callable[[Test], None]) -> None:
    async def test(it: Running) -> None:
        await it.unlock()
        await it.opened()
        assert it.application.client is not None
        os.kill(it.application.client.pid, 9)
        await until(lambda: it.became)
        assert it.became[0]["reason"] == "the engine ended"

    running(test)


def test_cancelling_an_unlock_kills_that_engine_and_another_one_opens(running: Callable[[Test], None]) -> None:
    async def test(it: Running) -> None:
        await it.unlock()
        first = it.application.client
        assert first is not None
        it.dialog.cancelled.emit()
        await until(lambda: it.application.client is not first)
        if it.application.session is None:
            await until(lambda: not it.application.unlocking.tasks.is_running("unlock"))
            await it.unlock()
        await it.opened()

    running(test)


def test_a_damaged_vault_is_told_before_any_password(running: Callable[[Test], None], vault: Path) -> None:
    for name in ("vault.json", "vault.json.2"):
        (vault / name).write_bytes(b"{}")

    async def test(it: Running) -> None:
        await until(lambda: it.application.client is not None)
        await until(lambda: it.dialog._problem is not None)

    running(test)


def test_a_program_may_show_and_lock_but_gets_nothing(running: Callable[[Test], None]) -> None:
    async def test(it: Running) -> None:
        await it.unlock()
        session = await it.opened()
        session.window.hide()
        loop = asyncio.get_running_loop()
        for word in ("status", "show"):
            process = await asyncio.create_subprocess_exec(
                os.sys.executable,  # type: ignore[attr-defined]
                "-c",
                f"from kvault_gui.services.control import client; print(client.{word}())",
                stdout=asyncio.subprocess.PIPE,
            )
            out, _ = await process.communicate()
            assert out.strip()
        assert loop.is_running()
        await until(session.window.isVisible)

    running(test)
    assert control.status() is None


def test_closing_the_window_without_a_tray_ends_kvault(running: Callable[[Test], None]) -> None:
    async def test(it: Running) -> None:
        await it.unlock()
        session = await it.opened()
        assert not it.application.tray.is_there  # offscreen has none
        session.window.close()
        assert it.application.ended is not None
        await until(it.application.ended.done)

    running(test)


def test_without_a_vault_the_wizard_comes(qapp: QApplication, look: Theme, home: Path) -> None:
    async def act() -> None:
        it = Running(qapp, look, glance.look(""))
        ending = asyncio.ensure_future(it.application.run())
        await until(lambda: hasattr(it.application, "unlocking") and it.application.unlocking.wizard is not None)
        wizard = it.application.unlocking.wizard
        assert wizard is not None
        await until(wizard.isVisible)
        wizard.reject()
        assert await ending == 0

    assert glance.look("").vault == ""
    assert home.exists()
    play(qapp, act())
