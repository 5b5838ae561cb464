"""kvault's own curve: the same acts inside one engine process at growing sizes, with its memory."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from kvault_gui.engine.api import Credential, EntryInput, Field, FieldInput, FieldType, Kind, Method, Secret, Use, View
from kvault_gui.engine.facade import Engine
from tests.benchmarks.corpus import sample_at
from tests.engine.unlock.script import ScriptedPrompter

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.corpus import Corpus

REPEAT = 60


def measure(corpus: Corpus) -> dict[str, float]:
    """Run this module in a process of its own, so that memory is this size's alone."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.benchmarks.curve",
            str(corpus.vault),
            str(corpus.recovery_code),
            str(corpus.size),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _memory() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def _median(act: Callable[[int], object], repeat: int = REPEAT) -> float:
    times = []
    for number in range(repeat):
        begun = time.perf_counter()
        act(number)
        times.append(time.perf_counter() - begun)
    return statistics.median(times) * 1e3


def _first_secret(fields: list[Field]) -> str:
    return next(field.name for field in fields if field.protected)


def _worst_slice(engine: Engine) -> float:
    """The longest of the slices in which what was not used yet is verified, all of them run."""
    worst = 0.0
    waits: float | None = 0.0
    until = time.monotonic() + 300
    while waits is not None and waits < 1 and time.monotonic() < until:
        begun = time.perf_counter()
        waits = engine.idle()
        worst = max(worst, time.perf_counter() - begun)
    return worst * 1e3


def run(vault: str, code: str, size: int) -> dict[str, float]:
    """Milliseconds and MiB."""
    credential = Credential(Method.RECOVERY_CODE, Secret.of(Path(code).read_text()))
    engine = Engine(ScriptedPrompter(), "benchmark")

    def unlock(_: int) -> None:
        engine.vaults.close()
        engine.vaults.unlock(vault, Credential(Method.RECOVERY_CODE, Secret(credential.secret.value[:])), [])

    found = {"unlock ms": _median(unlock, 7)}
    sizes = [size * part // 61 for part in range(1, 61)]
    refs = {at: sample_at(size, at) for at in sizes[:: max(1, len(sizes) // 12)]}
    titles = [f"{sample.group}/{sample.title}" for sample in refs.values()]
    words = [sample.title.split()[0][:5] for sample in refs.values()]

    def show(number: int) -> None:
        entry = engine.secrets.get(engine.secrets.find(titles[number % len(titles)]))
        engine.secrets.reveal(entry.id, _first_secret(entry.fields), Use.SHOW)

    def add(number: int) -> None:
        fields = [FieldInput("password", FieldType.SECRET, protected=True, value=Secret.of("s3cret"))]
        engine.secrets.create(EntryInput(Kind.CREDENTIAL, f"added {number}", "bench", fields))

    found["show ms"] = _median(show)
    found["search ms"] = _median(lambda n: engine.secrets.search(words[n % len(words)], View()))
    found["one letter ms"] = _median(lambda n: engine.secrets.search("kmtbgv"[n % 6], View()))
    found["add ms"] = _median(add)
    found["first page ms"] = _median(lambda _: engine.secrets.page(View(), None))
    found["places ms"] = _median(lambda _: engine.secrets.places(View()), 7)
    found["overview ms"] = _median(lambda _: engine.secrets.overview())
    found["memory MiB"] = _memory()
    found["idle, worst slice ms"] = _worst_slice(engine)
    engine.vaults.close()
    return found


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], sys.argv[2], int(sys.argv[3]))))  # noqa: T201 the result goes to the parent
