"""A bounded run of the power-cut harness; the campaign is ``python -m tests.faults.power --images 15000``."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.faults import world
from tests.faults.disk import MODES, Image, RecordedFiles, RecordedVfs, Recorder, Unsynced
from tests.faults.kill import zero_of
from tests.faults.power import campaign, record

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.timeout(240)
def test_no_power_cut_loses_anything_acknowledged_or_raises_a_false_alarm(tmp_path: Path) -> None:
    counts = campaign(tmp_path, 1_200, 7)
    assert counts["images"] == 1_200
    print(dict(counts), zero_of(counts["images"]))  # noqa: T201 shown with -s


def test_a_power_cut_while_a_vault_is_made_leaves_nothing_or_a_vault_and_afterwards_always_a_vault(
    tmp_path: Path,
) -> None:
    recorder, chance = Recorder(), random.Random(3)
    vfs = RecordedVfs(recorder, "making-recorded")
    store = world.make(tmp_path / "vault", files=RecordedFiles(recorder), vfs=vfs.above)
    recorder.told("made")
    store.close()
    image, acknowledged, opened, made = Image(), False, 0, 0
    for op in recorder.log:
        for mode in MODES:
            folder = tmp_path / "image"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for name, content in image.cut(mode, chance).items():
                (folder / name).write_bytes(content)
            if any((folder / name).exists() for name in ("vault.json", "vault.json.2")):
                found = world.reopen(folder, files=Unsynced())
                opened += 1
            else:
                assert not acknowledged
                found = world.make(folder, files=Unsynced())
                made += 1
            found.verify_tables(world.TABLES)
            found.close()
        image.apply(op)
        acknowledged = acknowledged or op.kind == "told"
    assert made > 50
    assert opened > 10


def test_a_closed_vault_is_whole_on_the_disk_with_both_copies_of_the_head_alike(tmp_path: Path) -> None:
    recording = record(tmp_path / "vault", 33)
    image = recording.base.copy()
    for op in recording.log:
        image.apply(op)
    files = image.cut("drop", random.Random(0))
    assert files["head"][:4096] == files["head"][4096:]
    assert files["vault.json"] == files["vault.json.2"]
