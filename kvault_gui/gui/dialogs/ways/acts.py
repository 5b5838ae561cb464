"""What can be done with a way in: each asks what must be asked, does it, and says what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QDialog

from kvault_gui.engine.errors import KvaultError, LastWayError, NoSecondWayError
from kvault_gui.gui.ask import words
from kvault_gui.gui.models import ways as models
from kvault_gui.gui.models.lines import one_line

from . import card
from .small import LimitDialog, RenameDialog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from kvault_gui.engine.api import SlotInfo

    from .dialog import WaysDialog


def _tr(text: str) -> str:
    return QCoreApplication.translate("WaysActs", text)


class Acts:
    """The acts of ``dialog``. ``do`` starts one by its name (see card.py)."""

    def __init__(self, dialog: WaysDialog) -> None:
        self._dialog = dialog
        self._slots = dialog.calls.slots
        self._acts: dict[str, Callable[[SlotInfo], Awaitable[None]]] = {
            card.TEST: self._test,
            card.RENAME: self._rename,
            card.LIMIT: self._limit,
            card.RENEW: self._renew,
            card.REMOVE: self._remove,
            card.REPLACE: self._replace,
        }

    async def do(self, slot: SlotInfo, act: str) -> None:
        """Do it; an error is told where the person looks, not in a dialog of its own."""
        try:
            await self._acts[act](slot)
        except (LastWayError, NoSecondWayError) as error:
            self.refuse(error)

    def refuse(self, error: KvaultError) -> None:
        """Say an error above the list."""
        said = words(error)
        self._dialog.list_page.say("bad", models.sentence(said.what), f"{said.meaning} {said.advice}")

    async def _test(self, slot: SlotInfo) -> None:
        dialog, name = self._dialog, one_line(slot.label)
        dialog.begin_work(_tr("Testing “{name}”").format(name=name), _tr("Nothing is changed."))
        try:
            tested = await self._slots.test(slot.id, [], on_progress=dialog.advance)
        finally:
            dialog.end_work()
        took = _tr("It took {seconds} s, your part included.").format(seconds=f"{max(tested.seconds, 0.1):.1f}")
        title = _tr("“{name}” opens this vault").format(name=name)
        dialog.list_page.say("ok", title, " ".join([took, *map(models.sentence, tested.notes)]))
        await dialog.reload()

    async def _rename(self, slot: SlotInfo) -> None:
        dialog = self._dialog
        asked = RenameDialog(slot.label, [each.label for each in dialog.slots])
        if await dialog.ask.run(asked) != QDialog.DialogCode.Accepted or asked.name == slot.label:
            return
        await self._slots.rename(slot.id, asked.name)
        await dialog.reload()

    async def _limit(self, slot: SlotInfo) -> None:
        asked = LimitDialog(slot)
        if await self._dialog.ask.run(asked) != QDialog.DialogCode.Accepted:
            return
        once, expires = asked.limits.once.isChecked(), asked.limits.expires
        await self._slots.limit(slot.id, once, expires)
        await self._dialog.reload()

    async def _renew(self, slot: SlotInfo) -> None:
        dialog, name = self._dialog, one_line(slot.label)
        sealed = models.is_sealed(slot)
        what = _tr("Sealing “{name}” again") if sealed else _tr("Making “{name}” anew")
        done = _tr("“{name}” was sealed again") if sealed else _tr("“{name}” was made anew")
        dialog.begin_work(what.format(name=name), _tr("Until it is done the old one stays."))
        try:
            await self._slots.reseal(slot.id, on_progress=dialog.advance)
        finally:
            dialog.end_work()
        dialog.list_page.say("ok", done.format(name=name), _tr("It was tried, and opens the vault."))
        await dialog.reload()

    async def _replace(self, slot: SlotInfo) -> None:
        await self._dialog.add(replacing=slot)

    async def _remove(self, slot: SlotInfo) -> None:
        ask, name = self._dialog.ask, one_line(slot.label)
        title = _tr("Remove “{name}”").format(name=name)
        text = _tr(
            "This way in ({what}) will not open the vault any more. That cannot be undone; you can only add it anew. "
            "Copies and backups that were made before still open with it."
        ).format(what=models.in_words(slot))
        if not await ask.confirm(title, text, _tr("Remove {name}").format(name=name), danger=True):
            return
        try:
            await self._slots.remove(slot.id)
        except NoSecondWayError as error:
            if not await self._told_twice(slot, error):
                return
            await self._slots.remove(slot.id, True)
        self._dialog.list_page.say(
            "ok",
            _tr("“{name}” was removed").format(name=name),
            _tr(
                "It opens this vault no more. Copies and backups that were made before still open with it. "
                "If somebody else knows or holds it, make new keys."
            ),
        )
        await self._dialog.reload()

    async def _told_twice(self, slot: SlotInfo, error: NoSecondWayError) -> bool:
        """The second question, in other words than the first."""
        left = one_line(str(error.fields.get("left", "")))
        title = _tr("Only “{left}” would be left").format(left=left)
        text = _tr(
            "If you then lose or forget it, nobody can open this vault again, and kvault cannot help. "
            "A recovery code or recovery shares take a minute to add."
        )
        return await self._dialog.ask.confirm(
            title, text, _tr("Remove {name} all the same").format(name=one_line(slot.label)), danger=True
        )
