"""The form for a new entry or an edit: every field at once, saved as a sealed draft while somebody types."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from kvault_gui.engine.api import MAX_FILE, Draft, EntryInput, FieldInput, FieldType, Kind, Secret, Use
from kvault_gui.engine.errors import FolderPermissionError, KvaultError
from kvault_gui.gui import ask as words
from kvault_gui.gui import theme
from kvault_gui.gui.dialogs.entry_about import About
from kvault_gui.gui.dialogs.entry_field import FieldEditor
from kvault_gui.gui.dialogs.generator import GeneratorDialog
from kvault_gui.gui.models import entry_form as form
from kvault_gui.gui.models import kinds
from kvault_gui.gui.tasks import Tasks
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.cards import Line
from kvault_gui.gui.widgets.labels import label
from kvault_gui.gui.widgets.panels import Banner
from kvault_gui.gui.widgets.strength import StrengthBar
from kvault_gui.gui.widgets.tab_order import follow_layout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QShowEvent

    from kvault_gui.gui.ask import Ask
    from kvault_gui.runtime.proxy import Drafts, Secrets, Tools

SAVE_DRAFT = 400  # ms after the last key
ESTIMATE = 150  # ms
CHUNK = 1 << 20  # bytes of a file read at a time, so that the window goes on


class EntryDialog(QDialog):
    """Collects an EntryInput and stores it. Accepted: ``stored_id`` is the entry.

    Args:
        secrets, drafts, tools: the engine's parts.
        ask: opens files and the generator.
        begin: what it starts with.
    """

    def __init__(self, secrets: Secrets, drafts: Drafts, tools: Tools, ask: Ask, begin: form.Begin) -> None:
        super().__init__()
        self.setObjectName("entry-dialog")
        self.setWindowTitle("kvault")
        self._secrets, self._drafts, self._tools, self._ask, self._begin = secrets, drafts, tools, ask, begin
        self.stored_id: int | None = None
        self.stored_title = ""
        self._changed = begin.from_draft
        self._editors: list[FieldEditor] = []
        self.tasks = Tasks(self, self._fail)
        self._draft_timer = self._timer(SAVE_DRAFT, lambda: self.tasks.start(self._save_draft(), "draft", "queue"))
        self._estimate_timer = self._timer(ESTIMATE, self._estimate)
        self.about = About(begin)
        self.about.edited.connect(self._edited)
        self.about.kind_chosen.connect(self._change_kind)
        self._strength = StrengthBar()
        self._banner = Banner("bad", "")
        self._banner.hide()
        self._lay_out()
        self._build_fields(begin.fields)
        save = QShortcut(QKeySequence("Ctrl+S"), self)
        save.activated.connect(self.save.click)
        # A form is not answered by Enter in one of its fields: Ctrl+S and the button store.
        enter = QShortcut(QKeySequence("Ctrl+Return"), self)
        enter.activated.connect(self.save.click)

    def _timer(self, milliseconds: int, act: Callable[[], object]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(act)
        return timer

    # Building ---------------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        margin = theme.px(24)
        text = self.tr("Edit secret") if self._begin.entry else self.tr("New secret")
        head = label(text, "title")
        self.setAccessibleName(text)
        holder = QWidget()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(margin, theme.px(4), margin, margin)
        inner.setSpacing(theme.px(14))
        inner.addWidget(self.about.top)
        self._fields = QVBoxLayout()
        self._fields.setSpacing(theme.px(14))
        inner.addLayout(self._fields)
        inner.addLayout(self._adders())
        inner.addWidget(self.about.bottom)
        inner.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it has the focus, and is scrolled to
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(holder)
        self._scroll = scroll
        top = QVBoxLayout()
        top.setContentsMargins(margin, margin, margin, theme.px(10))
        top.setSpacing(theme.px(12))
        top.addWidget(head)
        top.addWidget(self._banner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(scroll, 1)
        layout.addWidget(Line())
        layout.addLayout(self._buttons())
        room = QGuiApplication.primaryScreen().availableSize() * 0.94
        self.resize(QSize(theme.px(600), theme.px(680)).boundedTo(room))

    def _adders(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        self.add_field = button(self.tr("Add field"), "ghost", "plus", small=True, on_click=self._add_field)
        self.add_field.setObjectName("add-field")
        self.add_file = button(
            self.tr("Attach file…"),
            "ghost",
            "paperclip",
            small=True,
            on_click=lambda: self.tasks.start(self._attach(), "attach"),
        )
        self.add_file.setObjectName("attach-file")
        for each in (self.add_field, self.add_file):
            each.setAutoDefault(False)
            row.addWidget(each)
        row.addStretch(1)
        return row

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(theme.px(24), theme.px(12), theme.px(24), theme.px(20))
        row.setSpacing(theme.px(8))
        row.addStretch(1)
        cancel = button(self.tr("Cancel"), on_click=self.reject)
        cancel.setObjectName("cancel")
        cancel.setAutoDefault(False)
        text = self.tr("Save") if self._begin.entry else self.tr("Store")
        self.save = button(text, "primary", hint="Ctrl S", on_click=lambda: self.tasks.start(self._store(), "store"))
        self.save.setObjectName("store")
        self.save.setAutoDefault(False)
        row.addWidget(cancel)
        row.addWidget(self.save)
        return row

    def offer_namespaces(self, paths: Sequence[str]) -> None:
        """Complete namespaces to these."""
        self.about.namespace.offer(paths)

    def _build_fields(self, fields: list[form.FormField]) -> None:
        self._strength.setParent(None)
        for editor in self._editors:
            self._fields.removeWidget(editor)
            editor.hide()
            editor.deleteLater()
        self._editors = []
        for field in fields:
            self._append(field)
        follow_layout(self)

    def _append(self, field: form.FormField) -> FieldEditor:
        editor = FieldEditor(field)
        editor.edited.connect(self._edited)
        editor.read_wanted.connect(lambda who: self.tasks.start(self._read(who), "read"))
        editor.generate_wanted.connect(lambda who: self.tasks.start(self._generate(who), "generate"))
        editor.remove_wanted.connect(self._remove)
        editor.move_wanted.connect(self._move)
        editor.rebuilt.connect(lambda: follow_layout(self))
        self._fields.addWidget(editor)
        self._editors.append(editor)
        if field.type is FieldType.SECRET and field.name == kinds.KINDS[self.about.kind].main:
            editor.add_below(self._strength)
        return editor

    # Fields -----------------------------------------------------------------------------------------------------------

    def fields(self) -> list[form.FormField]:
        """What is typed now, in order."""
        return [editor.collect() for editor in self._editors]

    def _change_kind(self, kind: Kind) -> None:
        self._build_fields(form.change_kind(self.fields(), kind))
        self._edited()

    def _add_field(self) -> None:
        editor = self._append(form.FormField("", FieldType.TEXT, protected=False, value=None, custom=True))
        follow_layout(self)
        editor.focus()
        QTimer.singleShot(0, editor, lambda: self._scroll.ensureWidgetVisible(editor))

    def _remove(self, editor: FieldEditor) -> None:
        self._editors.remove(editor)
        self._fields.removeWidget(editor)
        editor.hide()
        editor.deleteLater()
        self._edited()

    def _move(self, editor: FieldEditor, by: int) -> None:
        at = self._editors.index(editor)
        to = at + by
        if 0 <= to < len(self._editors) and self._editors[to].field.custom:
            self._editors.insert(to, self._editors.pop(at))
            self._fields.removeWidget(editor)
            self._fields.insertWidget(to, editor)
            follow_layout(self)
            self._edited()

    async def _read(self, editor: FieldEditor) -> None:
        entry, name = self._begin.entry, editor.field.stored
        if entry is not None and name is not None:
            editor.put(await self._secrets.reveal(entry.id, name, Use.EDIT))

    async def _generate(self, editor: FieldEditor) -> None:
        dialog = GeneratorDialog(self._tools)
        if await self._ask.run(dialog) == QDialog.DialogCode.Accepted:
            editor.put(Secret(dialog.take()))

    async def _attach(self) -> None:
        path = await self._ask.open_file(self.tr("Attach a file"))
        if path is None:
            return
        content = bytearray()
        try:
            with Path(path).open("rb") as file:  # noqa: ASYNC230 read in slices, with the loop in between
                while chunk := file.read(CHUNK):
                    content += chunk
                    if len(content) > MAX_FILE:
                        break
                    await asyncio.sleep(0)
        except OSError as error:
            raise FolderPermissionError(path=path) from error
        taken = {editor.field.name for editor in self._editors}
        name = form.free_name(Path(path).name, taken)
        field = form.FormField(name, FieldType.FILE, protected=True, value=Secret(content), custom=True)
        field.size = len(content)
        self._append(field).say(form.value_problem(field))
        follow_layout(self)
        self._edited()

    # Typing -----------------------------------------------------------------------------------------------------------

    def _edited(self) -> None:
        self._changed = True
        self._draft_timer.start()
        self._estimate_timer.start()

    def _estimate(self) -> None:
        editor = next((one for one in self._editors if one.isAncestorOf(self._strength)), None)
        if editor is None or editor.secret is None:
            return
        if not len(editor.secret):
            self._strength.clear()
            return
        self.tasks.start(self._show_strength(Secret(editor.secret.peek())), "strength", "replace")

    async def _show_strength(self, secret: Secret) -> None:
        estimate = await self._tools.strength(secret)
        secret.wipe()
        self._strength.set_strength(estimate.score, estimate.bits)

    async def _save_draft(self) -> None:
        draft = self.draft()
        if draft is not None:
            await self._drafts.save(draft)

    def draft(self) -> Draft | None:
        """What was typed until now; None when nothing is unsaved. New files are not kept: they lie where they lay."""
        if self.stored_id is not None or not self._changed:
            return None
        entry = self._begin.entry
        kept = [f for f in self.fields() if f.name.strip() and (f.type is not FieldType.FILE or f.kept)]
        return Draft(entry.id if entry else None, self._begin.base_version, self._input(form.inputs(kept)))

    def _input(self, fields: list[FieldInput]) -> EntryInput:
        about = self.about
        return EntryInput(
            kind=about.kind,
            title=about.title.text().strip(),
            namespace=about.namespace.path(),
            fields=fields,
            tags=form.split_words(about.tags.text()),
            scope=form.split_words(about.scope.text()),
            favourite=self._begin.favourite,
            expires=about.expires(),
        )

    # Storing ----------------------------------------------------------------------------------------------------------

    def _check(self, fields: list[form.FormField]) -> bool:
        names = form.name_problems(fields)
        wrong: QWidget | None = self.about.check()
        for number, (editor, field) in enumerate(zip(self._editors, fields, strict=True)):
            problem = names.get(number, "") or form.value_problem(field)
            editor.say(problem)
            if problem and wrong is None:
                wrong = editor
                editor.focus()
        if wrong is not None:
            self._scroll.ensureWidgetVisible(wrong)
        return wrong is None

    async def _store(self) -> None:
        self._banner.hide()
        fields = self.fields()
        if not self._check(fields):
            return
        self.save.setEnabled(False)
        try:
            entry = self._begin.entry
            for field in fields:
                if entry is not None and field.must_be_read and field.stored is not None:
                    field.value = await self._secrets.reveal(entry.id, field.stored, Use.EDIT)
            given = self._input(form.inputs(fields))
            if entry is None:
                stored = await self._secrets.create(given)
            else:
                await self._secrets.update(entry.id, self._begin.base_version, given)
                stored = entry.id
            self._draft_timer.stop()
            await self._drafts.discard(entry.id if entry else None)
            self.stored_id, self.stored_title = stored, given.title
        finally:
            self.save.setEnabled(True)
        self.accept()

    def _fail(self, error: KvaultError) -> None:
        said = words.words(error)
        self._banner.set_words(said.what, f"{said.meaning} {said.advice}")
        self._banner.show()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin with the title; in a draft, where nothing is missing, too."""
        super().showEvent(event)
        self.about.title.setFocus(Qt.FocusReason.OtherFocusReason)

    # Leaving ----------------------------------------------------------------------------------------------------------

    def reject(self) -> None:
        """Cancel: asks before something typed is thrown away."""
        if self._changed and self.isVisible() and not self.tasks.is_running("leave"):
            self.tasks.start(self._leave(), "leave")
        else:
            super().reject()

    async def _leave(self) -> None:
        what = self.about.title.text().strip() or self.tr("this secret")
        if await self._ask.confirm(
            self.tr("Discard the changes?"),
            self.tr("What you typed for “{title}” is not stored yet.").format(title=what),
            self.tr("Discard"),
            danger=True,
        ):
            self._draft_timer.stop()
            self._changed = False
            self.tasks.cancel("draft")
            await self._drafts.discard(self._begin.entry.id if self._begin.entry else None)
            super().reject()
