"""The whole folder put back to an earlier state: noticed on the computer that has seen the newer one."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import Credential, Method, Opened, Secret
from kvault_gui.engine.facade import Engine
from tests.engine.vault.kit import Script, login

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "varnish otter copper"


def open_once(folder: Path, titles: list[str]) -> Opened:
    engine = Engine(Script(), "test", kdf_seconds=0)
    opened = engine.vaults.unlock(str(folder), Credential(Method.PASSWORD, Secret.of(PASSWORD)), [])
    for title in titles:
        engine.secrets.create(login(title))
    engine.vaults.close()
    return opened


def made(folder: Path) -> None:
    engine = Engine(Script(), "test", kdf_seconds=0)
    engine.vaults.create(str(folder), Secret.of(PASSWORD))
    engine.vaults.close()


def test_a_folder_that_goes_on_where_it_was_is_opened_without_a_word(tmp_path: Path) -> None:
    made(tmp_path / "v")
    open_once(tmp_path / "v", ["a", "b"])
    assert open_once(tmp_path / "v", []).notes == []


def test_an_older_copy_of_the_whole_folder_is_told_with_the_number_of_changes(tmp_path: Path) -> None:
    folder, old = tmp_path / "v", tmp_path / "old"
    made(folder)
    shutil.copytree(folder, old)
    open_once(folder, ["a"])
    shutil.rmtree(folder)
    shutil.copytree(old, folder)
    (note,) = open_once(folder, []).notes
    assert "changes older than the vault that was open here last" in note
    assert open_once(folder, []).notes == []  # told once: from now on this is the vault that was open last


def test_a_copy_that_went_its_own_way_is_told(tmp_path: Path) -> None:
    folder, other = tmp_path / "v", tmp_path / "other"
    made(folder)
    shutil.copytree(folder, other)
    open_once(folder, ["a"])
    with_other_state(other, ["b", "c", "d"])
    (note,) = open_once(other, []).notes
    assert "went another way" in note


def with_other_state(folder: Path, titles: list[str]) -> None:
    """Use a copy as another computer would: one that keeps another state."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder.parent / "elsewhere"))
        open_once(folder, titles)


def test_a_state_that_cannot_be_kept_or_read_hinders_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = tmp_path / "state"
    state.write_text("a file where a folder should be")
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    made(tmp_path / "v")
    assert open_once(tmp_path / "v", ["a"]).notes == []
