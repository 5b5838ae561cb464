"""Damage in words: what happened, what it means and what is safe, the facts, and choices with the best one first."""

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from kvault_gui.engine.errors import (
    ChangesMissingError,
    DamagedError,
    HeadDamagedError,
    HeadOldError,
    KvaultError,
    NewerFormatError,
)
from kvault_gui.gui import theme
from kvault_gui.gui.ask import words
from kvault_gui.gui.theme.draw import box
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.cards import Card, Tile
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import Chip, ElidedLabel, Paragraph, label, left_to_right

WIDTH = 640  # px at a 13 px font
OTHER, MISSING, HEAD, BACK = "other", "missing", "head", "back"  # ids of choices; the middle ones are Accept's values


class Choice(NamedTuple):
    """A way on. ``id`` is what ProblemPage.answered carries."""

    id: str
    title: str
    text: str
    action: str  # the verb on the button


class Fact(NamedTuple):
    """A line of the table."""

    icon: str
    name: str
    value: str
    tone: str = "text2"


class Problem(NamedTuple):
    """What the page shows. The first choice is the recommended one."""

    title: str
    text: str
    facts: tuple[Fact, ...]
    choices: tuple[Choice, ...]
    small_print: str


def _tr(text: str) -> str:
    return QCoreApplication.translate("Problem", text)


def problem_of(error: KvaultError, path: str) -> Problem:
    """The page for an error that opening the vault in ``path`` raised."""
    said = words(error)
    other = Choice(
        OTHER,
        _tr("Open another copy or a backup"),
        _tr("Choose a folder. This one is left as it is."),
        _tr("Choose a copy…"),
    )
    facts = [Fact("safe", _tr("Vault"), path, "text")]
    if isinstance(error, DamagedError):
        facts += [Fact("warning-filled", _fact_name(name), str(value), "bad") for name, value in error.fields.items()]
    choices: tuple[Choice, ...] = (other,)
    if isinstance(error, ChangesMissingError):
        choices = (other, Choice(MISSING, _tr("Open what is there"), _tr("The log will say so."), _tr("Open it")))
    elif isinstance(error, HeadDamagedError | HeadOldError):
        verify = Choice(
            HEAD,
            _tr("Verify everything, then open"),
            _tr("Every row and record is checked first. Changes that are wholly missing cannot be seen this way."),
            _tr("Verify and open"),
        )
        choices = (verify, other)
    elif isinstance(error, NewerFormatError):
        choices = (other, Choice(BACK, _tr("Try again"), _tr("After installing the newer kvault."), _tr("Try again")))
    text = f"{said.meaning} {said.advice}"
    return Problem(
        said.what, text, tuple(facts), choices, _tr("Error {code}. Nothing was changed.").format(code=error.code)
    )


def _fact_name(field: str) -> str:
    names = {
        "count": _tr("Changes"),
        "kept": _tr("What is left of it"),
        "reason": _tr("Found"),
        "found": _tr("Found"),
        "expected": _tr("Expected"),
        "known": _tr("Known here"),
        "number": _tr("Number"),
    }
    return names.get(field, field)


class _ChoiceCard(QWidget):
    """A radio button with two lines, in a frame that shows the choice."""

    def __init__(self, choice: Choice, *, recommended: bool) -> None:
        super().__init__()
        self.radio = QRadioButton()
        self.radio.setAccessibleName(choice.title)
        self.radio.setAccessibleDescription(choice.text)
        self.radio.toggled.connect(self.update)
        self._over = False
        words_of = QVBoxLayout()
        words_of.setSpacing(theme.px(3))
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        head.addWidget(label(choice.title, "strong", wrap=not recommended), 0 if recommended else 1)
        if recommended:
            head.addWidget(Chip(_tr("Recommended"), kind="outline"))
            head.addStretch(1)
        words_of.addLayout(head)
        words_of.addWidget(label(choice.text, "small", "text2", wrap=True))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(16), theme.px(10), theme.px(16), theme.px(10))
        row.setSpacing(theme.px(12))
        row.addWidget(self.radio)
        row.addLayout(words_of, 1)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """The whole card chooses."""
        self.radio.setChecked(True)
        self.radio.setFocus(Qt.FocusReason.MouseFocusReason)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that it can be chosen."""
        super().enterEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The frame."""
        t, chosen = theme.tokens(), self.radio.isChecked()
        fill, border = (t.asoft, t.accent) if chosen else (t.raised, t.line)
        box(QPainter(self), self.rect(), theme.px(10), fill, border)


