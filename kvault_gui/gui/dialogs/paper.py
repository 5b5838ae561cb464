"""What the sheets share: the size of paper, text on a page, and writing a PDF that only its owner may read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QFile, QIODevice, QLocale, QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPageLayout, QPageSize, QPainter, QPdfWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PAPERS = {"A4": QPageSize.PageSizeId.A4, "Letter": QPageSize.PageSizeId.Letter}
MARGIN = 18  # mm
POINTS = 72  # an inch
BLACK, GREY, PALE = QColor("#000000"), QColor("#444444"), QColor("#777777")

Paint = "Callable[[QPainter, QRectF, float], None]"


def usual_paper() -> str:
    """The paper of the person's country: "A4" or "Letter"."""
    imperial = QLocale.MeasurementSystem.ImperialUSSystem
    return "Letter" if QLocale.system().measurementSystem() is imperial else "A4"


def page_layout(paper: str) -> QPageLayout:
    """Portrait, with margins that every printer can keep. Raises KeyError for another paper."""
    size = QPageSize(PAPERS[paper])
    margins = QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN)
    return QPageLayout(size, QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter)


def write_pages(path: str, title: str, paper: str, pages: Sequence[Callable[..., None]], *, replace: bool) -> bool:
    """Write a PDF, one page for each painter; False if that failed.

    The file is made with mode 0600 and written to directly, never by way of a temporary file.

    Args:
        path: where to.
        title: the document's title.
        paper: a key of PAPERS.
        pages: called with painter, page and the size of a point in the painter's units.
        replace: whether a file that is there may be replaced.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | (os.O_TRUNC if replace else os.O_EXCL)
    try:
        handle = os.open(path, flags, 0o600)
        os.fchmod(handle, 0o600)
    except OSError:
        return False
    file = QFile()
    if not file.open(handle, QIODevice.OpenModeFlag.WriteOnly, QFile.FileHandleFlag.AutoCloseHandle):
        os.close(handle)
        return False
    done = _write(file, title, paper, pages)
    done = file.flush() and done and file.error() is QFile.FileError.NoError
    file.close()
    return done


def _write(file: QFile, title: str, paper: str, pages: Sequence[Callable[..., None]]) -> bool:
    writer = QPdfWriter(file)
    writer.setPageLayout(page_layout(paper))
    writer.setTitle(title)
    writer.setCreator("kvault")
    painter = QPainter()
    if not painter.begin(writer):
        return False
    paint_pages(painter, writer, pages)
    return painter.end()


def paint_pages(painter: QPainter, device: object, pages: Sequence[Callable[..., None]]) -> None:
    """Paint each page on ``device``, a QPdfWriter or a QPrinter on which ``painter`` has begun."""
    for number, page in enumerate(pages):
        if number:
            device.newPage()  # type: ignore[attr-defined]  # both have it
        size = QRectF(0, 0, device.width(), device.height())  # type: ignore[attr-defined]  # as above
        page(painter, size, device.logicalDpiY() / POINTS)  # type: ignore[attr-defined]  # as above


def font(points: float, *, strong: bool = False, fixed: bool = False) -> QFont:
    """A font of the sheet; ``fixed`` one that tells 0 from O."""
    made = QFont()
    if fixed:
        made.setFamilies(["JetBrains Mono", "DejaVu Sans Mono", "monospace"])
        made.setStyleHint(QFont.StyleHint.Monospace)
    made.setPointSizeF(points)
    made.setBold(strong)
    return made


def text(
    painter: QPainter, room: QRectF, unit: float, words: str, look: tuple[float, bool], colour: QColor = BLACK
) -> float:
    """Wrapped text at the top of ``room``; ``look`` is points and boldness. Returns where it ends."""
    painter.setFont(font(look[0], strong=look[1]))
    painter.setPen(colour)
    flags = int(Qt.TextFlag.TextWordWrap)
    used = painter.boundingRect(room, flags, words)
    painter.drawText(room, flags, words)
    return used.bottom() + 3 * unit


def letters(painter: QPainter, room: QRectF, secret: bytearray) -> None:
    """A secret letter by letter from the left of ``room`` on: no string of it, and no ligatures."""
    advance = painter.fontMetrics().horizontalAdvance("0")
    for at, byte in enumerate(secret):
        spot = QRectF(room.left() + at * advance, room.top(), advance * 1.2, room.height())
        painter.drawText(spot, int(Qt.AlignmentFlag.AlignVCenter), chr(byte))


def spelled(number: int) -> str:
    """A small number as a word."""
    names = (
        _tr("none"), _tr("one"), _tr("two"), _tr("three"), _tr("four"), _tr("five"), _tr("six"), _tr("seven"),
        _tr("eight"), _tr("nine"), _tr("ten"), _tr("eleven"), _tr("twelve"),
    )  # fmt: skip
    return names[number] if 0 <= number < len(names) else str(number)


def _tr(words: str) -> str:
    return QCoreApplication.translate("Paper", words)
