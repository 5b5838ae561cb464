"""Whether the log is whole: checked and fits, being checked, broken, or not checked yet."""

from __future__ import annotations

import enum
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from kvault_gui.engine.errors import AuditBrokenError
from kvault_gui.gui import theme
from kvault_gui.gui.models import audit_days as days
from kvault_gui.gui.theme.draw import box
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import label

if TYPE_CHECKING:
    from PySide6.QtWidgets import QPushButton

    from kvault_gui.engine.api import Progress, Verdict

QUIET = 300  # ms: a shorter check shows no progress
MINUTE = 60_000  # ms


class State(enum.Enum):
    """What is known of the log."""

    UNKNOWN = "unknown"
    RUNNING = "running"
    WHOLE = "whole"
    BROKEN = "broken"


_LOOKS = {  # fill, border, icon, tone
    State.UNKNOWN: ("sunken", "line", "shield-check", "text2"),
    State.RUNNING: ("sunken", "line", "shield-check", "text2"),
    State.WHOLE: ("oksoft", "ok", "shield-check-filled", "ok"),
    State.BROKEN: ("badsoft", "bad", "link-break", "bad"),
}


def _seconds(taken: float) -> str:
    return f"{taken:.1f}" if taken >= 0.1 else "< 0.1"  # noqa: PLR2004 what one decimal can show


class LogBanner(QWidget):
    """One finding in a coloured frame, and what can be done about it."""

    check_wanted = Signal()
    cancel_wanted = Signal()
    show_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("log-banner")
        self.state = State.UNKNOWN
        self.verdict: Verdict | None = None
        self._before = State.UNKNOWN
        self._when = 0.0
        self._signed = 0
        self._broken: tuple[int, str] | None = None
        self._icon = IconSpot("shield-check", 22, "text2")
        self.title = label("", "strong", wrap=True)
        self.text = label("", "small", "text2", wrap=True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(theme.px(4))
        self.check = self._button(self.tr("Check now"), "log-check", self.check_wanted, icon="refresh")
        self.cancel = self._button(self.tr("Cancel"), "log-cancel", self.cancel_wanted)
        self.report = self._button(self.tr("Export…"), "log-report", self.export_wanted)
        self.show_it = self._button(self.tr("Show it"), "log-show", self.show_wanted, kind="primary")
        self._lay_out()
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(QUIET)
        self._quiet.timeout.connect(lambda: self._put(State.RUNNING))
        self._minute = QTimer(self)
        self._minute.setInterval(MINUTE)
        self._minute.timeout.connect(self._say)
        self._put(State.UNKNOWN)

    def _button(self, text: str, name: str, wanted: object, *, kind: str = "secondary", icon: str = "") -> QPushButton:
        made = button(text, kind, icon, small=True, on_click=wanted.emit)  # type: ignore[attr-defined]  # a signal
        made.setObjectName(name)
        return made

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(theme.px(2))
        words.addWidget(self.title)
        words.addWidget(self.text)
        words.addWidget(self.progress)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(14), theme.px(8), theme.px(12), theme.px(8))
        row.setSpacing(theme.px(8))
        row.addWidget(self._icon)
        row.addSpacing(theme.px(4))
        row.addLayout(words, 1)
        for each in (self.check, self.cancel, self.report, self.show_it):
            row.addWidget(each)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    # What is known ----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """A check runs; it is shown when it takes longer than a moment."""
        self.progress.setRange(0, 0)
        self.check.setEnabled(False)
        self._quiet.start()

    def advance(self, step: Progress) -> None:
        """How far it is."""
        if step.total:
            self.progress.setRange(0, step.total)
            self.progress.setValue(step.done)
            text = self.tr("{done} of {total} records. You can go on working.")
            self._told = text.format(done=f"{step.done:,}", total=f"{step.total:,}")
            if self.state is State.RUNNING:
                self.text.setText(self._told)

    def show_verdict(self, verdict: Verdict, signed: int) -> None:
        """The check is done. ``signed``: the last record under a signature."""
        self.verdict, self._signed, self._when = verdict, signed, time.time()
        self._broken = (verdict.broken, verdict.reason) if verdict.broken is not None else None
        self._end(State.WHOLE if verdict.broken is None else State.BROKEN)

    def show_broken(self, number: int, reason: str) -> None:
        """Reading the log met a record that does not fit, before any check."""
        self._broken = (number, reason)
        if self.state is not State.RUNNING:
            self._put(State.BROKEN)
        self._before = State.BROKEN

    def stop(self) -> None:
        """The check was cancelled or failed: what was known before is known still."""
        self._end(self._before)

    def _end(self, state: State) -> None:
        self._before = state
        self._quiet.stop()
        self.check.setEnabled(True)
        self._put(state)

    # Words ------------------------------------------------------------------------------------------------------------

    def _put(self, state: State) -> None:
        self.state = state
        _, _, icon, tone = _LOOKS[state]
        self._icon.set_icon(icon, tone)
        self.progress.setVisible(state is State.RUNNING)
        self.check.setVisible(state in (State.UNKNOWN, State.WHOLE))
        self.cancel.setVisible(state is State.RUNNING)
        self.report.setVisible(state is State.BROKEN)
        self.show_it.setVisible(state is State.BROKEN)
        (self._minute.start if state is State.WHOLE else self._minute.stop)()
        self._say()
        self.update()

    def _say(self) -> None:
        title, text = {
            State.UNKNOWN: self._unknown,
            State.RUNNING: self._running,
            State.WHOLE: self._whole,
            State.BROKEN: self._is_broken,
        }[self.state]()
        self.title.setText(title)
        self.text.setText(text)
        self.setAccessibleName(f"{title}. {text}")

    _told = ""

    def _unknown(self) -> tuple[str, str]:
        return self.tr("Not checked yet"), self.tr("A check compares every record with the one before it.")

    def _running(self) -> tuple[str, str]:
        return self.tr("Checking every record"), self._told

    def _whole(self) -> tuple[str, str]:
        assert self.verdict is not None  # noqa: S101 it is whole by a verdict
        verdict = self.verdict
        text = self.tr("All {count} records fit together. Checked {when} in {seconds} s.").format(
            count=f"{verdict.records:,}", when=days.checked(self._when), seconds=_seconds(verdict.seconds)
        )
        if verdict.signatures:
            signed = self.tr("Signed up to record {number}.").format(number=f"{self._signed:,}")
            text = f"{text} {signed}"
        return self.tr("Nothing is missing and nothing was changed"), text

    def _is_broken(self) -> tuple[str, str]:
        assert self._broken is not None  # noqa: S101 it is broken by a finding
        number, reason = self._broken
        if number > 1:
            title = self.tr("Record {number} does not follow on from {before}").format(
                number=f"{number:,}", before=f"{number - 1:,}"
            )
        else:
            title = self.tr("The log does not fit together from its first record on")
        text = self.tr("Records before it are proven. Later ones may have been changed.")
        if reason and reason != str(AuditBrokenError(number=number)):  # that one says what the title says
            text = f"{text} {reason.rstrip('.')}."
        return title, text

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The frame."""
        colours = theme.tokens()
        fill, border, _, _ = _LOOKS[self.state]
        box(QPainter(self), self.rect(), theme.px(10), colours.colour(fill), colours.colour(border))
