"""A secret as a row shows it: sixteen dots, or its characters painted one by one."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kvault_gui.gui import theme

from .points import BULLET, Points, colour_of, paint_char

DOTS = 16  # whatever the length: how long a secret is, is a secret too
_CAPACITY = 1 << 16  # characters that a view shows; a longer value is cut, in words


class SecretView(QWidget):
    """Shows a value until ``hide_secret``. One line that is cut where it ends, or wrapped lines.

    Args:
        name: what it is, for assistive technology: "Password".
        wrap: show all of it in several lines.
        grouped: leave a small gap after each so many characters (0: none); for codes.
        font_role: "mono", "group" or "code".
    """

    def __init__(self, name: str, *, wrap: bool = False, grouped: int = 0, font_role: theme.FontRole = "mono") -> None:
        super().__init__()
        self._points: Points | None = None
        self._wrap, self._grouped = wrap, grouped
        self.setAccessibleName(name)
        self._describe()
        vertical = QSizePolicy.Policy.Minimum if wrap else QSizePolicy.Policy.Fixed
        self.setSizePolicy(QSizePolicy.Policy.Expanding, vertical)
        self.setProperty("font_role", font_role)

    @property
    def is_shown(self) -> bool:
        """Whether the value is shown."""
        return self._points is not None

    def show_secret(self, utf8: bytearray) -> None:
        """Show a value. The caller wipes ``utf8``. Raises UnicodeDecodeError."""
        self.hide_secret()
        points = Points(min(max(len(utf8), 1), _CAPACITY))
        points.load(utf8)
        self._points = points
        self._describe()
        self.updateGeometry()
        self.update()

    def hide_secret(self) -> None:
        """Overwrite the value and show dots."""
        if self._points is not None:
            self._points.wipe()
            self._points = None
        self._describe()
        self.updateGeometry()
        self.update()

    def _describe(self) -> None:
        self.setAccessibleDescription(self.tr("shown") if self._points is not None else self.tr("hidden"))

    def _cell(self, metrics: QFontMetricsF) -> float:
        return metrics.horizontalAdvance("0" * 64) / 64

    def _lines(self, width: float) -> list[tuple[int, int]]:
        """Where each painted line begins and ends."""
        points = self._points
        if points is None:
            return [(0, 0)]
        if not self._wrap:
            return [(0, len(points))]
        metrics = QFontMetricsF(self.font())
        fits = max(int(width / self._cell(metrics)), 1)
        lines, start = [], 0
        for index in range(len(points)):
            if points.char(index) == "\n":
                lines.append((start, index))
                start = index + 1
            elif index - start >= fits:
                lines.append((start, index))
                start = index
        lines.append((start, len(points)))
        return lines

    def _row(self) -> int:
        return self.fontMetrics().height() + (theme.px(3) if self._wrap else 0)

    def hasHeightForWidth(self) -> bool:
        """Wrapped lines need more height where there is less width."""
        return self._wrap

    def heightForWidth(self, width: int) -> int:
        """The height of the lines."""
        return len(self._lines(width)) * self._row()

    def sizeHint(self) -> QSize:
        """One line, or the wrapped ones at the present width."""
        return QSize(theme.px(160), self.heightForWidth(max(self.width(), 1)) if self._wrap else self._row())

    def minimumSizeHint(self) -> QSize:
        """At least a line."""
        return QSize(theme.px(60), self._row())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap again."""
        super().resizeEvent(event)
        if self._wrap and self.heightForWidth(self.width()) != self.height():
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Dots, or one character after the other."""
        painter = QPainter(self)
        painter.setFont(self.font())
        metrics = QFontMetricsF(self.font())
        if self._points is None:
            self._paint_dots(painter, metrics)
            return
        lines = self._lines(self.width())
        row = self._row()
        top = (self.height() - len(lines) * row) / 2 if not self._wrap else 0
        for number, (start, end) in enumerate(lines):
            baseline = top + number * row + (row + metrics.ascent() - metrics.descent()) / 2
            self._paint_line(painter, metrics, start, end, baseline)

    def _paint_dots(self, painter: QPainter, metrics: QFontMetricsF) -> None:
        painter.setPen(theme.tokens().text2)
        cell = self._cell(metrics)
        baseline = (self.height() + metrics.ascent() - metrics.descent()) / 2
        right = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = self.width() - DOTS * cell if right else 0.0
        for index in range(DOTS):
            painter.drawText(QPointF(left + index * cell, baseline), BULLET)

    def _paint_line(self, painter: QPainter, metrics: QFontMetricsF, start: int, end: int, baseline: float) -> None:
        assert self._points is not None  # noqa: S101 the caller looked
        cell = self._cell(metrics)
        gap = cell * 0.6 if self._grouped else 0
        length = (end - start) * cell + (gap * ((end - start - 1) // self._grouped) if self._grouped else 0)
        # A value stays left to right, but begins at the leading edge's side of the row.
        right = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = max(self.width() - length, 0.0) if right else 0.0
        for index in range(start, end):
            if self._grouped and index > start and (index - start) % self._grouped == 0:
                x += gap
            if x + cell > self.width() - (cell if index + 1 < end else -1):
                painter.setPen(colour_of("a"))
                painter.drawText(QPointF(x, baseline), "…")
                return
            char = self._points.char(index)
            paint_char(painter, char if char.isprintable() else "·", QPointF(x, baseline), cell, metrics)
            x += cell