class ProblemPage(QWidget):
    """Shows a Problem. ``answered`` carries the id of the choice."""

    answered = Signal(str)
    quit_requested = Signal()

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self._choices = problem.choices
        self.setAccessibleName(problem.title)
        self.setAccessibleDescription(problem.text)
        self.setMinimumWidth(theme.px(WIDTH))
        outer = QVBoxLayout(self)
        margin = theme.px(36)
        outer.setContentsMargins(margin, theme.px(32), margin, theme.px(24))
        outer.setSpacing(0)
        outer.addLayout(self._head(problem.title))
        outer.addSpacing(theme.px(14))
        outer.addWidget(Paragraph(problem.text))
        outer.addSpacing(theme.px(18))
        outer.addWidget(self._facts(problem.facts))
        outer.addSpacing(theme.px(20))
        self._group = QButtonGroup(self)
        for number, choice in enumerate(problem.choices):
            card = _ChoiceCard(choice, recommended=number == 0 and len(problem.choices) > 1)
            self._group.addButton(card.radio, number)
            outer.addWidget(card)
            outer.addSpacing(theme.px(8))
        outer.addSpacing(theme.px(14))
        outer.addStretch(1)
        outer.addLayout(self._foot(problem.small_print))
        self._group.idToggled.connect(self._chosen)
        self._group.button(0).setChecked(True)

    def _head(self, title: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(16))
        tile = Tile("warning-filled", 48, fill="badsoft", tone="bad", border=theme.tokens().is_contrast)
        row.addWidget(tile, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(label(title, "title", wrap=True), 1)
        return row

    def _facts(self, facts: tuple[Fact, ...]) -> Card:
        card = Card()
        for fact in facts:
            holder = QWidget()
            row = QHBoxLayout(holder)
            row.setContentsMargins(theme.px(16), theme.px(9), theme.px(16), theme.px(9))
            row.setSpacing(theme.px(10))
            row.addWidget(IconSpot(fact.icon, 16, "bad" if fact.tone == "bad" else "text2"))
            name = label(fact.name, "body")
            name.setMinimumWidth(theme.px(140))
            row.addWidget(name)
            value = ElidedLabel(left_to_right(fact.value), "body", fact.tone, Qt.TextElideMode.ElideMiddle)
            row.addWidget(value, 1)
            holder.setAccessibleName(f"{fact.name}: {fact.value}")
            card.add(holder)
        return card

    def _foot(self, small_print: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(label(small_print, "small", "text3", wrap=True), 1)
        self._quit = button(_tr("Quit"), on_click=self.quit_requested.emit)
        self.action = button("", "primary", on_click=self._answer)
        self.action.setDefault(True)
        row.addWidget(self._quit)
        row.addWidget(self.action)
        return row

    def _chosen(self, number: int, on: bool) -> None:  # noqa: FBT001 a slot
        if on:
            self.action.setText(self._choices[number].action)

    def _answer(self) -> None:
        self.answered.emit(self._choices[self._group.checkedId()].id)

    def choose(self, number: int) -> None:
        """Choose the card with that number."""
        self._group.button(number).setChecked(True)

    def take_focus(self) -> None:
        """Put the focus on the recommended choice: reading comes before acting."""
        self._group.button(0).setFocus(Qt.FocusReason.OtherFocusReason)
