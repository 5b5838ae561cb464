"""Kill a process that changes ways in and keys, many times: ``python -m tests.faults.ways_kill --runs 500``.

Asserted after every kill: every way in that was there before and after the running change opens the vault whole; of one
that was being replaced exactly one of both opens; a removed one may or may not, if its removal was not acknowledged.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from kvault_gui.engine import api
from kvault_gui.engine.errors import WrongCredentialsError
from kvault_gui.engine.facade import Engine
from tests.engine.unlock.script import ScriptedPrompter
from tests.faults.kill import ROOT, command

if TYPE_CHECKING:
    from pathlib import Path

FRESH = 25  # runs after which a new vault is taken
SPAN = 0.12  # seconds within which the kill falls
VALUE = "the value that must stay readable"
ENTRIES = 300


class Opened(NamedTuple):
    """What one code led to."""

    slot: str
    notes: list[str]


def open_with(folder: Path, code: str) -> Opened | None:
    """Open the vault with a code and verify what is in it; None if the code is no way in."""
    engine = Engine(ScriptedPrompter([]), "test", kdf_seconds=0)
    try:
        opened = engine.vaults.unlock(str(folder), api.Credential(api.Method.RECOVERY_CODE, api.Secret.of(code)), [])
    except WrongCredentialsError:
        return None
    try:
        entry = engine.secrets.find("kept/entry 7")
        assert engine.secrets.reveal(entry, "password", api.Use.READ).text() == VALUE
        assert engine.secrets.overview().total == ENTRIES
        return Opened(opened.slot, opened.notes)
    finally:
        engine.vaults.close()


class Harness:
    """One vault and the codes that must open it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.codes: list[str] = []
        self.counts: Counter[str] = Counter()

    def fresh(self) -> None:
        """A new vault with some entries."""
        shutil.rmtree(self.folder, ignore_errors=True)
        engine = Engine(ScriptedPrompter([]), "test", kdf_seconds=0)
        opened = engine.vaults.create(str(self.folder), api.Secret.of("a password for the first time"))
        assert opened.recovery_code is not None
        self.codes = [opened.recovery_code.text()]
        field = api.FieldInput("password", api.FieldType.SECRET, protected=True, value=api.Secret.of(VALUE))
        for number in range(ENTRIES):
            engine.secrets.create(api.EntryInput(api.Kind.CREDENTIAL, f"entry {number}", "kept", [field]))
        engine.vaults.close()

    def run(self, number: int) -> None:
        """One kill and the openings after it."""
        if number % FRESH == 0:
            self.fresh()
        uncertain, either = self._follow(self._killed())
        self.counts["runs"] += 1
        for code in self.codes:
            opened = open_with(self.folder, code)
            assert opened is not None, "a way in that was there before and after does not open"
            self.counts["interrupted rotations settled"] += any("rotation" in note for note in opened.notes)
        for code in uncertain:
            if open_with(self.folder, code) is not None:
                self.codes.append(code)
        if either:
            there = [code for code in either if open_with(self.folder, code) is not None]
            assert len(there) == 1, f"{len(there)} of a replaced way in and its successor open"
            self.codes += there
        assert self.codes
        assert not (self.folder / "rekeying").exists()

    def _killed(self) -> list[list[str]]:
        pairs = []
        for code in self.codes:
            opened = open_with(self.folder, code)
            assert opened is not None
            pairs.append(f"{opened.slot} {code}\n")
        command = [
            sys.executable,
            "-m",
            "tests.faults.ways_child",
            str(self.folder),
            str(self.chance.randrange(1 << 30)),
        ]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("".join(pairs).encode())
            process.stdin.close()
            first = process.stdout.readline()
            time.sleep(self.chance.uniform(0, SPAN))  # the random point is what this is about
            process.kill()
            rest = process.stdout.read()
        return [json.loads(line) for line in (first + rest).splitlines() if line.endswith(b"]")]

    def _follow(self, lines: list[list[str]]) -> tuple[list[str], list[str]]:
        """Bring the model up to what was acknowledged; returns codes that may open, and two of which one must."""
        assert lines, "the child did not open the vault"
        assert lines[0] == ["ready"]
        running: list[str] = []
        for line in lines[1:]:
            if line == ["done"]:
                self._done(running)
                running = []
            else:
                running = line
        match running:
            case ["add", code]:
                self.counts["killed while adding"] += 1
                return [code], []
            case ["remove", code]:
                self.counts["killed while removing"] += 1
                self.codes.remove(code)
                return [code], []
            case ["replace", old, new]:
                self.counts["killed while replacing"] += 1
                self.codes.remove(old)
                return [], [old, new]
            case [act]:
                self.counts[f"killed at {act}"] += 1
        return [], []

    def _done(self, change: list[str]) -> None:
        self.counts["acknowledged"] += 1
        match change:
            case ["add", code]:
                self.codes.append(code)
            case ["remove", code]:
                self.codes.remove(code)
            case ["replace", old, new]:
                self.codes.remove(old)
                self.codes.append(new)


def campaign(folder: Path, runs: int, seed: int) -> Counter[str]:
    """Kill ``runs`` times. Raises AssertionError at the first run that is not as it must be."""
    harness = Harness(folder, seed)
    for number in range(runs):
        harness.run(number)
    return harness.counts


if __name__ == "__main__":
    command(__doc__, campaign, 500)
