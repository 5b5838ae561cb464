"""The export over a real engine: what is written, what is asked, what is told."""

from __future__ import annotations

import asyncio
import csv
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kvault_gui.engine.api import AskSecret, AuditFilter, SourceFormat
from kvault_gui.gui.dialogs.export_dialog import ExportDialog
from kvault_gui.gui.dialogs.questions import SecretDialog
from tests.gui.audit_stage import run
from tests.gui.gallery_export import opened
from tests.gui.inprocess import PASSWORD
from tests.gui.stage import until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("look")
SIZE = (1280, 800)
FILE_PASSWORD = b"another long password"


async def finished(dialog: ExportDialog) -> None:
    await until(lambda: not dialog.is_working(), "it never ended")


def fill(dialog: ExportDialog, path: Path) -> None:
    page = dialog.form_page
    page.file.setText(str(path))
    for field in (page.first, page.second):
        field.setFocus()
        QTest.keyClicks(field, FILE_PASSWORD.decode())


def test_enter_in_the_second_password_exports_a_database(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path, SIZE, "export_wanted", ExportDialog) as (stage, dialog):
            stage.engine.script.answers.append(PASSWORD)
            target = tmp_path / "all.kdbx"
            fill(dialog, target)
            QTest.keyClick(dialog.form_page.second, Qt.Key.Key_Return)
            await finished(dialog)
            assert dialog.result_page.title.text() == "14 entries were written"
            assert target.read_bytes()[:4] == b"\x03\xd9\xa2\x9a"
            assert [type(question) for question in stage.engine.script.asked] == [AskSecret]
            assert len(dialog.form_page.first) == len(dialog.form_page.second) == 0

    run(play())


def test_a_csv_file_is_warned_of_and_holds_the_passwords(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path, SIZE, "export_wanted", ExportDialog) as (stage, dialog):
            page = dialog.form_page
            assert page.warning.isHidden()
            stage.engine.script.answers.append(PASSWORD)
            page.file.setText(str(tmp_path / "all.kdbx"))
            page.choose(SourceFormat.CSV)
            assert page.path == str(tmp_path / "all.csv")
            assert page.warning.isVisible()
            assert str(tmp_path / "all.csv") in page.warning.accessibleName()
            dialog.action.click()
            await finished(dialog)
            with (tmp_path / "all.csv").open() as file:
                rows = {row["Title"]: row["Password"] for row in csv.DictReader(file)}
            assert rows["GitHub"] == "t7#Rk9-vale.Ormen42"
            assert "not encrypted" in dialog.result_page.text.text()

    run(play())


def test_two_different_passwords_are_told_under_the_second(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path, SIZE, "export_wanted", ExportDialog) as (stage, dialog):
            fill(dialog, tmp_path / "all.kdbx")
            QTest.keyClicks(dialog.form_page.second, "x")
            dialog.action.click()
            assert dialog.form_page.password_problem.said.text() == "The two passwords are not the same"
            assert stage.engine.script.asked == []
            assert not (tmp_path / "all.kdbx").exists()

    run(play())


def test_a_file_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path, SIZE, "export_wanted", ExportDialog) as (stage, dialog):
            there = tmp_path / "all.kdbx"
            there.write_text("mine")
            stage.engine.script.answers.append(PASSWORD)
            fill(dialog, there)
            dialog.action.click()
            await finished(dialog)
            assert "already something" in dialog.form_page.file_problem.said.text()
            assert there.read_text() == "mine"
            assert dialog.action.isEnabled()

    run(play())


@pytest.mark.parametrize("answer", [None, "wrong"])
def test_without_the_owners_password_nothing_is_written(tmp_path: Path, answer: str | None) -> None:
    async def play() -> None:
        async with opened(tmp_path, SIZE, "export_wanted", ExportDialog) as (stage, dialog):
            if answer is not None:
                stage.engine.script.answers.append(answer)
            fill(dialog, tmp_path / "all.kdbx")
            dialog.action.click()
            await finished(dialog)
            if answer is not None:
                await until(lambda: dialog.ask.current is not None, "the error was not told")
                dialog.ask.close_all()
                refused = await stage.engine.audit.page(AuditFilter(text="export the vault"), None, 5)
                assert refused[0].outcome == "refused"
            assert not (tmp_path / "all.kdbx").exists()
            assert stage.window.ask.current is dialog
            assert len(dialog.form_page.first) > 0  # what was typed is there for another try

    run(play())


def test_the_engines_question_stands_over_the_export(tmp_path: Path) -> None:
    async def play() -> None:
        async with opened(tmp_path, SIZE, "export_wanted", ExportDialog) as (stage, dialog):
            prompter = stage.application.prompter
            asking = asyncio.ensure_future(prompter.ask(AskSecret("Export", "The password")))
            await until(lambda: isinstance(dialog.ask.current, SecretDialog), "it was not asked there")
            question: Any = dialog.ask.current
            QTest.keyClicks(question.field, "typed")
            QTest.keyClick(question.field, Qt.Key.Key_Return)
            assert (await asking).text() == "typed"
            dialog.reject()
            await until(lambda: stage.window.ask.current is None, "it did not close")
            await until(lambda: prompter.over is stage.window.ask, "questions have nowhere to stand")

    run(play())
