"""A few pages of a dialog, chosen by words in a row; the arrow keys change between them.

Not a QTabBar: that tells assistive technology of its chosen tab that it has the focus, whatever has it.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.theme.draw import box, ring

from .buttons import PushButton
from .flow import FlowLayout


class _Tab(PushButton):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFont(theme.font("medium"))

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        wide = metrics.horizontalAdvance(self.text()) + theme.px(24)
        return QSize(wide, max(theme.px(32), metrics.height() + theme.px(12)))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self.setFont(theme.font("medium"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        t, painter = theme.tokens(), QPainter(self)
        chosen, radius = self.isChecked(), theme.px(7)
        if chosen:
            box(painter, self.rect(), radius, t.asoft, t.accent if t.is_contrast else None)
        elif self.underMouse() and self.isEnabled():
            box(painter, self.rect(), radius, t.hover)
        painter.setFont(self.font())
        painter.setPen(t.atext if chosen else t.text2)
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self.text())
        if self.hasFocus():
            ring(painter, self.rect(), radius)


class Tabs(QWidget):
    """Words in a row; the chosen one stands on a soft ground. ``chosen`` carries its number."""

    chosen = Signal(int)

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        layout = FlowLayout(self, gap=4)
        for number, name in enumerate(names):
            tab = _Tab(name)
            self._group.addButton(tab, number)
            layout.addWidget(tab)
        self._group.button(0).setChecked(True)
        self._group.idToggled.connect(self._toggled)

    def choose(self, number: int) -> None:
        """As if the person chose it."""
        self._group.button(number).setChecked(True)

    def _toggled(self, number: int, on: bool) -> None:  # noqa: FBT001 a slot
        if on:
            self.chosen.emit(number)
