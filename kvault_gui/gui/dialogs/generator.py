"""Making a password or a passphrase."""

from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QRadioButton,
    QSlider,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from kvault_gui.engine.api import Recipe, Secret, Strength
from kvault_gui.engine.errors import KvaultError
from kvault_gui.gui import theme
from kvault_gui.gui.ask import words
from kvault_gui.gui.tasks import Tasks
from kvault_gui.gui.widgets.buttons import IconButton, button
from kvault_gui.gui.widgets.cards import Card
from kvault_gui.gui.widgets.labels import label
from kvault_gui.gui.widgets.secret_view import SecretView
from kvault_gui.gui.widgets.strength import StrengthBar

WIDTH = 460  # px at a 13 px font
LENGTHS = (8, 64)  # characters on the slider; the spin box goes on to 128
WORDS = (3, 12)
_SEPARATORS = ("-", " ", ".", "_", "")


class Maker(Protocol):
    """The part of the engine that makes and judges passwords."""

    async def generate(self, recipe: Recipe) -> Secret:
        """A random password or passphrase. Raises InvalidInputError."""
        ...

    async def strength(self, secret: Secret) -> Strength:
        """How hard it is to guess."""
        ...


class _Count(QWidget):
    """A slider and a box for the same number."""

    def __init__(self, name: str, low: int, high: int, most: int, value: int) -> None:
        super().__init__()
        self.slider, self.box = QSlider(Qt.Orientation.Horizontal), QSpinBox()
        self.slider.setRange(low, high)
        self.box.setRange(low, most)
        for each in (self.slider, self.box):
            each.setAccessibleName(name)
        self.slider.valueChanged.connect(self.box.setValue)
        self.box.valueChanged.connect(lambda number: self.slider.setValue(min(number, high)))
        self.box.setValue(value)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(12))
        name_label = label(name, "label", "text2")
        name_label.setMinimumWidth(theme.px(80))
        row.addWidget(name_label)
        row.addWidget(self.slider, 1)
        row.addWidget(self.box)


