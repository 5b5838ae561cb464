"""Entering secret words one by one: a field that completes them, and a grid of those that were entered.

The words are shown: nobody finds a slip in 33 hidden words. They lie in fixed buffers and are painted letter by letter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QClipboard, QFontMetricsF, QGuiApplication, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.theme.draw import box

from .points import paint_char
from .secret_edit import SecretEdit

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 16  # letters of a word; those of SLIP-39 have at most eight
MOST = 5  # completions that are offered
_COLUMNS = 4


class WordEdit(SecretEdit):
    """One word. Space, Enter and Tab take it, completed where only one word begins so.

    ``taken`` says that ``take`` gives a whole word; ``empty_entered`` that Enter was pressed in an empty field;
    ``back_wanted`` that Backspace was; ``pasted`` carries lines of words (lists of bytearrays, which the receiver
    wipes).
    """

    taken = Signal()
    empty_entered = Signal()
    back_wanted = Signal()
    pasted = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent, eye=False, capacity=LONGEST)
        self._list: Sequence[str] = ()
        self.reveal(True)  # noqa: FBT003 a slot

    def set_words(self, words: Sequence[str]) -> None:
        """Which words there are, sorted."""
        self._list = words

    def matches(self) -> list[str]:
        """The words that begin with what is typed; none while nothing is."""
        count = len(self.points)
        if not count:
            return []
        return [word for word in self._list if len(word) >= count and self._begins(word)]

    def _begins(self, word: str) -> bool:
        return all(self.points.char(at) == word[at] for at in range(len(self.points)))

    def complete(self, word: str = "") -> None:
        """Take ``word``, or what is typed: the only word that begins so, or the one that it is."""
        found = self.matches()
        exact = [each for each in found if len(each) == len(self.points)]
        chosen = word or (exact[0] if exact else found[0] if len(found) == 1 else "")
        if chosen:
            typed = bytearray(chosen.encode())
            self.set_secret(typed)
            typed[:] = bytes(len(typed))
            self.taken.emit()
        elif not found and len(self.points):
            self.taken.emit()  # no such word: whoever reads it says so, and what it may be

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the word where a person ends it."""
        key, empty = event.key(), not len(self.points)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if empty:
                self.empty_entered.emit()
            else:
                self.complete()
        elif key == Qt.Key.Key_Space:
            if not empty:
                self.complete()
        elif key == Qt.Key.Key_Backspace and empty:
            self.back_wanted.emit()
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def event(self, event: QEvent) -> bool:
        """Tab takes a word that is begun; otherwise it leaves the field."""
        is_tab = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab
        if is_tab and event.type() == QEvent.Type.KeyPress and len(self.matches()) == 1:
            self.complete()
            return True
        return super().event(event)

    def paste_from(self, mode: QClipboard.Mode) -> None:
        """One word goes into the field; several are a share, or a share a line."""
        lines = [line.lower().split() for line in QGuiApplication.clipboard().mimeData(mode).text().splitlines()]
        lines = [line for line in lines if line]
        if len(lines) == 1 and len(lines[0]) == 1:
            self._put(lines[0][0])
        elif lines:
            self.pasted.emit([[bytearray(word.encode()) for word in line] for line in lines])

    def _put(self, text: str) -> None:
        super()._put(text.strip().lower())


class WordGrid(QWidget):
    """The words so far with their numbers; ``chosen`` carries the one that was clicked, from 0."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._words: Sequence[bytearray] = ()
        self.current = 0
        self.wrong = -1
        self.setFont(theme.font("mono"))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setSizePolicy(policy)

    def show_words(self, words: Sequence[bytearray], current: int, wrong: int = -1) -> None:
        """Show ``words`` (not copied); ``current`` is being typed, ``wrong`` is marked (-1: none)."""
        rows = self._rows()
        self._words, self.current, self.wrong = words, current, wrong
        said = self.tr("{count} words are entered, word {number} is next")
        self.setAccessibleName(said.format(count=len(words), number=current + 1))
        if self._rows() != rows:
            self.updateGeometry()
        self.update()

    def _rows(self) -> int:
        return max(-(-max(len(self._words), self.current + 1) // _COLUMNS), 5)

    def _row(self) -> int:
        return self.fontMetrics().height() + theme.px(10)

    def sizeHint(self) -> QSize:
        """All rows."""
        return QSize(theme.px(440), self._rows() * self._row())

    def minimumSizeHint(self) -> QSize:
        """All rows, narrow."""
        return QSize(theme.px(240), self._rows() * self._row())

    def _cell(self, at: int) -> QRect:
        # Values stay left to right in any layout; the cells follow it.
        row, column = divmod(at, _COLUMNS)
        wide = self.width() // _COLUMNS
        cell = QRect(column * wide, row * self._row(), wide, self._row())
        return QStyle.visualRect(self.layoutDirection(), self.rect(), cell)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a word to type it again."""
        for at in range(len(self._words)):
            if self._cell(at).contains(event.position().toPoint()):
                self.chosen.emit(at)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Each cell: its number, and its word letter by letter."""
        t, painter = theme.tokens(), QPainter(self)
        metrics = QFontMetricsF(self.font())
        step = metrics.horizontalAdvance("0" * 64) / 64
        small = theme.font("caption")
        lead = round(QFontMetricsF(small).horizontalAdvance("00")) + theme.px(8)
        for at in range(max(len(self._words), self.current + 1)):
            cell = self._cell(at).adjusted(theme.px(2), 1, -theme.px(2), -1)
            if at == self.wrong:
                box(painter, cell, theme.px(6), t.badsoft, t.bad)
            elif at == self.current:
                box(painter, cell, theme.px(6), t.asoft, t.accent if t.is_contrast else None)
            painter.setFont(small)
            painter.setPen(t.text2)
            number = QRect(cell.left(), cell.top(), lead - theme.px(2), cell.height())
            painter.drawText(number, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), str(at + 1))
            if at >= len(self._words):
                continue
            painter.setFont(self.font())
            baseline = cell.center().y() + 1 + (metrics.ascent() - metrics.descent()) / 2
            x = cell.left() + lead + theme.px(4)
            for place, byte in enumerate(self._words[at]):
                if x + (place + 1) * step > cell.right():
                    break
                paint_char(painter, chr(byte), QPointF(x + place * step, baseline), step, metrics)
