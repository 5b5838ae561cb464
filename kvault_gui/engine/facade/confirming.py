"""The owner's unlock method again, before everything leaves the vault."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..api import AskSecret, Attempt, Category, Credential, Method, Outcome
from ..errors import InvalidInputError, SlotExpiredError, WrongCredentialsError
from ..store import attempts
from ..vault.methods import chosen
from . import methods, tries

if TYPE_CHECKING:
    from ..api import Steps
    from ..store.header import Slot
    from ..vault.context import Vault
    from .session import Surroundings
    from .tries import Passed

_TYPED = (Method.PASSWORD, Method.RECOVERY_CODE)


def confirm(vault: Vault, around: Surroundings) -> Steps[None]:
    """Ask for the owner's unlock method: the way in that opened this session if a token is part of it, else a secret.

    Raises CancelledError, WrongCredentialsError, TokenError and its kinds.
    """
    name = Path(vault.path).name
    visit = tries.Visit(around.prompter, name, [], around.kdf_seconds)
    slot = _way(vault, visit)
    try:
        if slot is not None:
            yield from _through(vault, slot, visit)
        else:
            yield from _typed(vault, visit, around)
    except WrongCredentialsError:
        attempts.add(Path(vault.path), Attempt(around.clock(), "export", around.where))
        vault.record("access.refused", Category.TRUST, outcome=Outcome.REFUSED, details={"act": "export the vault"})
        raise


def _way(vault: Vault, visit: tries.Visit) -> Slot | None:
    """The way in to go through; None: a password or recovery code does."""
    here = [slot for slot in vault.store.header.slots if _is_owners(slot) and not tries.is_over(slot, vault.clock())]
    for slot in here:
        if slot.id == vault.way and any(factor.method in methods.HARDWARE for factor in slot.factors):
            return slot
    if any(len(slot.factors) == 1 and slot.method in _TYPED for slot in here):
        return None
    whole = [slot for slot in here if not slot.once]
    if len(whole) <= 1:
        return whole[0] if whole else None
    title = f"Export {visit.vault_name}: confirm with which way in?"
    return whole[chosen(visit.prompter, title, [slot.title for slot in whole])]


def _is_owners(slot: Slot) -> bool:
    """Whoever was given a way in that reads no values is not to let all of them out at somebody else's window."""
    return slot.wrapped_uk is not None


def _through(vault: Vault, slot: Slot, visit: tries.Visit) -> Steps[None]:
    passed: Passed = yield from tries.steps_through(vault.store.header, slot, visit)
    if passed.fit.keys.vk != vault.opened_by.vk:
        raise WrongCredentialsError


def _typed(vault: Vault, visit: tries.Visit, around: Surroundings) -> Steps[None]:
    title = f"Export {visit.vault_name}"
    question = AskSecret(title, "The password or the recovery code of this vault, to confirm the export")
    answer = visit.prompter.ask(question)
    for method in _TYPED:
        credential = Credential(method, answer)
        visit.given = tries.given_of(credential)
        # The header of an open vault is verified, so a way in that opens is the owner's.
        try:
            ways = tries.candidates(vault.store.header, credential, around.clock())
        except SlotExpiredError:  # every password ended; a recovery code may have been typed
            continue
        for slot in [slot for slot in ways if len(slot.factors) == 1 and _is_owners(slot)]:
            try:
                yield from _through(vault, slot, visit)
            except (WrongCredentialsError, InvalidInputError):
                continue
            answer.wipe()
            return
    raise WrongCredentialsError
