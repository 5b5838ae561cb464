"""The pane's grounds and columns, without what happens in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.ground import Ground, header_height
from kvault_gui.gui.widgets.search_edit import SearchEdit

from .columns import Columns
from .notices import Notices

if TYPE_CHECKING:
    from .detail import Detail
    from .empty import Empty


class Frame(QWidget):
    """Sidebar, list and detail, or the whole of an empty vault."""

    def __init__(
        self, sidebar: QWidget, head: QWidget, lists: tuple[QWidget, QWidget], detail: Detail, empty: Empty
    ) -> None:
        super().__init__()
        side = Ground("side", header=True, edge=True)
        self._fill(side, sidebar)
        listed = Ground("list", header=True)
        self._lists = QStackedWidget()
        for part in lists:
            self._lists.addWidget(part)
        self._fill(listed, head, self._lists)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(listed)
        self.splitter.addWidget(detail)
        self.splitter.setStretchFactor(1, 1)
        whole = Ground("page", header=True)
        self._fill(whole, _empty_head(), empty)
        self._parts = QStackedWidget()
        self._parts.addWidget(self.splitter)
        self._parts.addWidget(whole)
        columns = QHBoxLayout()
        columns.setSpacing(0)
        columns.addWidget(side)
        columns.addWidget(self._parts, 1)
        self.notices = Notices()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.notices)
        layout.addLayout(columns, 1)
        self.columns = Columns(side, self.splitter, listed, detail)

    @staticmethod
    def _fill(ground: QWidget, *parts: QWidget) -> None:
        layout = QVBoxLayout(ground)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in parts:
            layout.addWidget(part)

    def show_part(self, *, listed: bool, whole: bool) -> None:
        """The list or what an empty one says; ``whole``: the vault is empty."""
        self._lists.setCurrentIndex(0 if listed else 1)
        self._parts.setCurrentIndex(1 if whole else 0)


def _empty_head() -> QWidget:
    head = QWidget()
    search = SearchEdit("")
    search.setObjectName("search-nothing")
    search.setPlaceholderText(QCoreApplication.translate("SecretsPane", "Nothing to search yet"))
    search.setEnabled(False)
    search.setMaximumWidth(theme.px(324))
    row = QHBoxLayout(head)
    row.setContentsMargins(theme.px(16), 0, theme.px(16), 1)
    row.addWidget(search, 1)
    row.addStretch(1)
    head.setFixedHeight(max(header_height(), search.sizeHint().height() + theme.px(12)))
    return head
