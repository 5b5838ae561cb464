"""The last two pages of the wizard: bring passwords over, ready."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.buttons import IconButton, button
from kvault_gui.gui.widgets.cards import Card, Tile
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import ElidedLabel, label, left_to_right

from .wizard_frame import Page


class ImportPage(Page):
    """Choose a file of another program; it is read after the wizard, with a preview."""

    file_wanted = Signal()
    changed = Signal()

    def __init__(self) -> None:
        super().__init__(
            self.tr("Bring your passwords over"),
            self.tr("From the program you use now. You see first what comes along and what will not fit."),
        )
        self.path: Path | None = None
        card = Card()
        for icon, name, text in (
            (
                "database",
                self.tr("KeePass, KeePassXC, KeePassDX"),
                self.tr("A .kdbx file, with its password or key file"),
            ),
            ("list", self.tr("Any other program"), self.tr("A CSV file. You say which column is what")),
        ):
            card.add(_line(icon, name, text))
        self.column.addWidget(card)
        self.column.addSpacing(theme.px(16))
        self.choose = button(self.tr("Choose a file…"), icon="import", on_click=self.file_wanted.emit)
        self.choose.setAutoDefault(False)
        self.column.addWidget(self.choose)
        self.column.addSpacing(theme.px(12))
        self._chosen = QWidget()
        row = QHBoxLayout(self._chosen)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(IconSpot("check-circle-filled", 16, "ok"))
        self._file = ElidedLabel("", "body", "text", Qt.TextElideMode.ElideMiddle)
        row.addWidget(self._file, 1)
        drop = IconButton("x", self.tr("Do not import it"))
        drop.clicked.connect(lambda: self.set_path(None))
        row.addWidget(drop)
        self._chosen.hide()
        self.column.addWidget(self._chosen)
        self.column.addStretch(1)

    def set_path(self, path: Path | None) -> None:
        """What was chosen."""
        self.path = path
        self._file.setText(path.name if path is not None else "")
        self._chosen.setVisible(path is not None)
        self.changed.emit()


class ReadyPage(Page):
    """What was made, and what still waits."""

    def __init__(self) -> None:
        super().__init__(
            self.tr("Your vault is ready"),
            self.tr("It locks by itself when you leave. Ctrl+L locks it at once."),
        )
        self._holder = QVBoxLayout()
        self.column.addLayout(self._holder)
        self.column.addSpacing(theme.px(16))
        self.more = QCheckBox(self.tr("Add a token or another way in next"))
        self.column.addWidget(self.more)
        self.column.addStretch(1)

    def show_facts(self, name: str, path: str, *, kept: bool, source: Path | None) -> None:
        """Sum up."""
        while (item := self._holder.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        card = Card()
        card.add(_line("safe", name, left_to_right(path)))
        code = self.tr("Your recovery code is kept") if kept else self.tr("Your recovery code is not kept yet")
        what = (
            self.tr("Two of its groups were right")
            if kept
            else self.tr("Without it a forgotten password means a lost vault")
        )
        card.add(_line("check-circle-filled" if kept else "warning-filled", code, what, "ok" if kept else "wait"))
        if source is not None:
            card.add(
                _line(
                    "import",
                    self.tr("Next: import from {file}").format(file=source.name),
                    self.tr("With a preview first"),
                )
            )
        self._holder.addWidget(card)
        self.more.setVisible(source is None)  # one thing after the other


def _line(icon: str, title: str, text: str, tone: str = "text2") -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(theme.px(16), theme.px(10), theme.px(16), theme.px(10))
    row.setSpacing(theme.px(12))
    soft = {"ok": "oksoft", "wait": "waitsoft"}.get(tone, "sunken")
    row.addWidget(Tile(icon, 32, fill=soft, tone=tone, border=soft == "sunken"))
    words = QVBoxLayout()
    words.setSpacing(theme.px(2))
    words.addWidget(label(title, "medium", wrap=True))
    words.addWidget(label(text, "small", "text2", wrap=True))
    row.addLayout(words, 1)
    made.setAccessibleName(f"{title}. {text}")
    return made
