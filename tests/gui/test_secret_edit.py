"""The field that never holds its text as a string."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QClipboard, QColor, QGuiApplication, QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.points import BULLET, Points
from kvault_gui.gui.widgets.secret_edit import CAPACITY, SecretEdit


@pytest.fixture
def field(look: theme.Theme, qtbot: QtBot) -> SecretEdit:
    assert look.scheme is theme.Scheme.LIGHT
    made = SecretEdit("Password")
    qtbot.addWidget(made)
    made.resize(300, 38)
    made.show()
    made.setFocus()
    return made


def _type(field: SecretEdit, text: str) -> None:
    """Key presses with any character (QTest knows ASCII alone)."""
    for char in text:
        QApplication.sendEvent(field, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_unknown, Qt.KeyboardModifier(0), char))


def _text(field: SecretEdit) -> str:
    return field.peek().decode()


def test_typing_gives_the_text_and_the_base_class_only_bullets(field: SecretEdit) -> None:
    _type(field, "pass wörd")
    assert _text(field) == "pass wörd"
    assert field.text() == BULLET * 9


def test_take_gives_the_bytes_once(field: SecretEdit) -> None:
    _type(field, "secret€")
    assert field.take() == bytearray("secret€".encode())
    assert len(field) == 0
    assert field.text() == ""
    assert field.take() == bytearray()


def test_deleting_in_the_middle_and_over_a_selection(field: SecretEdit) -> None:
    QTest.keyClicks(field, "abcdef")
    field.setCursorPosition(3)
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert _text(field) == "abdef"
    QTest.keyClick(field, Qt.Key.Key_Delete)
    assert _text(field) == "abef"
    field.setSelection(1, 2)
    QTest.keyClicks(field, "XYZ")
    assert _text(field) == "aXYZf"
    assert field.cursorPosition() == 4
    field.setSelection(0, 2)
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert _text(field) == "YZf"


def test_paste_takes_the_first_line_and_replaces_the_selection(field: SecretEdit) -> None:
    QGuiApplication.clipboard().setText("eins\nzwei")
    QTest.keyClicks(field, "0")
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert _text(field) == "eins"
    field.paste_from(QClipboard.Mode.Clipboard)
    assert _text(field) == "einseins"


@pytest.mark.parametrize(
    ("key", "modifier"),
    [
        (Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier),
        (Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier),
    ],
)
def test_nothing_leaves_the_field_by_cut_or_copy(field: SecretEdit, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    QGuiApplication.clipboard().setText("before")
    QTest.keyClicks(field, "hunter2")
    field.selectAll()
    QTest.keyClick(field, key, modifier)
    assert QGuiApplication.clipboard().text() == "before"
    assert _text(field) == "hunter2"


def test_there_is_no_undo(field: SecretEdit) -> None:
    QTest.keyClicks(field, "abc")
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert _text(field) == "ab"


def test_what_an_input_method_commits_goes_in(field: SecretEdit) -> None:
    composing, committing = QInputMethodEvent("\u00b4", []), QInputMethodEvent()
    committing.setCommitString("é")
    QApplication.sendEvent(field, composing)
    assert len(field) == 0
    QApplication.sendEvent(field, committing)
    assert _text(field) == "é"


def test_altgr_characters_are_typed(field: SecretEdit) -> None:
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    QApplication.sendEvent(field, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Q, both, "@"))
    assert _text(field) == "@"


def test_assistive_technology_inserts_text_and_reads_bullets(field: SecretEdit) -> None:
    QTest.keyClicks(field, "ab")
    interface = QAccessible.queryAccessibleInterface(field)
    field.setCursorPosition(1)
    field.insert("XY")  # what AT-SPI's insertText calls
    assert _text(field) == "aXYb"
    assert interface.text(QAccessible.Text.Value) == BULLET * 4
    assert interface.text(QAccessible.Text.Name) == "Password"
    assert interface.state().passwordEdit


def test_showing_paints_characters_in_three_colours_and_hiding_paints_none(field: SecretEdit) -> None:
    field.set_secret(bytearray(b"mmmm8888####"))

    def shows(wanted: QColor) -> bool:
        image = field.grab().toImage()
        pixels = (image.pixelColor(x, y) for x in range(8, 250) for y in range(8, 30))
        return any(
            abs(pixel.red() - wanted.red()) + abs(pixel.green() - wanted.green()) + abs(pixel.blue() - wanted.blue())
            < 40
            for pixel in pixels
        )

    t = theme.tokens()
    assert not shows(t.sym)
    assert not shows(t.accent)
    field.reveal(shown=True)
    assert shows(t.sym)
    assert shows(t.accent)
    field.reveal(shown=False)
    assert not shows(t.sym)
    assert not shows(t.accent)


def test_the_eye_is_reached_by_the_keyboard(field: SecretEdit) -> None:
    QTest.keyClicks(field, "abc")
    QTest.keyClick(field, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert field.is_shown
    assert _text(field) == "abc"


def test_what_does_not_fit_is_left_out(field: SecretEdit) -> None:
    field.set_secret(bytearray(b"x" * (CAPACITY + 50)))
    assert len(field) == CAPACITY
    QTest.keyClicks(field, "y")
    assert len(field) == CAPACITY


def test_a_field_can_be_made_for_more_than_a_password(qtbot: QtBot) -> None:
    wide = SecretEdit("Token", capacity=3 * CAPACITY)
    qtbot.addWidget(wide)
    wide.set_secret(bytearray(b"x" * 2 * CAPACITY))
    QTest.keyClicks(wide, "y")
    assert _text(wide) == "x" * 2 * CAPACITY + "y"
    with qtbot.waitSignal(wide.overflowed):
        QGuiApplication.clipboard().setText("z" * 2 * CAPACITY)
        wide.paste_from(QClipboard.Mode.Clipboard)
    assert _text(wide) == "x" * 2 * CAPACITY + "y"  # half a secret looks like a secret: nothing of it goes in
    QGuiApplication.clipboard().setText("z" * (CAPACITY - 1))
    wide.paste_from(QClipboard.Mode.Clipboard)
    assert len(wide) == wide.capacity == 3 * CAPACITY


def test_edited_is_sent_for_each_change(field: SecretEdit, qtbot: QtBot) -> None:
    with qtbot.waitSignals([field.edited] * 3, order="none"):
        QTest.keyClicks(field, "ab")
        QTest.keyClick(field, Qt.Key.Key_Backspace)


def test_two_fields_are_compared_and_the_first_difference_is_named(field: SecretEdit, qtbot: QtBot) -> None:
    other = SecretEdit("Once more")
    qtbot.addWidget(other)
    field.set_secret(bytearray(b"varnish otter copper"))
    other.set_secret(bytearray(b"varnish otter coper"))
    assert not other.same_as(field)
    assert other.first_difference(field) == (3, 18)
    other.set_secret(bytearray(b"varnish otter copper"))
    assert other.same_as(field)
    assert other.first_difference(field) is None


@given(st.text(max_size=40), st.integers(0, 40), st.integers(0, 40), st.text(max_size=10))
def test_points_behave_like_a_string(start: str, one: int, two: int, new: str) -> None:
    points = Points(60)
    points.splice(0, 0, start)
    low, high = sorted((min(one, len(start)), min(two, len(start))))
    points.splice(low, high, new)
    expected = start[:low] + new + start[high:]
    assert "".join(points.char(at) for at in range(len(points))) == expected


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_points_read_and_write_utf8(text: str) -> None:
    points = Points(30)
    points.load(bytearray(text.encode()))
    assert points.utf8() == text.encode()


@pytest.mark.parametrize("broken", [b"\xff", b"\xc3", b"ab\xe2\x82", b"\x80"])
def test_broken_utf8_is_refused(broken: bytes) -> None:
    with pytest.raises(UnicodeDecodeError):
        Points(10).load(bytearray(broken))


def test_nothing_is_left_in_the_buffer_after_wiping_or_deleting() -> None:
    points = Points(20)
    points.splice(0, 0, "hunter2hunter2")
    points.splice(2, 14, "")
    assert bytes(points._bytes[8:]) == bytes(72)
    points.wipe()
    assert not any(points._bytes)
    assert "hunter" not in repr(points)
