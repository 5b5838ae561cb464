"""Boxes in a page that scrolls keep their value when the wheel passes over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class _Calm(QObject):
    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel:
            event.ignore()  # so that the page gets it
            return True
        return False


def leave_wheel_to_page(box: QWidget) -> None:
    """Make ``box`` (a combo or spin box) take neither the wheel nor the focus from it."""
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    box.installEventFilter(_Calm(box))
