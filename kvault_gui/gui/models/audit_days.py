"""Days and times of the log in words, and the spans that the list can be narrowed to."""

from __future__ import annotations

import enum
import time
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale, QTime

DAY = 86_400


def _tr(text: str) -> str:
    return QCoreApplication.translate("Audit", text)


class Span(enum.Enum):
    """Which days the list shows."""

    ANY = "any"
    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    MONTH = "month"


class Between(NamedTuple):
    """Two moments in seconds since 1970, both included; None: open."""

    since: float | None = None
    until: float | None = None


def span_word(span: Span) -> str:
    """What the button says."""
    return {
        Span.ANY: _tr("Any day"),
        Span.TODAY: _tr("Today"),
        Span.YESTERDAY: _tr("Yesterday"),
        Span.WEEK: _tr("Last 7 days"),
        Span.MONTH: _tr("Last 30 days"),
    }[span]


def between(span: Span, today: QDate | None = None) -> Between:
    """The moments that ``span`` means, in the local time zone."""
    now = today or QDate.currentDate()
    if span is Span.YESTERDAY:
        return Between(_midnight(now.addDays(-1)), _midnight(now) - 0.000001)
    back = {Span.TODAY: 0, Span.WEEK: -6, Span.MONTH: -29}.get(span)
    return Between() if back is None else Between(_midnight(now.addDays(back)))


def _midnight(day: QDate) -> float:
    return QDateTime(day, QTime(0, 0)).toMSecsSinceEpoch() / 1_000


def day_of(moment: float) -> int:
    """The day as a number: Julian, in the local time zone."""
    return QDateTime.fromMSecsSinceEpoch(int(moment * 1_000)).date().toJulianDay()


def day_words(day: int) -> tuple[str, str]:
    """A day as a head shows it: ("Today", "Tuesday 24 November"), or ("Monday 23 November", "")."""
    date, today = QDate.fromJulianDay(day), QDate.currentDate()
    form = "dddd d MMMM" if date.year() == today.year() else "dddd d MMMM yyyy"
    written = QLocale().toString(date, form)
    past = date.daysTo(today)
    if past == 0:
        return _tr("Today"), written
    return (_tr("Yesterday"), written) if past == 1 else (written, "")


def clock(moment: float) -> str:
    """The time of day to the second."""
    return QLocale().toString(QDateTime.fromMSecsSinceEpoch(int(moment * 1_000)).time(), "HH:mm:ss")


def moment(then: float) -> str:
    """Day and time: "Today at 14:31:08"."""
    first, _ = day_words(day_of(then))
    return _tr("{day} at {time}").format(day=first, time=clock(then))


def since(then: float) -> str:
    """A day in the past, short: "3 May", "24 Nov 2025"."""
    date = QDateTime.fromMSecsSinceEpoch(int(then * 1_000)).date()
    form = "d MMM" if date.year() == QDate.currentDate().year() else "d MMM yyyy"
    return QLocale().toString(date, form)


def checked(then: float) -> str:
    """How long ago a check was: "just now", "2 minutes ago", "at 14:00:12"."""
    passed = time.time() - then
    if passed < 60:  # noqa: PLR2004 a minute
        return _tr("just now")
    if passed < 3_600:  # noqa: PLR2004 an hour
        count = int(passed // 60)
        return _tr("1 minute ago") if count == 1 else _tr("{count} minutes ago").format(count=count)
    return _tr("at {time}").format(time=clock(then)) if passed < DAY else _tr("on {day}").format(day=since(then))
