"""Icons: SVG line drawings, tinted when they are painted, so that they follow the colour set.

A tone is the name of a colour token. Small icons (14 px and less) are drawn with a bolder stroke.
"""

import math
from functools import lru_cache

from PySide6.QtCore import QByteArray, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from . import current, resources

_REGULAR, _BOLD = b'stroke-width="16"', b'stroke-width="24"'
_BOLD_UP_TO = 14  # px


@lru_cache(maxsize=256)
def _source(name: str) -> bytes:
    return resources.read(f"icons/{name}.svg")


@lru_cache(maxsize=1024)
def _pixmap(name: str, colour: int, side: int, bold: bool) -> QPixmap:  # noqa: FBT001 part of the key
    tint = QColor.fromRgba(colour)
    drawing = _source(name).replace(b"currentColor", tint.name().encode())
    if bold:
        drawing = drawing.replace(_REGULAR, _BOLD)
    made = QPixmap(side, side)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setOpacity(tint.alphaF())
    QSvgRenderer(QByteArray(drawing)).render(painter, QRectF(0, 0, side, side))
    painter.end()
    return made


def pixmap(name: str, colour: QColor, side: float, dpr: float = 1.0, *, bold: bool | None = None) -> QPixmap:
    """Icon ``name`` in ``colour``, ``side`` device-independent pixels wide, sharp at scale ``dpr``."""
    heavy = side <= _BOLD_UP_TO if bold is None else bold
    made = QPixmap(_pixmap(name, colour.rgba(), max(round(side * dpr), 1), heavy))
    made.setDevicePixelRatio(dpr)
    return made


def paint(painter: QPainter, rect: QRectF, name: str, colour: QColor, *, bold: bool | None = None) -> None:
    """Draw icon ``name`` in the middle of ``rect``, as large as fits."""
    side = min(rect.width(), rect.height())
    # Not painter.device(): to find out what kind of device it is, PySide would make 60 enums, 9 ms of the first paint.
    to_pixels = painter.deviceTransform()
    dpr = math.hypot(to_pixels.m11(), to_pixels.m12()) or 1.0
    left, top = rect.center().x() - side / 2, rect.center().y() - side / 2
    snapped = QPointF(round(left * dpr) / dpr, round(top * dpr) / dpr)
    painter.drawPixmap(snapped, pixmap(name, colour, side, dpr, bold=bold))


class _Engine(QIconEngine):
    """Looks up the colour when it paints; a checked icon may have another drawing and tone."""

    def __init__(self, name: str, tone: str, on: str, on_tone: str, *, bold: bool | None) -> None:
        super().__init__()
        self._off, self._on, self._bold = (name, tone), (on, on_tone), bold

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Paint into ``rect``."""
        name, tone = self._on if state is QIcon.State.On else self._off
        if mode is QIcon.Mode.Disabled:
            tone = "text3"
        paint(painter, QRectF(rect), name, current.tokens().colour(tone), bold=self._bold)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """A pixmap of ``size`` device pixels."""
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        """A pixmap of ``size`` device pixels for a screen of ``scale``."""
        name, tone = self._on if state is QIcon.State.On else self._off
        if mode is QIcon.Mode.Disabled:
            tone = "text3"
        side = min(size.width(), size.height()) / scale
        return pixmap(name, current.tokens().colour(tone), side, scale, bold=self._bold)

    def clone(self) -> QIconEngine:
        """An equal engine."""
        return _Engine(*self._off, *self._on, bold=self._bold)


def icon(
    name: str, tone: str = "text2", *, on: str | None = None, on_tone: str | None = None, bold: bool | None = None
) -> QIcon:
    """An icon that follows the colour set. ``on`` and ``on_tone`` are its drawing and tone when checked."""
    return QIcon(_Engine(name, tone, on or name, on_tone or tone, bold=bold))
