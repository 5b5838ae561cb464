"""The unlock dialog."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from kvault_gui.engine.errors import ChangesMissingError, DatabaseDamagedError, HeadOldError
from kvault_gui.gui import theme
from kvault_gui.gui.dialogs.problem import HEAD, MISSING, OTHER, problem_of
from kvault_gui.gui.dialogs.unlock import PASSWORD, RECOVERY_CODE, UnlockDialog, UnlockState, pause_after

STATE = UnlockState("Personal", "~/.kind/vault/personal", recent=(("Work & <b>co</b>", "/srv/work"),))


@pytest.fixture
def dialog(look: theme.Theme, qtbot: QtBot) -> UnlockDialog:
    assert look.scheme is theme.Scheme.LIGHT
    made = UnlockDialog(STATE)
    qtbot.addWidget(made)
    with qtbot.waitSignal(made.first_painted):
        made.show()
    return made


def _button(dialog: UnlockDialog, text: str) -> QPushButton:
    return next(each for each in dialog.findChildren(QPushButton) if each.text() == text)


def test_enter_submits_what_was_typed_and_empties_the_field(dialog: UnlockDialog, qtbot: QtBot) -> None:
    assert not dialog.unlock_button.isEnabled()
    QTest.keyClicks(dialog.field, "hunter2")
    with qtbot.waitSignal(dialog.submitted) as sent:
        QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert sent.args == [bytearray(b"hunter2"), PASSWORD, ""]
    assert len(dialog.field) == 0


def test_damage_is_answered_by_keys_alone(dialog: UnlockDialog, qtbot: QtBot) -> None:
    dialog.activateWindow()
    dialog.show_problem(problem_of(ChangesMissingError(count=2, kept="x"), "/srv/vault"))
    first = QApplication.focusWidget()
    assert first is not None
    assert first.accessibleName() == "Open another copy or a backup"
    QTest.keyClick(first, Qt.Key.Key_Down)
    second = QApplication.focusWidget()
    assert second is not None
    with qtbot.waitSignal(dialog.problem_answered) as answer:
        QTest.keyClick(second, Qt.Key.Key_Return)
    assert answer.args == [MISSING]


def test_ctrl_q_quits_from_the_field_and_from_a_problem(dialog: UnlockDialog, qtbot: QtBot) -> None:
    dialog.activateWindow()
    with qtbot.waitSignal(dialog.quit_requested):
        QTest.keyClick(dialog, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    dialog.show_problem(problem_of(ChangesMissingError(count=2, kept="x"), "/srv/vault"))
    with qtbot.waitSignal(dialog.quit_requested):
        QTest.keyClick(dialog, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)


def test_nothing_is_submitted_while_it_works_and_esc_cancels(dialog: UnlockDialog, qtbot: QtBot) -> None:
    QTest.keyClicks(dialog.field, "hunter2")
    dialog.begin_unlock()
    with qtbot.assertNotEmitted(dialog.submitted):
        QTest.keyClick(dialog.field, Qt.Key.Key_Return)
        QTest.keyClicks(dialog.field, "more")
    with qtbot.waitSignal(dialog.cancelled):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    dialog.end_unlock()
    with qtbot.waitSignal(dialog.dismissed):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_progress_appears_only_after_300_ms(dialog: UnlockDialog, qtbot: QtBot) -> None:
    dialog.begin_unlock()
    panel = dialog._progress
    assert panel is not None
    assert not panel.isVisible()
    began = time.monotonic()
    qtbot.waitUntil(panel.isVisible)
    assert time.monotonic() - began > 0.15
    with qtbot.waitSignal(dialog.cancelled):
        _button(dialog, "Cancel").click()


def test_a_wrong_password_is_told_in_the_field_and_goes_away_with_typing(dialog: UnlockDialog) -> None:
    dialog.begin_unlock()
    dialog.show_wrong(1)
    assert dialog.sentence == "Wrong password."
    assert dialog.field.property("invalid")
    assert not dialog.field.isReadOnly()
    QTest.keyClicks(dialog.field, "x")
    assert not dialog.field.property("invalid")
    assert dialog.sentence == ""
    assert dialog.unlock_button.isEnabled()


def test_pauses_grow_and_end_at_thirty_seconds() -> None:
    assert [pause_after(count) for count in range(9)] == [0, 0, 0, 2, 4, 8, 16, 30, 30]
    assert pause_after(10_000) == 30


def test_after_the_third_failure_the_next_try_waits(dialog: UnlockDialog, qtbot: QtBot) -> None:
    dialog.show_wrong(3)
    assert dialog.sentence.startswith("Wrong password. Try again in ")
    QTest.keyClicks(dialog.field, "again")
    assert not dialog.unlock_button.isEnabled()
    with qtbot.assertNotEmitted(dialog.submitted):
        QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    qtbot.waitUntil(dialog.unlock_button.isEnabled, timeout=4_000)
    assert "Try again" not in dialog.sentence


def test_failures_before_the_start_count(dialog: UnlockDialog) -> None:
    dialog.set_state(STATE._replace(failures=20, last_failure=time.time() - 5))
    QTest.keyClicks(dialog.field, "x")
    assert not dialog.unlock_button.isEnabled()
    dialog.set_state(STATE._replace(failures=20, last_failure=time.time() - 60))


def test_the_recovery_code_is_another_way(dialog: UnlockDialog, qtbot: QtBot) -> None:
    QTest.keyClicks(dialog.field, "half a password")
    ways = _button(dialog, "Other ways").menu()
    shown = [action for action in ways.actions() if action.isVisible()]
    assert [action.text() for action in shown] == ["Recovery code"]
    shown[0].trigger()
    assert len(dialog.field) == 0
    assert dialog.field.accessibleName() == "Recovery code"
    QTest.keyClicks(dialog.field, "K7QX")
    with qtbot.waitSignal(dialog.submitted) as sent:
        dialog.unlock_button.click()
    assert sent.args[1] == RECOVERY_CODE


def test_another_vault_is_chosen_from_the_menu(dialog: UnlockDialog, qtbot: QtBot) -> None:
    actions = dialog._chooser.menu().actions()
    for action, expected in ((actions[0], "/srv/work"), (actions[2], "")):
        with qtbot.waitSignal(dialog.other_vault) as sent:
            action.trigger()
        assert sent.args == [expected]
    with qtbot.waitSignal(dialog.new_vault):
        actions[3].trigger()


def test_a_holder_is_named_and_can_be_asked_to_lock(dialog: UnlockDialog, qtbot: QtBot) -> None:
    dialog.set_state(STATE._replace(holder="kvault (window), process 4711"))
    title = next(label for label in dialog.findChildren(QLabel) if "process 4711 has this vault open" in label.text())
    qtbot.waitUntil(title.isVisible)
    with qtbot.waitSignal(dialog.ask_holder_to_lock):
        _button(dialog, "Ask it to lock").click()


@pytest.mark.parametrize(
    ("error", "ids"),
    [
        (ChangesMissingError(count=3, kept="vault.db-wal.kept"), [OTHER, MISSING]),
        (HeadOldError(count=5), [HEAD, OTHER]),
        (DatabaseDamagedError(reason="page 7"), [OTHER]),
    ],
)
def test_damage_is_a_page_with_facts_and_choices(
    dialog: UnlockDialog, qtbot: QtBot, error: ChangesMissingError, ids: list[str]
) -> None:
    problem = problem_of(error, "~/v")
    assert [choice.id for choice in problem.choices] == ids
    dialog.show_problem(problem)
    assert not dialog.field.isVisible()
    page = dialog._problem
    assert page is not None
    for number, wanted in enumerate(ids):
        page.choose(number)
        with qtbot.waitSignal(dialog.problem_answered) as sent:
            page.action.click()
        assert sent.args == [wanted]
    dialog.clear_problem()
    assert dialog.field.isVisible()


def test_the_damage_page_sets_everything_as_plain_text(dialog: UnlockDialog) -> None:
    dialog.show_problem(problem_of(DatabaseDamagedError(reason="<img src=x>"), "/tmp/<b>x</b>"))  # noqa: S108
    for label in dialog.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText, label.text()


def test_everything_that_can_be_used_has_a_name(dialog: UnlockDialog) -> None:
    dialog.set_state(STATE._replace(holder="somebody"))
    for button in dialog.findChildren(QPushButton):
        assert button.accessibleName() or button.text()
    assert dialog.field.accessibleName() == "Password"


def test_every_control_is_reached_by_tab(dialog: UnlockDialog) -> None:
    seen = set()
    for _ in range(10):
        QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        seen.add(dialog.focusWidget())
    QTest.keyClicks(dialog.field, "x")
    assert {dialog.field, dialog._quit, dialog._ways, dialog._chooser} <= seen


def test_the_window_s_close_button_asks_and_the_application_s_end_does_not(dialog: UnlockDialog, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(dialog.dismissed):
        assert dialog.close()
    assert QApplication.instance() is not None


def test_nothing_heavy_is_loaded_before_the_first_paint() -> None:
    script = (
        "import sys\n"
        "from PySide6.QtWidgets import QApplication\n"
        "app = QApplication(['kvault'])\n"
        "from kvault_gui.gui import theme\n"
        "theme.apply(app)\n"
        "from kvault_gui.gui.dialogs.unlock import UnlockDialog, UnlockState\n"
        "dialog = UnlockDialog(UnlockState('Personal', '~/v'))\n"
        "dialog.grab()\n"
        "heavy = ('asyncio', 'qasync', 'msgspec', 'ctypes', 'kvault_gui.engine.api', 'kvault_gui.gui.ask')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    root = Path(__file__).parent.parent.parent
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
