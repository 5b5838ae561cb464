"""Questions of the engine become dialogs over the window that is there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from kvault_gui.engine.api import AskChoice, AskConfirm, AskSecret, AskTouch, Secret
from kvault_gui.engine.errors import CancelledError
from kvault_gui.gui.ask import Ask, Question
from kvault_gui.gui.prompter import WindowPrompter
from tests.gui.stage import play, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QApplication

    from kvault_gui.engine.api import Question as Asked
    from kvault_gui.gui.dialogs.questions import ChoiceDialog, SecretDialog, TouchDialog

pytestmark = pytest.mark.usefixtures("look")


def answered(qapp: QApplication, question: Asked, act: Callable[[Any], object]) -> Secret | None:
    """The answer after ``act`` on the dialog; None when it was cancelled."""
    found: list[Secret | None] = []

    async def test() -> None:
        window = QWidget()
        prompter = WindowPrompter()
        prompter.over = Ask(window)
        asking = asyncio.ensure_future(prompter.ask(question))
        await until(lambda: prompter.over is not None and prompter.over.current is not None)
        act(prompter.over.current)
        try:
            found.append(await asking)
        except CancelledError:
            found.append(None)
        window.deleteLater()

    play(qapp, test())
    return found[0]


def test_a_secret_is_typed_and_given_once(qapp: QApplication) -> None:
    def act(dialog: SecretDialog) -> None:
        dialog.field.set_secret(bytearray(b"1234"))
        dialog.accept()

    question = AskSecret("PIN", "Of the token", retries=1)
    assert answered(qapp, question, act) == Secret.of("1234")
    assert answered(qapp, question, lambda dialog: dialog.reject()) is None


def test_a_choice_is_answered_by_its_number(qapp: QApplication) -> None:
    def act(dialog: ChoiceDialog) -> None:
        dialog._radios[1].setChecked(True)
        dialog.accept()

    assert answered(qapp, AskChoice("Which?", ["one", "two"]), act) == Secret.of("1")


def test_yes_is_said_by_the_verb_alone(qapp: QApplication) -> None:
    question = AskConfirm("Export everything?", "Values leave the vault.", "Export")

    def act(dialog: Question) -> None:
        assert dialog.action is not None
        dialog.action.click()

    assert answered(qapp, question, act) == Secret.of("yes")
    assert answered(qapp, question, lambda dialog: dialog.safe.click()) is None


@pytest.mark.parametrize("more", [{}, {"replaces": True}, {"loads": "/home/me/module.so"}])
def test_enter_is_no_yes(qapp: QApplication, more: dict[str, Any]) -> None:
    """It may have been meant for the field before: the answer would load somebody's program code."""
    question = AskConfirm("Load it?", "It is program code.", "Load it", **more)
    assert answered(qapp, question, lambda dialog: QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Return)) is None


def test_a_touch_that_does_not_come_is_a_cancel(qapp: QApplication) -> None:
    def act(dialog: TouchDialog) -> None:
        for _ in range(3):
            dialog._clock.timeout.emit()

    assert answered(qapp, AskTouch("Token 7", 3), act) is None


def test_without_a_window_nobody_is_asked(qapp: QApplication) -> None:
    async def test() -> None:
        with pytest.raises(CancelledError):
            await WindowPrompter().ask(AskConfirm("a", "b", "c"))

    play(qapp, test())
