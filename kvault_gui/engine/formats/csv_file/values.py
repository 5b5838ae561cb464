"""Cells of CSV files: times, yes and no, and the guard before what a spreadsheet would take for a formula."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_MILLISECONDS = 100_000_000_000  # larger numbers are milliseconds (Firefox), smaller ones seconds
_LAST = 253_402_300_799


def guard(text: str) -> str:
    """Put "'" before a cell that a spreadsheet would run as a formula (OWASP, "CSV Injection")."""
    return "'" + text if _FORMULA.match(text) else text


def without_guard(text: str) -> str:
    """Inverse of ``guard``; for files that kvault wrote."""
    return text[1:] if _GUARDED.match(text) else text


def truth(text: str) -> bool:
    """Yes or no as other programs write it."""
    return text.strip().lower() in ("1", "true", "yes", "x")


def parse_moment(text: str) -> float | None:
    """Seconds since 1970 from ISO 8601, seconds or milliseconds; None for anything else."""
    text = text.strip()
    if re.fullmatch(r"\d{1,15}", text):
        number = int(text)
        seconds = number / 1000 if number >= _MILLISECONDS else float(number)
        return seconds if seconds <= _LAST else None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def format_moment(seconds: float | None) -> str:
    """ISO 8601 in UTC, or nothing."""
    if seconds is None:
        return ""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return ""
