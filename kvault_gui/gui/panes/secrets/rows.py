"""Rows of the detail that are more than a name and a value: one-time codes, files, history, long texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.models import kinds, when
from kvault_gui.gui.widgets.buttons import IconButton, button
from kvault_gui.gui.widgets.cards import Card
from kvault_gui.gui.widgets.countdown import CountdownRing
from kvault_gui.gui.widgets.field_row import LABEL, FieldRow
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import Chip, ElidedLabel, label

if TYPE_CHECKING:
    from kvault_gui.engine.api import Field, OneTimeCode, Version

GROUP = 3  # digits of a code stand in groups of three


class CodeRow(FieldRow):
    """A one-time code, large, with what is left of its time. Asks by ``ran_out`` for the next one."""

    ran_out = Signal()

    def __init__(self, name: str) -> None:
        super().__init__(name, None)
        assert self.secret is not None  # noqa: S101 a protected row has it
        theme.restyle(self.secret, font_role="code")
        self.ring = CountdownRing(20)
        self._words_left = label("", "small", "text2")
        self._seconds = self._period = 0
        row = self.layout()
        assert isinstance(row, QBoxLayout)  # noqa: S101 FieldRow's own
        row.insertWidget(1, self.ring)
        row.insertWidget(2, self._words_left)
        row.insertStretch(3, 1)
        self._clock = QTimer(self)
        self._clock.setInterval(1_000)
        self._clock.timeout.connect(self._tick)

    def show_code(self, code: OneTimeCode) -> None:
        """Show a code; a counter's code (period 0) has no time."""
        assert self.secret is not None  # noqa: S101 a protected row has it
        digits = code.code.text()
        spaced = " ".join(digits[at : at + GROUP] for at in range(0, len(digits), GROUP))
        self.show_secret(bytearray(spaced.encode()))
        wide = self.secret.fontMetrics().horizontalAdvance("0" * (len(spaced) + 2))
        self.secret.setFixedWidth(wide)
        self._seconds, self._period = code.seconds, code.period
        timed = code.period > 0
        self.ring.setVisible(timed)
        self._words_left.setVisible(timed)
        if timed:
            self._show_time()
            self._clock.start()

    def hide_secret(self) -> None:
        """Hide the code; nothing is asked for until it is shown again."""
        self._clock.stop()
        self.ring.hide()
        self._words_left.hide()
        super().hide_secret()

    def _tick(self) -> None:
        self._seconds -= 1
        if self._seconds <= 0:
            self._clock.stop()
            self.ran_out.emit()
        else:
            self._show_time()

    def _show_time(self) -> None:
        self.ring.set_remaining(self._seconds, self._period)
        self._words_left.setText(self.tr("{count} s").format(count=self._seconds))


class WordsRow(QWidget):
    """A name and a sentence or chips; nothing to copy."""

    def __init__(self, name: str, *parts: QWidget) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(16), theme.px(8), theme.px(16), theme.px(8))
        row.setSpacing(theme.px(6))
        head = ElidedLabel(name, "small", "text2")
        head.setFixedWidth(theme.px(LABEL) - row.spacing())
        row.addWidget(head)
        for part in parts:
            row.addWidget(part)
        row.addStretch(1)
        self.setMinimumHeight(theme.px(40))


class FileRow(QWidget):
    """A file: its name, its size, a button to save it."""

    save_wanted = Signal()

    def __init__(self, field: Field) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(16), theme.px(5), theme.px(10), theme.px(5))
        row.setSpacing(theme.px(10))
        row.addWidget(IconSpot("paperclip", 16))
        row.addWidget(ElidedLabel(field.name, "body", "text", Qt.TextElideMode.ElideMiddle), 1)
        row.addWidget(label(when.size(field.size), "small", "text2"))
        save = button(self.tr("Save as…"), "ghost", small=True, on_click=self.save_wanted.emit)
        save.setAccessibleName(self.tr("Save {name} as…").format(name=field.name))
        row.addWidget(save)
        self.setMinimumHeight(theme.px(40))


class HistoryRow(QWidget):
    """A stored state: what changed, when, by whom, and the way back to it."""

    restore_wanted = Signal(int)

    def __init__(self, version: Version) -> None:
        super().__init__()
        self.setObjectName(f"version-{version.number}")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(16), theme.px(5), theme.px(10), theme.px(5))
        row.setSpacing(theme.px(10))
        row.addWidget(IconSpot("history", 16))
        row.addWidget(ElidedLabel(what_changed(version)), 1)
        row.addWidget(ElidedLabel(when_and_who(version), "small", "text2"))  # never wider than the column
        if version.current:
            row.addWidget(Chip(self.tr("now")))
        else:
            back = button(
                self.tr("Restore"), "link", small=True, on_click=lambda: self.restore_wanted.emit(version.number)
            )
            text = self.tr("Restore this version")
            back.setAccessibleName(f"{text} {version.number}")
            back.setToolTip(text)
            row.addWidget(back)
        self.setMinimumHeight(theme.px(38))


class LongText(QWidget):
    """Several lines that are no secret: notes, a certificate. Selectable, copied by a button."""

    copy_wanted = Signal()

    def __init__(self, name: str, text: str, *, fixed: bool = False) -> None:
        super().__init__()
        head = QHBoxLayout()
        head.addWidget(label(name, "strong"), 1)
        copy = IconButton("copy", self.tr("Copy {name}").format(name=name))
        copy.clicked.connect(self.copy_wanted)
        head.addWidget(copy)
        self.text = label(text, "mono" if fixed else "body", wrap=True)
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setAccessibleName(name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(2))
        layout.addLayout(head)
        if fixed:
            card = Card()
            holder = QWidget()
            inner = QVBoxLayout(holder)
            inner.setContentsMargins(theme.px(16), theme.px(10), theme.px(16), theme.px(10))
            inner.addWidget(self.text)
            card.add(holder)
            layout.addWidget(card)
        else:
            layout.addWidget(self.text)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)


def heading(text: str) -> QLabel:
    """A section's head."""
    return label(text, "strong")


def _tr(text: str) -> str:
    return QCoreApplication.translate("History", text)


def what_changed(version: Version) -> str:
    """A version as a sentence: "Password and notes changed"."""
    if version.number == 1 or not version.changed:
        return _tr("Created") if version.number == 1 else _tr("Stored again")
    names = [_inside(name) for name in version.changed]
    most = 3
    if len(names) > most:
        said = _tr("{names} and {count} more changed").format(names=", ".join(names[:2]), count=len(names) - 2)
    elif len(names) == 1:
        said = _tr("{names} changed").format(names=names[0])
    else:
        some = _tr("{some} and {last}").format(some=", ".join(names[:-1]), last=names[-1])
        said = _tr("{names} changed").format(names=some)
    return said[:1].upper() + said[1:]


def _inside(name: str) -> str:
    """A field's name within a sentence: a well-known one begins small, a person's own stays as it is."""
    shown = kinds.label(name)
    return shown if shown == name else shown[:1].lower() + shown[1:]


def when_and_who(version: Version) -> str:
    """When and by whom, as in: 21 November, 09:14, by you."""
    who = _tr("by you") if version.who in ("", "owner") else _tr("by {who}").format(who=version.who)
    return f"{when.moment(version.time)}, {who}"
