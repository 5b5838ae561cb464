"""The sheet with the recovery code: painted on paper or into a PDF."""

import time
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

_COLUMNS = 3


class Sheet(NamedTuple):
    """What stands on it. ``groups`` are the code's groups as UTF-8 bytes."""

    name: str
    path: str
    groups: list[bytearray]
    created: float


def _tr(text: str) -> str:
    return QCoreApplication.translate("RecoverySheet", text)


def write_pdf(path: str, sheet: Sheet) -> bool:
    """Write the sheet into a new file; False if that failed."""
    writer = QPdfWriter(path)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(20, 20, 20, 20), QPageLayout.Unit.Millimeter)
    writer.setTitle(_tr("Recovery sheet"))
    writer.setCreator("kvault")
    painter = QPainter()
    if not painter.begin(writer):
        return False
    paint(painter, QRectF(0, 0, writer.width(), writer.height()), writer.logicalDpiY() / 72, sheet)
    return painter.end()


def paint(painter: QPainter, page: QRectF, unit: float, sheet: Sheet) -> None:
    """Paint the sheet; ``unit`` is a point (1/72 inch) in the painter's units."""
    black, grey = QColor("#000000"), QColor("#444444")
    y = _text(painter, page, page.top(), unit, _tr("Recovery sheet"), (22, True), black)
    y += 4 * unit
    y = _text(
        painter, page, y, unit, _tr("This code opens the vault “{name}”.").format(name=sheet.name), (12, False), black
    )
    facts = (
        _tr("It was in {path} when this sheet was made.").format(path=sheet.path),
        _tr("Made on {date}.").format(date=time.strftime("%Y-%m-%d", time.localtime(sheet.created))),
    )
    for fact in facts:
        y = _text(painter, page, y, unit, fact, (10, False), grey)
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
    for text in advice:
        y = _text(painter, page, y, unit, text, (11, False), black) + 6 * unit


def _font(points: float, *, strong: bool, fixed: bool = False) -> QFont:
    font = QFont()
    if fixed:
        font.setFamilies(["JetBrains Mono", "DejaVu Sans Mono", "monospace"])
        font.setStyleHint(QFont.StyleHint.Monospace)
    font.setPointSizeF(points)
    font.setBold(strong)
    return font


def _text(
    painter: QPainter, page: QRectF, y: float, unit: float, text: str, look: tuple[float, bool], colour: QColor
) -> float:
    painter.setFont(_font(look[0], strong=look[1]))
    painter.setPen(colour)
    flags = int(Qt.TextFlag.TextWordWrap)
    room = QRectF(page.left(), y, page.width(), page.bottom() - y)
    used = painter.boundingRect(room, flags, text)
    painter.drawText(room, flags, text)
    return used.bottom() + 3 * unit


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
        painter.setFont(_font(9, strong=False))
        painter.drawText(rect.adjusted(10 * unit, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), str(number + 1))
        painter.setPen(QColor("#000000"))
        painter.setFont(_font(18, strong=True, fixed=True))
        advance = painter.fontMetrics().horizontalAdvance("0")
        x = rect.center().x() - advance * len(group) / 2 + 6 * unit
        for at, byte in enumerate(group):  # character by character: no string of the code, and no ligatures
            spot = QRectF(x + at * advance, rect.top(), advance * 1.2, rect.height())
            painter.drawText(spot, int(Qt.AlignmentFlag.AlignVCenter), chr(byte))
        bottom = rect.bottom()
    return bottom
