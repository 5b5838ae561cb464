"""The process that is killed while it changes ways in: tells by a line each what it is about to do and what is done."""

from __future__ import annotations

import json
import os
import random
import sys
from typing import TYPE_CHECKING

from kvault_gui.engine import api
from kvault_gui.engine.facade import Engine
from kvault_gui.engine.facade.steps import run_here
from kvault_gui.engine.unlock import recovery_code
from tests.engine.unlock.script import ScriptedPrompter

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = 4  # ways in
_generate = recovery_code.generate


def tell(*words: object) -> None:
    """A line that is out before anything else happens."""
    os.write(1, json.dumps(words).encode() + b"\n")


class Work:
    """Changes ways in, one after the other."""

    def __init__(self, engine: Engine, codes: dict[str, str], chance: random.Random) -> None:
        self.engine, self.codes, self.chance = engine, codes, chance  # codes: by slot id

    def _new(self, *act: str) -> api.NewSlot:
        """A way in with a new code, which is told together with the act before anything is written."""

        def generate() -> api.Secret:
            code = _generate()
            tell(*act, code.text())
            return code

        recovery_code.generate = generate
        label = f"Code {self.chance.randrange(1 << 40):x}"
        return api.NewSlot(label, [api.NewFactor(api.Method.RECOVERY_CODE)])

    def _keep(self, added: api.Added) -> None:
        assert added.recovery_code is not None
        self.codes[added.slot.id] = added.recovery_code.text()

    def add(self) -> None:
        """One more."""
        self._keep(run_here(self.engine.slots.add(self._new("add"))))

    def remove(self) -> None:
        """One less."""
        slot = self.chance.choice(list(self.codes))
        tell("remove", self.codes[slot])
        self.engine.slots.remove(slot, sure=True)
        del self.codes[slot]

    def replace(self) -> None:
        """Another one instead."""
        slot = self.chance.choice(list(self.codes))
        self._keep(run_here(self.engine.slots.replace(slot, self._new("replace", self.codes[slot]))))
        del self.codes[slot]

    def rename(self) -> None:
        """Another name."""
        tell("rename")
        self.engine.slots.rename(self.chance.choice(list(self.codes)), f"Name {self.chance.randrange(1 << 40):x}")

    def rotate_user_key(self) -> None:
        """A new UK."""
        tell("user key")
        run_here(self.engine.slots.rotate_user_key())

    def rotate_vault_key(self) -> None:
        """A new VK in a new file."""
        tell("vault key")
        run_here(self.engine.slots.rotate_vault_key())

    def step(self) -> None:
        """One change."""
        acts: list[Callable[[], None]] = [self.replace, self.rename, self.rotate_user_key, self.rotate_vault_key]
        if len(self.codes) < KEPT:
            acts += [self.add, self.add]
        if len(self.codes) > 2:
            acts += [self.remove]
        self.chance.choice(acts)()
        tell("done")


def main(folder: str, seed: str) -> None:
    """Work until killed. The codes come on standard input, one a line with its slot's id."""
    pairs = [line.split() for line in sys.stdin.read().splitlines()]
    codes = dict(pairs)
    engine = Engine(ScriptedPrompter([]), "test", kdf_seconds=0)
    secret = api.Secret.of(next(iter(codes.values())))
    engine.vaults.unlock(folder, api.Credential(api.Method.RECOVERY_CODE, secret), [])
    tell("ready")
    work = Work(engine, codes, random.Random(int(seed)))
    while True:
        work.step()


if __name__ == "__main__":
    main(*sys.argv[1:])
