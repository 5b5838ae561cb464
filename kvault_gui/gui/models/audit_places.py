"""The sidebar of the log: everything, what, who."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QAbstractListModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt

from kvault_gui.engine.api import Category

from . import audit_words as words
from .audit_sentences import CATEGORY_ICONS

if TYPE_CHECKING:
    from kvault_gui.engine.api import AuditSummary

PLACE_ROLE = int(Qt.ItemDataRole.UserRole) + 1

Index = QModelIndex | QPersistentModelIndex


def _tr(text: str) -> str:
    return QCoreApplication.translate("Audit", text)


class Sort(enum.Enum):
    """What a line of the sidebar narrows by."""

    ALL = "all"
    BAD = "bad"  # refused and failed
    HEAD = "head"  # leads nowhere
    WHAT = "what"
    WHO = "who"


@dataclass(frozen=True)
class LogPlace:
    """One line of the sidebar."""

    sort: Sort
    text: str
    icon: str = ""
    count: int = 0
    category: Category | None = None
    who: str | None = None

    @property
    def key(self) -> tuple[Sort, Category | None, str | None]:
        """What stays the same when counts and words change."""
        return (self.sort, self.category, self.who)


EVERYTHING = (Sort.ALL, None, None)


def category_word(category: Category) -> str:
    """A category as the sidebar names it."""
    return {
        Category.UNLOCK: _tr("Unlocking"),
        Category.READ: _tr("Values read"),
        Category.CHANGE: _tr("Changes"),
        Category.TRUST: _tr("Grants and trust"),
        Category.EXPORT: _tr("Export and import"),
        Category.SYSTEM: _tr("System"),
    }[category]


class LogPlaces(QAbstractListModel):
    """The lines of the sidebar; whoever acted is listed under Who."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows = self._made(None)

    def show_summary(self, summary: AuditSummary) -> None:
        """Take new counts and people."""
        made = self._made(summary)
        if len(made) != len(self._rows):
            self.beginResetModel()
            self._rows = made
            self.endResetModel()
        elif made != self._rows:
            self._rows = made
            self.dataChanged.emit(self.index(0, 0), self.index(len(made) - 1, 0))

    @staticmethod
    def _made(summary: AuditSummary | None) -> list[LogPlace]:
        bad = summary.refused + summary.failed if summary else 0
        rows = [
            LogPlace(Sort.ALL, _tr("Everything"), "list-checks"),
            LogPlace(Sort.BAD, _tr("Refused and failed"), "cross-circle", bad),
            LogPlace(Sort.HEAD, _tr("What")),
        ]
        rows += [LogPlace(Sort.WHAT, category_word(each), CATEGORY_ICONS[each], category=each) for each in Category]
        if summary and summary.people:
            rows.append(LogPlace(Sort.HEAD, _tr("Who")))
            rows += [
                LogPlace(Sort.WHO, words.who(name), words.who_icon(name), who=name)
                for name in sorted(summary.people, key=lambda name: (name != "owner", name.casefold()))
            ]
        return rows

    def place(self, number: int) -> LogPlace | None:
        """The line, or None outside."""
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def number_of(self, key: tuple[Sort, Category | None, str | None]) -> int | None:
        """Where a line stands now."""
        return next((number for number, row in enumerate(self._rows) if row.key == key), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Lines."""
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Heads are read, not chosen."""
        row = self.place(index.row())
        if row is None or row.sort is Sort.HEAD:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """``PLACE_ROLE``: the line; text roles: what a screen reader says."""
        row = self.place(index.row())
        if row is None:
            return None
        if role == PLACE_ROLE:
            return row
        if role == int(Qt.ItemDataRole.DisplayRole):
            return row.text
        if role == int(Qt.ItemDataRole.AccessibleTextRole):
            return f"{row.text}, {row.count:,}" if row.count else row.text
        return None
