"""How many guesses a password needs: zxcvbn (Wheeler, USENIX Security 2016) on a bounded beginning."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..api import Strength

if TYPE_CHECKING:
    from ..api import Secret

_LOOKED_AT = 72  # characters: zxcvbn's time grows with the square of the length
_BITS_BEYOND = 1.0  # for each further character: text goes on, so little is assumed
_BEST = 4  # zxcvbn's highest score; what begins weakly goes on weakly


def strength(secret: Secret) -> Strength:
    """An estimate; an empty or unreadable secret has none."""
    try:
        text = secret.text()
    except UnicodeDecodeError:
        return Strength(0.0, 0, "This is not text")
    if not text:
        return Strength(0.0, 0, "")
    # Imported when first used: 60 ms of dictionaries that most sessions never need.
    from zxcvbn import zxcvbn  # noqa: PLC0415 as said

    found = zxcvbn(text[:_LOOKED_AT], max_length=_LOOKED_AT)
    bits = math.log2(max(1.0, float(found["guesses"])))
    if found["score"] == _BEST:
        bits += _BITS_BEYOND * max(0, len(text) - _LOOKED_AT)
    warning = str(found["feedback"]["warning"] or "").rstrip(".")
    return Strength(round(bits, 1), int(found["score"]), warning)
