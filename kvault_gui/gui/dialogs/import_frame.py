"""What the import and the export have in common: pages over a foot with Back, Cancel and one action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from kvault_gui.gui import theme
from kvault_gui.gui.ask import Ask, words
from kvault_gui.gui.tasks import Tasks
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.fitting import fit_over_window
from kvault_gui.gui.widgets.ground import Foot
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import label
from kvault_gui.gui.widgets.panels import ProgressPanel

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from kvault_gui.engine.api import Progress
    from kvault_gui.engine.errors import KvaultError


class TransferPage(QScrollArea):
    """A title, a sentence, what the page asks for. Scrolls where there is too little room."""

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        content = QWidget()
        content.setAutoFillBackground(False)
        self.column = QVBoxLayout(content)
        margin = theme.px(24)
        self.column.setContentsMargins(margin, margin, margin, theme.px(16))
        self.column.setSpacing(theme.px(6))
        self.title = label(title, "title", wrap=True)
        self.text = label(text, "body", "text2", wrap=True)
        self.column.addWidget(self.title)
        self.column.addWidget(self.text)
        self.column.addSpacing(theme.px(10))
        self.setWidget(content)

    def take_focus(self) -> None:
        """Go to where the person begins."""

    def sizeHint(self) -> QSize:
        """As large as its content likes to be."""
        inner = self.widget()
        return inner.sizeHint() if inner is not None else super().sizeHint()


class Problem(QWidget):
    """A sentence under a field, with the icon of an error. Its field gets a red frame."""

    def __init__(self, field: QLineEdit) -> None:
        super().__init__()
        self._field = field
        self.said = label("", "small", "bad", wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.px(2), 0, 0)
        row.setSpacing(theme.px(6))
        row.addWidget(IconSpot("alert-circle-filled", 14, "bad"), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.said, 1)
        self.hide()

    def say(self, text: str) -> None:
        """Show a sentence; an empty one takes it away."""
        self.said.setText(text)
        self.setVisible(bool(text))
        theme.restyle(self._field, invalid=bool(text))
        self._field.setAccessibleDescription(text)


class TransferDialog(QDialog):
    """Pages, a foot, work in the background that can be cancelled."""

    def __init__(self, title: str, size: tuple[int, int], *, native_files: bool = True) -> None:
        super().__init__()
        self.setWindowTitle(f"{title} — kvault")
        self.setAccessibleName(title)
        self.ask = Ask(self, native_files=native_files)
        self.tasks = Tasks(self, self.show_error)
        self._size = size
        self.stack = QStackedWidget()
        self.progress = ProgressPanel()
        self.back = button(QCoreApplication.translate("Transfer", "Back"))
        self.cancel = button(QCoreApplication.translate("Transfer", "Cancel"), on_click=self.reject)
        self.action = button("", "primary")
        self.action.setDefault(True)
        for each, name in ((self.back, "back"), (self.cancel, "cancel"), (self.action, "action")):
            each.setObjectName(f"transfer-{name}")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.stack, 1)
        outer.addWidget(self._build_foot())
        self.finished.connect(self._over)

    def _build_foot(self) -> QWidget:
        foot = Foot()
        column = QVBoxLayout(foot)
        column.setContentsMargins(theme.px(24), theme.px(14), theme.px(24), theme.px(16))
        column.setSpacing(theme.px(8))
        column.addWidget(self.progress)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(theme.px(8))
        self.buttons.addWidget(self.back)
        self.buttons.addStretch(1)
        self.buttons.addWidget(self.cancel)
        self.buttons.addWidget(self.action)
        column.addLayout(self.buttons)
        return foot

    def showEvent(self, event: QShowEvent) -> None:
        """As large as wished for, or as the window it stands over leaves room."""
        super().showEvent(event)
        fit_over_window(self, self._size)
        self.take_focus()

    def take_focus(self) -> None:
        """Go to where the page begins."""
        page = self.stack.currentWidget()
        if isinstance(page, TransferPage):
            page.take_focus()

    # Work -------------------------------------------------------------------------------------------------------------

    def is_working(self) -> bool:
        """Whether something runs that Cancel stops."""
        return self.tasks.is_running("work")

    def cancel_work(self) -> None:
        """Stop what runs; what it stored is taken back."""
        self.tasks.cancel("work")

    def begin_work(self, what: str, safe: str) -> None:
        """Show that something runs, and let nothing else begin."""
        self.progress.begin(what, safe, can_cancel=False)  # the foot's own Cancel does it
        self.cancel.show()
        self.back.setEnabled(False)
        self.action.setEnabled(False)

    def end_work(self) -> None:
        """It ended, in whatever way."""
        self.progress.finish()
        self.back.setEnabled(True)
        self.action.setEnabled(True)

    def advance(self, step: Progress) -> None:
        """How far it is."""
        self.progress.advance(step.done, step.total, QCoreApplication.translate("Progress", step.what))

    def show_error(self, error: KvaultError) -> None:
        """Say what no field can say."""
        self.tasks.start(self.ask.error(error), "error", "queue")

    def reject(self) -> None:
        """Esc and Cancel stop what runs first; only then they close."""
        if self.is_working():
            self.cancel_work()
        else:
            super().reject()

    def _over(self, _result: int) -> None:
        self.tasks.close()
        self.ask.close_all()


def sentence(error: KvaultError) -> str:
    """An error under a field: what happened, and what to do."""
    said = words(error)
    return f"{said.what}. {said.advice}"
