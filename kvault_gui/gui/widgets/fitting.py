"""How large a dialog opens, and where it stands when it grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize

from kvault_gui.gui import theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog, QWidget

_LEAST = QSize(480, 420)  # of a window; over a smaller one a dialog may stand out
_FRAME = (8, 40)  # px at a 13 px font: what a window manager puts round a dialog


def fit_over_window(dialog: QDialog, size: tuple[int, int]) -> None:
    """Make it as large as wished for (px at a 13 px font), or as screen and the window under it leave room."""
    room = dialog.screen().availableSize() - QSize(theme.px(_FRAME[0]), theme.px(_FRAME[1]))
    over = dialog.parentWidget()
    if over is not None:
        room = room.boundedTo(over.window().size().expandedTo(_LEAST))
    dialog.resize(QSize(theme.px(size[0]), theme.px(size[1])).boundedTo(room))


def keep_on_screen(window: QWidget, height: int) -> None:
    """Move a window up that grows below the screen's edge; ``height`` (px) is what it is about to have."""
    if not window.isVisible():
        return  # the window manager finds a place for it
    room, frame = window.screen().availableGeometry(), window.frameGeometry().height() - window.height()
    below = window.y() + height + frame - room.bottom() - 1
    if below > 0:
        window.move(window.x(), max(room.top(), window.y() - below))
