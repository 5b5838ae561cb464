"""What a new way in must be like."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from ..api import MAX_TITLE, Method, NewFactor
from ..errors import InvalidInputError, NotAloneError, NotPermittedError, SlotNameTakenError, TooManySlotsError
from ..store.header import MAX_FACTORS, MAX_SLOTS
from . import methods

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..store.header import Factor, Header, Slot
    from ..vault.context import Vault

MAX_LABEL = 100  # characters
_WEAK = frozenset({Method.KEY_FILE, Method.CHALLENGE_RESPONSE})  # whoever finds or copies it would be in
_SEVERAL = methods.HARDWARE - {Method.TPM, Method.DEVICE}  # of these a way in may ask for two different ones
_LATEST = 1 << 53  # seconds


def refuse_without_values(vault: Vault) -> NoReturn:
    """Raise NotPermittedError: this session has not the key that it would hand on."""
    act = "give a way in the right to read values, as this one cannot itself"
    raise NotPermittedError(who=vault.session.who, act=act)


def check_reach(vault: Vault, slot: Slot) -> None:
    """A session that reads no values leaves those ways in alone that do: else it could take them all but one away.

    Raises NotPermittedError.
    """
    if slot.wrapped_uk is not None and vault.opened_by.uk is None:
        act = "change a way in that reads values, as this one does not"
        raise NotPermittedError(who=vault.session.who, act=act)


def label(header: Header, wanted: str, old: Slot | None = None) -> str:
    """The name as it is stored; ``old``: the way in that bears it now. Raises InvalidInputError, SlotNameTakenError."""
    name = wanted.strip()
    if not name or len(name) > MAX_LABEL:
        raise InvalidInputError(reason=f"A way in needs a name of 1 to {MAX_LABEL} characters", field="label")
    if not name.isprintable():
        raise InvalidInputError(reason="The name contains a character that cannot be shown", field="label")
    for slot in header.slots:
        if slot.title.casefold() == name.casefold() and (old is None or slot.id != old.id):
            raise SlotNameTakenError(name=name)
    return name


def check_room(header: Header, old: Slot | None) -> None:
    """Raises TooManySlotsError."""
    if old is None and len(header.slots) >= MAX_SLOTS:
        raise TooManySlotsError(limit=MAX_SLOTS)


def check_end(expires: float | None, now: float) -> None:
    """Raises InvalidInputError for an end that is over or is no time."""
    if expires is not None and not now < expires < _LATEST:
        raise InvalidInputError(reason="The end of a way in must lie in the future", field="expires")


def check_factors(factors: Sequence[NewFactor]) -> None:
    """Raises InvalidInputError, NotAloneError."""
    if not 1 <= len(factors) <= MAX_FACTORS:
        raise InvalidInputError(reason=f"A way in asks for 1 to {MAX_FACTORS} things", field="factors")
    asked = [factor.method for factor in factors]
    if Method.QUICK in asked:
        raise InvalidInputError(reason="Quick unlock is no way in of its own", field="method")
    for method in asked:
        if asked.count(method) > 1 and method not in _SEVERAL:
            reason = f"A way in cannot ask for the same thing twice: {methods.WORDS[method]}"
            raise InvalidInputError(reason=reason, field="factors")
    if all(method in _WEAK for method in asked):
        raise NotAloneError(method=methods.WORDS[asked[0]])
    for factor in factors:
        if len(factor.file) > 4 * MAX_TITLE or len(factor.key) > MAX_TITLE:
            raise InvalidInputError(reason="A path or name is too long", field="file")


def check_different(before: Sequence[Factor], new: Factor) -> None:
    """The same token does not count twice. Raises InvalidInputError."""
    serial = new.params.get("serial")
    for factor in before:
        if factor.method == new.method and serial and factor.params.get("serial") == serial:
            name = methods.token_of(new) or methods.WORDS[Method(new.method)]
            raise InvalidInputError(reason=f"{name} is asked for already; take another token", field="token")


def warnings(slot: Slot) -> list[str]:
    """What to know of a way in that asks for nothing that a person knows or carries."""
    if not all(factor.method in (Method.TPM, Method.DEVICE) for factor in slot.factors):
        return []
    if any(factor.params.get("pin") or factor.params.get("biometrics") for factor in slot.factors):
        return []
    return ["Whoever works at this computer under your login opens the vault with it."]
