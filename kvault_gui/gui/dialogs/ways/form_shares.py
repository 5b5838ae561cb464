"""How many recovery shares are made, and how many of them are needed; in groups where wished for."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSpinBox, QWidget

from kvault_gui.engine.api import Method, NewFactor, ShareGroup
from kvault_gui.gui import theme
from kvault_gui.gui.widgets.buttons import IconButton, button
from kvault_gui.gui.widgets.cards import Card
from kvault_gui.gui.widgets.labels import label
from kvault_gui.gui.widgets.wheel import leave_wheel_to_page

from .form import Form, Said

MOST = 16  # SLIP-39: groups, and shares of a group


def _stepper(name: str, value: int) -> QSpinBox:
    made = QSpinBox()
    made.setRange(1, MOST)
    made.setValue(value)
    made.setAccessibleName(name)
    leave_wheel_to_page(made)
    return made


class GroupRow(QWidget):
    """How many of how many shares: two steppers that cannot contradict each other."""

    changed = Signal()
    removed = Signal()

    def __init__(self, number: int, need: int = 2, count: int = 3) -> None:
        super().__init__()
        self.title = label("", "medium")
        self.need = _stepper("", need)
        self.count = _stepper("", count)
        self.drop = IconButton("x", "")
        self.drop.clicked.connect(self.removed)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(14), theme.px(8), theme.px(10), theme.px(8))
        row.setSpacing(theme.px(8))
        row.addWidget(self.title)
        row.addWidget(self.need)
        row.addWidget(label(self.tr("of")))
        row.addWidget(self.count)
        row.addWidget(label(self.tr("shares")))
        row.addStretch(1)
        row.addWidget(self.drop)
        self.need.valueChanged.connect(self._need_changed)
        self.count.valueChanged.connect(self._count_changed)
        self.set_number(number)

    def set_number(self, number: int) -> None:
        """Which group it is, from 1; 0: the only one."""
        group = self.tr("Group {number}").format(number=number) if number else ""
        self.title.setText(group)
        self.title.setVisible(bool(number))
        self.drop.setVisible(bool(number))
        self.drop.set_name(self.tr("Remove group {number}").format(number=number))
        lead = f"{group}: " if group else ""
        self.need.setAccessibleName(lead + self.tr("shares that are needed"))
        self.count.setAccessibleName(lead + self.tr("shares that are made"))

    def _need_changed(self, need: int) -> None:
        if self.count.value() < need:
            self.count.setValue(need)
        self.changed.emit()

    def _count_changed(self, count: int) -> None:
        if self.need.value() > count:
            self.need.setValue(count)
        self.changed.emit()

    @property
    def group(self) -> ShareGroup:
        """What was chosen."""
        return ShareGroup(self.need.value(), self.count.value())


class SharesForm(Form):
    """One group, or several of which some are needed."""

    def __init__(self) -> None:
        super().__init__(Method.SHARES)
        text = self.tr("Each share goes on a sheet of its own. Fewer than needed tell nothing about the vault.")
        self.column.addWidget(label(text, "body", "text2", wrap=True))
        self.rows: list[GroupRow] = []
        self._card = Card()
        self.column.addWidget(self._card)
        self.groups = QCheckBox(self.tr("In groups: family and friends, say, or two offices"))
        self.groups.toggled.connect(self._two_levels)
        self.column.addWidget(self.groups)
        self._needed_row = QWidget()
        row = QHBoxLayout(self._needed_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        self.needed = _stepper(self.tr("Groups that are needed"), 1)
        row.addWidget(label(self.tr("Needed are")))
        row.addWidget(self.needed)
        self._of = label("")
        row.addWidget(self._of)
        row.addStretch(1)
        self.more = button(self.tr("Add a group"), icon="plus", small=True, on_click=lambda: self.add_group(2, 3))
        row.addWidget(self.more)
        self.column.addWidget(self._needed_row)
        self._said = Said()
        self.column.addWidget(self._said)
        self.needed.valueChanged.connect(self._changed)
        self.add_group(2, 3)
        self._two_levels(on=False)

    def add_group(self, need: int, count: int) -> None:
        """One group more."""
        if len(self.rows) < MOST:
            row = GroupRow(0, need, count)
            row.changed.connect(self._changed)
            row.removed.connect(lambda: self._remove(row))
            self.rows.append(row)
            self._fill()

    def _remove(self, row: GroupRow) -> None:
        self.rows.remove(row)
        if len(self.rows) == 1:
            self.groups.setChecked(False)
        self._fill()

    def _two_levels(self, on: bool) -> None:  # noqa: FBT001 a slot
        while len(self.rows) > 1 and not on:
            self.rows.pop().deleteLater()
        if on and len(self.rows) == 1:
            self.add_group(2, 3)
            self.needed.setValue(2)
        self._fill()

    def _fill(self) -> None:
        for row in self.rows:
            row.setParent(None)
        self._card.clear()
        several = self.groups.isChecked()
        for number, row in enumerate(self.rows, 1):
            row.set_number(number if several else 0)
            row.drop.setEnabled(len(self.rows) > 1)
            self._card.add(row)
            row.show()
        self._needed_row.setVisible(several)
        self.needed.setMaximum(len(self.rows))
        self._of.setText(self.tr("of {count} groups").format(count=len(self.rows)))
        self.more.setEnabled(len(self.rows) < MOST)
        self._changed()

    def _changed(self) -> None:
        sheets = sum(row.group.count for row in self.rows)
        many = self.tr("{count} sheets are made.").format(count=sheets)
        said = self.tr("One sheet is made.") if sheets == 1 else many
        alone = any(row.group.threshold == 1 and row.group.count > 1 for row in self.rows)
        if not self.problem and self._one_is_enough():
            warn = self.tr("One sheet alone opens the vault: whoever finds it can.")
            self._said.say(f"{said} {warn}", "warning-filled", "wait")
        elif alone:
            self._said.say(
                self.problem or said, *(("alert-circle-filled", "bad") if self.problem else ("info", "text2"))
            )
        else:
            self._said.say(said, "info", "text2")
        self.changed.emit()

    def _one_is_enough(self) -> bool:
        return self._needed() == 1 and any(row.group.threshold == 1 for row in self.rows)

    @property
    def problem(self) -> str:
        """Why it cannot be so: SLIP-39 knows no group of several shares of which one is enough."""
        for row in self.rows:
            if row.group.threshold == 1 and row.group.count > 1:
                return self.tr("Where one share is enough, make one share: copies of it are the same share.")
        return ""

    def _needed(self) -> int:
        return self.needed.value() if self.groups.isChecked() else 1

    @property
    def is_complete(self) -> bool:
        """Whether it can be so."""
        return not self.problem

    def factor(self) -> NewFactor:
        """With the groups."""
        return NewFactor(self.method, groups=[row.group for row in self.rows], groups_needed=self._needed())
