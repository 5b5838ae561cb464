"""The sidebar's rows: fixed places, the tree of namespaces as far as it is open, tags."""

from __future__ import annotations

import enum
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from kvault_gui.engine.api import View

if TYPE_CHECKING:
    from kvault_gui.engine.api import Namespace, Overview

SIDEBAR_ROLE = int(Qt.ItemDataRole.UserRole) + 1

Index = QModelIndex | QPersistentModelIndex


class Stop(enum.Enum):
    """What a row of the sidebar leads to."""

    ALL = "all"
    FAVOURITES = "favourites"
    EXPIRING = "expiring"
    NAMESPACES = "namespaces"  # a head, leads nowhere
    NAMESPACE = "namespace"
    TAGS = "tags"  # a head
    TAG = "tag"
    TRASH = "trash"


HEADS = (Stop.NAMESPACES, Stop.TAGS)


@dataclass(frozen=True)
class SidebarRow:
    """One line: what it is, what it says, how many entries lie behind it."""

    stop: Stop
    text: str
    count: int = 0
    namespace: int | None = None
    path: str = ""
    level: int = 0
    branch: bool = False  # has namespaces below it
    open: bool = False

    @property
    def place(self) -> tuple[Stop, int | str | None]:
        """What stays the same when counts and names change."""
        return (self.stop, self.text if self.stop is Stop.TAG else self.namespace)

    def view(self) -> View:
        """The list this row shows."""
        match self.stop:
            case Stop.FAVOURITES:
                return View(favourites=True)
            case Stop.EXPIRING:
                return View(expiring=True)
            case Stop.NAMESPACE:
                return View(namespace=self.namespace)
            case Stop.TAG:
                return View(tag=self.text)
            case Stop.TRASH:
                return View(trash=True)
            case _:
                return View()


def _tr(text: str) -> str:
    return QCoreApplication.translate("Sidebar", text)


def _natural(name: str) -> str:
    """A key that puts "Team 2" before "Team 10"."""
    return re.sub(r"\d+", lambda digits: digits.group().zfill(20), name.casefold())


def rows_of(overview: Overview, opened: set[int]) -> list[SidebarRow]:
    """The lines to show, the trash apart, with the namespaces in ``opened`` unfolded."""
    rows = [
        SidebarRow(Stop.ALL, _tr("All items"), overview.total),
        SidebarRow(Stop.FAVOURITES, _tr("Favourites"), overview.favourites),
        SidebarRow(Stop.EXPIRING, _tr("Expiring soon"), overview.expiring),
        SidebarRow(Stop.NAMESPACES, _tr("Namespaces")),
    ]
    below: dict[int | None, list[Namespace]] = defaultdict(list)
    for namespace in overview.namespaces:
        below[namespace.parent].append(namespace)
    for children in below.values():
        children.sort(key=lambda child: _natural(child.name), reverse=True)
    waiting = [(namespace, 0) for namespace in below[None]]
    while waiting:
        namespace, level = waiting.pop()
        branch, is_open = namespace.id in below, namespace.id in opened
        rows.append(
            SidebarRow(
                Stop.NAMESPACE,
                namespace.name,
                namespace.count,
                namespace.id,
                namespace.path,
                level,
                branch,
                branch and is_open,
            )
        )
        if is_open:
            waiting.extend((child, level + 1) for child in below.get(namespace.id, ()))
    if overview.tags:
        rows.append(SidebarRow(Stop.TAGS, _tr("Tags")))
        ordered = sorted(overview.tags, key=lambda tag: _natural(tag.name))
        rows.extend(SidebarRow(Stop.TAG, tag.name, tag.count) for tag in ordered)
    return rows


class SidebarRows(QAbstractListModel):
    """The lines of the sidebar. Folding keeps to this object; counts come with each overview."""

    about_to_change = Signal()
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._overview: Overview | None = None
        self._opened: set[int] = set()
        self._rows: list[SidebarRow] = []

    def show_overview(self, overview: Overview) -> None:
        """Take new counts, namespaces and tags."""
        if self._overview is None:
            # A first look at the tree: its top is open while that stays short.
            tops = [namespace.id for namespace in overview.namespaces if namespace.parent is None]
            self._opened.update(tops if len(overview.namespaces) <= 12 else [])  # noqa: PLR2004 a screenful
        self._overview = overview
        self._build()

    def fold(self, number: int, *, opened: bool) -> None:
        """Open or close the namespace on line ``number``."""
        row = self.line(number)
        if row is None or row.namespace is None or not row.branch:
            return
        (self._opened.add if opened else self._opened.discard)(row.namespace)
        self._build()

    def _build(self) -> None:
        assert self._overview is not None  # noqa: S101 callers have one
        self.about_to_change.emit()
        self.beginResetModel()
        self._rows = rows_of(self._overview, self._opened)
        self.endResetModel()
        self.changed.emit()

    def line(self, number: int) -> SidebarRow | None:
        """The line, or None outside."""
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def number_of(self, place: tuple[Stop, int | str | None]) -> int | None:
        """Where a place stands now."""
        return next((number for number, row in enumerate(self._rows) if row.place == place), None)

    def paths(self) -> list[str]:
        """Every namespace's path, for completion."""
        return sorted(namespace.path for namespace in self._overview.namespaces) if self._overview else []

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Lines now visible."""
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Heads are read, not chosen."""
        row = self.line(index.row())
        if row is None or row.stop in HEADS:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """``SIDEBAR_ROLE``: the line; text roles: what a screen reader says."""
        row = self.line(index.row())
        if row is None:
            return None
        if role == SIDEBAR_ROLE:
            return row
        if role == int(Qt.ItemDataRole.DisplayRole):
            return row.text
        if role == int(Qt.ItemDataRole.AccessibleTextRole):
            return spoken(row)
        return None


def spoken(row: SidebarRow) -> str:
    """A line as one phrase for screen readers."""
    if row.stop in HEADS:
        return row.text
    folded = "" if not row.branch else _tr("open") if row.open else _tr("folded")
    name = row.path or row.text
    items = _tr("1 item") if row.count == 1 else _tr("{count} items").format(count=f"{row.count:,}")
    return ", ".join(part for part in (name, items, folded) if part)
