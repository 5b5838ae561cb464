"""How a line of the list and a line of the sidebar are painted: one delegate each, all sizes from the font."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from kvault_gui.gui import theme
from kvault_gui.gui.models import kinds
from kvault_gui.gui.models.lines import one_line
from kvault_gui.gui.models.secrets import ROW_ROLE
from kvault_gui.gui.models.sidebar import HEADS, SIDEBAR_ROLE, SidebarRow, Stop
from kvault_gui.gui.widgets.row_paint import (
    START,
    PlaceLook,
    RowLook,
    bar,
    ground,
    place_head,
    place_height,
    place_line,
)

if TYPE_CHECKING:
    from kvault_gui.engine.api import Row

SOON = 30 * 86_400  # seconds: an entry that expires within them is marked
# Unicode bidirectional isolates: user names and addresses run from left to right, titles as their first letter does.
LTR, FIRST_STRONG, POP = "\u2066", "\u2068", "\u2069"

Index = QModelIndex | QPersistentModelIndex


def row_height(*, compact: bool = False) -> int:
    """Height of a line of the list: two lines of text in the font, and room round them."""
    if compact:
        return max(theme.px(36), QFontMetrics(theme.font("medium")).height() + theme.px(12))
    lines = QFontMetrics(theme.font("medium")).height() + QFontMetrics(theme.font("small")).height()
    return max(theme.px(51), lines + theme.px(16))


class RowDelegate(QStyledItemDelegate):
    """A line of the list: tile, title, second line, marks."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.compact = False

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """All lines are equally high."""
        return QSize(theme.px(240), row_height(compact=self.compact))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the row; one that has not arrived is an empty tile."""
        row: Row | None = index.data(ROW_ROLE)
        look = RowLook(option)
        gap = theme.px(8)
        outer = option.rect.adjusted(gap, 0, -gap, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground(painter, outer, look, theme.px(8))
        if look.selected and look.active:
            bar(painter, outer, look)
        side = theme.px(24 if self.compact else 32)
        tile = QRect(outer.left() + gap, outer.center().y() - side // 2 + 1, side, side)
        self._tile(painter, look.mirror(tile, outer), look, row)
        if row is not None:
            left, right = tile.right() + theme.px(11), outer.right() - gap
            right = self._marks(painter, look, row, QRect(left, outer.top(), right - left, outer.height()), outer)
            self._text(painter, look, row, QRect(left, outer.top(), right - left, outer.height()), outer)
        painter.restore()

    def _tile(self, painter: QPainter, rect: QRect, look: RowLook, row: Row | None) -> None:
        colours = theme.tokens()
        painter.setPen(QPen(colours.line, 1))
        painter.setBrush(colours.raised if look.selected or look.hovered else colours.sunken)
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), theme.px(7), theme.px(7))
        if row is not None:
            inner = theme.px(14 if self.compact else 18)
            place = QRectF(0, 0, inner, inner)
            place.moveCenter(QRectF(rect).center())
            theme.paint(painter, place, kinds.icon(row.kind), colours.atext if look.selected else colours.text2)

    def _marks(self, painter: QPainter, look: RowLook, row: Row, room: QRect, outer: QRect) -> int:
        colours, side = theme.tokens(), theme.px(16)
        marks: list[tuple[str, QColor]] = []
        if row.expires is not None and row.expires - time.time() < SOON:
            late = row.expires < time.time()
            marks.append(("warning-filled" if late else "clock-filled", colours.bad if late else colours.wait))
        if row.files:
            marks.append(("paperclip", colours.text2))
        if row.favourite:
            marks.append(("star-filled", colours.text2))
        right = room.right()
        for name, colour in marks:
            place = QRect(right - side, room.center().y() - side // 2, side, side)
            theme.paint(painter, QRectF(look.mirror(place, outer)), name, colour)
            right -= side + theme.px(10)
        return right

    def _text(self, painter: QPainter, look: RowLook, row: Row, room: QRect, outer: QRect) -> None:
        colours = theme.tokens()
        title, small = theme.font("medium"), theme.font("small")
        first, second = QFontMetrics(title), QFontMetrics(small)
        detail = "" if self.compact else row.detail
        height = first.height() + (second.height() + theme.px(1) if detail else 0)
        top = room.top() + (room.height() - height) // 2
        painter.setFont(title)
        painter.setPen(colours.text)
        line = look.mirror(QRect(room.left(), top, room.width(), first.height()), outer)
        painter.drawText(line, int(START), _fitted(row.title, first, room.width()))
        if detail:
            painter.setFont(small)
            painter.setPen(colours.atext if look.selected and look.active else colours.text2)
            line = look.mirror(
                QRect(room.left(), top + first.height() + theme.px(1), room.width(), second.height()), outer
            )
            painter.drawText(line, int(START), _fitted(detail, second, room.width(), isolate=LTR))


def _fitted(text: str, metrics: QFontMetrics, width: int, *, isolate: str = FIRST_STRONG) -> str:
    """Text from a vault cut to ``width``, with a direction of its own so that neither dots nor digits change places."""
    shown = metrics.elidedText(one_line(text), Qt.TextElideMode.ElideRight, max(width, 0))
    return f"{isolate}{shown}{POP}"


_ICONS = {
    Stop.ALL: "inbox",
    Stop.FAVOURITES: "star",
    Stop.EXPIRING: "clock",
    Stop.NAMESPACE: "folder",
    Stop.TAG: "hash",
    Stop.TRASH: "trash",
}
_FILLED = {"inbox", "star", "clock", "folder"}


class SidebarDelegate(QStyledItemDelegate):
    """A line of the sidebar: caret, icon, name, count. Heads have a small word and, where one can add, a plus."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """All lines are equally high."""
        return QSize(theme.px(120), place_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one line."""
        row: SidebarRow | None = index.data(SIDEBAR_ROLE)
        if row is None:
            return
        gap = theme.px(8)
        outer = option.rect.adjusted(gap, 0, -gap, -1)
        look = RowLook(option)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.stop in HEADS:
            self._head(painter, outer, look, row)
        else:
            if getattr(option.widget, "target", None) == row:
                look.focused = look.hovered = True
            ground(painter, outer, look, theme.px(6))
            self._line(painter, outer, look, row)
        painter.restore()

    def _head(self, painter: QPainter, outer: QRect, look: RowLook, row: SidebarRow) -> None:
        place_head(painter, outer, look, row.text)
        if row.stop is Stop.NAMESPACES:
            plus = look.mirror(plus_rect(outer), outer)
            colour = theme.tokens().accent if look.hovered else theme.tokens().text2
            theme.paint(painter, QRectF(plus), "plus", colour)

    def _line(self, painter: QPainter, outer: QRect, look: RowLook, row: SidebarRow) -> None:
        caret = caret_rect(outer, row)
        if row.branch:
            name = "caret-down" if row.open else ("caret-left" if look.mirrored else "caret-right")
            theme.paint(painter, QRectF(look.mirror(caret, outer)), name, theme.tokens().text2)
        left = caret.right() + theme.px(8) if row.stop is Stop.NAMESPACE else outer.left() + theme.px(8)
        place_line(painter, outer, look, PlaceLook(_icon(row, look), one_line(row.text), row.count, left))


def _icon(row: SidebarRow, look: RowLook) -> str:
    name = _ICONS[row.stop]
    if look.selected and name in _FILLED:
        return f"{name}-filled"
    return "folder-open" if row.open else name


def caret_rect(outer: QRect, row: SidebarRow) -> QRect:
    """Where the caret of a namespace is, before mirroring."""
    side = theme.px(12)
    return QRect(outer.left() + theme.px(8) + row.level * theme.px(16), outer.center().y() - side // 2 + 1, side, side)


def plus_rect(outer: QRect) -> QRect:
    """Where the plus of a head is, before mirroring."""
    side = theme.px(14)
    return QRect(outer.right() - theme.px(8) - side, outer.center().y() - side // 2 + theme.px(2), side, side)
