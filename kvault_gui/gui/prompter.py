"""Answers the engine's questions: inside the window that has a place for them, else with dialogs over it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtWidgets import QDialog

from kvault_gui.engine.api import AskChoice, AskConfirm, AskFile, AskPlug, AskSecret, AskShares, AskTouch, Secret
from kvault_gui.engine.errors import CancelledError
from kvault_gui.gui.ask import Ask
from kvault_gui.gui.dialogs.questions import ChoiceDialog, FileDialog, PlugDialog, SecretDialog, TouchDialog
from kvault_gui.gui.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from kvault_gui.engine.api import Question
    from kvault_gui.gui.dialogs.shares_entry import SharesDialog


class Surface(Protocol):
    """A window that shows some questions itself."""

    def takes(self, question: Question) -> bool:
        """Whether it has a place for it."""
        ...

    def ask(self, question: Question) -> Coroutine[Any, Any, Secret]:
        """As ``engine.api.Prompter.ask``, for touches and plugging too. Raises CancelledError."""
        ...


class WindowPrompter:
    """The window's side of ``engine.api.Prompter``.

    ``over`` is the window that stands there now, or None; ``surface`` is asked first; ``shares`` makes the dialog for
    recovery shares. The engine withdraws a touch or a token to plug in when it is done, which cancels the task that
    asks: the dialog closes.
    """

    def __init__(self) -> None:
        self.over: Ask | None = None
        self.surface: Surface | None = None
        self.shares: Callable[[AskShares], SharesDialog] | None = None

    async def ask(self, question: Question) -> Secret:
        """The person's answer. Raises CancelledError, also when nobody is there to be asked."""
        if self.surface is not None and self.surface.takes(question):
            return await self.surface.ask(question)
        ask = self.over
        if ask is None:
            raise CancelledError
        if isinstance(question, AskTouch | AskPlug):
            await ask.run(TouchDialog(question) if isinstance(question, AskTouch) else PlugDialog(question))
            raise CancelledError  # an answer does not exist: whoever waits for the token withdraws the question
        match question:
            case AskSecret():
                return await _secret(ask, question)
            case AskChoice():
                choice = ChoiceDialog(question)
                await _run(ask, choice)
                return Secret.of(str(choice.chosen()))
            case AskConfirm():
                # It loads program code, replaces a key or spends the last try: no Enter meant for a field does that.
                if not await ask.confirm(question.title, question.text, question.action, danger=True):
                    raise CancelledError
                return Secret.of("yes")
            case AskFile():
                return await _file(ask, question)
            case AskShares():
                return await self._shares(ask, question)

    async def _shares(self, ask: Ask, question: AskShares) -> Secret:
        if self.shares is None:
            raise CancelledError
        dialog = self.shares(question)
        await _run(ask, dialog)
        return dialog.take()


async def _run(ask: Ask, dialog: QDialog) -> None:
    if await ask.run(dialog) != QDialog.DialogCode.Accepted:
        raise CancelledError


async def _secret(ask: Ask, question: AskSecret) -> Secret:
    dialog = SecretDialog(question)
    try:
        await _run(ask, dialog)
        return Secret(dialog.field.take())
    finally:
        dialog.field.wipe()


async def _file(ask: Ask, question: AskFile) -> Secret:
    """A path, typed or chosen: the desktop's chooser stands over the question."""
    dialog = FileDialog(question)
    over = Ask(dialog, native_files=ask.native_files)
    tasks = Tasks(dialog, lambda _error: None)  # choosing raises nothing

    async def browse() -> None:
        chosen = await over.open_file(question.title, folder=dialog.folder())
        if chosen is not None:
            dialog.set_path(chosen)

    dialog.browse_wanted.connect(lambda: tasks.start(browse(), "browse"))
    try:
        await _run(ask, dialog)
        return Secret.of(dialog.chosen())
    finally:
        tasks.close()
