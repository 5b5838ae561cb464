"""What the window's tests share."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from kvault_gui.gui import theme


@pytest.fixture
def look(qapp: QApplication) -> Iterator[theme.Theme]:
    """kvault's look, light, at the size of the design; the way back to it afterwards."""
    font = QFont("Inter")
    font.setPixelSize(13)
    qapp.setFont(font)
    made = theme.apply(qapp, theme.Scheme.LIGHT)
    yield made
    qapp.setFont(font)
    made.set_scheme(theme.Scheme.LIGHT)
