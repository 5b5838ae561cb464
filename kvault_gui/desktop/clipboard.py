"""The clipboard: copies a secret, marks it as one, and takes it back after a while if it is still there."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QClipboard, QGuiApplication

if TYPE_CHECKING:
    from kvault_gui.engine.api import Secret

# What clipboard managers look for: Klipper and its followers, Windows' history and cloud, macOS' nspasteboard.org.
MARKS = {
    "x-kde-passwordManagerHint": b"secret",
    "ExcludeClipboardContentFromMonitorProcessing": b"1",
    "CanIncludeInClipboardHistory": bytes(4),
    "CanUploadToCloudClipboard": bytes(4),
    "org.nspasteboard.ConcealedType": b"1",
}


def _now() -> float:
    """Seconds that also pass while the computer sleeps, so that waking up clears at once."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


class Clipboard(QObject):
    """One secret at a time on the desktop's clipboard.

    ``ticked(left, total)`` comes at once and then each second until ``left`` is 0; ``cleared(ours)`` comes at the end:
    ``ours`` is False when something else was there already, which is then left alone.
    """

    ticked = Signal(int, int)
    cleared = Signal(bool)

    def __init__(self, parent: QObject | None = None, clipboard: QClipboard | None = None) -> None:
        super().__init__(parent)
        self._clipboard = clipboard or QGuiApplication.clipboard()
        self._salt = b""
        self._digest = b""
        self._end = 0.0
        self._total = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self._tick)
        application = QGuiApplication.instance()
        if application is not None:
            # What is still ours when Qt ends it hands to the clipboard manager, which keeps it.
            application.aboutToQuit.connect(self.clear_now)

    @property
    def seconds_left(self) -> int:
        """Whole seconds until clearing; 0 when nothing of ours is counted."""
        return max(0, round(self._end - _now())) if self._timer.isActive() else 0

    def copy(self, secret: Secret, seconds: int) -> None:
        """Put a secret (UTF-8 text) on the clipboard for ``seconds``; 0 leaves it there.

        What is already there is replaced. The secret itself is not kept, only a keyed digest of it.
        """
        text = secret.text()
        data = QMimeData()
        data.setText(text)
        for name, value in MARKS.items():
            data.setData(name, value)
        self._salt = secrets.token_bytes(32)
        self._digest = self._of(text)
        self._clipboard.setMimeData(data, QClipboard.Mode.Clipboard)
        self._timer.stop()
        self._total = seconds
        if seconds > 0:
            self._end = _now() + seconds
            self._timer.start(1000)
            self.ticked.emit(seconds, seconds)

    def clear_now(self) -> bool:
        """Clear if it still holds ours (also before locking); returns whether it did."""
        self._timer.stop()
        if not self._digest:
            return False
        ours = self._holds_ours()
        self._digest = b""
        if ours:
            self._clipboard.clear(QClipboard.Mode.Clipboard)
        if self._total:
            self.ticked.emit(0, self._total)
        self.cleared.emit(ours)
        return ours

    def _tick(self) -> None:
        left = self.seconds_left
        if left <= 0:
            self.clear_now()
        else:
            self.ticked.emit(left, self._total)

    def _of(self, text: str) -> bytes:
        return hashlib.blake2b(text.encode(errors="surrogatepass"), key=self._salt, digest_size=32).digest()

    def _holds_ours(self) -> bool:
        # Read even when another program owns it: clipboard managers take over what they see and keep it as their own.
        return hmac.compare_digest(self._of(self._clipboard.text(QClipboard.Mode.Clipboard)), self._digest)
