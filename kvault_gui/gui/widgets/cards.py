"""Cards with divided rows, and tiles with an icon."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.theme.draw import box

RADIUS = 10


class Line(QWidget):
    """A dividing line."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """One pixel."""
        QPainter(self).fillRect(self.rect(), theme.tokens().line)


class Card(QWidget):
    """Rows in a rounded frame, divided by lines."""

    def __init__(self, parent: QWidget | None = None, *, fill: str = "raised") -> None:
        super().__init__(parent)
        self._fill = fill
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(1, 1, 1, 1)
        self._rows.setSpacing(0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:
        """As high as the rows are at this width: it is also the most that the card takes."""
        hint = super().sizeHint()
        if self.isVisible() and self._rows.hasHeightForWidth():
            return QSize(hint.width(), self._rows.totalHeightForWidth(self.width()))
        return hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width wraps the rows' text elsewhere."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def add(self, row: QWidget) -> None:
        """Add a row below the others."""
        if self._rows.count():
            self._rows.addWidget(Line())
        self._rows.addWidget(row)

    def rows(self) -> list[QWidget]:
        """The rows, top down, without the lines."""
        found = (self._rows.itemAt(index).widget() for index in range(self._rows.count()))  # type: ignore[union-attr]  # counted
        return [row for row in found if row is not None and not isinstance(row, Line)]

    def clear(self) -> None:
        """Remove every row."""
        while self._rows.count():
            item = self._rows.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def clip(self, row: QWidget) -> QPainterPath:
        """What of ``row`` lies inside the rounded frame, in the row's coordinates."""
        path = QPainterPath()
        offset = row.mapFrom(self, self.rect().topLeft())
        inner = QRectF(self.rect()).adjusted(1, 1, -1, -1).translated(offset)
        path.addRoundedRect(inner, theme.px(RADIUS) - 1, theme.px(RADIUS) - 1)
        return path

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The frame."""
        t = theme.tokens()
        box(QPainter(self), self.rect(), theme.px(RADIUS), t.colour(self._fill), t.line)


_TILES = {32: (18, 8), 48: (26, 10), 56: (34, 14), 80: (38, 20), 36: (22, 9), 24: (14, 6)}  # icon, radius


class Tile(QWidget):
    """An icon on a rounded square: 32 in lists, 48 in the detail, 80 in empty states."""

    def __init__(
        self, icon: str, side: int = 32, *, fill: str = "sunken", tone: str = "text", border: bool = True
    ) -> None:
        super().__init__()
        self._icon, self._side, self._fill, self._tone, self._border = icon, side, fill, tone, border
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon(self, icon: str) -> None:
        """Change the drawing."""
        self._icon = icon
        self.update()

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(theme.px(self._side), theme.px(self._side))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The square and the icon in its middle."""
        t = theme.tokens()
        icon, radius = _TILES[self._side]
        painter = QPainter(self)
        border = t.line if self._border or t.is_contrast else None
        box(painter, self.rect(), theme.px(radius), t.colour(self._fill), border)
        side = theme.px(icon)
        left = (self.width() - side) / 2
        theme.paint(painter, QRectF(left, left, side, side), self._icon, t.colour(self._tone))


def app_mark(side: int) -> Tile:
    """The application's mark: a safe on a dark square."""
    return Tile("safe-filled", side, fill="text", tone="page", border=False)
