"""What just happened, and how to take it back: for eight seconds at the foot of a view."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.theme.draw import box

from .labels import ElidedLabel, label

STAYS = 8_000  # ms
MARGIN = 16


class _Icon(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.name = ""

    def sizeHint(self) -> QSize:
        return QSize(theme.px(18), theme.px(18))

    def paintEvent(self, _event: QPaintEvent) -> None:
        side = theme.px(18)
        spot = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        theme.paint(QPainter(self), spot, self.name, theme.tokens().snacktext)


class _Action(QPushButton):
    """The word in the inverted bar, with its own colours."""

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + theme.px(16), theme.px(28))

    def paintEvent(self, _event: QPaintEvent) -> None:
        t, painter = theme.tokens(), QPainter(self)
        if self.hasFocus() or self.underMouse():
            box(painter, self.rect(), theme.px(6), None, t.snackacc, width=2 if self.hasFocus() else 1)
        painter.setPen(t.snackacc)
        painter.setFont(theme.font("label"))
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self.text())


class Snackbar(QWidget):
    """Lies over its host, centred, 16 px above the foot. A second message replaces the first."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self._act: Callable[[], object] | None = None
        self._icon = _Icon()
        self._text = ElidedLabel("", "body", "snacktext")
        self._action = _Action()
        self._action.clicked.connect(self._acted)
        self._key = label("", "section", "snackacc")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(16), theme.px(8), theme.px(12), theme.px(8))
        row.setSpacing(theme.px(8))
        row.addWidget(self._icon)
        row.addSpacing(theme.px(4))
        row.addWidget(self._text, 1)
        row.addSpacing(theme.px(8))
        row.addWidget(self._action)
        row.addWidget(self._key)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ran_out)
        host.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What it says, or said last."""
        return self._text.text()

    def say(
        self,
        text: str,
        icon: str = "check",
        *,
        action: str = "",
        shortcut: str = "",
        act: Callable[[], object] | None = None,
    ) -> None:
        """Show ``text`` (plain); ``action`` with its ``shortcut`` calls ``act`` and closes."""
        self._text.setText(text)
        self._icon.name = icon
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self._key.setText(shortcut)
        self._key.setVisible(bool(shortcut))
        self._act = act
        self.setAccessibleName(text)
        self._place()
        self.show()
        self.raise_()
        self._timer.start(STAYS)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._host, text))

    def dismiss(self) -> None:
        """Close at once."""
        self._timer.stop()
        self._act = None
        self.hide()

    def _acted(self) -> None:
        act = self._act
        self.dismiss()
        if act is not None:
            act()

    def _ran_out(self) -> None:
        if self.underMouse() or self._action.hasFocus():
            self._timer.start(1_000)  # held while somebody is about to use it
        else:
            self.dismiss()

    def _place(self) -> None:
        words = self._text.fontMetrics().horizontalAdvance(self._text.text()) + theme.px(4)
        rest = self.sizeHint().width() - self._text.sizeHint().width()
        width = min(words + rest, self._host.width() - 2 * theme.px(MARGIN))
        height = max(theme.px(44), self.sizeHint().height())
        left = (self._host.width() - width) // 2
        self.setGeometry(left, self._host.height() - height - theme.px(MARGIN), width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle of the host."""
        if watched is self._host and event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The inverted ground."""
        box(QPainter(self), self.rect(), theme.px(10), theme.tokens().snack)
