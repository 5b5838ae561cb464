"""Dialogs for the engine's questions: a secret, a choice, a touch, a token to plug in, a file."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QRadioButton, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.cards import Tile
from kvault_gui.gui.widgets.countdown import CountdownRing
from kvault_gui.gui.widgets.labels import label

from .questions_rings import TouchRings
from .questions_secret import SecretPanel, SecretWanted

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from kvault_gui.engine.api import AskChoice, AskFile, AskPlug, AskSecret, AskTouch

GRACE = 5  # seconds after a token's time in which the engine says what came of it


def _tr(text: str) -> str:
    return QCoreApplication.translate("Questions", text)


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
        self.cancel = button(_tr("Cancel"), on_click=self.reject)
        row.addWidget(self.cancel)
        self.action: QPushButton | None = None
        if action:
            self.action = button(action, "primary", on_click=self.act)
            self.action.setDefault(True)
            row.addWidget(self.action)
        layout.addLayout(row)
        self.setMinimumWidth(theme.px(420))

    def act(self) -> None:
        """What the button does."""
        self.accept()


class SecretDialog(_Asks):
    """Asks for a password or a PIN: its tries are told before, and the last one is asked about once more."""

    def __init__(self, question: AskSecret) -> None:
        wanted = SecretWanted(question.title, question.retries, question.token, question.least)
        self.panel = SecretPanel(wanted, own_button=False)
        self.field = self.panel.field
        super().__init__(question.title, question.text, self.panel, _tr("Continue"))
        assert self.action is not None  # noqa: S101 named above
        self.panel.ready_changed.connect(self.action.setEnabled)
        self.panel.confirming.connect(self.action.setHidden)
        self.panel.passed.connect(self.accept)
        self.action.setEnabled(self.panel.is_ready)

    def act(self) -> None:
        """Give what was typed, if it may be given."""
        self.panel.submit()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin in the field."""
        super().showEvent(event)
        self.panel.begin()


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


class _Waits(_Asks):
    """Waits for something to be done with a token; closed by whoever opened it when that happened."""

    def __init__(self, title: str, text: str, picture: QWidget, seconds: int) -> None:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(16))
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignVCenter)
        self._words = label("", "body", "text2", wrap=True)
        row.addWidget(self._words, 1)
        self._ring = CountdownRing(30)
        row.addWidget(self._ring)
        self._total = max(seconds, 1)
        self._ends = time.monotonic() + self._total
        super().__init__(title, text, holder, "")
        self._clock = QTimer(self)
        self._clock.setInterval(1_000)
        self._clock.timeout.connect(self._tick)
        self._clock.start()
        self._tick()

    def _tick(self) -> None:
        left = self._ends - time.monotonic()
        if left <= -GRACE:
            self.reject()
            return
        self._ring.set_remaining(max(left, 0.0), self._total)
        count = max(math.ceil(left), 0)
        self._words.setText(_tr("Waits {count} s more.").format(count=count) if count else _tr("The time is over."))

    def showEvent(self, event: QShowEvent) -> None:
        """Say it also to those who do not see it."""
        super().showEvent(event)
        self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)
        announcement = QAccessibleAnnouncementEvent(
            self, f"{self.accessibleName()}. {self.accessibleDescription()} {self._words.text()}"
        )
        announcement.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(announcement)


class TouchDialog(_Waits):
    """Waits for a token to be touched."""

    def __init__(self, question: AskTouch) -> None:
        title = _tr("Touch {name} now").format(name=question.token)
        super().__init__(title, question.text or _tr("It blinks."), TouchRings(), question.seconds)


class PlugDialog(_Waits):
    """Waits for a token to be plugged in, or to be pulled out and plugged in again."""

    def __init__(self, question: AskPlug) -> None:
        words = _tr("Pull {name} out and plug it in again") if question.again else _tr("Plug in {name}")
        super().__init__(words.format(name=question.token), question.text, Tile("usb", 48), question.seconds)


class FileDialog(_Asks):
    """Asks for a file's path. ``browse_wanted`` asks for the desktop's own chooser; ``set_path`` takes its answer."""

    browse_wanted = Signal()

    def __init__(self, question: AskFile) -> None:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        self.path = QLineEdit()
        self.path.setObjectName("asked-file")
        self.path.setAccessibleName(question.title)
        self.path.setMaxLength(4_096)
        row.addWidget(self.path, 1)
        self.browse = button(_tr("Browse…"))
        row.addWidget(self.browse)
        super().__init__(question.title, question.text, holder, _tr("Continue"))
        self.browse.clicked.connect(self.browse_wanted)
        self.path.textChanged.connect(self._look)
        self._look()

    def _look(self) -> None:
        if self.action is not None:
            self.action.setEnabled(bool(self.path.text().strip()))

    def chosen(self) -> str:
        """The path, the person's own folder written out."""
        return str(Path(self.path.text().strip()).expanduser())

    def folder(self) -> str:
        """Where to begin to choose: beside what is typed; "" where nothing is."""
        typed = self.path.text().strip()
        return str(Path(typed).expanduser().parent) if typed else ""

    def set_path(self, path: str) -> None:
        """Put a path into the field."""
        self.path.setText(path)
        if self.action is not None:
            self.action.setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin in the field."""
        super().showEvent(event)
        self.path.setFocus(Qt.FocusReason.OtherFocusReason)
