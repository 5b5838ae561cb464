"""How the pane's columns share the width: where there is too little room, one of them goes, none moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kvault_gui.gui import theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QSplitter, QWidget

    from .detail import Detail

# px at a 13 px font, of the pane's width without the rail
NARROW = 836  # under it the sidebar goes
WIDE = 1_036  # from it on the columns have their drawn width
FOLDED = 620  # under it list and detail share one place
SIDE, SIDE_SMALL = 204, 172
LIST, LIST_SMALL = 324, 276
LIST_LEAST, DETAIL_LEAST = 240, 320


class Columns:
    """Sidebar, list, detail."""

    def __init__(self, side: QWidget, splitter: QSplitter, listed: QWidget, detail: Detail) -> None:
        self._side, self._splitter, self._list, self._detail = side, splitter, listed, detail
        self._wanted: bool | None = None
        self._size = ""
        self._folded = False
        self._in_detail = False

    @property
    def folded(self) -> bool:
        """Whether list and detail share one place."""
        return self._folded

    def fit(self, width: int) -> None:
        """Share ``width`` device-independent pixels."""
        wide = width >= theme.px(WIDE)
        shown = width >= theme.px(NARROW) if self._wanted is None else self._wanted
        self._side.setVisible(shown)
        self._side.setFixedWidth(theme.px(SIDE if wide else SIDE_SMALL))
        rest = width - (self._side.width() if shown else 0)
        self._folded = rest < theme.px(FOLDED)
        self._list.setMinimumWidth(theme.px(LIST_LEAST) if not self._folded else 0)
        self._detail.setMinimumWidth(theme.px(DETAIL_LEAST) if not self._folded else 0)
        size = "wide" if wide else "small"
        if size != self._size:
            self._size = size
            first = theme.px(LIST if wide else LIST_SMALL)
            self._splitter.setSizes([first, max(rest - first, 1)])
        self._show()

    def toggle_side(self) -> None:
        """Show or hide the sidebar; the choice stays until the other is made."""
        self._wanted = not self._side.isVisible()

    def go_to_detail(self) -> None:
        """The person opened an entry."""
        self._in_detail = True
        self._show()

    def go_to_list(self) -> None:
        """The person went back."""
        self._in_detail = False
        self._show()

    def _show(self) -> None:
        self._list.setVisible(not self._folded or not self._in_detail)
        self._detail.setVisible(not self._folded or self._in_detail)
        self._detail.back.setVisible(self._folded)
