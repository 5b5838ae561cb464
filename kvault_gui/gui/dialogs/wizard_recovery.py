"""The page with the recovery code: print it, save it, and show that it arrived."""

import secrets
import time
from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from kvault_gui.engine.api import Secret
from kvault_gui.gui import theme
from kvault_gui.gui.ask import Ask
from kvault_gui.gui.theme.draw import box
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.flow import Flow
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import label
from kvault_gui.gui.widgets.secret_view import SecretView

from .recovery_sheet import Sheet, paint, write_pdf
from .wizard_frame import Page, large

_COLUMNS = 3
_ALIKE = {"O": "0", "I": "1", "L": "1"}  # as Crockford's base32 reads them


class _Group(QWidget):
    """One group with its number."""

    def __init__(self, number: int, text: bytearray) -> None:
        super().__init__()
        self._text = text
        self.view = SecretView(self.tr("Group {number}").format(number=number), font_role="group")
        self.view.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(11), theme.px(8), theme.px(8), theme.px(8))
        row.setSpacing(theme.px(22))
        row.addWidget(label(str(number), "caption", "text2"))
        row.addWidget(self.view, 1)
        self.setMinimumHeight(theme.px(40))
        self.view.show_secret(text)

    def set_shown(self, *, shown: bool) -> None:
        """Show or hide."""
        if shown:
            self.view.show_secret(self._text)
        else:
            self.view.hide_secret()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The ground."""
        t = theme.tokens()
        box(QPainter(self), self.rect(), theme.px(7), t.sunken, t.line if t.is_contrast else None)


class _Frame(QWidget):
    def paintEvent(self, _event: QPaintEvent) -> None:
        t = theme.tokens()
        box(QPainter(self), self.rect(), theme.px(10), t.raised, t.line)


class RecoveryPage(Page):
    """Complete when two groups, chosen by chance, were typed from the sheet."""

    changed = Signal()

    def __init__(self, ask: Ask, copy: Callable[[Secret], object], start: Callable[..., object]) -> None:
        super().__init__(
            self.tr("Keep your recovery code"),
            self.tr(
                "It opens this vault if you forget the password. Whoever finds it can open a copy of the vault too: "
                "keep it on paper, away from this computer."
            ),
        )
        self._ask, self._copy, self._start = ask, copy, start
        self._groups: list[bytearray] = []
        self._name = self._path = ""
        self._shown = True
        self._cells: list[_Group] = []
        self._wanted: tuple[int, int] = (0, 0)
        frame = _Frame()
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(*(theme.px(14),) * 4)
        inside.setSpacing(theme.px(14))
        self._grid = QGridLayout()
        self._grid.setSpacing(theme.px(8))
        inside.addLayout(self._grid)
        inside.addLayout(self._build_acts())
        self.column.addWidget(frame)
        self.column.addSpacing(theme.px(10))
        self.column.addLayout(self._build_note())
        self.column.addSpacing(theme.px(18))
        self._question = label("", "label", "text2", wrap=True)
        self.column.addWidget(self._question)
        self.column.addSpacing(theme.px(6))
        self.column.addLayout(self._build_answers())
        self.column.addStretch(1)

    def _build_acts(self) -> QHBoxLayout:
        self.print_button = button(self.tr("Print sheet…"), "primary", "printer", on_click=self._print)
        self.pdf_button = button(self.tr("Save as PDF…"), icon="file-pdf", on_click=self._pdf)
        copy = button(self.tr("Copy"), icon="copy", on_click=self._copy_code)
        self._hide = button(self.tr("Hide"), "ghost", "eye-off", on_click=self._toggle)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        acts = Flow(gap=8)  # at large text they go on in the next line
        for each in (self.print_button, self.pdf_button, copy):
            acts.add(each)
        row.addWidget(acts, 1)
        row.addWidget(self._hide, 0, Qt.AlignmentFlag.AlignTop)
        for each in (self.print_button, self.pdf_button, copy, self._hide):
            each.setAutoDefault(False)
        return row

    def _build_note(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(IconSpot("info", 16), 0, Qt.AlignmentFlag.AlignTop)
        self._note = label(self.tr("kvault keeps no copy and shows it only now."), "small", "text2", wrap=True)
        row.addWidget(self._note, 1)
        return row

    def _build_answers(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        self.answers: list[QLineEdit] = []
        self._numbers = []
        self._right = []
        for _ in range(2):
            number, edit, right = (
                label("", "caption", "text2"),
                large(QLineEdit()),
                IconSpot("check-circle-filled", 16, "ok"),
            )
            edit.setProperty("font_role", "mono")
            edit.setMaxLength(6)
            edit.setFixedWidth(theme.px(104))
            edit.textChanged.connect(self._typed)
            keep = right.sizePolicy()
            keep.setRetainSizeWhenHidden(True)
            right.setSizePolicy(keep)
            right.hide()
            self.answers.append(edit)
            self._numbers.append(number)
            self._right.append(right)
            for part in (number, edit, right):
                row.addWidget(part)
            row.addSpacing(theme.px(8))
        row.addStretch(1)
        return row

    # --- the code --------------------------------------------------------------------------------------------------

    def set_code(self, code: Secret, name: str, path: str) -> None:
        """Show a code; ``code`` is wiped by whoever made it, its groups here by ``wipe``."""
        self.wipe()
        self._groups = [bytearray(group) for group in code.value.split(b"-")]
        self._name, self._path = name, path
        for number, group in enumerate(self._groups):
            cell = _Group(number + 1, group)
            self._cells.append(cell)
            self._grid.addWidget(cell, number // _COLUMNS, number % _COLUMNS)
        first, second = sorted(secrets.SystemRandom().sample(range(len(self._groups)), 2))
        self._wanted = (first, second)
        asked = self.tr("To be sure that it arrived, type groups {first} and {second} from the sheet")
        self._question.setText(asked.format(first=first + 1, second=second + 1))
        for number, label_of, edit in zip(self._wanted, self._numbers, self.answers, strict=True):
            label_of.setText(str(number + 1))
            edit.setAccessibleName(self.tr("Group {number}").format(number=number + 1))
            edit.clear()

    def wipe(self) -> None:
        """Overwrite the code."""
        for cell in self._cells:
            cell.view.hide_secret()
            self._grid.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        self._cells.clear()
        for group in self._groups:
            group[:] = bytes(len(group))
        self._groups.clear()
        for edit in self.answers:
            edit.clear()

    @property
    def wanted(self) -> tuple[int, int]:
        """Which groups must be typed, from 0."""
        return self._wanted

    @property
    def is_complete(self) -> bool:
        """Whether both groups were typed rightly."""
        return bool(self._groups) and all(self._fits(at) for at in range(len(self.answers)))

    def _fits(self, at: int) -> bool:
        typed = self.answers[at].text().strip().upper()
        read = "".join(_ALIKE.get(letter, letter) for letter in typed)
        return bool(self._groups) and read.encode("utf-8", "replace") == self._groups[self._wanted[at]]

    def _typed(self) -> None:
        for at, edit in enumerate(self.answers):
            fits = self._fits(at)
            self._right[at].setVisible(fits)
            wrong = not fits and len(edit.text().strip()) >= 4  # noqa: PLR2004 a whole group
            if bool(edit.property("invalid")) != wrong:
                theme.restyle(edit, invalid=wrong)
        self.changed.emit()

    def _toggle(self) -> None:
        self._shown = not self._shown
        for cell in self._cells:
            cell.set_shown(shown=self._shown)
        self._hide.setText(self.tr("Hide") if self._shown else self.tr("Show"))
        self._hide.setIcon(theme.icon("eye-off" if self._shown else "eye"))

    # --- taking it along ------------------------------------------------------------------------------------------

    def _sheet(self) -> Sheet:
        return Sheet(self._name, self._path, self._groups, time.time())

    def _copy_code(self) -> None:
        self._copy(Secret(bytearray(b"-".join(self._groups))))
        self._note.setText(self.tr("The code is on the clipboard. Paste it where it stays; it is cleared soon."))

    def _pdf(self) -> None:
        self._start(self._save_pdf(), "pdf")

    async def _save_pdf(self) -> None:
        name = self.tr("kvault recovery sheet {name}.pdf").format(name=self._name)
        path = await self._ask.save_file(self.tr("Save the recovery sheet"), name, self.tr("PDF (*.pdf)"))
        if path is None:
            return
        written = write_pdf(path, self._sheet())
        said = self.tr("Saved. Move the file to where it stays, and print it.")
        self._note.setText(said if written else self.tr("The file could not be written there. Choose another place."))

    def _print(self) -> None:
        self._start(self._print_sheet(), "print")

    async def _print_sheet(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter  # noqa: PLC0415 loads the printing system

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName("kvault")
        if await self._ask.run(QPrintDialog(printer)) != QPrintDialog.DialogCode.Accepted:
            return
        painter = QPainter()
        if not painter.begin(printer):
            self._note.setText(self.tr("The printer took nothing. Save the sheet as PDF instead."))
            return
        page = QRectF(printer.pageLayout().paintRectPixels(printer.resolution()))
        page.moveTo(0, 0)
        paint(painter, page, printer.resolution() / 72, self._sheet())
        painter.end()
        self._note.setText(self.tr("Sent to the printer."))

    def take_focus(self) -> None:
        """Begin with printing."""
        self.print_button.setFocus(Qt.FocusReason.OtherFocusReason)
