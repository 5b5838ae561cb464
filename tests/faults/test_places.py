"""Where vaults lie and who else wants them: odd names, long paths, second programs, killed makers."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from kvault_gui.engine.errors import (
    HeaderDamagedError,
    InvalidInputError,
    VaultExistsError,
    VaultHeldError,
    VaultNotFoundError,
)
from kvault_gui.engine.store import lock
from kvault_gui.engine.store.held import HeldFolder, read_header
from tests.faults import world

ROOT = Path(__file__).resolve().parents[2]

ODD = [
    "with space",
    "new\nline",
    "tab\tand 'quote\"",
    "?mode=memory&x=#%00",
    "file:name",
    "-dash",
    "ünï 日本語 🔑",
    "e\u0301 decomposed",
    "trailing. ",
    "$HOME ~ *",
]


@pytest.mark.parametrize("name", ODD)
def test_a_vault_lives_under_any_name(tmp_path: Path, name: str) -> None:
    store = world.make(tmp_path / name / "vault")
    store.close()
    store = world.reopen(tmp_path / name / "vault")
    with store.transaction() as tx:
        tx.insert(world.ITEM, {"name": name.encode("utf-8", "replace").decode()})
        tx.append(b"named")
    world.verify(store)
    store.close()
    assert {path.name for path in (tmp_path / name / "vault").iterdir()} == {
        "vault.json",
        "vault.json.2",
        "vault.db",
        "head",
        "lock",
    }


def test_a_long_path_works_up_to_the_limit_and_is_refused_in_words_beyond(tmp_path: Path) -> None:
    base = Path(os.path.realpath(tmp_path))
    while len(os.fsencode(base)) < 350:
        base /= "d" * 40
    rest = 460 - len(os.fsencode(base)) - 1
    world.make(base / ("x" * rest)).close()
    world.verify(world.reopen(base / ("x" * rest)))
    with pytest.raises(InvalidInputError, match="too long"):
        world.make(base / ("x" * (rest + 1)))
    with pytest.raises(InvalidInputError, match="too long"):
        read_header(base / "d" / ("x" * 200))


def test_a_path_that_is_no_text_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="not Unicode"):
        world.make(tmp_path / os.fsdecode(b"\xff\xfe"))
    assert not list(tmp_path.iterdir())


def test_a_symbolic_link_to_a_vault_opens_it(tmp_path: Path) -> None:
    world.make(tmp_path / "vault").close()
    (tmp_path / "link").symlink_to("vault")
    store = world.reopen(tmp_path / "link")
    with pytest.raises(VaultHeldError):
        HeldFolder.take(tmp_path / "vault", "second")
    store.close()


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    store = world.make(tmp_path / "vault")
    world.run(store, 3, random.Random(9))
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "vault").iterdir()}
    assert set(modes.values()) == {0o600}, modes
    assert (tmp_path / "vault").stat().st_mode & 0o777 == 0o700
    store.close()


@pytest.mark.parametrize("where", ["nowhere", "empty", "other"])
def test_a_folder_without_a_vault_is_not_found_and_not_touched(tmp_path: Path, where: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "vault.db").write_bytes(b"something")
    with pytest.raises(VaultNotFoundError):
        HeldFolder.take(tmp_path / where, "test")
    with pytest.raises(VaultNotFoundError):
        read_header(tmp_path / where)
    assert not list((tmp_path / "empty").iterdir())


def test_a_vault_is_made_in_an_empty_folder_and_never_over_anything(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    world.make(tmp_path / "empty").close()
    before = {path.name: path.read_bytes() for path in (tmp_path / "empty").iterdir()}
    with pytest.raises(VaultExistsError):
        world.make(tmp_path / "empty")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("dear")
    with pytest.raises(VaultExistsError):
        world.make(tmp_path / "full")
    (tmp_path / "file").write_text("a file")
    with pytest.raises(VaultExistsError):
        world.make(tmp_path / "file")
    assert {path.name: path.read_bytes() for path in (tmp_path / "empty").iterdir()} == before
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["letter.txt"]


def test_a_vault_that_another_program_made_meanwhile_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = lock.take

    def late(folder: Path, holder: str) -> lock.Lock:
        monkeypatch.setattr(lock, "take", take)
        world.make(folder).close()
        return take(folder, holder)

    monkeypatch.setattr(lock, "take", late)
    with pytest.raises(VaultExistsError):
        world.make(tmp_path / "vault")
    world.verify(world.reopen(tmp_path / "vault"))


# --- a second program ---

SECOND = """
import sys
from pathlib import Path
from kvault_gui.engine.errors import VaultHeldError
from tests.faults import world
try:
    world.reopen(Path(sys.argv[1]))
