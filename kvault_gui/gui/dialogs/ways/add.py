"""Adding a way in, or one in place of another: what it asks for, details, name, the try, what must be kept.

Nothing is stored before the try has opened the vault. What must be kept is shown once, and shown to be kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from kvault_gui.desktop.folders import with_tilde
from kvault_gui.engine.api import Method, NewSlot, OnToken
from kvault_gui.engine.errors import CancelledError, KvaultError
from kvault_gui.gui import theme
from kvault_gui.gui.ask import Ask
from kvault_gui.gui.ask import words as error_words
from kvault_gui.gui.dialogs.shares_keep import KeepSharesPage
from kvault_gui.gui.dialogs.wizard_frame import Page, Steps
from kvault_gui.gui.dialogs.wizard_recovery import RecoveryPage
from kvault_gui.gui.models import ways as words
from kvault_gui.gui.tasks import Tasks
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.fitting import fit_over_window
from kvault_gui.gui.widgets.ground import Foot

from .choose_page import ChoosePage
from .pages import DetailsPage, DonePage, RunPage, TermsPage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent

    from kvault_gui.engine.api import Added, NewFactor, Progress, SlotInfo, TokenInfo

    from .calls import WaysCalls

SIZE = (820, 640)  # px at a 13 px font
WIDE = 640  # px at a 13 px font from which the column of steps is shown
CHOOSE, DETAILS, TERMS, RUN, CODE, SHARES, DONE = range(7)
_STEP = {CHOOSE: 0, DETAILS: 1, TERMS: 2, RUN: 3, CODE: 4, SHARES: 4, DONE: 5}
_KEPT = {Method.RECOVERY_CODE, Method.SHARES}


class AddDialog(QDialog):
    """The wizard. ``added`` is what was made, None before; its secrets are wiped when the dialog is closed.

    Args:
        calls: the engine's parts.
        taken: names of the ways in that there are.
        replacing: the one that goes when the new one is there.
        native_files: whether files are chosen in the desktop's own dialog.
    """

    def __init__(
        self, calls: WaysCalls, taken: Sequence[str], replacing: SlotInfo | None = None, *, native_files: bool = True
    ) -> None:
        super().__init__()
        self.setObjectName("add-way-dialog")
        self.calls, self._replacing = calls, replacing
        self._title = self.tr("Add a way in") if replacing is None else self.tr("Replace a way in")
        self.setWindowTitle(f"{self._title} — kvault")
        self.setAccessibleName(self._title)
        self.ask = Ask(self, native_files=native_files)
        self.tasks = Tasks(self, self._show_error)
        self.added: Added | None = None
        self.tokens: list[TokenInfo] = []
        self._factors: list[NewFactor] = []
        self._taken = [name for name in taken if replacing is None or name != replacing.label]
        self._build()
        self._connect()
        self.finished.connect(self._over)
        self._begin()

    # --- building --------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.steps = Steps(
            self._title,
            [
                (self.tr("What it asks for"), ""),
                (self.tr("Details"), ""),
                (self.tr("Name and limits"), ""),
                (self.tr("Try it"), ""),
                (self.tr("Keep it"), ""),
            ],
            self.tr("Nothing leaves this computer."),
        )
        self.choose_page = ChoosePage()
        self.details_page = DetailsPage(self.calls, self.ask, self.tasks)
        self.terms_page, self.run_page = TermsPage(self._taken), RunPage()
        self.code_page = RecoveryPage(self.ask, self.calls.copy, self.tasks.start)
        self.shares_page, self.done_page = KeepSharesPage(self.ask, self.tasks.start), DonePage()
        self.pages: list[Page] = [
            self.choose_page,
            self.details_page,
            self.terms_page,
            self.run_page,
            self.code_page,
            self.shares_page,
            self.done_page,
        ]
        self.stack = QStackedWidget()
        for page in self.pages:
            self.stack.addWidget(_scrolled(page))
        main = QVBoxLayout()
        main.setSpacing(0)
        main.addWidget(self.stack, 1)
        main.addWidget(self._build_foot())
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.steps)
        outer.addLayout(main, 1)

    def _build_foot(self) -> QWidget:
        foot = Foot()
        row = QHBoxLayout(foot)
        row.setContentsMargins(theme.px(36), theme.px(16), theme.px(24), theme.px(16))
        row.setSpacing(theme.px(8))
        self.cancel = button(self.tr("Cancel"), "ghost", on_click=self.reject)
        self.back = button(self.tr("Back"), on_click=self._back)
        self.next = button(self.tr("Continue"), "primary", on_click=self._continue)
        self.next.setDefault(True)
        for each, name in ((self.cancel, "cancel"), (self.back, "back"), (self.next, "next")):
            each.setObjectName(f"add-way-{name}")
        row.addWidget(self.cancel)
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.next)
        return foot

    def _connect(self) -> None:
        self.choose_page.changed.connect(self._chosen)
        self.details_page.changed.connect(self._refresh)
        self.terms_page.changed.connect(self._refresh)
        self.code_page.changed.connect(self._refresh)
        self.shares_page.changed.connect(self._refresh)

    def _chosen(self) -> None:
        self._refresh()
        area = self.stack.currentWidget()
        if isinstance(area, QScrollArea):
            area.verticalScrollBar().setValue(0)  # what was chosen stands on top
        self._take_focus()

    def _begin(self) -> None:
        slot = self._replacing
        if slot is not None:
            for factor in slot.factors:
                self.choose_page.add(factor.method)
            self.terms_page.set_terms(slot.label, reads_values=slot.reads_values, once=slot.once, expires=slot.expires)
        self._go(CHOOSE)

    # --- reading ---------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """As large as there is room for; then look what can be enrolled."""
        super().showEvent(event)
        fit_over_window(self, SIZE)
        self.tasks.start(self._read_methods(), "methods")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The column of steps goes where there is too little room."""
        super().resizeEvent(event)
        self.steps.setVisible(event.size().width() >= theme.px(WIDE))

    async def _read_methods(self) -> None:
        self.choose_page.show_methods(await self.calls.slots.methods())
        if self.page == CHOOSE:
            self._take_focus()
        self.on_plugged()

    def on_plugged(self) -> None:
        """Tokens came or went, or nobody looked yet."""
        self.tasks.start(self._read_tokens(), "tokens", "replace")

    async def _read_tokens(self) -> None:
        if self.page not in (CHOOSE, DETAILS, TERMS):
            return  # what is being enrolled is not to be disturbed
        try:
            self.tokens = await self.calls.tokens.all()
        except KvaultError as error:
            self.steps.set_note(0, error_words(error).what)
            return
        self.choose_page.show_tokens(self.tokens)
        self.details_page.show_tokens(self.tokens)

    # --- moving ----------------------------------------------------------------------------------------------------

    @property
    def page(self) -> int:
        """CHOOSE to DONE."""
        return self.stack.currentIndex()

    def is_working(self) -> bool:
        """Whether it is being enrolled."""
        return self.tasks.is_running("work")

    def _go(self, page: int) -> None:
        self.stack.setCurrentIndex(page)
        self.steps.show_at(_STEP[page])
        chosen = self.choose_page.chosen
        self.steps.set_note(0, " + ".join(map(words.method_name, chosen)) if page > CHOOSE else "")
        self.steps.set_note(2, self.terms_page.typed if page > TERMS else "")
        self._refresh()
        self._take_focus()

    def _take_focus(self) -> None:
        """Where Enter does what comes next; while it runs there is Cancel alone."""
        target = self.cancel if self.page == RUN else self.next
        if self.page in (RUN, DONE) or (self.page == CHOOSE and self.next.isEnabled()):
            target.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.pages[self.page].take_focus()

    def _back(self) -> None:
        self._go(TERMS if self.page == RUN else self.page - 1)

    def _continue(self) -> None:
        if not self.next.isEnabled():
            return
        if self.page == CHOOSE:
            self.details_page.show_methods(self.choose_page.chosen, self.tokens)
            self._go(DETAILS)
        elif self.page == DETAILS:
            names = [form.token_name for form in self.details_page.forms]
            self.terms_page.propose(words.proposed_name(self.choose_page.chosen, names, self._taken))
            self._go(TERMS)
        elif self.page in (TERMS, RUN):
            task = self.tasks.start(self._run(), "work")
            if task is not None:
                task.add_done_callback(lambda _task: self._work_over())
        elif self.page == CODE and self.added is not None and self.added.shares:
            self._go(SHARES)
        elif self.page in (CODE, SHARES):
            self._finish()
        else:
            self.accept()

    def _work_over(self) -> None:
        """Only now can the buttons be pressed, and have the focus."""
        if isValid(self):
            self._refresh()
            if self.page in (RUN, DONE):
                self.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refresh(self) -> None:
        page, busy = self.page, self.is_working()
        complete = {
            CHOOSE: self.choose_page.is_complete,
            DETAILS: self.details_page.is_complete,
            TERMS: self.terms_page.is_complete,
            CODE: self.code_page.is_complete,
            SHARES: self.shares_page.is_complete,
        }.get(page, True)
        self.next.setEnabled(complete and not busy)
        replace = self.tr("Replace it") if self._replacing is not None else self.tr("Add it")
        texts = {TERMS: replace, RUN: self.tr("Try again"), DONE: self.tr("Close")}
        self.next.setText(texts.get(page, self.tr("Continue")))
        self.next.setVisible(page != RUN or not busy)
        self.back.setVisible(page in (DETAILS, TERMS) or (page == RUN and not busy))
        self.cancel.setVisible(page != DONE)
        later = page in (CODE, SHARES)
        self.cancel.setText(self.tr("Leave without keeping…") if later else self.tr("Cancel"))
        self.steps.set_shown(4, shown=bool(_KEPT & set(self.choose_page.chosen)))

    # --- work ------------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        self._factors = [form.factor() for form in self.details_page.forms]
        terms = self.terms_page
        wanted = NewSlot(
            terms.typed,
            self._factors,
            terms.everything.isChecked(),
            terms.limits.once.isChecked(),
            terms.limits.expires,
        )
        self.run_page.begin(self.choose_page.chosen, terms.typed)
        self._go(RUN)
        slots, replacing = self.calls.slots, self._replacing
        failed: KvaultError | None = None
        try:
            if replacing is None:
                self.added = await slots.add(wanted, on_progress=self._advance)
            else:
                self.added = await slots.replace(replacing.id, wanted, on_progress=self._advance)
        except KvaultError as error:
            failed = error
        finally:
            for factor in self._factors:
                if factor.secret is not None:
                    factor.secret.wipe()
        if failed is not None:
            said = error_words(failed)
            kind = "info" if isinstance(failed, CancelledError) else "bad"
            self.run_page.fail(words.sentence(said.what), f"{said.meaning} {said.advice}", kind)
            self._refresh()
            return
        self.details_page.wipe()
        self._show_result()

    def _advance(self, step: Progress | OnToken) -> None:
        if not isinstance(step, OnToken):
            self.run_page.advance(step, QCoreApplication.translate("Progress", step.what))

    def _show_result(self) -> None:
        added = self.added
        assert added is not None  # noqa: S101 it was just made
        if added.shares:
            factor = next(factor for factor in self._factors if factor.method is Method.SHARES)
            self.shares_page.show_shares(self.calls.name, added.set, factor.groups, factor.groups_needed, added.shares)
            for group in added.shares:
                for share in group:
                    share.wipe()
        if added.recovery_code is not None:
            self.code_page.set_code(added.recovery_code, self.calls.name, with_tilde(self.calls.path))
            added.recovery_code.wipe()
            self._go(CODE)
        elif added.shares:
            self._go(SHARES)
        else:
            self._finish()

    def _finish(self) -> None:
        added = self.added
        assert added is not None  # noqa: S101 it is there
        self.code_page.wipe()
        self.shares_page.wipe()
        self.done_page.show_done(added.slot.label, words.in_words(added.slot), added.notes)
        self._go(DONE)

    def summary(self) -> str:
        """What came of it, for the list."""
        if self.added is None:
            return ""
        return " ".join([words.sentence(words.in_words(self.added.slot)), *map(words.sentence, self.added.notes)])

    def _show_error(self, error: KvaultError) -> None:
        self._refresh()
        self.tasks.start(self.ask.error(error), "error", "queue")

    # --- leaving ---------------------------------------------------------------------------------------------------

    def reject(self) -> None:
        """Esc and Cancel: stop what runs; ask before what was not kept is gone; else close. At a lock: end."""
        if not self.isVisible():
            super().reject()
        elif self.is_working():
            self.tasks.cancel("work")
            self.run_page.fail(self.tr("Cancelled"), self.tr("Nothing was stored."), "info")
        elif self.page in (CODE, SHARES):
            self.tasks.start(self._leave_unkept(), "leave")
        elif self.added is not None:
            self.accept()
        else:
            super().reject()

    async def _leave_unkept(self) -> None:
        shares = self.page == SHARES
        title = self.tr("Close without keeping the shares") if shares else self.tr("Close without keeping the code")
        text = self.tr(
            "The way in is there, but nobody can use it if nothing was printed or saved: kvault shows it only now. "
            "You can replace it with a new one at any time."
        )
        if await self.ask.confirm(title, text, self.tr("Close all the same"), danger=True):
            self.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt+Left goes back, as in other programs."""
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if alt and event.key() == Qt.Key.Key_Left and not self.back.isHidden():
            self._back()
        else:
            super().keyPressEvent(event)

    def _over(self, _result: int) -> None:
        self.tasks.close()
        self.ask.close_all()
        self.details_page.wipe()
        self.code_page.wipe()
        self.shares_page.wipe()


def _scrolled(page: Page) -> QScrollArea:
    """The page, with a scroll bar where there is too little room."""
    made = QScrollArea()
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setWidgetResizable(True)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.viewport().setAutoFillBackground(False)
    page.setAutoFillBackground(False)
    made.setWidget(page)
    return made
