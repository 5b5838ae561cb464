"""What a pane says when there is nothing to show: what to do, one sentence, one or two actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.cards import Tile
from kvault_gui.gui.widgets.labels import label

if TYPE_CHECKING:
    from collections.abc import Callable


class Offer(NamedTuple):
    """A button of an empty pane."""

    text: str
    act: Callable[[], object]
    icon: str = ""
    hint: str = ""
    name: str = ""


class Empty(QWidget):
    """A tile, a title, a sentence, buttons; in the middle of the pane."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("empty")
        self.tile = Tile("lock-key", 80)
        self.title = label("", "title", wrap=True)
        self.text = label("", "body", "text2", wrap=True)
        for words in (self.title, self.text):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(theme.px(8))
        self._buttons.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.px(24), theme.px(24), theme.px(24), theme.px(24))
        layout.setSpacing(theme.px(8))
        layout.addStretch(2)
        layout.addWidget(self.tile, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(theme.px(12))
        layout.addWidget(self.title)
        layout.addWidget(self.text)
        layout.addSpacing(theme.px(12))
        layout.addLayout(self._buttons)
        layout.addStretch(3)

    def say(self, icon: str, title: str, text: str, *offers: Offer) -> None:
        """Show this; the first offer is the primary one."""
        self.tile.set_icon(icon)
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        while (item := self._buttons.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for number, offer in enumerate(offers):
            self._buttons.addWidget(self._button(offer, primary=number == 0))

    def _button(self, offer: Offer, *, primary: bool) -> QPushButton:
        made = button(
            offer.text, "primary" if primary else "secondary", offer.icon, hint=offer.hint, on_click=offer.act
        )
        made.setObjectName(offer.name)
        return made
