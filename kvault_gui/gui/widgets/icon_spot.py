"""An icon beside a sentence."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from kvault_gui.gui import theme


class IconSpot(QWidget):
    """An icon that follows the colours, at a fixed size. It decorates: the sentence beside it says the same."""

    def __init__(self, icon: str, side: int = 16, tone: str = "text2") -> None:
        super().__init__()
        self._icon, self._side, self._tone = icon, side, tone
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon(self, icon: str, tone: str) -> None:
        """Change the drawing and its colour."""
        self._icon, self._tone = icon, tone
        self.update()

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(theme.px(self._side), theme.px(self._side))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The icon."""
        theme.paint(QPainter(self), QRectF(self.rect()), self._icon, theme.tokens().colour(self._tone))
