"""The head of the log: search, which days, export."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.models.audit_days import Span, span_word
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.ground import header_height
from kvault_gui.gui.widgets.search_edit import SearchEdit


class LogHead(QWidget):
    """Searches and narrows."""

    arranged = Signal()  # another span of days
    export_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.span = Span.ANY
        keys = QKeySequence(QKeySequence.StandardKey.Find).toString(QKeySequence.SequenceFormat.NativeText)
        self.search = SearchEdit(keys.replace("+", " "), self)
        self.search.setObjectName("log-search")
        self.search.setPlaceholderText(self.tr("Search the log"))
        self.search.setAccessibleName(self.tr("Search the log"))
        self.days = button(span_word(self.span), icon="calendar")
        self.days.setObjectName("log-days")
        self.days.setMenu(self._make_menu())
        self.export = button(self.tr("Export…"), icon="export", on_click=self.export_wanted.emit)
        self.export.setObjectName("log-export")
        self._name_days()
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(16), 0, theme.px(16), 1)
        row.setSpacing(theme.px(8))
        row.addWidget(self.search, 1)
        row.addWidget(self.days)
        row.addWidget(self.export)
        self.setFixedHeight(max(header_height(), self.search.sizeHint().height() + theme.px(12)))

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        group = QActionGroup(menu)
        self._spans: dict[Span, QAction] = {}
        for span in Span:
            action = menu.addAction(span_word(span))
            action.setCheckable(True)
            action.setChecked(span is self.span)
            action.setData(span.value)
            group.addAction(action)
            self._spans[span] = action
        group.triggered.connect(self._take)
        return menu

    def choose(self, span: Span) -> None:
        """Take another span, as if it was chosen from the menu."""
        self._spans[span].trigger()

    def _take(self, action: QAction) -> None:
        self.span = Span(action.data())
        self._name_days()
        self.arranged.emit()

    def _name_days(self) -> None:
        self.days.setText(span_word(self.span))
        self.days.setAccessibleName(self.tr("Days: {span}").format(span=span_word(self.span)))

    def minimumSizeHint(self) -> QSize:
        """The buttons, and a few letters of the search."""
        rest = self.days.sizeHint().width() + self.export.sizeHint().width() + theme.px(48)
        return QSize(rest + theme.px(90), header_height())
