"""Writing everything into one file for another program. The engine asks for the owner's password first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kvault_gui.engine.api import Secret, SourceFormat
from kvault_gui.engine.errors import FolderPermissionError, InvalidInputError
from kvault_gui.gui.widgets.labels import left_to_right
from kvault_gui.gui.widgets.tab_order import follow_layout

from .export_form import ExportPage
from .import_frame import TransferDialog, sentence
from .import_preview import counted
from .import_result import ResultPage

if TYPE_CHECKING:
    from kvault_gui.engine.api import ExportSummary
    from kvault_gui.engine.errors import KvaultError
    from kvault_gui.runtime.proxy import Formats, Tools

SIZE = (620, 600)  # px at a 13 px font
FORM, RESULT = range(2)


class ExportDialog(TransferDialog):
    """The export.

    Args:
        formats: the engine's formats.
        tools: judges the password.
        vault: the vault's name, for the proposed file.
        native_files: whether files are chosen in the desktop's own dialog.
    """

    def __init__(self, formats: Formats, tools: Tools, vault: str, *, native_files: bool = True) -> None:
        super().__init__(self.tr("Export"), SIZE, native_files=native_files)
        self.setObjectName("export-dialog")
        self._formats, self._tools = formats, tools
        self.summary: ExportSummary | None = None
        self.form_page, self.result_page = ExportPage(vault), ResultPage()
        for page in (self.form_page, self.result_page):
            self.stack.addWidget(page)
        self.back.hide()
        self.form_page.changed.connect(self._refresh)
        self.form_page.judged.connect(lambda: self.tasks.start(self._judge(), "judge", "replace"))
        self.form_page.file_wanted.connect(lambda: self.tasks.start(self._choose(), "choose"))
        self.action.clicked.connect(self._act)
        follow_layout(self)
        self._refresh()

    def _refresh(self) -> None:
        done = self.stack.currentIndex() == RESULT
        self.cancel.setVisible(not done)
        self.action.setText(self.tr("Close") if done else self.tr("Export"))
        self.action.setEnabled(done or (self.form_page.is_complete and not self.is_working()))

    def take_focus(self) -> None:
        """Go to where the page begins; at the end that is Close."""
        if self.stack.currentIndex() == RESULT:
            self.action.setFocus()
        else:
            super().take_focus()

    async def _judge(self) -> None:
        page = self.form_page
        if not len(page.first):
            page.strength.clear()
            return
        typed = Secret(page.first.peek())
        try:
            found = await self._tools.strength(typed)
        finally:
            typed.wipe()
        page.strength.set_strength(found.score, found.bits)

    async def _choose(self) -> None:
        page = self.form_page
        kinds = {
            SourceFormat.KDBX: self.tr("KeePass database (*.kdbx)"),
            SourceFormat.CSV: self.tr("CSV file (*.csv)"),
        }
        path = Path(page.path) if page.path else Path.home() / "export"
        chosen = await self.ask.save_file(self.tr("Export to"), path.name, kinds[page.form], str(path.parent))
        if chosen is not None:
            page.file.setText(chosen)

    def _act(self) -> None:
        if not self.action.isEnabled():
            return
        if self.stack.currentIndex() == RESULT:
            self.accept()
        elif self.form_page.agree():
            task = self.tasks.start(self._export(), "work")
            if task is not None:
                task.add_done_callback(lambda _task: self._refresh())

    async def _export(self) -> None:
        page = self.form_page
        page.file_problem.say("")
        page.set_busy(busy=True)
        self.begin_work(self.tr("Exporting"), self.tr("Cancel leaves nothing of the file."))
        password = Secret(page.first.peek()) if page.form is SourceFormat.KDBX else None
        failed: KvaultError | None = None
        try:
            self.summary = await self._formats.save(page.path, page.form, password, on_progress=self.advance)
        except (InvalidInputError, FolderPermissionError) as error:
            failed = error
        finally:
            if password is not None:
                password.wipe()
            page.set_busy(busy=False)
            self.end_work()
        if failed is not None:
            page.file_problem.say(sentence(failed))
            page.file.setFocus()
            return
        page.wipe()
        if self.summary is not None:
            self._show(self.summary)

    def _show(self, summary: ExportSummary) -> None:
        plain = self.form_page.form is SourceFormat.CSV
        title = counted(summary.entries, "1 entry was written", "{count} entries were written")
        text = self.tr("The file was read back and holds all of them.")
        if plain:
            text = self.tr("The file was read back. It is not encrypted: delete it when it has been used.")
        self.result_page.show_result(
            "warning-filled" if plain else "check-circle-filled",
            title,
            text,
            [(self.tr("File"), left_to_right(summary.path))],
            tone="wait" if plain else "ok",
        )
        self.result_page.not_carried.show_lines(
            summary.dropped, self.tr("Everything in the vault is in the file"), self.tr("What the file does not hold")
        )
        self.stack.setCurrentIndex(RESULT)
        self._refresh()
        self.take_focus()

    def _over(self, result: int) -> None:
        super()._over(result)
        self.form_page.wipe()
