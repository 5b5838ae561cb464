"""The window with its Audit pane over a real engine, as the application puts it together."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from kvault_gui.app.extras import wire
from kvault_gui.app.quickly import Quickly
from kvault_gui.desktop.settings import Density, SettingsFile
from kvault_gui.engine.api import Recorded
from kvault_gui.engine.store import chain
from kvault_gui.gui.main_window import MainWindow, Wishes
from kvault_gui.gui.prompter import WindowPrompter
from tests.gui.stage import Stage, play, until

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from kvault_gui.engine.api import Event
    from kvault_gui.engine.errors import KvaultError
    from kvault_gui.gui.panes.audit import AuditPane


class SampleSession(QObject):
    """What extras.wire needs of a session."""

    recorded = Signal(object)
    import_file = Signal(object)
    plugged = Signal(object)
    add_way = Signal()

    def __init__(self, window: MainWindow, client: Any, application: Any = None, path: str = "") -> None:
        super().__init__()
        self.window, self.client, self.application = window, client, application
        self.name, self.path = "Personal", path
        self.quickly = Quickly(self)  # type: ignore[arg-type]  # it has what is used

    def wishes(self) -> Wishes:
        return Wishes(compact=self.application.settings.density is Density.COMPACT)


class SampleWatch:
    """Stands for the desktop's signals, which no test may wait for."""

    def __init__(self) -> None:
        self.missing = ["kvault cannot see here that the screen was locked."]
        self.told = 0

    def settings_changed(self) -> None:
        self.told += 1


class SampleApplication:
    """What the dialogs change of the application: real settings in a folder of the test."""

    def __init__(self, folder: Path) -> None:
        self.settings_file = SettingsFile(folder / "settings.json")
        self.settings = self.settings_file.load()
        self.prompter = WindowPrompter()
        self.watch = SampleWatch()
        self.tray = SimpleNamespace(is_there=True)
        self.schemes: list[str] = []
        self.theme = SimpleNamespace(set_scheme=lambda scheme: self.schemes.append(scheme.value))
        self.errors: list[KvaultError] = []
        self.show_error = self.errors.append


class AuditStage(Stage):
    """A stage whose second pane is the log."""

    def make_window(self, size: tuple[int, int]) -> MainWindow:
        window = super().make_window(size)
        self.application = SampleApplication(Path(self.opened.path).parent)
        self.application.prompter.over = window.ask
        self.session = SampleSession(window, self.engine, self.application, self.opened.path)
        wire(self.session)  # type: ignore[arg-type]  # it has what is used
        return window

    @property
    def audit(self) -> AuditPane:
        return self.window.panes.widget(1)  # type: ignore[return-value]  # the second pane

    def _on_event(self, event: Event) -> None:
        super()._on_event(event)
        if isinstance(event, Recorded) and hasattr(self, "session"):
            self.session.recorded.emit(event)

    def alter(self, how: str, number: int) -> None:
        """Do to a stored record what only somebody with the key can do."""
        store = self.engine.engine.vault.store
        (_, data), *_rest = store.records(number, 1)
        link = chain.decode(number, data)
        changed: dict[str, bytes | None] = {
            "edited": chain.encode(link._replace(content=link.content.replace(b"owner", b"agent"))),
            "removed": None,
            "garbage": b"\xff" * 40,
        }
        with store._database.unguarded():
            store._database.run("delete from store_record where n = ?", (number,))
            if changed[how] is not None:
                store._database.run("insert into store_record values (?, ?)", (number, changed[how]))

    async def show_log(self) -> AuditPane:
        """Bring the log to the front, and wait until it is read and checked."""
        self.window.show_pane("audit")
        await self.settle()
        return self.audit

    async def settle(self) -> None:
        """Wait until the pane has shown what it wanted to."""
        pane = self.audit
        await until(lambda: not pane.is_busy(), "the log never came to rest")


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run a test's coroutine on Qt's loop."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.setQuitOnLastWindowClosed(False)  # as the application has it
    play(application, work)
