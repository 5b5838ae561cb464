"""Whole commands against keepassxc-cli: show, search and add one entry, as a person or a script would run them."""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.benchmarks.corpus import PASSWORD, sample_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.corpus import Corpus

Times = dict[str, dict[str, float]]


class Took(NamedTuple):
    """Seconds of one command: until it has ended, and of the processors."""

    wall: float
    processor: float


def installed_environment() -> dict[str, str]:
    """As a person has it: with byte code that is written once, which development may have switched off."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def _run(command: list[str], text: str = "") -> Took:
    before, begun = _used(), time.perf_counter()
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, env=installed_environment())
    took, used = time.perf_counter() - begun, _used() - before
    if done.returncode:
        raise RuntimeError(f"{command[0]} {command[1]}: {done.returncode} {done.stderr[-300:]}")
    return Took(took, used)


def _used() -> float:
    """Processor seconds of all commands that have ended."""
    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime


def compare(corpus: Corpus, work: Path, rounds: int) -> Times:
    """Median milliseconds of each act for both programs, taken in turns. No key derivation on either side:
    kvault unlocks with its recovery code (HKDF), the KDBX file has Argon2 at its smallest."""
    cli = shutil.which("keepassxc-cli")
    if cli is None:
        raise RuntimeError("keepassxc-cli is not installed")
    vault, kdbx = work / "vault", work / "peer.kdbx"
    shutil.rmtree(vault, ignore_errors=True)
    shutil.copytree(corpus.vault, vault)
    shutil.copy(corpus.kdbx, kdbx)
    kvault = [str(Path(sys.executable).with_name("kvault")), "--vault", str(vault)]
    opened = ["--recovery-code-file", str(corpus.recovery_code)]
    peer_password = PASSWORD + "\n"
    wanted = sample_at(corpus.size, corpus.size // 2)
    ref = f"{wanted.group}/{wanted.title}"
    word = wanted.title.split()[0][:6]
    acts: dict[str, tuple[Callable[[int], Took], Callable[[int], Took]]] = {
        "show": (
            lambda _: _run([*kvault, "get", *opened, "--reveal", ref]),
            lambda _: _run([cli, "show", "-q", "-s", str(kdbx), ref], peer_password),
        ),
        "search": (
            lambda _: _run([*kvault, "ls", *opened, word]),
            lambda _: _run([cli, "search", "-q", str(kdbx), word], peer_password),
        ),
        "add": (
            lambda n: _run([*kvault, "put", *opened, f"bench/new {n}", "--field", "password=-"], "s3cret\n"),
            lambda n: _run([cli, "add", "-q", "-u", "me", str(kdbx), f"new {n}"], peer_password),
        ),
    }
    found: Times = {}
    for name, (ours, theirs) in acts.items():
        pairs = [(ours(n), theirs(n)) for n in range(rounds + 1)][1:]
        walls = [statistics.median(pair[i].wall for pair in pairs) * 1e3 for i in (0, 1)]
        used = [statistics.median(pair[i].processor for pair in pairs) * 1e3 for i in (0, 1)]
        found[name] = {
            "kvault ms": walls[0],
            "keepassxc-cli ms": walls[1],
            "times faster": walls[1] / walls[0],
            "kvault processor ms": used[0],
            "keepassxc-cli processor ms": used[1],
            "times less work": used[1] / used[0],
        }
    return found
