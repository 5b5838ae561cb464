"""The ways in, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..api import FactorInfo, SlotInfo
from ..vault import ways
from . import methods

if TYPE_CHECKING:
    from ..store.header import Factor, Slot
    from ..vault.context import Vault


class Known(NamedTuple):
    """What an open vault knows beside its header."""

    last_used: dict[str, float]
    carried: frozenset[str]
    current: str

    @classmethod
    def of(cls, vault: Vault) -> Known:
        """What ``vault`` knows."""
        return cls(ways.last_used(vault), frozenset(ways.public_keys(vault)), vault.way)


def slot_info(slot: Slot, known: Known | None = None) -> SlotInfo:
    """One way in, in words; ``known`` None: the vault is closed. Raises HeaderDamagedError."""
    factors = [_factor_info(factor) for factor in slot.factors]
    return SlotInfo(
        slot.id,
        factors[0].method,
        slot.title,
        float(slot.created),
        " + ".join(factor.detail for factor in factors),
        slot.wrapped_uk is not None,
        factors,
        None if known is None else known.last_used.get(slot.id),
        slot.once,
        float(slot.expires) or None,
        known is None or slot.id in known.carried,
        known is not None and slot.id == known.current,
    )


def all_slots(vault: Vault) -> list[SlotInfo]:
    """The ways into an open vault."""
    known = Known.of(vault)
    return [slot_info(slot, known) for slot in vault.store.header.slots]


def _factor_info(factor: Factor) -> FactorInfo:
    method, params = methods.named(factor.method), dict(factor.params)
    return FactorInfo(
        method.method,
        method.describe(params),
        method.strength(params),
        method.token(params),
        method.outdated(params),
        methods.need_of(factor),
    )
