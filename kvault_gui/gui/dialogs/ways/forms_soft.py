"""The details of what needs no token: password, codes, key file, this computer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QLineEdit, QRadioButton

from kvault_gui.engine.api import Method, NewFactor, Secret
from kvault_gui.gui import theme
from kvault_gui.gui.models import ways as words
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.labels import label
from kvault_gui.gui.widgets.secret_edit import SecretEdit
from kvault_gui.gui.widgets.strength import StrengthBar

from .form import Form, Said

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from kvault_gui.engine.api import Strength
    from kvault_gui.gui.ask import Ask
    from kvault_gui.gui.tasks import Tasks


class PasswordForm(Form):
    """The password, how strong it is, and once more."""

    def __init__(self, judge: Callable[[Secret], Awaitable[Strength]], tasks: Tasks) -> None:
        super().__init__(Method.PASSWORD)
        self._judge, self._tasks = judge, tasks
        self.first = SecretEdit(self.tr("New password"))
        self.second = SecretEdit(self.tr("New password once more"), eye=False)
        self.strength = StrengthBar()
        self._differs = Said("alert-circle-filled", "bad")
        self.column.addWidget(label(self.tr("New password"), "label", "text2"))
        self.column.addWidget(self.first)
        self.column.addWidget(self.strength)
        self.column.addSpacing(theme.px(6))
        self.column.addWidget(label(self.tr("Once more"), "label", "text2"))
        self.column.addWidget(self.second)
        self.column.addWidget(self._differs)
        self.first.eye_toggled.connect(self.second.reveal)
        for each in (self.first, self.second):
            each.edited.connect(self._edited)

    def factor(self) -> NewFactor:
        """With a copy of the password."""
        return NewFactor(self.method, Secret(self.first.peek()))

    @property
    def is_complete(self) -> bool:
        """Whether it was typed twice alike."""
        return len(self.first) > 0 and self.first.same_as(self.second)

    def wipe(self) -> None:
        """Overwrite both fields."""
        self.first.wipe()
        self.second.wipe()

    def _edited(self) -> None:
        wrong = len(self.second) >= len(self.first) > 0 and not self.is_complete
        self._differs.say(self.tr("The two passwords are not the same.") if wrong else "")
        theme.restyle(self.second, invalid=wrong)
        self._tasks.start(self._show_strength(), "judge", "replace")
        self.changed.emit()

    async def _show_strength(self) -> None:
        if not len(self.first):
            self.strength.clear()
            return
        typed = Secret(self.first.peek())
        try:
            found = await self._judge(typed)
        finally:
            typed.wipe()
        self.strength.set_strength(found.score, found.bits)


class NoteForm(Form):
    """What has no details: a sentence that says what will happen."""

    def __init__(self, method: Method, text: str) -> None:
        super().__init__(method)
        self.column.addWidget(label(text, "body", "text2", wrap=True))


class KeyFileForm(Form):
    """An existing file, or a new one."""

    def __init__(self, ask: Ask, tasks: Tasks) -> None:
        super().__init__(Method.KEY_FILE)
        self._ask, self._tasks = ask, tasks
        self.make = QRadioButton(self.tr("Make a new key file"))
        self.use = QRadioButton(self.tr("Use a file that exists"))
        self.make.setChecked(True)
        group = QButtonGroup(self)
        for each in (self.make, self.use):
            group.addButton(each)
        self.path = QLineEdit()
        self.path.setAccessibleName(self.tr("Path of the key file"))
        self.path.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.choose = button(self.tr("Choose…"), on_click=lambda: tasks.start(self._choose(), "key file"))
        self.choose.setAccessibleName(self.tr("Choose the key file"))
        self._said = Said()
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.path, 1)
        row.addWidget(self.choose)
        for part in (self.make, self.use):
            self.column.addWidget(part)
        self.column.addLayout(row)
        self.column.addWidget(self._said)
        self.path.textChanged.connect(self._changed)
        self.make.toggled.connect(self._changed)
        self._changed()

    def factor(self) -> NewFactor:
        """With the path."""
        return NewFactor(self.method, file=self.typed, make=self.make.isChecked())

    @property
    def typed(self) -> str:
        """The path, with ~ filled in."""
        text = self.path.text().strip()
        return str(Path(text).expanduser()) if text else ""

    @property
    def is_complete(self) -> bool:
        """Whether there is a path that can be."""
        if not self.typed or not Path(self.typed).is_absolute():
            return False
        there = Path(self.typed).exists()
        return not there if self.make.isChecked() else there

    def _changed(self) -> None:
        making, path = self.make.isChecked(), self.typed
        text = (
            self.tr("Keep it on another medium than the vault, and keep a copy of it. Without it this way in is gone.")
            if making
            else self.tr("Any file that never changes. If one byte of it changes, this way in is gone.")
        )
        wrong = ""
        if path and not Path(path).is_absolute():
            wrong = self.tr("Give the whole path.")
        elif path and making and Path(path).exists():
            wrong = self.tr("There is already a file of that name.")
        elif path and not making and not Path(path).exists():
            wrong = self.tr("There is no file of that name.")
        self._said.say(wrong or text, "alert-circle-filled" if wrong else "info", "bad" if wrong else "text2")
        theme.restyle(self.path, invalid=bool(wrong))
        self.changed.emit()

    async def _choose(self) -> None:
        if self.make.isChecked():
            proposed = self.tr("kvault key.key")
            kinds = self.tr("Key files (*.key *.keyx)")
            path = await self._ask.save_file(self.tr("Make a key file"), proposed, kinds)
        else:
            path = await self._ask.open_file(self.tr("Use a file as key"))
        if path is not None:
            self.path.setText(path)


class TpmForm(Form):
    """A PIN of its own, and what of the start-up it is bound to."""

    def __init__(self) -> None:
        super().__init__(Method.TPM)
        self.pin = QCheckBox(self.tr("Ask for a PIN of its own"))
        self.pin.setChecked(True)
        self.column.addWidget(self.pin)
        pin = self.tr("The chip counts wrong PINs and waits after too many: a short one is enough.")
        self.column.addWidget(label(pin, "small", "text2", wrap=True))
        self.column.addSpacing(theme.px(8))
        self.column.addWidget(label(self.tr("It opens only with"), "label", "text2"))
        self._group = QButtonGroup(self)
        self._bindings = words.bindings()
        for number, binding in enumerate(self._bindings):
            radio = QRadioButton(binding.name)
            radio.setAccessibleDescription(binding.text)
            radio.setChecked(number == 1)
            self._group.addButton(radio, number)
            self.column.addWidget(radio)
            said = label(binding.text, "small", "text2", wrap=True)
            said.setIndent(theme.px(24))
            self.column.addWidget(said)

    def choose(self, number: int) -> None:
        """Choose a binding (see models.ways.bindings)."""
        button_of = self._group.button(number)
        button_of.setChecked(True)

    def factor(self) -> NewFactor:
        """With PIN and PCRs."""
        pcrs = list(self._bindings[self._group.checkedId()].pcrs)
        return NewFactor(self.method, pin=self.pin.isChecked(), pcrs=pcrs)


class DeviceForm(Form):
    """Whether a finger is asked for first."""

    def __init__(self) -> None:
        super().__init__(Method.DEVICE)
        text = self.tr(
            "The key lies in the desktop's keyring, and opens on this computer and in this login only. "
            "Whoever is logged in as you can use it."
        )
        self.column.addWidget(label(text, "body", "text2", wrap=True))
        self.biometrics = QCheckBox(self.tr("Ask for a fingerprint first"))
        self.column.addWidget(self.biometrics)

    def factor(self) -> NewFactor:
        """With the finger."""
        return NewFactor(self.method, biometrics=self.biometrics.isChecked())
