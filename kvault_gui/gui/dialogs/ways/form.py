"""What the forms of all methods share: the signal, the tokens that are there, small parts of a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from kvault_gui.engine.api import Method, NewFactor
from kvault_gui.gui import theme
from kvault_gui.gui.models import ways as words
from kvault_gui.gui.models.lines import one_line
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import label
from kvault_gui.gui.widgets.wheel import leave_wheel_to_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kvault_gui.engine.api import TokenInfo


class Form(QWidget):
    """The details of one factor. ``factor`` gives what was filled in."""

    changed = Signal()

    def __init__(self, method: Method) -> None:
        super().__init__()
        self.method = method
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.px(6))

    def factor(self) -> NewFactor:
        """What to enrol. The caller wipes its secret."""
        return NewFactor(self.method)

    @property
    def is_complete(self) -> bool:
        """Whether everything that is needed was filled in."""
        return True

    @property
    def token_name(self) -> str:
        """The chosen token's name, for the proposed name of the way in."""
        return ""

    def show_tokens(self, tokens: Sequence[TokenInfo]) -> None:
        """What is plugged in now."""

    def wipe(self) -> None:
        """Overwrite what was typed."""

    def set_busy(self, *, busy: bool) -> None:
        """While it is enrolled nothing can be changed."""
        self.setEnabled(not busy)


class Said(QWidget):
    """A sentence with an icon; hidden while there is nothing to say."""

    def __init__(self, icon: str = "info", tone: str = "text2") -> None:
        super().__init__()
        self._label = label("", "small", tone, wrap=True)
        self._icon = IconSpot(icon, 16, tone)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.px(2), 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._label, 1)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._label.text()

    def say(self, text: str, icon: str = "", tone: str = "") -> None:
        """Say something, or nothing."""
        self._label.setText(text)
        if icon:
            self._icon.set_icon(icon, tone)
            theme.restyle(self._label, tone=tone)
        self.setAccessibleName(text)
        self.setVisible(bool(text))


def combo(name: str, choices: Sequence[tuple[str, object]]) -> QComboBox:
    """A box of choices with their values, with a name for assistive technology."""
    made = QComboBox()
    made.setAccessibleName(name)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(12)
    leave_wheel_to_page(made)
    for text, value in choices:
        made.addItem(text, value)
    return made


class TokenChoice(QWidget):
    """The tokens that can do a method; follows plugging and pulling."""

    changed = Signal()

    def __init__(self, method: Method) -> None:
        super().__init__()
        self._method = method
        self._tokens: list[TokenInfo] = []
        self.box = combo(self.tr("Token"), [])
        self.box.currentIndexChanged.connect(self._chosen)
        self._missing, self._warning = Said("usb"), Said("warning-filled", "wait")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addWidget(label(self.tr("Token"), "label", "text2"))
        column.addWidget(self.box)
        column.addWidget(self._missing)
        column.addWidget(self._warning)
        self.show_tokens([])

    @property
    def token(self) -> TokenInfo | None:
        """The one that is chosen; None: nothing that fits is there, or it cannot be used."""
        at = self.box.currentIndex()
        chosen = self._tokens[at] if 0 <= at < len(self._tokens) else None
        return None if chosen is None or chosen.problem else chosen

    def show_tokens(self, tokens: Sequence[TokenInfo]) -> None:
        """Show what is there now; the choice stays if it can."""
        before = self.token
        self._tokens = [token for token in tokens if self._method in token.methods]
        self.box.blockSignals(True)  # noqa: FBT003 Qt's signature
        self.box.clear()
        for token in self._tokens:
            serial = self.tr("serial {serial}").format(serial=token.serial) if token.serial else ""
            self.box.addItem(", ".join(part for part in (one_line(token.name), one_line(serial)) if part))
        ids = [token.id for token in self._tokens]
        if before is not None and before.id in ids:
            self.box.setCurrentIndex(ids.index(before.id))
        self.box.blockSignals(False)  # noqa: FBT003 Qt's signature
        self.box.setVisible(bool(self._tokens))
        self._chosen()

    def _chosen(self) -> None:
        at = self.box.currentIndex()
        shown = self._tokens[at] if 0 <= at < len(self._tokens) else None
        plug = self.tr("Plug it in now; kvault sees it by itself.")
        self._missing.say(plug if shown is None else "")
        said = [] if shown is None else [text for text in (shown.problem, *shown.warnings) if text]
        self._warning.say(" ".join(words.sentence(one_line(text)) for text in said))
        self.changed.emit()
