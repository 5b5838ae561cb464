"""lock: have the running application lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kvault_gui.services.control import client

from . import output

if TYPE_CHECKING:
    from argparse import Namespace

    from .options import Commands


def register(commands: Commands) -> None:
    """Add the command."""
    commands.add("lock", "have the running application lock its vault", lock, "Needs no password.")


def lock(options: Namespace) -> int:
    """Returns once it is locked."""
    done = client.lock()
    if getattr(options, "json", False):
        output.json({"locked": True, "was_unlocked": done})
    else:
        output.line("Locked." if done else "Nothing was unlocked.")
    return 0
