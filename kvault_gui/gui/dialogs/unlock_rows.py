"""The ways in under the password: rows in a bounded area, and notices about tokens that fit nowhere."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.labels import label

from .unlock_parts import READY, Line, WayRow
from .unlock_row import WayItem

MOST = 348  # px: a taller list scrolls
TOUCHED = ("fido2", "challenge_response", "piv", "openpgp")


class _Rule(QWidget):
    """Words between two lines."""

    def __init__(self) -> None:
        super().__init__()
        self.words = label("", "small", "text2")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(self.words)
        row.addStretch(1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """One pixel on both sides."""
        painter, gap, middle = QPainter(self), theme.px(16), self.height() // 2
        colour = theme.tokens().line
        painter.fillRect(0, middle, self.words.x() - gap, 1, colour)
        begin = self.words.geometry().right() + gap
        painter.fillRect(begin, middle, self.width() - begin, 1, colour)


class _Area(QScrollArea):
    """As tall as its rows, up to a limit; then it scrolls."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.most = theme.px(MOST)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        self.setWidget(content)
        content.installEventFilter(self)

    def wanted(self) -> int:
        """The height of all rows, in pixels."""
        content = self.widget()
        layout = content.layout() if content is not None else None
        if layout is None:
            return 0
        width = self.width() if self.width() > 0 else theme.px(376)
        tall = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        return max(tall, layout.totalMinimumSize().height())

    def fit(self) -> None:
        """Take the height that fits."""
        wanted, policy = self.wanted(), Qt.ScrollBarPolicy
        tall = min(wanted, self.most)
        # A bar that is there for a moment makes the rows narrower, then higher, and so stays.
        self.setVerticalScrollBarPolicy(policy.ScrollBarAlwaysOff if wanted <= self.most else policy.ScrollBarAlwaysOn)
        if tall != self.height() or self.minimumHeight() != tall:
            self.setFixedHeight(tall)

    def sizeHint(self) -> QSize:
        """The rows."""
        return QSize(theme.px(376), min(self.wanted(), self.most))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow rows that grow and shrink."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return super().eventFilter(watched, event)


