"""The engine process of the tests: the real one around the sample engine. Run by its path, like the real one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from kvault_gui.engine import api
    from kvault_gui.runtime.hosted import HostedEngine, Watch


def build(prompter: api.Prompter, emit: Callable[[api.Event], None]) -> HostedEngine:
    """The sample engine, or what happens when a part of the real one is missing."""
    from tests.runtime.sample_engine import SampleEngine  # noqa: PLC0415 only where it runs

    if sys.argv[1] == "cannot start":
        raise ModuleNotFoundError("no such part")
    return cast("HostedEngine", SampleEngine(prompter, emit))


def watch() -> Watch:
    """A watch over the tokens of a file that the test writes."""
    from tests.runtime.sample_tokens import FolderWatch  # noqa: PLC0415 only where it runs

    return FolderWatch()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from kvault_gui.runtime import hardening

    hardening.harden(die_with_parent=True)
    from kvault_gui.runtime import child
    from tests.runtime import sample_engine

    sample_engine.MAIN_THREAD["dies with parent by"] = sample_engine.parent_death_signal()

    child.serve(child.take_socket(), build, watch)
