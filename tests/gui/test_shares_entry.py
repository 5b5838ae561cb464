"""Entering recovery shares: typed, pasted, scanned, wrong; over the tools of a real engine."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from kvault_gui.engine.api import AskShares, ShareGroup
from kvault_gui.engine.vault.slip39 import split
from kvault_gui.gui.ask import Ask
from kvault_gui.gui.dialogs.shares_entry import SharesDialog
from tests.gui.audit_stage import run
from tests.gui.inprocess import InProcess
from tests.gui.stage import until
from tests.gui.test_shares_sheets import printed, sample

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("look")


def two_of_three() -> list[str]:
    return split(bytes(range(32)), [(2, 3)], 1)[0]


@asynccontextmanager
async def entering(
    folder: Path, groups: list[ShareGroup] | None = None, number: str = ""
) -> AsyncIterator[SharesDialog]:
    engine = InProcess()
    engine.create(folder / "vault")
    question = AskShares("Recovery shares of “Family”", number, "2 of 3 shares", groups or [ShareGroup(2, 3)], 1)
    dialog = SharesDialog(question, engine.tools, native_files=False)
    running = asyncio.ensure_future(Ask(None).run(dialog))
    await until(dialog.isVisible, "it did not open")
    await calm(dialog)
    try:
        yield dialog
    finally:
        if not running.done():
            dialog.reject()
        await running
        await engine.close()


async def calm(dialog: SharesDialog) -> None:
    await asyncio.sleep(0)
    tasks = dialog.tasks
    await until(lambda: not any(map(tasks.is_running, ("words", "check", "picture"))), "it never came to rest")


def type_words(dialog: SharesDialog, share: str, *, end: Qt.Key = Qt.Key.Key_Space, letters: int = 4) -> None:
    for word in share.split():
        QTest.keyClicks(dialog.field, word[:letters])
        QTest.keyClick(dialog.field, end)


def chips(dialog: SharesDialog) -> list[str]:
    flow = dialog.chips.flow
    return [flow.itemAt(at).widget().text() for at in range(flow.count())]  # type: ignore[union-attr]  # counted


def paste(text: str) -> None:
    QGuiApplication.clipboard().setText(text)


def test_four_letters_of_each_word_are_enough(tmp_path: Path) -> None:
    async def play() -> None:
        first, second, _ = two_of_three()
        async with entering(tmp_path) as dialog:
            type_words(dialog, first)
            await calm(dialog)
            assert chips(dialog) == ["Share 1 of 3"]
            assert "one more is needed" in dialog._progress.text()
            assert not dialog.next.isEnabled()
            type_words(dialog, second, end=Qt.Key.Key_Tab)
            await calm(dialog)
            assert chips(dialog) == ["Share 1 of 3", "Share 2 of 3"]
            assert dialog.next.isEnabled()
            dialog.next.click()
            assert dialog.result() == QDialog.DialogCode.Accepted
            assert dialog.take().text().splitlines() == [first, second]
            assert dialog.take().value == b""

    run(play())


def test_words_that_come_all_at_once_are_all_shown(tmp_path: Path) -> None:
    async def play() -> None:
        async with entering(tmp_path) as dialog:
            type_words(dialog, " ".join(two_of_three()[0].split()[:-1]))
            await until(lambda: dialog.grid.height() >= dialog.grid.sizeHint().height(), "the last words are cut off")

    run(play())


def test_what_begins_so_is_offered_while_typing_and_a_click_takes_it(tmp_path: Path) -> None:
    async def play() -> None:
        async with entering(tmp_path) as dialog:
            QTest.keyClicks(dialog.field, "MU")  # capitals do not matter
            assert dialog.offers == ["much", "mule", "multiple", "muscle", "museum"]
            dialog._choose("muscle")
            assert dialog._words == [bytearray(b"muscle")]
            assert len(dialog.field) == 0
            QTest.keyClicks(dialog.field, "xq")
            assert dialog.field.property("invalid")
            assert dialog.offers == []

    run(play())


def test_several_words_that_begin_so_are_not_guessed_from(tmp_path: Path) -> None:
    async def play() -> None:
        async with entering(tmp_path) as dialog:
            QTest.keyClicks(dialog.field, "mu")
            QTest.keyClick(dialog.field, Qt.Key.Key_Space)
            assert dialog._words == []
            assert len(dialog.field) == 2

    run(play())


def test_a_wrong_word_is_named_with_what_it_may_be_and_typed_again(tmp_path: Path) -> None:
    async def play() -> None:
        first = two_of_three()[0]
        words = first.split()
        wrong = [*words]
        wrong[9] = "academic" if words[9] != "academic" else "acid"
        async with entering(tmp_path) as dialog:
            type_words(dialog, " ".join(wrong))
            await calm(dialog)
            assert chips(dialog) == []
            said = dialog._wrong.accessibleName()
            assert "word 10" in said
            assert words[9] in said
            assert dialog.grid.wrong == 9
            assert dialog.grid.current == 9
            QTest.keyClicks(dialog.field, words[9][:4])  # what was selected is replaced
            QTest.keyClick(dialog.field, Qt.Key.Key_Space)
            await calm(dialog)
            assert chips(dialog) == ["Share 1 of 3"]
            assert dialog._wrong.isHidden()

    run(play())


def test_a_word_that_does_not_exist_is_named_when_pasted(tmp_path: Path) -> None:
    async def play() -> None:
        words = two_of_three()[0].split()
        words[4] = words[4][:-1] + "x"
        async with entering(tmp_path) as dialog:
            paste(" ".join(words))
            QTest.keyClick(dialog.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
            await calm(dialog)
            assert f"Word 5, “{words[4]}”" in dialog._wrong.accessibleName()
            assert dialog.grid.wrong == 4

    run(play())


def test_whole_shares_are_pasted_and_the_field_never_holds_them(tmp_path: Path) -> None:
    async def play() -> None:
        shares = two_of_three()
        async with entering(tmp_path) as dialog:
            paste("\n".join(shares[1:]).upper())
            QTest.keyClick(dialog.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
            await calm(dialog)
            assert chips(dialog) == ["Share 2 of 3", "Share 3 of 3"]
            assert len(dialog.field) == 0
            assert dialog._words == []
            dialog.accept()
            assert dialog.take().text().splitlines() == shares[1:]

    run(play())


def test_a_share_twice_and_one_of_another_set_are_told_apart(tmp_path: Path) -> None:
    async def play() -> None:
        first = two_of_three()[0]
        other = two_of_three()[1]  # another set: its number is drawn anew
        async with entering(tmp_path) as dialog:
            for share, said in ((first, ""), (first, "given already"), (other, "another set")):
                await dialog._take_lines([[bytearray(word.encode()) for word in share.split()]])
                assert said in dialog._wrong.accessibleName()
                assert dialog._wrong.isHidden() == (not said)
            assert chips(dialog) == ["Share 1 of 3"]

    run(play())


def test_the_first_share_of_another_set_than_asked_for_is_refused(tmp_path: Path) -> None:
    async def play() -> None:
        async with entering(tmp_path, number="no such") as dialog:
            await dialog._take_lines([[bytearray(word.encode()) for word in two_of_three()[0].split()]])
            assert "Look for the sheets of set no such" in dialog._wrong.accessibleName()
            assert chips(dialog) == []

    run(play())


def test_whoever_types_on_after_a_refused_share_still_reads_why(tmp_path: Path) -> None:
    async def play() -> None:
        first, second, _ = two_of_three()
        async with entering(tmp_path, number="no such") as dialog:
            type_words(dialog, first)
            await calm(dialog)
            type_words(dialog, second)
            assert "Look for the sheets of set no such" in dialog._wrong.accessibleName()
            assert not dialog._wrong.isHidden()
            assert dialog._words == [bytearray(word.encode()) for word in first.split()]

    run(play())


def test_a_picture_of_a_sheet_gives_its_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        words, sheets = sample((2, 3))
        picture = tmp_path / "sheet.png"
        assert printed(sheets[2], "A4").save(str(picture))
        async with entering(tmp_path) as dialog:
            chosen = [str(picture), str(tmp_path / "none.png")]

            async def choose(*_: Any) -> str:
                await asyncio.sleep(0)
                return chosen.pop(0)

            monkeypatch.setattr(dialog.ask, "open_file", choose)
            dialog.picture.click()
            await calm(dialog)
            assert chips(dialog) == ["Share 3 of 3"]
            assert dialog._given[0].text() == words[0][2]
            dialog.picture.click()
            await calm(dialog)
            assert not dialog._wrong.isHidden()

    run(play())


def test_backspace_goes_back_and_begin_again_forgets(tmp_path: Path) -> None:
    async def play() -> None:
        first = two_of_three()[0]
        async with entering(tmp_path) as dialog:
            type_words(dialog, "academic acid acne")
            QTest.keyClick(dialog.field, Qt.Key.Key_Backspace)
            assert dialog.grid.current == 2
            QTest.keyClicks(dialog.field, "acro")
            QTest.keyClick(dialog.field, Qt.Key.Key_Return)
            assert dialog._words == [bytearray(b"academic"), bytearray(b"acid"), bytearray(b"acrobat")]
            dialog.clear.click()
            assert dialog._words == []
            await dialog._take_lines([[bytearray(word.encode()) for word in first.split()]])
            given = dialog._given[0]
            dialog.again.click()
            assert given.value == b""
            assert chips(dialog) == []

    run(play())


def test_cancelling_wipes_what_was_given(tmp_path: Path) -> None:
    async def play() -> None:
        async with entering(tmp_path) as dialog:
            await dialog._take_lines([[bytearray(word.encode()) for word in two_of_three()[0].split()]])
            type_words(dialog, "academic")
            given, word = dialog._given[0], dialog._words[0]
            dialog.reject()
            assert given.value == b""
            assert not any(word)

    run(play())


def test_groups_are_named(tmp_path: Path) -> None:
    async def play() -> None:
        words, _ = sample((2, 3), (1, 1), needed=2)
        groups = [ShareGroup(2, 3), ShareGroup(1, 1)]
        async with entering(tmp_path, groups) as dialog:
            for share in (words[1][0], *words[0][:2]):
                await dialog._take_lines([[bytearray(word.encode()) for word in share.split()]])
            assert chips(dialog) == ["Group 2: Share 1 of 1", "Group 1: Share 1 of 3", "Group 1: Share 2 of 3"]
            assert dialog.next.isEnabled()

    run(play())
