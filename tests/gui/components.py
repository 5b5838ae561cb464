"""A sheet of every component in its states: ``python -m tests.gui.components --out DIR [--dark | --contrast]``."""

import argparse
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSlider,
    QSpinBox,
    QStyle,
    QStyleOptionButton,
    QVBoxLayout,
    QWidget,
)

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.buttons import IconButton, button
from kvault_gui.gui.widgets.cards import Tile, app_mark
from kvault_gui.gui.widgets.countdown import CountdownRing
from kvault_gui.gui.widgets.field_row import FieldRow, column, stack
from kvault_gui.gui.widgets.labels import Chip, label
from kvault_gui.gui.widgets.panels import Banner, EmptyState, ProgressPanel
from kvault_gui.gui.widgets.search_edit import SearchEdit
from kvault_gui.gui.widgets.secret_edit import SecretEdit
from kvault_gui.gui.widgets.snackbar import Snackbar
from kvault_gui.gui.widgets.strength import StrengthBar


class Posed(QPushButton):
    """A button that looks focused."""

    def initStyleOption(self, option: QStyleOptionButton) -> None:  # noqa: N802 Qt's name
        """Add the focus."""
        super().initStyleOption(option)
        option.state |= QStyle.StateFlag.State_HasFocus


class PosedEdit(QLineEdit):
    """An input that looks focused."""

    def initStyleOption(self, option: object) -> None:  # noqa: N802 Qt's name
        """Add the focus."""
        super().initStyleOption(option)  # type: ignore[arg-type]
        option.state |= QStyle.StateFlag.State_HasFocus  # type: ignore[attr-defined]


def row(*parts: QWidget, spacing: int = 8) -> QWidget:
    """Parts side by side."""
    holder = QWidget()
    layout = QHBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(theme.px(spacing))
    for part in parts:
        layout.addWidget(part)
    layout.addStretch(1)
    return holder


def section(title: str, *parts: QWidget) -> QWidget:
    """A titled group."""
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(theme.px(8))
    layout.addWidget(label(title, "strong"))
    for part in parts:
        layout.addWidget(part)
    return holder


def buttons() -> QWidget:
    """Every kind at rest, focused and disabled."""
    rows: list[QWidget] = []
    for text, kind in (
        ("Unlock", "primary"),
        ("Cancel", "secondary"),
        ("Revoke…", "danger"),
        ("Revoke release-bot", "danger-filled"),
        ("Edit…", "ghost"),
        ("Add an agent", "link"),
    ):
        rest, focus, off = button(text, kind), Posed(text), button(text, kind)
        focus.setProperty("kind", kind)
        off.setEnabled(False)
        rows.append(row(rest, focus, off))
    extra = row(
        button("New secret", "primary", "plus", hint="Ctrl N"),
        button("Import…", icon="import"),
        button("Check now", icon="refresh", small=True),
    )
    eye = IconButton("eye", "Show", on_icon="eye-off")
    eye.setCheckable(True)
    eye.setChecked(True)
    return section("Buttons: rest, focus, disabled", *rows, extra, row(IconButton("copy", "Copy"), eye))


def inputs() -> QWidget:
    """Every field."""
    wrong, off, focus = QLineEdit("github.con"), QLineEdit("Filled in by the token"), PosedEdit("octocat")
    theme.restyle(wrong, invalid=True)
    off.setEnabled(False)
    search = SearchEdit("Ctrl F")
    search.setPlaceholderText("Search 248 items")
    secret, shown = SecretEdit("Password"), SecretEdit("Password")
    for each in (secret, shown):
        each.set_secret(bytearray("varnish otter 0O-l1I.5S/é".encode()))
    shown.reveal(shown=True)
    combo, spin, slide = QComboBox(), QSpinBox(), QSlider(Qt.Orientation.Horizontal)
    combo.addItems(["Only this once", "For this task"])
    slide.setValue(40)
    said = label("Did you mean github.com?", "small", "bad")
    return section(
        "Inputs: rest, focus, error, disabled", search, focus, wrong, said, off, secret, shown, row(combo, spin), slide
    )


def choices() -> QWidget:
    """Check boxes and radio buttons."""
    radios = [QRadioButton("Only this once"), QRadioButton("For this task"), QRadioButton("Always")]
    radios[0].setChecked(True)
    radios[2].setEnabled(False)
    boxes = [QCheckBox("Lock when the token leaves"), QCheckBox("Off"), QCheckBox("Partly")]
    boxes[0].setChecked(True)
    boxes[2].setTristate(True)
    boxes[2].setCheckState(Qt.CheckState.PartiallyChecked)
    return section("Choices", row(*radios, spacing=16), row(*boxes, spacing=16))


