"""The settings. Each change counts at once; whoever opened the dialog keeps it and puts it in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from kvault_gui.desktop.settings import LIMITS, Density, Theme
from kvault_gui.gui import theme
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.cards import Card
from kvault_gui.gui.widgets.fitting import fit_over_window
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import Paragraph, label
from kvault_gui.gui.widgets.wheel import leave_wheel_to_page

from .quick import durations, honest, in_words, span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from PySide6.QtGui import QShowEvent

    from kvault_gui.desktop.settings import Settings
    from kvault_gui.engine.api import QuickState

SIZE = (560, 640)  # px at a 13 px font


class SettingsDialog(QDialog):
    """Shows and changes ``settings``.

    Args:
        settings: changed in place.
        missing: sentences about what cannot be noticed on this desktop.
        has_tray: whether the desktop shows tray icons.
        starts_at_login: whether kvault starts with the desktop now.
    """

    changed = Signal(str)  # the name of the setting
    quick_wanted = Signal()  # set up quick unlock of the open vault now
    quick_unwanted = Signal()  # forget it now

    def __init__(
        self,
        settings: Settings,
        missing: Sequence[str],
        *,
        has_tray: bool = True,
        starts_at_login: bool = False,
    ) -> None:
        super().__init__()
        self.setObjectName("settings-dialog")
        self.setWindowTitle(self.tr("Settings — kvault"))
        self.setAccessibleName(self.tr("Settings"))
        self._settings = settings
        settings.start_at_login = starts_at_login
        content = QWidget()
        content.setAutoFillBackground(False)
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(theme.px(24), theme.px(20), theme.px(24), theme.px(16))
        self._column.setSpacing(theme.px(8))
        self._column.addWidget(label(self.tr("Settings"), "title"))
        self._locking(missing)
        self._unlocking()
        self._values()
        self._looks()
        self._running(has_tray=has_tray)
        self._column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.viewport().setAutoFillBackground(False)
        scroll.setWidget(content)
        self.close_button = button(self.tr("Close"), "primary", on_click=self.accept)
        self.close_button.setObjectName("settings-close")
        self.close_button.setDefault(True)
        foot = QHBoxLayout()
        foot.setContentsMargins(theme.px(24), theme.px(12), theme.px(24), theme.px(16))
        foot.addWidget(label(self.tr("Changes count at once."), "small", "text2", wrap=True), 1)
        foot.addWidget(self.close_button)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(scroll, 1)
        outer.addLayout(foot)

    # Sections ---------------------------------------------------------------------------------------------------------

    def _section(self, text: str) -> Card:
        self._column.addSpacing(theme.px(8))
        self._column.addWidget(label(text, "strong"))
        card = Card()
        self._column.addWidget(card)
        return card

    def _locking(self, missing: Sequence[str]) -> None:
        card = self._section(self.tr("Locking"))
        card.add(
            self._number(
                "auto_lock_minutes", self.tr("Lock after no key and no mouse for"), self.tr(" min"), self.tr("Never")
            )
        )
        for name, text in (
            ("lock_on_suspend", self.tr("Lock when the computer sleeps")),
            ("lock_on_screen_lock", self.tr("Lock when the screen locks")),
            ("lock_on_user_switch", self.tr("Lock when another person takes over")),
            ("lock_on_removal", self.tr("Lock when the token that unlocked is pulled out")),
        ):
            card.add(self._switch(name, text))
        for sentence in missing:
            self._column.addWidget(_note("info-filled", sentence))
        if not missing:
            self._column.addWidget(
                _note("check-circle-filled", self.tr("All of this is noticed on this desktop."), "ok")
            )

    def _unlocking(self) -> None:
        card = self._section(self.tr("Quick unlock"))
        card.add(
            self._switch("quick_unlock", self.tr("Offer a PIN for the rest of the session after each unlock in full"))
        )
        minutes = self._settings.quick_minutes
        times = [(each, span(each)) for each in durations(minutes)]
        card.add(self._choice("quick_minutes", self.tr("For"), int, times))
        card.add(self._quick_now())
        self._quick_note = Paragraph("", "small")
        self._column.addWidget(self._quick_note)
        self.set_quick(None)

    def _quick_now(self) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(theme.px(16), theme.px(8), theme.px(12), theme.px(8))
        row.setSpacing(theme.px(8))
        self.quick_words = label("", wrap=True)
        self.quick_set = button("", small=True, on_click=self.quick_wanted.emit)
        self.quick_set.setObjectName("quick-set")
        self.quick_forget = button(self.tr("Forget it now"), small=True, on_click=self.quick_unwanted.emit)
        self.quick_forget.setObjectName("quick-forget")
        row.addWidget(self.quick_words, 1)
        row.addWidget(self.quick_forget)
        row.addWidget(self.quick_set)
        return made

    def set_quick(self, state: QuickState | None) -> None:
        """How quick unlock of the open vault stands; None: not known yet."""
        ready = state is not None and state.ready
        self.quick_words.setText(in_words(state) if state is not None else self.tr("Looking how it stands"))
        self.quick_set.setText(self.tr("Set another PIN…") if ready else self.tr("Set a PIN…"))
        self.quick_set.setVisible(state is not None and (ready or not state.reason))
        self.quick_forget.setVisible(ready)
        self._quick_note.setText(honest(state) if state is not None else "")
        self._quick_note.setVisible(state is not None)

    def _values(self) -> None:
        card = self._section(self.tr("Values"))
        card.add(
            self._number("clipboard_seconds", self.tr("Clear the clipboard after"), self.tr(" s"), self.tr("Never"))
        )
        card.add(self._number("hide_seconds", self.tr("Hide a shown value after"), self.tr(" s"), self.tr("Never")))

    def _looks(self) -> None:
        card = self._section(self.tr("Looks"))
        colours = (
            (Theme.SYSTEM, self.tr("As the desktop")),
            (Theme.LIGHT, self.tr("Light")),
            (Theme.DARK, self.tr("Dark")),
            (Theme.CONTRAST, self.tr("High contrast")),
        )
        card.add(self._choice("theme", self.tr("Colours"), Theme, colours))
        room = (
            (Density.COMFORTABLE, self.tr("Comfortable, two lines")),
            (Density.COMPACT, self.tr("Compact, one line")),
        )
        card.add(self._choice("density", self.tr("Lists"), Density, room))

    def _running(self, *, has_tray: bool) -> None:
        card = self._section(self.tr("Running"))
        keep = self._switch("keep_running", self.tr("Stay in the tray when the window closes"))
        card.add(keep)
        card.add(self._switch("start_at_login", self.tr("Start with the desktop, hidden")))
        if not has_tray:
            keep.setEnabled(False)
            self._column.addWidget(
                _note("info-filled", self.tr("This desktop shows no tray icons: closing the window ends kvault."))
            )

    # Rows -------------------------------------------------------------------------------------------------------------

    def _row(self, text: str, control: QWidget, name: str) -> QWidget:
        control.setObjectName(f"setting-{name}")
        control.setAccessibleName(text)
        leave_wheel_to_page(control)
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(theme.px(16), theme.px(6), theme.px(12), theme.px(6))
        row.setSpacing(theme.px(12))
        said = label(text, wrap=True)
        said.setBuddy(control)
        row.addWidget(said, 1)
        row.addWidget(control)
        return made

    def _number(self, name: str, text: str, unit: str, never: str) -> QWidget:
        box = QSpinBox()
        box.setRange(*LIMITS[name])
        box.setSuffix(unit)
        box.setSpecialValueText(never)
        box.setKeyboardTracking(False)  # a number counts when it is typed, not at each digit
        box.setValue(int(getattr(self._settings, name)))
        box.valueChanged.connect(lambda value: self._take(name, value))
        return self._row(text, box, name)

    def _switch(self, name: str, text: str) -> QWidget:
        box = QCheckBox(text)
        box.setObjectName(f"setting-{name}")
        box.setChecked(bool(getattr(self._settings, name)))
        box.toggled.connect(lambda on: self._take(name, on))
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(theme.px(14), theme.px(8), theme.px(12), theme.px(8))
        row.addWidget(box, 1)
        return made

    def _choice(
        self, name: str, text: str, kind: Callable[[Any], object], choices: Sequence[tuple[str | int, str]]
    ) -> QWidget:
        box = QComboBox()
        for value, word in choices:
            box.addItem(word, _plain(value))
        box.setCurrentIndex(max(box.findData(_plain(getattr(self._settings, name))), 0))
        box.currentIndexChanged.connect(lambda at: self._take(name, kind(box.itemData(at))))
        return self._row(text, box, name)

    def _take(self, name: str, value: object) -> None:
        setattr(self._settings, name, value)
        self.changed.emit(name)

    def showEvent(self, event: QShowEvent) -> None:
        """As large as wished for, or as the window it stands over leaves room."""
        super().showEvent(event)
        fit_over_window(self, SIZE)


def _plain(value: str | int) -> str | int:
    """A setting as Qt keeps it: the value of an enumeration."""
    return value if isinstance(value, int) else str(value)


def _note(icon: str, text: str, tone: str = "text2") -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(theme.px(4), 0, 0, 0)
    row.setSpacing(theme.px(8))
    row.addWidget(IconSpot(icon, 16, tone), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(label(text, "small", "text2", wrap=True), 1)
    made.setAccessibleName(text)
    return made
