"""A window on a real engine, for tests and pictures: opened, driven, waited for without sleeping."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Self

import qasync

from kvault_gui.desktop.clipboard import Clipboard
from kvault_gui.engine.api import Changed, EntryInput, FieldInput, Secret
from kvault_gui.gui.main_window import MainWindow, Vault, Wishes
from kvault_gui.gui.panes.secrets.acts import Parts
from tests.gui.inprocess import InProcess
from tests.gui.sample import fill

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from kvault_gui.engine.api import Event
    from kvault_gui.engine.errors import KvaultError
    from kvault_gui.gui.panes.secrets import SecretsPane

LIMIT = 10.0  # seconds


async def until(condition: Callable[[], object], what: str = "") -> None:
    """Let the loop turn until ``condition`` is true."""
    async with asyncio.timeout(LIMIT):
        while not condition():  # noqa: ASYNC110 whatever a test can see may be waited for
            await asyncio.sleep(0.005)
    assert condition(), what


class Stage:
    """The main window over an engine in this process."""

    def __init__(
        self,
        folder: Path,
        *,
        empty: bool = False,
        size: tuple[int, int] = (1280, 800),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.engine = InProcess(self._on_event, clock)
        self.ids: dict[str, int] = {}
        self.errors: list[KvaultError] = []
        self.opened = self.engine.create(folder / "Personal")
        if not empty:
            self.ids = fill(self.engine.engine)
        self.window = self.make_window(size)

    def make_window(self, size: tuple[int, int]) -> MainWindow:
        engine = self.engine
        parts = Parts(engine.secrets, engine.namespaces, engine.drafts, engine.tools)
        window = MainWindow(parts, Clipboard(), Vault("Personal", "Unlocked, password"), Wishes(), native_files=False)
        window.resize(*size)
        return window

    @property
    def pane(self) -> SecretsPane:
        return self.window.secrets

    def _on_event(self, event: Event) -> None:
        if isinstance(event, Changed) and hasattr(self, "window"):
            self.window.secrets.on_changed(event)

    async def __aenter__(self) -> Self:
        self.window.show()
        self.window.activateWindow()
        await self.pane.open()
        await self.calm()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.window.close_down()
        self.window.deleteLater()
        await asyncio.sleep(0)
        await self.engine.close()

    async def calm(self) -> None:
        """Wait until the pane has read and shown what it wanted to."""
        await asyncio.sleep(0)
        pane = self.pane
        await until(lambda: not pane.is_busy(), "the pane never came to rest")

    async def choose(self, title: str) -> None:
        """Select the entry with this title in the list."""
        rows = self.pane.rows
        await until(lambda: title in self.titles(), f"no entry {title}")
        numbers = {row.title: at for at in range(rows.rowCount()) if (row := rows.row(at)) is not None}
        self.pane.list.select_number(numbers[title])
        await self.calm()

    def titles(self) -> list[str]:
        """What the list shows."""
        rows = self.pane.rows
        return [row.title for at in range(rows.rowCount()) if (row := rows.row(at)) is not None]

    async def give(self, command: str) -> None:
        """Give a command of the pane and wait for what comes of it."""
        self.pane.commands[command].trigger()
        await self.calm()

    async def change(self, title: str, **values: str) -> None:
        """Store a new version of an entry, as another window would."""
        entry = await self.engine.secrets.get(self.ids[title])
        fields = [
            FieldInput(
                field.name, field.type, field.protected, Secret.of(values[field.name]) if field.name in values else None
            )
            for field in entry.fields
        ]
        given = EntryInput(entry.kind, entry.title, entry.path, fields, entry.tags, entry.scope, entry.favourite)
        await self.engine.secrets.update(entry.id, entry.version, given)
        await self.calm()


def play(application: QApplication, act: Coroutine[Any, Any, None]) -> None:
    """Run a test's coroutine on Qt's loop."""
    application.setQuitOnLastWindowClosed(False)  # as the program has it: a window that closes does not end the loop
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(act)
    finally:
        loop.close()
        asyncio.set_event_loop(None)
