"""What lines of lists have in common when they are painted: ground, selection, focus, and the side they begin on."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
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


def place_height() -> int:
    """Height of every line of a sidebar."""
    return max(theme.px(31), QFontMetrics(theme.font("body")).height() + theme.px(12))


def place_head(painter: QPainter, outer: QRect, look: RowLook, text: str) -> None:
    """The small word over a group of places in a sidebar."""
    painter.setFont(theme.font("section"))
    painter.setPen(theme.tokens().text2)
    room = outer.adjusted(theme.px(8), theme.px(4), -theme.px(8), 0)
    painter.drawText(look.mirror(room, outer), int(START), text)


class PlaceLook(NamedTuple):
    """A place in a sidebar as it is painted; ``left``: where its icon begins, before mirroring."""

    icon: str
    text: str  # one line
    number: int
    left: int


def place_line(painter: QPainter, outer: QRect, look: RowLook, place: PlaceLook) -> None:
    """A place in a sidebar: icon, word, count."""
    colours, side, gap = theme.tokens(), theme.px(16), theme.px(8)
    here = look.selected and look.active
    quiet = colours.atext if here else colours.text2
    spot = QRect(place.left, outer.center().y() - side // 2 + 1, side, side)
    theme.paint(painter, QRectF(look.mirror(spot, outer)), place.icon, quiet)
    end = outer.right() - gap
    if place.number:
        count = f"{place.number:,}"
        painter.setFont(theme.font("small"))
        painter.setPen(quiet)
        width = painter.fontMetrics().horizontalAdvance(count)
        room = QRect(end - width, outer.top(), width + 1, outer.height())
        painter.drawText(look.mirror(room, outer), int(END), count)
        end -= width + gap
    painter.setFont(theme.font("medium" if look.selected else "body"))
    painter.setPen(colours.atext if here else colours.text)
    start = spot.right() + theme.px(9)
    text = painter.fontMetrics().elidedText(place.text, Qt.TextElideMode.ElideRight, max(end - start, 0))
    painter.drawText(look.mirror(QRect(start, outer.top(), end - start, outer.height()), outer), int(START), text)
