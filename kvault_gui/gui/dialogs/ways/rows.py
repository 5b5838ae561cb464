"""Rows that several pages of the dialogs about ways in share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.cards import Tile
from kvault_gui.gui.widgets.labels import label

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

_SOFT = {"ok": "oksoft", "wait": "waitsoft", "bad": "badsoft"}


NARROW = 440  # px at a 13 px font: below this what stands at the end of a row goes under it


class Row(QWidget):
    """A row whose end goes below its words where there is too little room beside them."""

    def __init__(self) -> None:
        super().__init__()
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(theme.px(16), theme.px(10), theme.px(12), theme.px(10))
        self.row.setSpacing(theme.px(12))
        self.words = QVBoxLayout()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Beside each other, or one under the other."""
        super().resizeEvent(event)
        narrow = event.size().width() < theme.px(NARROW)
        wanted = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self.row.direction() is not wanted:
            self.row.setDirection(wanted)
            self.updateGeometry()


def line(icon: str, title: str, text: str = "", tone: str = "text2", end: QWidget | None = None) -> Row:
    """A tile, a title, a sentence; ``end`` stands at the end."""
    made = Row()
    row = QHBoxLayout()
    row.setSpacing(theme.px(12))
    made.row.addLayout(row, 1)
    soft = _SOFT.get(tone, "sunken")
    row.addWidget(Tile(icon, 32, fill=soft, tone=tone, border=soft == "sunken"), 0, Qt.AlignmentFlag.AlignTop)
    words = made.words
    words.setSpacing(theme.px(2))
    words.addWidget(label(title, "medium", wrap=True))
    if text:
        words.addWidget(label(text, "small", "text2", wrap=True))
    row.addLayout(words, 1)
    if end is not None:
        made.row.addWidget(end)
    made.setAccessibleName(f"{title}. {text}" if text else title)
    return made
