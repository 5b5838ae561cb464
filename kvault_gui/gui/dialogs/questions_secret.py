"""A field for a PIN or a password that a token or a way in asks for, with its tries, and care at the last one."""

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.labels import label, set_tone
from kvault_gui.gui.widgets.secret_edit import SecretEdit

from .unlock_parts import Line


class SecretWanted(NamedTuple):
    """What is asked for. ``retries`` None: not limited; 1: the last try."""

    name: str  # of the field, for assistive technology
    retries: int | None = None
    token: str = ""  # whose PIN it is
    least: int = 0  # characters


def _tr(text: str) -> str:
    return QCoreApplication.translate("SecretPanel", text)


def tries(count: int) -> str:
    """How many are left."""
    return _tr("One try is left.") if count == 1 else _tr("{count} tries are left.").format(count=count)


class SecretPanel(QWidget):
    """The field, its tries, and the question before the last one is spent.

    ``passed`` says that what stands in the field is given: whoever listens takes it. Nothing empty or shorter than
    wanted is given.

    Args:
        wanted: what is asked for.
        own_button: whether "Continue" stands beside the field; else whoever shows the panel calls ``submit``.
    """

    passed = Signal()
    ready_changed = Signal(bool)
    confirming = Signal(bool)  # the question before the last try stands

    def __init__(self, wanted: SecretWanted, *, own_button: bool = True) -> None:
        super().__init__()
        self._wanted, self._sure = wanted, False
        self.field = SecretEdit(wanted.name)
        self.field.setObjectName("asked-secret")
        self.field.edited.connect(self._edited)
        self.field.returnPressed.connect(self.submit)
        self.go = button(_tr("Continue"), "primary", on_click=self.submit)
        self.go.setObjectName("secret-continue")
        self.go.setVisible(own_button)
        self._own_button = own_button
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        first = QHBoxLayout()
        first.setSpacing(theme.px(8))
        first.addWidget(self.field, 1)
        first.addWidget(self.go)
        column.addLayout(first)
        self._tries = label("", "small", "text2", wrap=True)
        self._tries.setObjectName("secret-tries")
        self._tries.setContentsMargins(0, theme.px(6), 0, 0)
        self._tries.setMinimumHeight(1)  # else it asks for the height that it would have in a narrow place
        self._tries.setVisible(False)
        self._warning = Line("warning-filled", "wait", wrap=True)
        self._wrong = Line("alert-circle-filled", "bad")
        for line in (self._wrong, self._tries, self._warning):
            column.addWidget(line)
        column.addWidget(self._build_confirmation())
        self._say_tries()
        self._edited()

    def _build_confirmation(self) -> QWidget:
        self._confirmation = QWidget()
        row = QHBoxLayout(self._confirmation)
        row.setContentsMargins(0, theme.px(10), 0, 0)
        row.setSpacing(theme.px(8))
        row.addStretch(1)
        self.keep = button(_tr("Look at it again"), on_click=self._keep)
        self.keep.setObjectName("secret-keep")
        self.spend = button(_tr("Use the last try"), "danger-filled", on_click=self._spend)
        self.spend.setObjectName("secret-spend")
        for each in (self.keep, self.spend):
            each.setAutoDefault(True)  # with the focus on it, Enter presses it and nothing else
            row.addWidget(each)
        self._confirmation.hide()
        return self._confirmation

    def _say_tries(self) -> None:
        count = self._wanted.retries
        if count is None:
            return
        if count > 1:
            self._tries.setText(tries(count))
            self._tries.setVisible(True)
            return
        token = self._wanted.token
        text = (
            _tr("This is the last try. Another wrong PIN blocks {token}.").format(token=token)
            if token
            else _tr("This is the last try.")
        )
        self._warning.say(text)

    @property
    def sentences(self) -> str:
        """What stands under the field."""
        return " ".join(filter(None, (self._wrong.text, self._tries.text(), self._warning.text)))

    @property
    def is_last(self) -> bool:
        """Whether only one try is left."""
        return self._wanted.retries == 1

    @property
    def is_ready(self) -> bool:
        """Whether enough was typed."""
        return len(self.field) >= max(self._wanted.least, 1)

    def say_wrong(self, text: str) -> None:
        """What was given before did not do."""
        self._wrong.say(text)
        theme.restyle(self.field, invalid=bool(text))

    def begin(self) -> None:
        """Put the cursor into the field, and say what is asked for."""
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        text = f"{self._wanted.name}. {self.sentences}".strip()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def submit(self) -> None:
        """Give what was typed; before the last try, ask once."""
        if not self.is_ready:
            if len(self.field):
                self._wrong.say(_tr("At least {count} characters.").format(count=self._wanted.least))
            return
        if self.is_last and not self._sure:
            self._ask_twice(on=True)
            return
        self.field.setReadOnly(True)
        self.go.setEnabled(False)
        self.passed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in the field has given it already, and must not press the dialog's default button as well."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    def _edited(self) -> None:
        if len(self.field):
            self.say_wrong("")
        self.go.setEnabled(self.is_ready)
        self.ready_changed.emit(self.is_ready)

    def _ask_twice(self, *, on: bool) -> None:
        self._confirmation.setVisible(on)
        self.go.setVisible(self._own_button and not on)
        self.field.setReadOnly(on)
        set_tone(self._tries, "wait" if on else "text2")
        self.confirming.emit(on)
        if on:
            # The cursor is put where nothing is spent by a second Enter that was meant for the field.
            self.keep.setFocus(Qt.FocusReason.OtherFocusReason)
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self._warning.text))

    def _keep(self) -> None:
        self._ask_twice(on=False)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _spend(self) -> None:
        self._sure = True
        self.submit()
