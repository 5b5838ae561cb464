"""What the generated proxies need of the client that carries their calls."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from kvault_gui.engine import api

P = ParamSpec("P")
R = TypeVar("R")
OnProgress = Callable[[api.Progress], None]


class Calls(Protocol):
    """Runs facade methods, named by their declarations in ``engine.api``."""

    async def call(self, method: Callable[Concatenate[Any, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run a short method."""
        ...

    async def job(
        self,
        on_progress: OnProgress | None,
        method: Callable[Concatenate[Any, P], Generator[api.Progress | api.OnToken, Any, R]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> R:
        """Run a long method; cancelling the task that awaits it cancels it in the engine."""
        ...
