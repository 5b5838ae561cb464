"""Export, first page: in which format, where to, with which password."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from kvault_gui.engine.api import SourceFormat
from kvault_gui.gui import theme
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.cards import Card
from kvault_gui.gui.widgets.labels import label, left_to_right
from kvault_gui.gui.widgets.panels import Banner
from kvault_gui.gui.widgets.secret_edit import SecretEdit
from kvault_gui.gui.widgets.strength import StrengthBar

from .import_frame import Problem, TransferPage

SUFFIXES = {SourceFormat.KDBX: ".kdbx", SourceFormat.CSV: ".csv"}


class ExportPage(TransferPage):
    """The form. ``vault`` is the name that the proposed file begins with."""

    file_wanted = Signal()
    changed = Signal()
    judged = Signal()  # the password changed: judge it

    def __init__(self, vault: str) -> None:
        super().__init__(
            self.tr("Export"), self.tr("Everything in this vault goes into one new file. The vault stays as it is.")
        )
        self.form = SourceFormat.KDBX
        self.column.addWidget(self._choices())
        self.column.addSpacing(theme.px(12))
        self._build_file(vault)
        self._passwords = self._build_passwords()
        self.column.addWidget(self._passwords)
        self.warning = Banner("wait", self.tr("Whoever gets this file can read everything in it"), "")
        self.warning.setObjectName("export-warning")
        self.warning.hide()
        self.column.addSpacing(theme.px(8))
        self.column.addWidget(self.warning)
        self.column.addStretch(1)
        self._say_warning()

    # Building ---------------------------------------------------------------------------------------------------------

    def _choices(self) -> QWidget:
        card = Card()
        self._group = QButtonGroup(self)
        self.radios: dict[SourceFormat, QRadioButton] = {}
        for form, name, text in (
            (
                SourceFormat.KDBX,
                self.tr("KeePass database (.kdbx)"),
                self.tr("Encrypted under a password of its own. KeePass, KeePassXC and KeePassDX open it."),
            ),
            (
                SourceFormat.CSV,
                self.tr("CSV file (.csv)"),
                self.tr("Plain text that any program reads. Without attached files and earlier versions."),
            ),
        ):
            radio = QRadioButton(name)
            radio.setObjectName(f"export-{form.value}")
            radio.setAccessibleDescription(text)
            radio.setChecked(form is self.form)
            radio.toggled.connect(lambda on, form=form: self._take(form) if on else None)
            self._group.addButton(radio)
            self.radios[form] = radio
            line = QWidget()
            column = QVBoxLayout(line)
            column.setContentsMargins(theme.px(14), theme.px(9), theme.px(14), theme.px(10))
            column.setSpacing(0)
            column.addWidget(radio)
            said = label(text, "small", "text2", wrap=True)
            said.setIndent(theme.px(26))
            column.addWidget(said)
            card.add(line)
        return card

    def _build_file(self, vault: str) -> None:
        self.file = QLineEdit(str(Path.home() / f"{_file_name(vault)}-{time.strftime('%Y-%m-%d')}.kdbx"))
        self.file.setObjectName("export-file")
        self.file.setAccessibleName(self.tr("File"))
        self.file.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.file_problem = Problem(self.file)
        self.file.textChanged.connect(self._typed)
        name = label(self.tr("New file"), "label", "text2")
        name.setBuddy(self.file)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.file, 1)
        choose = button(self.tr("Choose…"), icon="folder-open", on_click=self.file_wanted.emit)
        choose.setObjectName("export-choose")
        row.addWidget(choose)
        self.column.addWidget(name)
        self.column.addLayout(row)
        self.column.addWidget(self.file_problem)

    def _build_passwords(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, theme.px(10), 0, 0)
        column.setSpacing(theme.px(4))
        self.first = SecretEdit(self.tr("Password of the file"))
        self.first.setObjectName("export-password")
        self.second = SecretEdit(self.tr("The same password again"), eye=False)
        self.second.setObjectName("export-again")
        self.strength = StrengthBar()
        self.password_problem = Problem(self.second)
        for text, field in (
            (self.tr("Password of the file"), self.first),
            (self.tr("The same password again"), self.second),
        ):
            name = label(text, "label", "text2")
            name.setBuddy(field)
            column.addWidget(name)
            column.addWidget(field)
            if field is self.first:
                column.addWidget(self.strength)
                column.addSpacing(theme.px(6))
        column.addWidget(self.password_problem)
        self.first.edited.connect(self.judged)
        for field in (self.first, self.second):
            field.edited.connect(lambda: self.password_problem.say(""))
            field.edited.connect(self.changed)
        return made

    # What was given ---------------------------------------------------------------------------------------------------

    @property
    def path(self) -> str:
        """Where to, as the engine takes it."""
        typed = self.file.text().strip()
        return str(Path(typed).expanduser().absolute()) if typed else ""

    @property
    def is_complete(self) -> bool:
        """Whether there is all that an export needs."""
        return bool(self.path) and (self.form is SourceFormat.CSV or (len(self.first) > 0 and len(self.second) > 0))

    def choose(self, form: SourceFormat) -> None:
        """Take a format, as if it was clicked."""
        self.radios[form].setChecked(True)

    def _take(self, form: SourceFormat) -> None:
        before, self.form = self.form, form
        path = self.file.text()
        if path.endswith(SUFFIXES[before]):
            self.file.setText(path[: -len(SUFFIXES[before])] + SUFFIXES[form])
        self._passwords.setVisible(form is SourceFormat.KDBX)
        self.warning.setVisible(form is SourceFormat.CSV)
        self.changed.emit()

    def _typed(self, _text: str) -> None:
        self.file_problem.say("")
        self._say_warning()
        self.changed.emit()

    def _say_warning(self) -> None:
        text = self.tr(
            "Passwords, notes and the keys of one-time codes are written as plain text to {path}."
            " Delete the file when it has been used."
        )
        self.warning.set_words(
            self.tr("Whoever gets this file can read everything in it"), text.format(path=left_to_right(self.path))
        )

    def agree(self) -> bool:
        """Whether both passwords are the same; says so where not."""
        if self.form is SourceFormat.CSV or self.first.same_as(self.second):
            return True
        self.password_problem.say(self.tr("The two passwords are not the same"))
        self.second.setFocus()
        self.second.selectAll()
        return False

    def wipe(self) -> None:
        """Forget the passwords."""
        for field in (self.first, self.second):
            field.wipe()

    def set_busy(self, *, busy: bool) -> None:
        """Nothing is changed while it is written."""
        content = self.widget()
        if content is not None:
            content.setEnabled(not busy)

    def take_focus(self) -> None:
        """Begin with the format."""
        self.radios[self.form].setFocus(Qt.FocusReason.OtherFocusReason)


def _file_name(vault: str) -> str:
    kept = "".join(char if char.isalnum() or char in "-_." else "-" for char in vault).strip("-.")
    return kept or "vault"
