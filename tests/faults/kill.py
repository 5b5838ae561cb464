"""Kill a working process at random points, many times: ``python -m tests.faults.kill --runs 2000``.

Asserted after every kill: the vault opens, nothing acknowledged is lost, nothing is reported that did not happen,
every row fits the set hash and every record the chain.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults import world

if TYPE_CHECKING:
    from collections.abc import Callable

    from kvault_gui.engine.store.store import Store

ROOT = Path(__file__).resolve().parents[2]
FRESH = 40  # runs after which a new vault is taken, so that history stays short
SPAN = 0.04  # seconds within which the kill falls


class Harness:
    """One vault and what is known of it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.model: dict[int, str] = {}
        self.counts: Counter[str] = Counter()
        self.commit = 0

    def fresh(self) -> None:
        """A new vault."""
        shutil.rmtree(self.folder, ignore_errors=True)
        store = world.make(self.folder)
        self.model, self.commit = world.state(store), store.commit_number
        store.close()

    def run(self, number: int) -> None:
        """One kill and the opening after it."""
        if number % FRESH == 0:
            self.fresh()
        lines = self._killed()
        begun = self._follow(lines)
        store = world.reopen(self.folder)
        try:
            self._judge(store, begun)
        finally:
            store.close()

    def _killed(self) -> list[list[object]]:
        command = [sys.executable, "-m", "tests.faults.child", str(self.folder), str(self.chance.randrange(1 << 30))]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            time.sleep(self.chance.uniform(0, SPAN))  # the random point is what this is about
            process.kill()
            rest = process.stdout.read()
        return [json.loads(line) for line in (first + rest).splitlines() if line.endswith((b"]",))]

    def _follow(self, lines: list[list[object]]) -> dict[int, str] | None:
        """Bring the model up to what was acknowledged; returns the state after what had only begun."""
        assert lines, "the child did not open the vault"
        assert lines[0][0] == "ready"
        assert lines[0][3] == []
        self.commit, self.generation = int(str(lines[0][1])), int(str(lines[0][2]))
        begun: dict[int, str] | None = None
        for word, *rest in lines[1:]:
            if word == "begin":
                changes = rest[1]
                assert isinstance(changes, dict)
                begun = dict(self.model)
                for row_id, row in changes.items():
                    begun.pop(int(row_id), None)
                    if row is not None:
                        begun[int(row_id)] = row
            else:
                assert begun is not None
                self.model, begun = begun, None
                self.commit, self.generation = int(str(rest[0])), int(str(rest[1]))
                self.counts["acknowledged"] += 1
        return begun

    def _judge(self, store: Store, begun: dict[int, str] | None) -> None:
        assert set(store.findings) <= {world.INTERRUPTED}, store.findings
        found = world.state(store)
        assert store.commit_number in (self.commit, self.commit + 1), "an acknowledged change is lost"
        assert store.header.generation in (self.generation, self.generation + 1), "an acknowledged header is lost"
        expected = begun if store.commit_number == self.commit + 1 else self.model
        assert found == expected, "the rows are not those of the last change"
        world.verify(store)
        self.counts["kept though unacknowledged"] += store.commit_number - self.commit
        self.counts["interrupted before the head"] += bool(store.findings)
        self.counts["runs"] += 1
        self.model, self.commit = found, store.commit_number


def campaign(folder: Path, runs: int, seed: int) -> Counter[str]:
    """Kill ``runs`` times. Raises AssertionError at the first run that is not as it must be."""
    harness = Harness(folder, seed)
    for number in range(runs):
        harness.run(number)
    return harness.counts


def zero_of(count: int) -> str:
    """What a zero in ``count`` runs proves (rule of three, 95 %)."""
    return f"0 of {count} failed: p < {3 / count:.2g} (95 %)"


def command(about: str | None, run: Callable[[Path, int, int], Counter[str]], runs: int) -> None:
    """A campaign as a command: ``run`` is given a vault's folder, the number of runs and a seed."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--runs", type=int, default=runs)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    wanted = parser.parse_args()
    print(f"seed {wanted.seed}")  # noqa: T201 a command
    with tempfile.TemporaryDirectory() as folder:
        counts = run(Path(folder) / "vault", wanted.runs, wanted.seed)
    for name, count in counts.items():
        print(f"{count:>8} {name}")  # noqa: T201 a command
    print(zero_of(counts["runs"]))  # noqa: T201 a command


if __name__ == "__main__":
    command(__doc__, campaign, 2000)
