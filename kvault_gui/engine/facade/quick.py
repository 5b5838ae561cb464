"""Quick unlock (see api.Quick): the open vault's keys, kept for this login session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..api import Category
from ..errors import LockedError
from ..store.held import read_header
from ..vault.access import Action, check

if TYPE_CHECKING:
    from ..api import QuickState, Secret
    from ..vault.context import Vault
    from .engine import Engine


class Quick:
    """See api.Quick."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def state(self, path: str) -> QuickState:
        """Whether a PIN or a finger opens the vault there now."""
        from ..unlock import quick  # noqa: PLC0415 not every session has it

        return quick.state(_id(path))

    def remember(self, pin: Secret | None, seconds: int, biometrics: bool) -> QuickState:  # noqa: FBT001 as the Protocol has it
        """Keep the open vault's keys."""
        from ..unlock import quick  # noqa: PLC0415 not every session has it

        vault = self._engine.vault
        check(vault, Action.MANAGE)
        state = quick.remember(vault.id.hex(), vault.opened_by, pin, seconds, biometrics)
        if not vault.store.read_only:
            details: dict[str, str | int] = {"seconds": seconds, "where": state.where}
            name = Path(vault.path).name
            vault.record("quick.remembered", Category.UNLOCK, object=name, details=details)
        return state

    def forget(self, path: str) -> None:
        """Forget what is kept. Idempotent."""
        from ..unlock import quick  # noqa: PLC0415 not every session has it

        vault = self._open_at(path)
        known = _id(path) if vault is None else vault.id.hex()
        was = quick.state(known).ready
        quick.forget(known)
        if was and vault is not None and not vault.store.read_only:
            vault.record("quick.forgotten", Category.UNLOCK, object=Path(vault.path).name)

    def _open_at(self, path: str) -> Vault | None:
        try:
            vault = self._engine.vault
        except LockedError:
            return None
        return vault if Path(vault.path) == Path(path).absolute() else None


def _id(path: str) -> str:
    return read_header(Path(path).absolute()).header.vault
