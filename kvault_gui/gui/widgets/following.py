"""Pages that scroll follow the keyboard.

Qt scrolls to what gets the focus by Tab from within a page, not to what gets it from outside: by Shift+Tab from the
buttons under it, or from a program.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from kvault_gui.gui import theme


def follow_focus(_old: QWidget | None, now: QWidget | None) -> None:
    """Bring what has the focus now into view; for QApplication.focusChanged. A mouse is where it points already."""
    if now is None or QApplication.mouseButtons() != Qt.MouseButton.NoButton:
        return
    above = now.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea) and above.widget() is not now and above.isVisible():
            above.ensureWidgetVisible(now, 0, theme.px(8))
        above = above.parentWidget()
