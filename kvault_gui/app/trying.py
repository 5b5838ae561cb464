"""One try to unlock: what is given to the engine, and what comes of it in the dialog."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from kvault_gui.desktop.folders import with_tilde
from kvault_gui.engine.api import Accept, Credential, Method, Secret
from kvault_gui.engine.errors import (
    CancelledError,
    DamagedError,
    EngineGoneError,
    InvalidInputError,
    KvaultError,
    NewerFormatError,
    QuickUnlockOverError,
    SlotAlteredError,
    SlotNotFoundError,
    TokenError,
    VaultHeldError,
    VaultNotFoundError,
    WrongCodeError,
    WrongCredentialsError,
    WrongKeyFileError,
    WrongPinError,
    WrongQuickPinError,
)
from kvault_gui.gui.ask import words
from kvault_gui.gui.dialogs.problem import problem_of
from kvault_gui.gui.dialogs.unlock_parts import PASSWORD, QUICK, RECOVERY_CODE

from .ways import methods_of

if TYPE_CHECKING:
    from kvault_gui.engine.api import Opened, SlotInfo

    from .unlocking import Unlocking

MISTYPED = (WrongCredentialsError, WrongCodeError, WrongKeyFileError)  # exactly these: the kinds of them say more


def said(error: KvaultError) -> str:
    """What happened and what to do, in a line under a row."""
    what, _meaning, advice = words(error)
    return f"{what.rstrip('.')}. {advice}"


class Trying:
    """Tries to unlock.

    Args:
        unlocking: has the dialog, the engine, and the vault's path.
    """

    def __init__(self, unlocking: Unlocking) -> None:
        self._unlocking = unlocking
        self.slots: list[SlotInfo] = []
        self.accept: list[Accept] = []
        self.failures = 0
        self.talks = False  # the running try waits for a token or the person, and gives up when it is told to

    def start_over(self) -> None:
        """Another vault."""
        self.slots, self.accept, self.failures = [], [], 0

    # What is given ----------------------------------------------------------------------------------------------------

    async def typed(self, typed: bytearray, how: str, slot: str) -> None:
        """Try what was typed: with one way in, or with every one that takes it."""
        secret = Secret(typed)
        try:
            await self._try(Credential(Method(how), secret, slot or self._only(Method(how))), slot)
        finally:
            secret.wipe()

    async def way(self, slot: str) -> None:
        """Try a way in for which nothing was typed: it asks for what it needs. "" is a finger for quick unlock."""
        found = next((each for each in self.slots if each.id == slot), None)
        if slot and found is None:
            return
        method = methods_of(found)[0] if found is not None else Method.QUICK
        await self._try(Credential(method, Secret(bytearray()), slot), slot)

    def _only(self, method: Method) -> str:
        """The one way in that takes nothing else: a wrong password then asks for no token."""
        alone = [slot.id for slot in self.slots if methods_of(slot) == (method,)]
        return alone[0] if len(alone) == 1 else ""

    async def _try(self, credential: Credential, row: str) -> None:
        dialog = self._unlocking.shown
        dialog.begin_unlock(row)
        self.talks = bool(row) or credential.method is Method.QUICK
        if self.talks:
            await self._unlocking.stop_looking()  # two at one token disturb each other
        again = True
        while again:
            again = False
            try:
                client = await self._unlocking.client()
                opened = await client.vaults.unlock(self._unlocking.path, credential, self.accept)
            except asyncio.CancelledError:
                dialog.end_unlock()
                raise
            except WrongPinError as error:
                dialog.say_next(said(error))
                again = True  # the PIN is asked for anew, with the tries that are left; kvault repeats none
            except KvaultError as error:
                self._failed(error, credential.method, row)
            else:
                self._unlocking.opened(opened, self._in_words(opened, credential.method))

    # What comes of it -------------------------------------------------------------------------------------------------

    def _failed(self, error: KvaultError, method: Method, row: str) -> None:
        dialog = self._unlocking.shown
        match error:
            case CancelledError() | EngineGoneError():
                dialog.end_unlock()  # by the person; or it ended, and another one is on its way
            case VaultHeldError():
                dialog.end_unlock()
                dialog.set_state(dialog.state._replace(holder=str(error.fields.get("holder", ""))))
            case SlotAlteredError() | TokenError():
                self._trouble(row, error)
            case DamagedError() | NewerFormatError() | VaultNotFoundError():
                dialog.show_problem(problem_of(error, with_tilde(self._unlocking.path)))
            case QuickUnlockOverError() | WrongQuickPinError():
                self._quick_failed(error)
            case WrongCredentialsError() if type(error) in MISTYPED:
                self._mistyped("" if type(error) is WrongCredentialsError else said(error))
            case InvalidInputError() if method.value in (PASSWORD, RECOVERY_CODE):
                self._mistyped(str(error))
            case WrongCredentialsError() | SlotNotFoundError():
                self._trouble(row, error)
                self._unlocking.look_again()
            case _:
                dialog.end_unlock()
                raise error

    def _mistyped(self, sentence: str) -> None:
        self.failures += 1
        self._unlocking.shown.show_wrong(self.failures, sentence)
        self._unlocking.renew()

    def _trouble(self, row: str, error: KvaultError) -> None:
        self._unlocking.shown.show_trouble(row, said(error))

    def _quick_failed(self, error: KvaultError) -> None:
        dialog = self._unlocking.shown
        if isinstance(error, QuickUnlockOverError) or error.fields.get("count") == 0:
            dialog.set_state(dialog.state._replace(quick=None))
            dialog.show_trouble("", said(error))
        else:
            dialog.show_wrong(0, f"{words(error).what}.")
        self._unlocking.look_again()

    def _in_words(self, opened: Opened, method: Method) -> str:
        tr = self._unlocking.tr
        usual = {PASSWORD: tr("password"), RECOVERY_CODE: tr("recovery code"), QUICK: tr("quick unlock")}
        slot = next((each for each in self.slots if each.id == opened.slot), None)
        if slot is None or methods_of(slot) == (method,):
            return usual.get(method.value, "") or (slot.label if slot is not None else "")
        return slot.label
