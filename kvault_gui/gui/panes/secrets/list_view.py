"""The list of entries: a table with one column and fixed sections, which stays fast at a million rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.models.secrets import ROW_ROLE

from .paint import RowDelegate, row_height

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from kvault_gui.engine.api import Row
    from kvault_gui.gui.models.secrets import SecretRows

MOST_KEPT = 500  # selected entries that are found again after a change


class EntryList(QTableView):
    """Shows SecretRows. Keeps selection and scroll when the rows change."""

    chosen = Signal(object)  # Row | None: the one entry to show
    activated_row = Signal(object)  # Row: Enter or double click
    typed = Signal(str)  # a letter typed into the list: search for it

    def __init__(
        self,
        rows: SecretRows,
        start: Callable[[Coroutine[Any, Any, None]], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("entry-list")
        self.setAccessibleName(self.tr("Entries"))
        self._rows = rows
        self._start = start
        self._kept: list[Row] = []
        self._kept_current: Row | None = None
        self._scroll = 0
        self._fallback = -1
        self._restoring = self._anew = False
        self.delegate = RowDelegate(self)
        self._shape()
        self.setModel(rows)
        rows.about_to_change.connect(self._remember)
        rows.changed.connect(self._restore)
        self.selectionModel().selectionChanged.connect(self._tell)
        self.doubleClicked.connect(self._activate)

    def _shape(self) -> None:
        self.setItemDelegate(self.delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setHighlightSections(False)
            header.setMinimumSectionSize(1)
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.hide()
        self.set_density(compact=False)
        self.viewport().setAutoFillBackground(False)  # the column's own ground shows through

    def set_density(self, *, compact: bool) -> None:
        """Comfortable (two lines) or compact (one)."""
        self.delegate.compact = compact
        self.verticalHeader().setDefaultSectionSize(row_height(compact=compact))
        self.viewport().update()

    # Selection --------------------------------------------------------------------------------------------------------

    def current(self) -> Row | None:
        """The entry under the cursor of the list, if it has arrived."""
        index = self.currentIndex()
        row = index.data(ROW_ROLE) if index.isValid() else None
        return row if row is not None else None

    def selected_count(self) -> int:
        """How many entries are selected, loaded or not."""
        return sum(last - first + 1 for first, last in self._spans())

    def _spans(self) -> list[tuple[int, int]]:
        chosen = self.selectionModel().selection()
        parts = [chosen.at(number) for number in range(chosen.count())]
        return sorted((part.top(), part.bottom()) for part in parts)

    async def selected_rows(self) -> list[Row]:
        """The selected entries, read where they are not here."""
        found: list[Row] = []
        for first, last in self._spans():
            found.extend(await self._rows.rows_between(first, last))
        return found

    def begin_anew(self) -> None:
        """The next rows are another list: neither selection nor scroll is kept."""
        self._anew = True

    def select_number(self, number: int) -> None:
        """Make row ``number`` the one that is selected and shown."""
        if 0 <= number < self._rows.rowCount():
            index = self._rows.index(number, 0)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(index)

    def _tell(self) -> None:
        if not self._restoring:
            self.chosen.emit(self.current() if self.selected_count() == 1 else None)

    def _remember(self) -> None:
        self._restoring = True
        if self._anew:
            self._anew, self._kept, self._kept_current, self._scroll = False, [], None, 0
            return
        self._scroll = self.verticalScrollBar().value()
        spans = self._spans()
        self._fallback = spans[0][0] if spans else -1
        numbers = [at for first, last in spans if last - first < MOST_KEPT for at in range(first, last + 1)]
        kept = (self._rows.index(at, 0).data(ROW_ROLE) for at in numbers[:MOST_KEPT])
        self._kept = [row for row in kept if row is not None]
        self._kept_current = self.current()

    def _restore(self) -> None:
        self.setColumnWidth(0, self.viewport().width())
        self.verticalScrollBar().setValue(self._scroll)
        kept, current, fallback = self._kept, self._kept_current, self._fallback
        self._kept, self._kept_current = [], None
        if kept:
            self._start(self._find_again(kept, current, fallback))
        else:
            self._restoring = False

    async def _find_again(self, kept: list[Row], current: Row | None, fallback: int) -> None:
        try:
            chosen = QItemSelection()
            cursor = QModelIndex()
            for row in kept:
                number = await self._rows.number_of(row)
                if number is not None:
                    index = self._rows.index(number, 0)
                    chosen.select(index, index)
                    cursor = index if current is None or row.id == current.id or not cursor.isValid() else cursor
            if chosen.isEmpty() and fallback >= 0 and self._rows.rowCount():
                cursor = self._rows.index(min(fallback, self._rows.rowCount() - 1), 0)
                chosen.select(cursor, cursor)
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(cursor, flags.NoUpdate)
            self.selectionModel().select(chosen, flags.ClearAndSelect)
        finally:
            self._restoring = False
        self._tell()

    # Events -----------------------------------------------------------------------------------------------------------

    def _activate(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        if row is not None:
            self.activated_row.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens; letters search; what acts on entries is left to the pane's actions."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._activate(self.currentIndex())
            return
        if event.matches(QKeySequence.StandardKey.Copy):
            event.ignore()
            return
        text = event.text()
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        if plain and text.isprintable() and text.strip():
            self.typed.emit(text)
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The column is as wide as the list."""
        super().resizeEvent(event)
        self.setColumnWidth(0, self.viewport().width())

    def refit(self) -> None:
        """Take new sizes after the font changed."""
        self.set_density(compact=self.delegate.compact)
        self.setMinimumHeight(theme.px(100))
