"""SIGTERM and SIGINT end kvault like Quit does."""

from __future__ import annotations

import signal
import socket
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBERS = (signal.SIGTERM, signal.SIGINT)


class EndSignals(QObject):
    """Calls ``end`` when the process is asked to end. Python runs its handlers only when something wakes Qt's loop."""

    def __init__(self, end: Callable[[], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wake, self._hear = socket.socketpair()
        for each in (self._wake, self._hear):
            each.setblocking(False)  # noqa: FBT003 socket's signature
        self._before_fd = signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, lambda _number, _frame: end()) for number in NUMBERS}
        self._notifier = QSocketNotifier(self._hear.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(lambda _fd: self._hear.recv(64))

    def stop(self) -> None:
        """Put back what was before."""
        self._notifier.setEnabled(False)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._before_fd)
        self._wake.close()
        self._hear.close()
