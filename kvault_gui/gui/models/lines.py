"""Text from a vault on one line."""

from __future__ import annotations

_SPACE = 0x20  # what lies before it is a control character
_TURNS = "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def one_line(text: str) -> str:
    """Text from a vault on one line: controls and direction marks become spaces, so that nothing reorders the row."""
    return "".join(" " if ord(char) < _SPACE or char in _TURNS else char for char in text)
