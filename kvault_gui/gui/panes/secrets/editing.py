"""Making and changing entries and namespaces: opens the dialogs, keeps and offers drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QDialog, QMenu, QWidget

from kvault_gui.engine.api import Draft, Entry, Kind, Row
from kvault_gui.engine.errors import EntryNotFoundError
from kvault_gui.gui import theme
from kvault_gui.gui.dialogs.entry import EntryDialog
from kvault_gui.gui.dialogs.namespace import NameDialog, PlaceDialog
from kvault_gui.gui.models.entry_form import Begin
from kvault_gui.gui.models.lines import one_line
from kvault_gui.gui.models.sidebar import SidebarRow, Stop

from .acts import named, shown_path

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from kvault_gui.gui.ask import Ask
    from kvault_gui.gui.tasks import Tasks

    from .acts import Parts


class Editing(QObject):
    """Opens forms and says what came of them."""

    stored = Signal(int)  # an entry's id
    said = Signal(str, str, bool)  # icon, sentence, whether Undo is offered
    changed = Signal()
    draft_found = Signal(object, str)  # Draft, title
    move_chosen = Signal(object, str)  # list[Row], path

    def __init__(
        self, parts: Parts, ask: Ask, tasks: Tasks, paths: Callable[[], list[str]], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._parts, self._ask, self._tasks, self._paths = parts, ask, tasks, paths

    # Entries ----------------------------------------------------------------------------------------------------------

    def new(self, place: SidebarRow | None, title: str = "") -> None:
        """A form for a new entry, in the place that is shown."""
        begin = Begin.new(Kind.CREDENTIAL, title)
        if place is not None and place.stop is Stop.NAMESPACE:
            begin.namespace = place.path
        if place is not None and place.stop is Stop.TAG:
            begin.tags = [place.text]
        begin.favourite = place is not None and place.stop is Stop.FAVOURITES
        self._tasks.start(self._form(begin), "form")

    def edit(self, row: Row) -> None:
        """A form for an entry; a trashed one is restored first."""
        if not row.trashed:
            self._tasks.start(self._edit(row.id), "form")

    async def _edit(self, entry_id: int) -> None:
        await self._form(Begin.of(await self._parts.secrets.get(entry_id)))

    def clone(self, row: Row) -> None:
        """A form for a new entry with what this one shows openly; protected values are typed anew."""
        self._tasks.start(self._clone(row.id), "form")

    async def _clone(self, entry_id: int) -> None:
        entry = await self._parts.secrets.get(entry_id)
        begin = Begin.copy_of(entry, self.tr("{title}, copy").format(title=entry.title))
        await self._form(begin)

    async def _form(self, begin: Begin) -> None:
        dialog = EntryDialog(self._parts.secrets, self._parts.drafts, self._parts.tools, self._ask, begin)
        dialog.offer_namespaces(self._paths())
        done = await self._ask.run(dialog)
        if done != QDialog.DialogCode.Accepted or dialog.stored_id is None:
            self.changed.emit()  # a draft may have been discarded
            return
        title = one_line(dialog.stored_title)
        if begin.entry is None:
            self.said.emit("check", self.tr("Stored “{title}”").format(title=title), True)  # noqa: FBT003 a signal
        else:
            self.said.emit("check", self.tr("Changed “{title}”").format(title=title), True)  # noqa: FBT003 a signal
        self.changed.emit()
        self.stored.emit(dialog.stored_id)

    # Drafts -----------------------------------------------------------------------------------------------------------

    async def look_for_drafts(self) -> None:
        """Offer the newest edit that was not stored."""
        drafts = await self._parts.drafts.all()
        if not drafts:
            self.draft_found.emit(None, "")
            return
        draft = max(drafts, key=lambda one: one.time)
        title = one_line(draft.input.title)
        if not title and draft.entry is not None:
            try:
                title = named(await self._parts.secrets.get(draft.entry))
            except EntryNotFoundError:
                title = ""
        self.draft_found.emit(draft, title)

    def resume(self, draft: Draft) -> None:
        """Open the form where it was left."""
        self._tasks.start(self._resume(draft), "form")

    async def _resume(self, draft: Draft) -> None:
        entry: Entry | None = None
        if draft.entry is not None:
            try:
                entry = await self._parts.secrets.get(draft.entry)
            except EntryNotFoundError:
                entry = None  # it was deleted meanwhile: what was typed becomes a new entry
        await self._form(Begin.from_saved(draft, entry))
        await self.look_for_drafts()

    def discard(self, draft: Draft) -> None:
        """Forget an edit."""
        self._tasks.start(self._discard(draft), "draft", "queue")

    async def _discard(self, draft: Draft) -> None:
        await self._parts.drafts.discard(draft.entry)
        await self.look_for_drafts()

    # Places -----------------------------------------------------------------------------------------------------------

    def move(self, rows: list[Row]) -> None:
        """Ask where to, then say it by ``move_chosen``."""
        self._tasks.start(self._move(rows), "form")

    async def _move(self, rows: list[Row]) -> None:
        what = f"“{named(rows[0])}”" if len(rows) == 1 else self.tr("{count} items").format(count=f"{len(rows):,}")
        dialog = PlaceDialog(self.tr("Move {what}").format(what=what), self._paths())
        if await self._ask.run(dialog) == QDialog.DialogCode.Accepted:
            self.move_chosen.emit(rows, dialog.path())

    def new_namespace(self, place: SidebarRow | None) -> None:
        """Ask for a name; the new namespace lies in the one that is shown."""
        above = place.path if place is not None and place.stop is Stop.NAMESPACE else ""
        self._tasks.start(self._new_namespace(above), "form")

    async def _new_namespace(self, above: str) -> None:
        text = self.tr("It lies in “{above}”.").format(above=shown_path(above)) if above else ""
        dialog = NameDialog(self.tr("New namespace"), text, self.tr("Make namespace"))
        if await self._ask.run(dialog) == QDialog.DialogCode.Accepted:
            await self._parts.namespaces.create(f"{above}/{dialog.name()}" if above else dialog.name())
            self.changed.emit()

    def open_place_menu(self, row: SidebarRow, point: QPoint, parent: QWidget) -> None:
        """Show what can be done with a line of the sidebar, at a place of the screen."""
        menu = self.place_menu(row, parent)
        if menu is not None:
            menu.popup(point)

    def place_menu(self, row: SidebarRow, parent: QWidget) -> QMenu | None:
        """What can be done with a line of the sidebar."""
        if row.stop not in (Stop.NAMESPACE, Stop.NAMESPACES) and row.stop is not Stop.ALL:
            return None
        menu = QMenu(parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        inside = row.stop is Stop.NAMESPACE
        new = self.tr("New namespace in it…") if inside else self.tr("New namespace…")
        menu.addAction(theme.icon("folder-plus"), new, lambda: self.new_namespace(row))
        if inside:
            menu.addAction(theme.icon("pencil"), self.tr("Rename…"), lambda: self._begin(self._rename(row)))
            menu.addAction(theme.icon("move"), self.tr("Move to…"), lambda: self._begin(self._move_place(row)))
            menu.addSeparator()
            menu.addAction(theme.icon("trash"), self.tr("Remove"), lambda: self._begin(self._remove(row)))
        return menu

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.start(work, "form")

    async def _rename(self, row: SidebarRow) -> None:
        dialog = NameDialog(self.tr("Rename “{name}”").format(name=one_line(row.text)), "", self.tr("Rename"), row.text)
        if row.namespace is not None and await self._ask.run(dialog) == QDialog.DialogCode.Accepted:
            await self._parts.namespaces.rename(row.namespace, dialog.name(escaped=False))
            self.changed.emit()

    async def _move_place(self, row: SidebarRow) -> None:
        dialog = PlaceDialog(self.tr("Move “{name}”").format(name=one_line(row.text)), self._paths())
        if row.namespace is None or await self._ask.run(dialog) != QDialog.DialogCode.Accepted:
            return
        path = dialog.path()
        parent = await self._parts.namespaces.create(path) if path else None
        await self._parts.namespaces.move(row.namespace, parent)
        self.changed.emit()

    async def _remove(self, row: SidebarRow) -> None:
        if row.namespace is not None:
            await self._parts.namespaces.remove(row.namespace)
            name = one_line(row.text)
            self.said.emit("trash", self.tr("Removed the namespace “{name}”").format(name=name), True)  # noqa: FBT003 a signal
            self.changed.emit()