class WayRows(QWidget):
    """Shows the ways in that are not typed. ``chosen`` carries the slot of the row that was pressed."""

    chosen = Signal(str)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._items: dict[str, WayItem] = {}
        self._order: list[str] = []
        self._extra: WayItem | None = None
        self._selected = ""
        self._notices: list[Line] = []
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, theme.px(16), 0, 0)
        outer.setSpacing(theme.px(14))
        self._rule = _Rule()
        self._rule.hide()  # until there are rows: a question alone stands under nothing
        outer.addWidget(self._rule)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(theme.px(4))
        self._column, self._foot = QVBoxLayout(), QVBoxLayout()
        self._column.setSpacing(theme.px(8))
        self._foot.setSpacing(0)
        for layout in (self._column, self._foot):
            inside.addLayout(layout)
        inside.addStretch(1)
        self._area = _Area(content)
        outer.addWidget(self._area)

    # --- what it shows ---------------------------------------------------------------------------------------------

    def set_rows(self, rows: tuple[WayRow, ...], notices: tuple[str, ...], *, typed: bool) -> None:
        """Show these ways, those that can be used now first.

        Args:
            rows: in the vault's order.
            notices: sentences under the rows.
            typed: whether a field stands above.
        """
        ordered = sorted(rows, key=lambda row: row.state != READY)  # stable: else in the vault's order
        for slot in set(self._items) - {row.slot for row in ordered}:
            self._drop(self._items.pop(slot))
        for place, row in enumerate(ordered):
            item = self._items.get(row.slot)
            if item is None:
                item = self._items[row.slot] = self._made(row)
            elif item.row != row:
                item.set_row(row)
            if self._column.indexOf(item) != place:
                self._column.insertWidget(place, item)
            item.setVisible(True)
        self._order = [row.slot for row in ordered]
        self._rule.setVisible(typed and bool(rows))
        self._rule.words.setText(self._between(rows))
        self._say(notices)
        self._see_all()

    def _see_all(self) -> None:
        self.setVisible(bool(self._order or self._notices) or self._extra is not None)
        self._area.fit()

    def _between(self, rows: tuple[WayRow, ...]) -> str:
        touched = any(step in TOUCHED for row in rows for step in row.steps)
        return self.tr("or touch a key") if touched else self.tr("or")

    def _made(self, row: WayRow) -> WayItem:
        item = WayItem(row)
        item.chosen.connect(self.chosen)
        item.cancelled.connect(self.cancelled)
        item.grew.connect(lambda: self.see(item))
        return item

    def _drop(self, item: WayItem) -> None:
        self._column.removeWidget(item)
        item.hide()
        item.deleteLater()

    def _say(self, notices: tuple[str, ...]) -> None:
        if [line.text for line in self._notices] == list(notices):
            return
        for line in self._notices:
            self._foot.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._notices = []
        for text in notices:
            line = Line("info-filled", "text2", wrap=True)
            self._foot.addWidget(line)
            line.say(text)
            self._notices.append(line)

    @property
    def notices(self) -> list[str]:
        """The sentences under the rows."""
        return [line.text for line in self._notices]

    @property
    def items(self) -> list[WayItem]:
        """The rows from above to below."""
        return [self._items[slot] for slot in self._order]

    @property
    def asks(self) -> bool:
        """Whether something goes on in a row."""
        return any(item.doing for item in (*self._items.values(), *((self._extra,) if self._extra else ())))

    def set_most(self, pixels: int) -> None:
        """Let the rows take so much height before they scroll."""
        most = min(pixels, theme.px(MOST))
        if self._area.most != most:
            self._area.most = most
            self._area.fit()

    @property
    def tall(self) -> int:
        """The height that the rows take now."""
        return self._area.minimumHeight() if not self.isHidden() else 0

    @property
    def wanted(self) -> int:
        """The height that they would take where there is room."""
        return min(self._area.wanted(), theme.px(MOST)) if not self.isHidden() else 0

    # --- one of them -----------------------------------------------------------------------------------------------

    def select(self, slot: str) -> None:
        """Mark the way to which the typed password goes; "" none."""
        self._selected = slot
        for each, item in self._items.items():
            item.button.choose(on=bool(slot) and each == slot)

    def item(self, slot: str) -> WayItem | None:
        """The row of a slot."""
        return self._items.get(slot)

    def spot(self, slot: str, token: str, row: WayRow | None = None) -> WayItem:
        """Where a question is shown: the slot's row, else the one of that token, else a row for the time being."""
        found = self._items.get(slot) or next((item for item in self.items if token and token in item.row.title), None)
        if found is not None:
            return found
        if self._extra is None:
            self._extra = self._made(row or WayRow("", token, ("fido2",), READY))
            self._column.insertWidget(0, self._extra)
            self._extra.show()
            self._see_all()
        return self._extra

    def begin(self, slot: str) -> None:
        """A try began: the other rows cannot be chosen."""
        for item in self._items.values():
            item.set_trouble("")
            item.button.setEnabled(item.row.slot == slot)

    def end(self) -> None:
        """The try ended."""
        if self._extra is not None:
            self._drop(self._extra)
            self._extra = None
            self._see_all()
        for item in self._items.values():
            item.button.setEnabled(True)
            if item.doing:
                item.rest()

    def say_trouble(self, slot: str, text: str) -> bool:
        """Say at its row what went wrong; False if it has none."""
        item = self._items.get(slot)
        if item is not None:
            item.set_trouble(text)
            self.see(item)
        return item is not None

    def see(self, item: WayItem) -> None:
        """Scroll to a row."""
        self._area.fit()
        self._area.ensureWidgetVisible(item, 0, theme.px(8))

    def focus_first(self) -> None:
        """Put the focus on the first row."""
        if self._order:
            self._items[self._order[0]].button.setFocus(Qt.FocusReason.TabFocusReason)
