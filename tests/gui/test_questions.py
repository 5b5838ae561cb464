"""The dialogs in which the engine's questions are asked while a vault is open."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from kvault_gui.engine.api import AskFile, AskPlug, AskSecret, AskTouch, Method, Secret
from kvault_gui.engine.errors import CancelledError
from kvault_gui.gui.ask import Ask
from kvault_gui.gui.dialogs.questions import FileDialog, PlugDialog, SecretDialog, TouchDialog
from kvault_gui.gui.prompter import WindowPrompter
from tests.gui.stage import play, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from PySide6.QtWidgets import QApplication, QDialog
    from pytestqt.qtbot import QtBot

    from kvault_gui.engine.api import Question

pytestmark = pytest.mark.usefixtures("look")
PIN = AskSecret("PIN of YubiKey 5C", "For “Key” of Personal", 8, Method.FIDO2, "YubiKey 5C", 4)


def shown(qtbot: QtBot, dialog: QDialog) -> None:
    qtbot.addWidget(dialog)
    dialog.show()


def test_tries_are_told_before_and_enter_gives_the_pin(qtbot: QtBot) -> None:
    dialog = SecretDialog(PIN)
    shown(qtbot, dialog)
    assert "8 tries are left." in dialog.panel.sentences
    assert dialog.action is not None
    assert not dialog.action.isEnabled()
    QTest.keyClicks(dialog.field, "1234")
    with qtbot.waitSignal(dialog.accepted):
        QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.field.take() == bytearray(b"1234")


def test_the_last_try_is_asked_about_once_more_and_cancel_is_still_there(qtbot: QtBot) -> None:
    dialog = SecretDialog(AskSecret("PIN of YubiKey 5C", "", 1, Method.FIDO2, "YubiKey 5C", 4))
    shown(qtbot, dialog)
    assert "Another wrong PIN blocks YubiKey 5C" in dialog.panel.sentences
    QTest.keyClicks(dialog.field, "1234")
    with qtbot.assertNotEmitted(dialog.accepted):
        QTest.keyClick(dialog.field, Qt.Key.Key_Return)
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)  # "Look at it again"
    assert dialog.focusWidget() is dialog.field
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.cancel.isVisible()
    with qtbot.waitSignal(dialog.accepted):
        dialog.panel.spend.click()


def test_a_password_has_no_tries_and_is_given_at_once(qtbot: QtBot) -> None:
    dialog = SecretDialog(AskSecret("Password", "", method=Method.PASSWORD))
    shown(qtbot, dialog)
    assert dialog.panel.sentences == ""
    QTest.keyClicks(dialog.field, "x")
    with qtbot.waitSignal(dialog.accepted):
        QTest.keyClick(dialog.field, Qt.Key.Key_Return)


def test_a_touch_says_what_blinks_and_how_long_it_waits(qtbot: QtBot) -> None:
    dialog = TouchDialog(AskTouch("YubiKey 5C", 30, "It makes a key for Personal."))
    shown(qtbot, dialog)
    assert dialog.accessibleName() == "Touch YubiKey 5C now"
    assert dialog.accessibleDescription() == "It makes a key for Personal."
    assert dialog._words.text() == "Waits 30 s more."
    assert dialog.focusWidget() is dialog.cancel


def test_a_token_to_plug_in_is_named_and_so_is_one_to_pull_out_first(qtbot: QtBot) -> None:
    for again, title in ((False, "Plug in Nitrokey 3"), (True, "Pull Nitrokey 3 out and plug it in again")):
        dialog = PlugDialog(AskPlug("Nitrokey 3", "", 60, again))
        shown(qtbot, dialog)
        assert dialog.accessibleName() == title


def test_the_engine_s_word_comes_before_the_clock_s(qtbot: QtBot) -> None:
    dialog = TouchDialog(AskTouch("YubiKey 5C", 1))
    shown(qtbot, dialog)
    with qtbot.assertNotEmitted(dialog.rejected):
        qtbot.waitUntil(lambda: dialog._words.text() == "The time is over.", timeout=3_000)
    dialog._ends -= 10
    with qtbot.waitSignal(dialog.rejected):
        dialog._clock.timeout.emit()


# --- through the prompter --------------------------------------------------------------------------------------------


def asking(qapp: QApplication, act: Callable[[WindowPrompter, Ask], Awaitable[None]]) -> None:
    async def test() -> None:
        window = QWidget()
        prompter = WindowPrompter()
        prompter.over = Ask(window, native_files=False)
        await act(prompter, prompter.over)
        window.deleteLater()

    play(qapp, test())


def test_a_touch_that_was_done_closes_its_dialog_by_itself(qapp: QApplication) -> None:
    async def act(prompter: WindowPrompter, over: Ask) -> None:
        task = asyncio.ensure_future(prompter.ask(AskTouch("YubiKey 5C", 30)))
        await until(lambda: isinstance(over.current, TouchDialog))
        task.cancel()  # what the engine client does when the question is withdrawn
        await until(task.done)
        assert over.current is None
        assert qapp.activeModalWidget() is None

    asking(qapp, act)


def test_cancel_in_a_touch_tells_the_engine(qapp: QApplication) -> None:
    async def act(prompter: WindowPrompter, over: Ask) -> None:
        task = asyncio.ensure_future(prompter.ask(AskPlug("Nitrokey 3", "")))
        await until(lambda: isinstance(over.current, PlugDialog))
        assert isinstance(over.current, PlugDialog)
        over.current.cancel.click()
        with pytest.raises(CancelledError):
            await task

    asking(qapp, act)


def test_a_file_is_typed_with_a_tilde_or_chosen(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    async def act(prompter: WindowPrompter, over: Ask) -> None:
        for give in ("~/stick/my key", str(tmp_path / "stick" / "my key")):
            task = asyncio.ensure_future(prompter.ask(AskFile("Key file", "Of Personal", Method.KEY_FILE)))
            await until(lambda: isinstance(over.current, FileDialog))
            dialog = over.current
            assert isinstance(dialog, FileDialog)
            assert dialog.action is not None
            assert not dialog.action.isEnabled()
            dialog.set_path(give)
            dialog.action.click()
            assert await task == Secret.of(str(tmp_path / "stick" / "my key"))

    asking(qapp, act)


def test_a_chooser_stands_over_the_question_for_a_file(qapp: QApplication) -> None:
    async def act(prompter: WindowPrompter, over: Ask) -> None:
        task = asyncio.ensure_future(prompter.ask(AskFile("Key file", "")))
        await until(lambda: isinstance(over.current, FileDialog))
        dialog = over.current
        assert isinstance(dialog, FileDialog)
        dialog.browse.click()
        await until(lambda: qapp.activeModalWidget() not in (None, dialog))
        chooser = qapp.activeModalWidget()
        assert chooser is not None
        chooser.reject()  # type: ignore[attr-defined]  # a file dialog
        dialog.reject()
        with pytest.raises(CancelledError):
            await task

    asking(qapp, act)


class Surface:
    """A window that takes touches."""

    def __init__(self) -> None:
        self.asked: list[Question] = []

    def takes(self, question: Question) -> bool:
        return isinstance(question, AskTouch)

    async def ask(self, question: Question) -> Secret:
        self.asked.append(question)
        raise CancelledError


def test_a_window_with_a_place_for_a_question_gets_it_and_others_become_dialogs(qapp: QApplication) -> None:
    async def act(prompter: WindowPrompter, over: Ask) -> None:
        surface = prompter.surface = Surface()
        with pytest.raises(CancelledError):
            await prompter.ask(AskTouch("YubiKey 5C", 30))
        assert len(surface.asked) == 1
        task = asyncio.ensure_future(prompter.ask(PIN))
        await until(lambda: isinstance(over.current, SecretDialog))
        assert over.current is not None
        over.current.reject()
        with pytest.raises(CancelledError):
            await task

    asking(qapp, act)