except VaultHeldError as error:
    print("refused:", error)
"""


def test_a_second_program_is_told_who_holds_the_vault(tmp_path: Path) -> None:
    store = world.make(tmp_path / "vault")
    assert read_header(tmp_path / "vault").holder == f"test, process {os.getpid()}"
    command = [sys.executable, "-c", SECOND, str(tmp_path / "vault")]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said == f"refused: test, process {os.getpid()} has this vault open\n"
    with store.transaction() as tx:
        tx.append(b"still ours")
    store.close()
    assert read_header(tmp_path / "vault").holder is None
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said == ""


def test_a_second_program_stays_out_even_if_somebody_deleted_the_lock(tmp_path: Path) -> None:
    store = world.make(tmp_path / "vault")
    (tmp_path / "vault" / lock.NAME).unlink()
    command = [sys.executable, "-c", SECOND, str(tmp_path / "vault")]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said == "refused: Another program has this vault open\n"
    with store.transaction() as tx:
        tx.append(b"still ours")
    store.close()
    world.verify(world.reopen(tmp_path / "vault"))


def test_looking_at_a_vault_never_makes_it_look_held(tmp_path: Path) -> None:
    world.make(tmp_path / "vault").close()
    looker = "import sys; from pathlib import Path; from kvault_gui.engine.store.held import read_header\nwhile True: read_header(Path(sys.argv[1]))"  # noqa: E501
    with subprocess.Popen([sys.executable, "-c", looker, str(tmp_path / "vault")], cwd=ROOT) as process:
        try:
            for _ in range(60):
                world.reopen(tmp_path / "vault").close()
        finally:
            process.kill()


def test_what_a_killed_holder_left_in_the_lock_does_not_count(tmp_path: Path) -> None:
    world.make(tmp_path / "vault").close()
    (tmp_path / "vault" / lock.NAME).write_text("kvault (window), process 1")
    assert read_header(tmp_path / "vault").holder is None
    world.reopen(tmp_path / "vault").close()


# --- making, killed at any moment ---

MAKER = """
import os, sys
from pathlib import Path
from kvault_gui.engine.store.files import Files
from tests.faults import world

class Dying(Files):
    left = int(sys.argv[2])
    def _count(self):
        Dying.left -= 1
        if Dying.left < 0:
            os._exit(9)
    def open(self, path): self._count(); return super().open(path)
    def write_at(self, *a): self._count(); super().write_at(*a)
    def sync(self, *a): self._count(); super().sync(*a)
    def rename(self, *a): self._count(); super().rename(*a)
    def remove(self, *a): self._count(); super().remove(*a)
    def sync_folder(self, *a): self._count(); super().sync_folder(*a)

world.make(Path(sys.argv[1]), files=Dying())
"""


@pytest.mark.timeout(120)
def test_a_maker_killed_at_any_step_leaves_a_folder_in_which_a_vault_can_be_made_or_opens(tmp_path: Path) -> None:
    made = opened = 0
    for step in range(100):
        folder = tmp_path / f"vault{step}"
        command = [sys.executable, "-c", MAKER, str(folder), str(step)]
        ended = subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode
        if any((folder / name).exists() for name in ("vault.json", "vault.json.2")):
            world.verify(world.reopen(folder))
            opened += 1
        else:
            world.verify(world.make(folder))
            made += 1
        if ended == 0:
            break
    assert made > 10
    assert opened > 3


def test_looking_at_a_damaged_header_tells_of_it_and_mends_nothing(tmp_path: Path) -> None:
    world.make(tmp_path / "vault").close()
    (tmp_path / "vault" / "vault.json").write_bytes(b"half")
    (said,) = read_header(tmp_path / "vault").findings
    assert said.startswith("The header vault.json was damaged")
    assert said.endswith("; its twin is used.")
    assert (tmp_path / "vault" / "vault.json").read_bytes() == b"half"


def test_two_empty_headers_are_damaged_not_missing(tmp_path: Path) -> None:
    world.make(tmp_path / "vault").close()
    for name in ("vault.json", "vault.json.2"):
        (tmp_path / "vault" / name).write_bytes(b"")
    with pytest.raises(HeaderDamagedError):
        read_header(tmp_path / "vault")
