"""The ways in as rows of the unlock dialog, from plain data alone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from kvault_gui.gui import theme
from kvault_gui.gui.dialogs import unlock
from kvault_gui.gui.dialogs.questions_secret import SecretWanted
from kvault_gui.gui.dialogs.unlock import UnlockDialog, UnlockState, WayRow
from kvault_gui.gui.dialogs.unlock_parts import AWAY, BLOCKED, PASSWORD, QUICK, READY, RECOVERY_CODE, QuickOffer
from kvault_gui.gui.dialogs.unlock_rows import _Rule
from kvault_gui.gui.theme.colours import CONTRAST_DARK, DARK, LIGHT

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    Make = Callable[..., UnlockDialog]

KEY = WayRow("a", "YubiKey 5C", ("fido2",), READY, "Ready", "8 PIN tries left")
SPARE = WayRow("b", "Nitrokey 3, spare", ("fido2",), AWAY, "Not plugged in")
BOTH = WayRow("c", "Password + YubiKey 5C", (PASSWORD, "challenge_response"), READY, "Desk · Ready")
SHARES = WayRow("h", "Recovery shares (2 needed)", ("shares",), READY, "Ready")
STATE = UnlockState("Personal", "~/v", rows=(KEY, SPARE), others=(SHARES,))
PIN = SecretWanted("PIN of YubiKey 5C", 8, "YubiKey 5C", 4)


@pytest.fixture
def make(look: theme.Theme, qtbot: QtBot) -> Make:
    assert look.scheme is theme.Scheme.LIGHT

    def dialog(*rows: WayRow, **more: object) -> UnlockDialog:
        wanted = {"rows": rows or STATE.rows, **more}
        made = UnlockDialog(STATE._replace(**wanted))  # type: ignore[arg-type]  # by name
        qtbot.addWidget(made)
        with qtbot.waitSignal(made.first_painted):
            made.show()
        return made

    return dialog


def said(dialog: UnlockDialog) -> list[str]:
    return [item.sentences for item in dialog.rows]


# --- rows ------------------------------------------------------------------------------------------------------------


def test_each_way_is_a_row_that_says_how_it_stands_and_what_can_be_used_comes_first(make: Make) -> None:
    dialog = make(SPARE, KEY)
    assert said(dialog) == ["YubiKey 5C, Ready, 8 PIN tries left", "Nitrokey 3, spare, Not plugged in"]


def test_rows_come_after_the_first_paint_and_move_nothing_above_them(make: Make, qtbot: QtBot) -> None:
    dialog = make(methods=(PASSWORD,))
    dialog.set_state(STATE._replace(rows=()))
    qtbot.wait(1)
    before, height = dialog.field.mapTo(dialog, dialog.field.rect().topLeft()), dialog.height()
    dialog.set_state(STATE)
    qtbot.waitUntil(lambda: dialog.height() > height)
    assert dialog.field.mapTo(dialog, dialog.field.rect().topLeft()) == before


def test_what_is_typed_at_a_row_goes_to_the_password(make: Make, qtbot: QtBot) -> None:
    dialog = make()
    dialog.rows[0].button.setFocus()
    with qtbot.assertNotEmitted(dialog.way_chosen):
        QTest.keyClicks(dialog.rows[0].button, "v")
        assert dialog.focusWidget() is dialog.field
        QTest.keyClicks(dialog.field, "arnish otter")
    assert dialog.field.take() == b"varnish otter"


def test_on_a_low_screen_the_field_is_back_after_a_row_has_failed(
    make: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unlock, "FRAME", 500)  # of the screen's height; the rest is too little for so many rows
    dialog = make(KEY, *(SPARE._replace(slot=f"s{number}", title=f"Spare {number}") for number in range(9)))
    dialog.begin_unlock("a")
    dialog.spot("YubiKey 5C").show_touch("YubiKey 5C", 21, "It blinks.")
    qtbot.waitUntil(lambda: not dialog.field.isVisible())
    dialog.show_trouble("a", "YubiKey 5C was pulled out.")
    assert dialog.field.isVisible()


def test_a_row_is_chosen_by_mouse_and_by_enter_and_not_while_something_runs(make: Make, qtbot: QtBot) -> None:
    dialog = make()
    button = dialog.rows[0].button
    with qtbot.waitSignal(dialog.way_chosen) as sent:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert sent.args == ["a"]
    with qtbot.waitSignal(dialog.way_chosen):
        QTest.keyClick(button, Qt.Key.Key_Return)
    dialog.begin_unlock("a")
    with qtbot.assertNotEmitted(dialog.way_chosen):
        QTest.mouseClick(dialog.rows[1].button, Qt.MouseButton.LeftButton)


def test_the_arrows_lead_from_the_field_through_the_rows(make: Make) -> None:
    dialog = make()
    QTest.keyClick(dialog.field, Qt.Key.Key_Down)
    first, second = (item.button for item in dialog.rows)
    assert dialog.focusWidget() is first
    QTest.keyClick(first, Qt.Key.Key_Down)
    assert dialog.focusWidget() is second
    QTest.keyClick(second, Qt.Key.Key_Up)
    assert dialog.focusWidget() is first


def test_plugging_and_pulling_change_a_row_in_its_place_and_keep_the_focus_and_what_was_typed(make: Make) -> None:
    dialog = make()
    QTest.keyClicks(dialog.field, "half")
    item = dialog.rows[1]
    dialog.set_state(STATE._replace(rows=(KEY._replace(state=AWAY, words="Not plugged in"), SPARE)))
    assert said(dialog)[0].startswith("YubiKey 5C, Not plugged in")
    assert dialog.rows[1] is item
    assert len(dialog.field) == 4
    assert dialog.focusWidget() is dialog.field


def test_sixty_four_ways_scroll_in_a_bounded_area(make: Make, qtbot: QtBot) -> None:
    many = [SPARE._replace(slot=str(number), title=f"Key {number}") for number in range(64)]
    dialog = make(*many)
    qtbot.waitUntil(lambda: dialog.height() <= dialog.screen().availableSize().height())
    assert len(dialog.rows) == 64
    last = dialog.rows[-1].button
    last.setFocus(Qt.FocusReason.TabFocusReason)
    with qtbot.waitSignal(dialog.way_chosen):
        QTest.keyClick(last, Qt.Key.Key_Return)


def test_titles_and_notices_are_plain_text(make: Make) -> None:
    dialog = make(KEY._replace(title="<b>x</b> & co"), notices=("<img src=x>",))
    assert dialog.rows[0].button.text() == "<b>x</b> && co"
    for each in dialog.findChildren(QLabel):
        assert each.textFormat() == Qt.TextFormat.PlainText


def test_a_notice_stands_under_the_rows_and_goes_with_its_reason(make: Make) -> None:
    dialog = make(notices=("Nitrokey 3 opens Work, not Personal.",))
    texts = [each.text() for each in dialog.findChildren(QLabel) if each.isVisible()]
    assert "Nitrokey 3 opens Work, not Personal." in texts
    dialog.set_state(STATE)
    assert not any("Nitrokey 3 opens" in each.text() and each.isVisible() for each in dialog.findChildren(QLabel))


# --- a password and something else -----------------------------------------------------------------------------------


def test_a_way_with_a_password_waits_for_it_then_enter_goes_on(make: Make, qtbot: QtBot) -> None:
    dialog = make(BOTH, KEY)
    with qtbot.assertNotEmitted(dialog.way_chosen):
        dialog.rows[0].button.click()
    assert dialog.focusWidget() is dialog.field
    assert dialog.field.accessibleName() == "Password, then YubiKey 5C"
    assert "chosen" in dialog.rows[0].button.accessibleName()
    QTest.keyClicks(dialog.field, "hunter2")
    with qtbot.waitSignal(dialog.submitted) as sent:
        QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert sent.args == [bytearray(b"hunter2"), PASSWORD, "c"]
    assert len(dialog.field) == 7, "a token that fails after the password does not cost its typing"


def test_a_typed_password_goes_on_at_once_with_the_way_that_is_pressed(make: Make, qtbot: QtBot) -> None:
    dialog = make(BOTH, KEY)
    QTest.keyClicks(dialog.field, "hunter2")
    with qtbot.waitSignal(dialog.submitted) as sent:
        dialog.rows[0].button.click()
    assert sent.args[2] == "c"


def test_pressing_it_again_leads_back_to_the_password_alone(make: Make, qtbot: QtBot) -> None:
    dialog = make(BOTH, KEY)
    for _ in range(2):
        dialog.rows[0].button.click()
    QTest.keyClicks(dialog.field, "hunter2")
    with qtbot.waitSignal(dialog.submitted) as sent:
        QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert sent.args[2] == ""


def test_where_no_password_opens_it_alone_the_ready_way_is_chosen_already(make: Make) -> None:
    away = BOTH._replace(slot="z", title="Password + Old key", state=AWAY)
    dialog = make(away, BOTH, methods=(RECOVERY_CODE,))
    assert dialog.field.accessibleName() == "Password, then YubiKey 5C"


def test_a_vault_of_tokens_alone_has_no_field_and_begins_at_the_first_row(make: Make) -> None:
    dialog = make(methods=(RECOVERY_CODE,))
    assert not dialog.field.isVisible()
    assert not dialog.unlock_button.isVisible()
    assert dialog.focusWidget() is dialog.rows[0].button
    code = next(act for act in dialog._ways.menu().actions() if act.text() == "Recovery code")
    code.trigger()
    assert dialog.field.isVisible()


def test_what_lies_in_a_drawer_is_under_other_ways(make: Make, qtbot: QtBot) -> None:
    dialog = make()
    act = next(act for act in dialog._ways.menu().actions() if act.text() == SHARES.title)
    with qtbot.waitSignal(dialog.way_chosen) as sent:
        act.trigger()
    assert sent.args == ["h"]


# --- touch, PIN, plugging in -----------------------------------------------------------------------------------------


def test_a_touch_is_asked_for_in_the_row_and_counts_down(make: Make, qtbot: QtBot) -> None:
    dialog = make()
    dialog.begin_unlock("a")
    item = dialog.spot("YubiKey 5C")
    assert item is dialog.rows[0]
    item.show_touch("YubiKey 5C", 21, "It blinks: touch it to unlock Personal.")
    assert item.sentences == "Touch YubiKey 5C now It blinks: touch it to unlock Personal. Waits 21 s more."
    assert dialog.focusWidget() is item.cancel
    qtbot.waitUntil(lambda: "Waits 20 s more" in item.sentences, timeout=3_000)
    with qtbot.waitSignal(dialog.cancelled):
        QTest.keyClick(item.cancel, Qt.Key.Key_Return)


def test_the_rings_stand_still_where_the_desktop_asks_for_less_motion(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = make()
    dialog.begin_unlock("a")
    item = dialog.spot("")
    item.show_touch("YubiKey 5C", 5, "")
    assert item._rings.moves
    item.rest()
    monkeypatch.setattr(type(dialog.style()), "styleHint", lambda *_: 0)
    item.show_touch("YubiKey 5C", 5, "")
    assert not item._rings.moves


def test_a_pin_is_typed_in_the_row_with_its_tries_before_it(make: Make, qtbot: QtBot) -> None:
    dialog = make()
    dialog.begin_unlock("a")
    item = dialog.spot("YubiKey 5C")
    item.show_secret("PIN of YubiKey 5C", "For “Key” of Personal", PIN)
    panel = item.secret
    assert panel is not None
    assert "8 tries are left." in item.sentences
    assert dialog.focusWidget() is panel.field
    QTest.keyClicks(panel.field, "123")
    with qtbot.assertNotEmitted(item.answered):
        QTest.keyClick(panel.field, Qt.Key.Key_Return)
    assert "At least 4 characters" in item.sentences
    QTest.keyClicks(panel.field, "4")
    with qtbot.waitSignal(item.answered) as sent:
        QTest.keyClick(panel.field, Qt.Key.Key_Return)
    assert sent.args == [bytearray(b"1234")]
    with qtbot.assertNotEmitted(item.answered):
        QTest.keyClick(panel.field, Qt.Key.Key_Return)


def test_an_empty_pin_is_never_given(make: Make, qtbot: QtBot) -> None:
    dialog = make()
    dialog.begin_unlock("a")
    item = dialog.spot("YubiKey 5C")
    item.show_secret("PIN", "", PIN._replace(least=0))
    assert item.secret is not None
    with qtbot.assertNotEmitted(item.answered):
        QTest.keyClick(item.secret.field, Qt.Key.Key_Return)


def test_the_last_try_is_warned_about_and_spent_only_when_told_twice(make: Make, qtbot: QtBot) -> None:
    dialog = make()
    dialog.begin_unlock("a")
    item = dialog.spot("YubiKey 5C")
    item.show_secret("PIN of YubiKey 5C", "", PIN._replace(retries=1))
    panel = item.secret
    assert panel is not None
    assert "This is the last try. Another wrong PIN blocks YubiKey 5C." in item.sentences
    QTest.keyClicks(panel.field, "1234")
    with qtbot.assertNotEmitted(item.answered):
        QTest.keyClick(panel.field, Qt.Key.Key_Return)
        QTest.keyClick(panel.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog.focusWidget() is panel.keep)
    with qtbot.assertNotEmitted(item.answered):
        QTest.keyClick(panel.keep, Qt.Key.Key_Return)
    assert dialog.focusWidget() is panel.field
    QTest.keyClick(panel.field, Qt.Key.Key_Return)
    with qtbot.waitSignal(item.answered):
        panel.spend.click()


def test_what_was_wrong_before_is_said_under_the_next_field(make: Make) -> None:
    dialog = make()
    dialog.begin_unlock("a")
    dialog.say_next("Wrong PIN for YubiKey 5C; 7 tries are left.")
    item = dialog.spot("YubiKey 5C")
    item.show_secret("PIN of YubiKey 5C", "", PIN._replace(retries=7))
    assert "Wrong PIN for YubiKey 5C" in item.sentences
    assert item.secret is not None
    assert item.secret.field.property("invalid")
    QTest.keyClicks(item.secret.field, "1")
    assert "Wrong PIN" not in item.sentences


def test_a_question_about_no_row_gets_one_for_the_time_being(make: Make) -> None:
    dialog = make()
    dialog.begin_unlock("h")
    item = dialog.spot("Somebody's card")
    item.show_plug("Somebody's card", 60, "To unlock Personal.", again=False)
    assert item not in dialog.rows
    assert item.isVisible()
    assert item.sentences.startswith("Plug in Somebody's card")
    dialog.end_unlock()
    assert not item.isVisible()


def test_a_question_where_no_rows_are_stands_under_no_line(make: Make) -> None:
    dialog = make(rows=())
    dialog.begin_unlock("h")
    item = dialog.spot("")
    item.show_secret("Unlock Personal", "The recovery code “Code”", SecretWanted("Recovery code"))
    assert item.isVisible()
    assert not any(rule.isVisible() for rule in dialog.findChildren(_Rule))


def test_the_end_of_a_try_wipes_a_half_typed_pin_and_gives_the_row_back(make: Make) -> None:
    dialog = make()
    dialog.begin_unlock("a")
    item = dialog.spot("YubiKey 5C")
    item.show_secret("PIN", "", PIN)
    panel = item.secret
    assert panel is not None
    QTest.keyClicks(panel.field, "12")
    dialog.end_unlock()
    assert len(panel.field) == 0
    assert item.button.isVisible()
    assert dialog.focusWidget() is item.button


def test_trouble_with_a_token_is_said_at_its_row_and_the_password_can_still_be_typed(make: Make, qtbot: QtBot) -> None:
    dialog = make()
    QTest.keyClicks(dialog.field, "hunter2")
    dialog.begin_unlock("a")
    dialog.show_trouble("a", "YubiKey 5C was pulled out before it was done. Plug it in again.")
    assert "was pulled out" in dialog.rows[0].sentences
    assert dialog.sentence == ""
    assert not dialog.field.property("invalid")
    with qtbot.waitSignal(dialog.submitted):
        dialog.unlock_button.click()
    dialog.set_state(STATE._replace(rows=(KEY._replace(state=AWAY, words="Not plugged in"), SPARE)))
    assert "was pulled out" in dialog.rows[0].sentences, "why it is not there is still of interest"
    dialog.set_state(STATE)
    assert "was pulled out" not in dialog.rows[0].sentences


def test_trouble_without_a_row_is_said_under_the_field(make: Make) -> None:
    dialog = make()
    dialog.begin_unlock("h")
    dialog.show_trouble("h", "This share was given already. Give a different one.")
    assert "given already" in dialog.sentence


# --- quick unlock ----------------------------------------------------------------------------------------------------

OFFER = QuickOffer("Quick unlock until 18:40. 3 tries are left.")


def test_quick_unlock_comes_first_and_the_full_dialog_is_one_click_away(make: Make, qtbot: QtBot) -> None:
    dialog = make(quick=OFFER)
    assert dialog.field.accessibleName() == "PIN"
    assert not dialog.rows
    QTest.keyClicks(dialog.field, "4711")
    with qtbot.waitSignal(dialog.submitted) as sent:
        QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert sent.args == [bytearray(b"4711"), QUICK, ""]
    full = next(each for each in dialog.findChildren(QPushButton) if each.text() == "Unlock in full")
    QTest.mouseClick(full, Qt.MouseButton.LeftButton)
    assert dialog.field.accessibleName() == "Password"
    assert len(dialog.rows) == 2
    dialog.set_state(STATE._replace(quick=OFFER))
    assert dialog.field.accessibleName() == "Password", "news do not undo what the person chose"


def test_a_password_that_is_being_typed_does_not_become_a_pin(make: Make) -> None:
    dialog = make()
    QTest.keyClicks(dialog.field, "corr")
    dialog.set_state(STATE._replace(quick=OFFER))
    assert dialog.field.accessibleName() == "Password"
    assert len(dialog.field) == 4


def test_a_wrong_quick_pin_tells_what_is_left_without_a_pause(make: Make) -> None:
    dialog = make(quick=OFFER)
    dialog.begin_unlock()
    dialog.show_wrong(0, "Wrong PIN; 2 tries are left.")
    assert dialog.sentence == "Wrong PIN; 2 tries are left."
    QTest.keyClicks(dialog.field, "4711")
    assert dialog.unlock_button.isEnabled()


def test_after_the_last_one_the_full_dialog_says_why(make: Make) -> None:
    dialog = make(quick=OFFER)
    dialog.begin_unlock()
    dialog.set_state(STATE)
    dialog.show_trouble("", "Quick unlock is over: its three tries are used up. Unlock in full once.")
    assert dialog.field.accessibleName() == "Password"
    assert "used up" in dialog.sentence


def test_a_finger_is_a_row_of_its_own(make: Make, qtbot: QtBot) -> None:
    dialog = make(quick=OFFER._replace(pin=False, finger=True))
    assert not dialog.field.isVisible()
    with qtbot.waitSignal(dialog.way_chosen) as sent:
        dialog.rows[0].button.click()
    assert sent.args == [""]
    dialog.begin_unlock("")
    assert dialog.rows[0].doing == "work"


# --- looks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("colours", [LIGHT, DARK, CONTRAST_DARK])
def test_every_text_of_a_row_can_be_read_on_its_ground(colours: theme.Tokens) -> None:
    def luminance(name: str) -> float:
        colour = colours.colour(name)
        parts = [part / 255 for part in (colour.red(), colour.green(), colour.blue())]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    pairs = [("text", "page"), ("text2", "page"), ("bad", "page"), ("atext", "asoft"), ("text2", "hover")]
    pairs += [("wait", "waitsoft"), ("text2", "asoft"), ("bad", "asoft"), ("atext", "waitsoft"), ("bad", "waitsoft")]
    for ink, ground in pairs:
        low, high = sorted((luminance(ink), luminance(ground)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, ground)


def test_blocked_is_said_in_words(make: Make) -> None:
    dialog = make(KEY._replace(state=BLOCKED, words="PIN blocked", aside=""))
    assert dialog.rows[0].sentences == "YubiKey 5C, PIN blocked"


def test_the_pause_after_wrong_passwords_does_not_hold_up_a_token(make: Make, qtbot: QtBot) -> None:
    dialog = make()
    dialog.set_state(STATE._replace(failures=20, last_failure=time.time()))
    with qtbot.waitSignal(dialog.way_chosen):
        dialog.rows[0].button.click()
