"""Rings that pulse while a token waits for a touch."""

from PySide6.QtCore import QElapsedTimer, QPointF, QRectF, QSize, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from kvault_gui.gui import theme

SIDE = 44  # px at a 13 px font
PULSE = 1_200  # ms
FRAME = 40  # ms between pictures
_INNER = 15.0  # px, the disc's radius
_RINGS = ((18.0, 0.0), (21.0, 0.35))  # radius, and how far behind the first one it pulses


class TouchRings(QWidget):
    """A disc with a fingerprint and two rings round it. It stands still where the desktop asks for less motion."""

    def __init__(self, icon: str = "fingerprint") -> None:
        super().__init__()
        self._icon = icon
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME)
        self._timer.timeout.connect(self.update)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def moves(self) -> bool:
        """Whether it pulses now."""
        return self._timer.isActive()

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(theme.px(SIDE), theme.px(SIDE))

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to pulse."""
        super().showEvent(event)
        self._clock.start()
        if self.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration, None, self) > 0:
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Cost nothing while it is not seen."""
        super().hideEvent(event)
        self._timer.stop()

    def _strength(self, behind: float) -> float:
        if not self.moves:
            return 1.0
        phase = (self._clock.elapsed() / PULSE - behind) % 1.0
        return 1.0 - 0.75 * phase  # bright at the beat, then fading

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The rings, the disc, the icon."""
        t, painter = theme.tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        unit = theme.px(SIDE) / SIDE
        middle = QPointF(self.width() / 2, self.height() / 2)
        for radius, behind in _RINGS:
            colour = QColor(t.accent)
            colour.setAlphaF(self._strength(behind) * (0.9 if not behind else 0.6))
            painter.setPen(QPen(colour, 1.6 * unit))
            painter.drawEllipse(middle, radius * unit, radius * unit)
        painter.setPen(QPen(t.accent, 0))
        painter.setBrush(t.accent)
        painter.drawEllipse(middle, _INNER * unit, _INNER * unit)
        side = theme.px(20)
        spot = QRectF(middle.x() - side / 2, middle.y() - side / 2, side, side)
        theme.paint(painter, spot, self._icon, t.onacc)
