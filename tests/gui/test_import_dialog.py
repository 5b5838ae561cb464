"""The import, driven by keys over a real engine."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from kvault_gui.engine.api import View
from kvault_gui.gui.dialogs.import_dialog import PREVIEW, RESULT, SOURCE, ImportDialog
from tests.gui.audit_stage import AuditStage, run
from tests.gui.gallery_import import csv_file
from tests.gui.inprocess import login
from tests.gui.stage import until
from tests.shared import shared

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("look")
KDBX = "vectors/vault-kdbx-pykeepass/test4.kdbx"
KEY = "vectors/vault-kdbx-pykeepass/test4.key"


@asynccontextmanager
async def importing(folder: Path) -> AsyncIterator[tuple[AuditStage, ImportDialog]]:
    """The window with the dialog over it, opened by its shortcut."""
    async with AuditStage(folder, empty=True) as stage:
        keys(stage.window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: isinstance(stage.window.ask.current, ImportDialog), "no dialog")
        dialog = stage.window.ask.current
        assert isinstance(dialog, ImportDialog)
        yield stage, dialog


def keys(over: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the focus is."""
    QTest.keyClick(QApplication.focusWidget() or over, key, modifier)


def write(text: str) -> None:
    """Type where the focus is."""
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClicks(focused, text)


async def rested(dialog: ImportDialog) -> None:
    await until(lambda: not dialog.is_working() and not dialog.tasks.is_running("count"), "it never ended")


async def titles(stage: AuditStage) -> list[str]:
    return [row.title for row in await stage.engine.secrets.page(View(), None, 1_000)]


def test_a_database_is_imported_with_keys_alone(tmp_path: Path) -> None:
    async def play() -> None:
        async with importing(tmp_path) as (stage, dialog):
            write(str(shared(KDBX)))
            keys(dialog, Qt.Key.Key_Return)  # the password is needed first
            assert QApplication.focusWidget() is dialog.source_page.password
            write("password")
            dialog.source_page.key_file.setFocus()
            write(str(shared(KEY)))
            keys(dialog, Qt.Key.Key_Return)
            await until(lambda: dialog.page == PREVIEW, "no preview")
            assert dialog.preview_page.counts.text().startswith("15 entries")
            assert await titles(stage) == []
            await rested(dialog)
            keys(dialog, Qt.Key.Key_Return)
            await until(lambda: dialog.page == RESULT, "not imported")
            assert "15 entries came in" in dialog.result_page.title.text()
            await rested(dialog)
            keys(dialog, Qt.Key.Key_Return)
            await until(lambda: stage.window.ask.current is None, "it did not close")
            assert "foobar_entry" in await titles(stage)

    run(play())


def test_a_wrong_password_is_told_under_its_field_and_can_be_corrected(tmp_path: Path) -> None:
    async def play() -> None:
        async with importing(tmp_path) as (_stage, dialog):
            page = dialog.source_page
            page.set_path(str(shared(KDBX)))
            write("wrong")
            keys(dialog, Qt.Key.Key_Return)
            await rested(dialog)
            assert dialog.page == SOURCE
            assert "does not open test4.kdbx" in page.password_problem.said.text()
            assert QApplication.focusWidget() is page.password
            page.key_file.setText(str(shared(KEY)))
            write("password")  # what was typed is selected: typing replaces it
            assert page.password_problem.isHidden()
            keys(dialog, Qt.Key.Key_Return)
            await until(lambda: dialog.page == PREVIEW, "no preview")

    run(play())


