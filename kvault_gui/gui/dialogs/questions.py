"""Dialogs for the engine's questions: a secret, a choice, a touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QRadioButton, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.countdown import CountdownRing
from kvault_gui.gui.widgets.labels import label
from kvault_gui.gui.widgets.secret_edit import SecretEdit

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from kvault_gui.engine.api import AskChoice, AskSecret, AskTouch


class _Asks(QDialog):
    """A title, what is asked, Cancel and perhaps an action."""

    def __init__(self, title: str, text: str, content: QWidget | None, action: str) -> None:
        super().__init__()
        self.setWindowTitle("kvault")
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        layout = QVBoxLayout(self)
        margin = theme.px(24)
        layout.setContentsMargins(margin, margin, margin, margin)
        layout.setSpacing(theme.px(8))
        layout.addWidget(label(title, "title", wrap=True))
        if text:
            layout.addWidget(label(text, "body", "text2", wrap=True))
        if content is not None:
            layout.addSpacing(theme.px(8))
            layout.addWidget(content)
        row = QHBoxLayout()
        row.setContentsMargins(0, theme.px(16), 0, 0)
        row.addStretch(1)
        cancel = button(self.tr("Cancel"), on_click=self.reject)
        cancel.setAutoDefault(False)
        row.addWidget(cancel)
        self.action: QPushButton | None = None
        if action:
            self.action = button(action, "primary", on_click=self.accept)
            self.action.setDefault(True)
            row.addWidget(self.action)
        layout.addLayout(row)
        self.setMinimumWidth(theme.px(420))


class SecretDialog(_Asks):
    """Asks for a password or a PIN."""

    def __init__(self, question: AskSecret) -> None:
        self.field = SecretEdit(question.title)
        text = question.text
        if question.retries is not None:
            text = f"{text} {_tries(question.retries)}".strip()
        super().__init__(question.title, text, self.field, _tr("Continue"))
        self.field.setObjectName("asked-secret")

    def showEvent(self, event: QShowEvent) -> None:
        """Begin in the field."""
        super().showEvent(event)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Questions", text)


def _tries(count: int) -> str:
    return _tr("One try is left.") if count == 1 else _tr("{count} tries are left.").format(count=count)


class ChoiceDialog(_Asks):
    """Asks for one of several."""

    def __init__(self, question: AskChoice) -> None:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        self._radios = [QRadioButton(choice.replace("&", "&&")) for choice in question.choices]
        for radio in self._radios:
            column.addWidget(radio)
        if self._radios:
            self._radios[0].setChecked(True)
        super().__init__(question.title, "", holder, _tr("Choose"))

    def chosen(self) -> int:
        """The number of the choice."""
        return next((number for number, radio in enumerate(self._radios) if radio.isChecked()), 0)


class TouchDialog(_Asks):
    """Waits for a token to be touched; closed by whoever opened it when that happened."""

    def __init__(self, question: AskTouch) -> None:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        self._ring = CountdownRing(30)
        self._left = self._total = max(question.seconds, 1)
        row.addWidget(self._ring)
        self._words = label("", "body", "text2")
        row.addWidget(self._words, 1)
        super().__init__(question.token, "", holder, "")
        self._clock = QTimer(self)
        self._clock.setInterval(1_000)
        self._clock.timeout.connect(self._tick)
        self._clock.start()
        self._show()

    def _tick(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self.reject()
        self._show()

    def _show(self) -> None:
        self._ring.set_remaining(self._left, self._total)
        self._words.setText(self.tr("Touch it now, {count} s left").format(count=self._left))
