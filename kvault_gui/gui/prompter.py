"""Answers the engine's questions with dialogs over whatever window is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog

from kvault_gui.engine.api import AskChoice, AskConfirm, AskSecret, AskTouch, Secret
from kvault_gui.engine.errors import CancelledError
from kvault_gui.gui.dialogs.questions import ChoiceDialog, SecretDialog, TouchDialog

if TYPE_CHECKING:
    from kvault_gui.engine.api import Question
    from kvault_gui.gui.ask import Ask


class WindowPrompter:
    """The window's side of ``engine.api.Prompter``. ``over`` is the window that stands there now, or None."""

    def __init__(self) -> None:
        self.over: Ask | None = None

    async def ask(self, question: Question) -> Secret:
        """The person's answer. Raises CancelledError, also when nobody is there to be asked."""
        ask = self.over
        if ask is None:
            raise CancelledError
        match question:
            case AskSecret():
                asked = SecretDialog(question)
                done = await ask.run(asked)
                typed = Secret(asked.field.take())
                if done != QDialog.DialogCode.Accepted:
                    typed.wipe()
                    raise CancelledError
                return typed
            case AskChoice():
                choice = ChoiceDialog(question)
                if await ask.run(choice) != QDialog.DialogCode.Accepted:
                    raise CancelledError
                return Secret.of(str(choice.chosen()))
            case AskTouch():
                # The engine withdraws the question when the token was touched, which cancels this task.
                await ask.run(TouchDialog(question))
                raise CancelledError
            case AskConfirm():
                if not await ask.confirm(question.title, question.text, question.action):
                    raise CancelledError
                return Secret.of("yes")
