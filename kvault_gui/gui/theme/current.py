"""What is in force: the colour set, the fonts, and the size of things in relation to the font."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo
from PySide6.QtWidgets import QApplication, QWidget

from . import colours as sets
from .colours import Tokens

FontRole = Literal[
    "title", "heading", "strong", "medium", "body", "small", "label", "caption", "section", "mono", "group", "code"
]

DRAWN_AT = 13  # px: the font size at which the sizes of the design were drawn
SMALLEST = 11  # px: no text is smaller

_FONTS: dict[str, tuple[float, QFont.Weight, bool]] = {
    "title": (1.54, QFont.Weight.DemiBold, False),
    "heading": (1.15, QFont.Weight.DemiBold, False),
    "strong": (1, QFont.Weight.DemiBold, False),
    "medium": (1, QFont.Weight.Medium, False),
    "body": (1, QFont.Weight.Normal, False),
    "small": (0.92, QFont.Weight.Normal, False),
    "label": (0.92, QFont.Weight.Medium, False),
    "caption": (0.85, QFont.Weight.Medium, False),
    "section": (0.85, QFont.Weight.DemiBold, False),
    "mono": (1, QFont.Weight.Normal, True),
    "group": (1.15, QFont.Weight.Medium, True),
    "code": (1.54, QFont.Weight.Medium, True),
}
# Faces in which 0 and O, 1, l and I cannot be taken for each other; the first that is installed is used.
_CLEAR_FACES = ["JetBrains Mono", "Cascadia Mono", "SF Mono", "Source Code Pro", "Hack", "DejaVu Sans Mono"]


class _State:
    tokens: Tokens = sets.LIGHT
    pixels: dict[tuple[int, float], int] = {}  # noqa: RUF012 the one cache of font sizes
    fonts: dict[tuple[str, str], QFont] = {}  # noqa: RUF012 the one cache of fonts


def tokens() -> Tokens:
    """The colour set in force."""
    return _State.tokens


def put(new: Tokens) -> None:
    """Make ``new`` the colour set in force; Theme.refresh repaints."""
    _State.tokens = new


@contextmanager
def borrowed(other: Tokens) -> Iterator[None]:
    """Another colour set for a while: to paint a sample of it."""
    before = _State.tokens
    _State.tokens = other
    try:
        yield
    finally:
        _State.tokens = before


def font_pixels() -> int:
    """The height of the application's font in device-independent pixels."""
    font = QApplication.font()
    key = (font.pixelSize(), font.pointSizeF())
    if key not in _State.pixels:
        _State.pixels[key] = max(QFontInfo(font).pixelSize(), 1)
    return _State.pixels[key]


def px(drawn: float) -> int:
    """``drawn`` pixels at a 13 px font, for the font in force."""
    return round(drawn * font_pixels() / DRAWN_AT)


def font(role: FontRole) -> QFont:
    """The font of a text role: system face and size, or the fixed face for secrets and codes."""
    base = QApplication.font()
    key = (role, base.key())
    if key not in _State.fonts:
        _State.fonts[key] = _make(role, base)
    return QFont(_State.fonts[key])


def _make(role: FontRole, base: QFont) -> QFont:
    factor, weight, fixed = _FONTS[role]
    made = QFont(base)
    if fixed:
        made.setFamilies([*_CLEAR_FACES, QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()])
        made.setStyleHint(QFont.StyleHint.Monospace)
        made.setFeature(QFont.Tag("liga"), 0)
        made.setFeature(QFont.Tag("calt"), 0)  # "->" in a password is two characters, not an arrow
    made.setPixelSize(max(round(font_pixels() * factor), SMALLEST))
    made.setWeight(weight)
    if role == "title":
        made.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 98.5)
    return made


def restyle(widget: QWidget, **properties: object) -> None:
    """Set dynamic properties that the style reads (``kind``, ``tone``, ``font_role``, ``invalid``, ...); repaint."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().polish(widget)
    widget.updateGeometry()
    widget.update()
