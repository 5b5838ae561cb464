"""Things that are no files in a vault's folder: pipes, devices, links. Nothing waits for them or writes through."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import Accept
from kvault_gui.engine.errors import (
    ChangesMissingError,
    DamagedError,
    DatabaseDamagedError,
    HeadDamagedError,
    KvaultError,
)
from kvault_gui.engine.store import attempts, lock
from kvault_gui.engine.store.held import read_header
from tests.faults import world

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES = ("vault.json", "vault.json.2", "vault.db", "head", "lock", "attempts", "vault.db-wal")
KINDS = ("pipe", "zeros", "terminal", "folder", "socket", "circle", "nowhere")
SECONDS = 5


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Path]:
    """A closed vault; whoever waits for longer than 5 s is interrupted."""

    def late(*_: object) -> None:
        pytest.fail("something was waited for")

    world.make(tmp_path / "vault").close()
    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    yield tmp_path / "vault"
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def put(path: Path, kind: str) -> None:
    """Put something else in a file's place."""
    path.unlink(missing_ok=True)
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "socket":
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(str(path))
        case _:
            none = path.parent / "none"
            target = {"zeros": Path("/dev/zero"), "terminal": Path("/dev/ptmx"), "circle": path, "nowhere": none}
            path.symlink_to(target[kind])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FILES)
def test_what_is_no_file_is_told_at_once_or_put_right(vault: Path, name: str, kind: str) -> None:
    put(vault / name, kind)
    attempts.read(vault)
    # A terminal's device cannot be opened everywhere: then it is the disk that reports an error.
    told = KvaultError if name == "vault.db-wal" or kind == "terminal" else DamagedError
    with contextlib.suppress(told):
        read_header(vault)
    with contextlib.suppress(told):
        world.reopen(vault).close()


def test_a_pipe_in_place_of_a_header_is_replaced_by_its_twin(vault: Path) -> None:
    put(vault / "vault.json", "pipe")
    store = world.reopen(vault)
    assert "vault.json was damaged" in store.findings[0]
    assert (vault / "vault.json").is_file()
    store.close()


@pytest.mark.parametrize("content", [b"somebody's file" * 1_000, None])
def test_a_link_in_place_of_the_head_is_not_written_through(vault: Path, content: bytes | None) -> None:
    victim = vault.parent / "victim"
    if content is not None:
        victim.write_bytes(content)
    (vault / "head").unlink()
    (vault / "head").symlink_to(victim)
    with pytest.raises(HeadDamagedError):
        world.reopen(vault)
    with pytest.raises(DamagedError, match="replaced by a link"):
        world.reopen(vault, [Accept.HEAD])
    assert (victim.read_bytes() if victim.exists() else None) == content


def test_a_lock_with_a_second_name_locks_and_is_not_written_to(vault: Path) -> None:
    victim = vault.parent / "victim"
    victim.write_bytes(b"somebody's file")
    (vault / lock.NAME).unlink()
    (vault / lock.NAME).hardlink_to(victim)
    store = world.reopen(vault)
    assert lock.holder(vault) is not None
    store.close()
    assert victim.read_bytes() == b"somebody's file"


def test_a_log_of_impossible_size_is_neither_read_nor_copied(vault: Path) -> None:
    older = (vault / "vault.db").read_bytes()
    store = world.reopen(vault)
    with store.transaction() as tx:
        tx.append(b"acknowledged")
    store.close()
    (vault / "vault.db").write_bytes(older)
    (vault / "vault.db-wal").touch()
    os.truncate(vault / "vault.db-wal", 1 << 40)
    with pytest.raises(DatabaseDamagedError, match="larger than any"):
        world.reopen(vault)
    assert not list(vault.glob("*.kept-*"))
    os.truncate(vault / "vault.db-wal", 0)
    with pytest.raises(ChangesMissingError):
        world.reopen(vault)
