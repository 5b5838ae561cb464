"""What lines of lists have in common when they are painted: ground, selection, focus, and the side they begin on."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from kvault_gui.gui import theme

START = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
END = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter


class RowLook:
    """The state of one line while it is painted."""

    def __init__(self, option: QStyleOptionViewItem) -> None:
        state = option.state
        self.selected = bool(state & QStyle.StateFlag.State_Selected)
        self.hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        # Not State_Active: views clear it when another widget has the focus, such as the search field.
        self.active = option.widget.isActiveWindow()
        self.focused = bool(state & QStyle.StateFlag.State_HasFocus) and self.active
        self.mirrored = option.direction == Qt.LayoutDirection.RightToLeft

    def fill(self) -> QColor | None:
        """The ground of the line."""
        colours = theme.tokens()
        if self.selected:
            return colours.asoft if self.active else colours.inact
        return colours.hover if self.hovered else None

    def mirror(self, inner: QRect, outer: QRect) -> QRect:
        """``inner`` on the other side of ``outer`` where the language runs from right to left."""
        return QStyle.visualRect(
            Qt.LayoutDirection.RightToLeft if self.mirrored else Qt.LayoutDirection.LeftToRight, outer, inner
        )


def ground(painter: QPainter, rect: QRect, look: RowLook, radius: float) -> None:
    """Selection, hover and focus of a line."""
    fill = look.fill()
    colours = theme.tokens()
    if fill is not None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(rect), radius, radius)
    if look.focused or (look.selected and colours.is_contrast):
        painter.setPen(QPen(colours.accent, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), radius - 1, radius - 1)


def bar(painter: QPainter, outer: QRect, look: RowLook) -> None:
    """The accent bar at the leading edge of the selected line."""
    inset = theme.px(8)
    at = look.mirror(QRect(outer.left(), outer.top() + inset, 3, outer.height() - 2 * inset), outer)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.tokens().accent)
    painter.drawRoundedRect(QRectF(at), 1.5, 1.5)
