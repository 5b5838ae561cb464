"""A field to search with: a glass at its start, the key that leads to it at its end."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QStyle, QWidget

from kvault_gui.gui import theme


class SearchEdit(QLineEdit):
    """Esc clears, then leaves; Down and Enter go on into the list."""

    left = Signal()  # Esc in an empty field
    down = Signal()
    entered = Signal()

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hint = hint
        self.setObjectName("search")
        self.setAccessibleName(self.tr("Search"))
        self.setClearButtonEnabled(False)
        self._fit()

    def _fit(self) -> None:
        start, end = theme.px(26), self._hint_width() + theme.px(6)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self.setTextMargins(end if mirrored else start, 0, start if mirrored else end, 0)

    def _hint_width(self) -> int:
        return QFontMetrics(theme.font("caption")).horizontalAdvance(self._hint) + theme.px(12) if self._hint else 0

    def paintEvent(self, event: QPaintEvent) -> None:
        """The field, the glass, the key."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = theme.tokens()
        side = theme.px(16)
        glass = QRect(theme.px(10), (self.height() - side) // 2, side, side)
        theme.paint(painter, QRectF(self._at(glass)), "search", colours.text2)
        if self._hint and not self.text():
            metrics = QFontMetrics(theme.font("caption"))
            height = metrics.height() + theme.px(4)
            key = QRect(self.width() - self._hint_width() - theme.px(5), 0, self._hint_width(), height)
            key.moveTop((self.height() - height) // 2)
            key = self._at(key)
            painter.setPen(QPen(colours.line, 1))
            painter.setBrush(colours.sunken)
            painter.drawRoundedRect(QRectF(key).adjusted(0.5, 0.5, -0.5, -0.5), theme.px(4), theme.px(4))
            painter.setFont(theme.font("caption"))
            painter.setPen(colours.text2)
            painter.drawText(key, int(Qt.AlignmentFlag.AlignCenter), self._hint)
        painter.end()

    def _at(self, rect: QRect) -> QRect:
        return QStyle.visualRect(self.layoutDirection(), self.rect(), rect)

    def type_on(self, text: str) -> None:
        """Go on typing here what was begun elsewhere."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setText(self.text() + text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave to the list, or clear."""
        key = event.key()
        if key == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.left.emit()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_PageDown):
            self.down.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keys with Ctrl that edit nothing here belong to the pane: Ctrl+C without a selection copies the password."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.modifiers() == Qt.KeyboardModifier.ControlModifier
            and Qt.Key.Key_A <= event.key() <= Qt.Key.Key_Z
            and not self._edits(event.key())
        ):
            event.ignore()
            return False
        return super().event(event)

    def _edits(self, key: int) -> bool:
        if key in (Qt.Key.Key_C, Qt.Key.Key_X):
            return self.hasSelectedText()
        if key == Qt.Key.Key_Z:
            return self.isUndoAvailable()
        return key in (Qt.Key.Key_A, Qt.Key.Key_V, Qt.Key.Key_Y)

    def changeEvent(self, event: QEvent) -> None:
        """Follow font and direction."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.LayoutDirectionChange):
            self._fit()
