"""A coloured ground with the lines that divide the window: under the header, at the trailing edge, on top."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from kvault_gui.gui import theme

HEADER = 52  # px at a 13 px font


def header_height() -> int:
    """Height of the header over sidebar, list and detail."""
    return max(theme.px(HEADER), 32)


class Foot(QWidget):
    """The place for a dialog's buttons, under a line."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the line."""
        QPainter(self).fillRect(0, 0, self.width(), 1, theme.tokens().line)


class Ground(QWidget):
    """Fills itself with a colour token.

    Args:
        tone: the token's name: "rail", "side", "list", "page".
        header: a line under the first ``HEADER`` pixels.
        edge: a line at the trailing edge.
        top: a line on top.
        parent: Qt's owner.
    """

    def __init__(
        self,
        tone: str,
        *,
        header: bool = False,
        edge: bool = False,
        top: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tone, self._header, self._edge, self._top = tone, header, edge, top

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ground and lines."""
        painter = QPainter(self)
        colours = theme.tokens()
        painter.fillRect(self.rect(), colours.colour(self._tone))
        painter.setPen(QPen(colours.line, 1))
        width, height = self.width(), self.height()
        if self._header:
            y = header_height() - 0.5
            painter.drawLine(QPointF(0, y), QPointF(width, y))
        if self._top:
            painter.drawLine(QPointF(0, 0.5), QPointF(width, 0.5))
        if self._edge:
            x = 0.5 if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else width - 0.5
            painter.drawLine(QPointF(x, 0), QPointF(x, height))
        painter.end()
