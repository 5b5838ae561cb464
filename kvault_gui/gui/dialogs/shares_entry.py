"""Entering recovery shares, word by word, from the clipboard or from a picture of a sheet."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from kvault_gui.engine.api import Secret
from kvault_gui.engine.errors import KvaultError, ShareOtherError
from kvault_gui.gui import theme
from kvault_gui.gui.ask import Ask, words
from kvault_gui.gui.models.ways import sentence
from kvault_gui.gui.tasks import Tasks
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.cards import Card
from kvault_gui.gui.widgets.fitting import keep_on_screen
from kvault_gui.gui.widgets.flow import Flow
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import Chip, label
from kvault_gui.gui.widgets.panels import Banner
from kvault_gui.gui.widgets.word_edit import MOST, WordEdit, WordGrid

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from kvault_gui.engine.api import AskShares, ShareState

LENGTHS = (20, 33)  # words of a share with a secret of 128 and of 256 bits (SLIP-39)
WIDTH = 600  # px at a 13 px font


class ShareTools(Protocol):
    """What the dialog needs of the engine; the vault may be locked."""

    async def scan(self, path: str) -> list[Secret]:
        """The texts of the QR codes in a picture file."""
        ...

    async def share_words(self, prefix: str) -> list[str]:
        """The words that begin so."""
        ...

    async def check_share(self, share: Secret, given: list[Secret]) -> ShareState:
        """Read one share and compare it with those given before."""
        ...


class SharesDialog(QDialog):
    """Asks for as many shares as are needed. Accepted: ``take`` gives them, one a line.

    Args:
        question: which set, and how many of how many.
        tools: the engine's.
        native_files: whether files are chosen in the desktop's own dialog.
    """

    def __init__(self, question: AskShares, tools: ShareTools, *, native_files: bool = True) -> None:
        super().__init__()
        self.setObjectName("shares-dialog")
        self.setWindowTitle(self.tr("Recovery shares — kvault"))
        self.setAccessibleName(question.title)
        self._question, self._tools = question, tools
        self.ask = Ask(self, native_files=native_files)
        self.tasks = Tasks(self, self.refuse)
        self._given: list[Secret] = []
        self._words: list[bytearray] = []
        self._at = 0
        self.missing = -1  # not known yet
        self.grid, self.field = WordGrid(), WordEdit(self.tr("Word"))
        self._number = label("", "label", "text2")
        self._completions = Flow(gap=4)
        self.offers: list[str] = []
        self._wrong = Banner("bad", "")
        self._wrong.hide()
        self.chips, self._progress = Flow(), label("", "small", "text2", wrap=True)
        self._build()
        self._connect()
        self.finished.connect(self._over)
        self._show_words()
        self._show_given()

    # --- building --------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(*(theme.px(24),) * 4)
        column.setSpacing(theme.px(8))
        column.addWidget(label(self._question.title, "title", wrap=True))
        need = self._question.need
        if self._question.set:
            need = self.tr("{need}, set {set}").format(need=need, set=self._question.set)
        column.addWidget(label(sentence(need), "body", "text2", wrap=True))
        column.addWidget(self.chips)
        column.addWidget(self._progress)
        column.addSpacing(theme.px(4))
        self._entry = Card()
        self._entry.add(self._build_entry())
        self._note = self._build_note()
        for part in (self._entry, self._wrong, self._note):
            column.addWidget(part)
        column.addStretch(1)
        column.addSpacing(theme.px(8))
        column.addLayout(self._build_foot())
        for each in self.findChildren(QLabel):
            if each.wordWrap():
                each.setMinimumHeight(1)  # else it asks for the height that it would have in a narrow place
        self.setMinimumWidth(theme.px(WIDTH))

    def _build_entry(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(*(theme.px(12),) * 4)
        column.setSpacing(theme.px(8))
        self._number.setBuddy(self.field)
        self.picture = button(self.tr("From a picture…"), icon="qr", small=True, on_click=self._choose_picture)
        self.clear = button(self.tr("Clear"), "ghost", small=True, on_click=self._clear)
        self.clear.setAccessibleName(self.tr("Clear the words of this share"))
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self._number)
        row.addWidget(self.field, 1)
        row.addWidget(self.picture)
        row.addWidget(self.clear)
        column.addLayout(row)
        self._completions.setMinimumHeight(theme.px(28))
        column.addWidget(self._completions)
        column.addWidget(self.grid)
        return made

    def _build_note(self) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(IconSpot("eye", 16), 0, Qt.AlignmentFlag.AlignTop)
        text = self.tr(
            "The words are shown while you type: nobody finds a slip in hidden ones. A finished share is hidden. "
            "The first letters of a word are enough."
        )
        row.addWidget(label(text, "small", "text2", wrap=True), 1)
        return made

    def _build_foot(self) -> QHBoxLayout:
        self.again = button(self.tr("Begin again"), "ghost", on_click=self._begin_again)
        self.cancel = button(self.tr("Cancel"), on_click=self.reject)
        self.next = button(self.tr("Continue"), "primary", on_click=self.accept)
        self.next.setDefault(True)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.again)
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.next)
        return row

    def _connect(self) -> None:
        self.field.edited.connect(self._typed)
        self.field.taken.connect(self._take_word)
        self.field.back_wanted.connect(lambda: self._go_to(self._at - 1))
        self.field.empty_entered.connect(self._enter)
        self.field.pasted.connect(lambda lines: self.tasks.start(self._take_lines(lines), "check", "queue"))
        self.grid.chosen.connect(self._go_to)

    # --- typing ----------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Begin in the field; learn which words there are."""
        super().showEvent(event)
        self._fit()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.tasks.start(self._learn(), "words")

    def event(self, event: QEvent) -> bool:
        """Grow with the words: what is inside tells its new height only a turn of the loop later."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return handled

    def _fit(self, *, shrink: bool = False) -> None:
        """As high as what is shown needs, and whole on the screen: it may have grown."""
        layout = self.layout()
        if layout is None or not self.isVisible():
            return
        layout.activate()
        needed = layout.totalHeightForWidth(self.width())
        if shrink or needed > self.height():
            keep_on_screen(self, needed)
            self.resize(self.width(), needed)

    async def _learn(self) -> None:
        self.field.set_words(sorted(await self._tools.share_words("")))
        self._typed()

    def _typed(self) -> None:
        found, typed = self.field.matches(), len(self.field)
        self.offers = found[:MOST] if typed else []
        self._completions.clear()
        for word in self.offers:
            offer = button(word, "ghost", small=True, on_click=partial(self._choose, word))
            offer.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keyboard takes a word by its first letters
            self._completions.add(offer)
        if len(found) > MOST:
            self._completions.add(label("…", "small", "text2"))
        wrong = bool(typed) and not found and not self.tasks.is_running("words")
        if wrong:
            self._completions.add(label(self.tr("No word of recovery shares begins so."), "small", "bad"))
        theme.restyle(self.field, invalid=wrong)

    def _choose(self, word: str) -> None:
        self.field.complete(word)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_word(self) -> None:
        if self._at >= LENGTHS[-1]:  # no share is longer: what was said of this one stays
            self.field.wipe()
            self._typed()
            return
        word = self.field.take()
        if self._at < len(self._words):
            self._words[self._at][:] = bytes(len(self._words[self._at]))
            self._words[self._at] = word
        else:
            self._words.append(word)
        self._at = len(self._words)
        self._say_wrong(None)
        self._show_words()
        self._typed()
        if len(self._words) in LENGTHS:
            quiet = len(self._words) != LENGTHS[-1]
            self.tasks.start(self._check(quiet=quiet), "check", "queue")

    def _go_to(self, at: int) -> None:
        """Type a word again; going back from the end takes the last one away to be typed anew."""
        if 0 <= at < len(self._words):
            self._at = at
            self.field.set_secret(self._words[at])
            self.field.selectAll()
            self.field.setFocus(Qt.FocusReason.OtherFocusReason)
            self._show_words()

    def _enter(self) -> None:
        if self._words:
            self.tasks.start(self._check(quiet=False), "check", "queue")
        elif self.missing == 0:
            self.accept()

    def _show_words(self, wrong: int = -1) -> None:
        self.grid.show_words(self._words, self._at, wrong)
        self._number.setText(self.tr("Word {number}").format(number=self._at + 1))
        self.field.setAccessibleName(self.tr("Word {number} of the share").format(number=self._at + 1))
        self.clear.setEnabled(bool(self._words))
        self._fit()

    def _clear(self) -> None:
        _wipe(self._words)
        self._words = []
        self._at = 0
        self.field.wipe()
        self._say_wrong(None)
        self._show_words()
        self._typed()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _begin_again(self) -> None:
        self._forget()
        self._clear()
        self._show_given()

    # --- shares ----------------------------------------------------------------------------------------------------

    async def _take_lines(self, lines: list[list[bytearray]]) -> None:
        """Whole shares, pasted or scanned: the first that does not fit stays to be mended."""
        for line in lines:
            if self.missing == 0:
                _wipe(line)
                continue
            _wipe(self._words)
            self._words, self._at = line, len(line)
            self.field.wipe()
            self._show_words()
            if not await self._check(quiet=False):
                return

    async def _check(self, *, quiet: bool) -> bool:
        share = Secret(bytearray(b" ".join(self._words)))
        try:
            state = await self._tools.check_share(share, list(self._given))
        except KvaultError as error:
            share.wipe()
            if not quiet:
                self.refuse(error)
            return False
        if self._question.set and state.set != self._question.set:
            share.wipe()
            self.refuse(ShareOtherError(set=state.set, wanted=self._question.set))
            return False
        self._given.append(share)
        self.missing = state.missing
        self._clear()
        self._show_given(state)
        return True

    def refuse(self, error: KvaultError) -> None:
        """Say what is wrong, and go to the word that is."""
        number = error.fields.get("number")
        if isinstance(number, int) and 0 < number <= len(self._words):
            self._go_to(number - 1)
            self._show_words(number - 1)
            self._typed()
        self._say_wrong(error)

    def _say_wrong(self, error: KvaultError | None) -> None:
        if error is not None:
            said = words(error)
            self._wrong.set_words(sentence(said.what), f"{said.meaning} {said.advice}")
        self._wrong.setVisible(error is not None)
        self._fit()

    def _show_given(self, state: ShareState | None = None) -> None:
        if state is None:
            self.chips.clear()
        else:
            self.chips.add(Chip(self._name(state), "check-circle-filled", "ok"))
        self.chips.setVisible(bool(self._given))
        self.again.setVisible(bool(self._given))
        self._progress.setText(sentence(state.words) if state is not None else "")
        self._progress.setVisible(state is not None)
        enough = self.missing == 0
        self.next.setEnabled(enough)
        for part in (self._entry, self._note):
            part.setVisible(not enough)
        self._fit(shrink=enough)
        if enough:
            self.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def _name(self, state: ShareState) -> str:
        groups = self._question.groups
        known = 0 < state.group <= len(groups)
        said = self.tr("Share {number} of {count}") if known else self.tr("Share {number}")
        count = groups[state.group - 1].count if known else 0
        name = said.format(number=state.number, count=count)
        if len(groups) > 1:
            return self.tr("Group {group}: {share}").format(group=state.group, share=name)
        return name

    def _choose_picture(self) -> None:
        self.tasks.start(self._scan(), "picture")

    async def _scan(self) -> None:
        kinds = self.tr("Pictures (*.png *.jpg *.jpeg *.webp *.bmp);;All files (*)")
        path = await self.ask.open_file(self.tr("A picture of the sheet"), kinds)
        if path is None:
            return
        found = await self._tools.scan(path)
        lines = [[bytearray(word) for word in text.value.lower().split()] for text in found]
        for text in found:
            text.wipe()
        await self._take_lines([line for line in lines if line])

    # --- the end ---------------------------------------------------------------------------------------------------

    def take(self) -> Secret:
        """The shares, one a line; the dialog keeps none of them."""
        answer = Secret(bytearray(b"\n".join(share.value for share in self._given)))
        self._forget()
        return answer

    def _forget(self) -> None:
        for share in self._given:
            share.wipe()
        self._given.clear()
        self.missing = -1

    def _over(self, result: int) -> None:
        self.tasks.close()
        self.ask.close_all()
        _wipe(self._words)
        self._words = []
        self.grid.show_words((), 0)
        self.field.wipe()
        if result != QDialog.DialogCode.Accepted:
            self._forget()


def _wipe(words_of: list[bytearray]) -> None:
    for word in words_of:
        word[:] = bytes(len(word))
