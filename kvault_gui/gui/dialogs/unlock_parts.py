"""Parts of the unlock dialog: its state, the pause after failures, the lines under the field."""

import time
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import label

if TYPE_CHECKING:
    from .keyboard_state import XKeyboard

PASSWORD, RECOVERY_CODE, QUICK = "password", "recovery_code", "quick"
READY, LOOKING, AWAY, BLOCKED = "ready", "looking", "away", "blocked"  # how a way in stands
FREE_TRIES = 3
LONGEST_PAUSE = 30  # s


def _tr(text: str) -> str:
    return QCoreApplication.translate("UnlockDialog", text)


def pause_after(failures: int) -> int:
    """Seconds to wait after so many failures in a row: none before the third, then 2, 4, 8, 16, 30."""
    return 0 if failures < FREE_TRIES else min(2 ** min(failures - FREE_TRIES + 1, 5), LONGEST_PAUSE)


class WayRow(NamedTuple):
    """One way in, as a row under the password or in the menu "Other ways"."""

    slot: str
    title: str  # "YubiKey 5C", "Password + YubiKey 5C"
    steps: tuple[str, ...]  # methods, in the order in which they are asked for
    state: str = LOOKING
    words: str = ""  # "Ready", "Not plugged in"
    aside: str = ""  # "8 PIN tries left"

    @property
    def typed_first(self) -> bool:
        """Whether a password is asked for before anything else."""
        return self.steps[:1] == (PASSWORD,)


class QuickOffer(NamedTuple):
    """Quick unlock that can be used now."""

    words: str  # "Quick unlock until 18:40, 3 tries"
    pin: bool = True
    finger: bool = False


class UnlockState(NamedTuple):
    """What the dialog shows."""

    name: str
    path: str  # as shown: "~/.kind/vault/personal"
    recent: tuple[tuple[str, str], ...] = ()  # name and path of other vaults
    methods: tuple[str, ...] = (PASSWORD, RECOVERY_CODE)  # typed ones that are a way in by themselves
    failures: int = 0  # since the last success
    last_failure: float = 0.0  # seconds since 1970
    holder: str = ""  # the program that has it open
    note: str = ""  # what was mended or found odd
    rows: tuple[WayRow, ...] = ()  # tokens, cards, this computer, key files: under the field
    others: tuple[WayRow, ...] = ()  # what is in the menu beside ``methods``
    notices: tuple[str, ...] = ()  # about tokens and readers, one sentence or two each
    quick: QuickOffer | None = None
    news: tuple[str, str] | None = None  # what has happened since the vault was open: title and text

    def way(self, slot: str) -> WayRow | None:
        """The row of a slot."""
        return next((row for row in (*self.rows, *self.others) if row.slot == slot), None)

    @property
    def takes_password(self) -> bool:
        """Whether any way in begins with a password."""
        return PASSWORD in self.methods or any(row.typed_first for row in (*self.rows, *self.others))


def typed_methods(state: UnlockState) -> tuple[str, ...]:
    """What the field can take, the usual one first."""
    quick = (QUICK,) if state.quick is not None and state.quick.pin else ()
    password = (PASSWORD,) if state.takes_password else ()
    code = (RECOVERY_CODE,) if RECOVERY_CODE in state.methods else ()
    return (*quick, *password, *code)


def method_for(state: UnlockState, now: str, *, typed: bool, in_full: bool) -> str:
    """What the field takes: what it took before, where that still is a way in; "" for no field.

    Args:
        state: the vault's.
        now: what it takes.
        typed: whether something stands in it, which then stays what it is.
        in_full: whether the person does not want quick unlock.
    """
    if state.quick is not None and not in_full and (now == QUICK or not typed):
        return QUICK if state.quick.pin else ""
    possible = [method for method in typed_methods(state) if method != QUICK]
    if now in possible:
        return now
    if possible and (possible[0] == PASSWORD or not state.rows):
        return possible[0]
    return ""  # tokens alone; the code is in the menu


def way_for(state: UnlockState, now: str) -> str:
    """The way in that a typed password goes to; "" for every one that a password opens by itself.

    Where there is none, it goes to the first way in that can be used now.
    """
    way = state.way(now)
    if way is not None and way.typed_first:
        return now
    ways = [row for row in (*state.rows, *state.others) if row.typed_first]
    ready = [row for row in ways if row.state == READY] or ways
    return ready[0].slot if ready and PASSWORD not in state.methods else ""


def below(state: UnlockState, *, quickly: bool) -> tuple[tuple[WayRow, ...], tuple[str, ...]]:
    """The rows and notices under the field; ``quickly``: those of quick unlock."""
    if not quickly or state.quick is None:
        return state.rows, state.notices
    name, words = _tr("Fingerprint"), _tr("Ready")
    return ((WayRow("", name, (QUICK,), READY, words),) if state.quick.finger else ()), ()


class Pause(QObject):
    """Counts down after failures. ``tick`` carries the seconds left, 0 at the end."""

    tick = Signal(int)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._until = 0.0  # time.monotonic() when it ends
        self._timer = QTimer(self)
        self._timer.setInterval(250)
        self._timer.timeout.connect(self._count_down)

    @property
    def runs(self) -> bool:
        """Whether the person has to wait."""
        return self._until > time.monotonic()

    def begin(self, seconds: float) -> None:
        """Wait so long from now on."""
        self._until = time.monotonic() + seconds
        self._timer.start()
        self._count_down()

    def end(self) -> None:
        """Wait no longer: another vault."""
        self._until = 0.0
        if self._timer.isActive():
            self._count_down()

    def _count_down(self) -> None:
        left = self._until - time.monotonic()
        if left <= 0:
            self._timer.stop()
        self.tick.emit(int(left) + 1 if left > 0 else 0)


class Line(QWidget):
    """An icon and a sentence under something; hidden while there is nothing to say."""

    def __init__(self, icon: str, tone: str, *, wrap: bool = False, words: str = "") -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.px(7), 0, 0)
        row.setSpacing(theme.px(6))
        self._label = label("", "small", words or tone, wrap=wrap or tone == "bad")
        self._label.setMinimumHeight(1)  # else it asks for the height that it would have in a narrow place
        row.addWidget(IconSpot(icon, 14, tone), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._label, 1)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._label.text()

    def say(self, text: str) -> None:
        """Say something, or nothing."""
        self._label.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))


class KeyboardLine(QWidget):
    """The keyboard's layout, and whether Caps Lock is on; nothing where the desktop does not tell."""

    def __init__(self) -> None:
        super().__init__()
        self._keyboard: XKeyboard | None = None
        self.layout_line, self.caps_line = Line("keyboard", "text3"), Line("arrow-up", "wait")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(18))
        row.addWidget(self.layout_line)
        row.addWidget(self.caps_line)
        row.addStretch(1)

    @property
    def caps_lock(self) -> bool:
        """Whether Caps Lock was on at the last reading."""
        return not self.caps_line.isHidden()

    def read(self) -> None:
        """Ask the X server now."""
        if QGuiApplication.platformName() != "xcb":
            return
        from .keyboard_state import XKeyboard  # noqa: PLC0415 ctypes is not needed for the first paint

        try:
            if self._keyboard is None:
                self._keyboard = XKeyboard()
            state = self._keyboard.read()
        except OSError:
            return
        self.layout_line.say(self.tr("{layout} keyboard").format(layout=state.layout) if state.layout else "")
        self.caps_line.say(self.tr("Caps Lock is on") if state.caps_lock else "")
