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
    def tokens(self) -> api.Tokens:
        """See ``engine.api``."""
        ...

    @property
    def quick(self) -> api.Quick:
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


class Watch(Protocol):
    """What tells of tokens that come and go; see ``engine.facade.plugs``."""

    def wait(self, timeout: float) -> api.Plugged | None:
        """What is there, at first and then at each change; None after ``timeout`` seconds without one."""
        ...


Build = Callable[[api.Prompter, Callable[[api.Event], None]], HostedEngine]
