"""The dialog of the ways in: its list, its acts, the picture of what a loss ends. From plain data."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QDialog, QLabel, QLineEdit, QSpinBox, QWidget

from kvault_gui.engine.api import Method, Plugged, WayState
from kvault_gui.engine.errors import LastWayError, TokenMissingError, WaysNotCarriedError
from kvault_gui.gui.ask import Question
from kvault_gui.gui.dialogs.ways import KEYS, LOSSES, WaysDialog
from kvault_gui.gui.dialogs.ways.small import LimitDialog, RenameDialog
from kvault_gui.gui.models import ways as words
from tests.gui import ways_sample as sample
from tests.gui.audit_stage import run
from tests.gui.gallery_ways import ways
from tests.gui.stage import until

if TYPE_CHECKING:
    from kvault_gui.engine.api import SlotInfo

pytestmark = pytest.mark.usefixtures("look")


def slots_of(dialog: WaysDialog) -> Any:
    return dialog.calls.slots


def said(dialog: WaysDialog) -> str:
    return dialog.list_page.said.accessibleName() if not dialog.list_page.said.isHidden() else ""


async def question(dialog: WaysDialog, other_than: QDialog | None = None) -> Any:
    await until(lambda: dialog.ask.current not in (None, other_than), "nothing is asked")
    return dialog.ask.current


async def calm(dialog: WaysDialog) -> None:
    await asyncio.sleep(0)
    await until(lambda: not dialog.is_busy(), "it never came to rest")


def texts(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]


# --- words -----------------------------------------------------------------------------------------------------------


def test_a_way_in_is_told_in_words() -> None:
    slot, noon = sample.token(once=True), sample.token().last_used or 0
    assert words.in_words(slot) == "Password + FIDO2 token"
    assert words.details(slot) == "Argon2id, 64 MiB, 3 passes; YubiKey 5C, PIN and touch"
    assert words.used(slot, noon + 60).startswith("Used today 14:20")
    assert words.used(slot, noon + 86_400).startswith("Used yesterday 14:20")
    assert words.used(sample.code()) == "Never used"
    state = WayState("cc", ready=True, token="pcsc:x")
    assert [badge.text for badge in words.badges(slot, state)] == ["Plugged in now", "Once"]
    assert [badge.text for badge in words.badges(sample.tpm(), state)] == ["Should be renewed"]
    guest = [badge.text for badge in words.badges(sample.guest())]
    assert guest[0].startswith("Until ")
    assert guest[1:] == ["Once", "Browses only"]
    assert words.badges(sample.guest(), None, 4e9)[0].text.startswith("Ended on ")


def test_what_has_an_end_or_reads_nothing_is_no_way_to_rely_on() -> None:
    assert [slot.id for slot in words.opens_everything(sample.many())] == ["aa", "bb", "cc", "dd", "ee"]
    assert words.opens_everything([sample.token(once=True), sample.guest()]) == []


def test_a_name_is_proposed_that_is_not_taken() -> None:
    asked = [Method.PASSWORD, Method.FIDO2]
    assert words.proposed_name(asked, ["", "YubiKey 5C"], ["YubiKey 5C"]) == "Password + YubiKey 5C"
    assert words.proposed_name(asked[1:], ["YubiKey 5C"], []) == "YubiKey 5C"
    assert words.proposed_name(asked[1:], ["YubiKey 5C"], ["YubiKey 5C"]) == "YubiKey 5C 2"
    assert words.proposed_name([Method.RECOVERY_CODE], [""], ["Recovery code", "Recovery code 2"]) == "Recovery code 3"


def test_whoever_adds_something_to_a_password_is_told_that_the_password_alone_still_opens() -> None:
    assert words.easier(sample.token(), sample.many()) == ["Password"], "not the guest's, which works once"
    assert words.easier(sample.password(), sample.many()) == []
    dialog = WaysDialog(sample.calls(sample.many()), native_files=False)
    assert dialog.in_words_of_easier([]) == ""
    assert dialog.in_words_of_easier(["Password"]).startswith("“Password” alone still opens this vault")
    assert dialog.in_words_of_easier(["Password", "My key"]).startswith("“Password”, “My key” alone still open")


# --- the list --------------------------------------------------------------------------------------------------------


def test_every_way_in_is_a_row_with_all_that_is_known_of_it() -> None:
    async def play() -> None:
        async with ways(sample.many()) as dialog:
            card = dialog.list_page.cards["cc"]
            shown_words = texts(card)
            assert shown_words[:2] == ["YubiKey 5C", "Plugged in now"]
            assert "Password + FIDO2 token" in shown_words
            assert "8 wrong PINs" in card.accessibleName()
            assert "Plugged in now" in card.accessibleName()
            assert "6 ways into this vault" in texts(dialog.list_page)
            assert dialog.list_page.urge.isHidden()

    run(play())


def test_names_from_the_vault_are_never_mark_up_and_stay_on_their_line() -> None:
    async def play() -> None:
        name = "<b>bold</b>\u202eevil"
        async with ways([sample.token(name=name), sample.password()]) as dialog:
            card = dialog.list_page.cards["cc"]
            assert card.title.text() == "<b>bold</b> evil"
            assert all(label.textFormat() is Qt.TextFormat.PlainText for label in card.findChildren(QLabel))

    run(play())


@pytest.mark.parametrize(
    ("slots", "title"),
    [
        ([sample.password()], "Add a second way in"),
        ([sample.password(), sample.guest()], "Add a second way in"),
        ([sample.token(once=True)], "Add a way in that lasts"),
        ([sample.password(), sample.code()], ""),
    ],
)
def test_one_way_in_urges_a_second(slots: list[SlotInfo], title: str) -> None:
    async def play() -> None:
        async with ways(slots) as dialog:
            urge = dialog.list_page.urge
            assert urge.isHidden() == (not title)
            assert title in urge.accessibleName()

    run(play())


def test_plugging_and_pulling_is_seen_in_the_list() -> None:
    async def play() -> None:
        async with ways(sample.many()) as dialog:
            tokens: Any = dialog.calls.tokens
            card = dialog.list_page.cards["cc"]
            tokens.states = []
            dialog.on_plugged(Plugged([]))
            await calm(dialog)
            assert "Plugged in now" not in texts(card)
            tokens.states = sample.PLUGGED
            dialog.on_plugged(Plugged(["x"]))
            await calm(dialog)
            assert "Plugged in now" in texts(card)

    run(play())


def test_a_test_shows_that_it_runs_can_be_cancelled_and_tells_how_long_it_took() -> None:
    async def play() -> None:
        async with ways(sample.many()) as dialog:
            slots_of(dialog).hold = asyncio.Event()
            dialog.list_page.cards["cc"].test.setFocus()
            dialog.list_page.cards["cc"].test.click()
            await until(dialog.progress.isVisible, "no progress")
            assert not dialog.stack.isEnabled()
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
            await calm(dialog)
            assert dialog.isVisible()
            assert dialog.stack.isEnabled()
            assert said(dialog) == ""
            slots_of(dialog).hold = None
            dialog.list_page.cards["cc"].test.click()
            await calm(dialog)
            assert said(dialog).startswith("“YubiKey 5C” opens this vault. It took 1.2 s")
            assert dialog.list_page.cards["cc"].test.hasFocus()

    run(play())


def test_an_error_of_a_test_is_told_in_words() -> None:
    async def play() -> None:
        async with ways(sample.many()) as dialog:
            slots_of(dialog).fails["test"] = TokenMissingError(name="YubiKey 5C")
            dialog.list_page.cards["cc"].test.click()
            asked = await question(dialog)
            assert asked.accessibleName() == "YubiKey 5C is not plugged in"
            asked.reject()

    run(play())


def test_removing_asks_names_it_and_says_what_still_opens() -> None:
    async def play() -> None:
        async with ways(sample.many()) as dialog:
            card = dialog.list_page.cards["ee"]
            card.test.setFocus()
            QTest.keyClick(card.test, Qt.Key.Key_Delete)
            asked = await question(dialog)
            assert asked.accessibleName() == "Remove “Family”"
            assert "cannot be undone" in asked.accessibleDescription()
            assert asked.action.text() == "Remove Family"
            assert asked.safe.hasFocus()
            asked.accept()
            await calm(dialog)
            assert slots_of(dialog).calls == [("remove", "ee", False)]
            assert "ee" not in dialog.list_page.cards
            assert "still open with it" in said(dialog)

    run(play())


def test_cancelling_the_question_removes_nothing() -> None:
    async def play() -> None:
        async with ways(sample.many()) as dialog:
            dialog.list_page.cards["ee"].do("remove")
            (await question(dialog)).reject()
            await calm(dialog)
            assert slots_of(dialog).calls == []

    run(play())


@pytest.mark.parametrize("again", [True, False])
def test_what_leaves_one_way_is_asked_twice_in_other_words(again: bool) -> None:  # noqa: FBT001 parametrized
    async def play() -> None:
        async with ways([sample.password(), sample.code()]) as dialog:
            dialog.list_page.cards["bb"].do("remove")
            first = await question(dialog)
            said_first = first.accessibleDescription()
            first.accept()
            second = await question(dialog, first)
            assert second.accessibleName() == "Only “Password” would be left"
            assert second.accessibleDescription() != said_first
            second.done(QDialog.DialogCode.Accepted if again else QDialog.DialogCode.Rejected)
            await calm(dialog)
            removed = [("remove", "bb", False), ("remove", "bb", True)]
            assert slots_of(dialog).calls == removed[: 2 if again else 1]
            assert ("bb" in dialog.list_page.cards) != again

    run(play())


def test_the_last_way_in_stays_and_a_sentence_says_why() -> None:
    async def play() -> None:
        async with ways([sample.password()]) as dialog:
            slots_of(dialog).fails["remove"] = LastWayError(name="Password")
            dialog.list_page.cards["aa"].do("remove")
            (await question(dialog)).accept()
            await calm(dialog)
            assert "Password is the last way into this vault" in said(dialog)
            assert "Add another way in first." in said(dialog)
            assert "aa" in dialog.list_page.cards

    run(play())


def test_a_name_that_is_taken_cannot_be_given() -> None:
    async def play() -> None:
        async with ways(sample.many()) as dialog:
            card = dialog.list_page.cards["cc"]
            card.test.setFocus()
            QTest.keyClick(card.test, Qt.Key.Key_F2)
            asked = await question(dialog)
            assert isinstance(asked, RenameDialog)
            asked.field.setText(" Password ")
            assert not asked.action.isEnabled()
            assert not asked.wrong.isHidden()
            asked.field.setText("Key on my ring")
            asked.action.click()
            await calm(dialog)
            assert slots_of(dialog).calls == [("rename", "cc", "Key on my ring")]
            assert dialog.focusWidget() is dialog.list_page.cards["cc"].test

    run(play())


def test_the_list_stays_where_it_is_when_it_is_read_again() -> None:
    async def play() -> None:
        async with ways(sample.many()) as dialog:
            page = dialog.list_page
            dialog.resize(dialog.width(), 460)  # so that it scrolls
            await until(lambda: page.verticalScrollBar().maximum() > 0)
            page.cards["bb"].test.setFocus()
            await until(page.cards["bb"].test.hasFocus)
            before = page.verticalScrollBar().value()
            page.show_slots(dialog.slots, dialog.states)
            assert dialog.focusWidget() is page.cards["bb"].test
            await until(lambda: page.verticalScrollBar().value() == before, "it scrolled away")

    run(play())


def test_limits_are_set_with_the_sentence_that_they_bind_the_program_alone() -> None:
    async def play() -> None:
        async with ways(sample.many()) as dialog:
            dialog.list_page.cards["cc"].do("limit")
            asked = await question(dialog)
            assert isinstance(asked, LimitDialog)
            assert "This binds kvault, not a copy of the file in other hands." in texts(asked)
            assert asked.action.text() == "No limit"
            asked.limits.once.setChecked(True)
            asked.limits.ends.setChecked(True)
            wanted = asked.limits.expires
            asked.action.click()
            await calm(dialog)
            assert slots_of(dialog).calls == [("limit", "cc", True, wanted)]
            assert wanted is not None
            assert wanted % 60 == 59  # the end of the day

    run(play())


def test_a_tpm_bound_to_the_start_up_can_be_sealed_again_without_a_menu() -> None:
    assert words.shows_renewal(sample.tpm())
    assert not words.shows_renewal(sample.password())


def test_what_is_outdated_is_made_anew_where_it_stands() -> None:
    async def play() -> None:
        async with ways(sample.many()) as dialog:
            card = dialog.list_page.cards["dd"]
            assert card.renew is not None
            assert card.renew.text() == "Seal again"
            card.renew.click()
            await calm(dialog)
            assert slots_of(dialog).calls == [("reseal", "dd")]
            assert "was sealed again" in said(dialog)

    run(play())


# --- if I lose ... ---------------------------------------------------------------------------------------------------


def test_choosing_a_thing_marks_what_ends_and_names_what_is_left() -> None:
    async def play() -> None:
        async with ways(sample.many(), LOSSES) as dialog:
            page = dialog.losses_page
            assert page.said.accessibleName().startswith("No single loss shuts you out")
            QTest.mouseClick(page.map.things[0], Qt.MouseButton.LeftButton)
            states = {way.way.id: way.state for way in page.map.ways}
            assert states == {"aa": "lost", "bb": "left", "cc": "lost", "dd": "left", "ee": "left", "ff": "lost"}
            said = page.said.accessibleName()
            assert said.endswith("You still get in with Recovery code, or with This laptop, or with Family.")
            assert page.map.ways[0].accessibleName() == "Password: ends with it"
            page.map.things[0].setFocus()
            QTest.keyClick(page.map.things[0], Qt.Key.Key_Down)
            assert page.map.current == 1
            assert page.map.ways[2].state == "lost"
            assert page.map.ways[5].state == "partly"  # it never opened everything

    run(play())


def test_when_nothing_is_left_it_is_red_and_said() -> None:
    async def play() -> None:
        async with ways([sample.password(), sample.token()], LOSSES) as dialog:
            page = dialog.losses_page
            assert page.said.accessibleName().startswith("One loss would end everything: The password")
            assert page.said._kind == "bad"
            assert page.map.things[0].thing.all_gone
            page.map.choose(0)
            assert page.said.accessibleName().startswith("Without “The password” nothing is left")
            assert page.said._kind == "bad"
            page.map.choose(1)
            assert page.said._kind == "ok"

    run(play())


def test_the_same_is_there_as_a_list() -> None:
    async def play() -> None:
        async with ways(sample.many(), LOSSES) as dialog:
            page = dialog.losses_page
            page.as_list.click()
            assert page.card.isVisible()
            assert not page.map.isVisible()
            names = [row.accessibleName() for row in page.card.rows()]
            assert len(names) == 5
            assert names[0].startswith("The password. ")
            assert "Recovery code" in names[0]

    run(play())


# --- new keys --------------------------------------------------------------------------------------------------------


def test_new_keys_are_asked_for_made_and_told() -> None:
    async def play() -> None:
        async with ways(sample.many()[:3], KEYS) as dialog:
            page = dialog.keys_page
            assert page.left_behind.isHidden()
            page.user.click()
            asked = await question(dialog)
            assert isinstance(asked, Question)
            asked.accept()
            await calm(dialog)
            assert page.said.accessibleName().startswith("This vault has a new user key")
            page.vault.click()
            (await question(dialog)).accept()
            await calm(dialog)
            assert slots_of(dialog).calls == [("rotate_user_key", False), ("rotate_vault_key", False)]
            assert "The old file is gone." in page.said.accessibleName()

    run(play())


def test_writing_the_vault_anew_can_be_cancelled() -> None:
    async def play() -> None:
        async with ways(sample.many()[:3], KEYS) as dialog:
            slots_of(dialog).hold = asyncio.Event()
            dialog.keys_page.vault.click()
            (await question(dialog)).accept()
            await until(dialog.progress.isVisible, "no progress")
            dialog.progress.cancelled.emit()
            await calm(dialog)
            assert dialog.keys_page.said.isHidden()
            assert dialog.stack.isEnabled()

    run(play())


def test_ways_that_a_rotation_would_end_are_told_twice() -> None:
    async def play() -> None:
        async with ways(sample.many(), KEYS) as dialog:
            assert "This laptop" in dialog.keys_page.left_behind.accessibleName()
            slots_of(dialog).fails["rotate_user_key"] = WaysNotCarriedError(names="This laptop")
            dialog.keys_page.user.click()
            first = await question(dialog)
            first.accept()
            second = await question(dialog, first)
            assert second.accessibleName() == "These ways in would be gone: This laptop"
            second.accept()
            await calm(dialog)
            assert slots_of(dialog).calls == [("rotate_user_key", False), ("rotate_user_key", True)]

    run(play())


# --- keyboard, names, sizes ------------------------------------------------------------------------------------------


def nameless(root: QWidget) -> list[QWidget]:
    kinds = (QAbstractButton, QLineEdit, QComboBox, QSpinBox)
    found = [each for kind in kinds for each in root.findChildren(kind) if each.isVisible()]
    return [
        each
        for each in found
        if not each.accessibleName()
        and not (isinstance(each, QAbstractButton) and each.text())
        and not each.objectName().startswith("qt_")
    ]


@pytest.mark.parametrize("page", [0, LOSSES, KEYS])
def test_everything_that_can_be_operated_has_a_name_and_is_reached_by_tab(page: int) -> None:
    async def play() -> None:
        async with ways(sample.many(), page) as dialog:
            assert nameless(dialog) == []
            seen: set[QWidget] = set()
            while (focused := dialog.focusWidget()) not in seen:
                seen.add(focused)
                QTest.keyClick(focused, Qt.Key.Key_Tab)
            wanted = [
                each
                for each in dialog.findChildren(QAbstractButton)
                if each.isVisible() and each.isEnabled() and each.focusPolicy() & Qt.FocusPolicy.TabFocus
                and not each.autoExclusive() and not (each.isCheckable() and not each.text())
            ]  # fmt: skip
            assert [each for each in wanted if each not in seen] == []

    run(play())


@pytest.mark.parametrize("size", [13, 26])
@pytest.mark.parametrize("mirrored", [False, True])
def test_no_words_are_cut_at_large_text_or_mirrored(qapp: QApplication, size: int, mirrored: bool) -> None:  # noqa: FBT001 parametrized
    async def play() -> None:
        async with ways(sample.many()) as dialog:
            for page in range(3):
                dialog.show_page(page)
                await calm(dialog)
                check(dialog)

    def check(dialog: WaysDialog) -> None:
        for label in dialog.findChildren(QLabel):
            if not label.isVisible() or not label.text() or label.width() <= 0:
                continue
            wraps = label.hasHeightForWidth()
            need = label.heightForWidth(label.width()) if wraps else label.minimumSizeHint().height()
            assert label.height() >= need - 1, f"{label.text()!r} has {label.height()} of {need}"
            left = label.mapTo(dialog, QPoint(0, 0)).x()
            assert left >= 0
            assert left + label.width() <= dialog.width(), label.text()

    font = qapp.font()
    font.setPixelSize(size)
    qapp.setFont(font)
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft if mirrored else Qt.LayoutDirection.LeftToRight)
    try:
        run(play())
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
