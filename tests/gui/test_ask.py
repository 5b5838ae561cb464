"""Questions: opened without a loop of their own, closed with the coroutine that asks."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from kvault_gui.engine.errors import ChangesMissingError
from kvault_gui.gui import theme
from kvault_gui.gui.ask import Ask, Question, words


@pytest.fixture
def ask(look: theme.Theme, qtbot: QtBot) -> Iterator[Ask]:
    assert look.scheme is theme.Scheme.LIGHT
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    made = Ask(window, native_files=False)
    yield made
    made.close_all()


async def answer(asked: Awaitable[object], ask: Ask, act: Callable[[QDialog], object]) -> object:
    """Ask, act on the dialog that opens, and return the answer."""
    task = asyncio.ensure_future(asked)
    await asyncio.sleep(0)
    assert ask.current is not None
    act(ask.current)
    return await task


def _press(dialog: QDialog, *, action: bool) -> None:
    assert isinstance(dialog, Question)
    button = dialog.action if action else dialog.safe
    assert button is not None
    button.click()


def test_one_missing_change_is_told_in_the_singular() -> None:
    assert words(ChangesMissingError(count=1, kept="x")).what == "1 acknowledged change is missing from this copy"
    assert words(ChangesMissingError(count=2, kept="x")).what == "2 acknowledged changes are missing from this copy"


@pytest.mark.parametrize("yes", [True, False])
def test_confirm_gives_the_answer_and_forgets_the_dialog(ask: Ask, *, yes: bool) -> None:
    async def go() -> None:
        asked = ask.confirm("Delete “GitHub” for ever", "It cannot be undone.", "Delete GitHub", danger=True)
        assert await answer(asked, ask, lambda dialog: _press(dialog, action=yes)) is yes
        assert ask.current is None

    asyncio.run(go())


def test_the_safe_answer_has_the_focus_of_a_dangerous_question(ask: Ask) -> None:
    async def go() -> None:
        def look_at(dialog: QDialog) -> None:
            assert isinstance(dialog, Question)
            assert dialog.safe.isDefault()
            assert dialog.action is not None
            assert not dialog.action.isDefault()
            QTest.keyClick(dialog, Qt.Key.Key_Escape)

        assert await answer(ask.confirm("Revoke", "…", "Revoke", danger=True), ask, look_at) is False

    asyncio.run(go())


def test_cancelling_the_coroutine_closes_the_dialog(ask: Ask) -> None:
    async def go() -> None:
        task = asyncio.ensure_future(ask.confirm("Title", "Text", "Do it"))
        await asyncio.sleep(0)
        dialog = ask.current
        assert dialog is not None
        assert dialog.isVisible()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ask.current is None
        assert not dialog.isVisible()

    asyncio.run(go())


def test_a_lock_closes_every_dialog_as_cancelled(ask: Ask) -> None:
    async def go() -> None:
        tasks = [asyncio.ensure_future(ask.confirm(str(number), "Text", "Do it")) for number in range(2)]
        await asyncio.sleep(0)
        ask.close_all()
        assert await asyncio.gather(*tasks) == [False, False]

    asyncio.run(go())


def test_an_error_is_said_in_three_parts_as_plain_text(ask: Ask) -> None:
    error = ChangesMissingError(count=3, kept="<b>vault</b>.kept")
    said = words(error)
    assert said.what == "3 acknowledged changes are missing from this copy"

    async def go() -> None:
        def look_at(dialog: QDialog) -> None:
            labels = dialog.findChildren(QLabel)
            assert all(label.textFormat() == Qt.TextFormat.PlainText for label in labels)
            shown = "\n".join(label.text() for label in labels)
            for part in (*said, "changes-missing", "<b>vault</b>.kept"):
                assert part in shown
            dialog.reject()

        await answer(ask.error(error), ask, look_at)

    asyncio.run(go())


def test_a_file_is_chosen_or_not(ask: Ask, tmp_path: Path, qapp: QApplication) -> None:
    target = tmp_path / "some.kdbx"
    target.write_bytes(b"")

    async def go() -> None:
        def choose(dialog: QDialog) -> None:
            assert isinstance(dialog, QFileDialog)
            dialog.selectFile(str(target))
            dialog.done(QDialog.DialogCode.Accepted)

        chosen = await answer(ask.open_file("Import", "All (*)", str(tmp_path)), ask, choose)
        assert chosen == str(target)
        assert await answer(ask.save_file("Save", "x.pdf"), ask, lambda dialog: dialog.reject()) is None

    asyncio.run(go())
    assert qapp is not None
