"""The same entries as a kvault vault and as a KeePassXC database, of any size, with the same passwords."""

from __future__ import annotations

import csv
import json
import random
import shutil
import time
from typing import TYPE_CHECKING, NamedTuple

from kvault_gui.engine.api import ImportOptions, Secret, Source, SourceFormat
from kvault_gui.engine.facade import Engine
from kvault_gui.engine.formats.kdbx.header import Kdf
from kvault_gui.engine.formats.kdbx.keys import composite
from kvault_gui.engine.formats.kdbx.writer import KdbxWriter, WriteOptions
from kvault_gui.engine.formats.model import ForeignEntry, ForeignField, ForeignGroup, ForeignState, Role
from tests.engine.unlock.script import ScriptedPrompter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


PASSWORD = "benchmark otter copper lantern"
SYLLABLES = [
    "ka",
    "ro",
    "mi",
    "sten",
    "bel",
    "tor",
    "ulf",
    "nep",
    "gra",
    "lin",
    "vos",
    "hai",
    "due",
    "pix",
    "zum",
    "ery",
]
GROUPS = 40


class Sample(NamedTuple):
    """One entry of the corpus."""

    title: str
    user: str
    password: str
    url: str
    group: str


class Corpus(NamedTuple):
    """Where a size's files are, and what opens them."""

    size: int
    vault: Path
    recovery_code: Path
    password: Path
    kdbx: Path
    import_seconds: float


def samples(size: int) -> Iterator[Sample]:
    """The same ``size`` entries every time."""
    draw = random.Random(size)
    for number in range(size):
        words = ["".join(draw.choices(SYLLABLES, k=3)) for _ in range(3)]
        yield Sample(
            f"{words[0].title()} {words[1]} {number}",
            f"user{number}@{words[2]}.example",
            "".join(draw.choices("abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789#%+-", k=20)),
            f"https://{words[0]}.example/login",
            f"group{number % GROUPS:02}",
        )


def sample_at(size: int, number: int) -> Sample:
    """One entry of the corpus of that size."""
    return next(sample for at, sample in enumerate(samples(size)) if at == number)


def corpus(folder: Path, size: int, *, kdbx: bool) -> Corpus:
    """Make (once) the files of one size below ``folder``."""
    home = folder / str(size)
    marker = home / "made.json"
    found = Corpus(size, home / "vault", home / "code", home / "password", home / "peer.kdbx", 0.0)
    if not marker.exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        found.password.write_text(PASSWORD)
        marker.write_text(json.dumps({"import_seconds": _make_vault(found, home / "entries.csv")}))
    if kdbx and not found.kdbx.exists():
        _make_kdbx(found)
    return found._replace(import_seconds=json.loads(marker.read_text())["import_seconds"])


def _make_vault(place: Corpus, table: Path) -> float:
    with table.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Group", "Title", "Username", "Password", "URL"])
        for sample in samples(place.size):
            writer.writerow([sample.group, sample.title, sample.user, sample.password, sample.url])
    engine = Engine(ScriptedPrompter(), "benchmark", kdf_seconds=0)
    opened = engine.vaults.create(str(place.vault), Secret.of(PASSWORD))
    assert opened.recovery_code is not None
    place.recovery_code.write_text(opened.recovery_code.text())
    begun = time.perf_counter()
    for _ in engine.formats.load(Source(str(table), SourceFormat.CSV), ImportOptions()):
        pass
    took = time.perf_counter() - begun
    engine.vaults.close()
    table.unlink()
    return took


def _make_kdbx(place: Corpus) -> None:
    """Argon2 at next to no cost: what is compared is everything but the key derivation."""
    root = ForeignGroup(uid=f"{0:032x}", name="Root")
    by_group: dict[str, list[Sample]] = {}
    for sample in samples(place.size):
        by_group.setdefault(sample.group, []).append(sample)
    cheap = WriteOptions(kdf=Kdf.ARGON2ID, memory=8, rounds=1, lanes=1)
    with place.kdbx.open("wb") as file:
        writer = KdbxWriter(file, composite(PASSWORD.encode(), None), cheap)
        writer.begin("benchmark", 1.7e9)
        writer.open_group(root)
        for number, (name, entries) in enumerate(sorted(by_group.items()), 1):
            group = ForeignGroup(uid=f"{number:032x}", name=name, parent=root)
            writer.open_group(group)
            for at, sample in enumerate(entries):
                writer.entry(ForeignEntry(f"{number:08x}{at:024x}", group, _state(sample)))
            writer.close_group()
        writer.close_group()
        writer.finish()


def _state(sample: Sample) -> ForeignState:
    return ForeignState(
        title=sample.title,
        fields=[
            ForeignField("UserName", sample.user.encode(), role=Role.USERNAME),
            ForeignField("Password", sample.password.encode(), protected=True, role=Role.PASSWORD),
            ForeignField("URL", sample.url.encode(), role=Role.URL),
        ],
        created=1.7e9,
        changed=1.7e9,
    )
