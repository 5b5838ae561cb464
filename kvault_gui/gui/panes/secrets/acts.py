"""What can be done with entries, whichever way it is asked for: by key, button, menu or snackbar."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from kvault_gui.engine.api import Entry, Field, FieldType, OneTimeCode, Row, Secret, Strength, Use
from kvault_gui.engine.errors import DiskFullError, FolderPermissionError, NothingToUndoError
from kvault_gui.gui.models import kinds
from kvault_gui.gui.models.lines import one_line

if TYPE_CHECKING:
    from kvault_gui.gui.ask import Ask
    from kvault_gui.gui.tasks import Tasks
    from kvault_gui.runtime.proxy import Drafts, Namespaces, Secrets, Tools


class Parts(NamedTuple):
    """The parts of the engine that this pane uses."""

    secrets: Secrets
    namespaces: Namespaces
    drafts: Drafts
    tools: Tools


class Acts(QObject):
    """Acts on entries. Every act runs as a task; what it did is told by ``said``."""

    copied = Signal(object, str)  # Secret, what it is: "Password of GitHub"
    said = Signal(str, str, bool)  # icon, sentence, whether Undo is offered
    changed = Signal()  # lists and counts are old

    def __init__(self, parts: Parts, ask: Ask, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts, self._ask, self._tasks = parts, ask, tasks

    # Copying ----------------------------------------------------------------------------------------------------------

    def copy_main(self, row: Row) -> None:
        """The password, key or text of an entry."""
        self._tasks.start(self._copy(row.id, kinds.KINDS[row.kind].main), "copy", "replace")

    def copy_who(self, row: Row) -> None:
        """The user name, service or subject."""
        self._tasks.start(self._copy(row.id, kinds.KINDS[row.kind].who), "copy", "replace")

    def copy_type(self, row: Row, form: FieldType) -> None:
        """The first field of a type: address, one-time code."""
        self._tasks.start(self._copy(row.id, "", form), "copy", "replace")

    def copy_field(self, entry: Entry, name: str) -> None:
        """One field by its name."""
        self._tasks.start(self._copy(entry.id, name), "copy", "replace")

    async def _copy(self, entry_id: int, name: str, form: FieldType | None = None) -> None:
        entry = await self._parts.secrets.get(entry_id)
        field = next((f for f in entry.fields if (f.type is form if form else f.name == name)), None)
        if field is None or field.type is FieldType.FILE:
            what = kinds.type_word(form) if form else kinds.label(name or "username")
            self._say("copy", self.tr("“{title}” has no field “{what}”").format(title=named(entry), what=what))
            return
        what = self.tr("{field} of {title}").format(field=kinds.label(field.name), title=named(entry))
        self.copied.emit(await self.value(entry, field, Use.COPY), what)

    async def value(self, entry: Entry, field: Field, use: Use) -> Secret:
        """A field's value, revealed (and audited) only where it is protected; a code for a one-time code."""
        if field.type is FieldType.OTP and use is not Use.EDIT:
            return (await self._parts.secrets.code(entry.id, field.name)).code
        if field.value is not None and not field.protected:
            return Secret.of(field.value)
        return await self._parts.secrets.reveal(entry.id, field.name, use)

    async def code(self, entry: Entry, field: Field) -> OneTimeCode:
        """The one-time code of now."""
        return await self._parts.secrets.code(entry.id, field.name)

    async def strength(self, secret: Secret) -> Strength:
        """How hard a value is to guess."""
        return await self._parts.tools.strength(secret)

    def save_file(self, entry: Entry, field: Field) -> None:
        """Write an attached file to a place that the person chooses."""
        self._tasks.start(self._save_file(entry, field), "save file")

    async def _save_file(self, entry: Entry, field: Field) -> None:
        name = Path(field.name.replace("\\", "/")).name or "file"
        path = await self._ask.save_file(self.tr("Save “{name}”").format(name=one_line(name)), name)
        if path is None:
            return
        secret = await self._parts.secrets.reveal(entry.id, field.name, Use.EXPORT)
        write_private(Path(path), secret.value)
        secret.wipe()
        self._say(
            "paperclip", self.tr("Saved “{name}”. The copy outside is not encrypted.").format(name=one_line(name))
        )

    # Changing ---------------------------------------------------------------------------------------------------------

    def trash(self, rows: list[Row]) -> None:
        """Move to the trash; Undo brings back."""
        self._tasks.start(self._trash(rows), "change", "queue")

    async def _trash(self, rows: list[Row]) -> None:
        await self._parts.secrets.trash([row.id for row in rows])
        self._tell("trash", self.tr("Moved {what} to the trash").format(what=self._names(rows)))

    def restore(self, rows: list[Row]) -> None:
        """Bring back from the trash."""
        self._tasks.start(self._restore(rows), "change", "queue")

    async def _restore(self, rows: list[Row]) -> None:
        await self._parts.secrets.restore([row.id for row in rows])
        self._tell("restore", self.tr("Brought {what} back").format(what=self._names(rows)))

    def delete(self, rows: list[Row]) -> None:
        """Delete for ever, after one question that names what goes."""
        self._tasks.start(self._delete(rows), "delete")

    async def _delete(self, rows: list[Row]) -> None:
        sure = await self._ask.confirm(
            self.tr("Delete {what} for ever?").format(what=self._names(rows)),
            self.tr("Values, files and earlier versions go with it. Only a backup made earlier still has them."),
            self.tr("Delete for ever"),
            danger=True,
        )
        if sure:
            await self._parts.secrets.delete([row.id for row in rows])
            self._say("trash", self.tr("Deleted {what} for ever").format(what=self._names(rows)))
            self.changed.emit()

    def favourite(self, entry: Entry | Row) -> None:
        """Mark as a favourite, or unmark."""
        self._tasks.start(self._favourite(entry), "change", "queue")

    async def _favourite(self, entry: Entry | Row) -> None:
        await self._parts.secrets.favourite(entry.id, not entry.favourite)
        self.changed.emit()

    def move(self, rows: list[Row], path: str) -> None:
        """Put entries into the namespace ``path``."""
        self._tasks.start(self._move(rows, path), "change", "queue")

    async def _move(self, rows: list[Row], path: str) -> None:
        await self._parts.secrets.move([row.id for row in rows], path)
        place = shown_path(path) or self.tr("the top")
        self._tell("folder", self.tr("Moved {what} to {place}").format(what=self._names(rows), place=place))

    def revert(self, entry: Entry, version: int) -> None:
        """Make an earlier version the current one."""
        self._tasks.start(self._revert(entry, version), "change", "queue")

    async def _revert(self, entry: Entry, version: int) -> None:
        await self._parts.secrets.revert(entry.id, version)
        text = self.tr("“{title}” is as it was in version {number}").format(title=named(entry), number=version)
        self._say("history", text, undo=True)
        self.changed.emit()

    def undo(self) -> None:
        """Take back the last change."""
        self._tasks.start(self._undo(), "change", "queue")

    async def _undo(self) -> None:
        try:
            undone = await self._parts.secrets.undo()
        except NothingToUndoError:
            self._say("restore", self.tr("There is nothing to undo"))
            return
        what = f"“{one_line(undone.title)}”" if undone.count <= 1 else self._count(undone.count)
        self._say("restore", self.tr("Took back the change of {what}").format(what=what))
        self.changed.emit()

    # Words ------------------------------------------------------------------------------------------------------------

    def _say(self, icon: str, sentence: str, *, undo: bool = False) -> None:
        self.said.emit(icon, sentence, undo)

    def _tell(self, icon: str, sentence: str) -> None:
        self._say(icon, sentence, undo=True)
        self.changed.emit()

    def _names(self, rows: list[Row]) -> str:
        return f"“{named(rows[0])}”" if len(rows) == 1 else self._count(len(rows))

    def _count(self, count: int) -> str:
        return self.tr("{count} items").format(count=f"{count:,}")


def named(entry: Entry | Row) -> str:
    """An entry's title for a sentence: one line, not too long."""
    title = one_line(entry.title)
    return title if len(title) <= 60 else f"{title[:59]}…"  # noqa: PLR2004 what a snackbar has room for


def shown_path(path: str) -> str:
    """A namespace's path for people: "work / infra"."""
    return " / ".join(one_line(part.replace("%2F", "/").replace("%25", "%")) for part in path.split("/") if part)


def write_private(path: Path, content: bytearray) -> None:
    """Write a file that only its owner may read. Raises DiskFullError, FolderPermissionError."""
    try:
        path.unlink(missing_ok=True)  # an old file would keep its wider permissions
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError from error
        raise FolderPermissionError(path=str(path.parent)) from error
