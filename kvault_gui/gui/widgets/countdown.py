"""A ring that runs out: clipboard, one-time codes, pauses."""

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from kvault_gui.gui import theme

SOON = 10  # seconds: from here on it is amber
_STROKES = {16: 2.5, 20: 2.5, 30: 3.0}


class CountdownRing(QWidget):
    """What remains shrinks clockwise to 12 o'clock. 16, 20 or 30 px; the largest shows the last ten seconds."""

    def __init__(self, side: int = 16, tone: str = "accent", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._side, self._tone = side, tone
        self._left, self._total = 0.0, 1.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Time left"))

    def set_remaining(self, seconds: float, total: float) -> None:
        """Show ``seconds`` left of ``total``."""
        self._left, self._total = max(seconds, 0.0), max(total, 0.001)
        self.setAccessibleDescription(self.tr("{count} seconds").format(count=math.ceil(self._left)))
        self.update()

    @property
    def seconds(self) -> int:
        """Whole seconds left."""
        return math.ceil(self._left)

    @property
    def tone(self) -> str:
        """The token that it is drawn in."""
        return "wait" if self._left < SOON else self._tone

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(theme.px(self._side), theme.px(self._side))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The whole ring quietly, what is left over it."""
        t = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        stroke = theme.px(_STROKES[self._side] * 2) / 2
        side = min(self.width(), self.height())
        inner = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        inner.adjust(stroke / 2, stroke / 2, -stroke / 2, -stroke / 2)
        painter.setPen(QPen(t.text3 if t.is_contrast else t.line, 1 if t.is_contrast else stroke))
        painter.drawEllipse(inner)
        colour = t.colour(self.tone)
        painter.setPen(QPen(colour, stroke, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        part = min(self._left / self._total, 1.0)
        painter.drawArc(inner, 90 * 16, round(part * 360 * 16))
        if self._side == max(_STROKES) and self._left < SOON:
            painter.setPen(colour)
            painter.setFont(theme.font("section"))
            painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), str(self.seconds))
