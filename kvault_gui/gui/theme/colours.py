"""The colours of the window, each with one meaning, and the palette made of them.

``rail``, ``side``, ``list`` and ``page`` grow lighter towards the content; ``raised`` is for cards and inputs,
``sunken`` for tiles; ``line`` divides, ``ctl`` bounds what can be operated; ``ok`` means proven, ``wait`` waits for
the person or hands a value over, ``bad`` is refused or broken, ``live`` is held by an agent now.
"""

from typing import NamedTuple

from PySide6.QtGui import QColor, QPalette


class Tokens(NamedTuple):
    """One colour set."""

    rail: QColor
    side: QColor
    list: QColor
    page: QColor
    raised: QColor
    sunken: QColor
    hover: QColor
    inact: QColor
    line: QColor
    ctl: QColor
    text: QColor
    text2: QColor
    text3: QColor
    accent: QColor
    onacc: QColor
    asoft: QColor
    atext: QColor
    ok: QColor
    oksoft: QColor
    wait: QColor
    waitsoft: QColor
    bad: QColor
    badsoft: QColor
    onbad: QColor
    live: QColor
    livesoft: QColor
    onlive: QColor
    sym: QColor
    snack: QColor
    snacktext: QColor
    snackacc: QColor

    def colour(self, name: str) -> QColor:
        """The colour called ``name``. Raises AttributeError."""
        found = getattr(self, name)
        assert isinstance(found, QColor)  # noqa: S101 tells the type checker what every field is
        return found

    @property
    def is_contrast(self) -> bool:
        """Whether this is a high contrast set: every border solid, soft fills only with a coloured border."""
        return self.line == self.ctl

    @property
    def is_dark(self) -> bool:
        """Whether text is lighter than what it stands on."""
        return self.text.lightnessF() > self.page.lightnessF()


def _tokens(hexes: str) -> Tokens:
    return Tokens(*(QColor(f"#{value}") for value in hexes.split()))


LIGHT = _tokens(
    "DFE5E8 ECF0F2 F7F9FA FFFFFF  FFFFFF F2F5F6  E0E7EA E1E6E9  D9E0E4 7C8993  14202A 465560 586771 "
    "0B6478 FFFFFF D5E9EE 084F5F  196637 DCF0E3  7F4C00 FBEED4  AE231B FBE5E2 FFFFFF  66399E EDE5F8 FFFFFF "
    "97306B  1F2A33 F4F7F8 7FD3E4"
)
DARK = _tokens(
    "12171A 171D21 1C2327 22292E  293137 1B2226  333E45 2C353B  38434A 7A8892  E8EEF1 B4C0C8 9FADB6 "
    "6CC7DA 06262E 1C444F B4E7F1  7AD39C 1D3D2B  F1BE68 443419  FF9C92 4E2724 3A0905  C9ACF6 392B51 1E0F38 "
    "F2A3CF  E8EEF1 14202A 0B6478"
)
CONTRAST_DARK = _tokens(
    "000000 000000 000000 000000  000000 000000  1F1F1F 1F1F1F  FFFFFF FFFFFF  FFFFFF FFFFFF E6E6E6 "
    "7DE3F7 000000 003A47 FFFFFF  8CF0B2 000000  FFD27A 000000  FFB0A8 000000 000000  DCC6FF 000000 000000 "
    "FFC4E4  FFFFFF 000000 003A47"
)
CONTRAST_LIGHT = _tokens(
    "FFFFFF FFFFFF FFFFFF FFFFFF  FFFFFF FFFFFF  E6E6E6 E6E6E6  000000 000000  000000 000000 1F1F1F "
    "00404E FFFFFF C2E9F2 000000  0B4A22 FFFFFF  5C3700 FFFFFF  850F09 FFFFFF FFFFFF  4A2080 FFFFFF FFFFFF "
    "701F4D  000000 FFFFFF 7DE3F7"
)


def palette(tokens: Tokens) -> QPalette:
    """A palette with every role set for the active, inactive and disabled group."""
    role = QPalette.ColorRole
    base = {
        role.Window: tokens.page,
        role.WindowText: tokens.text,
        role.Base: tokens.raised,
        role.AlternateBase: tokens.sunken,
        role.ToolTipBase: tokens.snack,
        role.ToolTipText: tokens.snacktext,
        role.PlaceholderText: tokens.text3,
        role.Text: tokens.text,
        role.Button: tokens.raised,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.onacc,
        role.Light: tokens.page,
        role.Midlight: tokens.hover,
        role.Mid: tokens.line,
        role.Dark: tokens.ctl,
        role.Shadow: tokens.ctl,
        role.Highlight: tokens.asoft,
        role.HighlightedText: tokens.atext,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Accent: tokens.accent,
    }
    inactive = base | {role.Highlight: tokens.inact, role.HighlightedText: tokens.text}
    quiet = (role.WindowText, role.Text, role.ButtonText, role.HighlightedText)
    disabled = inactive | dict.fromkeys(quiet, tokens.text3) | {role.Base: tokens.inact, role.Button: tokens.inact}
    made = QPalette()
    groups = QPalette.ColorGroup
    for group, colours in ((groups.Active, base), (groups.Inactive, inactive), (groups.Disabled, disabled)):
        for each, colour in colours.items():
            made.setColor(group, each, colour)
    return made
