"""Text: labels that are always plain text, paragraphs, elided labels, chips."""

import html

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontInfo, QPainter, QPaintEvent, QResizeEvent, QTextLayout, QTextOption
from PySide6.QtGui import Qt as TextQt
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QStyleOption, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.theme.draw import box


def left_to_right(text: str) -> str:
    """A path, an address or a code: left to right inside any text."""
    return f"\u2066{text}\u2069"


def plain_tip(text: str) -> str:
    """Text for a tool tip that is shown as it is, whatever looks like mark-up in it."""
    return f"<span>{html.escape(text)}</span>" if TextQt.mightBeRichText(text) else text


def label(text: str = "", font_role: theme.FontRole = "body", tone: str = "text", *, wrap: bool = False) -> QLabel:
    """A plain text label in a role's font and a token's colour."""
    made = QLabel()
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(text)
    made.setWordWrap(wrap)
    made.setProperty("font_role", font_role)
    made.setProperty("tone", tone)
    if wrap:
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    return made


def set_tone(widget: QWidget, tone: str) -> None:
    """Change the colour of a label to another token."""
    if widget.property("tone") != tone:
        theme.restyle(widget, tone=tone)


class Paragraph(QLabel):
    """Plain text in several lines, with the line height of 1.5 that QLabel does not know."""

    def __init__(self, text: str = "", font_role: theme.FontRole = "body", tone: str = "text2") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setProperty("font_role", font_role)
        self.setProperty("tone", tone)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setText(text)

    def _layouts(self, width: int) -> list[QTextLayout]:
        option = QTextOption(QStyle.visualAlignment(self.layoutDirection(), self.alignment()))
        option.setTextDirection(self.layoutDirection())
        made = []
        for text in self.text().split("\n"):
            layout = QTextLayout(text, self.font())
            layout.setTextOption(option)
            layout.beginLayout()
            while (line := layout.createLine()).isValid():
                line.setLineWidth(width)
            layout.endLayout()
            made.append(layout)
        return made

    def _step(self) -> float:
        return QFontInfo(self.font()).pixelSize() * 1.5

    def hasHeightForWidth(self) -> bool:
        """More lines where there is less width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of the lines."""
        return round(sum(max(layout.lineCount(), 1) for layout in self._layouts(width)) * self._step())

    def sizeHint(self) -> QSize:
        """A comfortable measure."""
        longest = max((self.fontMetrics().horizontalAdvance(text) for text in self.text().split("\n")), default=0)
        width = min(longest + 2, theme.px(480))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Narrow, but at least a line."""
        return QSize(min(self.sizeHint().width(), theme.px(120)), round(self._step()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Line by line."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        step, y = self._step(), 0.0
        for layout in self._layouts(self.width()):
            for number in range(layout.lineCount()):
                line = layout.lineAt(number)
                line.draw(painter, QPointF(0, y + (step - line.height()) / 2 - line.y()))
                y += step
            y += step if not layout.lineCount() else 0


class ElidedLabel(QLabel):
    """One line that is cut where it does not fit, with the whole in the tool tip. Always plain text."""

    def __init__(
        self,
        text: str = "",
        font_role: theme.FontRole = "body",
        tone: str = "text",
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__()
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setProperty("font_role", font_role)
        self.setProperty("tone", tone)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Set the text; line breaks become spaces."""
        super().setText(" ".join(text.splitlines()))
        self._tip()

    def minimumSizeHint(self) -> QSize:
        """A few characters are enough."""
        return QSize(self.fontMetrics().horizontalAdvance("mmm…"), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Offer the whole text where it is cut."""
        super().resizeEvent(event)
        self._tip()

    def _tip(self) -> None:
        cut = self.fontMetrics().horizontalAdvance(self.text()) > self.contentsRect().width()
        self.setToolTip(plain_tip(self.text()) if cut else "")

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the part that fits."""
        option = QStyleOption()
        option.initFrom(self)
        painter = QPainter(self)
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), self._mode, room.width())
        side = QStyle.visualAlignment(self.layoutDirection(), self.alignment())
        self.style().drawItemText(
            painter, room, side.value, option.palette, self.isEnabled(), shown, self.foregroundRole()
        )


CHIP_TONES: dict[str, tuple[str, str, str | None]] = {  # fill, text, border
    "neutral": ("sunken", "text2", "line"),
    "accent": ("asoft", "atext", None),
    "outline": ("raised", "accent", "accent"),
    "ok": ("oksoft", "ok", None),
    "wait": ("waitsoft", "wait", None),
    "bad": ("badsoft", "bad", None),
    "live": ("livesoft", "live", None),
}


class Chip(QLabel):
    """A small rounded word with an icon: a tag, a state."""

    def __init__(self, text: str, icon: str = "", kind: str = "neutral") -> None:
        super().__init__()
        self._icon, self._kind = icon, kind
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("font_role", "label")
        self.setProperty("tone", CHIP_TONES[kind][1])
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setText(text)
        self._fit()

    def _fit(self) -> None:
        lead = theme.px(26) if self._icon else theme.px(9)
        right = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        sides = (theme.px(9), lead) if right else (lead, theme.px(9))
        self.setContentsMargins(sides[0], 0, sides[1], 0)

    def changeEvent(self, event: QEvent) -> None:
        """Mirror with the layout."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LayoutDirectionChange, QEvent.Type.FontChange):
            self._fit()

    def sizeHint(self) -> QSize:
        """The text, the icon and their padding."""
        hint = super().sizeHint()
        return QSize(hint.width(), max(theme.px(22), self.fontMetrics().height() + theme.px(6)))

    def minimumSizeHint(self) -> QSize:
        """Never smaller."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The pill, the icon, then the text."""
        t = theme.tokens()
        fill, text, border = CHIP_TONES[self._kind]
        painter = QPainter(self)
        edge = t.colour(border) if border else t.colour(text) if t.is_contrast else None
        box(painter, self.rect(), self.height() / 2, t.colour(fill), edge)
        if self._icon:
            side = theme.px(14)
            at = QRect(theme.px(8), (self.height() - side) // 2, side, side)
            spot = QStyle.visualRect(self.layoutDirection(), self.rect(), at)
            theme.paint(painter, QRectF(spot), self._icon, t.colour(text))
        painter.end()
        super().paintEvent(event)
