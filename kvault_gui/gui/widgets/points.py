"""Characters of a secret in one fixed buffer, and their painting one by one.

No string of the whole secret is ever made: a string cannot be wiped, and Qt and Python keep copies of strings.
"""

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from kvault_gui.gui import theme

BULLET = "\u2022"
_WIDTH = 4  # bytes a character: UTF-32, little-endian
_LEAD_TWO, _LEAD_THREE, _LEAD_FOUR = 0xC0, 0xE0, 0xF0


class Points:
    """At most ``capacity`` code points in a buffer that never moves, so that no forgotten copy stays behind."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._bytes = bytearray(capacity * _WIDTH)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __repr__(self) -> str:
        return "Points(…)"

    def char(self, index: int) -> str:
        """The character at ``index``."""
        return chr(int.from_bytes(self._bytes[index * _WIDTH : (index + 1) * _WIDTH], "little"))

    def splice(self, start: int, end: int, text: str) -> int:
        """Replace [start, end) by ``text``, cut to what fits; returns how many characters went in."""
        text = text[: self.capacity - self._count + end - start]
        view, grow = memoryview(self._bytes), len(text) - (end - start)
        view[(end + grow) * _WIDTH : (self._count + grow) * _WIDTH] = view[end * _WIDTH : self._count * _WIDTH]
        for at, char in enumerate(text, start):
            view[at * _WIDTH : (at + 1) * _WIDTH] = ord(char).to_bytes(_WIDTH, "little")
        if grow < 0:
            view[(self._count + grow) * _WIDTH : self._count * _WIDTH] = bytes(-grow * _WIDTH)
        self._count += grow
        return len(text)

    def load(self, utf8: bytearray) -> None:
        """Replace everything by UTF-8 bytes. Raises UnicodeDecodeError; what does not fit is left out."""
        self.wipe()
        at = 0
        while at < len(utf8) and self._count < self.capacity:
            lead = utf8[at]
            size = 1 if lead < _LEAD_TWO else 2 if lead < _LEAD_THREE else 3 if lead < _LEAD_FOUR else 4
            self.splice(self._count, self._count, bytes(utf8[at : at + size]).decode())
            at += size

    def utf8(self) -> bytearray:
        """The characters as UTF-8; the caller wipes the result."""
        out = bytearray(self._count * _WIDTH)
        end = 0
        for index in range(self._count):
            point = self.char(index).encode("utf-8", "surrogatepass")
            out[end : end + len(point)] = point
            end += len(point)
        del out[end:]
        return out

    def equals(self, other: "Points") -> bool:
        """Whether both hold the same characters."""
        same = len(self) == len(other)
        for index in range(min(len(self), len(other))):
            same = same & (self.char(index) == other.char(index))  # every character, so that time tells nothing
        return same

    def wipe(self) -> None:
        """Overwrite everything."""
        self._bytes[:] = bytes(len(self._bytes))
        self._count = 0


def colour_of(char: str) -> QColor:
    """Digits and symbols stand out, so that 0 and O, 1 and l are told apart."""
    t = theme.tokens()
    if char.isdigit():
        return t.accent
    return t.text if char.isalpha() or char.isspace() else t.sym


def paint_char(painter: QPainter, char: str, at: QPointF, cell: float, metrics: QFontMetricsF) -> None:
    """Paint one character into a cell; one that is wider than its cell is squeezed, so that cells stay aligned."""
    painter.setPen(colour_of(char))
    wide = metrics.horizontalAdvance(char)
    if wide <= cell + 1:
        painter.drawText(at, char)
        return
    painter.save()
    painter.translate(at)
    painter.scale(cell / wide, 1)
    painter.drawText(QPointF(0, 0), char)
    painter.restore()
