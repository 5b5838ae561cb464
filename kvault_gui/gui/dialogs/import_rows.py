"""The entries that an import would bring, as a list: kind, title, user name, namespace, and what is here already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from kvault_gui.engine.api import PreviewRow
from kvault_gui.gui import theme
from kvault_gui.gui.models import kinds
from kvault_gui.gui.models.lines import one_line
from kvault_gui.gui.theme.draw import box
from kvault_gui.gui.widgets.row_paint import START, RowLook, ground

if TYPE_CHECKING:
    from collections.abc import Sequence

ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1
Index = QModelIndex | QPersistentModelIndex


def _here() -> str:
    return QCoreApplication.translate("Import", "Already here")


class PreviewRows(QAbstractListModel):
    """The first rows of a preview."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[PreviewRow] = []

    def show_rows(self, rows: Sequence[PreviewRow]) -> None:
        """Show these."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Rows of the preview."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """``ROW_ROLE``: the row; text roles: what a screen reader says."""
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role in (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole)):
            parts = (row.title, row.detail, row.namespace, kinds.word(row.kind), _here() if row.duplicate else "")
            return ", ".join(part for part in parts if part)
        return None


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(theme.px(240), max(theme.px(32), QFontMetrics(theme.font("body")).height() + theme.px(10)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, PreviewRow):
            return
        colours, look = theme.tokens(), RowLook(option)
        outer = option.rect.adjusted(theme.px(4), 0, -theme.px(4), -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground(painter, outer, look, theme.px(6))
        side = theme.px(16)
        place = QRect(outer.left() + theme.px(8), outer.center().y() - side // 2 + 1, side, side)
        theme.paint(painter, QRectF(look.mirror(place, outer)), kinds.icon(row.kind), colours.text2)
        left, right = place.right() + theme.px(10), outer.right() - theme.px(10)
        if row.duplicate:
            right = _mark(painter, look, outer, right) - theme.px(10)
        room = right - left
        parts = ((row.title, "medium", "text", 40), (row.detail, "small", "text2", 34))
        for text, role, tone, percent in parts:
            width = room * percent // 100 - theme.px(8)
            _say(painter, look, outer, QRect(left, outer.top(), max(width, 0), outer.height()), text, role, tone)
            left += width + theme.px(8)
        _say(
            painter, look, outer, QRect(left, outer.top(), max(right - left, 0), outer.height()), row.namespace, "small"
        )
        painter.restore()


def _say(
    painter: QPainter, look: RowLook, outer: QRect, room: QRect, text: str, role: str, tone: str = "text2"
) -> None:
    painter.setFont(theme.font(role))  # type: ignore[arg-type]  # one of the roles above
    painter.setPen(theme.tokens().colour(tone))
    shown = painter.fontMetrics().elidedText(one_line(text), Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(look.mirror(room, outer), int(START), shown)


def _mark(painter: QPainter, look: RowLook, outer: QRect, right: int) -> int:
    """The chip of what the vault has already; returns where it begins."""
    colours, font = theme.tokens(), theme.font("label")
    metrics = QFontMetrics(font)
    width, height = metrics.horizontalAdvance(_here()) + theme.px(16), metrics.height() + theme.px(4)
    place = QRect(right - width, outer.center().y() - height // 2 + 1, width, height)
    at = look.mirror(place, outer)
    box(painter, at, height / 2, colours.waitsoft, colours.wait if colours.is_contrast else None)
    painter.setFont(font)
    painter.setPen(colours.wait)
    painter.drawText(at, int(Qt.AlignmentFlag.AlignCenter), _here())
    return place.left()


class PreviewList(QListView):
    """The rows in a frame."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import-rows")
        self.rows = PreviewRows(self)
        self.setModel(self.rows)
        self.setItemDelegate(_Delegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(self.tr("Entries of the file"))
        self.setMinimumHeight(theme.px(160))
        self.setViewportMargins(1, theme.px(4), 1, theme.px(4))
