"""The process that is killed: works on a vault and tells, by a line each, what it is about to do and what is done."""

from __future__ import annotations

import json
import os
import random
import sys
from pathlib import Path

from tests.faults import world


def tell(*words: object) -> None:
    """A line that is out before anything else happens."""
    os.write(1, json.dumps(words).encode() + b"\n")


def main(folder: str, seed: str) -> None:
    """Work until killed."""
    chance = random.Random(int(seed))
    store = world.reopen(Path(folder))
    known, following = set(world.state(store)), world.store_following(store)
    tell("ready", store.commit_number, store.header.generation, store.findings)
    while True:
        step = world.plan(known, following, chance)
        tell("begin", step.kind, step.told())
        world.act(store, step)
        tell("done", store.commit_number, store.header.generation)
        known = set(world.Step("", step.items).after(dict.fromkeys(known, "")))
        following = max([following, *(row_id + 1 for row_id in step.items)])


if __name__ == "__main__":
    main(*sys.argv[1:])
