"""What the dialogs about ways in need of the outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from kvault_gui.engine.api import Secret
    from kvault_gui.gui.ask import Over
    from kvault_gui.runtime.proxy import Slots, Tokens, Tools


class WaysCalls(NamedTuple):
    """The engine's parts and the prompter.

    ``path`` and ``name`` are the open vault's; ``copy`` puts a secret on the clipboard for a while.
    """

    slots: Slots
    tokens: Tokens
    tools: Tools
    prompter: Over
    path: str
    name: str
    copy: Callable[[Secret], object]
