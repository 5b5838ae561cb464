"""Whole commands against keepassxc-cli: show, search and add one entry, as a person or a script would run them."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.corpus import PASSWORD, sample_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.benchmarks.corpus import Corpus

Times = dict[str, dict[str, float]]


def _run(command: list[str], text: str = "") -> float:
    begun = time.perf_counter()
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    took = time.perf_counter() - begun
    if done.returncode:
        raise RuntimeError(f"{command[0]} {command[1]}: {done.returncode} {done.stderr[-300:]}")
    return took


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
    acts: dict[str, tuple[Callable[[int], float], Callable[[int], float]]] = {
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
        mine, peer = (statistics.median(p[i] for p in pairs) * 1e3 for i in (0, 1))
        found[name] = {"kvault ms": mine, "keepassxc-cli ms": peer, "times faster": peer / mine}
    return found
