"""A few pages of a dialog, chosen by words in a row; Left and Right change between them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QTabBar

from kvault_gui.gui import theme
from kvault_gui.gui.theme.draw import box, ring


class Tabs(QTabBar):
    """Words in a row; the chosen one stands on a soft ground."""

    def __init__(self, names: list[str], accessible: str) -> None:
        super().__init__()
        self.setAccessibleName(accessible)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFont(theme.font("medium"))
        for name in names:
            self.addTab(name)

    def tabSizeHint(self, index: int) -> QSize:
        """The word and its room."""
        metrics = self.fontMetrics()
        wide = metrics.horizontalAdvance(self.tabText(index)) + theme.px(28)
        return QSize(wide, max(theme.px(32), metrics.height() + theme.px(12)))

    def minimumTabSizeHint(self, index: int) -> QSize:
        """Never cut: where there is too little room, arrows come."""
        return self.tabSizeHint(index)

    def changeEvent(self, event: QEvent) -> None:
        """Take the new size of the font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self.setFont(theme.font("medium"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Each word; the chosen one in the colour of what is selected."""
        t, painter = theme.tokens(), QPainter(self)
        painter.setFont(self.font())
        gap = theme.px(2)
        for index in range(self.count()):
            rect = self.tabRect(index).adjusted(gap, 0, -gap, 0)
            chosen = index == self.currentIndex()
            if chosen:
                box(painter, rect, theme.px(7), t.asoft, t.accent if t.is_contrast else None)
            elif rect.contains(self.mapFromGlobal(self.cursor().pos())) and self.underMouse():
                box(painter, rect, theme.px(7), t.hover)
            painter.setPen(t.atext if chosen else t.text2)
            painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), self.tabText(index))
            if chosen and self.hasFocus():
                ring(painter, QRect(rect), theme.px(7))