class GeneratorDialog(QDialog):
    """Shows a fresh password for each change of the recipe. Accepted: ``take`` gives what was shown."""

    def __init__(self, maker: Maker, recipe: Recipe | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._maker = maker
        self._secret: Secret | None = None
        self._tasks = Tasks(self, self._failed)
        self.setWindowTitle(self.tr("Generate — kvault"))
        self._build(recipe or Recipe())
        self.finished.connect(self._finished)

    def _build(self, recipe: Recipe) -> None:
        outer = QVBoxLayout(self)
        margin = theme.px(24)
        outer.setContentsMargins(margin, margin, margin, margin)
        outer.setSpacing(theme.px(16))
        outer.addWidget(label(self.tr("Generate a password"), "title"))
        outer.addWidget(self._build_shown())
        outer.addLayout(self._build_kinds(recipe))
        self._pages = QStackedWidget()
        self._pages.addWidget(self._build_characters(recipe))
        self._pages.addWidget(self._build_words(recipe))
        self._pages.setCurrentIndex(1 if recipe.words else 0)
        outer.addWidget(self._pages)
        foot = QHBoxLayout()
        foot.setSpacing(theme.px(8))
        foot.addStretch(1)
        cancel = button(self.tr("Cancel"), on_click=self.reject)
        cancel.setAutoDefault(False)
        self.use = button(self.tr("Use it"), "primary", on_click=self.accept)
        self.use.setDefault(True)
        foot.addWidget(cancel)
        foot.addWidget(self.use)
        outer.addStretch(1)
        outer.addLayout(foot)
        self.setMinimumWidth(theme.px(WIDTH))

    def _build_shown(self) -> QWidget:
        card = Card(fill="sunken")
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(theme.px(16), theme.px(12), theme.px(10), theme.px(14))
        column.setSpacing(theme.px(10))
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        self.shown = SecretView(self.tr("Generated password"), wrap=True, font_role="group")
        self.again = IconButton("refresh", self.tr("Another one (Ctrl+R)"))
        self.again.setShortcut("Ctrl+R")
        self.again.clicked.connect(self.generate)
        row.addWidget(self.shown, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.again, 0, Qt.AlignmentFlag.AlignTop)
        self.strength = StrengthBar()
        self._problem = label("", "small", "bad", wrap=True)
        self._problem.hide()
        column.addLayout(row)
        column.addWidget(self.strength)
        column.addWidget(self._problem)
        card.add(holder)
        return card

    def _build_kinds(self, recipe: Recipe) -> QHBoxLayout:
        self._characters, self._passphrase = QRadioButton(self.tr("Characters")), QRadioButton(self.tr("Words"))
        self._kinds = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(theme.px(20))
        for number, radio in enumerate((self._characters, self._passphrase)):
            self._kinds.addButton(radio, number)
            row.addWidget(radio)
        row.addStretch(1)
        (self._passphrase if recipe.words else self._characters).setChecked(True)
        self._kinds.idToggled.connect(self._kind_chosen)
        return row

    def _build_characters(self, recipe: Recipe) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        self.length = _Count(self.tr("Length"), LENGTHS[0], LENGTHS[1], 128, recipe.length)
        self.length.box.valueChanged.connect(self.generate)
        column.addWidget(self.length)
        classes = QHBoxLayout()
        classes.setSpacing(theme.px(18))
        self.lower_box, self.upper_box = QCheckBox("a-z"), QCheckBox("A-Z")
        self.digits_box, self.symbols_box = QCheckBox("0-9"), QCheckBox("!#$…")
        names = (self.tr("Small letters"), self.tr("Capital letters"), self.tr("Digits"), self.tr("Symbols"))
        values = (recipe.lower, recipe.upper, recipe.digits, recipe.symbols)
        for each, name, on in zip(
            (self.lower_box, self.upper_box, self.digits_box, self.symbols_box), names, values, strict=True
        ):
            each.setAccessibleName(name)
            each.setToolTip(name)
            each.setChecked(on)
            each.toggled.connect(self.generate)
            classes.addWidget(each)
        classes.addStretch(1)
        column.addLayout(classes)
        self.unlike = QCheckBox(self.tr("Leave out characters that look alike: 0 O, 1 l I"))
        self.unlike.setChecked(recipe.unlike)
        self.unlike.toggled.connect(self.generate)
        column.addWidget(self.unlike)
        column.addStretch(1)
        return page

    def _build_words(self, recipe: Recipe) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        self.words = _Count(self.tr("Words"), WORDS[0], WORDS[1], 24, recipe.words or 5)
        self.words.box.valueChanged.connect(self.generate)
        column.addWidget(self.words)
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        name = label(self.tr("Between"), "label", "text2")
        name.setMinimumWidth(theme.px(80))
        self.separator = QComboBox()
        said = {"-": self.tr("Hyphen"), " ": self.tr("Space"), ".": self.tr("Full stop"), "_": self.tr("Low line")}
        for value in _SEPARATORS:
            self.separator.addItem(said.get(value, self.tr("Nothing")), value)
        at = self.separator.findData(recipe.separator)
        self.separator.setCurrentIndex(max(at, 0))
        self.separator.setAccessibleName(self.tr("Between the words"))
        self.separator.currentIndexChanged.connect(self.generate)
        row.addWidget(name)
        row.addWidget(self.separator)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        return page

    # --- work ------------------------------------------------------------------------------------------------------

    def recipe(self) -> Recipe:
        """What is asked for now."""
        return Recipe(
            length=self.length.box.value(),
            lower=self.lower_box.isChecked(),
            upper=self.upper_box.isChecked(),
            digits=self.digits_box.isChecked(),
            symbols=self.symbols_box.isChecked(),
            unlike=self.unlike.isChecked(),
            words=self.words.box.value() if self._passphrase.isChecked() else 0,
            separator=str(self.separator.currentData()),
        )

    def take(self) -> bytearray:
        """What was shown, as UTF-8; the caller wipes it. Empty if there was none."""
        secret, self._secret = self._secret, None
        return secret.value if secret is not None else bytearray()

    def generate(self, _changed: object = None) -> None:
        """Make another one."""
        self._tasks.start(self._generate(), "generate", "replace")

    async def _generate(self) -> None:
        made = await self._maker.generate(self.recipe())
        self._wipe()
        self._secret = made
        self.shown.show_secret(made.value)
        self._problem.hide()
        self.use.setEnabled(True)
        judged = await self._maker.strength(Secret(bytearray(made.value)))
        self.strength.set_strength(judged.score, judged.bits)

    def _failed(self, error: KvaultError) -> None:
        self._wipe()
        self.strength.clear()
        self._problem.setText(words(error).what)
        self._problem.show()
        self.use.setEnabled(False)

    def _kind_chosen(self, number: int, on: bool) -> None:  # noqa: FBT001 a slot
        if on:
            self._pages.setCurrentIndex(number)
            self.generate()

    def _wipe(self) -> None:
        self.shown.hide_secret()
        if self._secret is not None:
            self._secret.wipe()
            self._secret = None

    def _finished(self, result: int) -> None:
        self._tasks.close()
        self.shown.hide_secret()
        if result != QDialog.DialogCode.Accepted:
            self._wipe()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin with a fresh one."""
        super().showEvent(event)
        self.use.setFocus()
        if self._secret is None:
            self.generate()
