"""Colours, fonts, icons and style."""

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from kvault_gui.gui import theme
from kvault_gui.gui.theme import colours, resources

SETS = {
    "light": colours.LIGHT,
    "dark": colours.DARK,
    "contrast-dark": colours.CONTRAST_DARK,
    "contrast-light": colours.CONTRAST_LIGHT,
}
GROUNDS = ("rail", "side", "list", "page", "raised", "sunken", "hover", "inact")
TEXT_PAIRS = (
    [(text, ground) for text in ("text", "text2", "text3") for ground in GROUNDS]
    + [(tone, ground) for tone in ("accent", "ok", "wait", "bad", "live") for ground in ("page", "list", "raised")]
    + [("onacc", "accent"), ("atext", "asoft"), ("ok", "oksoft"), ("wait", "waitsoft"), ("bad", "badsoft")]
    + [
        ("live", "livesoft"),
        ("onbad", "bad"),
        ("onlive", "live"),
        ("sym", "page"),
        ("sym", "raised"),
        ("accent", "raised"),
    ]
    + [("snacktext", "snack"), ("snackacc", "snack"), ("text", "asoft"), ("text2", "asoft"), ("sym", "hover")]
)
CONTROL_PAIRS = [(line, ground) for line in ("ctl", "accent", "bad") for ground in ("page", "side", "list", "raised")]


def _luminance(colour: QColor) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF())


