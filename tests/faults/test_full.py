"""A disk that is full or fails: at the first write, the second, the third, ... until an act gets through.

After each failure the error is the right one, the vault opens on a disk that works again, nothing acknowledged is
lost, and what failed is either there as a whole or not at all.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.errors import (
    DiskFailedError,
    DiskFullError,
    FolderPermissionError,
    KvaultError,
    OutcomeUnknownError,
)
from tests.faults import world
from tests.faults.failing import BROKEN, FULL, SYNC, FailingFiles, FailingVfs, Fuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kvault_gui.engine.store.store import Store

EXPECTED: dict[str, tuple[type[KvaultError], ...]] = {
    FULL: (DiskFullError, OutcomeUnknownError),
    BROKEN: (OutcomeUnknownError, DiskFailedError),
    SYNC: (OutcomeUnknownError, DiskFailedError),
}


def insert(store: Store) -> None:
    """Twenty rows of several pages."""
    with store.transaction() as tx:
        for number in range(20):
            tx.insert(world.ITEM, {"name": f"new {number}", "body": random.Random(number).randbytes(3000)})
        tx.append(b"twenty")


def turn_header(store: Store) -> None:
    """Another header."""
    store.rewrite_header(world._turn)


def shorten(store: Store) -> None:
    """A change, then an emptied log."""
    with store.transaction() as tx:
        tx.insert(world.ITEM, {"name": "one"})
        tx.append(b"one")
    store._shorten_log(now=True)


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """A closed vault with a history."""
    store = world.make(tmp_path / "vault")
    world.run(store, 15, random.Random(4))
    store.close()
    return tmp_path / "vault"


@pytest.mark.parametrize("act", [insert, turn_header, shorten])
@pytest.mark.parametrize("kind", [FULL, BROKEN, SYNC])
def test_a_disk_that_fails_at_any_call_never_leaves_half_an_act(
    vault: Path, tmp_path: Path, kind: str, act: Callable[[Store], None]
) -> None:
    fuse = Fuse(kind)
    files, vfs = FailingFiles(fuse), FailingVfs(fuse, f"failing{kind}{act.__name__}")
    causes: Counter[str] = Counter()
    at = 0
    while True:
        at += 1
        folder = Path(shutil.copytree(vault, tmp_path / f"copy{at}"))
        store = world.reopen(folder, files=files, vfs=vfs.above)
        before = (store.commit_number, store.header.generation, world.state(store))
        fuse.arm(at)
        error = _try(store, act)
        fuse_blew = fuse.disarm() >= at
        if error is not None:
            assert isinstance(error, EXPECTED[kind]), error
            causes[type(error).__name__] += 1
        _still_good(store, before, error)
        _judge(folder, before, error)
        shutil.rmtree(folder)
        if not fuse_blew:
            break
    assert at > 2
    print(kind, act.__name__, at, dict(causes))  # noqa: T201 shown with -s


def _try(store: Store, act: Callable[[Store], None]) -> KvaultError | None:
    try:
        act(store)
    except KvaultError as error:
        return error
    return None


def _still_good(store: Store, before: tuple[int, int, dict[int, str]], error: KvaultError | None) -> None:
    """After a full disk the same store goes on; after an unknown outcome it refuses everything."""
    try:
        if isinstance(error, DiskFullError):
            assert (store.commit_number, store.header.generation, world.state(store)) == before
            with store.transaction() as tx:
                tx.append(b"there is room again")
            store.verify_tables(world.TABLES)
        elif isinstance(error, OutcomeUnknownError):
            with pytest.raises(OutcomeUnknownError):
                store.read("select 1")
    finally:
        store.close()


def _judge(folder: Path, before: tuple[int, int, dict[int, str]], error: KvaultError | None) -> None:
    commit, generation, rows = before
    store = world.reopen(folder)
    assert set(store.findings) <= {world.INTERRUPTED}
    assert store.commit_number >= commit
    assert store.header.generation in (generation, generation + 1)
    found = world.state(store)
    if isinstance(error, DiskFullError):
        assert found == rows
        assert store.header.generation == generation
    else:
        assert len(found) in (len(rows), len(rows) + 1, len(rows) + 20)
    if error is None and store.header.generation == generation:
        assert len(found) > len(rows)
    world.verify(store)
    store.close()


@pytest.mark.parametrize("kind", [FULL, BROKEN, SYNC])
def test_a_vault_whose_making_fails_leaves_nothing_in_the_way(tmp_path: Path, kind: str) -> None:
    fuse = Fuse(kind)
    files, vfs = FailingFiles(fuse), FailingVfs(fuse, f"making{kind}")
    folder, at = tmp_path / "new", 0
    while True:
        at += 1
        fuse.arm(at)
        try:
            store = world.make(folder, files=files, vfs=vfs.above)
        except KvaultError as error:
            assert isinstance(error, EXPECTED[kind])  # noqa: PT017 one of several
            fuse.disarm()
            assert not folder.exists()
        else:
            fuse.disarm()
            store.close()
            break
    assert at > 5
    world.verify(world.reopen(folder))


# --- real ones ---


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A small file system of its own; the test is skipped where that is not allowed."""
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a tmpfs is not allowed here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_really_full_disk_refuses_changes_keeps_reading_and_goes_on_with_room(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, "size=1m"):
        store = world.make(disk / "vault")
        stored = 0
        for number in range(100):
            if isinstance(_try(store, lambda store, number=number: _fill(store, number)), DiskFullError):  # type: ignore[misc]
                break
            stored += 1
        assert 3 < stored < 100
        assert len(world.state(store)) == stored * 10
        with pytest.raises(DiskFullError):
            _fill(store, 1000)
        store.close()
        store = world.reopen(disk / "vault")
        assert len(world.state(store)) == stored * 10
        store.close()
        subprocess.run(["mount", "-o", "remount,size=4m", str(disk)], check=True)
        store = world.reopen(disk / "vault")
        _fill(store, 1000)
        world.verify(store)
        store.close()


def _fill(store: Store, number: int) -> None:
    with store.transaction() as tx:
        for _ in range(10):
            tx.insert(world.ITEM, {"name": f"item {number}", "body": random.Random(number).randbytes(3000)})
        tx.append(b"filled")


def test_a_vault_on_a_read_only_medium_is_read_and_not_changed(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with mounted(disk, "size=8m"):
        store = world.make(disk / "vault")
        world.run(store, 20, random.Random(8))
        expected = world.state(store)
        shutil.copytree(disk / "vault", disk / "killed")
        store.close()
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        for name in ("vault", "killed"):  # with an empty log, and with changes in the log
            store = world.reopen(disk / name)
            assert store.read_only
            assert any("read-only" in line for line in store.findings)
            assert world.state(store) == expected
            store.verify_tables(world.TABLES)
            with pytest.raises(FolderPermissionError), store.transaction():
                pass
            with pytest.raises(FolderPermissionError):
                store.rewrite_header(world._turn)
            store.close()
        assert not list(Path(os.environ.get("TMPDIR", "/tmp")).glob("kvault-*/vault.db"))  # noqa: S108
        with pytest.raises(FolderPermissionError):
            world.make(disk / "new")
