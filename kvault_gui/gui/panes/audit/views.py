"""The two lists of the pane: what the log is narrowed to, and its records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from kvault_gui.engine.api import Record
from kvault_gui.gui import theme
from kvault_gui.gui.models.audit_places import EVERYTHING, PLACE_ROLE, LogPlace, LogPlaces, Sort
from kvault_gui.gui.models.audit_rows import LINE_ROLE, LogRows

from .paint import LogDelegate, PlaceDelegate, line_height

if TYPE_CHECKING:
    from kvault_gui.engine.api import AuditSummary, Category

_SELECT = QItemSelectionModel.SelectionFlag.ClearAndSelect


def _shape(view: QListView) -> None:
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setUniformItemSizes(True)
    view.setMouseTracking(True)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setTabKeyNavigation(False)
    view.viewport().setAutoFillBackground(False)


def _past_heads(view: QListView, wanted: QModelIndex, before: QModelIndex) -> QModelIndex:
    """``wanted``, or what can be chosen beyond it; where there is nothing, what lies on its other side."""
    model, step = view.model(), 1 if wanted.row() >= before.row() else -1
    for way in (step, -step):
        index = wanted
        while index.isValid():
            if index.flags() & Qt.ItemFlag.ItemIsSelectable:
                return index
            index = model.index(index.row() + way, 0)
    return before


class PlaceList(QListView):
    """The sidebar's lines."""

    chosen = Signal(object)  # LogPlace

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("log-places")
        self.setAccessibleName(self.tr("What of the log is shown"))
        self.rows = LogPlaces(self)
        self._key: tuple[Sort, Category | None, str | None] = EVERYTHING
        self.setModel(self.rows)
        self.setItemDelegate(PlaceDelegate(self))
        _shape(self)
        self.selectionModel().currentChanged.connect(self._take)
        self._mark()

    def place(self) -> LogPlace | None:
        """The line that is chosen."""
        number = self.rows.number_of(self._key)
        return self.rows.place(number) if number is not None else None

    def show_summary(self, summary: AuditSummary) -> None:
        """Take new counts and people; what is chosen stays chosen."""
        self.rows.show_summary(summary)
        self._mark()

    def choose(self, key: tuple[Sort, Category | None, str | None]) -> None:
        """Go to a line."""
        self._key = key
        self._mark()
        place = self.place()
        if place is not None:
            self.chosen.emit(place)

    def _mark(self) -> None:
        number = self.rows.number_of(self._key)
        model = self.selectionModel()
        model.blockSignals(True)  # noqa: FBT003 Qt's signature
        if number is not None:
            model.setCurrentIndex(self.rows.index(number, 0), _SELECT)
        model.blockSignals(False)  # noqa: FBT003 Qt's signature
        self.viewport().update()

    def _take(self, index: QModelIndex, _old: QModelIndex) -> None:
        place: LogPlace | None = index.data(PLACE_ROLE)
        if place is not None and place.sort is not Sort.HEAD and place.key != self._key:
            self.choose(place.key)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Steps over heads."""
        return _past_heads(self, super().moveCursor(action, modifiers), self.currentIndex())

    def sizeHint(self) -> QSize:
        """As high as its lines."""
        return QSize(theme.px(204), self.sizeHintForRow(0) * self.rows.rowCount())


class LogList(QListView):
    """The records. Keeps what is selected, and where it is scrolled to, while others arrive."""

    chosen = Signal(object)  # Record | None: the one that is selected
    opened = Signal(object)  # Record: clicked, or Enter
    typed = Signal(str)  # a letter: search for it
    copy_wanted = Signal()

    def __init__(self, rows: LogRows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("log-list")
        self.setAccessibleName(self.tr("Records"))
        self._rows = rows
        self._kept: int | None = None
        self._scroll = 0
        self._anew = True
        self.delegate = LogDelegate(rows, self)
        self.setModel(rows)
        self.setItemDelegate(self.delegate)
        _shape(self)
        rows.modelAboutToBeReset.connect(self._remember)
        rows.changed.connect(self._restore)
        rows.grown.connect(self._stay)
        self.selectionModel().currentChanged.connect(self._tell)
        self.clicked.connect(self._open)

    def set_density(self, *, compact: bool) -> None:
        """Comfortable or compact lines."""
        self.delegate.compact = compact
        self.scheduleDelayedItemsLayout()

    def begin_anew(self) -> None:
        """The next rows are another list: neither selection nor scroll is kept."""
        self._anew = True

    def current(self) -> Record | None:
        """The record that is selected."""
        line = self.currentIndex().data(LINE_ROLE)
        return line if isinstance(line, Record) else None

    def select_number(self, number: int) -> bool:
        """Select record ``number`` if it was read, and show it."""
        at = self._rows.row_of(number)
        if at is not None:
            index = self._rows.index(at, 0)
            self.selectionModel().setCurrentIndex(index, _SELECT)
            self.scrollTo(index)
        return at is not None

    def select_first(self) -> None:
        """Select the newest record."""
        for at in range(min(self._rows.rowCount(), 3)):
            line = self._rows.line(at)
            if isinstance(line, Record):
                self.selectionModel().setCurrentIndex(self._rows.index(at, 0), _SELECT)
                self.scrollToTop()
                return
        self.chosen.emit(None)

    def _remember(self) -> None:
        record = self.current()
        self._kept = None if self._anew or record is None else record.number
        self._scroll = 0 if self._anew else self.verticalScrollBar().value()

    def _restore(self) -> None:
        self._anew = False
        at = self._rows.row_of(self._kept) if self._kept is not None else None
        if at is None:
            self.select_first()
            return
        self.selectionModel().setCurrentIndex(self._rows.index(at, 0), _SELECT)
        self.executeDelayedItemsLayout()
        self.verticalScrollBar().setValue(self._scroll)

    def _stay(self, lines: int) -> None:
        at = self.verticalScrollBar().value()
        if at > 0:
            self.executeDelayedItemsLayout()
            self.verticalScrollBar().setValue(at + lines * line_height(compact=self.delegate.compact))

    def _tell(self, index: QModelIndex, _old: QModelIndex) -> None:
        line = index.data(LINE_ROLE)
        self.chosen.emit(line if isinstance(line, Record) else None)

    def _open(self, index: QModelIndex) -> None:
        line = index.data(LINE_ROLE)
        if isinstance(line, Record):
            self.opened.emit(line)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Steps over heads."""
        return _past_heads(self, super().moveCursor(action, modifiers), self.currentIndex())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens; letters search; Ctrl+C copies the record."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._open(self.currentIndex())
            return
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
            return
        text = event.text()
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        if plain and text.isprintable() and text.strip():
            self.typed.emit(text)
            return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.scheduleDelayedItemsLayout()