def _contrast(one: QColor, other: QColor) -> float:
    """WCAG 2.2, contrast ratio."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_can_be_read_on_its_ground(name: str, text: str, ground: str) -> None:
    tokens = SETS[name]
    assert _contrast(tokens.colour(text), tokens.colour(ground)) >= 4.5


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(("line", "ground"), CONTROL_PAIRS)
def test_controls_stand_out_from_their_ground(name: str, line: str, ground: str) -> None:
    tokens = SETS[name]
    assert _contrast(tokens.colour(line), tokens.colour(ground)) >= 3


@pytest.mark.parametrize("name", ["contrast-dark", "contrast-light"])
def test_high_contrast_is_at_least_seven_to_one(name: str) -> None:
    tokens = SETS[name]
    for text, ground in TEXT_PAIRS:
        assert _contrast(tokens.colour(text), tokens.colour(ground)) >= 7, (text, ground)


@pytest.mark.parametrize(
    ("text", "ground", "light", "dark"),
    [
        ("text", "page", 16.5, 12.6),
        ("text3", "rail", 4.6, 7.9),
        ("onacc", "accent", 6.8, 8.2),
        ("ok", "oksoft", 5.9, 6.6),
        ("live", "page", 7.9, 7.5),
        ("snackacc", "snack", 8.6, 5.8),
    ],
)
def test_contrast_is_what_the_design_measured(text: str, ground: str, light: float, dark: float) -> None:
    for tokens, expected in ((colours.LIGHT, light), (colours.DARK, dark)):
        assert _contrast(tokens.colour(text), tokens.colour(ground)) == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize("name", SETS)
def test_the_palette_sets_every_role_in_every_group(name: str) -> None:
    made = colours.palette(SETS[name])
    roles = [
        role for role in QPalette.ColorRole if role not in (QPalette.ColorRole.NoRole, QPalette.ColorRole.NColorRoles)
    ]
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive, QPalette.ColorGroup.Disabled):
        for role in roles:
            assert made.isBrushSet(group, role), (group, role)


def test_a_change_of_scheme_repaints_labels_at_once(look: theme.Theme, qtbot: QtBot) -> None:
    label = QLabel("text")
    label.setProperty("tone", "bad")
    qtbot.addWidget(label)
    label.show()
    before = label.palette().color(QPalette.ColorRole.WindowText)
    with qtbot.waitSignal(look.changed):
        look.set_scheme(theme.Scheme.DARK)
    assert before == colours.LIGHT.bad
    assert label.palette().color(QPalette.ColorRole.WindowText) == colours.DARK.bad
    assert theme.tokens() is colours.DARK


def test_the_system_s_scheme_is_followed_and_can_be_overridden(look: theme.Theme, qapp: QApplication) -> None:
    look.set_scheme(theme.Scheme.SYSTEM)
    assert theme.tokens() is colours.LIGHT
    look.set_scheme(theme.Scheme.CONTRAST)
    assert theme.tokens().is_contrast
    assert qapp.palette().color(QPalette.ColorRole.Window) == theme.tokens().page


def test_applying_twice_changes_the_one_theme(look: theme.Theme, qapp: QApplication) -> None:
    assert theme.apply(qapp, theme.Scheme.DARK) is look


def test_sizes_grow_with_the_font_and_captions_never_shrink_below_eleven(look: theme.Theme, qapp: QApplication) -> None:
    assert theme.px(32) == 32
    assert theme.font("caption").pixelSize() == 11
    double, small = QFont("Inter"), QFont("Inter")
    double.setPixelSize(26)
    small.setPixelSize(10)
    qapp.setFont(double)
    assert theme.px(32) == 64
    assert theme.font("title").pixelSize() == 40
    qapp.setFont(small)
    assert theme.font("caption").pixelSize() == 11
    assert look.scheme is theme.Scheme.LIGHT


def _names() -> list[str]:
    return sorted(path.stem for path in (resources.ROOT / "icons").glob("*.svg"))


@pytest.mark.parametrize("name", [name for name in _names() if name != "kvault"])
def test_every_icon_is_drawn_on_our_grid_and_takes_its_colour(name: str, look: theme.Theme) -> None:
    source = resources.read(f"icons/{name}.svg").decode()
    assert 'viewBox="0 0 256 256"' in source
    assert 'stroke-width="16"' in source
    assert not re.search(r"#[0-9a-fA-F]{3,6}", source)
    image = theme.pixmap(name, QColor("#ff0000"), 48).toImage()
    seen = [image.pixelColor(x, y) for x in range(48) for y in range(48) if image.pixelColor(x, y).alpha() > 200]
    assert len(seen) > 20
    assert all(colour.red() > 240 and colour.blue() < 16 for colour in seen)
    assert look.scheme is theme.Scheme.LIGHT


def test_icons_are_sharp_at_double_scale(look: theme.Theme) -> None:
    made = theme.pixmap("lock", theme.tokens().text, 16, 2.0)
    assert made.width() == 32
    assert made.deviceIndependentSize().width() == 16
    assert look.scheme is theme.Scheme.LIGHT


def test_an_icon_follows_the_scheme_without_being_made_again(look: theme.Theme) -> None:
    icon = theme.icon("stop-filled", "text")

    def middle() -> QColor:
        return icon.pixmap(32, 32).toImage().pixelColor(16, 16)

    assert middle() == colours.LIGHT.text
    look.set_scheme(theme.Scheme.DARK)
    assert middle() == colours.DARK.text


def test_a_missing_resource_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        resources.read("icons/no-such-icon.svg")


@pytest.mark.parametrize(("kind", "token"), [("primary", "accent"), ("danger-filled", "bad"), ("live", "live")])
def test_solid_buttons_are_filled_with_their_meaning(kind: str, token: str, look: theme.Theme, qtbot: QtBot) -> None:
    button = QPushButton("")
    button.setProperty("kind", kind)
    qtbot.addWidget(button)
    button.resize(80, 32)
    assert button.grab().toImage().pixelColor(40, 16) == theme.tokens().colour(token)
    assert look.scheme is theme.Scheme.LIGHT


def test_a_wrong_field_has_a_red_frame_and_an_icon(look: theme.Theme, qtbot: QtBot) -> None:
    edit = QLineEdit()
    qtbot.addWidget(edit)
    edit.resize(200, 32)
    before = edit.grab().toImage()
    theme.restyle(edit, invalid=True)
    after = edit.grab().toImage()
    assert before.pixelColor(100, 0) == theme.tokens().ctl
    assert after.pixelColor(100, 0) == theme.tokens().bad
    spot = {after.pixelColor(x, y).name() for x in range(172, 192) for y in range(6, 26)}
    assert theme.tokens().bad.name() in spot
    assert look.scheme is theme.Scheme.LIGHT


def test_a_field_of_several_lines_has_the_frame_of_an_input(look: theme.Theme, qtbot: QtBot) -> None:
    edit = QPlainTextEdit("notes")
    qtbot.addWidget(edit)
    edit.resize(200, 80)
    image = edit.grab().toImage()
    assert image.pixelColor(100, 0) == theme.tokens().ctl
    assert image.pixelColor(100, 3) == theme.tokens().raised
    assert look.scheme is theme.Scheme.LIGHT


def test_buttons_and_fields_are_high_enough_for_double_text(
    look: theme.Theme, qapp: QApplication, qtbot: QtBot
) -> None:
    double = QFont("Inter")
    double.setPixelSize(26)
    qapp.setFont(double)
    for made in (QPushButton("Unlock"), QLineEdit("Ágj")):
        qtbot.addWidget(made)
        made.ensurePolished()
        assert made.sizeHint().height() >= made.fontMetrics().height() + 16
    assert look.scheme is theme.Scheme.LIGHT


def test_menus_show_text_and_shortcut_without_overlap(look: theme.Theme, qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QMenu  # noqa: PLC0415

    menu = QMenu()
    qtbot.addWidget(menu)
    plain = menu.addAction("Copy the password")
    width = menu.sizeHint().width()
    plain.setShortcut("Ctrl+Shift+C")
    assert menu.sizeHint().width() > width + 60
    assert menu.grab().toImage().pixelColor(3, 12) == theme.tokens().raised
    assert look.scheme is theme.Scheme.LIGHT
    assert plain.isEnabled()
    assert menu.layoutDirection() == Qt.LayoutDirection.LeftToRight
