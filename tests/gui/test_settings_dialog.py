"""Settings count at once and are kept; About tells and tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QSpinBox

from kvault_gui import __version__
from kvault_gui.desktop import autostart
from kvault_gui.desktop.settings import LIMITS, Density, Settings, SettingsFile, Theme
from kvault_gui.gui.dialogs.about import AboutDialog
from kvault_gui.gui.dialogs.settings import SettingsDialog
from tests.gui.audit_stage import run
from tests.gui.gallery_export import opened
from tests.gui.stage import until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("look")
SIZE = (1280, 800)
NOT_SHOWN = {"vaults", "last_vault"}  # remembered, not chosen
CHOSEN = {"quick_minutes"}  # from a list


@pytest.fixture(autouse=True)
def _own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def control(dialog: SettingsDialog, name: str, kind: Any) -> Any:
    found = dialog.findChild(kind, f"setting-{name}")
    assert found is not None, name
    return found


def test_every_setting_can_be_changed_in_the_dialog() -> None:
    dialog = SettingsDialog(Settings(), [])
    names = set(Settings.__struct_fields__) - NOT_SHOWN
    shown = {
        each.objectName().removeprefix("setting-")
        for kind in (QSpinBox, QCheckBox, QComboBox)
        for each in dialog.findChildren(kind)
        if each.objectName().startswith("setting-")
    }
    assert shown == names
    for name, (low, high) in LIMITS.items():
        if name in CHOSEN:
            continue
        box = control(dialog, name, QSpinBox)
        assert (box.minimum(), box.maximum()) == (low, high)


def test_a_change_counts_at_once_and_is_kept(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path, SIZE, "settings_wanted", SettingsDialog) as (stage, dialog):
            application = stage.application
            control(dialog, "auto_lock_minutes", QSpinBox).setValue(3)
            assert application.watch.told == 1
            control(dialog, "lock_on_suspend", QCheckBox).click()
            colours = control(dialog, "theme", QComboBox)
            colours.setCurrentIndex(colours.findData("dark"))
            assert application.schemes == ["dark"]
            control(dialog, "clipboard_seconds", QSpinBox).setValue(0)
            room = control(dialog, "density", QComboBox)
            room.setCurrentIndex(room.findData("compact"))
            assert stage.audit.list.delegate.compact
            assert stage.window.secrets.list.delegate.compact
            kept = SettingsFile(application.settings_file.path).load()
            assert (kept.auto_lock_minutes, kept.lock_on_suspend, kept.theme) == (3, False, Theme.DARK)
            assert (kept.clipboard_seconds, kept.density) == (0, Density.COMPACT)
            assert application.errors == []

    run(play())


def test_starting_with_the_desktop_writes_and_removes_its_file(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path, SIZE, "settings_wanted", SettingsDialog) as (_stage, dialog):
            box = control(dialog, "start_at_login", QCheckBox)
            assert not box.isChecked()
            box.click()
            assert autostart.is_enabled()
            box.click()
            assert not autostart.is_enabled()

    run(play())


def test_what_cannot_be_noticed_here_is_said(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path, SIZE, "settings_wanted", SettingsDialog) as (stage, dialog):
            said = {each.text() for each in dialog.findChildren(QLabel)}
            assert set(stage.application.watch.missing) <= said

    run(play())


def test_zero_is_called_never() -> None:
    dialog = SettingsDialog(Settings(auto_lock_minutes=0), [])
    assert control(dialog, "auto_lock_minutes", QSpinBox).text() == "Never"


def test_a_desktop_without_a_tray_does_not_offer_it() -> None:
    dialog = SettingsDialog(Settings(), [], has_tray=False)
    assert not control(dialog, "keep_running", QCheckBox).isEnabled()


def test_enter_closes_the_settings_with_the_focus_in_a_number(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path, SIZE, "settings_wanted", SettingsDialog) as (stage, dialog):
            box = control(dialog, "hide_seconds", QSpinBox)
            box.setFocus()
            QTest.keyClick(box, Qt.Key.Key_Return)
            await until(lambda: stage.window.ask.current is None, "it did not close")

    run(play())


def test_about_names_the_version_and_shows_every_test(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path, SIZE, "about_wanted", AboutDialog) as (stage, dialog):
            assert any(__version__ in each.text() for each in dialog.findChildren(QLabel))
            dialog.test.click()
            await until(lambda: dialog.results and not dialog.tasks.is_running("test"), "no results")
            wanted = await stage.engine.tools.selftest()
            assert len(dialog.card.rows()) == len(wanted) > 10
            assert dialog.verdict.text() == f"All {len(wanted)} tests gave the answers of the standards."
            assert "passed" in dialog.card.rows()[0].accessibleName()

    run(play())
