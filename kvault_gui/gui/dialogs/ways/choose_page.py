"""The first page of Add: what the new way in asks for, one thing or several in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from kvault_gui.engine.api import Method
from kvault_gui.gui import theme
from kvault_gui.gui.dialogs.wizard_frame import Page
from kvault_gui.gui.models import ways as words
from kvault_gui.gui.models.lines import one_line
from kvault_gui.gui.widgets.buttons import IconButton, button
from kvault_gui.gui.widgets.cards import Card
from kvault_gui.gui.widgets.flow import Flow
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import Chip, label
from kvault_gui.gui.widgets.tab_order import follow_layout

from .rows import line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kvault_gui.engine.api import Availability, TokenInfo

MOST = 4  # things that one way in asks for
SEVERAL = words.PLUGGED  # two different tokens may be asked for, not two passwords


def _tr(text: str) -> str:
    return QCoreApplication.translate("ChoosePage", text)


def _sections() -> list[tuple[str, tuple[Method, ...]]]:
    return [
        (_tr("Something you know"), (Method.PASSWORD,)),
        (
            _tr("Something you hold"),
            (
                Method.FIDO2,
                Method.CHALLENGE_RESPONSE,
                Method.PIV,
                Method.OPENPGP,
                Method.PKCS11,
                Method.KEY_FILE,
            ),
        ),
        (_tr("This computer"), (Method.TPM, Method.DEVICE)),
        (_tr("On paper"), (Method.RECOVERY_CODE, Method.SHARES)),
    ]


class ChoosePage(Page):
    """Complete with one thing that may stand alone, or with several."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__(
            self.tr("What should it ask for?"),
            self.tr("One thing, or several that must all be given, in this order."),
        )
        self.chosen: list[Method] = []
        self._ready: dict[Method, Availability] = {}
        self._tokens: list[TokenInfo] = []
        self.buttons: dict[Method, QWidget] = {}
        self.order = Card(fill="asoft")
        self._hint = label("", "small", "wait", wrap=True)
        self._hint.hide()
        self._more = label(self.tr("Ask for something more as well"), "strong")
        self.column.addWidget(self.order)
        self.column.addWidget(self._hint)
        self.column.addSpacing(theme.px(4))
        self.column.addWidget(self._more)
        self.cards: list[Card] = []
        for title, methods in _sections():
            self.column.addSpacing(theme.px(12))
            self.column.addWidget(label(title, "section", "text2"))
            self.column.addSpacing(theme.px(4))
            card = Card()
            card.setProperty("methods", methods)
            self.cards.append(card)
            self.column.addWidget(card)
        self.column.addStretch(1)
        self._show()

    def show_methods(self, ready: Sequence[Availability]) -> None:
        """What can be enrolled here now."""
        self._ready = {each.method: each for each in ready}
        self._show()

    def show_tokens(self, tokens: Sequence[TokenInfo]) -> None:
        """What is plugged in now."""
        if list(tokens) != self._tokens:
            self._tokens = list(tokens)
            self._show()

    @property
    def is_complete(self) -> bool:
        """Whether the way in may be as it is."""
        return bool(self.chosen) and not self.needs_company

    @property
    def needs_company(self) -> bool:
        """Whether what was chosen cannot be the only thing that is asked for."""
        return bool(self.chosen) and all(method in words.COMPANY for method in self.chosen)

    def add(self, method: Method) -> None:
        """Ask for one thing more."""
        if len(self.chosen) < MOST and (method not in self.chosen or method in SEVERAL):
            self.chosen.append(method)
            self._changed()

    def remove(self, at: int) -> None:
        """Ask for one thing less."""
        del self.chosen[at]
        self._changed()

    def move_up(self, at: int) -> None:
        """Ask for it earlier."""
        self.chosen[at - 1 : at + 1] = [self.chosen[at], self.chosen[at - 1]]
        self._changed()

    def _changed(self) -> None:
        self._show()
        self.changed.emit()

    # --- showing ---------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        focused = next((method for method, made in self.buttons.items() if made.hasFocus()), None)
        if focused is not None:
            self.setFocus(Qt.FocusReason.OtherFocusReason)  # else Qt goes on to what is far below, and scrolls there
        self._show_order()
        self.buttons.clear()
        for card in self.cards:
            card.clear()
            for method in card.property("methods"):
                card.add(self._row(method))
        self._more.setVisible(bool(self.chosen))
        follow_layout(self)
        if focused is not None and focused in self.buttons and self.buttons[focused].isEnabled():
            self.buttons[focused].setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_order(self) -> None:
        self.order.clear()
        self.order.setVisible(bool(self.chosen))
        for at, method in enumerate(self.chosen):
            self.order.add(self._chosen_row(at, method))
        self._hint.setText(self.tr("Ask for a password as well: whoever finds or copies it could open the vault."))
        self._hint.setVisible(self.needs_company)

    def _chosen_row(self, at: int, method: Method) -> QWidget:
        name = words.method_name(method)
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(theme.px(14), theme.px(6), theme.px(8), theme.px(6))
        row.setSpacing(theme.px(10))
        row.addWidget(label(str(at + 1), "strong", "atext"))
        row.addWidget(IconSpot(words.ICONS[method], 18, "atext"))
        row.addWidget(label(name, "medium", "atext", wrap=True), 1)
        if at:
            up = IconButton("arrow-up", self.tr("Ask for {name} earlier").format(name=name), tone="atext")
            up.clicked.connect(lambda: self.move_up(at))
            row.addWidget(up)
        drop = IconButton("x", self.tr("Do not ask for {name}").format(name=name), tone="atext")
        drop.clicked.connect(lambda: self.remove(at))
        row.addWidget(drop)
        return made

    def _row(self, method: Method) -> QWidget:
        name, ready = words.method_name(method), self._ready.get(method)
        if ready is not None and not ready.ready:
            made = line(words.ICONS[method], name, words.sentence(ready.reason), "text3")
            made.setEnabled(False)
            made.setAccessibleName(self.tr("{name}: not available. {why}").format(name=name, why=ready.reason))
            return made
        end = Flow()
        for token in self._fitting(method):
            end.add(Chip(one_line(token.name), "check-circle-filled", "ok"))
        add = button(self.tr("Add"), small=True, on_click=lambda: self.add(method))
        add.setAccessibleName(self.tr("Ask for {name}").format(name=name))
        add.setEnabled(ready is not None and len(self.chosen) < MOST)
        if method in self.chosen and method not in SEVERAL:
            add.setEnabled(False)
        self.buttons[method] = add
        made = line(words.ICONS[method], name, words.method_sentence(method), end=add)
        if self._fitting(method):
            made.words.addWidget(end)
        return made

    def _fitting(self, method: Method) -> list[TokenInfo]:
        if method not in words.PLUGGED:
            return []
        return [token for token in self._tokens if method in token.methods and not token.problem]

    def take_focus(self) -> None:
        """Begin with the first thing that can be added."""
        for made in self.buttons.values():
            if made.isEnabled():
                made.setFocus(Qt.FocusReason.OtherFocusReason)
                return
