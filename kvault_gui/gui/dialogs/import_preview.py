"""Import, second page: what would come along, what not, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from kvault_gui.engine.api import Duplicates, ImportOptions
from kvault_gui.gui import theme
from kvault_gui.gui.models.lines import one_line
from kvault_gui.gui.widgets.cards import Card
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import label
from kvault_gui.gui.widgets.wheel import leave_wheel_to_page

from .import_frame import TransferPage
from .import_mapping import ColumnBoxes
from .import_rows import PreviewList
from .namespace import NamespaceEdit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from kvault_gui.engine.api import Preview

SIDE = 280  # px at a 13 px font, the options
TWO_COLUMNS = 660  # px at a 13 px font: under it the options stand over the list


def _tr(text: str) -> str:
    return QCoreApplication.translate("Import", text)


def counted(count: int, one: str, many: str) -> str:
    """A count in words."""
    return _tr(one) if count == 1 else _tr(many).format(count=f"{count:,}")


def facts(preview: Preview) -> list[str]:
    """What the file holds, one phrase for each count that is not nothing."""
    parts = [counted(preview.entries, "1 entry", "{count} entries")]
    for count, one, many in (
        (preview.duplicates, "1 is here already", "{count} are here already"),
        (preview.namespaces, "1 new namespace", "{count} new namespaces"),
        (preview.files, "1 attached file", "{count} attached files"),
        (preview.versions, "1 earlier version", "{count} earlier versions"),
    ):
        if count:
            parts.append(counted(count, one, many))
    return parts


class NotCarried(QWidget):
    """What stays behind, line by line, in the colour of a warning; or that everything comes along."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("not-carried")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(6))
        self.title = label("", "strong", wrap=True)
        self._column.addWidget(self.title)
        self._lines: list[QWidget] = []

    def show_lines(self, lines: Sequence[str], whole: str, some: str) -> None:
        """Show these lines under ``some``, or ``whole`` where there is none."""
        self.title.setText(some if lines else whole)
        for line in self._lines:
            line.hide()
            line.deleteLater()
        self._lines = [self._line(text) for text in lines]
        for line in self._lines:
            self._column.addWidget(line)

    @staticmethod
    def _line(text: str) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(IconSpot("minus-circle", 14, "wait"), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(label(one_line(text), "small", "text2", wrap=True), 1)
        made.setAccessibleName(text)
        return made


class PreviewPage(TransferPage):
    """Entries on one side, options on the other."""

    recount_wanted = Signal()

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__(_tr("Import"), "")
        self.counts = label("", "medium", wrap=True)
        self.counts.setObjectName("import-counts")
        self.column.insertWidget(2, self.counts)
        self.list = PreviewList()
        self.more = label("", "small", "text2", wrap=True)
        self.boxes = ColumnBoxes()
        self.boxes.changed.connect(self.recount_wanted)
        self.not_carried = NotCarried()
        self._make_options(paths)
        self._both = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._both.setSpacing(theme.px(20))
        rows = QVBoxLayout()
        rows.setSpacing(theme.px(6))
        card = Card()
        card.add(self.list)
        card.setSizePolicy(card.sizePolicy().Policy.Preferred, card.sizePolicy().Policy.Expanding)
        rows.addWidget(card, 1)
        rows.addWidget(self.more)
        self._both.addLayout(rows, 1)
        self._side = QWidget()
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(theme.px(14))
        side.addWidget(self._options)
        side.addWidget(self.boxes)
        side.addWidget(self.not_carried)
        side.addStretch(1)
        self._both.addWidget(self._side)
        self.column.addLayout(self._both, 1)
        self._into = ""

    def _make_options(self, paths: Sequence[str]) -> None:
        self.into = NamespaceEdit(paths)
        self.into.setObjectName("import-into")
        self.into.setAccessibleName(_tr("Into the namespace"))
        self.into.editingFinished.connect(self._moved)
        self.duplicates = QComboBox()
        self.duplicates.setObjectName("import-duplicates")
        self.duplicates.setAccessibleName(_tr("What is here already"))
        for value, text in (
            (Duplicates.SKIP, _tr("Leave it as it is here")),
            (Duplicates.BOTH, _tr("Keep both")),
            (Duplicates.REPLACE, _tr("Replace it, as a new version")),
        ):
            self.duplicates.addItem(text, value.value)
        leave_wheel_to_page(self.duplicates)
        self.history = QCheckBox(_tr("Earlier versions too"))
        self.history.setObjectName("import-history")
        self.bin = QCheckBox(_tr("The recycle bin too, into the trash"))
        self.bin.setObjectName("import-bin")
        for box in (self.history, self.bin):
            box.setChecked(True)
            box.toggled.connect(lambda _on: self.recount_wanted.emit())
        self._options = QWidget()
        column = QVBoxLayout(self._options)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        for text, field in (
            (_tr("Into the namespace"), self.into),
            (_tr("What is here already"), self.duplicates),
        ):
            name = label(text, "label", "text2")
            name.setBuddy(field)
            column.addWidget(name)
            column.addWidget(field)
            column.addSpacing(theme.px(6))
        column.addWidget(self.history)
        column.addWidget(self.bin)

    def options(self) -> ImportOptions:
        """How to import."""
        return ImportOptions(
            self.into.path(), Duplicates(self.duplicates.currentData()), self.history.isChecked(), self.bin.isChecked()
        )

    def show_preview(self, name: str, preview: Preview, *, first: bool) -> None:
        """Show what the file holds; ``first``: options begin anew."""
        self.title.setText(_tr("Import {file}").format(file=name))
        self.text.setText(preview.format)
        self.counts.setText(", ".join(facts(preview)))
        self.list.rows.show_rows(preview.rows)
        rest = preview.entries - len(preview.rows)
        self.more.setText(counted(rest, "and 1 more", "and {count} more"))
        self.more.setVisible(rest > 0)
        is_table = bool(preview.columns)
        if first:
            self.boxes.show_columns(preview.columns, preview.mapping)
            for box in (self.history, self.bin):
                with QSignalBlocker(box):
                    box.setChecked(True)
        self.history.setVisible(not is_table)
        self.bin.setVisible(not is_table)
        self.not_carried.show_lines(
            preview.dropped, _tr("Everything in the file comes along"), _tr("What does not come along")
        )

    def set_busy(self, *, busy: bool) -> None:
        """Nothing is changed while it is imported."""
        content = self.widget()
        if content is not None:
            content.setEnabled(not busy)

    def _moved(self) -> None:
        if self.into.path() != self._into:
            self._into = self.into.path()
            self.recount_wanted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two columns where there is room for them."""
        super().resizeEvent(event)
        wide = self.viewport().width() >= theme.px(TWO_COLUMNS)
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.BottomToTop
        if self._both.direction() is not way:
            self._both.setDirection(way)
        self._side.setFixedWidth(theme.px(SIDE)) if wide else self._side.setMaximumWidth(1 << 20)
        if not wide:
            self._side.setMinimumWidth(0)

    def take_focus(self) -> None:
        """Begin with the options."""
        self.into.setFocus(Qt.FocusReason.OtherFocusReason)
