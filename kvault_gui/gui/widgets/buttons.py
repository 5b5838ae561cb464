"""Buttons by what they do."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QToolButton, QWidget

from kvault_gui.gui import theme

from .labels import plain_tip

_KEYPAD = Qt.KeyboardModifier.KeypadModifier
_ICON_TONES = {"primary": "onacc", "danger-filled": "onbad", "live": "onlive", "danger": "bad", "link": "accent"}


class PushButton(QPushButton):
    """Enter presses it while it has the focus, as Space does, and never another button of the dialog instead.

    Qt's own way to that (autoDefault) would also make whichever comes first the default of a dialog that names none.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setAutoDefault(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter clicks; held down it does so once. Alt with an arrow is the window's, and moves no focus."""
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            event.ignore()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.modifiers() & ~_KEYPAD:
            if not event.isAutoRepeat():
                self.click()
        else:
            super().keyPressEvent(event)


def button(
    text: str,
    kind: str = "secondary",
    icon: str = "",
    *,
    hint: str = "",
    small: bool = False,
    on_click: Callable[[], object] | None = None,
) -> QPushButton:
    """A button of a kind (see theme): "primary" is filled, one in a view; "ghost" has no frame; "danger" is outlined.

    ``hint`` is a shortcut shown inside.
    """
    made = PushButton(text)
    made.setProperty("kind", kind)
    made.setProperty("small", small)
    made.setProperty("hint", hint)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    if icon:
        made.setIcon(theme.icon(icon, _ICON_TONES.get(kind, "text2")))
    if on_click is not None:
        made.clicked.connect(lambda _checked=False: on_click())
    return made


class IconButton(QToolButton):
    """A button that is only an icon: 28 px, its name in the tool tip and for assistive technology."""

    def __init__(
        self,
        icon: str,
        name: str,
        parent: QWidget | None = None,
        *,
        tone: str = "text2",
        side: int = 28,
        icon_side: int = 16,
        on_icon: str | None = None,
    ) -> None:
        super().__init__(parent)
        self._side = side
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoRaise(True)
        self.set_icon(icon, tone, on=on_icon)
        self.set_name(name)
        self.setIconSize(QSize(theme.px(icon_side), theme.px(icon_side)))

    def set_icon(self, icon: str, tone: str = "text2", *, on: str | None = None) -> None:
        """Change the drawing."""
        self.setIcon(theme.icon(icon, tone, on=on))

    def set_name(self, name: str) -> None:
        """Change what it is called."""
        self.setAccessibleName(name)
        self.setToolTip(plain_tip(name))

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(theme.px(self._side), theme.px(self._side))

    def minimumSizeHint(self) -> QSize:
        """Never smaller: a hit target of at least 24 px."""
        return self.sizeHint()
