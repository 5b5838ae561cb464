"""What a pane says when there is nothing to show: what to do, one sentence, one or two actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.cards import Line, Tile
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import label

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QResizeEvent

ROOM_FOR_NOTES = 440  # px at a 13 px font


class Offer(NamedTuple):
    """A button of an empty pane."""

    text: str
    act: Callable[[], object]
    icon: str = ""
    hint: str = ""
    name: str = ""


class Note(NamedTuple):
    """A line under the buttons of an empty pane."""

    icon: str
    title: str
    text: str


class Empty(QWidget):
    """A tile, a title, a sentence, buttons; in the middle of the pane."""

    def __init__(self, *, narrow: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("empty")
        self._said = ("", "")
        self._has_notes = False
        way = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        self.tile = Tile("lock-key", 80)
        self.title = label("", "title", wrap=True)
        self.text = label("", "body", "text2", wrap=True)
        for words in (self.title, self.text):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            words.setMaximumWidth(theme.px(440))
        self._buttons = QBoxLayout(way)
        self._buttons.setSpacing(theme.px(8))
        self._buttons.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.px(24), theme.px(24), theme.px(24), theme.px(24))
        layout.setSpacing(theme.px(8))
        layout.addStretch(2)
        layout.addWidget(self.tile, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(theme.px(12))
        for words in (self.title, self.text):
            line = QHBoxLayout()  # a wrapped label in an aligned cell would be squeezed
            line.addStretch(1)
            line.addWidget(words, 1_000)
            line.addStretch(1)
            layout.addLayout(line)
        layout.addSpacing(theme.px(12))
        layout.addLayout(self._buttons)
        self._notes = QWidget()
        self._note_rows = QVBoxLayout(self._notes)
        self._note_rows.setContentsMargins(0, theme.px(24), 0, 0)
        self._note_rows.setSpacing(theme.px(14))
        self._notes.setFixedWidth(theme.px(440))
        self._notes.hide()
        layout.addWidget(self._notes, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)

    def say(self, icon: str, title: str, text: str, *offers: Offer, notes: tuple[Note, ...] = ()) -> None:
        """Show this; the first offer is the primary one."""
        if (icon, title) == self._said:
            return
        self._said = (icon, title)
        self.tile.set_icon(icon)
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        for layout in (self._buttons, self._note_rows):
            while (item := layout.takeAt(0)) is not None:
                widget = item.widget()
                if widget is not None:
                    widget.hide()
                    widget.deleteLater()
        for number, offer in enumerate(offers):
            self._buttons.addWidget(self._button(offer, primary=number == 0), 0, Qt.AlignmentFlag.AlignHCenter)

        if notes:
            self._note_rows.addWidget(Line())
        for note in notes:
            self._note_rows.addWidget(_note(note))
        self._has_notes = bool(notes)
        self._fit()

    def _fit(self) -> None:
        """Notes are the first to go where there is little room: large text, a small window."""
        self._notes.setVisible(self._has_notes and self.height() >= theme.px(ROOM_FOR_NOTES))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again."""
        super().resizeEvent(event)
        self._fit()

    def take_focus(self) -> None:
        """Go to the first button."""
        item = self._buttons.itemAt(0)
        first = item.widget() if item is not None else None
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _button(self, offer: Offer, *, primary: bool) -> QPushButton:
        made = button(
            offer.text, "primary" if primary else "secondary", offer.icon, hint=offer.hint, on_click=offer.act
        )
        made.setObjectName(offer.name)
        return made


def _note(note: Note) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.px(14))
    row.addWidget(IconSpot(note.icon, 18))
    words = QVBoxLayout()
    words.setSpacing(1)
    words.addWidget(label(note.title, wrap=True))
    words.addWidget(label(note.text, "small", "text2", wrap=True))
    row.addLayout(words, 1)
    return made
