"""Whoever holds every part, at the unlock dialog: gives what it asks for, in the rows and over them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kvault_gui.engine.api import Method
from kvault_gui.gui.dialogs.questions import FileDialog
from kvault_gui.gui.dialogs.shares_entry import SharesDialog
from kvault_gui.gui.dialogs.unlock_parts import READY
from kvault_gui.gui.dialogs.unlock_row import WayItem
from kvault_gui.gui.widgets.field_row import FieldRow
from tests.gui.stage import until
from tests.peers.parts import PINS, VALUE
from tests.peers.ways_window import touch_of

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QDialog, QMenu

    from kvault_gui.gui.dialogs.unlock import UnlockDialog
    from tests.gui.running import Running
    from tests.peers.parts import Parts
    from tests.peers.ways_window import Pictures

_SECRET = {"password": Method.PASSWORD, "recovery code": Method.RECOVERY_CODE}  # as questions call what has no PIN


class Holder:
    """Sits at the unlock dialog of a running application.

    ``secrets`` is what they type where no token's PIN is asked for, ``file`` and ``shares`` what they give; ``asked``
    is what they were asked for, in order.
    """

    def __init__(self, parts: Parts, it: Running, pictures: Pictures) -> None:
        self.parts, self.it, self.pictures = parts, it, pictures
        self.secrets: dict[Method, str] = {Method.PASSWORD: PINS[Method.PASSWORD]}
        self.file: str | Path = parts.key_file
        self.shares: list[str] = []
        self.asked: list[str] = []
        self._answered: list[object] = []  # kept, so that no other has their place in memory
        self._touches: dict[object, int] = {}

    @property
    def dialog(self) -> UnlockDialog:
        return self.it.dialog

    # --- choosing ---

    def row(self, slot: str) -> WayItem | None:
        """The row of a way in, if there is one."""
        dialog = self.it.application.unlocking.dialog
        return next((item for item in dialog.rows if item.row.slot == slot), None) if dialog is not None else None

    async def sees(self, slot: str, words: str = "", state: str = READY) -> WayItem:
        """Wait until its row says that it can be used, or something else."""

        def there() -> bool:
            row = self.row(slot)
            return row is not None and row.row.state == state and words in row.sentences

        try:
            await until(there)
        except TimeoutError:
            seen = [(item.row.state, item.sentences) for item in self.dialog.rows]
            pytest.fail(f"its row never was {state}, {words!r}: {seen}")
        row = self.row(slot)
        assert row is not None
        await self.pictures.take(self.dialog, "rows")
        return row

    def clicks(self, row: WayItem) -> None:
        """With the mouse."""
        QTest.mouseClick(row.button, Qt.MouseButton.LeftButton)

    def presses_enter(self, row: WayItem) -> None:
        """With the keyboard."""
        row.button.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(row.button, Qt.Key.Key_Return)

    async def chooses_other(self, title: str) -> None:
        """From the menu "Other ways"."""
        await until(lambda: any(title == act.text() for act in self._menu().actions()), f"no other way {title}")
        menu = self._menu()
        assert self.dialog._ways.isVisible()
        await self.pictures.take(self.dialog, "rows")
        await self.pictures.take(menu, "other-ways")
        next(act for act in menu.actions() if title == act.text()).trigger()

    def _menu(self) -> QMenu:
        menu = self.dialog._ways.menu()
        assert menu is not None
        return menu

    async def types(self, text: str, caption: str = "") -> None:
        """Into the field at the top, and press Enter. ``caption``: what stands over it."""
        field = self.dialog.field
        assert self.dialog.focusWidget() is field
        assert caption in field.accessibleName()
        QTest.keyClicks(field, text)
        await self.pictures.take(self.dialog, "typed")
        QTest.keyClick(field, Qt.Key.Key_Return)

    # --- answering ---

    async def gives(self) -> None:
        """Until the try is over: give what each question wants, once."""
        tasks = self.it.application.unlocking.tasks
        await until(lambda: tasks.is_running("unlock") or self.it.application.session is not None, "nothing began")
        async with asyncio.timeout(60):
            while tasks.is_running("unlock"):
                await self._look()
                await asyncio.sleep(0.01)

    async def opens(self) -> Any:
        """Give what is asked for; the vault is open then, and a value in it is read. Gives the session."""
        await self.gives()
        if self.it.application.session is None:
            said = [self.dialog.sentence, *(item.sentences for item in self.dialog.rows)]
            pytest.fail(f"it did not open: {said}")
        session = await self.it.opened()
        await reads_the_value(session)
        await self.pictures.take(session.window, "open")
        return session

    async def _look(self) -> None:
        unlocking = self.it.application.unlocking
        over = unlocking.ask.current
        if over is not None and over not in self._answered:
            self._answered.append(over)
            await self._answer(over)
        if unlocking.dialog is None:
            return
        for item in unlocking.dialog.findChildren(WayItem):
            if item.doing == "secret" and item.secret not in self._answered:
                self._answered.append(item.secret)
                await self._type(item)
            elif item.doing == "touch":
                await self._touch(item)

    async def _type(self, item: WayItem) -> None:
        assert item.secret is not None
        await self.pictures.take(self.dialog, "asked")
        found = next((method for words, method in _SECRET.items() if f"The {words}" in item.sentences), None)
        if found is None:
            found = next(Method(step) for step in item.row.steps if Method(step) in PINS and step != Method.PASSWORD)
        self.asked.append(found)
        assert self.dialog.focusWidget() is item.secret.field
        QTest.keyClicks(item.secret.field, self.secrets[found] if found in self.secrets else PINS[found])
        QTest.keyClick(item.secret.field, Qt.Key.Key_Return)

    async def _touch(self, item: WayItem) -> None:
        method = Method.OPENPGP if Method.OPENPGP in item.row.steps else Method.FIDO2
        touch = touch_of(self.parts, method)
        if touch.wanted.is_set() and self._touches.get(touch) != touch.asked:
            self._touches[touch] = touch.asked
            await self.pictures.take(self.dialog, "touch")
            assert item.sentences.startswith("Touch ")
            self.asked.append("touch")
            touch.press()

    async def _answer(self, over: QDialog) -> None:
        await self.pictures.take(over, type(over).__name__)
        if isinstance(over, FileDialog):
            self.asked.append("file")
            QTest.keyClicks(over.path, str(self.file))
            QTest.keyClick(over.path, Qt.Key.Key_Return)
        elif isinstance(over, SharesDialog):
            self.asked.append("shares")
            await self._type_shares(over)
        else:
            pytest.fail(f"nobody expected {over.accessibleName()}: {over.accessibleDescription()}")

    async def _type_shares(self, over: SharesDialog) -> None:
        """The first letters of each word, as on the sheets."""
        await until(lambda: not over.tasks.is_running("words"))
        for number, share in enumerate(self.shares):
            words = share.split()
            for word in words[:-1]:
                QTest.keyClicks(over.field, f"{word[:4]} ")
            QTest.keyClicks(over.field, words[-1][:4])
            await self.pictures.take(over, f"share-{number + 1}")
            QTest.keyClick(over.field, Qt.Key.Key_Space)
            await until(lambda: not over.tasks.is_running("check"))
        await self.pictures.take(over, "shares-enough")
        assert over.focusWidget() is over.next, "there were not enough"
        QTest.keyClick(over.next, Qt.Key.Key_Return)


async def reads_the_value(session: Any) -> None:
    """Choose the entry and have its password shown, as a person does."""
    pane = session.window.secrets
    rows = pane.rows
    await until(lambda: rows.rowCount() and rows.row(0) is not None, "no entry")
    titles = [row.title for at in range(rows.rowCount()) if (row := rows.row(at)) is not None]
    pane.list.select_number(titles.index("GitHub"))
    await until(lambda: protected(session) is not None and not pane.is_busy(), "the entry was not shown")
    row = protected(session)
    assert row is not None
    QTest.keyClick(row, Qt.Key.Key_Space)
    view = row.secret
    assert view is not None
    await until(lambda: view.is_shown, "the value was not shown")
    assert view._points is not None
    assert "".join(view._points.char(at) for at in range(len(view._points))) == VALUE


def protected(session: Any) -> FieldRow | None:
    """The row of a protected field, if an entry is shown."""
    rows: list[FieldRow] = session.window.secrets.detail.findChildren(FieldRow)
    return next((row for row in rows if row.secret is not None), None)
