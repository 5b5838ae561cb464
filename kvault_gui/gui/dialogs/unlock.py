"""The unlock dialog.

It knows plain data and speaks by signals, so that it can be painted before anything else is loaded: nothing here
imports the engine's structs, asyncio or the client.
"""

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QPaintEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.cards import app_mark
from kvault_gui.gui.widgets.labels import label, left_to_right
from kvault_gui.gui.widgets.secret_edit import SecretEdit

from .unlock_parts import LONGEST_PAUSE, PASSWORD, RECOVERY_CODE, KeyboardLine, Line, UnlockState, pause_after

if TYPE_CHECKING:
    from kvault_gui.gui.widgets.panels import Banner, ProgressPanel

    from .problem import Problem, ProblemPage

__all__ = ["PASSWORD", "RECOVERY_CODE", "UnlockDialog", "UnlockState", "pause_after"]

WIDTH = 440  # px at a 13 px font


class UnlockDialog(QDialog):
    """Asks for a password or a recovery code.

    ``submitted`` carries the typed bytes, which the receiver wipes, and the method. ``cancelled`` ends a running
    unlock; ``dismissed`` is the window's close button or Esc; ``other_vault`` carries a path, or "" for "choose one".
    """

    submitted = Signal(object, str)
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
        self._state, self._method = state, PASSWORD
        self._busy = self._painted = False
        self._fitted = QSize()
        self._until = 0.0  # time.monotonic() when the pause ends
        self._progress: ProgressPanel | None = None
        self._banner: Banner | None = None
        self._problem: ProblemPage | None = None
        self.setWindowTitle(self.tr("Unlock — kvault"))
        self._build()
        QShortcut(QKeySequence("Ctrl+Q"), self).activated.connect(self.quit_requested)
        self._tick = QTimer(self)
        self._tick.setInterval(250)
        self._tick.timeout.connect(self._count_down)
        self.set_state(state)

    # --- building --------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._page = QWidget()
        self._outer.addWidget(self._page)
        centre = Qt.AlignmentFlag.AlignHCenter
        page = QVBoxLayout(self._page)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(theme.px(18))
        column = QVBoxLayout()
        margin = theme.px(32)
        column.setContentsMargins(margin, theme.px(26), margin, 0)
        column.setSpacing(0)
        column.addWidget(app_mark(56), 0, centre)
        column.addSpacing(theme.px(12))
        self._title = label("", "title", wrap=True)
        self._title.setAlignment(centre)
        column.addWidget(self._title)
        column.addWidget(self._build_chooser(), 0, centre)
        column.addSpacing(theme.px(14))
        self._caption = label("", "label", "text2")
        column.addWidget(self._caption)
        column.addSpacing(theme.px(6))
        self.field = SecretEdit(self.tr("Password"))
        self.field.setProperty("large", True)  # noqa: FBT003 Qt's signature
        self.field.edited.connect(self._edited)
        self.field.installEventFilter(self)
        self._caption.setBuddy(self.field)
        column.addWidget(self.field)
        self._wrong = Line("alert-circle-filled", "bad")
        column.addWidget(self._wrong)
        self._keyboard = KeyboardLine()
        column.addWidget(self._keyboard)
        self._slot = QVBoxLayout()  # banner and progress, when there are any
        self._slot.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._slot)
        page.addLayout(column)
        page.addStretch(1)
        page.addLayout(self._build_foot())

    def _build_chooser(self) -> QPushButton:
        self._chooser = button("", "ghost", small=True)
        self._chooser.setProperty("font_role", "small")
        self._chooser.setAutoDefault(False)
        self._chooser.setAccessibleName(self.tr("Vault"))
        self._chooser.setMenu(QMenu(self._chooser))
        return self._chooser

    def _build_foot(self) -> QHBoxLayout:
        self._ways = button(self.tr("Other ways"), "ghost")
        self._ways.setMenu(QMenu(self._ways))
        self._ways.setAutoDefault(False)
        self._quit = button(self.tr("Quit"), on_click=self.quit_requested.emit)
        self._quit.setAutoDefault(False)
        self.unlock_button: QPushButton = button(self.tr("Unlock"), "primary", on_click=self._submit)
        self.unlock_button.setDefault(True)
        row = QHBoxLayout()
        flush, margin = theme.px(22), theme.px(32)  # the word, not its frame, begins at the margin
        sides = (margin, flush) if self.isRightToLeft() else (flush, margin)
        row.setContentsMargins(sides[0], 0, sides[1], theme.px(24))
        row.setSpacing(theme.px(8))
        row.addWidget(self._ways)
        row.addStretch(1)
        row.addWidget(self._quit)
        row.addWidget(self.unlock_button)
        return row

    # --- what it shows ---------------------------------------------------------------------------------------------

    def set_state(self, state: UnlockState) -> None:
        """Show another vault, or news of this one."""
        self._state = state
        self._title.setText(self.tr("Unlock {name}").format(name=state.name))
        room = theme.px(WIDTH - 2 * 32 - 48)
        shown = self._chooser.fontMetrics().elidedText(left_to_right(state.path), Qt.TextElideMode.ElideMiddle, room)
        self._chooser.setText(shown.replace("&", "&&"))
        self._chooser.setAccessibleDescription(state.path)
        self._fill_chooser()
        self._fill_ways()
        self._set_method(self._method if self._method in state.methods else state.methods[0])
        if state.holder:
            self._show_held(state.holder)
        elif state.note:
            self._show_banner("info", self.tr("Something was mended"), state.note)
        elif self._banner is not None:
            self._banner.hide()
        left = state.last_failure + pause_after(state.failures) - time.time()
        if left > 0:
            self._pause(min(left, LONGEST_PAUSE))
        self._refresh()

    def _fill_chooser(self) -> None:
        menu = self._chooser.menu()
        menu.clear()
        for name, path in self._state.recent:
            act = menu.addAction(theme.icon("safe"), f"{name}\t{left_to_right(path)}".replace("&", "&&"))
            act.triggered.connect(lambda _checked=False, path=path: self.other_vault.emit(path))
        if self._state.recent:
            menu.addSeparator()
        menu.addAction(theme.icon("folder-open"), self.tr("Open another vault…"), lambda: self.other_vault.emit(""))
        menu.addAction(theme.icon("plus"), self.tr("New vault…"), self.new_vault.emit)

    def _fill_ways(self) -> None:
        words = {PASSWORD: (self.tr("Password"), "keyboard"), RECOVERY_CODE: (self.tr("Recovery code"), "key")}
        menu = self._ways.menu()
        menu.clear()
        for method in self._state.methods:
            text, icon = words[method]
            act = menu.addAction(theme.icon(icon), text)
            act.triggered.connect(lambda _checked=False, method=method: self._set_method(method))
        self._ways.setVisible(len(self._state.methods) > 1)

    def _set_method(self, method: str) -> None:
        if method != self._method:
            self.field.wipe()
            self._wrong.say("")
        self._method = method
        code = method == RECOVERY_CODE
        caption = self.tr("Recovery code") if code else self.tr("Password")
        self._caption.setText(caption)
        self.field.setAccessibleName(caption)
        self.field.setPlaceholderText(self.tr("The groups on your recovery sheet") if code else "")
        for action, name in zip(self._ways.menu().actions(), self._state.methods, strict=True):
            action.setVisible(name != method)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._refresh()

    def show_news(self, title: str, text: str) -> None:
        """Say what has happened since the vault was open; the next state takes it away."""
        self._show_banner("info", title, text)

    def _show_held(self, holder: str) -> None:
        text = self.tr("Only one program at a time may change a vault.")
        self._show_banner("wait", self.tr("{holder} has this vault open").format(holder=holder), text, ask=True)

    def _show_banner(self, kind: str, title: str, text: str, *, ask: bool = False) -> None:
        from kvault_gui.gui.widgets.panels import Banner  # noqa: PLC0415 not needed for the first paint

        if self._banner is not None:
            self._slot.removeWidget(self._banner)
            self._banner.deleteLater()
        self._banner = Banner(kind, title, text)
        if ask:
            self._banner.add_button(self.tr("Ask it to lock"), self.ask_holder_to_lock.emit)
        self._slot.addSpacing(theme.px(12))
        self._slot.addWidget(self._banner)

    # --- unlocking -------------------------------------------------------------------------------------------------

    def begin_unlock(self) -> None:
        """An unlock runs: nothing can be typed; progress appears after 300 ms."""
        from kvault_gui.gui.widgets.panels import ProgressPanel  # noqa: PLC0415 not needed for the first paint

        self._busy = True
        self._wrong.say("")
        theme.restyle(self.field, invalid=False)
        if self._progress is None:
            self._progress = ProgressPanel()
            self._progress.cancelled.connect(self.cancelled)
            self._slot.addSpacing(theme.px(12))
            self._slot.addWidget(self._progress)
        self._progress.begin(self.tr("Computing the key"), self.tr("This is slow on purpose, also for a thief."))
        self._refresh()

    def end_unlock(self) -> None:
        """The unlock ended or was cancelled."""
        self._busy = False
        if self._progress is not None:
            self._progress.finish()
        self._refresh()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_wrong(self, failures: int, sentence: str = "") -> None:
        """What was typed does not open the vault. ``failures`` in a row, this one included, decide on a pause.

        Args:
            failures: since the last success.
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
        self._wrong.say(" ".join(words))
        wait = pause_after(failures)
        if wait:
            self._pause(wait)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

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
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit(self) -> None:
        least = self._problem.minimumWidth() if self._problem is not None else theme.px(WIDTH)
        width = max(least, self._outer.minimumSize().width())
        height = self._outer.totalHeightForWidth(width)  # negative where nothing in it is wrapped
        wanted = QSize(width, height if height > 0 else self._outer.totalSizeHint().height())
        if wanted != self._fitted:  # setting a size asks for a layout again
            self._fitted = wanted
            self.setFixedSize(wanted)

    def _submit(self) -> None:
        if self._busy or not len(self.field) or self._until > time.monotonic():
            return
        self.submitted.emit(self.field.take(), self._method)

    def _edited(self) -> None:
        if len(self.field):
            theme.restyle(self.field, invalid=False)
            if not self._tick.isActive():
                self._wrong.say("")
        self._refresh()

    def _refresh(self) -> None:
        waiting = self._until > time.monotonic()
        self.field.setReadOnly(self._busy)
        ready = bool(len(self.field)) and not self._busy and not waiting
        self.unlock_button.setEnabled(ready)
        self._ways.setEnabled(not self._busy)
        self._chooser.setEnabled(not self._busy)

    # --- the pause after failures ----------------------------------------------------------------------------------

    def _pause(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self._whole = seconds
        self._before_pause = self._wrong.text
        self._count_down()
        self._tick.start()
        self._refresh()

    def _count_down(self) -> None:
        left = self._until - time.monotonic()
        if left <= 0:
            self._tick.stop()
            self._wrong.say(self._before_pause)
            self._refresh()
            return
        words = self.tr("Try again in {count} s.").format(count=int(left) + 1)
        self._wrong.say(f"{self._before_pause} {words}".strip())

    @property
    def sentence(self) -> str:
        """What stands under the field."""
        return self._wrong.text

    # --- events ----------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Look at Caps Lock whenever a key went up or the field got the focus."""
        if watched is self.field and event.type() in (QEvent.Type.KeyRelease, QEvent.Type.FocusIn) and self._painted:
            self._keyboard.read()
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
        self.field.setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc cancels a running unlock, else closes."""
        if event.key() == Qt.Key.Key_Escape:
            if self._busy:
                self.cancelled.emit()
            else:
                self.dismissed.emit()
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """The application decides what closing means: to the tray, or to the end."""
        if not event.spontaneous():  # the application itself closes its windows, to quit
            super().closeEvent(event)
            return
        event.ignore()
        self.dismissed.emit()
