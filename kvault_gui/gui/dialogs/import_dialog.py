"""Bringing entries over from a file: choose it, see what comes, import it, undo it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal

from kvault_gui.engine.api import ImportOptions
from kvault_gui.engine.errors import (
    ChallengeResponseNeededError,
    EngineGoneError,
    KvaultError,
    LockedError,
    WrongSourceCredentialsError,
)
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.tab_order import follow_layout

from .import_frame import TransferDialog, sentence
from .import_preview import PreviewPage, counted
from .import_result import ResultPage
from .import_source import SourcePage

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from kvault_gui.engine.api import ImportSummary, Source
    from kvault_gui.runtime.proxy import Formats

SIZE = (820, 600)  # px at a 13 px font
SOURCE, PREVIEW, RESULT = range(3)


class ImportDialog(TransferDialog):
    """The import. Nothing is changed before its second page is confirmed, and then it can be taken back in one step.

    Args:
        formats: the engine's formats.
        paths: of the namespaces there are, for completion.
        source: a file that was chosen already.
        native_files: whether files are chosen in the desktop's own dialog.
    """

    imported = Signal(str, int)  # the batch, entries that came in

    def __init__(
        self, formats: Formats, paths: Sequence[str] = (), source: Path | None = None, *, native_files: bool = True
    ) -> None:
        super().__init__("", SIZE, native_files=native_files)
        self.setWindowTitle(self.tr("Import — kvault"))
        self.setAccessibleName(self.tr("Import"))
        self.setObjectName("import-dialog")
        self._formats = formats
        self.summary: ImportSummary | None = None
        self.source_page, self.preview_page, self.result_page = SourcePage(), PreviewPage(paths), ResultPage()
        for page in (self.source_page, self.preview_page, self.result_page):
            self.stack.addWidget(page)
        self.undo = button(self.tr("Undo the import"), icon="restore", on_click=self._undo)
        self.undo.setObjectName("import-undo")
        self.buttons.insertWidget(1, self.undo)
        self.source_page.file_wanted.connect(lambda: self.tasks.start(self._choose_file(), "choose"))
        self.source_page.key_file_wanted.connect(lambda: self.tasks.start(self._choose_key(), "choose"))
        self.source_page.changed.connect(self._refresh)
        self.preview_page.recount_wanted.connect(self._recount)
        self.back.clicked.connect(lambda: self._go(SOURCE))
        self.action.clicked.connect(self._act)
        if source is not None:
            self.source_page.set_path(str(source))
        follow_layout(self)
        self._go(SOURCE)

    @property
    def page(self) -> int:
        """The number of the page that is shown: SOURCE, PREVIEW or RESULT."""
        return self.stack.currentIndex()

    def _go(self, page: int) -> None:
        self.stack.setCurrentIndex(page)
        self._refresh()
        self.take_focus()

    def _refresh(self) -> None:
        page = self.page
        self.back.setVisible(page == PREVIEW)
        self.cancel.setVisible(page != RESULT)
        self.undo.setVisible(page == RESULT and self.summary is not None)
        words = {SOURCE: self.tr("Continue"), PREVIEW: self.tr("Import"), RESULT: self.tr("Close")}
        self.action.setText(words[page])
        busy = self.is_working() or self.tasks.is_running("count")
        self.action.setEnabled(not busy and (page != SOURCE or bool(self.source_page.path)))

    def take_focus(self) -> None:
        """Go to where the page begins; at the end that is Close."""
        if self.page == RESULT:
            self.action.setFocus()
        else:
            super().take_focus()

    # Choosing ---------------------------------------------------------------------------------------------------------

    async def _choose_file(self) -> None:
        kinds = self.tr("Passwords (*.kdbx *.csv);;All files (*)")
        path = await self.ask.open_file(self.tr("Import from"), kinds, self._folder())
        if path is not None:
            self.source_page.set_path(path)

    async def _choose_key(self) -> None:
        kinds = self.tr("Key files (*.keyx *.key);;All files (*)")
        path = await self.ask.open_file(self.tr("Key file"), kinds, self._folder())
        if path is not None:
            self.source_page.key_file.setText(path)

    def _folder(self) -> str:
        path = self.source_page.path
        return str(Path(path).parent) if path else ""

    # Acting -----------------------------------------------------------------------------------------------------------

    def _act(self) -> None:
        if not self.action.isEnabled():
            return
        if self.page == RESULT:
            self.accept()
        elif self.page == PREVIEW:
            self._work(self._import())
        elif self.source_page.needs_password and self.source_page.file.hasFocus():
            self.source_page.password.setFocus()  # Enter in the file's field leads on
        else:
            self._work(self._look())

    def _work(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.tasks.start(work, "work")
        if task is not None:
            task.add_done_callback(lambda _task: self._refresh())

    async def _look(self) -> None:
        """Read the file and show what it holds."""
        page = self.source_page
        page.file_problem.say("")
        page.password_problem.say("")
        page.set_busy(busy=True)
        self.begin_work(self.tr("Reading the file"), self.tr("Nothing is changed."))
        source = page.source()
        failed: KvaultError | None = None
        try:
            preview = await self._formats.preview(source, ImportOptions(), on_progress=self.advance)
        except (LockedError, EngineGoneError):
            raise
        except KvaultError as error:
            failed = error
        finally:
            _wipe(source)
            page.set_busy(busy=False)
            self.end_work()
        if failed is not None:
            self._tell(failed)
            return
        self.preview_page.show_preview(Path(page.path).name, preview, first=True)
        follow_layout(self)  # the columns have boxes now
        self.stack.setCurrentIndex(PREVIEW)
        self.take_focus()

    def _tell(self, error: KvaultError) -> None:
        """Say under the field what is wrong with it."""
        page = self.source_page
        if not isinstance(error, WrongSourceCredentialsError | ChallengeResponseNeededError):
            page.file_problem.say(sentence(error))
            page.file.setFocus()
            return
        if not page.is_database:
            page.ask_for_password(wanted=True, hint=self.tr("This is a KeePass database. Its password opens it."))
        else:
            page.password_problem.say(sentence(error))
        page.password.setFocus()
        page.password.selectAll()

    def _recount(self) -> None:
        if self.page == PREVIEW and not self.is_working():
            self.preview_page.counts.setText(self.tr("Counting again…"))
            task = self.tasks.start(self._count(), "count", "replace")
            if task is not None:
                task.add_done_callback(lambda _task: self._refresh())
            self._refresh()

    async def _count(self) -> None:
        source = self._whole_source()
        try:
            preview = await self._formats.preview(source, self.preview_page.options())
        finally:
            _wipe(source)
        self.preview_page.show_preview(Path(self.source_page.path).name, preview, first=False)

    def _whole_source(self) -> Source:
        boxes = self.preview_page.boxes
        return self.source_page.source(boxes.columns() if not boxes.isHidden() else None)

    async def _import(self) -> None:
        self.preview_page.set_busy(busy=True)
        self.begin_work(self.tr("Importing"), self.tr("Cancel takes back what was stored."))
        source = self._whole_source()
        try:
            self.summary = await self._formats.load(source, self.preview_page.options(), on_progress=self.advance)
        finally:
            _wipe(source)
            self.preview_page.set_busy(busy=False)
            self.end_work()
        self.source_page.password.wipe()
        self._show_summary(self.summary)
        self.imported.emit(self.summary.batch, self.summary.added + self.summary.replaced)
        self.stack.setCurrentIndex(RESULT)
        self._refresh()
        self.take_focus()

    def _show_summary(self, summary: ImportSummary) -> None:
        facts = [
            (text, f"{count:,}")
            for text, count in (
                (self.tr("New entries"), summary.added),
                (self.tr("Replaced, as a new version"), summary.replaced),
                (self.tr("Left out, here already"), summary.skipped),
                (self.tr("New namespaces"), summary.namespaces),
                (self.tr("Attached files"), summary.files),
                (self.tr("Earlier versions"), summary.versions),
            )
            if count
        ]
        came = counted(summary.added + summary.replaced, "1 entry came in", "{count} entries came in")
        where = self.tr("From {file}. The file itself was not changed; delete it when you no longer need it.")
        self.result_page.show_result(
            "check-circle-filled", came, where.format(file=Path(self.source_page.path).name), facts
        )
        self.result_page.not_carried.show_lines(
            summary.dropped, self.tr("Everything in the file came along"), self.tr("What did not come along")
        )

    def _undo(self) -> None:
        if self.summary is not None:
            self._work(self._take_back(self.summary))

    async def _take_back(self, summary: ImportSummary) -> None:
        self.undo.setEnabled(False)
        self.begin_work(self.tr("Taking the import back"), "")
        try:
            gone = await self._formats.undo(summary.batch, on_progress=self.advance)
        finally:
            self.undo.setEnabled(True)
            self.end_work()
        self.summary = None
        stayed = summary.added + summary.replaced - gone
        facts = [(self.tr("Taken back"), f"{gone:,}")]
        if stayed > 0:
            facts.append((self.tr("Not taken back"), f"{stayed:,}"))
            title = self.tr("Most of the import was taken back") if gone > stayed else self.tr("A part was taken back")
            text = counted(
                stayed,
                "1 entry was changed or deleted after the import and stays as it is. The others are as before.",
                "{count} entries were changed or deleted after the import and stay as they are. "
                "The others are as before.",
            )
        else:
            title = self.tr("The import was taken back")
            text = self.tr("The vault is as it was before.")
        self.result_page.show_result("restore", title, text, facts, tone="wait" if stayed > 0 else "text2")
        self.result_page.not_carried.hide()
        self._refresh()
        self.take_focus()

    def _over(self, result: int) -> None:
        super()._over(result)
        self.source_page.password.wipe()


def _wipe(source: Source) -> None:
    if source.password is not None:
        source.password.wipe()
