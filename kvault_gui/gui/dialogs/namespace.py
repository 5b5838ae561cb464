"""Choosing and naming namespaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.labels import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QShowEvent


class NamespaceEdit(QLineEdit):
    """A namespace's path with completion; missing parts are made when the entry is stored."""

    def __init__(self, paths: Sequence[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("namespace")
        self.setAccessibleName(self.tr("Namespace"))
        self.setPlaceholderText(self.tr("At the top"))
        self.offer(paths)

    def offer(self, paths: Sequence[str]) -> None:
        """Complete to these."""
        completer = QCompleter(list(paths), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setCompleter(completer)

    def path(self) -> str:
        """The path, without blanks and doubled slashes."""
        return "/".join(part.strip() for part in self.text().split("/") if part.strip())


class _Small(QDialog):
    """A title, a field, two buttons."""

    def __init__(self, title: str, text: str, field: QLineEdit, action: str) -> None:
        super().__init__()
        self.setWindowTitle("kvault")
        self.setAccessibleName(title)
        self._field = field
        layout = QVBoxLayout(self)
        margin = theme.px(24)
        layout.setContentsMargins(margin, margin, margin, margin)
        layout.setSpacing(theme.px(8))
        layout.addWidget(label(title, "title", wrap=True))
        if text:
            layout.addWidget(label(text, "body", "text2", wrap=True))
        layout.addSpacing(theme.px(8))
        layout.addWidget(field)
        self.problem = label("", "small", "bad", wrap=True)
        self.problem.hide()
        layout.addWidget(self.problem)
        row = QHBoxLayout()
        row.setContentsMargins(0, theme.px(16), 0, 0)
        row.addStretch(1)
        cancel = button(self.tr("Cancel"), on_click=self.reject)
        cancel.setAutoDefault(False)
        self.action = button(action, "primary", on_click=self.done_typing)
        self.action.setDefault(True)
        row.addWidget(cancel)
        row.addWidget(self.action)
        layout.addLayout(row)
        self.setMinimumWidth(theme.px(420))

    def done_typing(self) -> None:
        """Close, or say what is wrong."""
        self.accept()

    def say(self, problem: str) -> None:
        """Show a sentence under the field."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        theme.restyle(self._field, invalid=bool(problem))
        self._field.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin in the field."""
        super().showEvent(event)
        self._field.setFocus()


class PlaceDialog(_Small):
    """Where to put something: a path, with completion."""

    def __init__(self, title: str, paths: Sequence[str]) -> None:
        self._edit = NamespaceEdit(paths)
        super().__init__(title, "", self._edit, "")
        self.action.setText(self.tr("Move"))

    def path(self) -> str:
        """The chosen path; empty is the top."""
        return self._edit.path()


class NameDialog(_Small):
    """A name for a namespace."""

    def __init__(self, title: str, text: str, action: str, name: str = "") -> None:
        self._edit = QLineEdit(name)
        super().__init__(title, text, self._edit, action)
        self._edit.setObjectName("namespace-name")
        self._edit.setAccessibleName(self.tr("Name"))
        self._edit.selectAll()

    def name(self, *, escaped: bool = True) -> str:
        """The name; ``escaped`` as a part of a path."""
        typed = self._edit.text().strip()
        return typed.replace("%", "%25").replace("/", "%2F") if escaped else typed

    def done_typing(self) -> None:
        """A name is needed."""
        if self._edit.text().strip():
            self.accept()
        else:
            self.say(self.tr("Give it a name"))
