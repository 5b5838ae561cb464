"""How large a dialog opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize

from kvault_gui.gui import theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog

_LEAST = QSize(480, 420)  # of a window; over a smaller one a dialog may stand out
_FRAME = (8, 40)  # px at a 13 px font: what a window manager puts round a dialog


def fit_over_window(dialog: QDialog, size: tuple[int, int]) -> None:
    """Make it as large as wished for (px at a 13 px font), or as screen and the window under it leave room."""
    room = dialog.screen().availableSize() - QSize(theme.px(_FRAME[0]), theme.px(_FRAME[1]))
    over = dialog.parentWidget()
    if over is not None:
        room = room.boundedTo(over.window().size().expandedTo(_LEAST))
    dialog.resize(QSize(theme.px(size[0]), theme.px(size[1])).boundedTo(room))
