"""The unlock dialog.

It knows plain data and speaks by signals, so that it can be painted before anything else is loaded: nothing here
imports the engine's structs, asyncio or the client, and what the first picture does not show is imported later.
"""

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QPaintEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.fitting import keep_on_screen

from . import unlock_parts as parts
from .unlock_page import WIDTH, UnlockPage
from .unlock_parts import PASSWORD, QUICK, RECOVERY_CODE, QuickOffer, UnlockState, WayRow, pause_after

if TYPE_CHECKING:
    from kvault_gui.gui.widgets.panels import ProgressPanel

    from .problem import Problem, ProblemPage
    from .unlock_row import WayItem
    from .unlock_rows import WayRows

__all__ = ["PASSWORD", "QUICK", "RECOVERY_CODE", "QuickOffer", "UnlockDialog", "UnlockState", "WayRow", "pause_after"]

LEAST_ROWS = 90  # px: the rows scroll in no less
FRAME = 20  # px: what a window manager puts round it


class UnlockDialog(QDialog):
    """Asks for a password, a code or a PIN, and shows the ways in that need a token.

    ``submitted`` carries the typed bytes, which the receiver wipes, the method and the way in ("" for every one that
    takes it); ``way_chosen`` a way in that begins with nothing typed. ``cancelled`` ends a running unlock;
    ``dismissed`` is the window's close button or Esc; ``other_vault`` carries a path, or "" for "choose one".
    """

    submitted = Signal(object, str, str)
    way_chosen = Signal(str)
    cancelled = Signal()
    dismissed = Signal()
    quit_requested = Signal()
    other_vault = Signal(str)
    new_vault = Signal()
    ask_holder_to_lock = Signal()
    problem_answered = Signal(str)  # the id of a choice: see problem.py
    first_painted = Signal()

    def __init__(self, state: UnlockState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._method, self._way, self._trying = state, PASSWORD, "", ""
        self._busy = self._painted = self._in_full = self._tight = False
        self._fitted = QSize()
        self._before_pause = self._wrong_before = ""
        self._progress: ProgressPanel | None = None
        self._problem: ProblemPage | None = None
        self._rows: WayRows | None = None
        self.setWindowTitle(self.tr("Unlock — kvault"))
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._page = page = UnlockPage()
        self._outer.addWidget(page)
        self.field, self.unlock_button = page.field, page.unlock
        self._chooser, self._ways, self._quit, self._keyboard = page.chooser, page.ways, page.quit, page.keyboard
        page.field.edited.connect(self._edited)
        page.field.installEventFilter(self)
        page.other_vault.connect(self.other_vault)
        page.new_vault.connect(self.new_vault)
        page.ask_holder_to_lock.connect(self.ask_holder_to_lock)
        page.method_chosen.connect(self._set_typed)
        page.way_chosen.connect(self.choose)
        page.quit.clicked.connect(self.quit_requested)
        page.unlock.setDefault(True)  # now that it is in a dialog
        page.unlock.clicked.connect(self._submit)
        page.full.clicked.connect(self._unlock_in_full)
        QShortcut(QKeySequence("Ctrl+Q"), self).activated.connect(self.quit_requested)
        self._pause = parts.Pause(self)
        self._pause.tick.connect(self._count_down)
        self.set_state(state)

    # --- what it shows ---------------------------------------------------------------------------------------------

    def set_state(self, state: UnlockState) -> None:
        """Show another vault, or news of this one."""
        if state.path != self._state.path:
            self._way, self._in_full = "", False
            self._pause.end()
            self.field.wipe()
        self._state = state
        self._page.show_vault(state)
        self._set_method(parts.method_for(state, self._method, typed=len(self.field) > 0, in_full=self._in_full))
        self._page.show_what_happened(state)
        left = state.last_failure + pause_after(state.failures) - time.time()
        if left > 0:
            self._begin_pause(min(left, parts.LONGEST_PAUSE))
        self._refresh()

    @property
    def state(self) -> UnlockState:
        """What it shows."""
        return self._state

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs and nothing is typed."""
        return not self._busy and not len(self.field) and not self._quickly and self._problem is None

    @property
    def _quickly(self) -> bool:
        quick = self._state.quick
        return quick is not None and not self._in_full and self._method in (QUICK, "")

    def _set_method(self, method: str) -> None:
        changed, self._method = method != self._method, method
        if changed:
            self.field.wipe()
            self._page.wrong.say("")
        self._way = parts.way_for(self._state, self._way)
        way = self._state.way(self._way) if method == PASSWORD else None
        self._page.show_method(method, way.title.partition(" + ")[2] if way is not None else "")
        quick = self._state.quick
        self._page.hint.say(quick.words if quick is not None and self._quickly else "")
        self._page.full.setVisible(self._quickly)
        self._fill_ways()
        self._show_rows()
        if changed and not self._busy:
            self._take_focus()
        self._refresh()

    def _fill_ways(self) -> None:
        typed = [method for method in parts.typed_methods(self._state) if method != self._method]
        self._page.fill_ways([*typed, *self._state.others], shown=not self._quickly)

    def _set_typed(self, method: str) -> None:
        self._in_full, self._way = self._state.quick is not None and method != QUICK, ""
        self._set_method(method)

    def _unlock_in_full(self) -> None:
        self._in_full = True
        self._set_method(parts.method_for(self._state, self._method, typed=False, in_full=True))

    def _show_rows(self) -> None:
        rows, notices = parts.below(self._state, quickly=self._quickly)
        if self._rows is None and not rows and not notices:
            return
        self._area().set_rows(rows, notices, typed=bool(self._method))
        self._area().select(self._way if self._method == PASSWORD else "")

    def _area(self) -> "WayRows":
        if self._rows is None:
            self._rows = self._page.make_rows()
            self._rows.chosen.connect(self.choose)
            self._rows.cancelled.connect(self.cancelled)
        return self._rows

    @property
    def rows(self) -> "list[WayItem]":
        """The rows under the field, from above to below."""
        return self._rows.items if self._rows is not None else []

    # --- unlocking -------------------------------------------------------------------------------------------------

    def choose(self, slot: str) -> None:
        """Begin with a way in; one that begins with a password waits until it is typed."""
        way = self._state.way(slot)
        if self._busy:
            return
        if way is None or not way.typed_first:
            self.way_chosen.emit(slot)
            return
        if self._method == PASSWORD and len(self.field):
            self._way = slot
            self._set_method(PASSWORD)
            self._submit()
            return
        self._way = "" if self._way == slot and PASSWORD in self._state.methods else slot
        self._set_method(PASSWORD)
        self._take_focus()

    def _submit(self) -> None:
        if self._busy or not len(self.field) or self._pause.runs or not self._method:
            return
        slot = self._way if self._method == PASSWORD else ""
        # What is asked for after a password may fail without it being wrong: then it need not be typed again.
        typed = self.field.peek() if slot else self.field.take()
        self.submitted.emit(typed, self._method, slot)

    def begin_unlock(self, slot: str = "") -> None:
        """An unlock runs: nothing can be typed or chosen; progress appears after 300 ms.

        Args:
            slot: the way in that is tried, "" for every one that takes what was typed.
        """
        self._busy, self._trying, self._wrong_before = True, slot, ""
        self._page.wrong.say("")
        theme.restyle(self.field, invalid=False)
        if self._rows is not None:
            self._rows.begin(slot)
        way = self._state.way(slot)
        item = self._rows.item(slot) if self._rows is not None and (way is None or not way.typed_first) else None
        if item is not None and (way is not None or self._quickly):
            item.show_work()
        elif way is None or way.typed_first:  # shares are asked for in a dialog, and computed at once
            self._progress = self._page.begin_progress(self.cancelled)
        self._refresh()

    def spot(self, token: str) -> "WayItem":
        """Where a question about ``token`` is shown while an unlock runs."""
        self._page.end_progress()
        item = self._area().spot(self._trying, token, self._state.way(self._trying))
        item.remember_wrong(self._wrong_before)
        return item

    def say_next(self, text: str) -> None:
        """Say this under the field that is asked for next: what was given before was wrong."""
        self._wrong_before = text

    def end_unlock(self) -> None:
        """The unlock ended or was cancelled."""
        slot, self._busy, self._trying = self._trying, False, ""
        self._page.end_progress()
        if self._rows is not None:
            self._rows.end()
            self._fit()  # rows that scroll ask for no layout; the field may be hidden
        self._refresh()
        self._take_focus(slot)

    def _take_focus(self, slot: str = "") -> None:
        """The cursor goes to the row that was tried, else to the field, else to the first row."""
        item = self._rows.item(slot) if self._rows is not None and slot else None
        way = self._state.way(slot)
        if item is not None and (way is None or not way.typed_first):
            item.button.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._method:
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._rows is not None:
            self._rows.focus_first()

    def show_wrong(self, failures: int, sentence: str = "") -> None:
        """What was typed does not open the vault. ``failures`` in a row, this one included, decide on a pause.

        Args:
            failures: since the last success; 0 for what counts its tries elsewhere.
            sentence: instead of the usual one, for example for a mistyped recovery code.
        """
        self.end_unlock()
        self.field.wipe()
        theme.restyle(self.field, invalid=True)
        usual = self.tr("Wrong recovery code.") if self._method == RECOVERY_CODE else self.tr("Wrong password.")
        words = [sentence or usual]
        self._keyboard.read()
        if self._keyboard.caps_lock:
            words.append(self.tr("Caps Lock is on."))
        self._page.wrong.say(" ".join(words))
        if wait := pause_after(failures):
            self._begin_pause(wait)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_trouble(self, slot: str, text: str) -> None:
        """A token or another thing that is held did not do it: said at its row. What was typed is still there."""
        self.end_unlock()
        if self._rows is None or not self._rows.say_trouble(slot, text):
            self._page.wrong.say(text)

    def show_problem(self, problem: "Problem") -> None:
        """Show damage instead of the field: what happened, facts, choices."""
        from .problem import ProblemPage  # noqa: PLC0415 not needed for the first paint

        self.end_unlock()
        self.field.wipe()
        self.clear_problem(show_page=False)
        self._problem = ProblemPage(problem)
        self._problem.answered.connect(self.problem_answered)
        self._problem.quit_requested.connect(self.quit_requested)
        self._page.hide()
        self._outer.addWidget(self._problem)
        self._problem.show()  # a hidden widget takes no focus, and the keyboard would be nowhere
        self._problem.take_focus()
        self._fit()

    def clear_problem(self, *, show_page: bool = True) -> None:
        """Back to the field."""
        if self._problem is not None:
            self._outer.removeWidget(self._problem)
            self._problem.hide()
            self._problem.deleteLater()
            self._problem = None
        if show_page:
            self._page.show()
            self._fit()
            self._take_focus()

    def _edited(self) -> None:
        if len(self.field):
            theme.restyle(self.field, invalid=False)
            if not self._pause.runs:
                self._page.wrong.say("")
        self._refresh()

    def _refresh(self) -> None:
        self.field.setReadOnly(self._busy)
        ready = bool(len(self.field)) and not self._busy and not self._pause.runs
        self.unlock_button.setEnabled(ready)
        for each in (self._ways, self._chooser, self._page.full):
            each.setEnabled(not self._busy)

    def _begin_pause(self, seconds: float) -> None:
        if not self._pause.runs:
            self._before_pause = self._page.wrong.text
        self._pause.begin(seconds)
        self._refresh()

    def _count_down(self, left: int) -> None:
        words = self.tr("Try again in {count} s.").format(count=left) if left else ""
        self._page.wrong.say(f"{self._before_pause} {words}".strip())
        self._refresh()

    @property
    def sentence(self) -> str:
        """What stands under the field."""
        return self._page.wrong.text

    def _fit(self) -> None:
        least = self._problem.minimumWidth() if self._problem is not None else theme.px(WIDTH)
        width = max(least, self._outer.minimumSize().width())
        if self._rows is not None and self._problem is None:
            room = self.screen().availableSize().height() - theme.px(FRAME)
            rest = self._outer.totalHeightForWidth(width) - self._rows.tall
            self._tight = self._tight or rest + self._rows.wanted > room
            if self._tight:
                self._page.set_tight(asked=self._rows.asks)
                rest = self._outer.totalHeightForWidth(width) - self._rows.tall
            self._rows.set_most(max(room - rest, theme.px(LEAST_ROWS)))
        height = self._outer.totalHeightForWidth(width)  # negative where nothing in it is wrapped
        wanted = QSize(width, height if height > 0 else self._outer.totalSizeHint().height())
        if wanted != self._fitted:  # setting a size asks for a layout again
            self._fitted = wanted
            keep_on_screen(self, wanted.height())
            self.setFixedSize(wanted)

    # --- events ----------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look at Caps Lock whenever a key went up or the field got the focus; Down goes to the rows."""
        if watched is not self.field:
            return False
        if event.type() in (QEvent.Type.KeyRelease, QEvent.Type.FocusIn) and self._painted:
            self._keyboard.read()
        down = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Down
        if down and event.type() == QEvent.Type.KeyPress and self._rows is not None:
            self._rows.focus_first()
            return True
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell once that the dialog can be seen; what is slow comes afterwards."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self._after_first_paint)

    def _after_first_paint(self) -> None:
        self.first_painted.emit()
        self._keyboard.read()

    def event(self, event: QEvent) -> bool:
        """Grow when a line, a banner or the progress appears."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return handled

    def showEvent(self, event: QShowEvent) -> None:
        """Begin in the field."""
        self._fit()
        super().showEvent(event)
        self._take_focus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc cancels a running unlock, else closes; what is typed elsewhere is meant for the field."""
        if event.key() == Qt.Key.Key_Escape:
            (self.cancelled if self._busy else self.dismissed).emit()
        elif not self._busy and self._method and event.text() and event.text().isprintable():
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            self.field.keyPressEvent(event)
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """The application decides what closing means: to the tray, or to the end."""
        if not event.spontaneous():  # the application itself closes its windows, to quit
            super().closeEvent(event)
            return
        event.ignore()
        self.dismissed.emit()
