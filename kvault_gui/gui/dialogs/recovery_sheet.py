"""The sheet with the recovery code: painted on paper or into a PDF."""

import time
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from .paper import BLACK, GREY, font, letters, text, usual_paper, write_pages
from .qr import modules_of, paint_qr

_COLUMNS = 3
_QR = 112  # points


class Sheet(NamedTuple):
    """What stands on it. ``groups`` are the code's groups as UTF-8 bytes."""

    name: str
    path: str
    groups: list[bytearray]
    created: float


def _tr(words: str) -> str:
    return QCoreApplication.translate("RecoverySheet", words)


def write_pdf(path: str, sheet: Sheet) -> bool:
    """Write the sheet into a file that only its owner may read; False if that failed."""
    page = [lambda painter, page, unit: paint(painter, page, unit, sheet)]
    return write_pages(path, _tr("Recovery sheet"), usual_paper(), page, replace=True)


def paint(painter: QPainter, page: QRectF, unit: float, sheet: Sheet) -> None:
    """Paint the sheet; ``unit`` is a point (1/72 inch) in the painter's units."""
    code = _code(sheet)
    side = _QR * unit if code is not None else 0.0
    if code is not None:
        paint_qr(painter, QRectF(page.right() - side, page.top(), side, side), code)
    y = _head(painter, page.adjusted(0, 0, -side - (12 * unit if side else 0), 0), unit, sheet)
    y = max(y, page.top() + side)
    y = _groups(painter, page, y + 18 * unit, unit, sheet.groups) + 22 * unit
    advice = (
        _tr(
            "To use it: start kvault, choose Other ways, Recovery code, and type the groups. "
            "Capitals and dashes do not matter."
        ),
        _tr(
            "Whoever finds this sheet can open the vault and every copy of it. "
            "Keep it where you keep other papers that matter, away from the computer."
        ),
        _tr("kvault keeps no copy of the code."),
    )
    for said in advice:
        y = text(painter, QRectF(page.left(), y, page.width(), page.bottom() - y), unit, said, (11, False)) + 6 * unit


def _head(painter: QPainter, lead: QRectF, unit: float, sheet: Sheet) -> float:
    def say(y: float, words: str, look: tuple[float, bool], colour: QColor) -> float:
        return text(painter, QRectF(lead.left(), y, lead.width(), lead.bottom() - y), unit, words, look, colour)

    y = say(lead.top(), _tr("Recovery sheet"), (22, True), BLACK) + 4 * unit
    y = say(y, _tr("This code opens the vault “{name}”.").format(name=sheet.name), (12, False), BLACK)
    y = say(y, _tr("It was in {path} when this sheet was made.").format(path=sheet.path), (10, False), GREY)
    day = time.strftime("%Y-%m-%d", time.localtime(sheet.created))
    return say(y, _tr("Made on {date}.").format(date=day), (10, False), GREY)


def _code(sheet: Sheet) -> tuple[bytes, ...] | None:
    whole = bytearray(b"-".join(sheet.groups))
    try:
        return modules_of(whole)
    finally:
        whole[:] = bytes(len(whole))


def _groups(painter: QPainter, page: QRectF, top: float, unit: float, groups: list[bytearray]) -> float:
    gap, height = 10 * unit, 40 * unit
    width = (page.width() - gap * (_COLUMNS - 1)) / _COLUMNS
    bottom = top
    for number, group in enumerate(groups):
        row, column = divmod(number, _COLUMNS)
        rect = QRectF(page.left() + column * (width + gap), top + row * (height + gap), width, height)
        painter.setPen(QPen(QColor("#777777"), 0.8 * unit))
        painter.drawRoundedRect(rect, 5 * unit, 5 * unit)
        painter.setPen(QColor("#555555"))
        painter.setFont(font(9))
        painter.drawText(rect.adjusted(10 * unit, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), str(number + 1))
        painter.setPen(BLACK)
        painter.setFont(font(18, strong=True, fixed=True))
        advance = painter.fontMetrics().horizontalAdvance("0")
        x = rect.center().x() - advance * len(group) / 2 + 6 * unit
        letters(painter, QRectF(x, rect.top(), rect.right() - x, rect.height()), group)
        bottom = rect.bottom()
    return bottom
