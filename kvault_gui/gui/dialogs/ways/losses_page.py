"""What happens if one thing is lost: the picture, its sentence, and the same as a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QStackedWidget

from kvault_gui.gui import theme
from kvault_gui.gui.models import ways as words
from kvault_gui.gui.models.lines import one_line
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.cards import Card
from kvault_gui.gui.widgets.labels import label
from kvault_gui.gui.widgets.loss_map import LossMap, Thing, Way
from kvault_gui.gui.widgets.panels import Banner

from .list_page import Scroller
from .rows import line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kvault_gui.engine.api import Loss, SlotInfo

PICTURE, LIST = range(2)


class LossesPage(Scroller):
    """Shows ``api.Loss`` structs."""

    def __init__(self) -> None:
        super().__init__()
        self.losses: list[Loss] = []
        self._names: dict[str, str] = {}
        self.map = LossMap()
        self.map.chosen.connect(self._chosen)
        self.card = Card()
        self.as_list = button(self.tr("As a list"), "ghost", "list", small=True)
        self.as_list.setCheckable(True)
        self.as_list.toggled.connect(lambda on: self._switch(LIST if on else PICTURE))
        head = QHBoxLayout()
        intro = self.tr("Choose what is lost, and see which ways into this vault end with it and which are left.")
        head.addWidget(label(intro, "body", "text2", wrap=True), 1)
        head.addWidget(self.as_list)
        self._kinds = QHBoxLayout()
        self._kinds.setSpacing(theme.px(16))
        self._kinds.addWidget(label(self.tr("What can be lost"), "section", "text2"), 1)
        self._kinds.addWidget(_end_label(self.tr("Ways into this vault")), 1)
        self.said = Banner("info", "")
        self.stack = QStackedWidget()
        self.stack.addWidget(self.map)
        self.stack.addWidget(self.card)
        self._fit()
        self.column.addLayout(head)
        self.column.addWidget(self.said)
        self.column.addLayout(self._kinds)
        self.column.addWidget(self.stack)
        self.column.addStretch(1)

    def show_losses(self, losses: Sequence[Loss], slots: Sequence[SlotInfo]) -> None:
        """Show other losses; none is chosen."""
        self.losses = list(losses)
        self._names = {slot.id: one_line(slot.label) for slot in slots}
        things = [
            Thing(one_line(loss.thing), words.ICONS[loss.method], tuple(loss.lost), not loss.left)
            for loss in self.losses
        ]
        ways = [Way(slot.id, self._names[slot.id], words.icon(slot), partly=not slot.reads_values) for slot in slots]
        self.map.show_map(things, ways)
        self.card.clear()
        for loss in self.losses:
            icon, tone = ("warning-filled", "bad") if not loss.left else (words.ICONS[loss.method], "text2")
            self.card.add(line(icon, one_line(loss.thing), self.sentence(loss), tone))
        self._overview()

    def _overview(self) -> None:
        gone = [one_line(loss.thing) for loss in self.losses if not loss.left]
        if gone:
            self.said.set_kind("bad")
            title = self.tr("One loss would end everything: {things}").format(things=", ".join(gone))
            self.said.set_words(title, self.tr("Add another way in that does not need it."))
        else:
            self.said.set_kind("ok")
            self.said.set_words(
                self.tr("No single loss shuts you out"), self.tr("Whatever of this is lost, another way in is left.")
            )

    def sentence(self, loss: Loss) -> str:
        """What happens, with the ways that are left by name."""
        left = [f"“{self._names.get(slot, slot)}”" for slot in loss.left]
        said = words.sentence(one_line(loss.words))
        if left and not any(name.strip("“”") in said for name in left):  # recovery shares are told by their number
            said = f"{said} {self.tr('Left: {names}.').format(names=', '.join(left))}"
        return said

    def _chosen(self, number: int) -> None:
        loss = self.losses[number]
        self.said.set_kind("ok" if loss.left else "bad")
        if not loss.left:
            title = self.tr("Without “{thing}” nothing is left").format(thing=one_line(loss.thing))
        elif not loss.lost:
            title = self.tr("Without “{thing}” everything still opens").format(thing=one_line(loss.thing))
        elif len(loss.left) == 1:
            title = self.tr("Without “{thing}” one way in is left").format(thing=one_line(loss.thing))
        else:
            title = self.tr("Without “{thing}” {count} ways in are left").format(
                thing=one_line(loss.thing), count=len(loss.left)
            )
        self.said.set_words(title, self.sentence(loss))

    def _fit(self) -> None:
        """As high as what is shown, not as the higher of both."""
        for at, page in enumerate((self.map, self.card)):
            shown = at == self.stack.currentIndex()
            page.setSizePolicy(
                QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum if shown else QSizePolicy.Policy.Ignored
            )

    def _switch(self, which: int) -> None:
        self.stack.setCurrentIndex(which)
        self._fit()
        for at in range(self._kinds.count()):
            item = self._kinds.itemAt(at)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.setVisible(which == PICTURE)


def _end_label(text: str) -> QLabel:
    made = label(text, "section", "text2")
    made.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
    return made
