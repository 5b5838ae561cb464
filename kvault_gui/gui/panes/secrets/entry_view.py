"""One entry with every field visible at once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from kvault_gui.engine.api import Entry, Field, FieldType, Secret, Use, Version
from kvault_gui.gui import theme
from kvault_gui.gui.models import kinds, when
from kvault_gui.gui.models.lines import one_line
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.cards import Card, Line, Tile
from kvault_gui.gui.widgets.field_row import FieldRow
from kvault_gui.gui.widgets.labels import Chip, label
from kvault_gui.gui.widgets.strength import StrengthBar

from .paint import SOON
from .rows import CodeRow, FileRow, HistoryRow, LongText, WordsRow, heading

if TYPE_CHECKING:
    from kvault_gui.gui.tasks import Tasks

    from .acts import Acts

SHOWN = 5  # versions before "Show all"


class EntryView(QWidget):
    """Built anew for each entry; nothing that it shows outlives it."""

    open_wanted = Signal()

    def __init__(self, entry: Entry, versions: list[Version], acts: Acts, tasks: Tasks, hide_seconds: int) -> None:
        super().__init__()
        self.entry = entry
        self._versions, self._acts, self._tasks = versions, acts, tasks
        self._protected: dict[str, FieldRow] = {}
        self._strength: StrengthBar | None = None
        self._card = Card()
        self._hide = QTimer(self)
        self._hide.setSingleShot(True)
        self._hide.setInterval(hide_seconds * 1_000)
        self._hide.timeout.connect(self.hide_all)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(theme.px(24), theme.px(18), theme.px(24), theme.px(72))
        self._layout.setSpacing(theme.px(8))
        self._layout.addLayout(self._head())
        self._layout.addSpacing(theme.px(8))
        self._fields()
        self._files()
        self._about()
        self._history()
        self._layout.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    # Building ---------------------------------------------------------------------------------------------------------

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(14))
        row.addWidget(Tile(kinds.icon(self.entry.kind), 48))
        words = QVBoxLayout()
        words.setSpacing(theme.px(2))
        title = label(one_line(self.entry.title), "title", wrap=True)
        title.setObjectName("entry-title")
        title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(title)
        who = self._versions[0].who if self._versions else ""
        by = self.tr("by you") if who in ("", "owner") else self.tr("by {who}").format(who=who)
        said = self.tr("{kind}, changed {ago} {by}").format(
            kind=kinds.word(self.entry.kind), ago=when.ago(self.entry.changed), by=by
        )
        words.addWidget(label(said, "small", "text2", wrap=True))
        row.addLayout(words, 1)
        return row

    def _fields(self) -> None:
        longs: list[Field] = []
        present = {field.name for field in self.entry.fields}
        for field in self.entry.fields:
            if field.type is FieldType.FILE:
                continue
            if field.type in (FieldType.LONG, FieldType.PEM) and not field.protected:
                longs.append(field)
                continue
            self._card.add(self._row(field))
        if kinds.KINDS[self.entry.kind].main == "password" and "password" not in present:
            self._card.add(FieldRow(kinds.label("password"), ""))
        if self._card.rows():
            self._layout.addWidget(self._card)
        for field in longs:
            if field.value:
                self._layout.addSpacing(theme.px(8))
                text = LongText(kinds.label(field.name), field.value, fixed=field.type is FieldType.PEM)
                text.copy_wanted.connect(lambda name=field.name: self._acts.copy_field(self.entry, name))
                self._layout.addWidget(text)

    def _row(self, field: Field) -> FieldRow:
        name = kinds.label(field.name)
        if field.type is FieldType.OTP:
            return self._code_row(field, name)
        several = field.type in (FieldType.LONG, FieldType.PEM)
        can_open = field.type is FieldType.URL and not field.protected
        shown = None if field.protected else (field.value or "")
        if can_open and shown:
            shown = shown.removeprefix("https://").removesuffix("/")
        row = FieldRow(name, shown, can_open=can_open, wrap=several)
        row.setObjectName(f"row-{field.name}")
        row.open_wanted.connect(self.open_wanted)
        row.copy_wanted.connect(lambda: self._copy(row, field))
        if field.protected:
            row.reveal_wanted.connect(lambda on: self._reveal(row, field, on=on))
            self._protected[field.name] = row
        return row

    def _code_row(self, field: Field, name: str) -> CodeRow:
        row = CodeRow(name)
        row.setObjectName(f"row-{field.name}")
        row.copy_wanted.connect(lambda: self._copy(row, field))
        row.reveal_wanted.connect(lambda on: self._ask_code(row, field) if on else row.hide_secret())
        row.ran_out.connect(lambda: self._ask_code(row, field))
        row.hide_secret()
        self._ask_code(row, field)
        return row

    def _files(self) -> None:
        files = [field for field in self.entry.fields if field.type is FieldType.FILE]
        if not files:
            return
        card = Card()
        for field in files:
            row = FileRow(field)
            row.save_wanted.connect(lambda field=field: self._acts.save_file(self.entry, field))
            card.add(row)
        self._section(self.tr("Files"), card)

    def _about(self) -> None:
        card, entry = Card(), self.entry
        if entry.tags:
            card.add(WordsRow(self.tr("Tags"), *(Chip(one_line(tag), "hash") for tag in entry.tags)))
        if entry.scope:
            card.add(WordsRow(self.tr("Meant for"), *(Chip(one_line(one)) for one in entry.scope)))
        if entry.expires is not None:
            passed = entry.expires < time.time()
            near = entry.expires - time.time() < SOON
            chip = Chip(when.left(entry.expires), "clock", "bad" if passed else "wait" if near else "neutral")
            word = self.tr("Expired") if passed else self.tr("Expires")
            day = when.date(entry.expires)
            card.add(WordsRow(word, chip, *([] if day in chip.text() else [label(day, "small", "text2")])))
        if card.rows():
            self._section(self.tr("About"), card)
        else:
            card.deleteLater()

    def _history(self) -> None:
        card = Card()
        for version in self._versions[:SHOWN]:
            self._add_version(card, version)
        if not self._versions:
            return
        self._section(self.tr("History"), card)
        rest = self._versions[SHOWN:]
        if rest:
            text = self.tr("Show {count} earlier versions").format(count=len(rest))
            more = button(text, "link", small=True)
            more.clicked.connect(lambda: self._show_rest(card, more, rest))
            self._layout.addWidget(more, 0, Qt.AlignmentFlag.AlignLeading)

    def _add_version(self, card: Card, version: Version) -> None:
        row = HistoryRow(version)
        row.restore_wanted.connect(lambda number: self._acts.revert(self.entry, number))
        card.add(row)

    def _show_rest(self, card: Card, more: QWidget, rest: list[Version]) -> None:
        more.hide()
        for version in rest:
            self._add_version(card, version)

    def _section(self, text: str, content: QWidget) -> None:
        self._layout.addSpacing(theme.px(8))
        self._layout.addWidget(heading(text))
        self._layout.addWidget(content)

    # Values -----------------------------------------------------------------------------------------------------------

    def toggle_all(self) -> None:
        """Show every protected value, or hide them all."""
        shown = any(row.secret is not None and row.secret.is_shown for row in self._protected.values())
        if shown:
            self.hide_all()
            return
        for field in self.entry.fields:
            row = self._protected.get(field.name)
            if row is not None:
                self._reveal(row, field, on=True)

    def is_busy(self) -> bool:
        """Whether a value that was asked for is not shown yet."""
        fields = [field.name for field in self.entry.fields]
        return any(self._tasks.is_running(f"{what} {name}") for what in ("reveal", "code") for name in fields)

    def hide_all(self) -> None:
        """Hide every value that was shown."""
        self._hide.stop()
        for row in self._protected.values():
            row.hide_secret()

    def _copy(self, row: FieldRow, field: Field) -> None:
        self._acts.copy_field(self.entry, field.name)
        row.copied()

    def _reveal(self, row: FieldRow, field: Field, *, on: bool) -> None:
        if on:
            self._tasks.start(self._show(row, field), f"reveal {field.name}", "replace")
        else:
            row.hide_secret()

    async def _show(self, row: FieldRow, field: Field) -> None:
        secret = await self._acts.value(self.entry, field, Use.SHOW)
        row.show_secret(secret.value)
        if self._hide.interval() > 0:
            self._hide.start()
        if field.type is FieldType.SECRET and field.name == kinds.KINDS[self.entry.kind].main:
            await self._estimate(row, secret)
        secret.wipe()

    async def _estimate(self, row: FieldRow, secret: Secret) -> None:
        estimate = await self._acts.strength(secret)
        layout = self._card.layout()
        if self._strength is None and isinstance(layout, QVBoxLayout):
            self._strength = StrengthBar(width=88)  # shorter than in a form: the row is narrow
            at = layout.indexOf(row)
            layout.insertWidget(at + 1, Line())
            layout.insertWidget(at + 2, WordsRow(self.tr("Strength"), self._strength))
        if self._strength is not None:
            self._strength.set_strength(estimate.score, estimate.bits)

    def _ask_code(self, row: CodeRow, field: Field) -> None:
        self._tasks.start(self._show_code(row, field), f"code {field.name}", "replace")

    async def _show_code(self, row: CodeRow, field: Field) -> None:
        code = await self._acts.code(self.entry, field)
        row.show_code(code)
        code.code.wipe()
