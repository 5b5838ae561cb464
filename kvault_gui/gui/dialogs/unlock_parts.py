"""Parts of the unlock dialog: its state, the pause after failures, the lines under the field."""

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import label

if TYPE_CHECKING:
    from .keyboard_state import XKeyboard

PASSWORD, RECOVERY_CODE = "password", "recovery_code"
FREE_TRIES = 3
LONGEST_PAUSE = 30  # s


def pause_after(failures: int) -> int:
    """Seconds to wait after so many failures in a row: none before the third, then 2, 4, 8, 16, 30."""
    return 0 if failures < FREE_TRIES else min(2 ** min(failures - FREE_TRIES + 1, 5), LONGEST_PAUSE)


class UnlockState(NamedTuple):
    """What the dialog shows."""

    name: str
    path: str  # as shown: "~/.kind/vault/personal"
    recent: tuple[tuple[str, str], ...] = ()  # name and path of other vaults
    methods: tuple[str, ...] = (PASSWORD, RECOVERY_CODE)
    failures: int = 0  # since the last success
    last_failure: float = 0.0  # seconds since 1970
    holder: str = ""  # the program that has it open
    note: str = ""  # what was mended or found odd


class Line(QWidget):
    """An icon and a sentence under the field; hidden while there is nothing to say."""

    def __init__(self, icon: str, tone: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.px(7), 0, 0)
        row.setSpacing(theme.px(6))
        self._label = label("", "small", tone, wrap=tone == "bad")
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
