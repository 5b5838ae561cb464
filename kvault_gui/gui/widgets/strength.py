"""How hard a password is to guess: five segments, a word, bits."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.theme.draw import box

from .labels import label, set_tone

SEGMENTS = 5
EXCELLENT = 64  # bits: the estimate's best score begins far below, where a stolen copy can be guessed at
_TONES = ("bad", "bad", "wait", "ok", "ok")


class _Segments(QWidget):
    def __init__(self, width: int) -> None:
        super().__init__()
        self._width = width
        self.filled, self.tone = 0, "ok"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(self._width), theme.px(4))

    def paintEvent(self, _event: QPaintEvent) -> None:
        t, gap = theme.tokens(), theme.px(4)
        rest = (None, t.ctl) if t.is_contrast else (t.line, None)  # fill and border
        painter = QPainter(self)
        width = (self.width() - gap * (SEGMENTS - 1)) / SEGMENTS
        mirrored = self.isRightToLeft()
        for number in range(SEGMENTS):
            at = SEGMENTS - 1 - number if mirrored else number
            rect = QRectF(at * (width + gap), 0, width, self.height())
            fill, border = (t.colour(self.tone), None) if number < self.filled else rest
            box(painter, rect, self.height() / 2, fill, border)


class StrengthBar(QWidget):
    """Shows an estimate; never colour alone. ``width`` of the segments is in px at a 13 px font."""

    def __init__(self, parent: QWidget | None = None, *, width: int = 180) -> None:
        super().__init__(parent)
        self._segments = _Segments(width)
        self._word = label("", "label")
        self._bits = label("", "small", "text2")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(10))
        row.addWidget(self._segments)
        row.addWidget(self._word)
        row.addWidget(self._bits, 1)
        self.setAccessibleName(self.tr("Strength"))
        self.clear()

    def clear(self) -> None:
        """Nothing to estimate."""
        self._segments.filled = 0
        self._word.setText("")
        self._bits.setText("")
        self.setAccessibleDescription("")
        self._segments.update()

    def set_strength(self, score: int, bits: float) -> None:
        """Show an estimate: ``score`` 0 to 4, ``bits`` of guesses."""
        words = (
            self.tr("Very weak"),
            self.tr("Weak"),
            self.tr("Fair"),
            self.tr("Strong"),
            self.tr("Excellent"),
        )
        score = min(max(score, 0), SEGMENTS - 1 if bits >= EXCELLENT else SEGMENTS - 2)
        self._segments.filled, self._segments.tone = score + 1, _TONES[score]
        self._word.setText(words[score])
        set_tone(self._word, _TONES[score])
        self._bits.setText(self.tr("about {bits} bits").format(bits=round(bits)))
        self.setAccessibleDescription(f"{words[score]}, {self._bits.text()}")
        self._segments.update()

    @property
    def filled(self) -> int:
        """How many segments are filled."""
        return self._segments.filled

    @property
    def text(self) -> str:
        """The word and the bits."""
        return self.accessibleDescription()
