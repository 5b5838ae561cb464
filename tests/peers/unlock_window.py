"""A vault whose ways in want hardware, and a person at the unlock dialog who uses keys alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kvault_gui.engine.api import AskSecret, Method, NewFactor, NewSlot, Secret
from kvault_gui.engine.facade import Engine
from tests.engine.unlock.script import ScriptedPrompter
from tests.gui.inprocess import PASSWORD
from tests.gui.stage import until
from tests.jobs import finish

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kvault_gui.gui.dialogs.questions_secret import SecretPanel
    from kvault_gui.gui.dialogs.unlock_row import WayItem
    from tests.gui.running import Running

PIN = "1234"


def make_vault(folder: Path, ways: dict[str, Sequence[NewFactor]]) -> str:
    """Make a vault with a password and these ways in; returns its path."""
    engine = Engine(ScriptedPrompter({AskSecret: PIN}), "tests", kdf_seconds=0)
    engine.vaults.create(str(folder), Secret.of(PASSWORD))
    for label, factors in ways.items():
        finish(engine.slots.add(NewSlot(label, list(factors))))
    engine.vaults.close()
    return str(folder)


def password() -> NewFactor:
    """The vault's own password, as a factor of another way in."""
    return NewFactor(Method.PASSWORD, Secret.of(PASSWORD))


class Person:
    """Sits at the unlock dialog of a running application."""

    def __init__(self, it: Running) -> None:
        self.it = it

    def row(self, title: str) -> WayItem | None:
        """The row with that title, if the dialog shows one."""
        dialog = self.it.application.unlocking.dialog
        return next((item for item in dialog.rows if title == item.row.title), None) if dialog is not None else None

    async def sees(self, title: str, words: str) -> WayItem:
        """Wait until the row says so, at rest or in what goes on."""

        def there() -> bool:
            row = self.row(title)
            return row is not None and words in row.sentences

        await until(there, f"{title} never said {words!r}")
        row = self.row(title)
        assert row is not None
        return row

    async def chooses(self, title: str) -> None:
        """Go to the row with the keyboard and press Enter."""
        row = self.row(title)
        assert row is not None
        row.button.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(row.button, Qt.Key.Key_Return)

    async def is_asked(self, title: str) -> SecretPanel:
        """Wait for the field of a PIN."""
        await until(lambda: (row := self.row(title)) is not None and row.secret is not None, "no PIN was asked for")
        row = self.row(title)
        assert row is not None
        assert row.secret is not None
        return row.secret

    async def types_pin(self, title: str, pin: str = PIN) -> None:
        """Type a PIN into the row and press Enter."""
        panel = await self.is_asked(title)
        QTest.keyClicks(panel.field, pin)
        QTest.keyClick(panel.field, Qt.Key.Key_Return)

    def presses(self, key: Qt.Key) -> None:
        """Press a key where the focus is."""
        focus = self.it.dialog.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, key)
