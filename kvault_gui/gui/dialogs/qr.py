"""QR codes (ISO/IEC 18004), painted module by module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

if TYPE_CHECKING:
    from collections.abc import Sequence

QUIET = 4  # modules of white on every side (ISO/IEC 18004, 6.3.8)
_LEVEL = "m"  # 15 % of the code may be damaged

Modules = tuple[bytes, ...]


def modules_of(text: bytearray) -> Modules | None:
    """The code for ``text`` (ASCII), row by row, 1 where it is black; None where the library is not installed.

    The library keeps copies of what it encodes until they are freed; they end with this process.
    """
    try:
        import segno  # noqa: PLC0415 an optional library, and only sheets need it
    except ImportError:
        return None
    made = segno.make_qr(bytes(text), error=_LEVEL, boost_error=False)
    return tuple(bytes(row) for row in made.matrix)


def paint_qr(painter: QPainter, rect: QRectF, modules: Sequence[bytes]) -> None:
    """Paint it with its quiet zone as large as fits into ``rect``, on white."""
    count = len(modules) + 2 * QUIET
    side = min(rect.width(), rect.height())
    left, top = rect.left() + (rect.width() - side) / 2, rect.top() + (rect.height() - side) / 2
    step = side / count
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.fillRect(QRectF(left, top, side, side), QColor("#FFFFFF"))
    black = QColor("#000000")
    for y, row in enumerate(modules, QUIET):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            end = x
            while end < len(row) and row[end]:
                end += 1
            # Runs overlap by a hair, so that no printer leaves a white line between them.
            painter.fillRect(QRectF(left + (x + QUIET) * step, top + y * step, (end - x) * step, step * 1.01), black)
            x = end
    painter.restore()
