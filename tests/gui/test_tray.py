"""The tray's icon and menu; without a tray nothing depends on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kvault_gui.gui.tray import SIZES, Tray, state_icon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.usefixtures("look")


@pytest.fixture
def tray(look: object) -> Iterator[Tray]:
    assert look
    made = Tray()
    yield made
    made.remove()


def test_the_state_is_told_by_the_drawing_and_in_words(tray: Tray) -> None:
    locked, opened = state_icon(locked=True), state_icon(locked=False)
    for side in SIZES:
        closed_picture, open_picture = (icon.pixmap(side, side).toImage() for icon in (locked, opened))
        assert closed_picture != open_picture
    assert tray._icon.toolTip() == "kvault, locked"
    tray.set_locked(locked=False)
    assert tray._icon.toolTip() == "kvault, unlocked"


def test_the_menu_offers_what_is_possible(tray: Tray, qtbot: QtBot) -> None:
    assert not tray.lock_action.isEnabled()
    assert tray.show_action.text() == "Unlock…"
    tray.set_locked(locked=False)
    assert tray.show_action.text() == "Show kvault"
    for action, signal in (
        (tray.show_action, tray.show_wanted),
        (tray.lock_action, tray.lock_wanted),
        (tray.quit_action, tray.quit_wanted),
    ):
        with qtbot.waitSignal(signal):
            action.trigger()


def test_without_a_tray_messages_go_nowhere(tray: Tray) -> None:
    assert not tray.is_there
    tray.say("title", "text")
