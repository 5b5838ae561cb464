"""The Secrets pane: places on the left, the list in the middle, one entry on the right."""

from __future__ import annotations

import time
from itertools import count
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPoint, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from kvault_gui.engine.api import Entry, FieldType, Row, View
from kvault_gui.engine.errors import EntryNotFoundError, KvaultError
from kvault_gui.gui.models.secrets import SecretRows
from kvault_gui.gui.models.sidebar import SidebarRow, Stop
from kvault_gui.gui.tasks import Tasks
from kvault_gui.gui.widgets.snackbar import Snackbar

from .acts import Acts, Parts
from .commands import MENU, TRASH_MENU, Commands
from .detail import Detail
from .dragging import Dragging
from .editing import Editing
from .empty import Empty
from .frame import Frame
from .head import ListHead
from .list_view import EntryList
from .sidebar_view import Sidebar
from .states import Does, Situation, speak

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from PySide6.QtGui import QResizeEvent

    from kvault_gui.engine.api import Changed, Overview
    from kvault_gui.gui.ask import Ask

HITS = 100  # rows that a search shows
SOON, LATER = 60, 500  # ms after a change of entries until lists are read again


class SecretsPane(QWidget):
    """Finds, shows and changes entries.

    Args:
        parts: the engine's parts that it uses.
        ask: opens dialogs.
        show_error: told of what a task raises.
        header: what stands over the sidebar (the vault's name and menu).
        parent: Qt's owner.
    """

    copied = Signal(object, str)  # Secret, what it is
    counted = Signal(str)  # a sentence for the status bar
    import_wanted = Signal()

    def __init__(
        self,
        parts: Parts,
        ask: Ask,
        show_error: Callable[[KvaultError], object],
        header: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("secrets-pane")
        self._parts, self._ask = parts, ask
        self._numbers = count()
        self._overview: Overview | None = None
        self.hide_seconds = 30
        self.tasks = Tasks(self, show_error)
        self.rows = SecretRows(parts.secrets, self._start, self)
        self.sidebar = Sidebar(header)
        self.head = ListHead()
        self.list = EntryList(self.rows, self._start)
        self.list_empty = Empty(narrow=True)
        self.acts = Acts(parts, ask, self.tasks, self)
        self.detail = Detail(self.acts, show_error)
        self.pane_empty = Empty()
        self.editing = Editing(parts, ask, self.tasks, self.sidebar.rows.paths, self)
        self.commands = Commands(self)
        self._does = Does(
            lambda title: self.editing.new(self._place(), title),
            self.head.search.clear,
            self._search_everywhere,
            self.head.every_kind,
            self.import_wanted.emit,
        )
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(SOON)
        self._last_read = 0.0
        self._lay_out()
        self._connect()
        self._bind()
        self._offer_commands()

    # Building ---------------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._frame = Frame(self.sidebar, self.head, (self.list, self.list_empty), self.detail, self.pane_empty)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._frame)
        self.splitter, self._columns = self._frame.splitter, self._frame.columns
        self.notices = self._frame.notices
        self._list_bar = Snackbar(self.list)

    def _connect(self) -> None:
        self.sidebar.chosen.connect(self._go)
        self.sidebar.plus.connect(lambda: self.editing.new_namespace(self._place()))
        self.sidebar.menu.connect(lambda row, point: self.editing.open_place_menu(row, point, self))
        self.head.search.textChanged.connect(lambda _text: self._load())
        self.head.search.left.connect(self.list.setFocus)
        self.head.search.down.connect(self._into_list)
        self.head.search.entered.connect(lambda: self._with_row(self.acts.copy_main))
        self.head.new_wanted.connect(self.commands["new"].trigger)
        self.head.arranged.connect(self._load)
        self.rows.changed.connect(self._say_counts)
        self.list.chosen.connect(self._choose)
        self.list.activated_row.connect(self._open_row)
        self.list.clicked.connect(lambda _index: self._go_to_detail())
        self.list.typed.connect(self.head.search.type_on)
        self.list.customContextMenuRequested.connect(self._list_menu)
        self.dragging = Dragging(self.list, self.sidebar)
        self.dragging.onto_namespace.connect(lambda path: self._with_rows(lambda rows: self.acts.move(rows, path)))
        self.dragging.onto_trash.connect(lambda: self._with_rows(self.acts.trash))
        self.detail.menu_wanted.connect(self._menu)
        for wanted, name in (
            (self.detail.move_wanted, "move"),
            (self.detail.trash_wanted, "trash"),
            (self.detail.restore_wanted, "restore"),
            (self.detail.delete_wanted, "delete"),
            (self.detail.edit_wanted, "edit"),
        ):
            wanted.connect(self.commands[name].trigger)
        self.detail.back_wanted.connect(self._fold_back)
        self.detail.continue_draft.connect(self.editing.resume)
        self.detail.discard_draft.connect(self.editing.discard)
        self.editing.draft_found.connect(self.detail.show_draft)
        self.editing.stored.connect(self._show_stored)
        self.acts.copied.connect(self.copied)
        for source in (self.acts, self.editing):
            source.said.connect(self.say)
            source.changed.connect(lambda: self._refresh.start(SOON))
        self._refresh.timeout.connect(lambda: self.tasks.start(self._reload(), "reload", "replace"))

    def _bind(self) -> None:
        acts = self.acts
        for name, act in {
            "copy-main": lambda: self._with_row(acts.copy_main),
            "copy-who": lambda: self._with_row(acts.copy_who),
            "copy-url": lambda: self._with_row(lambda row: acts.copy_type(row, FieldType.URL)),
            "copy-code": lambda: self._with_row(lambda row: acts.copy_type(row, FieldType.OTP)),
            "open-url": self.detail.open_address,
            "reveal": self.detail.toggle_all,
            "favourite": lambda: self._with_row(acts.favourite),
            "trash": lambda: self._with_rows(acts.trash),
            "restore": lambda: self._with_rows(acts.restore),
            "delete": lambda: self._with_rows(acts.delete),
            "move": lambda: self._with_rows(self.editing.move),
            "undo": acts.undo,
            "new": lambda: self.editing.new(self._place()),
            "edit": lambda: self._with_row(self.editing.edit),
            "clone": lambda: self._with_row(self.editing.clone),
            "find": self.begin_search,
            "places": self.sidebar.places.setFocus,
            "entries": self._into_list,
            "sidebar": self.toggle_sidebar,
        }.items():
            self.commands.bind(name, act)
        self.editing.move_chosen.connect(acts.move)

    # Going somewhere --------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Read what the vault holds and show all of it; then offer drafts. What is typed meanwhile is a search."""
        self.begin_search()
        await self._read_overview()
        self._search_everywhere()
        if self._overview is not None and not self._overview.total:
            self.pane_empty.take_focus()
        await self.editing.look_for_drafts()

    def on_changed(self, _event: Changed) -> None:
        """Entries changed: read again soon. Bursts become one reading; an import does not keep the list reading."""
        if not self._refresh.isActive():
            self._refresh.start(SOON if time.monotonic() - self._last_read > 1 else LATER)

    def say(self, icon: str, text: str, undo: bool) -> None:  # noqa: FBT001 a slot
        """What just happened, over the detail, or over the list where the detail is folded away."""
        bar = self.detail.snackbar if self.detail.isVisible() else self._list_bar
        if undo:
            bar.say(text, icon, action=self.tr("Undo"), shortcut="Ctrl+Z", act=self.acts.undo)
        else:
            bar.say(text, icon)

    def is_busy(self) -> bool:
        """Whether something that was asked for is not shown yet."""
        names = ("open", "fill", "read", "reload", "gather", "change", "copy")
        return self._refresh.isActive() or any(self.tasks.is_running(name) for name in names) or self.detail.is_busy()

    def begin_search(self) -> None:
        """Go to the search field."""
        self.head.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.head.search.selectAll()

    def _place(self) -> SidebarRow | None:
        return self.sidebar.place_row()

    def _view(self) -> View:
        row = self._place()
        return self.head.apply(row.view() if row else View())

    def _go(self, _row: SidebarRow) -> None:
        if self.head.search.text():
            with QSignalBlocker(self.head.search):
                self.head.search.clear()
        self._load()

    def _load(self) -> None:
        self.tasks.start(self._fill(), "fill", "replace")

    async def _fill(self) -> None:
        query = self.head.search.text().strip()
        self.list.begin_anew()
        if query:
            await self.rows.show_hits(query, self._view(), HITS)
        else:
            await self.rows.show_view(self._view())
        self.list.select_number(0)
        if not self.rows.rowCount():
            self._choose(None)

    async def _reload(self) -> None:
        await self._read_overview()
        await self.rows.refresh()
        entry = self.detail.entry
        if entry is not None:
            await self._read(entry.id)
        self._last_read = time.monotonic()

    async def _read_overview(self) -> None:
        self._overview = await self._parts.secrets.overview()
        self.sidebar.show_overview(self._overview)
        self.head.show_total(self._overview.total)
        self._say_counts()

    def _start(self, work: Coroutine[Any, Any, None]) -> object:
        return self.tasks.start(work, f"rows {next(self._numbers)}")

    # One entry --------------------------------------------------------------------------------------------------------

    def _choose(self, row: Row | None) -> None:
        if row is None:
            self.tasks.cancel("read")
            self.detail.show_nothing(self.list.selected_count(), trash=self._in_trash())
        else:
            self.commands.name_after(row.kind)
            self.tasks.start(self._read(row.id), "read", "replace")
        self._offer_commands()

    async def _read(self, entry_id: int) -> None:
        try:
            entry = await self._parts.secrets.get(entry_id)
            versions = await self._parts.secrets.versions(entry_id)
        except EntryNotFoundError:
            self.detail.show_nothing(0, trash=self._in_trash())
            return
        self.detail.show_entry(entry, versions, self.hide_seconds)
        self._offer_commands()

    async def _show_stored_now(self, entry_id: int) -> None:
        await self._reload()
        entry = await self._parts.secrets.get(entry_id)
        row = await self.rows.find(entry, HITS)
        if row is not None:
            self.list.select_number(row)
        elif entry.version == 1:  # a new one is shown, whatever was searched for
            self.sidebar.choose((Stop.ALL, None))
            self.tasks.start(self._show_among_all(entry), "fill", "replace")
        else:
            await self._read(entry_id)

    async def _show_among_all(self, entry: Entry) -> None:
        await self._fill()
        row = await self.rows.find(entry, HITS)
        if row is not None:
            self.list.select_number(row)

    def _show_stored(self, entry_id: int) -> None:
        self.tasks.start(self._show_stored_now(entry_id), "reload", "replace")

    # Acting -----------------------------------------------------------------------------------------------------------

    def _with_row(self, act: Callable[[Row], object]) -> None:
        row = self.list.current()
        if row is not None:
            act(row)

    def _with_rows(self, act: Callable[[list[Row]], object]) -> None:
        self.tasks.start(self._gather(act), "gather", "queue")

    async def _gather(self, act: Callable[[list[Row]], object]) -> None:
        rows = await self.list.selected_rows()
        if rows:
            act(rows)

    def _go_to_detail(self) -> None:
        self._columns.go_to_detail()
        if self._columns.folded:
            self.detail.back.setFocus()

    def _open_row(self, _row: Row) -> None:
        if self._columns.folded and not self.detail.isVisible():
            self._go_to_detail()
        else:
            self.commands["edit"].trigger()

    def _in_trash(self) -> bool:
        row = self._place()
        return row is not None and row.stop is Stop.TRASH

    def _offer_commands(self) -> None:
        several, one = self.list.selected_count() > 0, self.list.selected_count() == 1
        names: set[str] = set()
        if one:
            names |= {"copy-main", "copy-who", "copy-url", "copy-code", "open-url", "reveal"}
            names |= set() if self._in_trash() else {"edit", "clone", "favourite"}
        if several:
            names |= {"restore", "delete"} if self._in_trash() else {"trash", "move"}
        self.commands.enable(names)

    def _list_menu(self, point: QPoint) -> None:
        if self.list.selected_count():
            self._menu(self.list.viewport().mapToGlobal(point))

    def _menu(self, point: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action in self.commands.listed(TRASH_MENU if self._in_trash() else MENU):
            if action is None:
                menu.addSeparator()
            else:
                menu.addAction(action)
        menu.popup(point)

    def _into_list(self) -> None:
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if not self.list.currentIndex().isValid():
            self.list.select_number(0)

    # What it says and how it fits -------------------------------------------------------------------------------------

    def _say_counts(self) -> None:
        situation = Situation(
            total=self._overview.total if self._overview else 0,
            trashed=self._overview.trashed if self._overview else 0,
            shown=self.rows.rowCount(),
            query=self.rows.query,
            place=self._place(),
            kind=self.head.kind,
        )
        self.head.show_count(situation.shown, situation.query)
        whole = self._overview is not None and situation.empty_vault
        self._frame.show_part(listed=bool(situation.shown), whole=whole)
        if not situation.shown:
            speak(situation, self.pane_empty if whole else self.list_empty, self._does)
        self.counted.emit(situation.sentence())

    def offer_import(self, *, possible: bool) -> None:
        """Whether an empty vault offers to bring entries over."""
        self._does.can_import = possible

    def _search_everywhere(self) -> None:
        query = self.head.search.text()
        self.sidebar.choose((Stop.ALL, None))
        self.head.search.setText(query)

    def toggle_sidebar(self) -> None:
        """Show or hide the sidebar."""
        self._columns.toggle_side()
        self._columns.fit(self.width())

    def _fold_back(self) -> None:
        self._columns.go_to_list()
        self.list.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Columns follow the width."""
        super().resizeEvent(event)
        self._columns.fit(self.width())

    def changeEvent(self, event: QEvent) -> None:
        """Columns follow the font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._columns.fit(self.width())
