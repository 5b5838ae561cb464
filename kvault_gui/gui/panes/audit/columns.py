"""How the pane's columns share the width: where there is too little room, one of them goes, none moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kvault_gui.gui import theme

from .inspector import WIDTH, Inspector

if TYPE_CHECKING:
    from PySide6.QtWidgets import QHBoxLayout, QWidget

# px at a 13 px font, of the pane's width without the rail
NARROW = 836  # under it the sidebar goes
WIDE = 1_036  # under it the inspector lies over the list
SIDE, SIDE_SMALL = 204, 172


class Columns:
    """Sidebar, list, inspector: beside the list where there is room, else a drawer over it."""

    def __init__(self, pane: QWidget, row: QHBoxLayout, side: QWidget, inspector: Inspector) -> None:
        self._pane, self._row, self._side, self._inspector = pane, row, side, inspector
        self._wanted: bool | None = None
        self._open = False
        self.docked = False

    def toggle_side(self) -> None:
        """Show or hide the sidebar; the choice stays until the other is made."""
        self._wanted = not self._side.isVisible()
        self.fit()

    def open_drawer(self) -> None:
        """Show the record, where it has no place of its own."""
        if not self.docked:
            self._open = True
            self.fit()

    def close_drawer(self) -> None:
        """Take the drawer away."""
        self._open = False
        self.fit()

    def fit(self) -> None:
        """Share the pane's width."""
        width = self._pane.width()
        self.docked = width >= theme.px(WIDE)
        self._side.setVisible(width >= theme.px(NARROW) if self._wanted is None else self._wanted)
        self._side.setFixedWidth(theme.px(SIDE if self.docked else SIDE_SMALL))
        take = min(theme.px(WIDTH), width)
        mirrored = self._pane.isRightToLeft()
        margin = take if self.docked else 0
        self._row.setContentsMargins(margin if mirrored else 0, 0, 0 if mirrored else margin, 0)
        self._inspector.setGeometry(0 if mirrored else width - take, 0, take, self._pane.height())
        self._inspector.close_button.setVisible(not self.docked)
        self._inspector.setVisible(self.docked or self._open)
        self._inspector.raise_()
