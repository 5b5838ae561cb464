"""What tells of tokens that come and go. No part of the engine's object: it has a thread of its own in its process."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..tokens.plugged import Watch


def watch() -> Watch:
    """A new watch over USB ports and readers. It opens no token and may be used on any one thread."""
    from ..tokens.plugged import Watch  # noqa: PLC0415 loads what talks to readers

    return Watch()
