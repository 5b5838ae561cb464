"""Making, opening, checking and closing a vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import InvalidInputError, LockedError
from . import making, opening, session

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..api import Accept, CheckReport, Credential, Opened, Probe, Progress, Secret
    from .engine import Engine


class Vaults:
    """See api.Vaults."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def _closed(self) -> None:
        try:
            path = self._engine.vault.path
        except LockedError:
            return
        raise InvalidInputError(reason=f"This engine has {path} open; lock it first", field="path")

    def create(self, path: str, password: Secret) -> Opened:
        """Make a vault and open it."""
        self._closed()
        vault, opened = making.create(path, password, self._engine.around)
        self._engine.attach(vault)
        return opened

    def probe(self, path: str) -> Probe:
        """What can be known without opening."""
        return opening.probe(path)

    def unlock(self, path: str, credential: Credential, accept: list[Accept]) -> Opened:
        """Open a vault."""
        self._closed()
        vault, opened = opening.unlock(path, credential, accept, self._engine.around)
        self._engine.attach(vault)
        return opened

    def close(self) -> None:
        """Finish and let go. Idempotent."""
        try:
            vault = self._engine.vault
        except LockedError:
            return
        self._engine.attach(None)
        session.close(vault)

    def check(self) -> Generator[Progress, None, CheckReport]:
        """Verify everything."""
        from ..vault import checking  # noqa: PLC0415 few sessions check

        return checking.run(self._engine.vault)
