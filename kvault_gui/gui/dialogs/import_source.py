"""Import, first page: which file, and what opens it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from kvault_gui.engine.api import Secret, Source
from kvault_gui.gui import theme
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.cards import Card, Tile
from kvault_gui.gui.widgets.labels import label
from kvault_gui.gui.widgets.secret_edit import SecretEdit

from .import_frame import Problem, TransferPage


class SourcePage(TransferPage):
    """A file by its path; a password and a key file where it is a KeePass database."""

    file_wanted = Signal()
    key_file_wanted = Signal()
    changed = Signal()

    def __init__(self) -> None:
        super().__init__(
            self.tr("Import"),
            self.tr(
                "From a KeePass database (.kdbx) or a CSV file of any other program."
                " You see first what comes along and what will not fit."
            ),
        )
        self.file = self._line("import-file", self.tr("File"))
        self.file.setPlaceholderText(self.tr("Path of the file"))
        self.file_problem = Problem(self.file)
        self._add(self.column, self.tr("File"), self.file, self.file_wanted, "import-choose", self.file_problem)
        self.file.textChanged.connect(self._typed)
        self._database = QWidget()
        inner = QVBoxLayout(self._database)
        inner.setContentsMargins(0, theme.px(10), 0, 0)
        inner.setSpacing(theme.px(4))
        self.password = SecretEdit(self.tr("Password of the file"))
        self.password.setObjectName("import-password")
        self.password_problem = Problem(self.password)
        self.password.edited.connect(lambda: self.password_problem.say(""))
        inner.addWidget(_named(self.tr("Password of the file"), self.password))
        inner.addWidget(self.password)
        inner.addWidget(self.password_problem)
        self._hint = label("", "small", "text2", wrap=True)
        self._hint.hide()
        inner.addWidget(self._hint)
        inner.addSpacing(theme.px(10))
        self.key_file = self._line("import-key-file", self.tr("Key file"))
        self.key_file.setPlaceholderText(self.tr("Only if the database has one"))
        self._add(inner, self.tr("Key file"), self.key_file, self.key_file_wanted, "import-choose-key", None)
        self._database.hide()
        self.column.addWidget(self._database)
        self._readable = self._formats()
        self.column.addSpacing(theme.px(14))
        self.column.addWidget(self._readable)
        self.column.addStretch(1)

    def _formats(self) -> Card:
        """What can be read, for whoever has not chosen a file yet."""
        card = Card()
        for icon, name, text in (
            (
                "database",
                self.tr("KeePass, KeePassXC, KeePassDX"),
                self.tr("A .kdbx file, with its password or key file"),
            ),
            ("list", self.tr("Any other program"), self.tr("A CSV file. You say which column is what")),
        ):
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(theme.px(16), theme.px(10), theme.px(16), theme.px(10))
            row.setSpacing(theme.px(12))
            row.addWidget(Tile(icon, 32, tone="text2"))
            words = QVBoxLayout()
            words.setSpacing(theme.px(2))
            words.addWidget(label(name, "medium", wrap=True))
            words.addWidget(label(text, "small", "text2", wrap=True))
            row.addLayout(words, 1)
            card.add(line)
        return card

    @staticmethod
    def _line(name: str, spoken: str) -> QLineEdit:
        made = QLineEdit()
        made.setObjectName(name)
        made.setAccessibleName(spoken)
        made.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        return made

    def _add(
        self, column: QVBoxLayout, text: str, line: QLineEdit, wanted: object, name: str, problem: Problem | None
    ) -> None:
        column.addWidget(_named(text, line))
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(line, 1)
        choose = button(self.tr("Choose…"), icon="folder-open", on_click=wanted.emit)  # type: ignore[attr-defined]  # a signal
        choose.setObjectName(name)
        choose.setAccessibleName(self.tr("Choose: {what}").format(what=text))
        row.addWidget(choose)
        column.addLayout(row)
        if problem is not None:
            column.addWidget(problem)

    # What was given ---------------------------------------------------------------------------------------------------

    @property
    def path(self) -> str:
        """The file's path, as the engine takes it."""
        typed = self.file.text().strip()
        return str(Path(typed).expanduser()) if typed else ""

    @property
    def is_database(self) -> bool:
        """Whether the page asks for a password."""
        return not self._database.isHidden()

    @property
    def needs_password(self) -> bool:
        """Whether it is a database and nothing was given yet that opens it."""
        return self.is_database and not len(self.password) and not self.key_file.text().strip()

    def source(self, columns: dict[int, str] | None = None) -> Source:
        """The file and what opens it; the caller wipes the password."""
        key = self.key_file.text().strip()
        given = self.is_database
        return Source(
            self.path,
            None,
            Secret(self.password.peek()) if given and len(self.password) else None,
            str(Path(key).expanduser()) if given and key else None,
            columns,
        )

    def set_path(self, path: str) -> None:
        """A file was chosen."""
        self.file.setText(path)
        self.file.setCursorPosition(len(path))
        (self.password if self.is_database else self.file).setFocus(Qt.FocusReason.OtherFocusReason)

    def _typed(self, text: str) -> None:
        self.file_problem.say("")
        self._readable.setVisible(not text.strip())
        self.ask_for_password(wanted=text.strip().lower().endswith(".kdbx"))
        self.changed.emit()

    def ask_for_password(self, *, wanted: bool, hint: str = "") -> None:
        """Show or hide what a database needs."""
        if not wanted:
            self.password.wipe()
            self.password_problem.say("")
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self._database.setVisible(wanted)

    def set_busy(self, *, busy: bool) -> None:
        """Nothing is changed while the file is read."""
        content = self.widget()
        if content is not None:
            content.setEnabled(not busy)

    def take_focus(self) -> None:
        """Begin with the file, or with its password."""
        start = self.password if self.is_database and self.file.text() else self.file
        start.setFocus(Qt.FocusReason.OtherFocusReason)


def _named(text: str, field: QWidget) -> QWidget:
    made = label(text, "label", "text2")
    made.setBuddy(field)
    return made
