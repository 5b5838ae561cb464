"""What the child needs of an engine: its parts, read-only, so that mypy proves that each keeps its Protocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kvault_gui.engine import api


class HostedEngine(Protocol):
    """``engine.facade.Engine``, or a test's."""

    @property
    def vaults(self) -> api.Vaults:
        """See ``engine.api``."""
        ...

    @property
    def tools(self) -> api.Tools:
        """See ``engine.api``."""
        ...

    @property
    def secrets(self) -> api.Secrets:
        """See ``engine.api``."""
        ...

    @property
    def namespaces(self) -> api.Namespaces:
        """See ``engine.api``."""
        ...

    @property
    def drafts(self) -> api.Drafts:
        """See ``engine.api``."""
        ...

    @property
    def audit(self) -> api.Audit:
        """See ``engine.api``."""
        ...

    @property
    def slots(self) -> api.Slots:
        """See ``engine.api``."""
        ...

    @property
    def formats(self) -> api.Formats:
        """See ``engine.api``."""
        ...

    def idle(self) -> float | None:
        """Do a slice of background work.

        Returns:
            The seconds until it wants to be called again, or None: not before the next call.
        """
        ...


Build = Callable[[api.Prompter, Callable[[api.Event], None]], HostedEngine]
