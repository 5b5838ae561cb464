"""Writing the log into a file: which file, how far it is, what came of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from kvault_gui.engine.api import Progress
    from kvault_gui.gui.ask import Ask
    from kvault_gui.runtime.proxy import Audit


class LogExport(QObject):
    """Exports the log as JSON lines."""

    advanced = Signal(str, int, int)  # what, done, total; an empty text: it is over
    said = Signal(str)

    def __init__(self, audit: Audit, ask: Ask, parent: QObject) -> None:
        super().__init__(parent)
        self._audit, self._ask = audit, ask

    async def write(self) -> None:
        """Ask for a file and write every record into it. Raises what the engine raises."""
        name = f"kvault-audit-{time.strftime('%Y-%m-%d')}.jsonl"
        path = await self._ask.save_file(self.tr("Export the log"), name, self.tr("JSON lines (*.jsonl)"))
        if path is None:
            return
        self.advanced.emit(self.tr("Exporting the log"), 0, 0)
        try:
            written = await self._audit.export(path, on_progress=self._tell)
        finally:
            self.advanced.emit("", 0, 0)
        said = self.tr("Wrote {count} records to {file}")
        self.said.emit(said.format(count=f"{written:,}", file=path.rsplit("/", 1)[-1]))

    def _tell(self, step: Progress) -> None:
        self.advanced.emit(self.tr("Exporting the log"), step.done, step.total)
