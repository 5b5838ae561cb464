"""The window with its Audit pane over a real engine, as the application puts it together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from kvault_gui.app.extras import wire
from kvault_gui.engine.api import Recorded
from tests.gui.stage import Stage, play, until

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from kvault_gui.engine.api import Event
    from kvault_gui.gui.main_window import MainWindow
    from kvault_gui.gui.panes.audit import AuditPane


class SampleSession(QObject):
    """What extras.wire needs of a session."""

    recorded = Signal(object)
    import_file = Signal(object)

    def __init__(self, window: MainWindow, client: Any, application: Any = None) -> None:
        super().__init__()
        self.window, self.client, self.application = window, client, application


class AuditStage(Stage):
    """A stage whose second pane is the log."""

    def make_window(self, size: tuple[int, int]) -> MainWindow:
        window = super().make_window(size)
        self.session = SampleSession(window, self.engine)
        wire(self.session)  # type: ignore[arg-type]  # it has what is used
        return window

    @property
    def audit(self) -> AuditPane:
        return self.window.panes.widget(1)  # type: ignore[return-value]  # the second pane

    def _on_event(self, event: Event) -> None:
        super()._on_event(event)
        if isinstance(event, Recorded) and hasattr(self, "session"):
            self.session.recorded.emit(event)

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
    play(application, work)
