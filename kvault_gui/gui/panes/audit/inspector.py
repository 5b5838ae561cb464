"""One record: what happened, every detail, its place in the chain."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.models import audit_days as days
from kvault_gui.gui.models import audit_words as words
from kvault_gui.gui.widgets.buttons import IconButton
from kvault_gui.gui.widgets.cards import Line
from kvault_gui.gui.widgets.ground import Ground, header_height
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import ElidedLabel, label, plain_tip, set_tone

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QPaintEvent

    from kvault_gui.engine.api import Record

WIDTH = 268  # px at a 13 px font


class Fit(enum.Enum):
    """How a record fits the one before it."""

    UNKNOWN = "unknown"
    FIRST = "first"
    FITS = "fits"
    BREAKS = "breaks"
    AFTER = "after"  # it fits, but something before it does not


class Inspector(Ground):
    """Shows one record. In a narrow window it lies over the list and can be closed."""

    copy_wanted = Signal()
    close_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("page", header=True, parent=parent)
        self.setObjectName("log-inspector")
        self.record: Record | None = None
        self.fit = Fit.UNKNOWN
        self._shown: tuple[int, Fit, int] | None = None
        self.title = ElidedLabel("", "strong")
        self.copy = IconButton("copy", self.tr("Copy this record"))
        self.copy.setObjectName("log-copy")
        self.copy.clicked.connect(self.copy_wanted)
        self.close_button = IconButton("x", self.tr("Close"))
        self.close_button.setObjectName("log-close")
        self.close_button.clicked.connect(self.close_wanted)
        self.close_button.hide()
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(theme.px(20), 0, theme.px(12), 1)
        row.setSpacing(theme.px(4))
        for part, stretch in ((self.title, 1), (self.copy, 0), (self.close_button, 0)):
            row.addWidget(part, stretch)
        head.setFixedHeight(header_height())
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.viewport().setAutoFillBackground(False)
        self._scroll.setAccessibleName(self.tr("Details of the record"))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(head)
        outer.addWidget(self._scroll, 1)
        self.show_record(None, Fit.UNKNOWN, 0)

    def show_record(self, record: Record | None, fit: Fit, signed: int) -> None:
        """Show this one. ``signed``: the last record under a signature."""
        mark = (record.number, fit, int(record.number <= signed)) if record is not None else None
        if mark is not None and mark == self._shown:
            return
        self._shown, self.record, self.fit = mark, record, fit
        number = f"{record.number:,}" if record is not None else ""
        self.title.setText(self.tr("Record {number}").format(number=number) if record is not None else "")
        self.copy.setVisible(record is not None)
        at = self._scroll.verticalScrollBar().value()
        content = QWidget()
        content.setAutoFillBackground(False)
        column = QVBoxLayout(content)
        column.setContentsMargins(theme.px(20), theme.px(16), theme.px(16), theme.px(20))
        column.setSpacing(theme.px(10))
        if record is None:
            column.addWidget(label(self.tr("No record is selected"), "body", "text2", wrap=True))
        else:
            self._fill(column, record, signed)
        column.addStretch(1)
        self._scroll.setWidget(content)
        self._scroll.verticalScrollBar().setValue(at)

    def _fill(self, column: QVBoxLayout, record: Record, signed: int) -> None:
        top = QVBoxLayout()
        top.setSpacing(theme.px(4))
        title = self._text(words.text(record), "heading")
        top.addWidget(title)
        top.addWidget(self._text(days.moment(record.time), "small", "text2"))
        column.addLayout(top)
        self._fact(column, self.tr("Who"), words.who(record.who))
        if record.where:
            self._fact(column, self.tr("Where"), words.where(record.where))
        if record.object and record.object not in words.text(record):
            self._fact(column, self.tr("What it was done to"), record.object)
        for name, value in words.facts(record):
            self._fact(column, name, value)
        column.addSpacing(theme.px(2))
        column.addWidget(Line())
        column.addSpacing(theme.px(2))
        self._hash(column, self.tr("This record"), "", record.hash)
        if record.number > 1:
            before = self.tr("Record {number}").format(number=f"{record.number - 1:,}")
            self._hash(column, self.tr("Follows on"), before, record.previous)
        under = record.number <= signed
        self._fact(
            column,
            self.tr("Signed"),
            self.tr("By your vault's log key") if under else self.tr("At the next seal"),
        )
        column.addWidget(self._fits())

    @staticmethod
    def _text(text: str, role: theme.FontRole, tone: str = "text") -> QLabel:
        made = label(text, role, tone, wrap=True)
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return made

    def _fact(self, column: QVBoxLayout, name: str, value: str) -> None:
        pair = QVBoxLayout()
        pair.setSpacing(theme.px(1))
        pair.addWidget(label(name, "small", "text2", wrap=True))
        shown = self._text(value, "body")
        shown.setAccessibleName(f"{name}: {value}")
        pair.addWidget(shown)
        column.addLayout(pair)

    def _hash(self, column: QVBoxLayout, name: str, before: str, digits: str) -> None:
        pair = QVBoxLayout()
        pair.setSpacing(theme.px(1))
        pair.addWidget(label(name, "small", "text2", wrap=True))
        short = words.short_hash(digits)
        shown = self._text(f"{before}, {short}" if before else short, "mono")
        shown.setToolTip(plain_tip(words.whole_hash(digits)))
        shown.setAccessibleName(f"{name}: {before} {words.whole_hash(digits)}")
        pair.addWidget(shown)
        column.addLayout(pair)

    def _fits(self) -> QWidget:
        icon, tone, text = {
            Fit.UNKNOWN: ("clock", "text2", self.tr("Being compared with the record before it")),
            Fit.FIRST: ("check-circle-filled", "ok", self.tr("The first record of this vault")),
            Fit.FITS: ("check-circle-filled", "ok", self.tr("Fits the record before it")),
            Fit.BREAKS: ("link-break", "bad", self.tr("Does not fit the record before it")),
            Fit.AFTER: ("link-break", "bad", self.tr("Follows a record that is not proven")),
        }[self.fit]
        made = QWidget()
        made.setObjectName("log-fit")
        row = QHBoxLayout(made)
        row.setContentsMargins(0, theme.px(2), 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(IconSpot(icon, 16, tone), 0, Qt.AlignmentFlag.AlignTop)
        said = label(text, "small", "text2", wrap=True)
        set_tone(said, "bad" if tone == "bad" else "text2")
        row.addWidget(said, 1)
        made.setAccessibleName(text)
        return made

    def as_text(self) -> str:
        """Everything about the record, to be copied."""
        record = self.record
        if record is None:
            return ""
        lines = [
            self.tr("Record {number}").format(number=record.number),
            words.text(record),
            days.moment(record.time),
            f"{self.tr('Who')}: {words.who(record.who)}",
            f"{self.tr('Where')}: {words.where(record.where)}",
            *(f"{name}: {value}" for name, value in words.facts(record)),
            f"{self.tr('This record')}: {record.hash}",
            f"{self.tr('Follows on')}: {record.previous}",
        ]
        return "\n".join(lines) + "\n"

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes the drawer."""
        if event.key() == Qt.Key.Key_Escape and not self.close_button.isHidden():
            self.close_wanted.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground, and a line at its leading edge."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.fillRect(self.width() - 1 if self.isRightToLeft() else 0, 0, 1, self.height(), theme.tokens().line)
        painter.end()
