"""The ways into a vault: the list, what happens if one is lost, and new keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from kvault_gui.engine.api import OnToken, Plugged
from kvault_gui.engine.errors import KvaultError
from kvault_gui.gui import theme
from kvault_gui.gui.ask import Ask, asked_over
from kvault_gui.gui.models import ways as words
from kvault_gui.gui.tasks import Tasks
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.fitting import fit_over_window
from kvault_gui.gui.widgets.ground import Foot
from kvault_gui.gui.widgets.labels import label
from kvault_gui.gui.widgets.panels import ProgressPanel
from kvault_gui.gui.widgets.tabs import Tabs

from .acts import Acts
from .add import AddDialog
from .keys_page import KeysPage
from .list_page import ListPage
from .losses_page import LossesPage

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from kvault_gui.engine.api import Progress, SlotInfo, WayState

    from .calls import WaysCalls

SIZE = (860, 680)  # px at a 13 px font
LIST, LOSSES, KEYS = range(3)


class WaysDialog(QDialog):
    """The dialog. ``open`` it through Ask.run; while it is open the engine's questions stand over it.

    Args:
        calls: the engine's parts.
        native_files: whether files are chosen in the desktop's own dialog.
        begin_with_add: open Add at once.
    """

    def __init__(self, calls: WaysCalls, *, native_files: bool = True, begin_with_add: bool = False) -> None:
        super().__init__()
        self.setObjectName("ways-dialog")
        self.setWindowTitle(self.tr("Ways in — kvault"))
        self.setAccessibleName(self.tr("Ways in"))
        self.calls = calls
        self.ask = Ask(self, native_files=native_files)
        self.tasks = Tasks(self, self._show_error)
        self.slots: list[SlotInfo] = []
        self.states: dict[str, WayState] = {}
        self._begin_with_add = begin_with_add
        self._resume: QWidget | None = None  # where the keyboard was when work began
        self.acts = Acts(self)
        self.list_page, self.losses_page, self.keys_page = ListPage(), LossesPage(), KeysPage()
        self.tabs = Tabs([self.tr("Ways in"), self.tr("If I lose …"), self.tr("New keys")])
        self.stack = QStackedWidget()
        self.progress = ProgressPanel()
        self.close_button = button(self.tr("Close"), on_click=self.accept)
        self.close_button.setObjectName("ways-close")
        self._lay_out()
        self._connect()
        self.finished.connect(self._over)

    def _lay_out(self) -> None:
        for page in (self.list_page, self.losses_page, self.keys_page):
            self.stack.addWidget(page)
        head = QVBoxLayout()
        head.setContentsMargins(theme.px(24), theme.px(20), theme.px(24), theme.px(4))
        head.setSpacing(theme.px(10))
        head.addWidget(label(self.tr("Ways in"), "title"))
        head.addWidget(self.tabs)
        foot = Foot()
        column = QVBoxLayout(foot)
        column.setContentsMargins(theme.px(24), theme.px(12), theme.px(24), theme.px(16))
        column.setSpacing(theme.px(8))
        column.addWidget(self.progress)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.close_button)
        column.addLayout(row)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(head)
        outer.addWidget(self.stack, 1)
        outer.addWidget(foot)

    def _connect(self) -> None:
        self.tabs.chosen.connect(self._turn)
        self.list_page.wanted.connect(self.start)
        self.list_page.add_wanted.connect(lambda: self.tasks.start(self.add(), "work"))
        self.keys_page.wanted.connect(lambda which: self.tasks.start(self.keys_page.rotate(self, which), "work"))
        self.progress.cancelled.connect(lambda: self.tasks.cancel("work"))

    def _turn(self, page: int) -> None:
        self.stack.setCurrentIndex(page)
        if page == LOSSES:
            self.tasks.start(self._read_losses(), "losses", "replace")

    def show_page(self, page: int) -> None:
        """LIST, LOSSES or KEYS."""
        self.tabs.choose(page)

    def start(self, slot: SlotInfo, act: str) -> None:
        """Do something with a way in; one thing at a time."""
        self.tasks.start(self.acts.do(slot, act), "work")

    def is_busy(self) -> bool:
        """Whether something is read or done."""
        return any(map(self.tasks.is_running, ("work", "read", "losses", "states")))

    # Reading ----------------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """As large as there is room for; then read."""
        super().showEvent(event)
        fit_over_window(self, SIZE)
        self.list_page.take_focus()
        self.tasks.start(self.reload(), "read")
        if self._begin_with_add:
            self._begin_with_add = False
            self.tasks.start(self.add(), "work")

    async def reload(self) -> None:
        """Read what is enrolled, then what is plugged in."""
        self.slots = await self.calls.slots.all()
        self.list_page.show_slots(self.slots, self.states)
        self.keys_page.show_slots(self.slots)
        self.tasks.start(self._read_states(), "states", "replace")
        if self.stack.currentIndex() == LOSSES:
            await self._read_losses()

    async def _read_states(self) -> None:
        try:
            ways = await self.calls.tokens.ways(self.calls.path, [])
        except KvaultError:
            return  # a reader that cannot be asked: the list stands without "Plugged in now"
        self.states = {state.slot: state for state in ways.states}
        self.list_page.show_states(self.states)

    async def _read_losses(self) -> None:
        losses = await self.calls.slots.losses()
        self.losses_page.show_losses(losses, self.slots)

    def on_plugged(self, _event: Plugged) -> None:
        """A token came or went."""
        self.tasks.start(self._read_states(), "states", "replace")
        current = self.ask.current
        if isinstance(current, AddDialog):
            current.on_plugged()

    # Work -------------------------------------------------------------------------------------------------------------

    async def add(self, replacing: SlotInfo | None = None) -> None:
        """The wizard for one more way in, or for one in place of another."""
        taken = [slot.label for slot in self.slots]
        dialog = AddDialog(self.calls, taken, replacing, native_files=self.ask.native_files)
        with asked_over(self.calls.prompter, dialog.ask):
            await self.ask.run(dialog)
        if dialog.added is not None:
            slot = dialog.added.slot
            others = [each for each in self.slots if each is not replacing]
            text = " ".join(filter(None, (dialog.summary(), self.in_words_of_easier(words.easier(slot, others)))))
            self.list_page.say("ok", self.tr("“{name}” opens this vault now").format(name=slot.label), text)
        await self.reload()

    def in_words_of_easier(self, names: list[str]) -> str:
        """Whoever adds a token to a password may mean to be asked for both."""
        if not names:
            return ""
        alone = self.tr("“{name}” alone still opens this vault too. Remove it if you want to be asked for both.")
        several = self.tr("{names} alone still open this vault too. Remove them if you want to be asked for all of it.")
        if len(names) == 1:
            return alone.format(name=names[0])
        return several.format(names=", ".join(f"“{name}”" for name in names))

    def begin_work(self, what: str, safe: str) -> None:
        """Something runs that can be cancelled."""
        self.progress.begin(what, safe)
        self._resume = self.focusWidget()
        self.stack.setEnabled(False)
        self.tabs.setEnabled(False)

    def advance(self, step: Progress | OnToken) -> None:
        """How far it is."""
        if not isinstance(step, OnToken):
            self.progress.advance(step.done, step.total, QCoreApplication.translate("Progress", step.what))

    def end_work(self) -> None:
        """It ended, in whatever way."""
        self.progress.finish()
        self.stack.setEnabled(True)
        self.tabs.setEnabled(True)
        if self._resume is not None and isValid(self._resume):
            self._resume.setFocus(Qt.FocusReason.OtherFocusReason)
        self._resume = None

    def _show_error(self, error: KvaultError) -> None:
        self.tasks.start(self.ask.error(error), "error", "queue")

    def reject(self) -> None:
        """Esc stops what runs first; only then it closes. At a lock it is hidden already, and ends."""
        if self.isVisible() and self.tasks.is_running("work"):
            self.tasks.cancel("work")
        else:
            super().reject()

    def _over(self, _result: int) -> None:
        self.tasks.close()
        self.ask.close_all()


__all__ = ["KEYS", "LIST", "LOSSES", "WaysDialog"]
