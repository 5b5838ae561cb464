"""Rows that several pages of the dialogs about ways in share."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.cards import Tile
from kvault_gui.gui.widgets.labels import label

_SOFT = {"ok": "oksoft", "wait": "waitsoft", "bad": "badsoft"}


def line(icon: str, title: str, text: str = "", tone: str = "text2", end: QWidget | None = None) -> QWidget:
    """A tile, a title, a sentence; ``end`` stands at the end."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(theme.px(16), theme.px(10), theme.px(12), theme.px(10))
    row.setSpacing(theme.px(12))
    soft = _SOFT.get(tone, "sunken")
    row.addWidget(Tile(icon, 32, fill=soft, tone=tone, border=soft == "sunken"), 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(theme.px(2))
    words.addWidget(label(title, "medium", wrap=True))
    if text:
        words.addWidget(label(text, "small", "text2", wrap=True))
    row.addLayout(words, 1)
    if end is not None:
        row.addWidget(end)
    made.setAccessibleName(f"{title}. {text}" if text else title)
    return made