def test_a_database_under_another_name_is_asked_for_its_password(tmp_path: Path) -> None:
    async def play() -> None:
        async with importing(tmp_path) as (_stage, dialog):
            other = tmp_path / "backup.bin"
            other.write_bytes(shared(KDBX).read_bytes())
            dialog.source_page.set_path(str(other))
            assert dialog.source_page._database.isHidden()
            keys(dialog, Qt.Key.Key_Return)
            await rested(dialog)
            assert dialog.source_page.is_database
            assert dialog.source_page.password_problem.isHidden()
            assert QApplication.focusWidget() is dialog.source_page.password

    run(play())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"encrypted": false, "items": [{"login": {}}]}', "Bitwarden JSON cannot be read yet"),
        ("", "it is empty"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_under_its_field(tmp_path: Path, content: str | None, said: str) -> None:
    async def play() -> None:
        async with importing(tmp_path) as (_stage, dialog):
            path = tmp_path / "some.csv"
            if content is not None:
                path.write_text(content)
            dialog.source_page.set_path(str(path))
            keys(dialog, Qt.Key.Key_Return)
            await rested(dialog)
            assert dialog.page == SOURCE
            assert said in dialog.source_page.file_problem.said.text()
            assert QApplication.focusWidget() is dialog.source_page.file

    run(play())


def test_columns_of_a_table_are_chosen_and_the_preview_follows(tmp_path: Path) -> None:
    async def play() -> None:
        async with importing(tmp_path) as (stage, dialog):
            dialog.source_page.set_path(str(csv_file(tmp_path)))
            keys(dialog, Qt.Key.Key_Return)
            await until(lambda: dialog.page == PREVIEW, "no preview")
            await rested(dialog)
            boxes = dialog.preview_page.boxes
            assert boxes.columns() == {0: "title", 1: "url", 2: "username", 3: "password", 4: "notes"}
            boxes.choose(5, "tags")
            boxes.choose(1, "")
            await rested(dialog)
            assert any("url" in line for line in _not_carried(dialog))
            dialog.preview_page.into.setText("old/csv")
            dialog.preview_page.into.editingFinished.emit()
            await rested(dialog)
            assert "2 new namespaces" in dialog.preview_page.counts.text()
            dialog.action.click()
            await until(lambda: dialog.page == RESULT, "not imported")
            entry = await stage.engine.secrets.get(await stage.engine.secrets.find("old/csv/GitHub"))
            assert entry.tags == ["blue"]
            assert "url" not in [field.name for field in entry.fields]

    run(play())


def _not_carried(dialog: ImportDialog) -> list[str]:
    return [line.accessibleName() for line in dialog.preview_page.not_carried._lines]


def test_one_meaning_is_given_to_one_column_only(tmp_path: Path) -> None:
    async def play() -> None:
        async with importing(tmp_path) as (_stage, dialog):
            dialog.source_page.set_path(str(csv_file(tmp_path)))
            keys(dialog, Qt.Key.Key_Return)
            await until(lambda: dialog.page == PREVIEW, "no preview")
            boxes = dialog.preview_page.boxes
            boxes.choose(5, "title")
            await rested(dialog)
            assert boxes.columns()[5] == "title"
            assert 0 not in boxes.columns()  # kept as a field under its own name

    run(play())


def test_what_is_here_already_is_marked_and_left_out_unless_wished_otherwise(tmp_path: Path) -> None:
    async def play() -> None:
        async with importing(tmp_path) as (stage, dialog):
            await _import_csv(dialog, tmp_path)
            keys(dialog, Qt.Key.Key_Return)
            await until(lambda: stage.window.ask.current is None, "it did not close")
            stage.window.import_wanted.emit()
            await until(lambda: isinstance(stage.window.ask.current, ImportDialog), "no dialog")
            again: Any = stage.window.ask.current
            again.source_page.set_path(str(csv_file(tmp_path)))
            again.action.click()
            await until(lambda: again.page == PREVIEW, "no preview")
            assert "4 are here already" in again.preview_page.counts.text()
            model = again.preview_page.list.model()
            assert "Already here" in str(model.index(0, 0).data())
            await rested(again)
            again.action.click()
            await until(lambda: again.page == RESULT, "not imported")
            assert again.summary.skipped == 4
            assert len(await titles(stage)) == 4

    run(play())


async def _import_csv(dialog: ImportDialog, folder: Path) -> None:
    dialog.source_page.set_path(str(csv_file(folder)))
    dialog.action.click()
    await until(lambda: dialog.page == PREVIEW, "no preview")
    await rested(dialog)
    dialog.action.click()
    await until(lambda: dialog.page == RESULT, "not imported")
    await rested(dialog)


def test_the_whole_import_is_undone_from_its_last_page(tmp_path: Path) -> None:
    async def play() -> None:
        async with importing(tmp_path) as (stage, dialog):
            await _import_csv(dialog, tmp_path)
            assert len(await titles(stage)) == 4
            dialog.undo.click()
            await rested(dialog)
            assert dialog.result_page.title.text() == "The import was taken back"
            assert await titles(stage) == []
            assert dialog.undo.isHidden()

    run(play())


def test_an_undo_says_how_many_entries_stayed_because_they_were_changed_meanwhile(tmp_path: Path) -> None:
    async def play() -> None:
        async with importing(tmp_path) as (stage, dialog):
            await _import_csv(dialog, tmp_path)
            row = (await stage.engine.secrets.page(View(), None, 1))[0]
            version = (await stage.engine.secrets.get(row.id)).version
            await stage.engine.secrets.update(row.id, version, login("changed since", "work"))
            dialog.undo.click()
            await rested(dialog)
            page = dialog.result_page
            assert page.title.text() == "Most of the import was taken back"
            assert page.text.text().startswith("1 entry was changed or deleted after the import and stays as it is.")
            assert "as it was before" not in page.text.text()
            assert await titles(stage) == ["changed since"]

    run(play())


def test_escape_stops_a_running_import_and_takes_back_what_it_stored(tmp_path: Path) -> None:
    async def play() -> None:
        async with importing(tmp_path) as (stage, dialog):
            big = tmp_path / "big.csv"
            rows = "".join(f"entry {number},user,pass{number}\n" for number in range(5_000))
            big.write_text("title,username,password\n" + rows)
            dialog.source_page.set_path(str(big))
            dialog.action.click()
            await until(lambda: dialog.page == PREVIEW, "no preview")
            await rested(dialog)
            assert dialog.preview_page.more.text() == "and 4,800 more"
            dialog.action.click()
            bar = dialog.progress._bar
            await until(lambda: bar.value() > 0, "it never began")
            keys(dialog, Qt.Key.Key_Escape)
            await rested(dialog)
            assert stage.window.ask.current is dialog
            assert dialog.page == PREVIEW
            assert await titles(stage) == []
            assert dialog.action.isEnabled()

    run(play())


def test_the_password_is_gone_after_the_dialog(tmp_path: Path) -> None:
    async def play() -> None:
        async with importing(tmp_path) as (stage, dialog):
            page = dialog.source_page
            page.set_path(str(shared(KDBX)))
            write("password")
            points = page.password.points
            keys(dialog, Qt.Key.Key_Escape)
            await until(lambda: stage.window.ask.current is None, "it did not close")
            assert len(points) == 0

    run(play())


def test_the_file_that_the_wizard_chose_is_there_already(tmp_path: Path) -> None:
    async def play() -> None:
        async with AuditStage(tmp_path, empty=True) as stage:
            stage.session.import_file.emit(csv_file(tmp_path))
            await until(lambda: isinstance(stage.window.ask.current, ImportDialog), "no dialog")
            dialog: Any = stage.window.ask.current
            assert dialog.source_page.path == str(tmp_path / "passwords.csv")
            assert dialog.action.isEnabled()

    run(play())


def test_tab_leads_through_a_database_in_the_order_of_the_eyes(tmp_path: Path) -> None:
    async def play() -> None:
        async with importing(tmp_path) as (_stage, dialog):
            page = dialog.source_page
            page.set_path(str(shared(KDBX)))
            page.file.setFocus()
            seen = [QApplication.focusWidget()]
            for _ in range(6):
                keys(dialog, Qt.Key.Key_Tab)
                seen.append(QApplication.focusWidget())
            named = [each.objectName() if each is not None else "" for each in seen]
            assert named == [
                "import-file",
                "import-choose",
                "import-password",
                "import-key-file",
                "import-choose-key",
                "transfer-cancel",
                "transfer-action",
            ]

    run(play())
