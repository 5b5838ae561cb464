"""The page with new recovery shares: print or save the sheets, and show that each of them arrived."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.cards import Card
from kvault_gui.gui.widgets.flow import Flow
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import label
from kvault_gui.gui.widgets.tab_order import follow_layout
from kvault_gui.gui.widgets.wheel import leave_wheel_to_page

from . import shares_sheet
from .paper import PAPERS, page_layout, paint_pages, usual_paper
from .wizard_frame import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kvault_gui.engine.api import Secret, ShareGroup
    from kvault_gui.gui.ask import Ask

    from .shares_sheet import ShareSheet

ASKED = 2  # words of each share
_OWN = 4  # words before this one name set and group, and are alike on several sheets (SLIP-39, format of the share)
_WHOLE = 4  # letters that tell every word apart (SLIP-39)


class ShareRow(QWidget):
    """One share, and two of its words to be typed from its sheet."""

    changed = Signal()

    def __init__(self, sheet: ShareSheet) -> None:
        super().__init__()
        self.sheet = sheet
        name = shares_sheet.share_name(sheet)
        self.wanted = tuple(sorted(secrets.SystemRandom().sample(range(_OWN, len(sheet.words)), ASKED)))
        self.edits: list[QLineEdit] = []
        self._right = IconSpot("check-circle-filled", 16, "ok")
        keep = self._right.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self._right.setSizePolicy(keep)
        self._right.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(14), theme.px(7), theme.px(12), theme.px(7))
        row.setSpacing(theme.px(8))
        fields = Flow(gap=8)
        row.addWidget(label(name, "medium"))
        row.addWidget(fields, 1)
        for at in self.wanted:
            edit = QLineEdit()
            edit.setProperty("font_role", "mono")
            edit.setMaxLength(10)
            edit.setFixedWidth(theme.px(108))
            edit.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            edit.setInputMethodHints(
                Qt.InputMethodHint.ImhNoPredictiveText | Qt.InputMethodHint.ImhNoAutoUppercase
                | Qt.InputMethodHint.ImhSensitiveData
            )  # fmt: skip
            edit.setAccessibleName(self.tr("{share}: word {number}").format(share=name, number=at + 1))
            edit.textChanged.connect(self._typed)
            pair = QWidget()
            both = QHBoxLayout(pair)
            both.setContentsMargins(0, 0, 0, 0)
            both.setSpacing(theme.px(8))
            which, widest = label("", "small", "text2"), self.tr("word {number}").format(number=88)
            which.setText(self.tr("word {number}").format(number=at + 1))
            which.setMinimumWidth(which.fontMetrics().horizontalAdvance(widest))  # the fields stand in columns
            both.addWidget(which)
            both.addWidget(edit)
            fields.add(pair)
            self.edits.append(edit)
        row.addWidget(self._right)

    @property
    def is_right(self) -> bool:
        """Whether both words were typed."""
        return all(self._fits(at) for at in range(ASKED))

    def _fits(self, at: int) -> bool:
        words = self.sheet.words
        typed = self.edits[at].text().strip().lower().encode("utf-8", "replace")
        return bool(words) and typed == bytes(words[self.wanted[at]])

    def _typed(self) -> None:
        for at, edit in enumerate(self.edits):
            typed = edit.text().strip().lower().encode("utf-8", "replace")
            word = self.sheet.words[self.wanted[at]] if self.sheet.words else bytearray()
            wrong = len(typed) >= _WHOLE and not bytes(word).startswith(typed)
            if bool(edit.property("invalid")) != wrong:
                theme.restyle(edit, invalid=wrong)
        self._right.setVisible(self.is_right)
        self.changed.emit()

    def wipe(self) -> None:
        """Empty the fields."""
        for edit in self.edits:
            edit.blockSignals(True)  # noqa: FBT003 Qt's signature
            edit.clear()


class KeepSharesPage(Page):
    """Complete when two words of every share were typed from its sheet."""

    changed = Signal()

    def __init__(self, ask: Ask, start: Callable[..., object]) -> None:
        super().__init__(
            self.tr("Keep the recovery shares"),
            self.tr("Print a sheet for each share, and give the sheets to different people or places."),
        )
        self._ask, self._start = ask, start
        self.sheets: list[ShareSheet] = []
        self.rows: list[ShareRow] = []
        self.paper = QComboBox()
        self.paper.setAccessibleName(self.tr("Paper"))
        for name in PAPERS:
            self.paper.addItem(name, name)
        self.paper.setCurrentIndex(max(self.paper.findData(usual_paper()), 0))
        leave_wheel_to_page(self.paper)
        self.paper.currentIndexChanged.connect(self._show_preview)
        self._preview = QLabel()
        self._preview.setAccessibleName(self.tr("How a sheet will look, with sample words"))
        self._note = label("", "small", "text2", wrap=True)
        self._say(self.tr("kvault keeps no copy and shows the words nowhere but on the sheets."))
        self.column.addLayout(self._build_acts())
        self.column.addSpacing(theme.px(18))
        self._question = label(
            self.tr("To be sure that they arrived, type two words from each sheet"), "label", "text2", wrap=True
        )
        self.column.addWidget(self._question)
        self.column.addSpacing(theme.px(6))
        self._card = Card()
        self.column.addWidget(self._card)
        self.column.addStretch(1)

    def _build_acts(self) -> QHBoxLayout:
        self.print_button = button(self.tr("Print sheets…"), "primary", "printer", on_click=self._print)
        self.pdf_button = button(
            self.tr("Save as PDF…"), icon="file-pdf", on_click=lambda: self._start(self._save_pdf(), "pdf")
        )
        acts = QVBoxLayout()
        acts.setSpacing(theme.px(8))
        paper = QHBoxLayout()
        paper.setSpacing(theme.px(8))
        paper.addWidget(label(self.tr("Paper"), "label", "text2"))
        paper.addWidget(self.paper)
        paper.addStretch(1)
        acts.addLayout(paper)
        acts.addWidget(self.print_button)
        acts.addWidget(self.pdf_button)
        note = QHBoxLayout()
        note.setSpacing(theme.px(8))
        note.addWidget(IconSpot("info", 16), 0, Qt.AlignmentFlag.AlignTop)
        note.addWidget(self._note, 1)
        acts.addLayout(note)
        acts.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(theme.px(20))
        row.addLayout(acts, 1)
        row.addWidget(self._preview, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def show_shares(
        self, name: str, number: str, groups: Sequence[ShareGroup], needed: int, shares: Sequence[Sequence[Secret]]
    ) -> None:
        """Take new shares; ``shares`` are wiped by whoever made them, the copies here by ``wipe``."""
        self.wipe()
        made = shares_sheet.Set(name, number, tuple(groups), needed, time.time())
        self.sheets = shares_sheet.sheets_of(made, shares)
        self.rows = [ShareRow(sheet) for sheet in self.sheets]
        for row in self.rows:
            row.changed.connect(self.changed)
            self._card.add(row)
        self._show_preview()
        follow_layout(self)
        self.changed.emit()

    def _show_preview(self) -> None:
        if not self.sheets:
            return
        image = shares_sheet.preview(self.sheets[0], self.paper.currentData())
        ratio = self.devicePixelRatioF()
        picture = QPixmap.fromImage(image).scaledToHeight(
            round(theme.px(190) * ratio), Qt.TransformationMode.SmoothTransformation
        )
        picture.setDevicePixelRatio(ratio)
        painter = QPainter(picture)
        painter.setPen(theme.tokens().ctl)
        size = picture.deviceIndependentSize()
        painter.drawRect(0, 0, round(size.width()) - 1, round(size.height()) - 1)
        painter.end()
        self._preview.setPixmap(picture)

    @property
    def is_complete(self) -> bool:
        """Whether every share was shown to be kept."""
        return bool(self.rows) and all(row.is_right for row in self.rows)

    def wipe(self) -> None:
        """Overwrite the shares."""
        for row in self.rows:
            row.wipe()
        self._card.clear()
        self.rows = []
        shares_sheet.wipe(self.sheets)
        self.sheets = []

    def _say(self, text: str) -> None:
        self._note.setText(text)

    # --- taking them along -----------------------------------------------------------------------------------------

    async def _save_pdf(self) -> None:
        first = self.sheets[0].of
        name = self.tr("kvault recovery shares {name} {number}.pdf").format(name=first.vault, number=first.number)
        path = await self._ask.save_file(self.tr("Save the sheets"), name, self.tr("PDF (*.pdf)"))
        if path is None or not self.sheets:
            return
        written = shares_sheet.write_pdf(path, self.sheets, str(self.paper.currentData()), replace=True)
        self._say(
            self.tr("Saved, all shares in one file. Print it, hand the sheets out, then delete the file.")
            if written
            else self.tr("The file could not be written there. Choose another place.")
        )

    def _print(self) -> None:
        self._start(self._print_sheets(), "print")

    async def _print_sheets(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter  # noqa: PLC0415 loads the printing system

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName("kvault")
        printer.setPageLayout(page_layout(str(self.paper.currentData())))
        if await self._ask.run(QPrintDialog(printer)) != QPrintDialog.DialogCode.Accepted or not self.sheets:
            return
        painter = QPainter()
        if not painter.begin(printer):
            self._say(self.tr("The printer took nothing. Save the sheets as PDF instead."))
            return
        paint_pages(painter, printer, shares_sheet.pages_of(self.sheets))
        painter.end()
        self._say(self.tr("Sent to the printer."))

    def take_focus(self) -> None:
        """Begin with printing."""
        self.print_button.setFocus(Qt.FocusReason.OtherFocusReason)
