"""The entry form over a real engine: storing, drafts, conflicts, fields of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QPushButton

from kvault_gui.engine.api import Draft, FieldType, Kind, Use, View
from kvault_gui.gui.ask import Question
from kvault_gui.gui.dialogs.entry import EntryDialog
from tests.gui.inprocess import login
from tests.gui.stage import Stage, play, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    Test = Callable[[Stage], Awaitable[None]]

pytestmark = pytest.mark.usefixtures("look")


@pytest.fixture
def on_stage(qapp: QApplication, tmp_path: Path) -> Callable[..., None]:
    def run(test: Test, **more: Any) -> None:
        async def act() -> None:
            async with Stage(tmp_path, **more) as stage:
                await test(stage)

        play(qapp, act())

    return run


async def form(stage: Stage, command: str) -> EntryDialog:
    stage.pane.commands[command].trigger()
    await until(lambda: isinstance(stage.window.ask.current, EntryDialog))
    dialog = stage.window.ask.current
    assert isinstance(dialog, EntryDialog)
    return dialog


def editor(dialog: EntryDialog, name: str) -> Any:
    return next(one for one in dialog._editors if one.field.name == name)


async def closed(stage: Stage) -> None:
    await until(lambda: stage.window.ask.current is None)
    await stage.calm()


def test_a_new_login_is_stored_and_shown(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        dialog = await form(stage, "new")
        QTest.keyClicks(dialog.about.title, "Example")
        QTest.keyClicks(editor(dialog, "username")._plain, "me")
        QTest.keyClicks(editor(dialog, "password").secret, "s3cret word")
        dialog.about.namespace.setText("work/new")
        dialog.about.tags.setText("a, b")
        dialog.about._expires.setText("2031-05-01")
        QTest.keyClick(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        await closed(stage)
        entry = stage.pane.detail.entry
        assert entry is not None
        assert (entry.title, entry.path, entry.tags) == ("Example", "work/new", ["a", "b"])
        value = await stage.engine.secrets.reveal(entry.id, "password", Use.SHOW)
        assert value.text() == "s3cret word"
        assert await stage.engine.drafts.all() == []

    on_stage(test, empty=True)


def test_what_was_just_stored_is_shown_although_something_else_was_searched_for(
    on_stage: Callable[..., None],
) -> None:
    async def test(stage: Stage) -> None:
        stage.pane.head.search.setText("GitHub")
        await stage.calm()
        dialog = await form(stage, "new")
        QTest.keyClicks(dialog.about.title, "Robot")
        dialog.save.click()
        await closed(stage)
        await until(lambda: stage.pane.detail.entry is not None and stage.pane.detail.entry.title == "Robot")
        row = stage.pane.list.current()
        assert row is not None
        assert row.title == "Robot"
        assert stage.pane.head.search.text() == ""

    on_stage(test)


def test_what_is_missing_is_said_under_the_field(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        dialog = await form(stage, "new")
        editor(dialog, "otp").secret.set_secret(bytearray(b"not base32!"))
        dialog.save.click()
        await until(lambda: dialog.about.title.accessibleDescription() != "")
        assert "otpauth" in editor(dialog, "otp").problem.text()
        assert dialog.isVisible()
        dialog._changed = False
        dialog.reject()
        await closed(stage)
        assert await stage.engine.secrets.count(View()) == 14

    on_stage(test)


def test_only_what_was_changed_makes_a_difference(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        await stage.choose("GitHub")
        dialog = await form(stage, "edit")
        QTest.keyClicks(editor(dialog, "username")._plain, "2")
        dialog.save.click()
        await closed(stage)
        newest = (await stage.engine.secrets.versions(stage.ids["GitHub"]))[0]
        assert newest.changed == ["username"]
        value = await stage.engine.secrets.reveal(stage.ids["GitHub"], "password", Use.SHOW)
        assert value.text() == "t7#Rk9-vale.Ormen42"

    on_stage(test)


def test_a_stored_value_is_read_only_when_it_is_to_be_edited(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        await stage.choose("Mail")
        dialog = await form(stage, "edit")
        password = editor(dialog, "password")
        assert len(password.secret) == 0
        password.read_wanted.emit(password)
        await until(lambda: len(password.secret or "") > 0)
        assert bytes(password.secret.peek()) == b"pw-Mail"
        dialog._changed = False
        dialog.reject()
        await closed(stage)

    on_stage(test)


def test_long_tokens_and_keys_of_several_lines_are_edited_whole(on_stage: Callable[..., None]) -> None:
    token, key = "t" * 3_000, "-----BEGIN KEY-----\n" + "k" * 64 + "\n-----END KEY-----\n"

    async def test(stage: Stage) -> None:
        await stage.change("Mail", password=key)
        await stage.choose("Mail")
        dialog = await form(stage, "edit")
        password = editor(dialog, "password")
        password.read_wanted.emit(password)
        await until(lambda: password._plain is not None)
        QTest.keyClicks(password._plain.edit, "x")
        dialog.save.click()
        await closed(stage)
        value = (await stage.engine.secrets.reveal(stage.ids["Mail"], "password", Use.SHOW)).text()
        assert sorted(value) == sorted(key + "x")
        await stage.change("Mail", password=token)
        await stage.choose("Mail")
        dialog = await form(stage, "edit")
        password = editor(dialog, "password")
        password.read_wanted.emit(password)
        await until(lambda: len(password.secret or "") == len(token))
        QTest.keyClick(password.secret, Qt.Key.Key_End)
        QTest.keyClicks(password.secret, "x")
        dialog.save.click()
        await closed(stage)
        value = (await stage.engine.secrets.reveal(stage.ids["Mail"], "password", Use.SHOW)).text()
        assert value == token + "x"

    on_stage(test)


def test_fields_of_ones_own_are_added_ordered_and_removed(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        await stage.choose("Mail")
        dialog = await form(stage, "edit")
        for name in ("door", "shelf"):
            dialog.add_field.click()
            added = dialog._editors[-1]
            assert added.name is not None
            assert added._plain is not None
            QTest.keyClicks(added.name, name)
            QTest.keyClicks(added._plain, name + " code")
        shelf = dialog._editors[-1]
        shelf.move_wanted.emit(shelf, -1)
        box = shelf.findChild(QComboBox)
        assert isinstance(box, QComboBox)
        box.setCurrentIndex(box.findData(FieldType.SECRET))
        box.activated.emit(box.currentIndex())
        dialog.save.click()
        await closed(stage)
        entry = await stage.engine.secrets.get(stage.ids["Mail"])
        assert [field.name for field in entry.fields][-2:] == ["shelf", "door"]
        assert entry.fields[-2].protected
        dialog = await form(stage, "edit")
        door = editor(dialog, "door")
        door.remove_wanted.emit(door)
        editor(dialog, "shelf")._rename("cupboard")
        dialog.save.click()
        await closed(stage)
        entry = await stage.engine.secrets.get(stage.ids["Mail"])
        assert [field.name for field in entry.fields][-1] == "cupboard"
        value = await stage.engine.secrets.reveal(entry.id, "cupboard", Use.SHOW)
        assert value.text() == "shelf code"

    on_stage(test)


def test_an_unsaved_edit_is_kept_while_typing_and_offered_again(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        await stage.choose("GitHub")
        dialog = await form(stage, "edit")
        QTest.keyClicks(editor(dialog, "username")._plain, "!")
        stage.window.close_down()  # a lock: nothing is asked, and what was typed is kept
        await closed(stage)
        (draft,) = await stage.engine.drafts.all()
        assert draft.entry == stage.ids["GitHub"]
        assert {field.name: field.value for field in draft.input.fields}["password"] is None
        stage.window = stage.make_window((1280, 800))
        stage.window.show()
        await stage.pane.open()
        await stage.calm()
        banner = stage.pane.detail._draft
        assert banner is not None
        assert "GitHub" in banner.accessibleName()
        again = banner.findChild(QPushButton, "draft-continue")
        assert isinstance(again, QPushButton)
        again.click()
        await until(lambda: isinstance(stage.window.ask.current, EntryDialog))
        dialog = stage.window.ask.current  # type: ignore[assignment]  # just looked
        assert editor(dialog, "username")._plain.text() == "octocat!"
        dialog.save.click()
        await closed(stage)
        assert await stage.engine.drafts.all() == []
        await until(lambda: stage.pane.detail._draft is None)
        value = await stage.engine.secrets.reveal(stage.ids["GitHub"], "password", Use.SHOW)
        assert value.text() == "t7#Rk9-vale.Ormen42"

    on_stage(test)


def test_leaving_with_something_typed_asks_first(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        dialog = await form(stage, "new")
        QTest.keyClicks(dialog.about.title, "Half")
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        await until(lambda: isinstance(stage.window.ask.current, Question))
        question = stage.window.ask.current
        assert isinstance(question, Question)
        question.safe.click()
        await until(lambda: stage.window.ask.current is dialog)
        dialog.reject()
        await until(lambda: isinstance(stage.window.ask.current, Question))
        question = stage.window.ask.current
        assert isinstance(question, Question)
        assert question.action is not None
        question.action.click()
        await closed(stage)
        assert await stage.engine.drafts.all() == []

    on_stage(test)


def test_a_change_made_meanwhile_is_told_and_nothing_is_lost(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        await stage.choose("Mail")
        dialog = await form(stage, "edit")
        QTest.keyClicks(editor(dialog, "username")._plain, "x")
        await stage.change("Mail", username="other")
        dialog.save.click()
        await until(dialog._banner.isVisible)
        assert "changed in the meantime" in dialog._banner.accessibleName()
        assert editor(dialog, "username")._plain.text() == "user@example.orgx"
        dialog._changed = False
        dialog.reject()
        await closed(stage)

    on_stage(test)


def test_the_draft_of_an_entry_that_is_gone_becomes_a_new_one(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        stage.pane.editing.resume(Draft(10**6, 4, login("Lost", password="kept words")))
        await until(lambda: isinstance(stage.window.ask.current, EntryDialog))
        dialog = stage.window.ask.current
        assert isinstance(dialog, EntryDialog)
        dialog.save.click()
        await closed(stage)
        found = await stage.engine.secrets.search("Lost", View())
        assert [row.kind for row in found] == [Kind.CREDENTIAL]

    on_stage(test)


def test_a_file_is_attached_saved_elsewhere_and_removed(on_stage: Callable[..., None], tmp_path: Path) -> None:
    source, target = tmp_path / "scan.pdf", tmp_path / "copy.pdf"
    source.write_bytes(bytes(range(256)) * 40)

    async def test(stage: Stage) -> None:
        async def chosen(*_: object) -> str:
            return str(source)

        async def saved(*_: object) -> str:
            return str(target)

        stage.window.ask.open_file = chosen  # type: ignore[method-assign, assignment]  # the file dialog's answer
        stage.window.ask.save_file = saved  # type: ignore[method-assign, assignment]
        await stage.choose("Mail")
        dialog = await form(stage, "edit")
        for _ in range(2):
            dialog.add_file.click()
            await until(lambda: not dialog.tasks.is_running("attach"))
        dialog.save.click()
        await closed(stage)
        entry = await stage.engine.secrets.get(stage.ids["Mail"])
        files = [field for field in entry.fields if field.type is FieldType.FILE]
        assert [(field.name, field.size) for field in files] == [("scan.pdf", 10_240), ("scan (2).pdf", 10_240)]
        stage.pane.acts.save_file(entry, files[0])
        await until(target.exists)
        await until(lambda: not stage.pane.tasks.is_running("save file"))
        assert target.read_bytes() == source.read_bytes()
        assert target.stat().st_mode & 0o777 == 0o600
        dialog = await form(stage, "edit")
        doomed = editor(dialog, "scan (2).pdf")
        doomed.remove_wanted.emit(doomed)
        dialog.save.click()
        await closed(stage)
        entry = await stage.engine.secrets.get(stage.ids["Mail"])
        assert [field.name for field in entry.fields if field.type is FieldType.FILE] == ["scan.pdf"]

    on_stage(test)


def test_another_kind_brings_its_own_fields(on_stage: Callable[..., None]) -> None:
    async def test(stage: Stage) -> None:
        dialog = await form(stage, "new")
        QTest.keyClicks(dialog.about.title, "Token")
        box = dialog.about.top.findChild(QComboBox, "kind")
        assert isinstance(box, QComboBox)
        box.setCurrentIndex(box.findData(Kind.API_KEY))
        box.activated.emit(box.currentIndex())
        QTest.keyClicks(editor(dialog, "key").secret, "sk_1")
        QTest.keyClicks(editor(dialog, "service")._plain, "mail")
        dialog.save.click()
        await closed(stage)
        entry = stage.pane.detail.entry
        assert entry is not None
        assert (entry.kind, [field.name for field in entry.fields]) == (Kind.API_KEY, ["service", "key"])
        assert stage.pane.commands["copy-main"].text() == "Copy key"

    on_stage(test, empty=True)
