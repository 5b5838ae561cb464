"""The list of ways in, what is to be said of them all, and Add."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.models import ways as words
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.cards import Card
from kvault_gui.gui.widgets.labels import label
from kvault_gui.gui.widgets.panels import Banner
from kvault_gui.gui.widgets.tab_order import follow_layout

from .card import WayCard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kvault_gui.engine.api import SlotInfo, WayState


class _Content(QWidget):
    """Needs the height that its lines have at its width, not what they would have at the least width."""

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), 0)


class Scroller(QScrollArea):
    """A page of a dialog that scrolls where there is too little room; ``column`` takes its parts."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        content = _Content()
        content.setAutoFillBackground(False)
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(theme.px(24), theme.px(8), theme.px(24), theme.px(20))
        self.column.setSpacing(theme.px(12))
        self.setWidget(content)


class ListPage(Scroller):
    """``wanted`` carries the way in and what to do with it (see card.py)."""

    wanted = Signal(object, str)  # SlotInfo, act
    add_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.cards: dict[str, WayCard] = {}
        self.said = Banner("ok", "")
        self.said.add_dismiss(self.said.hide)
        self.said.hide()
        self.urge = Banner("wait", "")
        self.urge.add_button(self.tr("Add one…"), self.add_wanted.emit, "plus")
        self.urge.hide()
        self.add = button(self.tr("Add a way in…"), "primary", "plus", on_click=self.add_wanted.emit)
        self.add.setObjectName("ways-add")
        self._count = label("", "strong", wrap=True)
        head = QHBoxLayout()
        head.addWidget(self._count, 1)
        head.addWidget(self.add)
        self._card = Card()
        self.column.addWidget(self.said)
        self.column.addWidget(self.urge)
        self.column.addLayout(head)
        self.column.addWidget(self._card)
        note = self.tr(
            "Removing one here does not reach copies and backups that were made before: they still open with it."
        )
        self.column.addWidget(label(note, "small", "text2", wrap=True))
        self.column.addStretch(1)

    def show_slots(self, slots: Sequence[SlotInfo], states: dict[str, WayState]) -> None:
        """Show what there is, the newest at the end."""
        focused = next((slot for slot, card in self.cards.items() if card.has_focus_inside()), "")
        place = self.verticalScrollBar().value()
        if focused:
            self.setFocus(Qt.FocusReason.OtherFocusReason)  # else Qt goes on to what is far below, and scrolls there
        self._card.clear()
        self.cards.clear()
        for slot in slots:
            card = WayCard(slot, states.get(slot.id))
            card.wanted.connect(lambda act, slot=slot: self.wanted.emit(slot, act))
            self.cards[slot.id] = card
            self._card.add(card)
        many = self.tr("{count} ways into this vault").format(count=len(slots))
        self._count.setText(self.tr("One way into this vault") if len(slots) == 1 else many)
        self._urge(slots)
        follow_layout(self)
        if focused:
            there = self.cards.get(focused)
            (self.add if there is None else there.test).setFocus(Qt.FocusReason.OtherFocusReason)
            QTimer.singleShot(0, self, lambda: self.verticalScrollBar().setValue(place))  # once it is laid out

    def _urge(self, slots: Sequence[SlotInfo]) -> None:
        lasting = words.opens_everything(slots)
        self.urge.setVisible(len(lasting) < 2)  # noqa: PLR2004 a second way
        if len(lasting) == 1:
            self.urge.set_words(
                self.tr("Add a second way in"),
                self.tr("If “{name}” is lost or forgotten, everything in this vault is lost with it.").format(
                    name=lasting[0].label
                ),
            )
        elif not lasting:
            self.urge.set_words(
                self.tr("Add a way in that lasts"),
                self.tr("Every way that opens everything has an end or works once."),
            )

    def show_states(self, states: dict[str, WayState]) -> None:
        """What is plugged in now."""
        for slot, card in self.cards.items():
            card.set_state(states.get(slot))

    def say(self, kind: str, title: str, text: str = "") -> None:
        """Tell what came of an act, above the list."""
        self.said.set_kind(kind)
        self.said.set_words(title, text)
        self.said.show()
        self.ensureVisible(0, 0)

    def take_focus(self) -> None:
        """Begin with Add."""
        self.add.setFocus(Qt.FocusReason.OtherFocusReason)
