"""Dates on the command line."""

from __future__ import annotations

import datetime as dt

from kvault_gui.engine.errors import UsageError

NEVER = "never"


def expiry(text: str) -> float | None:
    """A date like 2026-11-30 or 2026-11-30T12:00+01:00 in seconds since 1970, None for "never". Raises UsageError."""
    if text == NEVER:
        return None
    try:
        return dt.datetime.fromisoformat(text).astimezone().timestamp()
    except (ValueError, OverflowError):
        raise UsageError(reason="--expires takes a date like 2026-11-30, or never") from None


def last(text: str) -> float | None:
    """The same where something is good until then: a date alone is the last day. Raises UsageError."""
    at = expiry(text)
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return at
    return dt.datetime.combine(day, dt.time(23, 59, 59)).astimezone().timestamp()
