"""The rows of a list of entries: read from the engine by pages, when they are looked at.

A page is found by its place in the order (key and id), never by an offset, so that the first and the last of a million
rows cost the same. At most ``KEPT`` pages are held; a row that is not here yet is ``None`` and arrives by dataChanged.
"""

from __future__ import annotations

import asyncio
import bisect
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from kvault_gui.engine.api import PAGE, Order, Place, Row, View
from kvault_gui.engine.errors import LockedError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable

    from kvault_gui.engine.api import Entry
    from kvault_gui.runtime.proxy import Secrets

    Start = Callable[[Coroutine[Any, Any, None]], object]

KEPT = 64  # pages, 16,384 rows, about 8 MB
ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 1
# data() is asked several hundred times a frame: ints compare faster than Qt's enumerations.
_SPOKEN = (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole))

Index = QModelIndex | QPersistentModelIndex


class SecretRows(QAbstractTableModel):
    """A view's rows, or the hits of a search.

    Args:
        secrets: the engine's entries.
        start: starts a coroutine that reads a page; what it raises is shown by whoever owns it.
        parent: Qt's owner.
    """

    about_to_change = Signal()  # remember what is selected and how far it is scrolled
    changed = Signal()  # new rows are in place: select and scroll again

    def __init__(self, secrets: Secrets, start: Start, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._secrets = secrets
        self._start = start
        self._view = View()
        self._query = ""
        self._count = 0
        self._places: list[Place] = []
        self._pages: OrderedDict[int, list[Row]] = OrderedDict()
        self._asked: set[int] = set()
        self._epoch = 0

    # What it shows ----------------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """The view whose rows are shown, or searched in."""
        return self._view

    @property
    def query(self) -> str:
        """The words searched for; empty: the whole view is shown."""
        return self._query

    async def show_view(self, view: View) -> None:
        """Show all rows of ``view`` from its top."""
        self._view, self._query = view, ""
        await self._load_view([0])

    async def show_hits(self, query: str, view: View, limit: int) -> None:
        """Show the first ``limit`` hits of a search in ``view``. A newer call wins over an older one."""
        self._view, self._query = view, query
        await self._load_hits(limit)

    async def refresh(self) -> None:
        """Read again what is shown, after entries changed."""
        if self._query:
            await self._load_hits(max(self._count, 50))
        else:
            await self._load_view(list(self._pages)[-2:] or [0])

    async def _load_view(self, pages: list[int]) -> None:
        epoch = self._next()
        view = self._view
        count, places = await asyncio.gather(self._secrets.count(view), self._secrets.places(view))
        wanted = [page for page in pages if page < len(places)] or ([0] if places else [])
        rows = [await self._secrets.page(view, places[page]) for page in wanted]
        if epoch == self._epoch:
            self._put(count, places, dict(zip(wanted, rows, strict=True)))

    async def _load_hits(self, limit: int) -> None:
        epoch = self._next()
        rows = await self._secrets.search(self._query, self._view, limit)
        if epoch == self._epoch:
            pages = {at // PAGE: rows[at : at + PAGE] for at in range(0, len(rows), PAGE)}
            self._put(len(rows), [Place(page[0].key, page[0].id) for page in pages.values()], pages)

    def _next(self) -> int:
        self._epoch += 1
        return self._epoch

    def _put(self, count: int, places: list[Place], pages: dict[int, list[Row]]) -> None:
        self.about_to_change.emit()
        self.beginResetModel()
        self._count, self._places, self._asked = count, places, set()
        self._pages = OrderedDict(pages)
        self.endResetModel()
        self.changed.emit()

    # Rows -------------------------------------------------------------------------------------------------------------

    def row(self, number: int) -> Row | None:
        """The row at ``number``; None when it still has to come, which this call asks for."""
        page = number // PAGE
        rows = self._pages.get(page)
        if rows is None:
            if page not in self._asked and page < len(self._places):
                self._asked.add(page)
                self._start(self._arrive(page, self._epoch))
            return None
        self._pages.move_to_end(page)
        at = number % PAGE
        return rows[at] if at < len(rows) else None

    async def _arrive(self, page: int, epoch: int) -> None:
        try:
            rows = await self._secrets.page(self._view, self._places[page])
        except LockedError:
            return
        finally:
            if epoch == self._epoch:
                self._asked.discard(page)
        if epoch == self._epoch:
            self._keep(page, rows)
            self.dataChanged.emit(self.index(page * PAGE, 0), self.index(page * PAGE + max(len(rows), 1) - 1, 0))

    def _keep(self, page: int, rows: list[Row]) -> None:
        self._pages[page] = rows
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)

    async def number_of(self, wanted: Row) -> int | None:
        """Where an entry stands now, or None if it is not in this list (or moved far in an order by time)."""
        for page in self._likely_pages(wanted):
            if page not in self._pages:
                epoch = self._epoch
                rows = await self._secrets.page(self._view, self._places[page])
                if epoch != self._epoch:
                    return None
                self._keep(page, rows)
            for at, row in enumerate(self._pages[page]):
                if row.id == wanted.id:
                    return page * PAGE + at
        return None

    async def find(self, entry: Entry, limit: int) -> int | None:
        """Where an entry stands in this list, if it is among the first ``limit`` of its title."""
        hits = await self._secrets.search(entry.title, self._view, limit)
        row = next((hit for hit in hits if hit.id == entry.id), None)
        return await self.number_of(row) if row is not None else None

    def _likely_pages(self, wanted: Row) -> Iterable[int]:
        if not self._places:
            return []
        known = list(self._pages)[::-1]
        if self._query or self._view.order is not Order.TITLE:
            return dict.fromkeys([*known, 0])
        keys = [(place.key, place.id) for place in self._places]
        return dict.fromkeys([max(bisect.bisect_right(keys, (wanted.key, wanted.id)) - 1, 0), *known])

    async def rows_between(self, first: int, last: int) -> list[Row]:
        """The rows ``first`` to ``last`` inclusive, read where they are not here."""
        found: list[Row] = []
        for page in range(first // PAGE, last // PAGE + 1):
            rows = self._pages.get(page)
            if rows is None:
                rows = await self._secrets.page(self._view, self._places[page])
            at = page * PAGE
            found.extend(rows[max(first - at, 0) : last - at + 1])
        return found

    # Qt ---------------------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Rows in the view, loaded or not."""
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        """One: the delegate paints the whole row."""
        return 0 if parent.isValid() else 1

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """``ROW_ROLE``: the Row; text roles: what a screen reader says."""
        if role == ROW_ROLE:
            return self.row(index.row())
        if role in _SPOKEN:
            row = self.row(index.row())
            return spoken(row) if row else "…"
        return None


def spoken(row: Row) -> str:
    """A row as one phrase for screen readers."""
    parts = [row.title, row.detail]
    if row.favourite:
        parts.append(QCoreApplication.translate("SecretRows", "favourite"))
    if row.files:
        parts.append(QCoreApplication.translate("SecretRows", "has files"))
    return ", ".join(part for part in parts if part)
