"""One way in: what it asks for, how strong it is, when it was used, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.models import ways as words
from kvault_gui.gui.models.lines import one_line
from kvault_gui.gui.widgets.buttons import IconButton, button
from kvault_gui.gui.widgets.cards import Tile
from kvault_gui.gui.widgets.flow import Flow
from kvault_gui.gui.widgets.labels import Chip, label

from .rows import Row

if TYPE_CHECKING:
    from kvault_gui.engine.api import SlotInfo, WayState

TEST, RENAME, LIMIT, REPLACE, RENEW, REMOVE = "test", "rename", "limit", "replace", "renew", "remove"


class WayCard(Row):
    """A row of the list. ``wanted`` says what the person wants to do with it: one of the names above."""

    wanted = Signal(str)

    def __init__(self, slot: SlotInfo, state: WayState | None = None) -> None:
        super().__init__()
        self.slot = slot
        self.name = one_line(slot.label)
        self._state = state
        self._actions: dict[str, QAction] = {}
        self.setObjectName(f"way-{slot.id}")
        self.row.setContentsMargins(theme.px(16), theme.px(12), theme.px(12), theme.px(12))
        row = QHBoxLayout()
        row.setSpacing(theme.px(14))
        self.row.addLayout(row, 1)
        soft = words.is_over(slot)
        row.addWidget(Tile(words.icon(slot), 32, tone="text3" if soft else "text"), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._build_words(), 1)
        self.row.addLayout(self._build_acts())
        self.setAccessibleName(words.spoken(slot, state))

    def _build_words(self) -> QVBoxLayout:
        slot = self.slot
        column = self.words
        column.setSpacing(theme.px(3))
        head = Flow()
        self.title = label(self.name, "medium")
        head.add(self.title)
        self.chips = head
        self._chips: list[Chip] = []
        column.addWidget(head)
        what, detail, strength = words.in_words(slot), words.details(slot), words.strength(slot)
        for text, role, tone in ((what, "body", "text"), (detail, "small", "text2"), (strength, "small", "text2")):
            if text and text != self.name:
                column.addWidget(label(text, role, tone, wrap=True))  # type: ignore[arg-type]  # roles of the theme
        column.addWidget(label(f"{words.used(slot)} · {words.added(slot)}", "caption", "text3", wrap=True))
        self.set_state(self._state)
        return column

    def set_state(self, state: WayState | None) -> None:
        """Whether its token is plugged in: the chips follow."""
        self._state = state
        for chip in self._chips:
            self.chips.flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips = [Chip(*badge) for badge in words.badges(self.slot, state)]
        for chip in self._chips:
            self.chips.add(chip)
        self.setAccessibleName(words.spoken(self.slot, state))

    def _build_acts(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(4))
        row.addStretch(1)
        renew = words.renewal(self.slot)
        self.renew: QPushButton | None = None
        if words.shows_renewal(self.slot):
            self.renew = button(renew, "link", small=True, on_click=lambda: self.wanted.emit(RENEW))
            self.renew.setAccessibleName(self.tr("{act}: {name}").format(act=renew, name=self.name))
            row.addWidget(self.renew, 0, Qt.AlignmentFlag.AlignTop)
        self.test = button(self.tr("Test"), icon="", small=True, on_click=lambda: self.wanted.emit(TEST))
        self.test.setAccessibleName(self.tr("Test {name}").format(name=self.name))
        self.more = IconButton("dots", self.tr("More for {name}").format(name=self.name))
        self.more.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(self._build_menu(renew))
        row.addWidget(self.test, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.more, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _build_menu(self, renew: str) -> QMenu:
        menu = QMenu(self)
        for name, text, icon, keys in (
            (RENAME, self.tr("Rename…"), "pencil", "F2"),
            (LIMIT, self.tr("Limit…"), "clock", ""),
            (REPLACE, self.tr("Replace…"), "refresh", ""),
            (RENEW, renew, "restore", ""),
            ("", "", "", ""),
            (REMOVE, self.tr("Remove…"), "trash", "Del"),
        ):
            if not name:
                menu.addSeparator()
                continue
            action = QAction(theme.icon(icon), text, self)
            if keys:
                action.setShortcut(QKeySequence(keys))
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                self.addAction(action)
            action.triggered.connect(lambda _on, name=name: self.wanted.emit(name))
            menu.addAction(action)
            self._actions[name] = action
        return menu

    def has_focus_inside(self) -> bool:
        """Whether the keyboard is at one of its buttons, or will be when the window is active again."""
        return self.window().focusWidget() in self.findChildren(QWidget)

    def do(self, name: str) -> None:
        """As if it was chosen from the menu."""
        self._actions[name].trigger()
