"""Times of KDBX: ISO 8601 in version 3, base64 of seconds since year 1 in version 4; either is read anywhere."""

from __future__ import annotations

import binascii
from datetime import UTC, datetime

_YEAR_ONE = 62_135_596_800  # seconds from 0001-01-01 to 1970-01-01
_END = 253_402_300_799  # 9999-12-31T23:59:59Z
_B64_SIZE = 12  # characters of eight bytes in base64


def parse_time(text: str) -> float | None:
    """Seconds since 1970 UTC, or None for what is no time between the years 1 and 9999."""
    text = text.strip()
    if len(text) == _B64_SIZE and text.endswith("=") and "-" not in text:
        try:
            seconds = int.from_bytes(binascii.a2b_base64(text, strict_mode=True), "little", signed=True) - _YEAR_ONE
        except binascii.Error:
            return None
        return float(seconds) if -_YEAR_ONE <= seconds <= _END else None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()
    except OverflowError:
        return None


def format_time(seconds: float) -> str:
    """The form of version 4, whole seconds, clamped to the years 1 to 9999."""
    whole = min(max(int(seconds // 1), -_YEAR_ONE), _END) + _YEAR_ONE
    return binascii.b2a_base64(whole.to_bytes(8, "little"), newline=False).decode()
