"""The window around the panes: rail, status, geometry, names for assistive technology."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAccessible, QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLineEdit, QPlainTextEdit, QWidget

from kvault_gui.engine.api import Secret
from kvault_gui.engine.errors import DiskFullError, LockedError
from kvault_gui.gui import theme
from kvault_gui.gui.main_window import Wishes
from tests.gui.stage import Stage, play, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    Test = Callable[[Stage], Awaitable[None]]

pytestmark = pytest.mark.usefixtures("look")
CONTROLS = (QAbstractButton, QLineEdit, QPlainTextEdit, QAbstractItemView)


@pytest.fixture
def on_stage(qapp: QApplication, tmp_path: Path) -> Callable[..., None]:
    def run(test: Test, **more: Any) -> None:
        async def act() -> None:
            async with Stage(tmp_path, **more) as stage:
                await test(stage)

        play(qapp, act())

    return run


def needed(widget: QWidget) -> int:
    """The least height in which a widget's text is whole, at the width that it has."""
    if widget.hasHeightForWidth():
        return widget.heightForWidth(widget.width())
    return widget.minimumSizeHint().height()


def test_closing_is_left_to_the_application(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        closed: list[bool] = []
        stage.window.close_wanted.connect(lambda: closed.append(True))
        QTest.keyClick(stage.window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
        assert closed
        assert stage.window.isVisible()

    on_stage(test)


def test_the_title_never_names_what_is_in_the_vault(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        await stage.choose("GitHub")
        assert stage.window.windowTitle() == "kvault"

    on_stage(test)


def test_a_copied_value_is_overwritten_and_counted_down(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        secret = Secret.of("value")
        stage.window.copy(secret, "Password of X")
        assert secret.value == b""
        status = stage.window.status
        assert status.message.text() == "Password of X is on the clipboard, cleared in 20 s"
        status.clipboard_ticks(7, 20)
        assert status.ring.seconds == 7
        stage.window.take_wishes(Wishes(clipboard_seconds=5))
        stage.window.copy(Secret.of("other"), "User name of X")
        assert "User name of X is on the clipboard, cleared in 5 s" in status.message.text()
        stage.window._clipboard.clear_now()
        assert not status.clear.isVisible()

    on_stage(test)


def test_an_error_is_said_in_words_and_a_locked_vault_is_not(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        stage.window.show_error(LockedError())
        stage.window.show_error(DiskFullError())
        await until(lambda: stage.window.ask.current is not None)
        question = stage.window.ask.current
        assert question is not None
        assert question.accessibleName() == "The disk is full"
        question.reject()
        await until(lambda: stage.window.ask.current is None)

    on_stage(test)


def test_size_and_columns_come_back(on_stage: Callable[..., None], tmp_path: Path) -> None:
    async def test(stage: Stage) -> None:
        store = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
        stage.window.resize(760, 600)
        stage.window.remember(store)
        other = stage.make_window((400, 400))
        other.restore(store)
        assert other.size().toTuple() == (760, 600)
        other.deleteLater()

    on_stage(test)


def test_a_narrow_window_drops_columns_and_moves_none(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        pane = stage.pane
        assert pane.sidebar.isVisible()
        assert pane.detail.isVisible()
        stage.window.resize(880, 640)
        assert not pane.sidebar.isVisible()
        assert pane.detail.isVisible()
        pane.commands["sidebar"].trigger()
        assert pane.sidebar.isVisible()
        pane.commands["sidebar"].trigger()
        stage.window.resize(560, 640)
        assert pane.list.isVisible()
        assert not pane.detail.isVisible()
        QTest.keyClick(pane.list, Qt.Key.Key_Return)
        assert pane.detail.isVisible()
        assert not pane.list.isVisible()
        pane.detail.back.click()
        assert pane.list.isVisible()

    on_stage(test)


def test_every_control_has_a_name_and_a_role(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        await stage.choose("GitHub")
        nameless = []
        for kind in CONTROLS:
            for control in stage.window.findChildren(kind):
                spoken = QAccessible.queryAccessibleInterface(control)
                if not control.isVisible() or spoken is None:
                    continue
                if not spoken.text(QAccessible.Text.Name) or spoken.role() is QAccessible.Role.NoRole:
                    nameless.append(f"{type(control).__name__} {control.objectName()}")
        assert not nameless

    on_stage(test)


def test_everything_that_can_be_operated_is_reached_with_tab(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        await stage.choose("GitHub")
        reached: set[str] = set()
        stage.window.rail.lock.setFocus()
        for _ in range(80):
            QTest.keyClick(stage.window.focusWidget(), Qt.Key.Key_Tab)
            reached.add(stage.window.focusWidget().objectName())
        wanted = {"search", "entry-list", "places", "vault-menu", "rail-secrets", "favourite", "edit", "row-password"}
        assert wanted <= reached, wanted - reached

    on_stage(test)


def test_text_at_200_percent_is_not_cut(qapp: QApplication, on_stage: Callable[..., None]) -> None:
    font = QFont("Inter")
    font.setPixelSize(26)
    qapp.setFont(font)

    async def test(stage: Stage) -> None:
        await stage.choose("GitHub")
        stage.pane._go_to_detail()
        await stage.calm()
        cut = [
            f"{type(one).__name__} {one.objectName()} {one.size().toTuple()}"
            for one in stage.window.findChildren(QWidget)
            if one.isVisible() and one.height() < needed(one)
        ]
        assert not cut
        assert theme.px(13) == 26

    on_stage(test)


def test_what_cannot_be_done_is_not_offered(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        stage.window.offer("import", possible=False)
        stage.window.offer("settings", possible=False)
        shown = [action.text() for action in stage.window.vault_button.menu().actions() if action.isVisible()]
        assert "Import…" not in shown
        assert "Lock" in shown
        assert not stage.window.rail.settings.isVisible()

    on_stage(test, empty=True)
