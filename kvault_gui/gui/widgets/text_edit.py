"""A field for several lines of plain text, framed like the other inputs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.theme.draw import RING, box


class TextEdit(QWidget):
    """Several lines; Tab leaves the field. ``fixed``: the face for keys and codes."""

    edited = Signal()

    def __init__(self, text: str, lines: int, *, fixed: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        role: theme.FontRole = "mono" if fixed else "body"
        self.edit = QPlainTextEdit(text)
        self.edit.setFrameShape(QFrame.Shape.NoFrame)
        self.edit.setTabChangesFocus(True)
        self.edit.setProperty("font_role", role)
        self.edit.viewport().setAutoFillBackground(False)
        self.edit.setBackgroundRole(QPalette.ColorRole.Base)
        self.edit.document().setDocumentMargin(0)
        self.edit.textChanged.connect(self.edited)
        self.edit.installEventFilter(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.px(9), theme.px(7), theme.px(5), theme.px(7))
        layout.addWidget(self.edit)
        self.setFixedHeight(QFontMetrics(theme.font(role)).lineSpacing() * lines + theme.px(16))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        """What is typed."""
        return self.edit.toPlainText()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the focus on. A focus proxy would stand in Tab's way a second time, wherever the frame was made."""
        self.edit.setFocus(event.reason())

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """The frame follows the focus of what it frames."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The frame of an input."""
        colours = theme.tokens()
        focused = self.edit.hasFocus()
        border = colours.bad if self.property("invalid") else colours.accent if focused else colours.ctl
        painter = QPainter(self)
        box(painter, self.rect(), theme.px(7), colours.raised, border, width=RING if focused else 1)
        painter.end()
