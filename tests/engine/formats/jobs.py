"""A real engine on a new vault, and running its jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kvault_gui.engine.api import AskSecret, Secret, Use, View
from kvault_gui.engine.facade import Engine
from tests.engine.unlock.script import ScriptedPrompter

if TYPE_CHECKING:
    from pathlib import Path

    from kvault_gui.engine.api import Entry, Event

PASSWORD = "correct horse battery staple"


def new_engine(folder: Path, events: list[Event] | None = None) -> Engine:
    """An engine with a new vault, at the least cost of its key."""
    owner = ScriptedPrompter({AskSecret: PASSWORD})
    engine = Engine(owner, "test", emit=events.append if events is not None else lambda _: None, kdf_seconds=0)
    engine.vaults.create(str(folder), Secret.of(PASSWORD))
    return engine


def entries_of(engine: Engine, *, trash: bool = False) -> dict[str, Entry]:
    """Every entry by "path/title"."""
    found = {}
    for row in engine.secrets.page(View(trash=trash), None, limit=5000):
        entry = engine.secrets.get(row.id)
        found[f"{entry.path}/{entry.title}" if entry.path else entry.title] = entry
    return found


def value_of(engine: Engine, entry: Entry, field: str, version: int | None = None) -> str:
    """A value as text."""
    return engine.secrets.reveal(entry.id, field, Use.READ, version).text()
