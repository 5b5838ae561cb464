"""About kvault: version, licence, and the self-test of its cryptography with every result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.tasks import Tasks
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.cards import Card, app_mark
from kvault_gui.gui.widgets.fitting import fit_over_window
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import Paragraph, label
from kvault_gui.gui.widgets.panels import ProgressPanel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QShowEvent

    from kvault_gui.engine.api import TestResult
    from kvault_gui.engine.errors import KvaultError
    from kvault_gui.runtime.proxy import Tools

SIZE = (520, 560)  # px at a 13 px font


class AboutDialog(QDialog):
    """What this is, and a test that its cryptography computes what the standards say.

    Args:
        tools: runs the tests.
        version: of kvault.
        show_error: told of what the test raises.
    """

    def __init__(self, tools: Tools, version: str, show_error: Callable[[KvaultError], object]) -> None:
        super().__init__()
        self.setObjectName("about-dialog")
        self.setWindowTitle(self.tr("About kvault"))
        self.setAccessibleName(self.tr("About kvault"))
        self._tools = tools
        self.results: list[TestResult] = []
        self.tasks = Tasks(self, show_error)
        self.finished.connect(lambda _result: self.tasks.close())
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._body(version), 1)
        outer.addLayout(self._foot())

    def _body(self, version: str) -> QWidget:
        content = QWidget()
        content.setAutoFillBackground(False)
        column = QVBoxLayout(content)
        column.setContentsMargins(theme.px(24), theme.px(24), theme.px(24), theme.px(8))
        column.setSpacing(theme.px(10))
        head = QHBoxLayout()
        head.setSpacing(theme.px(16))
        head.addWidget(app_mark(56), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(theme.px(2))
        words.addWidget(label("kvault", "title"))
        words.addWidget(label(self.tr("Version {version}").format(version=version), "body", "text2"))
        words.addStretch(1)
        head.addLayout(words, 1)
        column.addLayout(head)
        column.addWidget(
            Paragraph(
                self.tr(
                    "Free software under the Apache License 2.0."
                    " Your vault is a folder on this computer; nothing leaves it without you."
                )
            )
        )
        self.verdict = label(
            self.tr("The self-test computes known answers of the standards with every algorithm."),
            "small",
            "text2",
            wrap=True,
        )
        self.verdict.setObjectName("about-verdict")
        column.addWidget(self.verdict)
        self.progress = ProgressPanel()
        self.progress.cancelled.connect(lambda: self.tasks.cancel("test"))
        column.addWidget(self.progress)
        self.card = Card()
        self.card.hide()
        column.addWidget(self.card)
        column.addStretch(1)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.viewport().setAutoFillBackground(False)
        self._scroll.setAccessibleName(self.tr("Results of the self-test"))
        self._scroll.setWidget(content)
        return self._scroll

    def _foot(self) -> QHBoxLayout:
        self.test = button(self.tr("Run the self-test"), icon="check-circle", on_click=self._begin)
        self.test.setObjectName("about-test")
        self.close_button = button(self.tr("Close"), "primary", on_click=self.accept)
        self.close_button.setObjectName("about-close")
        self.close_button.setDefault(True)
        foot = QHBoxLayout()
        foot.setContentsMargins(theme.px(24), theme.px(12), theme.px(24), theme.px(20))
        foot.addWidget(self.test)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        return foot

    def _begin(self) -> None:
        self.tasks.start(self._run(), "test")

    async def _run(self) -> None:
        self.test.setEnabled(False)
        self.progress.begin(self.tr("Computing known answers"))
        try:
            self.results = await self._tools.selftest()
        finally:
            self.progress.finish()
            self.test.setEnabled(True)
        self._show(self.results)

    def _show(self, results: Sequence[TestResult]) -> None:
        failed = [result for result in results if not result.passed]
        if failed:
            text = self.tr("{count} of {total} tests failed. Install kvault again and check the computer's memory.")
            self.verdict.setText(text.format(count=len(failed), total=len(results)))
        else:
            text = self.tr("All {total} tests gave the answers of the standards.")
            self.verdict.setText(text.format(total=len(results)))
        theme.restyle(self.verdict, tone="bad" if failed else "ok")
        self.card.clear()
        for result in sorted(results, key=lambda result: result.passed):
            self.card.add(self._line(result))
        self.card.show()

    def _line(self, result: TestResult) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(theme.px(12), theme.px(7), theme.px(14), theme.px(7))
        row.setSpacing(theme.px(10))
        icon, tone = ("check-circle-filled", "ok") if result.passed else ("cross-circle-filled", "bad")
        row.addWidget(IconSpot(icon, 16, tone), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(theme.px(1))
        words.addWidget(label(result.name, "medium", wrap=True))
        words.addWidget(label(result.standard, "small", "text2", wrap=True))
        row.addLayout(words, 1)
        took = self.tr("{count} ms").format(count=f"{result.milliseconds:.1f}")
        row.addWidget(label(took, "small", "text2"))
        said = self.tr("passed") if result.passed else self.tr("failed")
        made.setAccessibleName(f"{result.name}, {result.standard}: {said}, {took}")
        return made

    def showEvent(self, event: QShowEvent) -> None:
        """As large as wished for, or as the window it stands over leaves room."""
        super().showEvent(event)
        fit_over_window(self, SIZE)
        self.close_button.setFocus()
