"""The head of the list: search, new, how many there are, in which order."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QFontMetrics, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QStyle, QToolButton, QVBoxLayout, QWidget

from kvault_gui.engine.api import Kind, Order, View
from kvault_gui.gui import theme
from kvault_gui.gui.models import kinds
from kvault_gui.gui.theme.draw import box, ring
from kvault_gui.gui.widgets.ground import header_height
from kvault_gui.gui.widgets.search_edit import SearchEdit


class SortButton(QPushButton):
    """A word and a caret; opens a menu."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("list-sort")
        self.setProperty("kind", "ghost")
        self.setProperty("small", True)  # noqa: FBT003 Qt's signature

    def sizeHint(self) -> QSize:
        """The word, the caret, their room."""
        words = QFontMetrics(theme.font("label"))
        return QSize(
            words.horizontalAdvance(self.text()) + theme.px(36), max(theme.px(26), words.height() + theme.px(8))
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A ghost button whose caret stands after the word."""
        colours, side = theme.tokens(), theme.px(12)
        painter = QPainter(self)
        if self.underMouse() or self.isDown():
            box(painter, self.rect(), theme.px(6), colours.hover)
        if self.hasFocus():
            ring(painter, self.rect(), theme.px(6))
        painter.setFont(theme.font("label"))
        painter.setPen(colours.text)
        room = self.rect().adjusted(theme.px(8), 0, -theme.px(8), 0)
        word = room.adjusted(0, 0, -side - theme.px(6), 0)
        flags = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QStyle.visualRect(self.layoutDirection(), self.rect(), word), int(flags), self.text())
        caret = QRect(room.right() - side, (self.height() - side) // 2 + 1, side, side)
        place = QStyle.visualRect(self.layoutDirection(), self.rect(), caret)
        theme.paint(painter, QRectF(place), "caret-down", colours.text2)
        painter.end()


class ListHead(QWidget):
    """What is searched for, and how the list is ordered and filtered."""

    new_wanted = Signal()
    arranged = Signal()  # another order or kind

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.order = Order.TITLE
        self.kind: Kind | None = None
        keys = QKeySequence(QKeySequence.StandardKey.Find).toString(QKeySequence.SequenceFormat.NativeText)
        self.search = SearchEdit(keys.replace("+", " "), self)
        self.new = QToolButton(self)
        self.new.setObjectName("new-entry")
        self.new.setProperty("kind", "primary")
        self.new.setIcon(theme.icon("plus", "onacc", bold=True))
        self.new.setAccessibleName(self.tr("New secret"))
        self.new.setToolTip(self.tr("New secret (Ctrl+N)"))
        self.new.clicked.connect(self.new_wanted)
        self.count = QLabel(self)
        self.count.setObjectName("list-count")
        self.count.setTextFormat(Qt.TextFormat.PlainText)
        self.count.setProperty("font_role", "small")
        self.count.setProperty("tone", "text2")
        self.sort = SortButton(self)
        self.sort.setMenu(self._make_menu())
        self._lay_out()
        self._say_order()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(theme.px(12), 0, theme.px(12), 1)
        top.setSpacing(theme.px(8))
        top.addWidget(self.search, 1)
        top.addWidget(self.new)
        bar = QWidget(self)
        bar.setLayout(top)
        bar.setFixedHeight(max(header_height(), self.search.sizeHint().height() + theme.px(12)))
        side = self.search.sizeHint().height()
        self.new.setFixedSize(side, side)
        self.new.setIconSize(QSize(theme.px(16), theme.px(16)))
        line = QHBoxLayout()
        line.setContentsMargins(theme.px(16), theme.px(2), theme.px(8), theme.px(2))
        line.addWidget(self.count, 1)
        line.addWidget(self.sort)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addLayout(line)

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        orders = QActionGroup(menu)
        for order, text in ((Order.TITLE, self.tr("By title")), (Order.CHANGED, self.tr("Changed last first"))):
            self._choice(menu, orders, text, checked=order is self.order).setData(order)
        menu.addSeparator()
        shown = QActionGroup(menu)
        self._every = self._choice(menu, shown, self.tr("Every kind"), checked=True)
        for kind in Kind:
            self._choice(menu, shown, kinds.word(kind), checked=False).setData(kind)
        orders.triggered.connect(self._take_order)
        shown.triggered.connect(self._take_kind)
        return menu

    def _choice(self, menu: QMenu, group: QActionGroup, text: str, *, checked: bool) -> QAction:
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setChecked(checked)
        group.addAction(action)
        return action

    def every_kind(self) -> None:
        """Take the filter by kind away."""
        self._every.trigger()

    def _take_order(self, action: QAction) -> None:
        self.order = Order(action.data())
        self._say_order()
        self.arranged.emit()

    def _take_kind(self, action: QAction) -> None:
        self.kind = Kind(action.data()) if action.data() else None
        self._say_order()
        self.arranged.emit()

    def _say_order(self) -> None:
        word = self.tr("Title") if self.order is Order.TITLE else self.tr("Changed")
        self.sort.setText(f"{kinds.word(self.kind)}, {word}" if self.kind else word)
        self.sort.setAccessibleName(self.tr("Order and kind: {order}").format(order=self.sort.text()))

    def apply(self, view: View) -> View:
        """``view`` in this order, of this kind."""
        return msgspec.structs.replace(view, order=self.order, kind=self.kind)

    def show_count(self, count: int, query: str) -> None:
        """How many entries the list has."""
        if query:
            self.count.setText(self.tr("1 hit") if count == 1 else self.tr("{count} hits").format(count=f"{count:,}"))
        else:
            self.count.setText(self.tr("1 item") if count == 1 else self.tr("{count} items").format(count=f"{count:,}"))

    def show_total(self, total: int) -> None:
        """What the search field says while it is empty."""
        self.search.setEnabled(total > 0)
        many = self.tr("Search {count} items").format(count=f"{total:,}")
        text = self.tr("Search 1 item") if total == 1 else many
        self.search.setPlaceholderText(text if total else self.tr("Nothing to search yet"))