def states() -> QWidget:
    """Chips, rings, strength, progress, snackbar."""
    chips = [
        Chip("finance", "hash"),
        Chip("Show revoked", "check", "accent"),
        Chip("Cannot be exported", "lock"),
        Chip("In use", "check-circle-filled", "ok"),
        Chip("12 days late", "warning-filled", "bad"),
        Chip("in 3 weeks", "clock-filled", "wait"),
    ]
    rings = []
    for seconds in (100, 60, 25, 8):
        ring = CountdownRing(30, "live")
        ring.set_remaining(seconds, 100)
        rings.append(ring)
    small = CountdownRing(20)
    small.set_remaining(18, 30)
    bars = []
    for score, bits in enumerate((12, 28, 45, 64, 98)):
        bar = StrengthBar()
        bar.set_strength(score, bits)
        bars.append(bar)
    progress = ProgressPanel()
    progress.begin("Importing 12,400 of 40,000", "Nothing is changed until it ends.")
    progress.advance(31, 100)
    progress.show()
    return section(
        "Chips", row(*chips[:3]), row(*chips[3:]), label("Countdown: 100, 60, 25, last 10 s", "strong"),
        row(*rings, small, label("18 s", "small", "text2")), label("Strength", "strong"), *bars,
        label("Progress", "strong"), progress,
    )  # fmt: skip


def banners() -> QWidget:
    """Banners and tiles."""
    good = Banner(
        "ok", "Nothing is missing and nothing was changed", "All 12,418 records fit together. Checked 2 minutes ago."
    )
    good.add_button("Check now", lambda: None, "refresh")
    return section(
        "Banners and tiles", good,
        Banner("wait", "An edit was not stored", "You locked while editing GitHub."),
        Banner("bad", "The log does not fit together from record 12,101 on"),
        row(app_mark(56), Tile("globe", 48), Tile("key", 32), app_mark(36)),
    )  # fmt: skip


def fields() -> QWidget:
    """Field rows."""
    plain, hidden, shown = FieldRow("User name", "octocat"), FieldRow("Password", None), FieldRow("Shown", None)
    shown.show_secret(bytearray(b"0O-l1I.5S"))
    copied, link = FieldRow("Copied", "a value"), FieldRow("Website", "https://github.com/login", can_open=True)
    copied.copied()
    long = FieldRow("Private key", None, wrap=True)
    long.show_secret(bytearray(b"-----BEGIN KEY-----\n" + b"MC4CAQAwBQYDK2VwBCIEIOe4" * 6 + b"\n-----END KEY-----"))
    return section("Field row", stack(plain, hidden, shown, copied, link, FieldRow("Serial", ""), long))


def sheet() -> QWidget:
    """Everything."""
    page = QWidget()
    page.setAutoFillBackground(True)
    grid = QGridLayout(page)
    grid.setContentsMargins(theme.px(32), theme.px(28), theme.px(32), theme.px(28))
    grid.setHorizontalSpacing(theme.px(32))
    for number, groups in enumerate(((buttons(), inputs(), choices()), (states(), banners()), (fields(),))):
        side = column(24)
        for group in groups:
            side.addWidget(group)
        if number == 2:
            empty = EmptyState("lock-key", "Put your first secret in", "A login, a card, a key, a token, a note.")
            empty.add_act(button("New secret", "primary", "plus", hint="Ctrl N"))
            empty.add_act(button("Import…", icon="import"))
            side.addWidget(empty, 1)
            host = QWidget()
            host.setFixedHeight(theme.px(90))
            Snackbar(host).say("Ended 1 grant of backup-nas", "trash", action="Undo", shortcut="Ctrl+Z")
            side.addWidget(host)
        side.addStretch(1)
        grid.addLayout(side, 0, number)
        grid.setColumnMinimumWidth(number, theme.px(384))
    return page


def main() -> int:
    """Write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=13, help="font size in px")
    parser.add_argument("--rtl", action="store_true")
    for name in ("dark", "contrast"):
        parser.add_argument(f"--{name}", action="store_true")
    wanted = parser.parse_args()
    app = QApplication(sys.argv[:1])
    font = QFont("Inter")
    font.setPixelSize(wanted.size)
    app.setFont(font)
    if wanted.rtl:
        app.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    scheme = theme.Scheme.DARK if wanted.dark else theme.Scheme.CONTRAST if wanted.contrast else theme.Scheme.LIGHT
    theme.apply(app, scheme)
    page = sheet()
    page.resize(page.sizeHint())
    page.show()
    app.sendPostedEvents()
    wanted.out.mkdir(parents=True, exist_ok=True)
    target = wanted.out / f"components-{scheme}{'-rtl' if wanted.rtl else ''}-{wanted.size}.png"
    page.grab().save(str(target))
    sys.stdout.write(f"{target}\n")
    for each in page.findChildren(QLabel):
        each.clear()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
