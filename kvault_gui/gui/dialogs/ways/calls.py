"""What the dialogs about ways in need of the outside."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kvault_gui.engine.api import Secret
    from kvault_gui.gui.ask import Ask
    from kvault_gui.runtime.proxy import Slots, Tokens, Tools


class Over(Protocol):
    """The prompter: the engine's questions are asked over ``over``."""

    over: Ask | None


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


@contextmanager
def asked_over(prompter: Over, ask: Ask) -> Iterator[None]:
    """The engine's questions stand over ``ask``'s dialog for a while."""
    before = prompter.over
    prompter.over = ask
    try:
        yield
    finally:
        if prompter.over is ask:
            prompter.over = before
