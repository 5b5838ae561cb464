"""The ways in (see api.Slots)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from ..vault import ways
from ..vault.access import Action, check
from . import enrolling, info, losing, methods, policy, tries

if TYPE_CHECKING:
    from ..api import Added, Availability, Given, Loss, NewSlot, SlotInfo, Steps, Tested
    from ..store.header import Slot
    from ..vault.context import Vault
    from .engine import Engine


class Slots:
    """See api.Slots."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def _managed(self) -> Vault:
        vault = self._engine.vault
        check(vault, Action.MANAGE)
        return vault

    def all(self) -> list[SlotInfo]:
        """What is enrolled."""
        return info.all_slots(self._managed())

    def methods(self) -> list[Availability]:
        """Every method, and whether it can be enrolled here and now."""
        return [methods.of(method).probe() for method in methods.ALL]

    def add(self, wanted: NewSlot) -> Steps[Added]:
        """Enrol, try once, write."""
        return enrolling.add(self._engine.vault, wanted, self._engine.around)

    def replace(self, slot: str, wanted: NewSlot) -> Steps[Added]:
        """Add and remove in one change."""
        return enrolling.add(self._engine.vault, wanted, self._engine.around, slot)

    def remove(self, slot: str, sure: bool = False) -> None:  # noqa: FBT001, FBT002 as the Protocol has it
        """Remove a way in."""
        vault = self._managed()
        header, old = vault.store.header, tries.find(vault.store.header, slot)
        policy.check_reach(vault, old)
        losing.check(header, ways.without(header, old), sure=sure)
        ways.change_header(vault, lambda now: ways.without(now, old), "slot.removed", object=old.title)
        enrolling.forget_slot(vault, old, self._engine.around)

    def rename(self, slot: str, label: str) -> None:
        """Give it another name."""
        vault = self._managed()
        old = tries.find(vault.store.header, slot)
        policy.check_reach(vault, old)
        name = policy.label(vault.store.header, label, old)
        if name == old.title:
            return
        new = msgspec.structs.replace(old, name="" if name == old.label else name)
        self._change(vault, new, "slot.renamed", old.title, {"to": name})

    def limit(self, slot: str, once: bool, expires: float | None) -> None:  # noqa: FBT001 as the Protocol has it
        """Let it be used once, or until a time."""
        vault = self._managed()
        old = tries.find(vault.store.header, slot)
        policy.check_reach(vault, old)
        policy.check_end(expires, vault.clock())
        new = msgspec.structs.replace(old, once=once, expires=int(expires or 0))
        losing.check(vault.store.header, ways.exchanged(vault.store.header, old, new), sure=True)
        details: dict[str, str | int] = {"once": "yes" if once else "no"}
        if expires:
            details["expires"] = int(expires)
        self._change(vault, new, "slot.limited", old.title, details)

    @staticmethod
    def _change(vault: Vault, new: Slot, action: str, name: str, details: dict[str, str | int]) -> None:
        ways.change_header(vault, lambda now: ways.exchanged(now, new, new), action, object=name, details=details)

    def test(self, slot: str, given: list[Given]) -> Steps[Tested]:
        """Go through it as an unlock does."""
        return enrolling.test(self._engine.vault, slot, given, self._engine.around)

    def reseal(self, slot: str) -> Steps[SlotInfo]:
        """Enrol the same factors anew with the same tokens."""
        return enrolling.reseal(self._engine.vault, slot, self._engine.around)

    def losses(self) -> list[Loss]:
        """What happens if I lose ..."""
        return losing.losses(self._managed().store.header)

    def rotate_user_key(self, sure: bool = False) -> Steps[list[str]]:  # noqa: FBT001, FBT002 as the Protocol has it
        """A new user key."""
        from ..vault import rotation  # noqa: PLC0415 few sessions rotate

        notes = yield from rotation.user_key(self._engine.vault, sure=sure)
        return notes + _forget_quick(self._engine.vault)

    def rotate_vault_key(self, sure: bool = False) -> Steps[list[str]]:  # noqa: FBT001, FBT002 as the Protocol has it
        """A new vault key in a new file."""
        from ..vault import rotation  # noqa: PLC0415 few sessions rotate

        notes = yield from rotation.vault_key(self._engine.vault, sure=sure)
        return notes + _forget_quick(self._engine.vault)


def _forget_quick(vault: Vault) -> list[str]:
    """What quick unlock keeps are the old keys."""
    from ..unlock import quick  # noqa: PLC0415 few sessions rotate

    was = quick.state(vault.id.hex()).ready
    quick.forget(vault.id.hex())
    return ["Quick unlock was forgotten; unlock in full once to set it up again."] if was else []
