"""Answers the engine's questions inside the unlock dialog, in the row that they are about."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from kvault_gui.engine.api import AskPlug, AskSecret, AskTouch, Secret

from .questions_secret import SecretWanted

if TYPE_CHECKING:
    from kvault_gui.engine.api import Question

    from .unlock import UnlockDialog
    from .unlock_row import WayItem


class UnlockAnswers:
    """Shows a PIN, a touch, a token to plug in; every other question is a dialog of its own.

    Args:
        dialog: runs an unlock while questions come.
    """

    def __init__(self, dialog: UnlockDialog) -> None:
        self._dialog = dialog

    def takes(self, question: Question) -> bool:
        """Whether the dialog has a place for it."""
        return isinstance(question, AskSecret | AskTouch | AskPlug)

    async def ask(self, question: Question) -> Secret:
        """The person's answer. A task that is cancelled takes its question away."""
        answer: asyncio.Future[bytearray] = asyncio.get_running_loop().create_future()
        item = self._show(question)

        def given(typed: bytearray) -> None:
            if answer.done():
                typed[:] = bytes(len(typed))
            else:
                answer.set_result(typed)

        item.answered.connect(given)
        try:
            return Secret(await answer)
        finally:
            item.answered.disconnect(given)
            if item.doing:  # the try goes on: it was not ended meanwhile
                item.show_work()

    def _show(self, question: Question) -> WayItem:
        match question:
            case AskTouch():
                item = self._dialog.spot(question.token)
                item.show_touch(question.token, question.seconds, question.text)
            case AskPlug():
                item = self._dialog.spot(question.token)
                item.show_plug(question.token, question.seconds, question.text, again=question.again)
            case AskSecret():
                item = self._dialog.spot(question.token)
                wanted = SecretWanted(question.title, question.retries, question.token, question.least)
                item.show_secret(question.title, question.text, wanted)
            case _:
                raise TypeError(type(question).__name__)
        return item
