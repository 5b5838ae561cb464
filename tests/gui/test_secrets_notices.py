"""What opening and verification found stays in sight until it is dismissed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel

from kvault_gui.engine.errors import DiskFullError, OldRowsError
from kvault_gui.gui.panes.secrets.notices import Notices
from kvault_gui.gui.widgets.panels import Banner
from tests.gui.stage import Stage, play

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.usefixtures("look")


@pytest.fixture
def notices(qtbot: QtBot) -> Notices:
    made = Notices()
    qtbot.addWidget(made)
    return made


def banners(notices: Notices) -> list[Banner]:
    return [banner for banner in notices.findChildren(Banner) if not banner.isHidden()]


def dismiss(banner: Banner) -> None:
    button = banner.findChild(QAbstractButton)
    assert button is not None
    QTest.keyClick(button, Qt.Key.Key_Space)


def test_what_opening_found_is_said_until_it_is_dismissed(notices: Notices) -> None:
    assert notices.isHidden()
    notices.say_opening(["The header <b>vault.json</b> was mended.", "An import was cut off."])
    notices.show()
    (banner,) = banners(notices)
    assert banner.accessibleName() == "The header <b>vault.json</b> was mended. An import was cut off."
    assert {each.textFormat() for each in banner.findChildren(QLabel)} == {Qt.TextFormat.PlainText}
    dismiss(banner)
    assert banners(notices) == []
    assert notices.isHidden()


def test_an_opening_without_findings_says_nothing(notices: Notices) -> None:
    notices.say_opening([])
    assert notices.isHidden()


def test_further_damage_of_one_kind_is_counted_in_one_banner(notices: Notices) -> None:
    for bucket in (3, 3, 4):
        notices.say_found(OldRowsError(reason=f"part {bucket}"))
    (banner,) = banners(notices)
    assert "part 3" in banner.accessibleName()
    assert "2 findings of this kind" in banner.accessibleName()
    notices.say_found(DiskFullError())
    assert len(banners(notices)) == 2


def test_what_was_dismissed_does_not_come_again(notices: Notices) -> None:
    notices.say_found(OldRowsError(reason="part 3"))
    dismiss(banners(notices)[0])
    notices.say_found(OldRowsError(reason="part 4"))
    assert banners(notices) == []


def test_the_banner_stands_over_the_columns_and_no_dialog_opens(qapp: QApplication, tmp_path: Path) -> None:
    async def act() -> None:
        async with Stage(tmp_path) as stage:
            stage.pane.notices.say_found(OldRowsError(reason="part 3"))
            await stage.calm()
            assert stage.window.ask.current is None
            assert stage.pane.notices.isVisible()
            corner = stage.pane.notices.mapTo(stage.pane, stage.pane.notices.rect().topLeft())
            assert corner.y() == 0
            assert stage.pane.list.isVisible()

    play(qapp, act())
