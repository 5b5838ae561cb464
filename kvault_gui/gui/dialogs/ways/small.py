"""Two small questions about a way in: its name, and how long it is good for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QDateTime, Qt, QTime, Signal
from PySide6.QtWidgets import QCheckBox, QDateEdit, QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import Paragraph, label
from kvault_gui.gui.widgets.wheel import leave_wheel_to_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QShowEvent

    from kvault_gui.engine.api import SlotInfo

LONGEST = 100  # characters of a name
_YEARS = 10


class Limits(QWidget):
    """Once, until a day, and what that is worth."""

    changed = Signal()

    def __init__(self, *, once: bool = False, expires: float | None = None) -> None:
        super().__init__()
        self.once = QCheckBox(self.tr("It can be used once"))
        self.once.setChecked(once)
        self.ends = QCheckBox(self.tr("It ends after"))
        self.ends.setChecked(expires is not None)
        self.day = QDateEdit()
        self.day.setAccessibleName(self.tr("The last day"))
        self.day.setCalendarPopup(True)
        self.day.setDisplayFormat("d MMMM yyyy")
        self.day.setMinimumWidth(self.day.fontMetrics().horizontalAdvance("30 September 2026") + theme.px(52))
        leave_wheel_to_page(self.day)
        today = QDate.currentDate()
        self.day.setDateRange(today, today.addYears(_YEARS))
        self.day.setDate(QDateTime.fromSecsSinceEpoch(int(expires)).date() if expires else today.addMonths(1))
        self.day.setEnabled(expires is not None)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.ends)
        row.addWidget(self.day)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        column.addWidget(self.once)
        column.addLayout(row)
        column.addWidget(honest(self.tr("This binds kvault, not a copy of the file in other hands.")))
        self.ends.toggled.connect(self.day.setEnabled)
        self.ends.toggled.connect(self.changed)
        self.once.toggled.connect(self.changed)
        self.day.dateChanged.connect(self.changed)

    @property
    def expires(self) -> float | None:
        """The end of the last day, in seconds since 1970; None: it has no end."""
        if not self.ends.isChecked():
            return None
        return float(QDateTime(self.day.date(), QTime(23, 59, 59)).toSecsSinceEpoch())


def honest(text: str) -> QWidget:
    """A sentence about what something does not do."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.px(8))
    row.addWidget(IconSpot("info", 16), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(label(text, "small", "text2", wrap=True), 1)
    made.setAccessibleName(text)
    return made


class _Small(QDialog):
    """A title, a sentence, something to fill in, two buttons."""

    def __init__(self, title: str, text: str, body: QWidget, action: str) -> None:
        super().__init__()
        self.setWindowTitle("kvault")
        self.setAccessibleName(title)
        self.action = button(action, "primary", on_click=self._act)
        self.action.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(24),) * 4)
        column.setSpacing(theme.px(8))
        column.addWidget(label(title, "title", wrap=True))
        if text:
            column.addWidget(Paragraph(text))
        column.addSpacing(theme.px(4))
        column.addWidget(body)
        self.wrong = label("", "small", "bad", wrap=True)
        self.wrong.hide()
        column.addWidget(self.wrong)
        column.addSpacing(theme.px(8))
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addStretch(1)
        row.addWidget(button(self.tr("Cancel"), on_click=self.reject))
        row.addWidget(self.action)
        column.addLayout(row)
        self.setMinimumWidth(theme.px(440))
        self._body = body

    def _act(self) -> None:
        self.accept()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin with what is to be filled in."""
        super().showEvent(event)
        self.adjustSize()
        self._body.setFocus(Qt.FocusReason.OtherFocusReason)


class RenameDialog(_Small):
    """Asks for another name; one that is taken is refused at once."""

    def __init__(self, name: str, taken: Sequence[str]) -> None:
        self.field = QLineEdit(name)
        self.field.setMaxLength(LONGEST)
        self.field.selectAll()
        super().__init__(self.tr("Rename “{name}”").format(name=name), "", self.field, self.tr("Rename"))
        self.field.setAccessibleName(self.tr("Name"))
        self._taken = {each for each in taken if each != name}
        self.field.textChanged.connect(self._check)
        self._check()

    @property
    def name(self) -> str:
        """What was typed."""
        return self.field.text().strip()

    def _check(self) -> None:
        twice = self.name in self._taken
        self.wrong.setText(self.tr("There is a way in of that name already.") if twice else "")
        self.wrong.setVisible(twice)
        theme.restyle(self.field, invalid=twice)
        self.action.setEnabled(bool(self.name) and not twice)


class LimitDialog(_Small):
    """Asks how often and how long a way in is good for."""

    def __init__(self, slot: SlotInfo) -> None:
        self.limits = Limits(once=slot.once, expires=slot.expires)
        title = self.tr("Limit “{name}”").format(name=slot.label)
        super().__init__(title, "", self.limits, self.tr("Limit it"))
        self.limits.changed.connect(self._name)
        self._name()

    def _name(self) -> None:
        limited = self.limits.once.isChecked() or self.limits.expires is not None
        self.action.setText(self.tr("Limit it") if limited else self.tr("No limit"))

    def showEvent(self, event: QShowEvent) -> None:
        """Begin with the first limit."""
        super().showEvent(event)
        self.limits.once.setFocus(Qt.FocusReason.OtherFocusReason)
