"""The last page of an import or an export: what was done, what was not carried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.cards import Card, Tile
from kvault_gui.gui.widgets.labels import label

from .import_frame import TransferPage
from .import_preview import NotCarried

if TYPE_CHECKING:
    from collections.abc import Sequence


class ResultPage(TransferPage):
    """A tile, what was done, facts in a card, what stayed behind."""

    def __init__(self) -> None:
        super().__init__("", "")
        self.column.removeWidget(self.title)
        self.column.removeWidget(self.text)
        head = QHBoxLayout()
        head.setSpacing(theme.px(16))
        self._holder = QHBoxLayout()
        head.addLayout(self._holder)
        wordy = QVBoxLayout()
        wordy.setSpacing(theme.px(2))
        wordy.addWidget(self.title)
        wordy.addWidget(self.text)
        head.addLayout(wordy, 1)
        self.column.insertLayout(0, head)
        self._card = Card()
        self.column.addWidget(self._card)
        self.column.addSpacing(theme.px(12))
        self.not_carried = NotCarried()
        self.column.addWidget(self.not_carried)
        self.column.addStretch(1)

    def show_result(
        self, icon: str, title: str, text: str, facts: Sequence[tuple[str, str]], *, tone: str = "ok"
    ) -> None:
        """Say what was done."""
        while (item := self._holder.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        fill = {"ok": "oksoft", "wait": "waitsoft"}.get(tone, "sunken")
        self._holder.addWidget(
            Tile(icon, 48, fill=fill, tone=tone, border=fill == "sunken"), 0, Qt.AlignmentFlag.AlignTop
        )
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        self._card.clear()
        for name, value in facts:
            self._card.add(_fact(name, value))
        self._card.setVisible(bool(facts))


def _fact(name: str, value: str) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(theme.px(16), theme.px(9), theme.px(16), theme.px(9))
    row.setSpacing(theme.px(12))
    row.addWidget(label(name, "body", "text2"), 0, Qt.AlignmentFlag.AlignTop)
    shown = label(value, "medium", wrap=True)
    shown.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
    row.addWidget(shown, 1)
    made.setAccessibleName(f"{name}: {value}")
    return made
