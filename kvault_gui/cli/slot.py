"""slot list: the ways into a vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import output, vaults

if TYPE_CHECKING:
    from argparse import Namespace

    from .options import Commands


def register(commands: Commands) -> None:
    """Add the command."""
    group = commands.group("slot", "the ways into the vault")
    group.add("list", "what is enrolled", show)


def show(options: Namespace) -> int:
    """Print them."""
    with vaults.unlocked(options, "list the ways in") as engine:
        slots = engine.slots.all()
    if getattr(options, "json", False):
        output.json(
            [
                {
                    "id": slot.id,
                    "method": slot.method.value,
                    "label": slot.label,
                    "created": output.iso(slot.created),
                    "detail": slot.detail,
                    "reads_values": slot.reads_values,
                }
                for slot in slots
            ]
        )
    else:
        output.table(
            [(slot.id, slot.method.value, slot.label, output.local(slot.created), slot.detail) for slot in slots]
        )
    return 0
