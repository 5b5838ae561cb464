"""The sidebar: fixed places, namespaces, tags, and the trash at its foot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyle, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.models.sidebar import SIDEBAR_ROLE, SidebarRow, SidebarRows, Stop

from .paint import SidebarDelegate, caret_rect, plus_rect

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent

    from kvault_gui.engine.api import Overview


class PlaceList(QListView):
    """The lines of the sidebar. Left and right fold the tree; the plus of a head is also on the Insert key."""

    plus = Signal()

    def __init__(self, rows: SidebarRows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = rows
        self.target: SidebarRow | None = None  # the line on which what is dragged would fall
        self.setModel(rows)
        self.setItemDelegate(SidebarDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.viewport().setAutoFillBackground(False)

    def line_at(self, index: QModelIndex) -> SidebarRow | None:
        """The line behind an index."""
        row: SidebarRow | None = index.data(SIDEBAR_ROLE) if index.isValid() else None
        return row

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The caret folds without choosing; the plus adds."""
        index = self.indexAt(event.position().toPoint())
        row = self.line_at(index)
        if row is not None and event.button() is Qt.MouseButton.LeftButton:
            outer = self.visualRect(index).adjusted(theme.px(8), 0, -theme.px(8), -1)
            if row.stop is Stop.NAMESPACES and self._hits(plus_rect(outer), event.position().toPoint()):
                self.plus.emit()
                return
            if row.branch and self._hits(caret_rect(outer, row), event.position().toPoint()):
                self.rows.fold(index.row(), opened=not row.open)
                return
        super().mousePressEvent(event)

    def _hits(self, rect: QRect, point: QPoint) -> bool:
        outer = self.visualRect(self.indexAt(point)).adjusted(theme.px(8), 0, -theme.px(8), -1)
        slack = theme.px(6)
        shown = QStyle.visualRect(self.layoutDirection(), outer, rect)
        return shown.adjusted(-slack, -slack, slack, slack).contains(point)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The focus that passes by makes the first line the current one, and must not choose it."""
        model = self.selectionModel()
        model.blockSignals(True)  # noqa: FBT003 Qt's signature
        super().focusInEvent(event)
        model.blockSignals(False)  # noqa: FBT003 Qt's signature
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right fold; Insert adds a namespace; Enter and Space choose."""
        row = self.line_at(self.currentIndex())
        if event.key() == Qt.Key.Key_Insert:
            self.plus.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit(self.currentIndex())
        elif row is not None and row.branch and event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            self.rows.fold(self.currentIndex().row(), opened=(event.key() == Qt.Key.Key_Right) != mirrored)
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """As high as its lines."""
        return QSize(theme.px(204), self.sizeHintForRow(0) * max(self.rows.rowCount(), 1))


class _TrashRow(SidebarRows):
    """One line: the trash."""

    def show_overview(self, overview: Overview) -> None:
        """Take the count."""
        self.about_to_change.emit()
        self.beginResetModel()
        self._rows = [SidebarRow(Stop.TRASH, self.tr("Trash"), overview.trashed)]
        self.endResetModel()
        self.changed.emit()


class Sidebar(QWidget):
    """Chooses what the list shows."""

    chosen = Signal(object)  # SidebarRow
    plus = Signal()
    menu = Signal(object, QPoint)  # SidebarRow, global position

    def __init__(self, header: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.rows = SidebarRows(self)
        self._trash_rows = _TrashRow(self)
        self.places = PlaceList(self.rows, self)
        self.places.setObjectName("places")
        self.places.setAccessibleName(self.tr("Places"))
        self.trash = PlaceList(self._trash_rows, self)
        self.trash.setObjectName("trash-place")
        self.trash.setAccessibleName(self.tr("Trash"))
        self.trash.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._place: tuple[Stop, int | str | None] = (Stop.ALL, None)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, theme.px(8))
        layout.setSpacing(theme.px(8))
        layout.addWidget(header)
        layout.addWidget(self.places, 1)
        layout.addWidget(self.trash)
        self._connect()
        self.refit()

    def _connect(self) -> None:
        for view in (self.places, self.trash):
            view.plus.connect(self.plus)
            view.selectionModel().currentChanged.connect(lambda index, _old, view=view: self._take(view, index))
            view.clicked.connect(lambda index, view=view: self._take(view, index))
            view.customContextMenuRequested.connect(lambda point, view=view: self._ask_menu(view, point))
            view.rows.changed.connect(lambda view=view: self._mark(view))

    def show_overview(self, overview: Overview) -> None:
        """Take new counts, namespaces and tags; the place stays chosen."""
        self.rows.show_overview(overview)
        self._trash_rows.show_overview(overview)
        if self.place_row() is None:
            self.choose((Stop.ALL, None))

    def place_row(self) -> SidebarRow | None:
        """The line that is chosen, or None if it is gone or folded away."""
        for view in (self.places, self.trash):
            number = view.rows.number_of(self._place)
            if number is not None:
                return view.rows.line(number)
        return None

    def choose(self, place: tuple[Stop, int | str | None]) -> None:
        """Go to a place."""
        self._place = place
        for view in (self.places, self.trash):
            self._mark(view)
        row = self.place_row()
        if row is not None:
            self.chosen.emit(row)

    def line_under(self, point: QPoint) -> SidebarRow | None:
        """The line at a place of the screen."""
        for view in (self.places, self.trash):
            inside = view.viewport().mapFromGlobal(point)
            if view.isVisible() and view.viewport().rect().contains(inside):
                return view.line_at(view.indexAt(inside))
        return None

    def show_target(self, row: SidebarRow | None) -> None:
        """Frame the line on which what is dragged would fall."""
        for view in (self.places, self.trash):
            view.target = row
            view.viewport().update()

    def _mark(self, view: PlaceList) -> None:
        number = view.rows.number_of(self._place)
        model = view.selectionModel()
        model.blockSignals(True)  # noqa: FBT003 Qt's signature
        if number is None:
            model.clear()
        else:
            model.setCurrentIndex(view.rows.index(number, 0), QItemSelectionModel.SelectionFlag.ClearAndSelect)
        model.blockSignals(False)  # noqa: FBT003 Qt's signature
        view.viewport().update()

    def _take(self, view: PlaceList, index: QModelIndex) -> None:
        row = view.line_at(index)
        if row is not None and row.place != self._place:
            self.choose(row.place)

    def _ask_menu(self, view: PlaceList, point: QPoint) -> None:
        row = view.line_at(view.indexAt(point))
        if row is not None:
            self.menu.emit(row, view.viewport().mapToGlobal(point))

    def refit(self) -> None:
        """Take new sizes after the font changed."""
        self.trash.setFixedHeight(self.trash.sizeHintForRow(0) if self.trash.rows.rowCount() else theme.px(31))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "trash"):
            self.refit()
