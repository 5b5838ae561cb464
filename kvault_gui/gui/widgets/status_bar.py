"""The bar at the foot of the window: what is on the clipboard, what a long job does, how many entries there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from kvault_gui.gui import theme

from .buttons import button
from .countdown import CountdownRing
from .ground import Ground
from .icon_spot import IconSpot
from .labels import ElidedLabel, label

if TYPE_CHECKING:
    from collections.abc import Callable


class StatusBar(Ground):
    """32 px high; its parts come and go."""

    clear_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("side", top=True, parent=parent)
        self.setObjectName("status-bar")
        self._what = ""
        self._icon = IconSpot("clipboard", 16)
        self.ring = CountdownRing(16)
        self.ring.setObjectName("clipboard-ring")
        self.message = ElidedLabel("", "small")
        self.message.setObjectName("status-message")
        self.clear = self._link(self.tr("Clear now"), "clipboard-clear", self.clear_wanted.emit)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.job = label("", "small", "text2")
        self.job.setObjectName("status-job")
        self.cancel = self._link(self.tr("Cancel"), "job-cancel", self.cancel_wanted.emit)
        self.counts = label("", "small", "text2")
        self.counts.setObjectName("status-counts")
        self._lay_out()
        self.clipboard_empty()
        self.end_job()

    def _link(self, text: str, name: str, act: Callable[[], object]) -> QPushButton:
        made = button(text, "link", small=True, on_click=act)
        made.setObjectName(name)
        made.setProperty("slim", True)  # noqa: FBT003 Qt's signature
        return made

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.px(14), 1, theme.px(14), 0)
        layout.setSpacing(theme.px(8))
        for part in (self._icon, self.ring):
            layout.addWidget(part)
        layout.addWidget(self.message)
        layout.addWidget(self.clear)
        layout.addStretch(1)
        for rest in (self.job, self.progress, self.cancel, self.counts):
            layout.addWidget(rest)
        self.progress.setFixedSize(theme.px(120), theme.px(4))

    # Clipboard --------------------------------------------------------------------------------------------------------

    def clipboard_holds(self, what: str) -> None:
        """A secret was copied: ``what`` names it ("Password of GitHub")."""
        self._what = what

    def clipboard_ticks(self, left: int, total: int) -> None:
        """``left`` of ``total`` seconds until it is cleared."""
        if left <= 0:
            self.clipboard_empty()
            return
        self._show_clipboard(shown=True)
        self.ring.set_remaining(left, total)
        text = self.tr("{what} is on the clipboard, cleared in {count} s")
        self.message.setText(text.format(what=self._what, count=left))

    def clipboard_empty(self, _ours: bool = True) -> None:  # noqa: FBT001, FBT002 a slot for cleared(bool)
        """Nothing of ours is on the clipboard any more."""
        self._what = ""
        self.message.setText("")
        self._show_clipboard(shown=False)

    def _show_clipboard(self, *, shown: bool) -> None:
        for part in (self._icon, self.ring, self.message, self.clear):
            part.setVisible(shown)

    # Long jobs --------------------------------------------------------------------------------------------------------

    def show_job(self, what: str, done: int, total: int, *, can_cancel: bool) -> None:
        """A long job: ``done`` of ``total`` (0: not known)."""
        self.job.setText(f"{what} {done:,} / {total:,}" if total else what)
        self.progress.setRange(0, total)
        self.progress.setValue(min(done, total) if total else 0)
        self.progress.setAccessibleName(what)
        for part in (self.job, self.progress):
            part.show()
        self.cancel.setVisible(can_cancel)

    def end_job(self) -> None:
        """The job is over."""
        for part in (self.job, self.progress, self.cancel):
            part.hide()

    def say_counts(self, text: str) -> None:
        """How many entries there are."""
        self.counts.setText(text)

    def sizeHint(self) -> QSize:
        """As high as a line of text and its room."""
        return QSize(theme.px(400), max(theme.px(32), QFontMetrics(theme.font("small")).height() + theme.px(12)))
