"""What happens if something is lost, and which ways in may not go."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..api import Loss, Method
from ..errors import LastWayError, NoSecondWayError
from . import methods

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..store.header import Factor, Header, Slot


class Thing(NamedTuple):
    """Something that can be lost. ``key`` tells it from others; ``name`` is for people."""

    key: str
    name: str
    method: Method


_SERIAL = "serial "
_KEPT = {
    Method.RECOVERY_CODE: "The recovery sheet",
    Method.SHARES: "The recovery shares",
    Method.KEY_FILE: "The key file",
}


def _thing(slot: Slot, place: int, factor: Factor, doubles: frozenset[str]) -> Thing:
    method, own = methods.named(factor.method).method, f"{slot.id} {place}"
    if method is Method.PASSWORD:
        return Thing("password", "The password", method)  # people who forget one password forget the others too
    if method in (Method.TPM, Method.DEVICE):
        return Thing("computer", "This computer", method)
    if method in _KEPT:
        return Thing(own, f"{_KEPT[method]} “{slot.title}”" if factor.method in doubles else _KEPT[method], method)
    name, serial = methods.token_of(factor) or slot.title, str(factor.params.get("serial") or "")
    return Thing(f"{_SERIAL}{serial}" if serial else own, name, method)


def things(header: Header) -> dict[str, list[Thing]]:
    """What each way in hangs on, by slot id."""
    seen: list[str] = [factor.method for slot in header.slots for factor in slot.factors]
    doubles = frozenset(name for name in seen if seen.count(name) > 1)
    return {
        slot.id: [_thing(slot, place, factor, doubles) for place, factor in enumerate(slot.factors)]
        for slot in header.slots
    }


def lasting(slots: Iterable[Slot]) -> list[Slot]:
    """Those that open everything for good: neither for one use, nor with an end, nor without the values."""
    return [slot for slot in slots if slot.wrapped_uk is not None and not slot.once and not slot.expires]


def losses(header: Header) -> list[Loss]:
    """What happens if I lose ..., for every thing that a way in hangs on."""
    hangs = things(header)
    found: dict[str, Thing] = {}
    for mine in hangs.values():
        for thing in mine:
            found.setdefault(thing.key, thing)
    told = []
    for thing in found.values():
        lost = [slot for slot in header.slots if any(each.key == thing.key for each in hangs[slot.id])]
        left = lasting(slot for slot in header.slots if slot not in lost)
        ids = [slot.id for slot in lost], [slot.id for slot in left]
        told.append(Loss(_told_apart(thing, found.values()), thing.method, *ids, _sentence(left)))
    return told


def _told_apart(thing: Thing, others: Iterable[Thing]) -> str:
    """Its name; with what is printed on it where another token has the same one."""
    serial = thing.key.removeprefix(_SERIAL) if thing.key.startswith(_SERIAL) else ""
    alike = any(each.name == thing.name and each.key != thing.key for each in others)
    return f"{thing.name} (serial {serial})" if serial and alike else thing.name


def _sentence(left: Sequence[Slot]) -> str:
    if not left:
        return "Nothing is left: everything in this vault would be lost."
    return f"You still get in with {', or with '.join(_way(slot) for slot in left)}."


def _way(slot: Slot) -> str:
    if len(slot.factors) == 1 and slot.method == Method.SHARES:
        return methods.named(slot.method).describe(dict(slot.params)).replace(" shares", " recovery shares", 1)
    return slot.title


def check(before: Header, after: Header, *, sure: bool) -> None:
    """Whether the ways in may be changed so. Raises LastWayError, NoSecondWayError unless ``sure``.

    What does not lessen the lasting ways in is always allowed.
    """
    had, left = lasting(before.slots), lasting(after.slots)
    gone = [slot for slot in had if all(each.id != slot.id for each in left)]
    if not gone:
        return
    if not left:
        raise LastWayError(name=gone[0].title)
    if sure or len(left) > len(had) - len(gone):
        return
    if len(left) == 1:
        raise NoSecondWayError(left=left[0].title)
    hangs = things(after)
    for thing in hangs[left[0].id]:
        if all(any(each.key == thing.key for each in hangs[slot.id]) for slot in left):
            raise NoSecondWayError(left=thing.name)
