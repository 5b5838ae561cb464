"""Making a vault in under a minute: name and place, password, recovery code, import, ready.

The vault is made after the password. From then on there is no way back to the first two pages; before, Back loses
nothing that was typed.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from kvault_gui.desktop.folders import with_tilde
from kvault_gui.engine.api import Opened, Secret
from kvault_gui.engine.errors import KvaultError
from kvault_gui.gui import theme
from kvault_gui.gui.ask import Ask
from kvault_gui.gui.tasks import Tasks
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.ground import Foot
from kvault_gui.gui.widgets.labels import label

from .generator import Maker
from .wizard_end import ImportPage, ReadyPage
from .wizard_frame import Page, Steps
from .wizard_pages import NamePage, PasswordPage
from .wizard_recovery import RecoveryPage

SIZE = (760, 560)  # px at a 13 px font
NAME, PASSWORD, RECOVERY, IMPORT, READY = range(5)


class WizardCalls(NamedTuple):
    """What the wizard needs of the outside.

    ``create`` makes a vault in a new folder and opens it (raises KvaultError); ``maker`` generates and judges;
    ``copy`` puts a secret on the clipboard for a while.
    """

    create: Callable[[str, Secret], Awaitable[Opened]]
    maker: Maker
    copy: Callable[[Secret], object]


class NewVaultWizard(QDialog):
    """The wizard.

    Accepted: ``opened`` is the open vault, ``source`` a file to import next or None, ``code_kept`` says whether the
    recovery code was shown to be kept. Closing it after the vault was made accepts as well.
    """

    def __init__(self, calls: WizardCalls, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls = calls
        self.opened: Opened | None = None
        self.code_kept = False
        self.ask = Ask(self)
        self.tasks = Tasks(self, self._show_error)
        self.setWindowTitle(self.tr("New vault — kvault"))
        self._build(folder)
        self.finished.connect(self._finished)
        self._go(NAME)

    @property
    def source(self) -> Path | None:
        """The file to import next."""
        return self.import_page.path

    @property
    def another_way(self) -> bool:
        """Whether a way in is to be added next."""
        return self.source is None and self.ready_page.more.isChecked()

    # --- building --------------------------------------------------------------------------------------------------

    def _build(self, folder: Path) -> None:
        self.steps = Steps(
            self.tr("A new vault"),
            [
                (self.tr("Name and place"), ""),
                (self.tr("Password"), ""),
                (self.tr("Recovery code"), ""),
                (self.tr("Import"), self.tr("Optional")),
                (self.tr("Ready"), ""),
            ],
            self.tr("Nothing leaves this computer."),
        )
        self.name_page = NamePage(folder)
        self.password_page = PasswordPage(self._calls.maker, self._show_error)
        self.recovery_page = RecoveryPage(self.ask, self._calls.copy, self.tasks.start)
        self.import_page, self.ready_page = ImportPage(), ReadyPage()
        self._stack = QStackedWidget()
        for page in (self.name_page, self.password_page, self.recovery_page, self.import_page, self.ready_page):
            self._stack.addWidget(page)
        for signal in (
            self.name_page.changed,
            self.password_page.changed,
            self.recovery_page.changed,
            self.import_page.changed,
        ):
            signal.connect(self._refresh)
        self.name_page.place_wanted.connect(lambda: self.tasks.start(self._choose_place(), "place"))
        self.import_page.file_wanted.connect(lambda: self.tasks.start(self._choose_source(), "source"))
        self.password_page.progress.cancelled.connect(lambda: self.tasks.cancel("create"))
        main = QVBoxLayout()
        main.setSpacing(0)
        main.addWidget(self._stack, 1)
        main.addWidget(self._build_foot())
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.steps)
        outer.addLayout(main, 1)
        self.resize(theme.px(SIZE[0]), theme.px(SIZE[1]))

    def _build_foot(self) -> QWidget:
        foot = Foot()
        row = QHBoxLayout(foot)
        row.setContentsMargins(theme.px(26), theme.px(16), theme.px(24), theme.px(16))
        row.setSpacing(theme.px(8))
        self._hint = label("", "small", "text2", wrap=True)
        self._hint.setIndent(theme.px(10))  # so that it begins below the page's text, as the word of Skip does
        self.skip = button(self.tr("Skip for now"), "ghost", on_click=lambda: self._go(IMPORT))
        self.back = button(self.tr("Back"), on_click=self._back)
        self.next = button(self.tr("Continue"), "primary", on_click=self._continue)
        for each in (self.skip, self.back):
            each.setAutoDefault(False)
        self.next.setDefault(True)
        row.addWidget(self.skip)
        row.addWidget(self._hint, 1)
        row.addWidget(self.back)
        row.addWidget(self.next)
        return foot

    # --- moving ----------------------------------------------------------------------------------------------------

    @property
    def page(self) -> int:
        """The number of the page that is shown: NAME to READY."""
        return self._stack.currentIndex()

    def _go(self, page: int) -> None:
        if page == READY and self.opened is not None:
            path = with_tilde(self.opened.path)
            self.ready_page.show_facts(self.opened.name, path, kept=self.code_kept, source=self.source)
        self._stack.setCurrentIndex(page)
        self.steps.show_at(page)
        self._refresh()
        current = self._stack.currentWidget()
        if isinstance(current, Page):
            current.take_focus()
        if page in (IMPORT, READY):  # nothing must be done on these: Enter goes on
            self.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _back(self) -> None:
        self._go(self.page - 1)

    def _continue(self) -> None:
        if not self.next.isEnabled():
            return
        if self.page == PASSWORD:
            task = self.tasks.start(self._create(), "create")
            if task is not None:
                task.add_done_callback(lambda _task: self._refresh())
        elif self.page == RECOVERY:
            self.code_kept = True
            self._go(IMPORT)
        elif self.page == READY:
            self.accept()
        else:
            self._go(self.page + 1)

    def _refresh(self) -> None:
        page, busy = self.page, self.tasks.is_running("create")
        complete = {
            NAME: self.name_page.is_complete,
            PASSWORD: self.password_page.is_complete,
            RECOVERY: self.recovery_page.is_complete,
        }.get(page, True)
        self.next.setEnabled(complete and not busy)
        weak = page == PASSWORD and self.password_page.is_weak
        words = {
            PASSWORD: self.tr("Use it all the same") if weak else self.tr("Continue"),
            IMPORT: self.tr("Continue") if self.source is not None else self.tr("Without import"),
            READY: self.tr("Import…") if self.source is not None else self.tr("Open the vault"),
        }
        self.next.setText(words.get(page, self.tr("Continue")))
        self.back.setVisible(page in (PASSWORD, IMPORT, READY))
        self.back.setEnabled(not busy)
        self.skip.setVisible(page == RECOVERY and not self.recovery_page.is_complete)
        hints = {PASSWORD: self.tr("Unlocking will take about half a second here.")}
        self._hint.setText(hints.get(page, ""))
        skipped = page > RECOVERY and not self.code_kept
        self.steps.set_note(RECOVERY, self.tr("Not kept yet") if skipped else "")
        self.steps.set_note(NAME, self.name_page.name.text().strip() if page > NAME else "")

    # --- work ------------------------------------------------------------------------------------------------------

    async def _create(self) -> None:
        self.password_page.set_busy(busy=True)
        self._refresh()
        password = Secret(self.password_page.first.peek())
        try:
            self.opened = await self._calls.create(str(self.name_page.path), password)
        finally:
            password.wipe()
            self.password_page.set_busy(busy=False)
        self.password_page.wipe()
        code = self.opened.recovery_code
        if code is not None:
            self.recovery_page.set_code(code, self.opened.name, with_tilde(self.opened.path))
            code.wipe()
        self._go(RECOVERY)

    async def _choose_place(self) -> None:
        folder = await self.ask.open_folder(
            self.tr("Where the vault's folder is made"), str(self.name_page.path.parent)
        )
        if folder is not None:
            self.name_page.set_folder(Path(folder))

    async def _choose_source(self) -> None:
        kinds = self.tr("Passwords (*.kdbx *.csv);;All files (*)")
        path = await self.ask.open_file(self.tr("Import from"), kinds)
        if path is not None:
            self.import_page.set_path(Path(path))

    def _show_error(self, error: KvaultError) -> None:
        self._refresh()
        self.tasks.start(self.ask.error(error), "error", "queue")

    # --- leaving ---------------------------------------------------------------------------------------------------

    def reject(self) -> None:
        """Close. Before the vault was made nothing stays; afterwards it is there, and open."""
        if self.tasks.is_running("create"):
            return
        if self.opened is not None:
            self.accept()
        else:
            super().reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt+Left goes back, as in other programs; Esc closes only before the vault was made."""
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if alt and event.key() == Qt.Key.Key_Left and not self.back.isHidden() and self.back.isEnabled():
            self._back()
        elif event.key() == Qt.Key.Key_Escape and self.opened is not None:
            event.accept()
        else:
            super().keyPressEvent(event)

    def _finished(self, _result: int) -> None:
        self.tasks.close()
        self.ask.close_all()
        self.password_page.wipe()
        self.recovery_page.wipe()
