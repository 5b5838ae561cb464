"""The vault's name over the sidebar: a button that opens the application's menu."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QWidget

from kvault_gui.gui import theme

from .ground import header_height


class VaultButton(QPushButton):
    """Two lines: the name, and how it was unlocked."""

    def __init__(self, name: str, state: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("vault-menu")
        self.say(name, state)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def say(self, name: str, state: str) -> None:
        """Change both lines."""
        self._name, self._state = name, state
        self.setAccessibleName(self.tr("{name}, menu").format(name=name))
        self.setAccessibleDescription(state)
        self.update()

    def sizeHint(self) -> QSize:
        """As high as the header."""
        lines = QFontMetrics(theme.font("strong")).height() + QFontMetrics(theme.font("caption")).height()
        return QSize(theme.px(160), max(header_height(), lines + theme.px(14)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Name, state, caret."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.tokens()
        room = self.rect().adjusted(theme.px(6), theme.px(5), -theme.px(6), -theme.px(6))
        if self.underMouse() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.hover)
            painter.drawRoundedRect(QRectF(room), theme.px(7), theme.px(7))
        if self.hasFocus():
            painter.setPen(QPen(colours.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(room).adjusted(1, 1, -1, -1), theme.px(6), theme.px(6))
        strong, small = QFontMetrics(theme.font("strong")), QFontMetrics(theme.font("caption"))
        left, width = theme.px(16), self.width() - theme.px(52)
        top = (self.height() - strong.height() - small.height()) // 2
        self._line(painter, "strong", QRect(left, top, width, strong.height()), self._name)
        self._line(painter, "caption", QRect(left, top + strong.height(), width, small.height()), self._state)
        side = theme.px(12)
        caret = QRect(self.width() - theme.px(28), (self.height() - side) // 2, side, side)
        theme.paint(painter, QRectF(self._at(caret)), "caret-down", colours.text2)
        painter.end()

    def _line(self, painter: QPainter, role: theme.FontRole, rect: QRect, text: str) -> None:
        painter.setFont(theme.font(role))
        painter.setPen(theme.tokens().text if role == "strong" else theme.tokens().text2)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(self._at(rect), int(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter), shown)

    def _at(self, rect: QRect) -> QRect:
        return QStyle.visualRect(self.layoutDirection(), self.rect(), rect)
