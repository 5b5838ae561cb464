"""How a line of the log and a line of its sidebar are painted; all sizes come from the font."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from kvault_gui.engine.api import Record
from kvault_gui.gui import theme
from kvault_gui.gui.models import audit_days as days
from kvault_gui.gui.models import audit_words as words
from kvault_gui.gui.models.audit_places import PLACE_ROLE, LogPlace, Sort
from kvault_gui.gui.models.audit_rows import LINE_ROLE, Head, Line, break_words
from kvault_gui.gui.models.lines import one_line
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
    from kvault_gui.gui.models.audit_rows import LogRows

Index = QModelIndex | QPersistentModelIndex
# px at a 13 px font: under these widths of a line a column goes
WITH_WHERE, WITH_WHO = 520, 380


def line_height(*, compact: bool = False) -> int:
    """Height of every line of the log."""
    return max(theme.px(28 if compact else 34), QFontMetrics(theme.font("body")).height() + theme.px(10))


class LogDelegate(QStyledItemDelegate):
    """A record, the head of a day, or the line between what is proven and what is not."""

    def __init__(self, rows: LogRows, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self.compact = False

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """All lines are equally high."""
        return QSize(theme.px(240), line_height(compact=self.compact))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one line."""
        line: Line | None = index.data(LINE_ROLE)
        if line is None:
            return
        gap = theme.px(8)
        outer = option.rect.adjusted(gap, 0, -gap, -1)
        look = RowLook(option)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(line, Record):
            self._record(painter, outer, look, line)
        elif isinstance(line, Head):
            self._head(painter, outer, look, line)
        else:
            _break(painter, outer, look)
        painter.restore()

    def _head(self, painter: QPainter, outer: QRect, look: RowLook, head: Head) -> None:
        first, rest = self._rows.head_words(head)
        colours, strong = theme.tokens(), theme.font("strong")
        room = outer.adjusted(theme.px(12), theme.px(4), -theme.px(12), 0)
        painter.setFont(strong)
        painter.setPen(colours.text)
        painter.drawText(look.mirror(room, outer), int(START), first)
        left = room.left() + QFontMetrics(strong).horizontalAdvance(first) + theme.px(10)
        painter.setFont(theme.font("small"))
        painter.setPen(colours.text2)
        place = QRect(left, room.top(), max(room.right() - left, 0), room.height())
        painter.drawText(look.mirror(place, outer), int(START), rest)

    def _record(self, painter: QPainter, outer: QRect, look: RowLook, record: Record) -> None:
        colours = theme.tokens()
        ground(painter, outer, look, theme.px(8))
        if look.selected and look.active:
            bar(painter, outer, look)
        quiet = colours.atext if look.selected and look.active else colours.text2
        body = QFontMetrics(theme.font("body"))
        left, right = outer.left() + theme.px(12), outer.right() - theme.px(12)
        width = body.horizontalAdvance("00:00:00")
        painter.setFont(theme.font("body"))
        painter.setPen(quiet)
        time = QRect(left, outer.top(), width + 2, outer.height())
        painter.drawText(look.mirror(time, outer), int(START), days.clock(record.time))
        left += width + theme.px(16)
        sign = words.sign(record)
        tone = colours.colour(sign.tone) if sign.tone != "text2" else quiet
        left = self._icon(painter, outer, look, sign.icon, tone, left) + theme.px(9)
        right = self._end(painter, outer, look, record, right)
        room = QRect(left, outer.top(), max(right - left, 0), outer.height())
        _sentence(painter, room, outer, look, words.sentence(record))

    @staticmethod
    def _icon(painter: QPainter, outer: QRect, look: RowLook, name: str, tone: object, left: int) -> int:
        side = theme.px(16)
        place = QRect(left, outer.center().y() - side // 2 + 1, side, side)
        theme.paint(painter, QRectF(look.mirror(place, outer)), name, tone)  # type: ignore[arg-type]  # a colour
        return left + side

    def _end(self, painter: QPainter, outer: QRect, look: RowLook, record: Record, right: int) -> int:
        """Who and where, as far as there is room; returns where the sentence has to end."""
        colours = theme.tokens()
        quiet = colours.atext if look.selected and look.active else colours.text2
        painter.setFont(theme.font("small"))
        metrics = painter.fontMetrics()

        def say(text: str, left: int, width: int) -> None:
            painter.setPen(quiet)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(look.mirror(QRect(left, outer.top(), width, outer.height()), outer), int(START), shown)

        if outer.width() >= theme.px(WITH_WHERE):
            width = min(max(outer.width() * 16 // 100, theme.px(96)), theme.px(170))
            say(words.where(record.where), right - width, width)
            right -= width + theme.px(8)
        if outer.width() >= theme.px(WITH_WHO):
            width = min(max(outer.width() * 18 // 100, theme.px(92)), theme.px(150))
            left = self._icon(painter, outer, look, words.who_icon(record.who), quiet, right - width)
            say(words.who(record.who), left + theme.px(6), right - left - theme.px(6))
            right -= width + theme.px(12)
        return right


def _sentence(painter: QPainter, room: QRect, outer: QRect, look: RowLook, parts: list[words.Part]) -> None:
    """Part by part, each in its weight; cut where the room ends."""
    painter.setPen(theme.tokens().text)
    left = room.left()
    for part in parts:
        font = theme.font("strong" if part.strong else "body")
        metrics = QFontMetrics(font)
        width = metrics.horizontalAdvance(part.text)
        rest = room.right() - left
        shown = part.text if width <= rest else metrics.elidedText(part.text, Qt.TextElideMode.ElideRight, rest)
        painter.setFont(font)
        place = QRect(left, room.top(), min(width, rest) + 1, room.height())
        painter.drawText(look.mirror(place, outer), int(START), shown)
        left += width
        if shown != part.text or left >= room.right():
            break


def _break(painter: QPainter, outer: QRect, look: RowLook) -> None:
    """A red line with its sentence in the middle."""
    bad, font = theme.tokens().bad, theme.font("label")
    text, side, gap = break_words(), theme.px(16), theme.px(8)
    room = outer.adjusted(theme.px(12), 0, -theme.px(12), 0)
    width = min(QFontMetrics(font).horizontalAdvance(text), max(room.width() - side - 4 * gap, 0))
    whole = width + side + 2 * gap
    left, y = room.left() + (room.width() - whole) // 2, outer.center().y() + 0.5
    painter.setPen(QPen(bad, 1))
    painter.drawLine(QPointF(room.left(), y), QPointF(left - gap, y))
    painter.drawLine(QPointF(left + whole + gap, y), QPointF(room.right(), y))
    icon = QRect(left, outer.center().y() - side // 2 + 1, side, side)
    theme.paint(painter, QRectF(look.mirror(icon, outer)), "link-break", bad)
    painter.setFont(font)
    painter.setPen(bad)
    place = QRect(left + side + gap, outer.top(), width + gap, outer.height())
    painter.drawText(
        look.mirror(place, outer),
        int(START),
        QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, width + gap),
    )


_FILLED = {"list-checks", "cross-circle"}


class PlaceDelegate(QStyledItemDelegate):
    """A line of the sidebar: icon, word, count."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """All lines are equally high."""
        return QSize(theme.px(120), place_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one line."""
        row: LogPlace | None = index.data(PLACE_ROLE)
        if row is None:
            return
        gap = theme.px(8)
        outer = option.rect.adjusted(gap, 0, -gap, -1)
        look = RowLook(option)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.sort is Sort.HEAD:
            place_head(painter, outer, look, row.text)
        else:
            ground(painter, outer, look, theme.px(6))
            name = f"{row.icon}-filled" if look.selected and row.icon in _FILLED else row.icon
            left = outer.left() + theme.px(8)
            place_line(painter, outer, look, PlaceLook(name, one_line(row.text), row.count, left))
        painter.restore()
