"""Setting up quick unlock: a PIN or a finger for the rest of this login session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QHBoxLayout, QVBoxLayout, QWidget

from kvault_gui.engine.api import Secret
from kvault_gui.gui import theme
from kvault_gui.gui.ask import words
from kvault_gui.gui.tasks import Tasks
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.labels import Paragraph, label
from kvault_gui.gui.widgets.secret_edit import SecretEdit
from kvault_gui.gui.widgets.wheel import leave_wheel_to_page

from .unlock_parts import Line

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from kvault_gui.engine.api import QuickState
    from kvault_gui.engine.errors import KvaultError

LEAST = 4  # characters of a PIN: the engine asks for at least as many
MINUTES = (15, 60, 240, 480, 1_440)


class QuickCalls(Protocol):
    """The engine's quick unlock, for one open vault."""

    async def state(self, path: str) -> QuickState:
        """See api.Quick.state."""
        ...

    async def remember(self, pin: Secret | None, seconds: int, biometrics: bool) -> QuickState:  # noqa: FBT001 as there
        """See api.Quick.remember."""
        ...

    async def forget(self, path: str) -> None:
        """See api.Quick.forget."""
        ...


def _tr(text: str) -> str:
    return QCoreApplication.translate("Quick", text)


def span(minutes: int) -> str:
    """So many minutes in words."""
    if minutes % 60 or not minutes:
        return _tr("{count} minutes").format(count=minutes)
    hours = minutes // 60
    return _tr("1 hour") if hours == 1 else _tr("{count} hours").format(count=hours)


def durations(now: int) -> list[int]:
    """The minutes to choose from, the current ones among them."""
    return sorted({*MINUTES, now})


def in_words(state: QuickState) -> str:
    """How quick unlock of the open vault stands."""
    if not state.ready:
        return state.reason or _tr("Not set up in this session.")
    until = QLocale().toString(QDateTime.fromSecsSinceEpoch(int(state.until)), "HH:mm")
    key = _tr("A fingerprint") if state.biometrics and not state.pin else _tr("A PIN")
    if state.biometrics and state.pin:
        key = _tr("A PIN or a fingerprint")
    return _tr("{what} unlocks until {time}.").format(what=key, time=until)


def honest(state: QuickState) -> str:
    """What it is good for and what it is not."""
    kept = _tr("The vault's key is kept in the {where}.").format(where=state.where) if state.where else ""
    over = _tr("It is wiped at the end of the time and when you log out.")
    return " ".join(filter(None, (kept, over, state.words)))


class QuickDialog(QDialog):
    """Asks for a PIN twice and for how long it is good.

    Args:
        calls: remembers the keys.
        state: how it stands; ``reason`` says why it cannot be set up.
        minutes: proposed.
        finger: whether a fingerprint may be offered.
    """

    def __init__(self, calls: QuickCalls, state: QuickState, minutes: int, *, finger: bool = False) -> None:
        super().__init__()
        self.setObjectName("quick-dialog")
        self.setWindowTitle(_tr("Quick unlock — kvault"))
        title = _tr("Quick unlock")
        self.setAccessibleName(title)
        self._calls, self.state = calls, state
        self.tasks = Tasks(self, self._failed)
        layout = QVBoxLayout(self)
        margin = theme.px(24)
        layout.setContentsMargins(margin, margin, margin, margin)
        layout.setSpacing(theme.px(6))
        layout.addWidget(label(title, "title", wrap=True))
        layout.addWidget(
            Paragraph(_tr("After this unlock in full, a short PIN opens the vault again in this login session."))
        )
        layout.addSpacing(theme.px(8))
        self.first, self.second = (
            self._field(layout, _tr("PIN, at least {count} characters").format(count=LEAST)),
            self._field(layout, _tr("The same PIN again")),
        )
        self.finger = QCheckBox(_tr("A fingerprint opens it as well"))
        self.finger.setObjectName("quick-finger")
        self.finger.setVisible(finger)
        self.finger.toggled.connect(self._refresh)
        layout.addWidget(self.finger)
        layout.addSpacing(theme.px(4))
        layout.addWidget(self._build_time(minutes))
        self.problem = Line("alert-circle-filled", "bad")
        layout.addWidget(self.problem)
        layout.addSpacing(theme.px(8))
        self._honest = Paragraph(honest(state), "small")
        layout.addWidget(self._honest)
        layout.addLayout(self._build_foot())
        self.setMinimumWidth(theme.px(440))
        self.finished.connect(self._over)
        self._refresh()

    def _field(self, layout: QVBoxLayout, name: str) -> SecretEdit:
        caption = label(name, "label", "text2")
        field = SecretEdit(name)
        caption.setBuddy(field)
        field.edited.connect(self._edited)
        layout.addWidget(caption)
        layout.addWidget(field)
        layout.addSpacing(theme.px(6))
        return field

    def _build_time(self, minutes: int) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        said = label(_tr("For"), "body")
        self.time = QComboBox()
        self.time.setObjectName("quick-time")
        self.time.setAccessibleName(_tr("How long"))
        said.setBuddy(self.time)
        leave_wheel_to_page(self.time)
        for each in durations(minutes):
            self.time.addItem(span(each), each)
        self.time.setCurrentIndex(max(self.time.findData(minutes), 0))
        row.addWidget(said)
        row.addWidget(self.time)
        row.addStretch(1)
        return holder

    def _build_foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, theme.px(14), 0, 0)
        row.addStretch(1)
        self.cancel = button(_tr("Not now"), on_click=self.reject)
        self.action = button(_tr("Set the PIN"), "primary", on_click=self._save)
        self.action.setDefault(True)
        row.addWidget(self.cancel)
        row.addWidget(self.action)
        return row

    @property
    def minutes(self) -> int:
        """How long it is to be good."""
        return int(self.time.currentData())

    @property
    def is_complete(self) -> bool:
        """Whether a PIN was typed twice; a fingerprint does without."""
        typed = len(self.first) or len(self.second)
        if not typed:
            return self.finger.isChecked()
        return len(self.first) >= LEAST and len(self.second) == len(self.first)

    def _edited(self) -> None:
        for field in (self.first, self.second):
            theme.restyle(field, invalid=False)
        self.problem.say("")
        self._refresh()

    def _refresh(self) -> None:
        alone = self.finger.isChecked() and not len(self.first) and not len(self.second)
        self.action.setText(_tr("Use the fingerprint") if alone else _tr("Set the PIN"))
        self.action.setEnabled(self.is_complete and not self.tasks.is_running("save"))

    def _save(self) -> None:
        if not self.is_complete:
            return
        if not self.first.same_as(self.second):
            theme.restyle(self.second, invalid=True)
            self.problem.say(_tr("The two differ. Type the PIN again."))
            self.second.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        task = self.tasks.start(self._remember(), "save")
        self._refresh()
        if task is not None:
            task.add_done_callback(lambda _done: self._refresh())

    async def _remember(self) -> None:
        pin = Secret(self.first.peek()) if len(self.first) else None
        try:
            self.state = await self._calls.remember(pin, self.minutes * 60, self.finger.isChecked())
        finally:
            if pin is not None:
                pin.wipe()
        self.accept()

    def _failed(self, error: KvaultError) -> None:
        said = words(error)
        self.problem.say(f"{said.what.rstrip('.')}. {said.advice}")
        self.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _over(self, _result: int) -> None:
        self.first.wipe()
        self.second.wipe()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin in the first field."""
        super().showEvent(event)
        self.first.setFocus(Qt.FocusReason.OtherFocusReason)
