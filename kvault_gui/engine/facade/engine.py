"""The engine: one object, its parts."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from ..api import Category, Found, Outcome
from ..errors import DamagedError, DiskFullError, FolderPermissionError, KvaultError, LockedError, OldRowsError
from .parts import Audit, Drafts, Formats, Namespaces, Secrets, Tools
from .quick import Quick
from .session import Surroundings
from .slots import Slots
from .tokens import Tokens
from .vaults import Vaults

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..api import Event, Prompter
    from ..vault.context import Vault

_SLICE = 0.005  # seconds of background work at a time
_PAUSE = 0.05  # seconds between two slices


def _nobody(event: Event) -> None:
    del event


class Engine:
    """The facade (see api.Engine). Synchronous, for one thread; no vault is open at first.

    Args:
        prompter: asks the person who sits there.
        where: the program, for the log and for others who meet the lock: "window", "command line, tty pts/1".
        emit: told of changes, records and findings.
        clock: seconds since 1970 UTC.
        kdf_seconds: what a new password slot should cost to try; 0: the floor, for tests.
    """

    def __init__(
        self,
        prompter: Prompter,
        where: str,
        emit: Callable[[Event], None] = _nobody,
        clock: Callable[[], float] = time.time,
        kdf_seconds: float = 0.5,
    ) -> None:
        self.around = Surroundings(where, emit, clock, kdf_seconds, prompter)
        self._vault: Vault | None = None
        self._verified = False
        self.vaults = Vaults(self)
        self.tools = Tools()
        self.secrets = Secrets(self)
        self.namespaces = Namespaces(self)
        self.drafts = Drafts(self)
        self.audit = Audit(self)
        self.slots = Slots(self)
        self.tokens = Tokens()
        self.quick = Quick(self)
        self.formats = Formats(self)

    @property
    def prompter(self) -> Prompter:
        """Who is asked."""
        return self.around.prompter

    @prompter.setter
    def prompter(self, prompter: Prompter) -> None:
        self.around = self.around._replace(prompter=prompter)

    @property
    def vault(self) -> Vault:
        """The open vault. Raises LockedError."""
        if self._vault is None:
            raise LockedError
        return self._vault

    def attach(self, vault: Vault | None) -> None:
        """Take a vault as the open one, or None."""
        self._vault = vault
        self._verified = False

    def idle(self) -> float | None:
        """One slice of background work; seconds until it wants to be called again, None: not before something happens.

        Verifies in turn what has not been used yet, and empties the write-ahead log.
        """
        vault = self._vault
        if vault is None:
            return None
        upkeep = vault.store.idle()
        with contextlib.suppress(DiskFullError, FolderPermissionError):  # it is due until it can be written
            vault.sign_if_due()
        if self._verified:
            return upkeep
        try:
            self._verified = vault.store.verify_rest(_SLICE)
        except DamagedError as error:
            # Old rows are reported once for each bucket; a page that cannot be read would be met again and again.
            self._verified = not isinstance(error, OldRowsError)
            vault.emit(Found(error.code, error.fields))
            with contextlib.suppress(KvaultError):  # found all the same if it cannot be written down
                vault.record("damage.found", Category.SYSTEM, outcome=Outcome.FAILED, details={"what": str(error)})
        return 0.0 if upkeep == 0 else _PAUSE
