"""New keys: when one needs them, what they do and do not do, and making them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from kvault_gui.engine.errors import WaysNotCarriedError
from kvault_gui.gui.models import ways as words
from kvault_gui.gui.models.lines import one_line
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.cards import Card
from kvault_gui.gui.widgets.labels import Paragraph
from kvault_gui.gui.widgets.panels import Banner

from .list_page import Scroller
from .rows import line
from .small import honest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kvault_gui.engine.api import SlotInfo

    from .dialog import WaysDialog

USER, VAULT = "user", "vault"


class KeysPage(Scroller):
    """``wanted`` carries USER or VAULT."""

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.said = Banner("ok", "")
        self.said.add_dismiss(self.said.hide)
        self.said.hide()
        self.column.addWidget(self.said)
        intro = self.tr(
            "Every way in opens the same two keys. Removing a way in takes nothing back from somebody who already "
            "used it: new keys do, for whatever is written from then on."
        )
        self.column.addWidget(Paragraph(intro))
        self.user = button(self.tr("Make a new user key…"), on_click=lambda: self.wanted.emit(USER))
        self.vault = button(self.tr("Make a new vault key…"), on_click=lambda: self.wanted.emit(VAULT))
        card = Card()
        card.add(
            line(
                "key",
                self.tr("User key: it opens the values"),
                self.tr(
                    "Make a new one after you removed the token or password of somebody else, or when one was lost. "
                    "It takes moments, and every way in is carried over."
                ),
                end=self.user,
            )
        )
        card.add(
            line(
                "database",
                self.tr("Vault key: it opens the file, with titles, search and audit log"),
                self.tr(
                    "Make a new one when somebody may have copied the key itself: a stolen computer on which the "
                    "vault was open, or a virus. kvault writes the whole vault anew and switches at the end."
                ),
                end=self.vault,
            )
        )
        self.column.addWidget(card)
        self.column.addWidget(
            honest(
                self.tr(
                    "Copies and backups that were made before keep the old keys. Passwords that somebody may have "
                    "read stay known to them: change those where they are used."
                )
            )
        )
        self.left_behind = Banner("wait", "")
        self.left_behind.hide()
        self.column.addWidget(self.left_behind)
        self.column.addStretch(1)

    def show_slots(self, slots: Sequence[SlotInfo]) -> None:
        """Name those that new keys could not be given to."""
        names = [one_line(slot.label) for slot in slots if not slot.carried]
        self.left_behind.setVisible(bool(names))
        self.left_behind.set_words(
            self.tr("Use these once before you make new keys: {names}").format(names=", ".join(names)),
            self.tr("They were made by an earlier kvault and not used since. Without that they would stop working."),
        )

    async def rotate(self, dialog: WaysDialog, which: str) -> None:
        """Ask, do it with progress, and say what came of it. ``dialog`` has the engine and the questions."""
        if not await dialog.ask.confirm(*self._question(which)):
            return
        try:
            notes = await self._run(dialog, which, sure=False)
        except WaysNotCarriedError as error:
            if not await self._told_twice(dialog, error):
                return
            notes = await self._run(dialog, which, sure=True)
        done = {
            USER: self.tr("This vault has a new user key"),
            VAULT: self.tr("This vault has a new vault key, in a new file"),
        }
        text = self.tr("Every way in works as before.") if not notes else " ".join(map(words.sentence, notes))
        self.said.set_words(done[which], text)
        self.said.show()
        await dialog.reload()

    def _question(self, which: str) -> tuple[str, str, str]:
        if which == USER:
            return (
                self.tr("Make a new user key"),
                self.tr("The keys of all values are wrapped anew. Every way in is carried over; nothing else changes."),
                self.tr("Make a new user key"),
            )
        return (
            self.tr("Make a new vault key"),
            self.tr(
                "The whole vault is written into a new file, and kvault switches to it at the very end. "
                "Until then Cancel, a crash or a power cut leave everything as it is."
            ),
            self.tr("Make a new vault key"),
        )

    async def _run(self, dialog: WaysDialog, which: str, *, sure: bool) -> list[str]:
        slots = dialog.calls.slots
        rotate = slots.rotate_user_key if which == USER else slots.rotate_vault_key
        what = self.tr("Making a new user key") if which == USER else self.tr("Writing the vault anew")
        dialog.begin_work(what, self.tr("Nothing is changed until it ends."))
        try:
            return await rotate(sure, on_progress=dialog.advance)
        finally:
            dialog.end_work()

    async def _told_twice(self, dialog: WaysDialog, error: WaysNotCarriedError) -> bool:
        names = one_line(str(error.fields.get("names", "")))
        return await dialog.ask.confirm(
            self.tr("These ways in would be gone: {names}").format(names=names),
            self.tr(
                "They were made by an earlier kvault and not used since, so the new key cannot be given to them. "
                "Unlock once with each to keep them, or add them anew afterwards."
            ),
            self.tr("Go on without them"),
            danger=True,
        )
