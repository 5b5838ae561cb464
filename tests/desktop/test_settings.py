"""Settings survive whatever lies in their file."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvault_gui.desktop import autostart
from kvault_gui.desktop.folders import config_home
from kvault_gui.desktop.settings import MAX_RECENT, Density, Settings, SettingsFile, Theme
from kvault_gui.engine.errors import FolderPermissionError


def test_what_is_saved_is_read_again_and_only_the_owner_reads_it(tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "new" / "settings.json")
    assert file.load() == Settings()
    file.settings.theme = Theme.DARK
    file.settings.density = Density.COMPACT
    file.settings.auto_lock_minutes = 3
    file.settings.remember("/somewhere/vault")
    file.save()
    again = SettingsFile(file.path)
    assert again.load() == file.settings
    assert again.note is None
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert list(file.path.parent.iterdir()) == [file.path]


def test_keys_of_a_newer_kvault_stay(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"from_the_future": {"a": [1]}, "hide_seconds": 5}')
    file = SettingsFile(path)
    assert file.load().hide_seconds == 5
    assert file.note is None
    file.save()
    assert json.loads(path.read_text())["from_the_future"] == {"a": [1]}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a":1', b"\xff\xfe", b"[" * 100_000, b" " * 2_000_000])
def test_a_damaged_file_gives_the_usual_settings_and_is_kept_beside(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    file = SettingsFile(path)
    assert file.load() == Settings()
    assert file.note is not None
    assert "settings.json.damaged" in file.note
    file.save()
    assert (tmp_path / "settings.json.damaged").read_bytes() == content
    assert SettingsFile(path).load() == Settings()


def test_one_bad_value_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"theme": "neon", "clipboard_seconds": 7, "hide_seconds": 99999999}')
    file = SettingsFile(path)
    settings = file.load()
    assert settings.theme is Theme.SYSTEM
    assert settings.clipboard_seconds == 7
    assert settings.hide_seconds == 3600
    assert file.note is not None
    assert "theme" in file.note


def test_a_link_to_the_settings_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.json"
    real.write_text("{}")
    link = tmp_path / "settings.json"
    link.symlink_to(real)
    SettingsFile(link).save()
    assert link.is_symlink()
    assert json.loads(real.read_text())["keep_running"] is True


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderPermissionError):
        SettingsFile(tmp_path / "file" / "settings.json").save()


def test_a_failed_write_leaves_the_old_settings_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = SettingsFile(tmp_path / "settings.json")
    file.save()
    before = file.path.read_bytes()

    def broken(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    file.settings.theme = Theme.LIGHT
    with pytest.raises(FolderPermissionError):
        file.save()
    assert file.path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file.path]


def test_the_recent_vaults_are_newest_first_without_doubles_and_limited() -> None:
    settings = Settings()
    for number in range(MAX_RECENT + 5):
        settings.remember(f"/v/{number}")
    settings.remember("/v/20")
    assert settings.vaults[0] == settings.last_vault == "/v/20"
    assert len(settings.vaults) == len(set(settings.vaults)) == MAX_RECENT
    settings.forget("/v/20")
    assert settings.last_vault == "/v/24"


def test_a_relative_configuration_folder_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert Path(config_home()) == Path.home() / ".config"
    monkeypatch.setenv("XDG_CONFIG_HOME", "/elsewhere")
    assert Path(config_home()) == Path("/elsewhere")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from([field.name for field in msgspec.structs.fields(Settings)]) | st.text(max_size=5)


@given(st.dictionaries(names, json_values, max_size=8))
def test_any_json_object_loads_and_then_saves_to_the_same(content: dict[str, object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "settings.json"
        path.write_text(json.dumps(content))
        file = SettingsFile(path)
        first = msgspec.structs.replace(file.load())
        assert 0 <= first.auto_lock_minutes <= 1440
        file.save()
        again = SettingsFile(path)
        assert again.load() == first
        assert again.note is None


def test_starting_at_login_is_one_file_that_comes_and_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(autostart, "command", lambda: ["/opt/my apps/100%/kvault-gui"])
    assert not autostart.is_enabled()
    autostart.enable()
    assert autostart.is_enabled()
    lines = autostart.autostart_file().read_text().splitlines()
    assert lines[0] == "[Desktop Entry]"
    assert 'Exec="/opt/my apps/100%%/kvault-gui" --hidden' in lines
    autostart.autostart_file().write_text("\n".join([*lines, "Hidden = true"]))
    assert not autostart.is_enabled()
    autostart.disable()
    autostart.disable()
    assert not autostart.autostart_file().exists()


def test_a_dollar_and_a_quote_in_a_path_are_escaped_twice() -> None:
    assert autostart.quote('/a"b$c') == '"/a\\\\"b\\\\$c"'
    assert autostart.quote("plain") == "plain"
