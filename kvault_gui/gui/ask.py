"""The only place that opens dialogs, and the one place where an error becomes words.

A dialog is opened with ``open()`` and awaited with a future; nothing here runs a loop of its own, so every task goes on
while a question stands. Cancelling the coroutine closes the dialog.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from PySide6.QtCore import QCoreApplication, QDir, QEvent, Qt
from PySide6.QtGui import QFontMetrics, QShowEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from kvault_gui.engine.errors import KvaultError


class Words(NamedTuple):
    """An error in the person's language."""

    what: str
    meaning: str
    advice: str


def words(error: KvaultError) -> Words:
    """What happened, what it means and what to do, translated; fields stay as they are."""

    def say(template: str) -> str:
        return error.say(QCoreApplication.translate("errors", template))

    return Words(say(error.headline), say(error.meaning), say(error.advice))


class Ask:
    """Asks the person, over ``parent``. Tests replace it, or answer ``current``."""

    def __init__(self, parent: QWidget | None, *, native_files: bool = True) -> None:
        self._parent, self._native = parent, native_files
        self._open: list[QDialog] = []

    @property
    def native_files(self) -> bool:
        """Whether files are chosen in the desktop's own dialog."""
        return self._native

    @property
    def current(self) -> QDialog | None:
        """The dialog on top, if one is open."""
        return self._open[-1] if self._open else None

    def close_all(self) -> None:
        """Close every dialog as if it was cancelled: at a lock."""
        for dialog in reversed(self._open.copy()):
            dialog.reject()

    async def run(self, dialog: QDialog) -> int:
        """Open ``dialog`` over the window and return its result; the dialog is gone afterwards."""
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def finished(result: int) -> None:
            if not answer.done():
                answer.set_result(result)

        if dialog.parentWidget() is None and self._parent is not None:
            dialog.setParent(self._parent, dialog.windowFlags())
        dialog.finished.connect(finished)
        self._open.append(dialog)
        try:
            dialog.open()
            return await answer
        finally:
            self._open.remove(dialog)
            if dialog.isVisible():
                dialog.reject()
            dialog.deleteLater()

    async def confirm(self, title: str, text: str, action: str, *, danger: bool = False) -> bool:
        """Ask before an act. ``action`` is the verb on its button; Cancel has the focus when it is dangerous."""
        cancel = QCoreApplication.translate("Ask", "Cancel")
        dialog = Question(title, text, safe=cancel, action=action, danger=danger)
        return await self.run(dialog) == QDialog.DialogCode.Accepted

    async def message(self, title: str, text: str) -> None:
        """Tell something that needs to be read."""
        await self.run(Question(title, text, safe=QCoreApplication.translate("Ask", "Close")))

    async def error(self, error: KvaultError) -> None:
        """Tell what happened, what it means and what to do."""
        said = words(error)
        text = f"{said.meaning}\n\n{said.advice}"
        close = QCoreApplication.translate("Ask", "Close")
        await self.run(Question(said.what, text, safe=close, small_print=error.code))

    async def open_file(self, title: str, filters: str = "", folder: str = "") -> str | None:
        """Choose an existing file; None when cancelled. ``filters`` as in Qt: "KeePass (*.kdbx);;CSV (*.csv)"."""
        chooser = self._chooser(title, filters, folder)
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        return await self._choose(chooser)

    async def save_file(self, title: str, name: str, filters: str = "", folder: str = "") -> str | None:
        """Choose a file to write, ``name`` proposed; asks before an existing one is replaced. None when cancelled."""
        chooser = self._chooser(title, filters, folder)
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.selectFile(name)
        return await self._choose(chooser)

    async def open_folder(self, title: str, folder: str = "") -> str | None:
        """Choose a folder; None when cancelled."""
        chooser = self._chooser(title, "", folder)
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        return await self._choose(chooser)

    def _chooser(self, title: str, filters: str, folder: str) -> QFileDialog:
        chooser = QFileDialog(self._parent, title, folder or QDir.homePath(), filters)
        chooser.setOption(QFileDialog.Option.DontUseNativeDialog, not self._native)
        return chooser

    async def _choose(self, chooser: QFileDialog) -> str | None:
        if await self.run(chooser) != QDialog.DialogCode.Accepted:
            return None
        chosen = chooser.selectedFiles()
        return chosen[0] if chosen else None


class Question(QDialog):
    """A title, a text and one or two buttons; the safe one first."""

    def __init__(
        self, title: str, text: str, *, safe: str, action: str = "", danger: bool = False, small_print: str = ""
    ) -> None:
        super().__init__()
        self.setWindowTitle(QCoreApplication.applicationName() or "kvault")
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self._title = _label(title, "title", "text")
        self._text = _label(text, "body", "text2")
        self.safe = QPushButton(safe)
        self.safe.clicked.connect(self.reject)
        self.action: QPushButton | None = None
        self._row = row = QHBoxLayout()
        if small_print:
            row.addWidget(_label(small_print, "small", "text3"))
        row.addStretch(1)
        row.addWidget(self.safe)
        if action:
            self.action = QPushButton(action)
            self.action.setProperty("kind", "danger-filled" if danger else "primary")
            self.action.clicked.connect(self.accept)
            self.action.setAutoDefault(not danger)
            row.addWidget(self.action)
        self._default = self.safe if danger or self.action is None else self.action
        self._default.setDefault(True)
        self._outer = outer = QVBoxLayout(self)
        for part in (self._title, self._text):
            outer.addWidget(part)
        outer.addLayout(row)
        self._fit()

    def _fit(self) -> None:
        unit = QFontMetrics(self.font()).height() / 16  # 1 at a 13 px font
        margin = round(24 * unit)
        self._outer.setContentsMargins(margin, margin, margin, margin)
        self._outer.setSpacing(round(8 * unit))
        self._row.setContentsMargins(0, round(16 * unit), 0, 0)
        width = max(round(440 * unit), self._outer.minimumSize().width())
        self.setMinimumWidth(width)
        self.resize(width, self._outer.totalHeightForWidth(width))

    def changeEvent(self, event: QEvent) -> None:
        """Keep the proportions when the font changes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Give the focus to the safe button of a dangerous question, else to the action."""
        self._fit()
        super().showEvent(event)
        self._default.setFocus(Qt.FocusReason.OtherFocusReason)


def _label(text: str, font_role: str, tone: str) -> QLabel:
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    made.setWordWrap(font_role != "small")
    made.setProperty("font_role", font_role)
    made.setProperty("tone", tone)
    return made


class Over(Protocol):
    """The prompter: the engine's questions are asked over ``over``."""

    over: "Ask | None"


@contextmanager
def asked_over(prompter: Over, ask: Ask) -> Iterator[None]:
    """The engine's questions stand over ``ask``'s dialog for a while."""
    before = prompter.over
    prompter.over = ask
    try:
        yield
    finally:
        if prompter.over is ask:
            prompter.over = before
