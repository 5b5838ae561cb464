"""The words after kvault-gui, and what is read before the first paint."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kvault_gui.app import glance
from kvault_gui.app.arguments import parse
from kvault_gui.desktop.folders import with_tilde

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_words_are_read_and_unknown_ones_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse(["--vault", "v", "--hidden"])[:2] == (str(tmp_path / "v"), True)
    assert parse([f"--vault={tmp_path}/w"]).vault == str(tmp_path / "w")
    assert parse(["--nonsense"]).code == 2
    assert parse(["--help"]).answer.startswith("usage")
    monkeypatch.setenv("KVAULT_VAULT", "/somewhere")
    assert parse([]).vault == "/somewhere"


def test_the_last_vault_is_offered_if_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "vault.json").touch()
    settings = tmp_path / "kvault" / "settings.json"
    settings.parent.mkdir()
    paths = [str(tmp_path / name) for name in ("gone", "a", "b")]
    settings.write_text(json.dumps({"last_vault": paths[0], "vaults": paths, "theme": "dark"}))
    seen = glance.look("")
    assert (seen.vault, seen.recent, seen.theme) == (paths[1], (paths[2],), "dark")
    assert glance.look("/asked/for").vault == "/asked/for"
    assert with_tilde(paths[1]) == "~/a"


def test_damaged_settings_cost_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "kvault").mkdir()
    for content in (b"[1]", b"\xff", b'{"vaults": 3, "last_vault": [], "theme": {}}', b"[" * 100_000):
        (tmp_path / "kvault" / "settings.json").write_bytes(content)
        assert glance.look("") == glance.Glance("", (), "system")
