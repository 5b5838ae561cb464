"""The parts of the entry form that are no fields: kind, title, namespace, tags, scope, expiry."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QMenu, QVBoxLayout, QWidget

from kvault_gui.engine.api import Kind
from kvault_gui.gui import theme
from kvault_gui.gui.dialogs.namespace import NamespaceEdit
from kvault_gui.gui.models import entry_form as form
from kvault_gui.gui.models import kinds
from kvault_gui.gui.widgets.buttons import IconButton
from kvault_gui.gui.widgets.labels import label


class Labelled(QWidget):
    """A label over an input, and a sentence under it when it is wrong."""

    def __init__(self, text: str, edit: QWidget, *more: QWidget) -> None:
        super().__init__()
        self._edit = edit
        if not edit.accessibleName():
            edit.setAccessibleName(text)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(4))
        caption = label(text, "label", "text2")
        caption.setBuddy(edit)  # the name of a box is what is chosen in it; what it is about comes from its label
        layout.addWidget(caption)
        row = QHBoxLayout()
        row.setSpacing(theme.px(4))
        row.addWidget(edit, 1)
        for each in more:
            row.addWidget(each)
        layout.addLayout(row)
        self._problem = label("", "small", "bad", wrap=True)
        self._problem.hide()
        layout.addWidget(self._problem)

    def say(self, problem: str) -> bool:
        """Show a sentence, or take it away; returns whether all is well."""
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        self._edit.setAccessibleDescription(problem)
        theme.restyle(self._edit, invalid=bool(problem))
        return not problem


class About(QObject):
    """Builds ``top`` and ``bottom`` of the form and keeps what is typed in them."""

    edited = Signal()
    kind_chosen = Signal(Kind)

    def __init__(self, begin: form.Begin) -> None:
        super().__init__()
        self.kind = begin.kind
        self.title = QLineEdit(begin.title)
        self.title.setObjectName("title")
        self.namespace = NamespaceEdit()
        self.namespace.setText(begin.namespace)
        self.tags = QLineEdit(", ".join(begin.tags))
        self.tags.setObjectName("tags")
        self.tags.setPlaceholderText(self.tr("work, finance"))
        self.scope = QLineEdit(", ".join(begin.scope))
        self.scope.setObjectName("scope")
        self.scope.setPlaceholderText(self.tr("service:mail, agent:release-bot"))
        self._expires = QLineEdit(self._day_of(begin.expires))
        self._expires.setObjectName("expires")
        self._expires.setPlaceholderText(self.tr("Never"))
        self._stored_expiry = begin.expires
        self._boxes: dict[str, Labelled] = {}
        for edit in (self.title, self.namespace, self.tags, self.scope, self._expires):
            edit.textChanged.connect(self.edited)
        self.top = self._make_top(choose_kind=begin.entry is None)
        self.bottom = self._make_bottom()

    def _make_top(self, *, choose_kind: bool) -> QWidget:
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(14))
        self._boxes["title"] = Labelled(self.tr("Title"), self.title)
        self._boxes["namespace"] = Labelled(self.tr("Namespace"), self.namespace)
        box = QComboBox()
        box.setObjectName("kind")
        for kind in Kind:
            box.addItem(theme.icon(kinds.icon(kind)), kinds.word(kind), kind)
        box.setCurrentIndex(box.findData(self.kind))
        box.setEnabled(choose_kind)
        box.activated.connect(lambda number: self._take_kind(Kind(box.itemData(number))))
        grid.addWidget(self._boxes["title"], 0, 0, 1, 2)
        grid.addWidget(Labelled(self.tr("Kind"), box), 1, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._boxes["namespace"], 1, 1, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        return made

    def _make_bottom(self) -> QWidget:
        made = QWidget()
        grid = QGridLayout(made)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(14))
        pick = IconButton("calendar", self.tr("Choose an expiry"), side=32)
        pick.clicked.connect(lambda: self._expiry_menu(pick))
        self._boxes["tags"] = Labelled(self.tr("Tags"), self.tags)
        self._boxes["expires"] = Labelled(self.tr("Expires"), self._expires, pick)
        self._boxes["scope"] = Labelled(self.tr("Meant for"), self.scope)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(self._boxes["tags"], 0, 0, top)
        grid.addWidget(self._boxes["expires"], 0, 1, top)
        grid.addWidget(self._boxes["scope"], 1, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        return made

    def _take_kind(self, kind: Kind) -> None:
        if kind is not self.kind:
            self.kind = kind
            self.kind_chosen.emit(kind)

    # Expiry -----------------------------------------------------------------------------------------------------------

    def _expiry_menu(self, pick: QWidget) -> None:
        menu = QMenu(pick)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, days in (
            (self.tr("In 30 days"), 30),
            (self.tr("In 90 days"), 90),
            (self.tr("In a year"), 365),
            (self.tr("Never"), 0),
        ):
            day = (datetime.now().astimezone().date() + timedelta(days=days)).isoformat() if days else ""
            menu.addAction(text).triggered.connect(lambda _on, day=day: self._expires.setText(day))
        menu.popup(pick.mapToGlobal(QPoint(0, pick.height())))

    @staticmethod
    def _day_of(expires: float | None) -> str:
        return "" if expires is None else datetime.fromtimestamp(expires).astimezone().date().isoformat()

    def expires(self) -> float | None:
        """The end of the chosen day, seconds since 1970; None: never, or not a date yet."""
        text = self._expires.text().strip()
        if not text:
            return None
        if text == self._day_of(self._stored_expiry):
            return self._stored_expiry  # an untouched day keeps its time
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return None
        return datetime.combine(day, time(23, 59, 59)).astimezone().timestamp()

    # Checks -----------------------------------------------------------------------------------------------------------

    def check(self) -> QWidget | None:
        """Say what is wrong; returns the first wrong input, or None."""
        problems = {
            "title": form.title_problem(self.title.text()),
            "expires": form.day_problem(self._expires.text()),
            "scope": form.scope_problem(form.split_words(self.scope.text())),
        }
        wrong: QWidget | None = None
        for name, problem in problems.items():
            if not self._boxes[name].say(problem) and wrong is None:
                wrong = self._boxes[name]
        if problems["title"]:
            self.title.setFocus(Qt.FocusReason.OtherFocusReason)
        return wrong
