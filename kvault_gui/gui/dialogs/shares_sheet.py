"""The sheets with recovery shares, one a share: painted on paper, into a PDF or into a preview."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from .paper import BLACK, GREY, PALE, POINTS, font, letters, page_layout, spelled, text, write_pages
from .qr import modules_of, paint_qr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kvault_gui.engine.api import Secret, ShareGroup

_COLUMNS = 3
_QR = 150  # points
_SAMPLE = b"these words are a sample and open nothing at all".split()
_PREVIEW = 60  # dots an inch


class Set(NamedTuple):
    """What is the same on every sheet. ``groups`` say how many of how many; ``groups_needed`` how many groups."""

    vault: str
    number: str
    groups: tuple[ShareGroup, ...]
    groups_needed: int
    created: float


class ShareSheet(NamedTuple):
    """One sheet: share ``number`` of group ``group`` (both from 1). ``words`` are UTF-8 bytes."""

    of: Set
    group: int
    number: int
    words: list[bytearray]


def _tr(words: str) -> str:
    return QCoreApplication.translate("ShareSheet", words)


def sheets_of(made: Set, shares: Sequence[Sequence[Secret]]) -> list[ShareSheet]:
    """A sheet for each share, by group. The words are copies, wiped by ``wipe``."""
    return [
        ShareSheet(made, group, number, [bytearray(word) for word in share.value.split()])
        for group, of_group in enumerate(shares, 1)
        for number, share in enumerate(of_group, 1)
    ]


def wipe(sheets: Sequence[ShareSheet]) -> None:
    """Overwrite the words."""
    for sheet in sheets:
        for word in sheet.words:
            word[:] = bytes(len(word))
        sheet.words.clear()


def share_name(sheet: ShareSheet) -> str:
    """Which share of how many: "Share 2 of 3", with its group where there are several."""
    count = sheet.of.groups[sheet.group - 1].count
    said = _tr("Share {number} of {count}").format(number=sheet.number, count=count)
    if len(sheet.of.groups) == 1:
        return said
    return _tr("{share}, group {group} of {groups}").format(share=said, group=sheet.group, groups=len(sheet.of.groups))


def needed(sheet: ShareSheet) -> str:
    """How many are needed, in words."""
    own, made = sheet.of.groups[sheet.group - 1], sheet.of
    if own.threshold < 1:
        return ""  # not known to who asked for the sheet
    if own.threshold == 1:
        said = _tr("This one is enough.") if len(made.groups) == 1 else _tr("Of this group this one is enough.")
    else:
        count = spelled(own.threshold).capitalize()
        whole = _tr("{count} are needed.") if len(made.groups) == 1 else _tr("{count} of this group are needed.")
        said = whole.format(count=count)
    if len(made.groups) > 1:
        if made.groups_needed == 1:
            return f"{said} {_tr('One group is enough.')}"
        if made.groups_needed == len(made.groups):
            both = _tr("Both groups are needed.")
            every = _tr("All {count} groups are needed.").format(count=spelled(len(made.groups)))
            return f"{said} {both if len(made.groups) == 2 else every}"  # noqa: PLR2004 both
        groups = _tr("{count} of the {all} groups are needed.")
        said += " " + groups.format(count=spelled(made.groups_needed).capitalize(), all=spelled(len(made.groups)))
    return said


def pages_of(sheets: Sequence[ShareSheet]) -> list[Callable[..., None]]:
    """A painter for each sheet (see paper.paint_pages)."""
    return [partial(_page, sheet) for sheet in sheets]


def _page(sheet: ShareSheet, painter: QPainter, page: QRectF, unit: float) -> None:
    paint(painter, page, unit, sheet)


def write_pdf(path: str, sheets: Sequence[ShareSheet], paper: str, *, replace: bool) -> bool:
    """Write every sheet into one PDF (mode 0600), a page each; False if that failed."""
    return write_pages(path, _tr("Recovery shares"), paper, pages_of(sheets), replace=replace)


def preview(sheet: ShareSheet, paper: str) -> QImage:
    """A picture of a sheet as it will be printed, with sample words: nothing of the share is in it."""
    layout = page_layout(paper)
    whole, inner = layout.fullRectPixels(_PREVIEW), QRectF(layout.paintRectPixels(_PREVIEW))
    image = QImage(whole.size() * 2, QImage.Format.Format_RGB32)
    image.fill(QColor("#FFFFFF"))
    image.setDotsPerMeterX(round(2 * _PREVIEW / 0.0254))
    image.setDotsPerMeterY(round(2 * _PREVIEW / 0.0254))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    sample = [bytearray(_SAMPLE[at % len(_SAMPLE)]) for at in range(len(sheet.words))]
    rect = QRectF(inner.x() * 2, inner.y() * 2, inner.width() * 2, inner.height() * 2)
    paint(painter, rect, 2 * _PREVIEW / POINTS, sheet._replace(words=sample))
    painter.end()
    return image


def paint(painter: QPainter, page: QRectF, unit: float, sheet: ShareSheet) -> None:
    """Paint a sheet; ``unit`` is a point (1/72 inch) in the painter's units."""
    code = _code(sheet)
    side = _QR * unit if code is not None else 0.0
    lead = QRectF(page.left(), page.top(), page.width() - side - (12 * unit if side else 0), page.height())
    if code is not None:
        paint_qr(painter, QRectF(page.right() - side, page.top(), side, side), code)
    y = _head(painter, lead, unit, sheet)
    y = max(y, page.top() + side) + 14 * unit
    y = _words(painter, QRectF(page.left(), y, page.width(), page.bottom() - y), unit, sheet.words) + 20 * unit
    for said in _advice(sheet, with_code=code is not None):
        y = text(painter, QRectF(page.left(), y, page.width(), page.bottom() - y), unit, said, (11, False)) + 5 * unit


