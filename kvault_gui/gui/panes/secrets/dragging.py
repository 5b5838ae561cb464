"""Entries dragged from the list onto a namespace or the trash.

Done by hand: Qt's own drags turn a loop of their own, in which nothing of asyncio runs and a lock would wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from kvault_gui.gui.models.sidebar import Stop

if TYPE_CHECKING:
    from kvault_gui.gui.models.sidebar import SidebarRow

    from .list_view import EntryList
    from .sidebar_view import Sidebar


class Dragging(QObject):
    """Watches the list. A press that goes no further stays a click, and keeps several that are selected together."""

    onto_namespace = Signal(str)  # its path
    onto_trash = Signal()

    def __init__(self, entries: EntryList, sidebar: Sidebar) -> None:
        super().__init__(entries)
        self._list, self._sidebar = entries, sidebar
        self._from: QPoint | None = None
        self._held = False  # the press on one of several selected entries was held back
        self._dragging = False
        self._viewport = entries.viewport()
        self._viewport.installEventFilter(self)
        entries.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the mouse while it drags, and Escape, which ends that."""
        if isinstance(event, QKeyEvent):
            return self._dragging and event.type() is QEvent.Type.KeyPress and self._stopped_by(event)
        if isinstance(event, QMouseEvent) and watched is self._viewport:
            match event.type():
                case QEvent.Type.MouseButtonPress:
                    return self._press(event)
                case QEvent.Type.MouseMove:
                    return self._move(event)
                case QEvent.Type.MouseButtonRelease:
                    return self._release(event)
        return False

    def _press(self, event: QMouseEvent) -> bool:
        self._end()
        index = self._list.indexAt(event.position().toPoint())
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.button() is not Qt.MouseButton.LeftButton or not plain or not index.isValid():
            return False
        self._from = event.position().toPoint()
        self._held = self._list.selected_count() > 1 and self._list.selectionModel().isSelected(index)
        return self._held

    def _move(self, event: QMouseEvent) -> bool:
        if self._from is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return False
        far = (event.position().toPoint() - self._from).manhattanLength()
        if not self._dragging and far >= QApplication.startDragDistance():
            self._dragging = True
        if self._dragging:
            row = self._target(event)
            self._sidebar.show_target(row)
            shape = Qt.CursorShape.DragMoveCursor if row is not None else Qt.CursorShape.ForbiddenCursor
            self._viewport.setCursor(shape)
        return True

    def _release(self, event: QMouseEvent) -> bool:
        was_dragging, held = self._dragging, self._held
        row = self._target(event) if was_dragging else None
        self._end()
        if row is not None:
            if row.stop is Stop.TRASH:
                self.onto_trash.emit()
            else:
                self.onto_namespace.emit(row.path)
        elif held and not was_dragging:
            self._list.select_number(self._list.indexAt(event.position().toPoint()).row())
        return was_dragging or held

    def _target(self, event: QMouseEvent) -> SidebarRow | None:
        row = self._sidebar.line_under(event.globalPosition().toPoint())
        return row if row is not None and row.stop in (Stop.NAMESPACE, Stop.TRASH) else None

    def _stopped_by(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape:
            self._end()
            self._from = None
        return True

    def _end(self) -> None:
        if self._dragging:
            self._sidebar.show_target(None)
            self._viewport.unsetCursor()
        self._from, self._held, self._dragging = None, False, False
