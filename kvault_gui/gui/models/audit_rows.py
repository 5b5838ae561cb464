"""The lines of the log: records newest first, by pages, under the heads of their days.

What is shown keeps its place while new records arrive on top. Where verification found the first record that does not
fit, a line divides what is proven from what is not.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from kvault_gui.engine.api import PAGE, AuditFilter, Record
from kvault_gui.engine.errors import AuditBrokenError

from . import audit_days as days
from . import audit_words as words

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from kvault_gui.runtime.proxy import Audit

    Start = Callable[[Coroutine[Any, Any, None]], object]

LINE_ROLE = int(Qt.ItemDataRole.UserRole) + 1
Index = QModelIndex | QPersistentModelIndex
MOST_NEW = 4 * PAGE  # records: after more than that the list begins anew


class Head(NamedTuple):
    """The head of a day."""

    day: int


class Break(NamedTuple):
    """Between what is proven and what is not."""


Line = Record | Head | Break


def _tr(text: str) -> str:
    return QCoreApplication.translate("Audit", text)


class LogRows(QAbstractListModel):
    """A view of the log.

    Args:
        audit: the engine's log.
        start: starts a coroutine that reads a page; what it raises is shown by whoever owns it.
        parent: Qt's owner.
    """

    changed = Signal()  # other rows are in place
    grown = Signal(int)  # so many lines came on top

    def __init__(self, audit: Audit, start: Start, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._audit, self._start = audit, start
        self._filters: tuple[AuditFilter, ...] = (AuditFilter(),)
        self._records: list[Record] = []
        self._lines: list[Line] = []
        self._counts: Counter[int] = Counter()
        self._before: int | None = None
        self._more = self._reading = False
        self._epoch = 0
        self.broken: int | None = None
        self.today: int | None = None  # records of today, where the engine knows it

    # Reading ----------------------------------------------------------------------------------------------------------

    async def show_records(self, filters: Sequence[AuditFilter]) -> None:
        """Show the records that fit one of ``filters``, from the newest."""
        self._epoch += 1
        epoch = self._epoch
        found, before = await self._page(tuple(filters), None)
        if epoch != self._epoch:
            return
        self._filters, self._reading = tuple(filters), False
        self._records, self._before = found, before
        self._more = before is not None
        self._build()

    async def look_for_new(self) -> None:
        """Put records on top that were written since."""
        epoch, newest = self._epoch, self._records[0].number if self._records else 0
        fresh: list[Record] = []
        before: int | None = None
        while len(fresh) < MOST_NEW:
            found, before = await self._page(self._filters, before)
            newer = [record for record in found if record.number > newest]
            fresh += newer
            if len(newer) < len(found) or before is None:
                break
        if epoch != self._epoch or not fresh:
            return
        if len(fresh) >= MOST_NEW or not self._records or self.broken is not None:
            await self.show_records(self._filters)
        else:
            self._put_on_top(fresh)

    async def _page(self, filters: tuple[AuditFilter, ...], before: int | None) -> tuple[list[Record], int | None]:
        """The next records of several filters together, and where to go on; None: there is no more."""
        parts = [await self._read(wanted, before) for wanted in filters]
        follow = [following for _, following in parts if following is not None]
        # Below the end of the shortest part something of it may be missing: the rest is read again next time.
        floor = max(follow, default=0)
        found = sorted({r.number: r for part, _ in parts for r in part if r.number >= floor}.items(), reverse=True)
        return [record for _, record in found], floor or None

    async def _read(self, wanted: AuditFilter, before: int | None) -> tuple[list[Record], int | None]:
        """One page; around records that cannot be read at all, which are skipped and remembered as broken."""
        found: list[Record] = []
        limit = PAGE
        while len(found) < PAGE:
            try:
                part = await self._audit.page(wanted, before, limit)
            except AuditBrokenError as error:
                number = int(error.fields["number"])
                if limit == 1 and before is not None and number >= before:
                    raise
                self.broken = min(number, self.broken or number)
                before, limit = (before, limit // 2) if limit > 1 else (number, PAGE)
                continue
            found += part
            if len(part) < limit:
                return found, None
            before = part[-1].number
        return found, before

    def canFetchMore(self, parent: Index) -> bool:
        """Whether older records wait."""
        return not parent.isValid() and self._more and not self._reading

    def fetchMore(self, parent: Index) -> None:
        """Ask for the next page."""
        if self.canFetchMore(parent):
            self._reading = True
            self._start(self._fetch(self._epoch))

    async def read_more(self) -> None:
        """Read the next page now."""
        self._reading = True
        await self._fetch(self._epoch)

    async def _fetch(self, epoch: int) -> None:
        try:
            found, before = await self._page(self._filters, self._before)
        finally:
            if epoch == self._epoch:
                self._reading = False
        if epoch != self._epoch:
            return
        last = self._records[-1] if self._records else None
        lines = self._lines_of(found, last)
        self._before, self._more = before, before is not None
        if lines:
            self.beginInsertRows(QModelIndex(), len(self._lines), len(self._lines) + len(lines) - 1)
            self._records += found
            self._lines += lines
            self.endInsertRows()
        self._tell_heads()

    # Lines ------------------------------------------------------------------------------------------------------------

    def _lines_of(self, records: Sequence[Record], last: Record | None) -> list[Line]:
        """Lines for older records that follow ``last``; counts their days."""
        lines: list[Line] = []
        for record in records:
            day = days.day_of(record.time)
            divided = self.broken is not None and record.number < self.broken
            if divided and self.broken is not None and (last is None or last.number >= self.broken):
                lines.append(Break())
            if last is None or days.day_of(last.time) != day:
                lines.append(Head(day))
            self._counts[day] += 1
            lines.append(record)
            last = record
        return lines

    def _build(self) -> None:
        self.beginResetModel()
        self._counts.clear()
        self._lines = self._lines_of(self._records, None)
        self.endResetModel()
        self.changed.emit()

    def _put_on_top(self, fresh: list[Record]) -> None:
        """Add newer records above, day by day from the oldest, so that what is shown stays where it is."""
        before = len(self._lines)
        groups: list[list[Record]] = []
        for record in reversed(fresh):
            if groups and days.day_of(groups[-1][0].time) == days.day_of(record.time):
                groups[-1].insert(0, record)
            else:
                groups.append([record])
        for group in groups:
            day = days.day_of(group[0].time)
            first = self._lines[0]
            here = isinstance(first, Head) and first.day == day
            lines: list[Line] = list(group) if here else [Head(day), *group]
            at = 1 if here else 0
            self.beginInsertRows(QModelIndex(), at, at + len(lines) - 1)
            self._lines[at:at] = lines
            self._records[:0] = group
            self._counts[day] += len(group)
            self.endInsertRows()
        self._tell_heads()
        self.grown.emit(len(self._lines) - before)

    def _tell_heads(self) -> None:
        if self._lines:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._lines) - 1, 0), [LINE_ROLE])

    def set_broken(self, number: int | None) -> None:
        """Draw the line below the first record that does not fit; None: everything fits."""
        if number != self.broken:
            self.broken = number
            self._build()

    def line(self, number: int) -> Line | None:
        """The line, or None outside."""
        return self._lines[number] if 0 <= number < len(self._lines) else None

    def row_of(self, number: int) -> int | None:
        """On which line record ``number`` stands, if it was read."""
        return next(
            (at for at, line in enumerate(self._lines) if isinstance(line, Record) and line.number == number), None
        )

    def reaches(self, number: int) -> bool:
        """Whether everything from record ``number`` on was read."""
        return bool(self._records) and self._records[-1].number <= number

    def oldest_from(self, number: int) -> int | None:
        """The first record from ``number`` on that is there: what stands above a gap."""
        return next((record.number for record in reversed(self._records) if record.number >= number), None)

    @property
    def records(self) -> int:
        """How many records were read."""
        return len(self._records)

    @property
    def complete(self) -> bool:
        """Whether everything that fits was read."""
        return not self._more

    def head_words(self, head: Head) -> tuple[str, str]:
        """The head in words: ("Today", "Tuesday 24 November, 38 records"). The count only where it is known."""
        first, rest = days.day_words(head.day)
        oldest = days.day_of(self._records[-1].time) if self._records else head.day
        known: int | None = self._counts[head.day] if self.complete or head.day > oldest else None
        if known is None and self.today is not None and first == _tr("Today") and self._filters == (AuditFilter(),):
            known = self.today
        if known is not None:
            count = _tr("1 record") if known == 1 else _tr("{count} records").format(count=f"{known:,}")
            rest = f"{rest}, {count}" if rest else count
        return first, rest

    # Qt ---------------------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        """Lines that were read."""
        return 0 if parent.isValid() else len(self._lines)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Only records are chosen."""
        if isinstance(self.line(index.row()), Record):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.ItemIsEnabled

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """``LINE_ROLE``: the line; text roles: what a screen reader says."""
        line = self.line(index.row())
        if line is None:
            return None
        if role == LINE_ROLE:
            return line
        if role in (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole)):
            return self.spoken(line)
        return None

    def spoken(self, line: Line) -> str:
        """A line as one phrase for screen readers."""
        match line:
            case Head():
                return ", ".join(part for part in self.head_words(line) if part)
            case Break():
                return break_words()
        parts = (days.clock(line.time), words.text(line), words.who(line.who), words.where(line.where))
        return ", ".join(part for part in parts if part)


def break_words() -> str:
    """What the dividing line says."""
    return _tr("Proven below this line, not proven above")
