"""Import of a CSV file: which column holds what, by a box for each column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.models.kinds import QT_TRANSLATE_NOOP
from kvault_gui.gui.models.lines import one_line
from kvault_gui.gui.widgets.labels import ElidedLabel, label
from kvault_gui.gui.widgets.wheel import leave_wheel_to_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KEPT = "\0kept"  # a field under the column's own name: not in the mapping
MEANINGS: tuple[tuple[str, str], ...] = (
    ("title", QT_TRANSLATE_NOOP("Import", "Title")),
    ("username", QT_TRANSLATE_NOOP("Import", "User name")),
    ("password", QT_TRANSLATE_NOOP("Import", "Password")),
    ("url", QT_TRANSLATE_NOOP("Import", "Website")),
    ("otp", QT_TRANSLATE_NOOP("Import", "One-time code")),
    ("notes", QT_TRANSLATE_NOOP("Import", "Notes")),
    ("namespace", QT_TRANSLATE_NOOP("Import", "Namespace")),
    ("tags", QT_TRANSLATE_NOOP("Import", "Tags")),
    ("favourite", QT_TRANSLATE_NOOP("Import", "Favourite")),
    ("kind", QT_TRANSLATE_NOOP("Import", "Kind")),
    ("expires", QT_TRANSLATE_NOOP("Import", "Expiry")),
    ("changed", QT_TRANSLATE_NOOP("Import", "Changed on")),
    ("created", QT_TRANSLATE_NOOP("Import", "Created on")),
    (KEPT, QT_TRANSLATE_NOOP("Import", "A field of its own")),
    ("", QT_TRANSLATE_NOOP("Import", "Leave it out")),
)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Import", text)


class ColumnBoxes(QWidget):
    """A box for each column; what two columns cannot both be, the later choice gets."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("import-mapping")
        self._boxes: list[QComboBox] = []
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(theme.px(6))
        outer.addWidget(label(_tr("What the columns hold"), "strong"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(10))
        self._grid.setVerticalSpacing(theme.px(6))
        self._grid.setColumnStretch(0, 1)
        outer.addLayout(self._grid)
        self.hide()

    def show_columns(self, columns: Sequence[str], mapping: Mapping[int, str]) -> None:
        """Make a box for each column, with the proposal chosen."""
        self._clear()
        for number, heading in enumerate(columns):
            name = ElidedLabel(one_line(heading) or _tr("Column {number}").format(number=number + 1), "body", "text2")
            box = QComboBox()
            box.setObjectName(f"import-column-{number}")
            box.setAccessibleName(_tr("Column {name}").format(name=name.text()))
            for meaning, text in MEANINGS:
                box.addItem(_tr(text), meaning)
            box.setCurrentIndex(max(box.findData(mapping.get(number, KEPT)), 0))
            leave_wheel_to_page(box)
            box.activated.connect(lambda _at, box=box: self._take(box))
            self._grid.addWidget(name, number, 0)
            self._grid.addWidget(box, number, 1, Qt.AlignmentFlag.AlignVCenter)
            self._boxes.append(box)
        self.setVisible(bool(columns))

    def _clear(self) -> None:
        self._boxes = []
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _take(self, chosen: QComboBox) -> None:
        meaning = chosen.currentData()
        for box in self._boxes:
            if box is not chosen and meaning not in (KEPT, "") and box.currentData() == meaning:
                box.setCurrentIndex(box.findData(KEPT))
        self.changed.emit()

    def columns(self) -> dict[int, str]:
        """The mapping as the engine takes it."""
        chosen = {number: str(box.currentData()) for number, box in enumerate(self._boxes)}
        return {number: meaning for number, meaning in chosen.items() if meaning != KEPT}

    def choose(self, number: int, meaning: str) -> None:
        """Choose for a column, as a person would."""
        box = self._boxes[number]
        box.setCurrentIndex(box.findData(meaning))
        self._take(box)
