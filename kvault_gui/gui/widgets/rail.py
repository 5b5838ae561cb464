"""The rail at the leading edge: one button a pane, Settings and Lock at the foot. It is never hidden."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QVBoxLayout, QWidget

from kvault_gui.gui import theme

from .ground import Ground


class RailButton(QAbstractButton):
    """An icon over a word. Checked: a pill, the filled icon. ``badge`` counts what waits (amber) or is broken (red)."""

    def __init__(self, icon: str, text: str, *, pane: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._badge, self._broken = icon, 0, False
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(pane)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_badge(self, count: int, *, broken: bool = False) -> None:
        """Show a number; 0 takes it away."""
        self._badge, self._broken = count, broken
        self.setAccessibleDescription(str(count) if count else "")
        self.update()

    def sizeHint(self) -> QSize:
        """64 x 54 at a 13 px font, wider for a long word."""
        words = QFontMetrics(theme.font("section"))
        width = max(theme.px(64), words.horizontalAdvance(self.text()) + theme.px(14))
        return QSize(width, max(theme.px(58), theme.px(34) + words.height() + theme.px(10)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint pill, icon, word and badge."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.tokens()
        pill = QRectF(self.rect()).adjusted(theme.px(5), theme.px(3), -theme.px(5), -theme.px(3))
        on = self.isChecked()
        if on or self.underMouse() or self.isDown():
            painter.setPen(QPen(colours.line, 1) if on else Qt.PenStyle.NoPen)
            painter.setBrush(colours.page if on else colours.hover)
            painter.drawRoundedRect(pill.adjusted(0.5, 0.5, -0.5, -0.5), theme.px(9), theme.px(9))
        if self.hasFocus():
            painter.setPen(QPen(colours.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(pill.adjusted(1, 1, -1, -1), theme.px(8), theme.px(8))
        side = theme.px(22)
        place = QRectF(0, 0, side, side)
        place.moveCenter(QPointF(pill.center().x(), pill.top() + theme.px(17)))
        name = f"{self._icon}-filled" if on else self._icon
        theme.paint(painter, place, name, colours.accent if on else colours.text2)
        painter.setFont(theme.font("section"))
        painter.setPen(colours.text if on else colours.text2)
        words = QRectF(self.rect())
        words.setTop(place.bottom() + theme.px(2))
        words.setBottom(pill.bottom() - theme.px(2))
        painter.drawText(words, int(Qt.AlignmentFlag.AlignCenter), self.text())
        if self._badge:
            self._paint_badge(painter, place)
        painter.end()

    def _paint_badge(self, painter: QPainter, icon: QRectF) -> None:
        colours = theme.tokens()
        side = theme.px(17)
        place = QRectF(0, 0, side, side)
        place.moveCenter(QPointF(icon.right() + theme.px(2), icon.top() + theme.px(2)))
        painter.setPen(QPen(colours.rail, 2))
        painter.setBrush(colours.bad if self._broken else colours.wait)
        painter.drawEllipse(place)
        painter.setFont(theme.font("section"))
        painter.setPen(colours.onbad if self._broken else colours.page)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), str(self._badge) if self._badge < 10 else "9+")  # noqa: PLR2004 digits


class _Mark(QWidget):
    """kvault's mark on top of the rail."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        """As high as the header."""
        return QSize(theme.px(64), theme.px(54))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.tokens()
        side = theme.px(34)
        square = QRectF(0, 0, side, side)
        square.moveCenter(QPointF(self.width() / 2, theme.px(27)))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.text)
        painter.drawRoundedRect(square, theme.px(9), theme.px(9))
        inner = QRectF(0, 0, theme.px(22), theme.px(22))
        inner.moveCenter(square.center())
        theme.paint(painter, inner, "safe-filled", colours.page)
        painter.end()


class Rail(Ground):
    """Chooses the pane."""

    chosen = Signal(str)  # the pane's key
    settings_wanted = Signal()
    lock_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("rail", edge=True, parent=parent)
        self.setObjectName("rail")
        self.buttons: dict[str, RailButton] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, theme.px(6))
        self._layout.setSpacing(0)
        self._layout.addWidget(_Mark(self))
        self._layout.addStretch(1)
        self.settings = self._foot("gear", self.tr("Settings"), "rail-settings")
        self.settings.clicked.connect(self.settings_wanted)
        self.lock = self._foot("lock", self.tr("Lock"), "rail-lock")
        self.lock.clicked.connect(self.lock_wanted)

    def _foot(self, icon: str, text: str, name: str) -> RailButton:
        button = RailButton(icon, text, pane=False, parent=self)
        button.setObjectName(name)
        self._layout.addWidget(button)
        return button

    def add_pane(self, key: str, icon: str, text: str) -> RailButton:
        """A button for a pane, below those that are there."""
        button = RailButton(icon, text, pane=True, parent=self)
        button.setObjectName(f"rail-{key}")
        self._group.addButton(button)
        self._layout.insertWidget(1 + len(self.buttons), button)
        self.buttons[key] = button
        button.clicked.connect(lambda: self.chosen.emit(key))
        return button

    def show_pane(self, key: str) -> None:
        """Mark the pane that is shown."""
        self.buttons[key].setChecked(True)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
