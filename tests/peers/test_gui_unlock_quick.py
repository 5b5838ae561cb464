"""Quick unlock at the window, its key in a (software) TPM: set up after a password, used, spent, forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kvault_gui.desktop.settings import SettingsFile
from kvault_gui.gui.dialogs.quick import QuickDialog
from kvault_gui.gui.dialogs.settings import SettingsDialog
from tests.gui.conftest import look
from tests.gui.running import Running, home, run_app
from tests.gui.stage import until
from tests.peers.swtpm import Swtpm
from tests.peers.unlock_window import make_vault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from kvault_gui.gui.theme import Theme
    from tests.gui.running import Test

pytestmark = pytest.mark.peer
__all__ = ["home", "look"]

PIN = "4711"


@pytest.fixture
def chip(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Swtpm]:
    pytest.importorskip("tpm2_pytss")
    made = Swtpm(home / "tpm")
    try:
        made.start()
        monkeypatch.setenv("TPM2TOOLS_TCTI", made.tcti)
        yield made
    finally:
        made.close()


@pytest.fixture
def run(chip: Swtpm, home: Path, qapp: QApplication, look: Theme) -> Callable[[Test], None]:
    assert chip.tcti
    vault = make_vault(home / "vault", {})
    kept = SettingsFile()
    kept.settings.quick_unlock = True
    kept.save()
    return lambda test: run_app(qapp, look, vault, test)


async def set_up(it: Running) -> None:
    """Open the vault with its password and choose a PIN."""
    await it.unlock()
    session = await it.opened()
    await until(lambda: isinstance(session.window.ask.current, QuickDialog), "no PIN was offered")
    dialog = session.window.ask.current
    for field in (dialog.first, dialog.second):
        QTest.keyClicks(field, PIN)
    dialog.action.click()
    await until(lambda: session.quickly.is_ready)


async def lock(it: Running) -> None:
    it.application.lock("asked for")
    await until(lambda: it.became)


async def offered(it: Running) -> None:
    await until(lambda: it.dialog.field.accessibleName() == "PIN", "no PIN can be typed")


def type_pin(it: Running, pin: str = PIN) -> None:
    QTest.keyClicks(it.dialog.field, pin)
    QTest.keyClick(it.dialog.field, Qt.Key.Key_Return)


def test_a_pin_set_after_the_password_opens_the_vault_again_and_again(run: Callable[[Test], None]) -> None:
    async def first(it: Running) -> None:
        await set_up(it)
        await lock(it)
        assert it.became[0]["quick"] is True

    async def again(it: Running) -> None:
        await offered(it)
        assert "Quick unlock until" in it.dialog.state.quick.words  # type: ignore[union-attr]  # offered
        type_pin(it)
        session = await it.opened()
        assert session.window.ask.current is None, "after a quick unlock no other PIN is asked for"
        await lock(it)
        assert it.became[0]["quick"] is True

    run(first)
    run(again)
    run(again)


def test_three_wrong_pins_lead_to_the_full_dialog_with_the_same_engine(run: Callable[[Test], None]) -> None:
    async def first(it: Running) -> None:
        await set_up(it)
        await lock(it)

    async def wrong(it: Running) -> None:
        await offered(it)
        engine = it.application.client
        type_pin(it, "0000")
        await until(lambda: "2 tries are left" in it.dialog.sentence)
        type_pin(it, "0000")
        await until(lambda: "one try is left" in it.dialog.sentence)
        type_pin(it, "0000")
        await until(lambda: it.dialog.field.accessibleName() == "Password")
        assert it.dialog.sentence, "it does not say why"
        assert it.application.client is engine
        await it.unlock()
        await it.opened()

    run(first)
    run(wrong)


def test_the_full_dialog_is_one_click_away(run: Callable[[Test], None]) -> None:
    async def first(it: Running) -> None:
        await set_up(it)
        await lock(it)

    async def in_full(it: Running) -> None:
        await offered(it)
        it.dialog._page.full.click()
        await it.unlock()
        await it.opened()

    run(first)
    run(in_full)


def test_it_is_forgotten_in_the_settings(run: Callable[[Test], None]) -> None:
    async def forget(it: Running) -> None:
        await set_up(it)
        session = it.application.session
        assert session is not None
        await until(lambda: session.window.ask.current is None)
        session.window.settings_wanted.emit()
        await until(lambda: isinstance(session.window.ask.current, SettingsDialog))
        dialog = session.window.ask.current
        assert isinstance(dialog, SettingsDialog)
        await until(lambda: not dialog.quick_forget.isHidden(), "the settings do not know of it")
        assert "A PIN unlocks until" in dialog.quick_words.text()
        dialog.quick_forget.click()
        await until(dialog.quick_forget.isHidden)
        await lock(it)
        assert it.became[0]["quick"] is False

    async def after(it: Running) -> None:
        await until(lambda: it.application.unlocking.quick is not None)
        assert it.dialog.field.accessibleName() == "Password"

    run(forget)
    run(after)
