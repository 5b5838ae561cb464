"""The parts that the window is made of."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.buttons import IconButton, button
from kvault_gui.gui.widgets.countdown import CountdownRing
from kvault_gui.gui.widgets.field_row import FieldRow, stack
from kvault_gui.gui.widgets.fitting import keep_on_screen
from kvault_gui.gui.widgets.following import follow_focus
from kvault_gui.gui.widgets.labels import Chip, ElidedLabel, Paragraph, label, left_to_right, plain_tip
from kvault_gui.gui.widgets.panels import Banner, EmptyState, ProgressPanel
from kvault_gui.gui.widgets.secret_view import DOTS, SecretView
from kvault_gui.gui.widgets.snackbar import Snackbar
from kvault_gui.gui.widgets.strength import StrengthBar

HOSTILE = "<b>bold</b> <img src=x>\u202eevil"

pytestmark = pytest.mark.usefixtures("look")


def _show(widget: QWidget, qtbot: QtBot, width: int = 500) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, max(widget.sizeHint().height(), 10))
    widget.show()


def test_every_label_is_plain_text(qtbot: QtBot) -> None:
    holders = [
        label(HOSTILE), ElidedLabel(HOSTILE), Paragraph(HOSTILE), Chip(HOSTILE),
        Banner("bad", HOSTILE, HOSTILE), EmptyState("lock", HOSTILE, HOSTILE), FieldRow(HOSTILE, HOSTILE),
    ]  # fmt: skip
    for holder in holders:
        qtbot.addWidget(holder)
        for each in [holder, *holder.findChildren(QLabel)]:
            if isinstance(each, QLabel):
                assert each.textFormat() == Qt.TextFormat.PlainText
    assert plain_tip(HOSTILE) == "<span>&lt;b&gt;bold&lt;/b&gt; &lt;img src=x&gt;\u202eevil</span>"
    assert left_to_right("~/x") == "\u2066~/x\u2069"


def test_a_long_line_is_cut_and_told_whole_in_the_tool_tip(qtbot: QtBot) -> None:
    made = ElidedLabel("a very long name\nin two lines " * 5)
    _show(made, qtbot, 80)
    assert "\n" not in made.text()
    assert made.toolTip() == made.text()
    made.resize(5_000, 20)
    QApplication.sendPostedEvents()
    assert made.toolTip() == ""


def test_a_paragraph_is_higher_where_it_is_narrower(qtbot: QtBot) -> None:
    made = Paragraph("Several words that need several lines where there is little room for them.")
    qtbot.addWidget(made)
    assert made.heightForWidth(120) > 2 * made.heightForWidth(600)
    assert made.heightForWidth(10_000) == round(13 * 1.5)


def test_a_row_copies_by_enter_and_shows_by_space(qtbot: QtBot) -> None:
    row = FieldRow("Password", None)
    card = stack(row)
    _show(card, qtbot)
    row.setFocus()
    with qtbot.waitSignal(row.copy_wanted):
        QTest.keyClick(row, Qt.Key.Key_Return)
    with qtbot.waitSignal(row.reveal_wanted) as asked:
        QTest.keyClick(row, Qt.Key.Key_Space)
    assert asked.args == [True]
    assert row.secret is not None
    states = [row.secret.is_shown]  # it waits for the value
    row.show_secret(bytearray(b"hunter2"))
    states.append(row.secret.is_shown)
    assert states == [False, True]
    assert "hunter2" not in row.accessibleName()
    with qtbot.waitSignal(row.reveal_wanted) as asked:
        QTest.keyClick(row, Qt.Key.Key_Space)
    assert asked.args == [False]
    row.hide_secret()
    assert row.accessibleName() == "Password: hidden"


def test_copied_is_said_for_a_while_and_the_key_still_copies(qtbot: QtBot) -> None:
    row = FieldRow("User name", "octocat")
    _show(row, qtbot)
    row.copied()
    assert row._copied.isVisible()
    with qtbot.waitSignal(row.copy_wanted):
        QTest.keyClick(row, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not row._copied.isVisible(), timeout=4_000)
    assert row._copy.isVisible()


def test_a_field_without_a_value_says_so_and_offers_nothing(qtbot: QtBot) -> None:
    row = FieldRow("Serial", "")
    _show(row, qtbot)
    assert row.accessibleName() == "Serial: not set"
    assert not row._copy.isVisible()
    with qtbot.assertNotEmitted(row.copy_wanted):
        QTest.keyClick(row, Qt.Key.Key_Return)


def test_the_name_stands_above_the_value_where_there_is_no_room(qtbot: QtBot) -> None:
    row = FieldRow("User name", "octocat")
    _show(row, qtbot)
    assert row._name.geometry().right() < row._value.geometry().left() + 1
    wide = row.minimumSizeHint().height()
    row.resize(240, 200)
    QApplication.sendPostedEvents()
    assert row._name.geometry().bottom() <= row._value.geometry().top()
    assert row.minimumSizeHint().height() >= wide


def test_hidden_is_sixteen_dots_whatever_the_length(qtbot: QtBot) -> None:
    short, long = SecretView("Password"), SecretView("Password")
    for view, value in ((short, b"x"), (long, b"y" * 200)):
        _show(view, qtbot)
        view.show_secret(bytearray(value))
        view.hide_secret()
    assert short.grab().toImage() == long.grab().toImage()
    assert DOTS == 16


def test_a_shown_value_is_painted_and_wiped_when_hidden(qtbot: QtBot) -> None:
    view = SecretView("Password", wrap=True)
    _show(view, qtbot, 100)
    hidden = view.grab().toImage()
    view.show_secret(bytearray("line one is long\nand two €".encode()))
    points = view._points
    assert points is not None
    assert view.grab().toImage() != hidden
    assert view.heightForWidth(60) > view.heightForWidth(600)
    view.hide_secret()
    assert not any(points._bytes)
    assert view.accessibleDescription() == "hidden"


def test_strength_is_told_in_a_word_and_bits(qtbot: QtBot) -> None:
    bar = StrengthBar()
    qtbot.addWidget(bar)
    for score, word in enumerate(("Very weak", "Weak", "Fair", "Strong", "Excellent")):
        bar.set_strength(score, 70.4)
        assert bar.text == f"{word}, about 70 bits"
        assert bar.filled == score + 1
    bar.set_strength(4, 46)  # the best score of the estimate, and yet within reach of those who guess for long
    assert (bar.filled, bar.text) == (4, "Strong, about 46 bits")
    bar.clear()
    assert (bar.filled, bar.text) == (0, "")


def test_the_ring_turns_amber_below_ten_seconds(qtbot: QtBot) -> None:
    ring = CountdownRing(30)
    qtbot.addWidget(ring)
    ring.set_remaining(18, 30)
    assert (ring.tone, ring.accessibleDescription()) == ("accent", "18 seconds")
    ring.set_remaining(8.2, 30)
    assert (ring.tone, ring.seconds) == ("wait", 9)
    ring.set_remaining(-3, 0)
    assert ring.seconds == 0
    ring.grab()


def test_the_remaining_arc_ends_at_twelve_o_clock(qtbot: QtBot) -> None:
    ring = CountdownRing(30)
    _show(ring, qtbot, 30)
    ring.resize(30, 30)
    ring.set_remaining(25, 100)
    image = ring.grab().toImage()
    accent = theme.tokens().accent
    left, right = image.pixelColor(5, 5), image.pixelColor(24, 5)
    assert abs(left.red() - accent.red()) < 90
    assert abs(right.red() - accent.red()) > 120


def test_the_snackbar_lies_in_the_middle_and_its_action_closes_it(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(700, 400)
    host.show()
    bar, done = Snackbar(host), []
    bar.say("Moved “Old Jenkins” to the trash", "trash", action="Undo", shortcut="Ctrl+Z", act=lambda: done.append(1))
    assert abs(bar.geometry().center().x() - 350) <= 1
    assert bar.geometry().bottom() == 400 - 16 - 1
    host.resize(900, 300)
    assert abs(bar.geometry().center().x() - 450) <= 1
    bar._action.click()
    assert done == [1]
    assert not bar.isVisible()


def test_a_second_message_replaces_the_first_and_runs_out(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kvault_gui.gui.widgets.snackbar.STAYS", 30)
    host = QWidget()
    _show(host, qtbot)
    bar = Snackbar(host)
    bar.say("One", action="Undo")
    bar.say("Two")
    assert bar.text == "Two"
    assert not bar._action.isVisible()
    qtbot.waitUntil(lambda: not bar.isVisible())


def test_progress_is_quiet_for_short_work_and_can_be_cancelled(qtbot: QtBot) -> None:
    holder = QWidget()
    _show(holder, qtbot)
    panel = ProgressPanel(holder)
    panel.begin("Importing", "Nothing is changed until it ends.")
    panel.advance(31, 100, "Importing 31 of 100")
    assert not panel.isVisible()
    qtbot.waitUntil(panel.isVisible)
    assert panel._part.text() == "31 %"
    with qtbot.waitSignal(panel.cancelled):
        panel._cancel.click()
    panel.finish()
    assert not panel.isVisible()
    panel.begin("Again")
    panel.finish()
    assert not panel._wait.isActive()


def test_buttons_have_names_and_targets_of_at_least_24_px(qtbot: QtBot) -> None:
    made = IconButton("copy", "Copy <b>x</b>")
    _show(made, qtbot, 28)
    assert made.accessibleName() == "Copy <b>x</b>"
    assert "&lt;b&gt;" in made.toolTip()
    assert min(made.sizeHint().width(), made.sizeHint().height()) >= 24
    pressed: list[int] = []
    plain = button("Do it", "primary", "check", hint="Ctrl D", on_click=lambda: pressed.append(1))
    qtbot.addWidget(plain)
    plain.click()
    assert pressed == [1]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_a_key_presses_the_button_that_has_the_focus_and_not_the_default_one(qtbot: QtBot, key: Qt.Key) -> None:
    dialog, pressed = QDialog(), []
    made = button("Add", on_click=lambda: pressed.append("focused"))
    other = button("Continue", "primary", on_click=lambda: pressed.append("default"))
    other.setDefault(True)
    column = QVBoxLayout(dialog)
    column.addWidget(made)
    column.addWidget(other)
    _show(dialog, qtbot)
    made.setFocus()
    QTest.keyClick(made, key)
    assert pressed == ["focused"]
    assert not made.isDefault()
    QTest.keyClick(made, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert dialog.focusWidget() is made, "Alt with an arrow is the window's"


def test_a_page_scrolls_to_what_gets_the_keyboard_from_outside(qtbot: QtBot) -> None:
    area, page = QScrollArea(), QWidget()
    column = QVBoxLayout(page)
    made = [button(f"Button {number}") for number in range(40)]
    for each in made:
        column.addWidget(each)
    area.setWidget(page)
    _show(area, qtbot, 200)
    follow_focus(None, page)
    assert area.verticalScrollBar().value() == 0, "the page itself is everywhere"
    follow_focus(None, made[-1])
    assert made[-1].visibleRegion().boundingRect().height() == made[-1].height()


def test_a_window_that_grows_stays_on_the_screen(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    room = window.screen().availableGeometry()
    window.setGeometry(40, room.bottom() - 200, 100, 100)
    window.show()
    place, frame = window.y(), window.frameGeometry().height() - window.height()
    keep_on_screen(window, 150)
    assert window.y() == place, "it fits there"
    keep_on_screen(window, 400)
    assert window.y() == room.bottom() + 1 - 400 - frame
    keep_on_screen(window, room.height() + 100)
    assert window.y() == room.top()


def test_a_banner_tells_its_finding_and_has_a_button(qtbot: QtBot) -> None:
    banner, done = Banner("ok", "Nothing is missing", "All fit."), []
    _show(banner, qtbot)
    made = banner.add_button("Check now", lambda: done.append(1), "refresh")
    made.click()
    assert done == [1]
    banner.set_kind("bad")
    banner.set_words("It does not fit")
    assert banner.accessibleName() == "It does not fit"
    assert banner.grab().toImage().pixelColor(10, 20) == theme.tokens().badsoft


def test_the_row_under_the_pointer_is_shown(qtbot: QtBot) -> None:
    row = FieldRow("User name", "octocat")
    card = stack(row, FieldRow("Serial", "1"))
    _show(card, qtbot)
    QApplication.sendEvent(row, QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(5, 5)))
    assert row.grab().toImage().pixelColor(8, 20) == theme.tokens().hover
    QApplication.sendEvent(row, QEvent(QEvent.Type.Leave))
    assert row.grab().toImage().pixelColor(8, 20) != theme.tokens().hover


@pytest.mark.parametrize("mirrored", [False, True])
def test_nothing_is_clipped_at_double_text(qapp: QApplication, qtbot: QtBot, *, mirrored: bool) -> None:
    double = QFont("Inter")
    double.setPixelSize(26)
    qapp.setFont(double)
    made: list[QWidget] = [
        button("Unlock the vault", "primary", "lock"),
        Chip("Cannot be exported", "lock"),
        FieldRow("User name", "octocat"),
        Banner("ok", "Nothing is missing and nothing was changed", "All 12,418 records fit together."),
    ]
    for each in made:
        if mirrored:
            each.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        _show(each, qtbot, 900)
        QApplication.sendPostedEvents()
        for inner in [each, *each.findChildren(QLabel), *each.findChildren(QPushButton)]:
            if inner.isVisible() and isinstance(inner, QPushButton | QLabel):
                assert inner.height() >= inner.fontMetrics().height(), inner