def _code(sheet: ShareSheet) -> tuple[bytes, ...] | None:
    whole = bytearray(b" ".join(sheet.words))
    try:
        return modules_of(whole)
    finally:
        whole[:] = bytes(len(whole))


def _head(painter: QPainter, lead: QRectF, unit: float, sheet: ShareSheet) -> float:
    def say(y: float, words: str, points: float, *, strong: bool = False, colour: QColor = BLACK) -> float:
        room = QRectF(lead.left(), y, lead.width(), lead.bottom() - y)
        return text(painter, room, unit, words, (points, strong), colour)

    made = sheet.of
    y = say(lead.top(), _tr("Recovery share"), 22, strong=True) + 6 * unit
    y = say(y, share_name(sheet), 15, strong=True)
    y = say(y, needed(sheet), 12) + 8 * unit
    y = say(y, _tr("For the vault “{name}”.").format(name=made.vault), 12)
    y = say(y, _tr("Set {number}").format(number=made.number), 12, strong=True)
    day = time.strftime("%Y-%m-%d", time.localtime(made.created))
    return say(y, _tr("Made on {date}.").format(date=day), 10, colour=GREY)


def _words(painter: QPainter, room: QRectF, unit: float, words: list[bytearray]) -> float:
    rows = -(-len(words) // _COLUMNS)
    gap, height = 12 * unit, 23 * unit
    width = (room.width() - gap * (_COLUMNS - 1)) / _COLUMNS
    for at, word in enumerate(words):  # down the columns, as one reads a list
        column, row = divmod(at, rows)
        cell = QRectF(room.left() + column * (width + gap), room.top() + row * height, width, height)
        painter.setPen(QPen(QColor("#C8C8C8"), 0.6 * unit))
        painter.drawLine(cell.bottomLeft(), cell.bottomRight())
        painter.setPen(PALE)
        painter.setFont(font(9))
        number = cell.adjusted(0, 0, -(width - 20 * unit), 0)
        painter.drawText(number, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), str(at + 1))
        painter.setPen(BLACK)
        painter.setFont(font(13, strong=True, fixed=True))
        letters(painter, cell.adjusted(30 * unit, 0, 0, 0), word)
    return room.top() + rows * height


def _advice(sheet: ShareSheet, *, with_code: bool) -> tuple[str, ...]:
    made = sheet.of
    alone = len(made.groups) == 1 and made.groups[0].threshold == 1
    use = (
        _tr(
            "To use it: start kvault, open Other ways, choose the recovery shares, and type the words in order, "
            "or let kvault read a photo of the code. The first four letters of a word are enough."
        )
        if with_code
        else _tr(
            "To use it: start kvault, open Other ways, choose the recovery shares, and type the words in order. "
            "The first four letters of a word are enough."
        )
    )
    worth = (
        _tr("Whoever finds this sheet can open the vault and every copy of it.")
        if alone
        else _tr(
            "This sheet alone tells nothing about the vault. Together with enough others of set {number} it opens "
            "the vault and every copy of it."
        ).format(number=made.number)
    )
    return (
        use,
        worth,
        _tr("Keep each sheet with another person or in another place, away from the computer."),
        _tr("kvault keeps no copy of the words. When a new set is made, destroy this sheet."),
    )
