"""The icon in the tray: whether the vault is open, and the way back to the window. Never the only way."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from kvault_gui.gui import theme

SIZES = (16, 22, 24, 32, 48, 64)  # what panels ask for
# The square keeps its colour on light and dark panels alike; the drawing on it tells the state.
_LOCKED, _OPEN, _INK = QColor("#14202A"), QColor("#0B6478"), QColor("#FFFFFF")


def state_icon(*, locked: bool) -> QIcon:
    """The application's mark: closed on a dark square, open on a teal one."""
    made = QIcon()
    for side in SIZES:
        square = QPixmap(side, side)
        square.fill(Qt.GlobalColor.transparent)
        painter = QPainter(square)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_LOCKED if locked else _OPEN)
        painter.drawRoundedRect(QRectF(0, 0, side, side), side * 0.24, side * 0.24)
        inner = QRectF(side * 0.16, side * 0.16, side * 0.68, side * 0.68)
        theme.paint(painter, inner, "lock-filled" if locked else "lock-open", _INK, bold=True)
        painter.end()
        made.addPixmap(square)
    return made


class Tray(QObject):
    """Works with XEmbed and StatusNotifier hosts, appears when one appears, and is not needed by anything."""

    show_wanted = Signal()
    lock_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icon = QSystemTrayIcon(self)
        self._menu = QMenu()  # no parent: it outlives every window
        self.show_action = self._menu.addAction("")
        self.show_action.setObjectName("tray-show")
        self.show_action.triggered.connect(self.show_wanted)
        self.lock_action = self._menu.addAction(self.tr("Lock now"))
        self.lock_action.setObjectName("tray-lock")
        self.lock_action.triggered.connect(self.lock_wanted)
        self._menu.addSeparator()
        self.quit_action = self._menu.addAction(self.tr("Quit"))
        self.quit_action.setObjectName("tray-quit")
        self.quit_action.triggered.connect(self.quit_wanted)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._activated)
        self._icon.messageClicked.connect(self.show_wanted)
        self.set_locked(locked=True)
        self._icon.show()

    @property
    def is_there(self) -> bool:
        """Whether a tray shows the icon now."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def set_locked(self, *, locked: bool) -> None:
        """Show the state, by drawing and in words."""
        self._icon.setIcon(state_icon(locked=locked))
        self._icon.setToolTip(self.tr("kvault, locked") if locked else self.tr("kvault, unlocked"))
        self.show_action.setText(self.tr("Unlock…") if locked else self.tr("Show kvault"))
        self.lock_action.setEnabled(not locked)

    def say(self, title: str, text: str) -> None:
        """A message by the desktop."""
        if self.is_there and QSystemTrayIcon.supportsMessages():
            self._icon.showMessage(title, text, state_icon(locked=not self.lock_action.isEnabled()))

    def remove(self) -> None:
        """Take the icon away."""
        self._icon.hide()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.show_wanted.emit()
