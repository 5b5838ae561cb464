"""Quick unlock without any daemon: what it refuses, and the files that it keeps."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvault_gui.engine.api import Secret
from kvault_gui.engine.errors import BiometricsError, InvalidInputError, KeyringError, QuickUnlockOverError
from kvault_gui.engine.unlock import quick
from kvault_gui.engine.vault import quick_files
from kvault_gui.engine.vault.quick_files import TRIES, Box, Kept, Unsafe
from kvault_gui.engine.vault.slots import new_keys
from tests.engine.unlock.contract import VAULT
from tests.engine.unlock.script import ScriptedPrompter

if TYPE_CHECKING:
    from pathlib import Path

BOX = Box({"item": "x"}, "00", "00", "00")
KEPT = Kept(1, VAULT, 1, 1, "boot", "login", "keyring", BOX)


@pytest.fixture(name="runtime", autouse=True)
def _runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nowhere")
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/nowhere")
    monkeypatch.setenv("TPM2TOOLS_TCTI", f"device:{tmp_path}/nowhere")
    return folder


def test_without_a_tpm_and_a_keyring_it_says_what_is_missing() -> None:
    state = quick.state(VAULT)
    assert not state.ready
    assert "TPM" in state.reason
    assert "keyring" in state.reason
    with pytest.raises(KeyringError):
        quick.remember(VAULT, new_keys(), Secret.of("1234"), 600, False)  # noqa: FBT003 as api.Quick has it
    with pytest.raises(QuickUnlockOverError, match="not set up"):
        quick.unlock(VAULT, "Personal", Secret.of("1234"), ScriptedPrompter())
    quick.forget(VAULT)


@pytest.mark.parametrize("place", [None, "relative", "/nowhere/at/all"])
def test_without_a_runtime_folder_there_is_no_quick_unlock(monkeypatch: pytest.MonkeyPatch, place: str | None) -> None:
    if place is None:
        monkeypatch.delenv("XDG_RUNTIME_DIR")
    else:
        monkeypatch.setenv("XDG_RUNTIME_DIR", place)
    assert "runtime folder" in quick.state(VAULT).reason
    with pytest.raises(QuickUnlockOverError, match="runtime folder"):
        quick.unlock(VAULT, "Personal", Secret.of("1234"), ScriptedPrompter())
    quick.forget(VAULT)


def test_a_runtime_folder_that_others_may_enter_is_not_used(runtime: Path) -> None:
    runtime.chmod(0o755)
    assert "others may enter" in quick.state(VAULT).reason
    runtime.chmod(0o700)
    with quick_files.opened(make=True):
        pass
    (runtime / "kvault").chmod(0o770)
    assert "others may enter" in quick.state(VAULT).reason
    (runtime / "kvault").rmdir()
    (runtime / "kvault").symlink_to(runtime)
    assert "no folder" in quick.state(VAULT).reason


@pytest.mark.parametrize("pin", ["", "1", "123", "x" * 300])
def test_a_pin_of_the_wrong_length_is_refused(pin: str) -> None:
    with pytest.raises(InvalidInputError):
        quick.remember(VAULT, new_keys(), Secret.of(pin), 600, False)  # noqa: FBT003 as api.Quick has it


def test_what_cannot_be_kept_is_refused() -> None:
    keys = new_keys()
    with pytest.raises(InvalidInputError, match="PIN or a fingerprint"):
        quick.remember(VAULT, keys, None, 600, False)  # noqa: FBT003 as api.Quick has it
    with pytest.raises(BiometricsError):
        quick.remember(VAULT, keys, None, 600, True)  # noqa: FBT003 as api.Quick has it
    for seconds in (0, 59, 8 * 24 * 3600, -1):
        with pytest.raises(InvalidInputError, match="seven days"):
            quick.remember(VAULT, keys, Secret.of("1234"), seconds, False)  # noqa: FBT003 as api.Quick has it
    with pytest.raises(InvalidInputError, match="Unicode"):
        quick.remember(VAULT, keys, Secret(bytearray(b"\xff\xfe\xfd\xfc")), 600, False)  # noqa: FBT003 as api.Quick has it


def test_the_files_are_their_owner_s_alone(runtime: Path) -> None:
    with quick_files.opened(make=True) as folder:
        quick_files.store(folder, KEPT)
        assert quick_files.load(folder, VAULT) == KEPT
        assert quick_files.tries(folder, VAULT) == TRIES
    assert stat.S_IMODE((runtime / "kvault").stat().st_mode) == 0o700
    for path in (runtime / "kvault").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_put_in_its_place_is_not_read(runtime: Path) -> None:
    with quick_files.opened(make=True) as folder:
        quick_files.store(folder, KEPT)
        path = runtime / "kvault" / f"quick-{VAULT}"
        content = path.read_bytes()
        path.chmod(0o644)
        with pytest.raises(QuickUnlockOverError, match="replaced"):
            quick_files.load(folder, VAULT)
        path.rename(runtime / "elsewhere")
        path.symlink_to(runtime / "elsewhere")
        with pytest.raises(QuickUnlockOverError, match="replaced"):
            quick_files.load(folder, VAULT)
        path.unlink()
        os.mkfifo(path, 0o600)
        with pytest.raises(QuickUnlockOverError, match="replaced"):
            quick_files.load(folder, VAULT)
        path.unlink()
        path.write_bytes(content.ljust(70_000))
        path.chmod(0o600)
        with pytest.raises(QuickUnlockOverError, match="replaced"):
            quick_files.load(folder, VAULT)
        path.write_bytes(content.replace(VAULT.encode(), b"cd" * 16))
        with pytest.raises(QuickUnlockOverError, match="altered"):
            quick_files.load(folder, VAULT)


def test_a_count_that_is_missing_or_no_count_is_none_at_all(runtime: Path) -> None:
    with quick_files.opened(make=True) as folder:
        quick_files.store(folder, KEPT)
        path = runtime / "kvault" / f"quick-{VAULT}.tries"
        for content in (b"4", b"-1", b"", b"1\n", b"99999"):
            path.write_bytes(content)
            path.chmod(0o600)
            assert quick_files.tries(folder, VAULT) == 0
        path.unlink()
        assert quick_files.tries(folder, VAULT) == 0


def test_a_folder_that_cannot_be_written_is_a_reason(runtime: Path) -> None:
    with quick_files.opened(make=True) as folder:
        (runtime / "kvault").rmdir()
        with pytest.raises(Unsafe):
            quick_files.store(folder, KEPT)


def test_an_id_that_is_no_id_names_no_file() -> None:
    with quick_files.opened(make=True) as folder, pytest.raises(ValueError, match="id"):
        quick_files.load(folder, "../" + VAULT[3:])


@given(st.binary(max_size=400) | st.integers(0, 350).map(lambda size: b'{"format":1,"vault":"' + b"a" * size))
def test_any_bytes_in_its_place_are_over_and_wiped(content: bytes) -> None:
    with quick_files.opened(make=True) as folder:
        quick_files.store(folder, KEPT)
        handle = os.open(f"quick-{VAULT}", os.O_WRONLY | os.O_TRUNC, dir_fd=folder)
        os.write(handle, content)
        os.close(handle)
        state = quick.state(VAULT)
        assert (state.ready, state.reason) == (False, "Quick unlock is over: what was kept for it was altered.")
        assert quick_files.load(folder, VAULT) is None
