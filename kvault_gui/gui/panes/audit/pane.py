"""The Audit pane: what the log is narrowed to on the left, its records in the middle, one of them on the right."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from kvault_gui.engine.api import AuditFilter, AuditSummary, Outcome, Record, Secret
from kvault_gui.gui import theme
from kvault_gui.gui.models import audit_days as days
from kvault_gui.gui.models.audit_days import Span
from kvault_gui.gui.models.audit_places import EVERYTHING, LogPlace, Sort
from kvault_gui.gui.models.audit_rows import LogRows
from kvault_gui.gui.tasks import Tasks
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.ground import Ground
from kvault_gui.gui.widgets.panels import EmptyState
from kvault_gui.gui.widgets.snackbar import Snackbar

from .banner import LogBanner, State
from .columns import Columns
from .empty import speak
from .exporting import LogExport
from .head import LogHead
from .inspector import Fit, Inspector
from .views import LogList, PlaceList

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from PySide6.QtGui import QResizeEvent, QShowEvent

    from kvault_gui.engine.api import Progress, Recorded
    from kvault_gui.engine.errors import KvaultError
    from kvault_gui.gui.ask import Ask
    from kvault_gui.gui.widgets.vault_button import VaultButton
    from kvault_gui.runtime.proxy import Audit

SOON = 80  # ms from new records until they are read


class AuditPane(QWidget):
    """Shows the log, live, and checks it.

    Args:
        audit: the engine's log.
        ask: opens dialogs.
        show_error: told of what a task raises.
        header: what stands over the sidebar; told what is known of the log.
        parent: Qt's owner.
    """

    copied = Signal(object, str)  # Secret, what it is
    counted = Signal(str)  # a sentence for the status bar
    exporting = Signal(str, int, int)  # what, done, total; an empty text: it is over
    broken = Signal(bool)  # whether the log is known to be broken

    def __init__(
        self,
        audit: Audit,
        ask: Ask,
        show_error: Callable[[KvaultError], object],
        header: VaultButton,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("audit-pane")
        self._audit, self._header = audit, header
        self._numbers = count()
        self.summary: AuditSummary | None = None
        self.tasks = Tasks(self, show_error)
        self.rows = LogRows(audit, self._start, self)
        self.places = PlaceList()
        self.head = LogHead()
        self.banner = LogBanner()
        self.list = LogList(self.rows)
        self.empty = EmptyState("search", "", "")
        self.inspector = Inspector(self)
        self._exporter = LogExport(audit, ask, self)
        self._opened = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON)
        self._lay_out(header)
        self._connect()
        self._make_actions()
        self._say_header()

    # Building ---------------------------------------------------------------------------------------------------------

    def _lay_out(self, header: QWidget) -> None:
        self._side = Ground("side", header=True, edge=True)
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 1, theme.px(8))
        side.setSpacing(theme.px(8))
        side.addWidget(header)
        side.addWidget(self.places, 1)
        self._clear = self.empty.add_act(button(self.tr("Show everything"), "primary", on_click=self.show_everything))
        self._clear.setObjectName("log-everything")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.empty)
        listed = Ground("list", header=True)
        column = QVBoxLayout(listed)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        room = QHBoxLayout()
        room.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(4))
        room.addWidget(self.banner)
        column.addLayout(room)
        column.addWidget(self._stack, 1)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self._side)
        self._row.addWidget(listed, 1)
        self._bar = Snackbar(self.list)
        self._columns = Columns(self, self._row, self._side, self.inspector)

    def follow_eyes(self) -> None:
        """Let Tab go on from the list into the record, which lies in no layout. After the window has its order."""
        for before, after in (
            (self.list, self.inspector.copy),
            (self.inspector.copy, self.inspector.close_button),
        ):
            self.setTabOrder(before, after)

    def _connect(self) -> None:
        self.places.chosen.connect(self._go)
        self.head.search.textChanged.connect(lambda _text: self._load())
        self.head.search.left.connect(self.list.setFocus)
        self.head.search.down.connect(self._into_list)
        self.head.search.entered.connect(self._into_list)
        self.head.arranged.connect(self._load)
        self.head.export_wanted.connect(self._export)
        self.banner.export_wanted.connect(self._export)
        self._exporter.advanced.connect(self.exporting)
        self._exporter.said.connect(lambda text: self._bar.say(text, "check-circle-filled"))
        self.banner.check_wanted.connect(self.check)
        self.banner.cancel_wanted.connect(lambda: self.tasks.cancel("check"))
        self.banner.show_wanted.connect(lambda: self.tasks.start(self._show_broken(), "show", "replace"))
        self.list.chosen.connect(self._choose)
        self.list.opened.connect(lambda _record: self._columns.open_drawer())
        self.list.typed.connect(self._type)
        self.list.copy_wanted.connect(self._copy)
        self.inspector.copy_wanted.connect(self._copy)
        self.inspector.close_wanted.connect(self._close_drawer)
        self._soon.timeout.connect(lambda: self.tasks.start(self._catch_up(), "new", "queue"))

    def _make_actions(self) -> None:
        for name, keys, act in (
            ("find", ("Ctrl+F", "F3", "F6"), self.begin_search),
            ("places", ("F1",), self.places.setFocus),
            ("list", ("F2",), self._into_list),
            ("check", ("F5",), self.check),
            ("sidebar", ("Ctrl+\\",), self.toggle_sidebar),
        ):
            action = QAction(self)
            action.setObjectName(f"log-{name}-key")
            action.setShortcuts([QKeySequence(each) for each in keys])
            # From the rail too, while the pane is shown.
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.triggered.connect(lambda _on=False, act=act: act())
            self.addAction(action)

    # Going somewhere --------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """The log is read when it is looked at first, and checked once."""
        super().showEvent(event)
        if not self._opened:
            self._opened = True
            self.tasks.start(self.open(), "open")
        elif self._soon.isActive() is False and self.isVisible():
            self._soon.start()

    async def open(self) -> None:
        """Read the log and check it."""
        await self._read_summary()
        await self._fill()
        self._into_list()
        self.check()

    def on_recorded(self, _event: Recorded) -> None:
        """Records were written: show them soon, if somebody looks."""
        if self._opened and self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def is_busy(self) -> bool:
        """Whether something that was asked for is not shown yet."""
        names = ("open", "fill", "new", "check", "export", "read", "show")
        return self._soon.isActive() or any(self.tasks.is_running(name) for name in names)

    def _start(self, work: Coroutine[Any, Any, None]) -> object:
        return self.tasks.start(work, f"rows {next(self._numbers)}")

    def begin_search(self) -> None:
        """Go to the search field."""
        self.head.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.head.search.selectAll()

    def show_everything(self) -> None:
        """Take every narrowing away."""
        with QSignalBlocker(self.head.search), QSignalBlocker(self.head):
            self.head.search.clear()
            self.head.choose(Span.ANY)
        self.places.choose(EVERYTHING)

    def _go(self, _place: LogPlace) -> None:
        self._load()

    def _load(self) -> None:
        self.tasks.start(self._fill(), "fill", "replace")

    def _filters(self) -> list[AuditFilter]:
        place = self.places.place()
        since, until = days.between(self.head.span)
        text = self.head.search.text().strip()
        if place is not None and place.sort is Sort.BAD:
            bad = (Outcome.REFUSED, Outcome.FAILED)
            return [AuditFilter(outcome=outcome, text=text, since=since, until=until) for outcome in bad]
        category, who = (place.category, place.who) if place is not None else (None, None)
        return [AuditFilter(category=category, who=who, text=text, since=since, until=until)]

    async def _fill(self) -> None:
        self.list.begin_anew()
        await self.rows.show_records(self._filters())
        self._take_stock()

    async def _catch_up(self) -> None:
        await self._read_summary()
        await self.rows.look_for_new()
        self._take_stock()

    async def _read_summary(self) -> None:
        self.summary = await self._audit.summary()
        self.rows.today = self.summary.today
        self.places.show_summary(self.summary)
        self._say_header()
        self.counted.emit(self.sentence())

    def _take_stock(self) -> None:
        """After rows changed: the list or what an empty one says; a record that could not be read."""
        shown = self.rows.records > 0
        self._stack.setCurrentIndex(0 if shown else 1)
        if not shown:
            speak(self.empty, self.head.search.text().strip(), self.places.place())
            self._choose(None)
        if self.rows.broken is not None and self.banner.state is State.UNKNOWN:
            self.banner.show_broken(self.rows.broken, self.tr("This record cannot be read"))
            self._say_header()

    # Checking ---------------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Check the whole log; a second call while one runs changes nothing."""
        self.tasks.start(self._check(), "check")

    async def _check(self) -> None:
        self.banner.begin()
        done = False
        try:
            verdict = await self._audit.verify(on_progress=self._advance)
            await self._read_summary()
            assert self.summary is not None  # noqa: S101 just read
            self.banner.show_verdict(verdict, self.summary.signed)
            self.rows.set_broken(verdict.broken)
            done = True
        finally:
            if not done:
                self.banner.stop()
        self._say_header()
        record = self.inspector.record
        if record is not None:
            self._choose(record)

    def _advance(self, step: Progress) -> None:
        self.banner.advance(step)

    async def _show_broken(self) -> None:
        """Go to the first record that does not fit, whatever is shown now."""
        number = self.rows.broken
        if number is None:
            return
        if self.places.place() is None or self._filters() != [AuditFilter()]:
            self.show_everything()
            await self._fill()
        while not self.list.select_number(number) and not self.rows.complete and not self.rows.reaches(number):
            await self.rows.read_more()
        if self.rows.row_of(number) is None:  # it is gone, or cannot be read: what follows on it is shown
            self.list.select_number(self.rows.oldest_from(number) or 0)
        self.list.setFocus()
        self._columns.open_drawer()

    def _say_header(self) -> None:
        if self.rows.broken is not None and self.rows.broken > 1:
            state = self.tr("Proven up to record {number}").format(number=f"{self.rows.broken - 1:,}")
        elif self.rows.broken is not None:
            state = self.tr("Not proven")
        elif self.banner.state is State.WHOLE and self.summary is not None and self.summary.first:
            state = self.tr("Complete since {day}").format(day=days.since(self.summary.first))
        elif self.summary is not None and self.summary.first:
            state = self.tr("Since {day}").format(day=days.since(self.summary.first))
        else:
            state = ""
        self._header.say(self.tr("Audit log"), state)
        self.broken.emit(self.rows.broken is not None)

    # One record -------------------------------------------------------------------------------------------------------

    def _choose(self, record: Record | None) -> None:
        signed = self.summary.signed if self.summary else 0
        if record is None:
            self.tasks.cancel("read")
            self.inspector.show_record(None, Fit.UNKNOWN, signed)
            return
        known = self._known_fit(record)
        self.inspector.show_record(record, known, signed)
        if known is Fit.UNKNOWN:
            self.tasks.start(self._compare(record), "read", "replace")

    def _known_fit(self, record: Record) -> Fit:
        broken = self.rows.broken
        if broken is not None and record.number > broken:
            return Fit.AFTER
        if broken == record.number:
            return Fit.BREAKS
        if record.number == 1:
            return Fit.FIRST
        verdict = self.banner.verdict
        return Fit.FITS if verdict is not None and record.number <= verdict.records else Fit.UNKNOWN

    async def _compare(self, record: Record) -> None:
        """Compare a record with its neighbour, which may not be among what is shown."""
        before = await self._audit.page(AuditFilter(), record.number, 1)
        fits = bool(before) and before[0].number == record.number - 1 and before[0].hash == record.previous
        signed = self.summary.signed if self.summary else 0
        if self.inspector.record is not None and self.inspector.record.number == record.number:
            self.inspector.show_record(record, Fit.FITS if fits else Fit.BREAKS, signed)

    def _copy(self) -> None:
        text = self.inspector.as_text()
        if text:
            self.copied.emit(Secret.of(text), self.inspector.title.text())

    # Export -----------------------------------------------------------------------------------------------------------

    def _export(self) -> None:
        self.tasks.start(self._exporter.write(), "export")

    def cancel_export(self) -> None:
        """Stop an export; nothing is left of its file."""
        self.tasks.cancel("export")

    # What it says and how it fits -------------------------------------------------------------------------------------

    def sentence(self) -> str:
        """For the status bar."""
        if self.summary is None:
            return ""
        text = self.tr("{count} records, {today} today")
        return text.format(count=f"{self.summary.records:,}", today=f"{self.summary.today:,}")

    def _type(self, text: str) -> None:
        self.head.search.setFocus()
        self.head.search.setText(self.head.search.text() + text)

    def _into_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if self.list.current() is None:
            self.list.select_first()

    def toggle_sidebar(self) -> None:
        """Show or hide the sidebar."""
        self._columns.toggle_side()

    def _close_drawer(self) -> None:
        self._columns.close_drawer()
        self.list.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Columns follow the width."""
        super().resizeEvent(event)
        self._columns.fit()

    def changeEvent(self, event: QEvent) -> None:
        """Columns follow font and direction."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.LayoutDirectionChange) and hasattr(self, "_columns"):
            self._columns.fit()
