"""One field of the entry form: its label, its input for its type, what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from kvault_gui.engine.api import FieldType, Secret
from kvault_gui.gui import theme
from kvault_gui.gui.models import kinds, when
from kvault_gui.gui.widgets.buttons import IconButton, button
from kvault_gui.gui.widgets.labels import ElidedLabel, label
from kvault_gui.gui.widgets.secret_edit import SecretEdit
from kvault_gui.gui.widgets.text_edit import TextEdit

if TYPE_CHECKING:
    from kvault_gui.gui.models.entry_form import FormField

LINES = 5  # of a field with several lines
LONGEST = 16_384  # characters of a secret on one line: service-account keys and tokens are longer than passwords


class FieldEditor(QWidget):
    """Edits one FormField. What was not touched is not copied out of the engine."""

    edited = Signal()
    read_wanted = Signal(object)  # FieldEditor: show the stored value to edit it
    generate_wanted = Signal(object)  # FieldEditor
    remove_wanted = Signal(object)  # FieldEditor
    move_wanted = Signal(object, int)  # FieldEditor, -1 up or 1 down
    rebuilt = Signal()  # the input is another widget

    def __init__(self, field: FormField, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self._touched = field.value is not None
        self._plain: QLineEdit | TextEdit | None = None
        self.secret: SecretEdit | None = None
        self.name: QLineEdit | None = None
        self.setObjectName(f"field-{field.name}" if field.name else "field-new")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.px(4))
        self._layout.addLayout(self._custom_head() if field.custom else self._head())
        self._body = QHBoxLayout()
        self._body.setSpacing(theme.px(4))
        self._layout.addLayout(self._body)
        self.problem = label("", "small", "bad", wrap=True)
        self.problem.hide()
        self._layout.addWidget(self.problem)
        self._build_input()

    # Building ---------------------------------------------------------------------------------------------------------

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._label = label(kinds.label(self.field.name), "label", "text2")
        row.addWidget(self._label, 1)
        return row

    def _custom_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(4))
        self.name = QLineEdit(self.field.name)
        self.name.setObjectName("field-name")
        self.name.setPlaceholderText(self.tr("Name of the field"))
        self.name.setAccessibleName(self.tr("Name of the field"))
        self.name.textEdited.connect(self._rename)
        row.addWidget(self.name, 1)
        if self.field.type is not FieldType.FILE:
            row.addWidget(self._type_box())
            row.addWidget(self._protection())
        for icon, text, act in (
            ("caret-up", self.tr("Move up"), lambda: self.move_wanted.emit(self, -1)),
            ("caret-down", self.tr("Move down"), lambda: self.move_wanted.emit(self, 1)),
            ("trash", self.tr("Remove this field"), lambda: self.remove_wanted.emit(self)),
        ):
            small = IconButton(icon, text)
            small.clicked.connect(act)
            row.addWidget(small)
        return row

    def _type_box(self) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(self.tr("Kind of the field"))
        for form in kinds.CUSTOM_TYPES:
            box.addItem(kinds.type_word(form), form)
        box.setCurrentIndex(max(box.findData(self.field.type), 0))
        box.activated.connect(lambda number: self._retype(FieldType(box.itemData(number))))
        return box

    def _protection(self) -> QCheckBox:
        box = QCheckBox(self.tr("Protected"))
        box.setToolTip(self.tr("Encrypted under your key, hidden until you show it, never searched"))
        box.setChecked(self.field.protected)
        box.setEnabled(self.field.type not in (FieldType.SECRET, FieldType.OTP))
        box.toggled.connect(self._protect)
        self._protected_box = box
        return box

    def _build_input(self) -> None:
        form = self.field.type
        if form is FieldType.FILE:
            self._body.addWidget(ElidedLabel(when.size(self.field.size), "body", "text2"), 1)
        elif form in (FieldType.LONG, FieldType.PEM):
            self._several_lines()
        elif self.field.protected or form in (FieldType.SECRET, FieldType.OTP):
            (self._one_secret if self._fits_a_line() else self._several_lines)()
        else:
            line = QLineEdit("" if self.field.value is None else self.field.value.text())
            line.setAccessibleName(kinds.label(self.field.name))
            line.setPlaceholderText(_example(form))
            line.textEdited.connect(self._touch)
            self._plain = line
            self._body.addWidget(line, 1)

    def _fits_a_line(self) -> bool:
        """Whether the value can be edited on one line: keys with several lines and longer values come from imports."""
        if self.field.value is None:
            return not self.field.kept or self.field.size <= LONGEST
        return len(self.field.value.value) <= LONGEST and b"\n" not in self.field.value.value

    def _one_secret(self) -> None:
        self.secret = SecretEdit(kinds.label(self.field.name) or self.tr("Value"), capacity=LONGEST)
        self.secret.setObjectName(f"secret-{self.field.name}")
        if self.field.value is not None:
            self.secret.set_secret(self.field.value.value)
        elif self.field.kept:
            self.secret.setPlaceholderText(self.tr("Unchanged"))
        else:
            self.secret.setPlaceholderText(_example(self.field.type))
        self.secret.edited.connect(self._touch)
        self.secret.overflowed.connect(self._say_too_long)
        self._body.addWidget(self.secret, 1)
        if self.field.kept:
            self._read = IconButton("pencil", self.tr("Show the stored value to edit it"))
            self._read.clicked.connect(lambda: self.read_wanted.emit(self))
            self._body.addWidget(self._read)
        if self.field.type is FieldType.SECRET:
            dice = IconButton("wand", self.tr("Generate…"))
            dice.setObjectName("generate")
            dice.clicked.connect(lambda: self.generate_wanted.emit(self))
            self._body.addWidget(dice)

    def _several_lines(self) -> None:
        if self.field.kept:
            text = self.tr("Stored, {size}").format(size=when.size(self.field.size))
            self._body.addWidget(ElidedLabel(text, "body", "text2"), 1)
            self._body.addWidget(
                button(self.tr("Show and edit"), small=True, on_click=lambda: self.read_wanted.emit(self))
            )
            self._body.addWidget(button(self.tr("Replace"), small=True, on_click=self._replace))
            return
        text = "" if self.field.value is None else self.field.value.text()
        box = TextEdit(text, LINES, fixed=self.field.type is FieldType.PEM)
        box.edit.setObjectName(f"text-{self.field.name}")
        box.edit.setAccessibleName(kinds.label(self.field.name) or self.tr("Value"))
        box.edit.setPlaceholderText(_example(self.field.type))
        box.edited.connect(self._touch)
        self._plain = box
        self._body.addWidget(box, 1)

    def _rebuild(self) -> None:
        while (item := self._body.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._plain, self.secret = None, None
        self._build_input()
        self.rebuilt.emit()

    # What is in it ----------------------------------------------------------------------------------------------------

    def collect(self) -> FormField:
        """The field with what is typed now; an untouched stored value stays None."""
        if self._touched:
            if self.secret is not None:
                self.field.value = Secret(self.secret.peek())
            elif isinstance(self._plain, QLineEdit):
                self.field.value = Secret.of(self._plain.text().strip())
            elif self._plain is not None:
                self.field.value = Secret.of(self._plain.text())
        return self.field

    def put(self, value: Secret) -> None:
        """Fill in a value: the stored one to be edited, or a generated one."""
        self.field.value = value
        self._touched = True
        self._rebuild()
        if self.secret is not None:
            self.secret.reveal(True)  # noqa: FBT003 a slot
        self.focus()
        self.edited.emit()

    def say(self, problem: str) -> None:
        """Show a sentence under the field; empty takes it away."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        edit = self.secret or self._plain
        if edit is not None:
            theme.restyle(edit, invalid=bool(problem))
            edit.setAccessibleDescription(problem)

    def focus(self) -> None:
        """Go to the input, or to the name that is missing."""
        target: QWidget | None = self.secret or self._plain
        if self.name is not None and not self.name.text():
            target = self.name
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def add_below(self, widget: QWidget) -> None:
        """Something under the input: the strength of a password."""
        self._layout.insertWidget(2, widget)

    def _touch(self) -> None:
        self._touched = True
        self.say("")
        self.edited.emit()

    def _say_too_long(self) -> None:
        text = self.tr("At most {count} characters fit here, so nothing was put in. Fields of several lines take more.")
        self.say(text.format(count=f"{LONGEST:,}"))

    def _rename(self, name: str) -> None:
        self.field.name = name.strip()
        self.edited.emit()

    def _retype(self, form: FieldType) -> None:
        self.collect()
        self.field.type = form
        if form in (FieldType.SECRET, FieldType.OTP):
            self.field.protected = True
        self._protected_box.setChecked(self.field.protected)
        self._protected_box.setEnabled(form not in (FieldType.SECRET, FieldType.OTP))
        self._rebuild()
        self.edited.emit()

    def _protect(self, on: bool) -> None:  # noqa: FBT001 a slot for toggled(bool)
        if on != self.field.protected:
            self.collect()
            self.field.protected = on
            self._rebuild()
            self.edited.emit()

    def _replace(self) -> None:
        self.field.value = Secret(bytearray())
        self._touched = True
        self._rebuild()
        self.focus()


def _example(form: FieldType) -> str:
    return {
        FieldType.URL: "https://example.org/login",
        FieldType.EMAIL: "name@example.org",
        FieldType.DATE: "2026-12-31",
        FieldType.OTP: "otpauth://totp/…",
        FieldType.PEM: "-----BEGIN …",
    }.get(form, "")
