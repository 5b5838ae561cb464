"""Cut the power at any point, many times: ``python -m tests.faults.power --images 15000``.

A workload runs over a recording disk. From its log, images are made as a power cut could have left them; every one
must open, with nothing acknowledged lost, no false alarm, and everything verifying.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kvault_gui.engine.errors import KvaultError
from tests.faults import world
from tests.faults.disk import MODES, Image, Op, RecordedFiles, RecordedVfs, Recorder, Unsynced
from tests.faults.kill import zero_of

if TYPE_CHECKING:
    from kvault_gui.engine.store.store import Store

STEPS = 60  # of the workload in one recording


class Known(NamedTuple):
    """What was acknowledged at some point."""

    commit: int
    generation: int


class Recording(NamedTuple):
    """A workload: where it began, what happened, and the state at each commit number."""

    base: Image
    log: list[Op]
    states: dict[int, dict[int, str]]


def record(folder: Path, seed: int) -> Recording:
    """Run a workload from a fresh vault, its opening and its closing included."""
    chance, recorder = random.Random(seed), Recorder()
    store = world.make(folder)
    world.run(store, 20, chance)
    store.close()
    base = recorder.adopt(folder)
    vfs = RecordedVfs(recorder, f"recorded{seed}")
    store = world.reopen(folder, files=RecordedFiles(recorder), vfs=vfs.above)
    current = world.state(store)
    states = {store.commit_number: current}
    recorder.told(f"{store.commit_number} {store.header.generation}")

    def told(step: world.Step) -> None:
        nonlocal current
        current = step.after(current)
        states[store.commit_number] = current
        recorder.told(f"{store.commit_number} {store.header.generation}")

    world.run(store, STEPS, chance, told)
    store.close()
    return Recording(base, recorder.log, states)


class Judge:
    """Opens images and counts."""

    def __init__(self, folder: Path, recording: Recording, chance: random.Random) -> None:
        self._folder = folder
        self._recording = recording
        self._chance = chance
        self.counts: Counter[str] = Counter()

    def everywhere(self, images: int) -> None:
        """Cut at ``images`` points spread over the log, in every mode in turn."""
        log = self._recording.log
        cuts = sorted(self._chance.choices(range(len(log) + 1), k=images))
        image, at, known = self._recording.base.copy(), 0, Known(0, 0)
        for number, cut in enumerate(cuts):
            while at < cut:
                image.apply(log[at])
                if log[at].kind == "told":
                    known = Known(*map(int, log[at].name.split()))
                at += 1
            mode = MODES[number % len(MODES)]
            self._open(image.cut(mode, self._chance), known, f"{mode} at {cut}")

    def _open(self, files: dict[str, bytes], known: Known, where: str) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        for name, content in files.items():
            (self._folder / name).write_bytes(content)
        try:
            store = world.reopen(self._folder, files=Unsynced())
        except KvaultError as error:
            raise AssertionError(f"{where}: does not open: {error}") from error
        try:
            self._check(store, known, where)
        finally:
            store.close()

    def _check(self, store: Store, known: Known, where: str) -> None:
        first = min(self._recording.states)
        lowest = max(known.commit, first)
        assert store.commit_number in (lowest, lowest + 1), f"{where}: {store.commit_number} after {known.commit}"
        assert store.header.generation in (known.generation, known.generation + 1) or not known.generation, where
        assert set(store.findings) <= {world.INTERRUPTED}, f"{where}: false alarm {store.findings}"
        assert world.state(store) == self._recording.states[store.commit_number], f"{where}: other rows"
        store.verify_tables(world.TABLES)
        self.counts["images"] += 1
        self.counts["kept though unacknowledged"] += store.commit_number - lowest


def campaign(folder: Path, images: int, seed: int, each: int = 400) -> Counter[str]:
    """Judge ``images`` images, ``each`` of one recording. Raises AssertionError at the first wrong one."""
    counts: Counter[str] = Counter()
    while counts["images"] < images:
        shutil.rmtree(folder / "work", ignore_errors=True)
        recording = record(folder / "work", seed)
        judge = Judge(folder / "image", recording, random.Random(seed))
        judge.everywhere(min(each, images - counts["images"]))
        counts += judge.counts
        seed += 1
    return counts


def main() -> None:
    """The campaign as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=15_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    wanted = parser.parse_args()
    print(f"seed {wanted.seed}")  # noqa: T201 a command
    with tempfile.TemporaryDirectory() as folder:
        counts = campaign(Path(folder), wanted.images, wanted.seed)
    for name, count in counts.items():
        print(f"{count:>8} {name}")  # noqa: T201 a command
    print(zero_of(counts["images"]))  # noqa: T201 a command


if __name__ == "__main__":
    main()
