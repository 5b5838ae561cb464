"""The middle pages of Add: details, name and limits, and the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QProgressBar, QRadioButton, QVBoxLayout, QWidget

from kvault_gui.engine.api import Method
from kvault_gui.gui import theme
from kvault_gui.gui.dialogs.wizard_frame import Page, caption
from kvault_gui.gui.models import ways as words
from kvault_gui.gui.widgets.cards import Card
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import label
from kvault_gui.gui.widgets.panels import Banner
from kvault_gui.gui.widgets.tab_order import follow_layout

from .form import Said
from .form_shares import SharesForm
from .forms_soft import DeviceForm, KeyFileForm, NoteForm, PasswordForm, TpmForm
from .forms_token import CardForm, ChallengeForm, FidoForm, Pkcs11Form
from .rows import line
from .small import LONGEST, Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kvault_gui.engine.api import Progress, TokenInfo
    from kvault_gui.gui.ask import Ask
    from kvault_gui.gui.tasks import Tasks

    from .calls import WaysCalls
    from .form import Form


class DetailsPage(Page):
    """A form for each thing that is asked for."""

    changed = Signal()

    def __init__(self, calls: WaysCalls, ask: Ask, tasks: Tasks) -> None:
        super().__init__(self.tr("The details"), self.tr("kvault has chosen what suits most people."))
        self._calls, self._ask, self._tasks = calls, ask, tasks
        self.forms: list[Form] = []
        self._holder = QVBoxLayout()
        self._holder.setSpacing(theme.px(10))
        self.column.addLayout(self._holder)
        self.column.addStretch(1)

    def show_methods(self, methods: Sequence[Method], tokens: Sequence[TokenInfo]) -> None:
        """Make the forms; one that was there stays with what was typed."""
        old = self.forms
        self.forms = []
        for method in methods:
            kept = next((form for form in old if form.method is method), None)
            if kept is not None:
                old.remove(kept)
            form = kept or self._make(method)
            self.forms.append(form)
        self._clear()
        for form in old:
            form.wipe()
            form.deleteLater()
        for form in self.forms:
            self._holder.addLayout(_head(form.method))
            self._holder.addWidget(form)
            self._holder.addSpacing(theme.px(12))
            form.show()
        self.show_tokens(tokens)
        follow_layout(self)

    def _clear(self) -> None:
        while (item := self._holder.takeAt(0)) is not None:
            inner = item.layout()
            if inner is not None:
                while (part := inner.takeAt(0)) is not None:
                    widget = part.widget()
                    if widget is not None:
                        widget.hide()
                        widget.deleteLater()

    def _make(self, method: Method) -> Form:
        made: Form
        calls = self._calls
        makers: dict[Method, Callable[[], Form]] = {
            Method.PASSWORD: lambda: PasswordForm(calls.tools.strength, self._tasks),
            Method.RECOVERY_CODE: lambda: NoteForm(
                method, self.tr("kvault makes a code of 160 random bits and shows it once, at the end.")
            ),
            Method.KEY_FILE: lambda: KeyFileForm(self._ask, self._tasks),
            Method.FIDO2: FidoForm,
            Method.CHALLENGE_RESPONSE: ChallengeForm,
            Method.PIV: lambda: CardForm(method),
            Method.OPENPGP: lambda: CardForm(method),
            Method.PKCS11: lambda: Pkcs11Form(calls.tokens, self._ask, self._tasks),
            Method.TPM: TpmForm,
            Method.DEVICE: DeviceForm,
            Method.SHARES: SharesForm,
        }
        made = makers[method]()
        made.changed.connect(self.changed)
        return made

    def show_tokens(self, tokens: Sequence[TokenInfo]) -> None:
        """What is plugged in now."""
        for form in self.forms:
            form.show_tokens(tokens)

    @property
    def is_complete(self) -> bool:
        """Whether every form is."""
        return bool(self.forms) and all(form.is_complete for form in self.forms)

    def wipe(self) -> None:
        """Overwrite what was typed."""
        for form in self.forms:
            form.wipe()

    def take_focus(self) -> None:
        """Begin with the first form."""
        for form in self.forms:
            for child in form.findChildren(QWidget):
                if child.isVisibleTo(self) and child.focusPolicy() & Qt.FocusPolicy.TabFocus:
                    child.setFocus(Qt.FocusReason.OtherFocusReason)
                    return


def _head(method: Method) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.px(8))
    row.addWidget(IconSpot(words.ICONS[method], 18, "text2"))
    row.addWidget(label(words.method_name(method), "strong", wrap=True), 1)
    return row


class TermsPage(Page):
    """What it is called, what it opens, how long it is good for."""

    changed = Signal()

    def __init__(self, taken: Sequence[str]) -> None:
        super().__init__(self.tr("Name and limits"), self.tr("The name tells it apart when you unlock."))
        self._taken = list(taken)
        self._proposed = ""
        self.name = QLineEdit()
        self.name.setMaxLength(LONGEST)
        self.name.setAccessibleName(self.tr("Name"))
        self._wrong = Said("alert-circle-filled", "bad")
        self.everything = QRadioButton(self.tr("Everything"))
        self.browses = QRadioButton(self.tr("Titles, user names and addresses, but no values"))
        self.everything.setChecked(True)
        group = QButtonGroup(self)
        self.limits = Limits()
        add, space = self.column.addWidget, self.column.addSpacing
        add(caption(self.tr("Name"), self.name))
        space(theme.px(6))
        add(self.name)
        add(self._wrong)
        space(theme.px(18))
        add(caption(self.tr("What it opens")))
        space(theme.px(4))
        for radio in (self.everything, self.browses):
            group.addButton(radio)
            add(radio)
        space(theme.px(18))
        add(caption(self.tr("How long it is good for")))
        space(theme.px(4))
        add(self.limits)
        self.column.addStretch(1)
        self.name.textChanged.connect(self._changed)

    def propose(self, name: str) -> None:
        """A name, unless the person gave one."""
        if self.name.text() in ("", self._proposed):
            self.name.setText(name)
        self._proposed = name

    def set_terms(self, name: str, *, reads_values: bool, once: bool, expires: float | None) -> None:
        """Begin with those of another way in."""
        self._proposed = name
        self.name.setText(name)
        (self.everything if reads_values else self.browses).setChecked(True)
        self.limits.once.setChecked(once)
        self.limits.ends.setChecked(expires is not None)

    @property
    def typed(self) -> str:
        """The name."""
        return self.name.text().strip()

    @property
    def is_complete(self) -> bool:
        """Whether the name can be used."""
        return bool(self.typed) and self.typed not in self._taken

    def _changed(self) -> None:
        twice = self.typed in self._taken
        self._wrong.say(self.tr("There is a way in of that name already.") if twice else "")
        theme.restyle(self.name, invalid=twice)
        self.changed.emit()

    def take_focus(self) -> None:
        """Begin with the name."""
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.name.selectAll()


class RunPage(Page):
    """What happens now, and how far it is. An error is said here; Back leads to what can be changed."""

    def __init__(self) -> None:
        super().__init__(
            self.tr("kvault tries it"),
            self.tr("It asks for each thing in turn. Nothing is stored before the new way in has opened the vault."),
        )
        self.card = Card()
        self.said = Banner("info", "")
        self.what = label("", "medium", wrap=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(theme.px(4))
        self.bar.setAccessibleName(self.tr("Progress"))
        self.column.addWidget(self.card)
        self.column.addSpacing(theme.px(16))
        self.column.addWidget(self.what)
        self.column.addSpacing(theme.px(8))
        self.column.addWidget(self.bar)
        self.column.addSpacing(theme.px(16))
        self.column.addWidget(self.said)
        self.column.addStretch(1)

    def begin(self, methods: Sequence[Method], name: str) -> None:
        """It runs."""
        self.card.clear()
        for method in methods:
            self.card.add(line(words.ICONS[method], words.method_name(method), _hint(method)))
        self.what.setText(self.tr("Adding “{name}”").format(name=name))
        self.what.show()
        self.bar.setRange(0, 0)
        self.bar.show()
        touched = any(method in words.PLUGGED for method in methods)
        self.said.set_kind("info")
        self.said.set_words(
            self.tr("You are asked more than once") if touched else self.tr("It is tried once"),
            self.tr("Touch it once more each time it blinks: kvault tries the new way before it is stored.")
            if touched
            else self.tr("kvault opens the vault with the new way in before it is stored."),
        )

    def advance(self, step: Progress, what: str) -> None:
        """How far it is."""
        if what:
            self.what.setText(what)
        if step.total > 0:
            self.bar.setRange(0, step.total)
            self.bar.setValue(min(step.done, step.total))

    def fail(self, title: str, text: str, kind: str = "bad") -> None:
        """It did not work; ``kind`` "info": the person stopped it."""
        self.what.hide()
        self.bar.hide()
        self.said.set_kind(kind)
        self.said.set_words(title, text)


def _hint(method: Method) -> str:
    if method in words.PLUGGED:
        return QCoreApplication.translate("RunPage", "Leave it plugged in until kvault says that it is done.")
    return ""


class DonePage(Page):
    """It is there."""

    def __init__(self) -> None:
        super().__init__(self.tr("It opens this vault now"), "")
        self.card = Card()
        self.column.addWidget(self.card)
        self.column.addStretch(1)

    def show_done(self, name: str, text: str, notes: Sequence[str]) -> None:
        """Sum up."""
        self.card.clear()
        self.card.add(line("check-circle-filled", name, text, "ok"))
        for note in notes:
            self.card.add(line("info", words.sentence(note)))
