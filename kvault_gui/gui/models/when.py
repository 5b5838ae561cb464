"""Points in time in words, in the person's language and time zone."""

from __future__ import annotations

import time

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

MINUTE, HOUR, DAY = 60, 3_600, 86_400


def _tr(text: str, count: int = -1) -> str:
    return QCoreApplication.translate("When", text, None, count)


def ago(then: float, now: float | None = None) -> str:
    """How long ago: "just now", "5 minutes ago", "3 days ago", else the date. Seconds since 1970."""
    passed = (time.time() if now is None else now) - then
    if passed < MINUTE:
        return _tr("just now")
    if passed < HOUR:
        return _plural(int(passed // MINUTE), _tr("1 minute ago"), _tr("{count} minutes ago"))
    if passed < DAY:
        return _plural(int(passed // HOUR), _tr("1 hour ago"), _tr("{count} hours ago"))
    if passed < 31 * DAY:
        return _plural(int(passed // DAY), _tr("1 day ago"), _tr("{count} days ago"))
    return _tr("on {date}").format(date=date(then))


def left(until: float, now: float | None = None) -> str:
    """How long until: "today", "in 3 days", or "since 4 March" when it is over. Seconds since 1970."""
    remaining = until - (time.time() if now is None else now)
    if remaining < 0:
        return _tr("since {date}").format(date=date(until))
    if remaining < DAY:
        return _tr("within a day")
    if remaining < 60 * DAY:
        return _plural(int(remaining // DAY), _tr("in 1 day"), _tr("in {count} days"))
    return _tr("on {date}").format(date=date(until))


def _plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many.format(count=count)


def date(then: float) -> str:
    """The day, with the year."""
    return QLocale().toString(QDateTime.fromSecsSinceEpoch(int(then)).date(), "d MMMM yyyy")


def moment(then: float) -> str:
    """Day and time; the year only when it is not this one."""
    stamp = QDateTime.fromSecsSinceEpoch(int(then))
    same = stamp.date().year() == QDateTime.currentDateTime().date().year()
    return QLocale().toString(stamp, "d MMMM, HH:mm" if same else "d MMMM yyyy, HH:mm")


def size(count: int) -> str:
    """Bytes in words, "2.1 MB"."""
    return QLocale().formattedDataSize(count, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
