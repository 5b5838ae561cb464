"""Finding, showing, copying and changing entries, over a real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from kvault_gui.engine.api import Order, Use, Version, View
from kvault_gui.gui import theme
from kvault_gui.gui.ask import Question
from kvault_gui.gui.dialogs.namespace import NameDialog
from kvault_gui.gui.models.sidebar import SidebarRow, Stop
from kvault_gui.gui.panes.secrets.columns import DETAIL_LEAST
from kvault_gui.gui.panes.secrets.rows import HistoryRow, what_changed
from kvault_gui.gui.widgets.field_row import FieldRow
from tests.gui.inprocess import login
from tests.gui.stage import Stage, play, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    Test = Callable[[Stage], Awaitable[None]]

pytestmark = pytest.mark.usefixtures("look")


@pytest.fixture
def on_stage(qapp: QApplication, tmp_path: Path) -> Callable[..., None]:
    """Run a test on a window over the sample vault."""

    def run(test: Test, **more: Any) -> None:
        async def act() -> None:
            async with Stage(tmp_path, **more) as stage:
                await test(stage)
                assert not stage.window.ask.current

        play(qapp, act())

    return run


async def answer(stage: Stage, *, yes: bool) -> str:
    await until(lambda: stage.window.ask.current is not None)
    question = stage.window.ask.current
    assert isinstance(question, Question)
    asked = question.accessibleName()
    (question.action if yes and question.action else question.safe).click()
    await until(lambda: stage.window.ask.current is None and not stage.pane.tasks.is_running("delete"))
    await stage.calm()
    return asked


def test_three_keys_and_ctrl_c_copy_a_password(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        QTest.keyClicks(stage.pane.head.search, "git")
        await stage.calm()
        assert stage.titles() == ["GitHub"]
        QTest.keyClick(stage.pane.head.search, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        await stage.calm()
        assert QGuiApplication.clipboard().text() == "t7#Rk9-vale.Ormen42"
        assert "Password of GitHub" in stage.window.status.message.text()
        stage.window.status.clear.click()
        assert QGuiApplication.clipboard().text() == ""
        assert stage.window.status.message.text() == ""

    on_stage(test)


def test_selected_text_wins_over_the_password(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        QTest.keyClicks(stage.pane.head.search, "git")
        await stage.calm()
        stage.pane.head.search.selectAll()
        QTest.keyClick(stage.pane.head.search, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        await stage.calm()
        assert QGuiApplication.clipboard().text() == "git"

    on_stage(test)


def test_user_name_website_and_code_have_keys_of_their_own(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        await stage.choose("GitHub")
        clipboard = QGuiApplication.clipboard()
        for command, expected in (("copy-who", "octocat"), ("copy-url", "https://github.com/login")):
            await stage.give(command)
            assert clipboard.text() == expected
        await stage.give("copy-code")
        assert clipboard.text().isdigit()
        await stage.choose("Passport")
        await stage.give("copy-url")
        assert "no field" in stage.pane.detail.snackbar.text

    on_stage(test)


def test_escape_clears_the_search_and_down_goes_into_the_list(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        search = stage.pane.head.search
        QTest.keyClicks(search, "wi")
        await stage.calm()
        assert len(stage.titles()) == 3
        QTest.keyClick(search, Qt.Key.Key_Down)
        assert stage.pane.list.hasFocus()
        QTest.keyClicks(stage.pane.list, "r")  # typing in the list searches on
        await stage.calm()
        assert search.text() == "wir"
        QTest.keyClick(search, Qt.Key.Key_Escape)
        await stage.calm()
        assert len(stage.titles()) == 14

    on_stage(test)


def test_what_is_thrown_away_can_be_undone(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        await stage.choose("Old Jenkins")
        QTest.keyClick(stage.pane.list, Qt.Key.Key_Delete)
        await stage.calm()
        assert "Old Jenkins" not in stage.titles()
        assert stage.pane.detail.snackbar.text == "Moved “Old Jenkins” to the trash"
        assert stage.pane.list.current() is not None  # the next one is selected
        await stage.give("undo")
        assert "Old Jenkins" in stage.titles()

    on_stage(test)


def test_several_are_thrown_away_and_brought_back_together(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        stage.pane.list.selectAll()
        await stage.calm()
        await stage.give("trash")
        assert stage.titles() == []
        stage.pane.sidebar.choose((Stop.TRASH, None))
        await stage.calm()
        assert len(stage.titles()) == 14
        stage.pane.list.selectAll()
        await stage.calm()
        stage.pane.detail.restore.click()
        await stage.calm()
        assert stage.titles() == []

    on_stage(test)


def test_deleting_for_ever_asks_once_and_names_the_entry(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        await stage.choose("Old Jenkins")
        await stage.give("trash")
        stage.pane.sidebar.choose((Stop.TRASH, None))
        await stage.calm()
        for yes in (False, True):
            stage.pane.commands["delete"].trigger()
            assert "Old Jenkins" in await answer(stage, yes=yes)
            assert stage.titles() == ([] if yes else ["Old Jenkins"])

    on_stage(test)


def test_selection_stays_when_entries_change_elsewhere(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        await stage.choose("Mail")
        before = stage.pane.list.currentIndex().row()
        await stage.engine.secrets.create(login("AAA first of all"))
        await stage.calm()
        current = stage.pane.list.current()
        assert current is not None
        assert current.title == "Mail"
        assert stage.pane.list.currentIndex().row() == before + 1
        assert stage.pane.detail.entry is not None
        assert stage.pane.detail.entry.title == "Mail"

    on_stage(test)


def test_a_shown_value_hides_again(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        await stage.choose("GitHub")
        row = stage.pane.detail.findChild(FieldRow, "row-password")
        assert isinstance(row, FieldRow)
        assert row.secret is not None
        view_of = row.secret
        assert [view_of.is_shown] == [False]
        QTest.keyClick(row, Qt.Key.Key_Space)
        await stage.calm()
        assert [view_of.is_shown] == [True]
        view = stage.pane.detail._view
        assert view is not None
        assert view._hide.isActive()
        assert view._hide.interval() == 30_000
        view._hide.timeout.emit()
        assert [view_of.is_shown] == [False]
        await stage.give("reveal")
        assert [view_of.is_shown] == [True]
        await stage.choose("Mail")
        assert stage.pane.detail.entry is not None
        assert stage.pane.detail.entry.title == "Mail"

    on_stage(test)


def test_a_version_is_a_sentence_that_begins_with_a_capital() -> None:
    def said(*changed: str) -> str:
        return what_changed(Version(2, 0.0, "owner", list(changed), current=True))

    assert said("password") == "Password changed"
    assert said("username", "password") == "User name and password changed"
    assert said("username", "password", "url", "notes") == "User name, password and 2 more changed"


def test_the_history_fits_into_the_narrowest_column(qtbot: QtBot) -> None:
    long_ago = Version(7, 1_577_000_000.0, "owner", ["username", "password", "url"], current=False)
    row = HistoryRow(long_ago)
    qtbot.addWidget(row)
    assert row.minimumSizeHint().width() <= theme.px(DETAIL_LEAST - 2 * 24)


def test_an_earlier_version_becomes_the_current_one_again(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        await stage.change("GitHub", password="newer")
        await stage.choose("GitHub")
        stage.pane.acts.revert(stage.pane.detail.entry, 1)  # type: ignore[arg-type]  # it was chosen
        await stage.calm()
        value = await stage.engine.secrets.reveal(stage.ids["GitHub"], "password", Use.SHOW)
        assert value.text() == "t7#Rk9-vale.Ormen42"
        assert len(await stage.engine.secrets.versions(stage.ids["GitHub"])) == 3

    on_stage(test)


def test_order_and_kind_are_chosen_at_the_head_of_the_list(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        await stage.change("Wi-Fi, home", username="5G")
        menu = {action.text(): action for action in stage.pane.head.sort.menu().actions()}
        menu["Changed last first"].trigger()
        await stage.calm()
        assert stage.titles()[0] == "Wi-Fi, home"
        assert stage.pane.rows.view.order is Order.CHANGED
        menu["API key"].trigger()
        await stage.calm()
        assert set(stage.titles()) == {"Cloud API token", "Sentry DSN", "Stripe restricted key"}

    on_stage(test)


def test_places_lead_to_their_entries(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        for place, count in (
            ((Stop.FAVOURITES, None), 2),
            ((Stop.EXPIRING, None), 3),
            ((Stop.TAG, "finance"), 2),
            ((Stop.TRASH, None), 0),
        ):
            stage.pane.sidebar.choose(place)
            await stage.calm()
            assert len(stage.titles()) == count
        overview = await stage.engine.secrets.overview()
        work = next(namespace for namespace in overview.namespaces if namespace.path == "work")
        stage.pane.sidebar.choose((Stop.NAMESPACE, work.id))
        await stage.calm()
        assert len(stage.titles()) == work.count

    on_stage(test)


def test_moving_goes_to_a_namespace_that_is_made_on_the_way(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        rows = [row for at in range(14) if (row := stage.pane.rows.row(at)) and row.title in ("Mail", "GitHub")]
        stage.pane.acts.move(rows, "new/deep")
        await stage.calm()
        assert (await stage.engine.secrets.get(stage.ids["Mail"])).path == "new/deep"
        assert stage.pane.detail.snackbar.text == "Moved 2 items to new / deep"

    on_stage(test)


def test_an_empty_vault_says_what_to_do_first(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        assert stage.pane.pane_empty.isVisible()
        assert stage.pane.pane_empty.title.text() == "Put your first secret in"
        await stage.engine.secrets.create(login("First"))
        await stage.calm()
        assert not stage.pane.pane_empty.isVisible()
        assert stage.titles() == ["First"]

    on_stage(test, empty=True)


def test_a_search_without_hits_repeats_what_was_searched(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        stage.pane.sidebar.choose((Stop.FAVOURITES, None))
        await stage.calm()
        QTest.keyClicks(stage.pane.head.search, "jenk")
        await stage.calm()
        assert stage.pane.list_empty.title.text() == "Nothing matches “jenk”"
        stage.pane._search_everywhere()
        await stage.calm()
        assert stage.titles() == ["Old Jenkins"]

    on_stage(test)


def test_mark_up_in_a_title_is_shown_as_it_is(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        await stage.engine.secrets.create(login("<b>bold</b>\u202egpj", notes="<img src=x>"))
        await stage.calm()
        await stage.choose("<b>bold</b>\u202egpj")
        title = stage.pane.detail.findChild(QLabel, "entry-title")
        assert isinstance(title, QLabel)
        assert title.text() == "<b>bold</b> gpj"
        for label in stage.window.findChildren(QLabel):
            assert label.textFormat() is Qt.TextFormat.PlainText, label.text()

    on_stage(test)


def test_a_lock_waits_for_no_question(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        await stage.choose("Mail")
        stage.pane.commands["edit"].trigger()
        await until(lambda: stage.window.ask.current is not None)
        stage.window.close_down()
        await until(lambda: stage.window.ask.current is None)
        assert not stage.window.isVisible()
        assert await stage.engine.secrets.count(View()) == 14

    on_stage(test)


def test_namespaces_are_made_renamed_and_removed(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        async def place(path: str) -> SidebarRow:
            overview = await stage.engine.secrets.overview()
            found = next(one for one in overview.namespaces if one.path == path)
            return SidebarRow(Stop.NAMESPACE, found.name, found.count, found.id, found.path)

        async def name(text: str) -> None:
            await until(lambda: isinstance(stage.window.ask.current, NameDialog))
            dialog = stage.window.ask.current
            assert isinstance(dialog, NameDialog)
            dialog.done_typing()  # the name that is there, or none
            dialog._edit.setText(text)
            dialog.done_typing()
            await until(lambda: not stage.pane.tasks.is_running("form"))
            await stage.calm()

        stage.pane.editing.new_namespace(await place("work"))
        await name("a/b")
        assert "work/a%2Fb" in stage.pane.sidebar.rows.paths()
        menu = stage.pane.editing.place_menu(await place("work/a%2Fb"), stage.pane)
        assert menu is not None
        acts = {action.text(): action for action in menu.actions()}
        acts["Remove"].trigger()
        await until(lambda: not stage.pane.tasks.is_running("form"))
        await stage.calm()
        assert "work/a%2Fb" not in stage.pane.sidebar.rows.paths()
        await stage.give("undo")
        assert "work/a%2Fb" in stage.pane.sidebar.rows.paths()

    on_stage(test)
