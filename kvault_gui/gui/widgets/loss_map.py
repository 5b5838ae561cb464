"""The picture of "what happens if I lose ...": things at the leading side, ways in at the other, lines between.

The things are buttons of one group: a screen reader and the arrow keys know them as such. Lines and boxes are painted.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QStyle, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.theme.draw import RING, box

from .buttons import PushButton
from .labels import plain_tip

GAP = 96  # px at a 13 px font between the two columns


class Thing(NamedTuple):
    """Something that can be lost, and the ids of the ways in that end with it."""

    name: str
    icon: str
    ends: tuple[str, ...]
    all_gone: bool  # nothing that opens everything is left without it


class Way(NamedTuple):
    """A way in; ``partly``: it opens titles only."""

    id: str
    name: str
    icon: str
    partly: bool = False


class _Thing(PushButton):
    """A thing: chosen, the ways that end with it are seen."""

    def __init__(self, thing: Thing) -> None:
        super().__init__(thing.name.replace("&", "&&"))
        self.thing = thing
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFont(theme.font("medium"))

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(theme.px(210), max(theme.px(44), QFontMetrics(self.font()).height() + theme.px(20)))

    def minimumSizeHint(self) -> QSize:
        """Narrow, but the line whole in height."""
        return QSize(theme.px(120), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        t, painter = theme.tokens(), QPainter(self)
        chosen, gone = self.isChecked(), self.thing.all_gone
        edge = t.bad if chosen or gone else t.ctl
        fill = t.badsoft if chosen else t.hover if self.underMouse() else t.raised
        box(painter, self.rect(), theme.px(8), fill, edge, width=1.5 if chosen else 1)
        if self.hasFocus():
            inset = theme.px(2)
            rect = self.rect().adjusted(inset, inset, -inset, -inset)
            box(painter, rect, theme.px(6), None, t.accent, width=RING)
        icon = "cross-circle-filled" if chosen else self.thing.icon
        tone = t.bad if chosen else t.text2
        _write(self, painter, self.thing.name, icon, tone, t.text, end="warning-filled" if gone and not chosen else "")


class _Way(QWidget):
    """A way in: it opens the vault, or it ended."""

    def __init__(self, way: Way) -> None:
        super().__init__()
        self.way = way
        self.state = ""  # "", "left", "lost", "partly"
        self.setFont(theme.font("medium"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(plain_tip(way.name))

    def sizeHint(self) -> QSize:
        return QSize(theme.px(230), max(theme.px(44), QFontMetrics(self.font()).height() + theme.px(20)))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(120), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        t, painter = theme.tokens(), QPainter(self)
        lost, left = self.state == "lost", self.state == "left"
        fill = t.sunken if lost else t.oksoft if left else t.raised
        edge = t.line if lost else t.ok if left else t.ctl
        if lost:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(t.ctl if t.is_contrast else edge, 1, Qt.PenStyle.DashLine))
            painter.setBrush(fill)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.px(8), theme.px(8))
        else:
            box(painter, self.rect(), theme.px(8), fill, edge)
        if lost:
            font = self.font()
            font.setStrikeOut(True)
            painter.setFont(font)
        end = {"lost": "cross-circle", "left": "check-circle-filled", "partly": "eye-off"}.get(self.state, "")
        tone = t.text3 if lost else t.text
        _write(self, painter, self.way.name, self.way.icon, t.text3 if lost else t.text2, tone, end=end)


def _write(
    widget: QWidget, painter: QPainter, text: str, icon: str, icon_colour: QColor, colour: QColor, *, end: str = ""
) -> None:
    """An icon, a line of text, and a mark at the end; mirrored with the layout."""
    t = theme.tokens()
    direction, whole = widget.layoutDirection(), widget.rect()
    side = theme.px(18)

    def at(x: int, wide: int) -> QRect:
        return QStyle.visualRect(direction, whole, QRect(x, 0, wide, whole.height()))

    theme.paint(painter, QRectF(at(theme.px(12), side)), icon, icon_colour)
    room = whole.width() - theme.px(42) - (theme.px(36) if end else theme.px(12))
    if end:
        tones = {"check-circle-filled": t.ok, "eye-off": t.text2}
        theme.paint(painter, QRectF(at(whole.width() - theme.px(30), side)), end, tones.get(end, t.bad))
    painter.setPen(colour)
    if not painter.font().strikeOut():
        painter.setFont(widget.font())
    shown = QFontMetrics(widget.font()).elidedText(text, Qt.TextElideMode.ElideRight, room)
    lead = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    painter.drawText(at(theme.px(42), room), int(lead), shown)


class LossMap(QWidget):
    """Shows things and ways in; ``chosen`` carries the number of the thing, -1 for none."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.things: list[_Thing] = []
        self.ways: list[_Way] = []
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.idToggled.connect(self._toggled)
        self._left, self._right = QVBoxLayout(), QVBoxLayout()
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.px(4), 0, theme.px(4))
        row.setSpacing(theme.px(GAP))
        for column in (self._left, self._right):
            column.setSpacing(theme.px(10))
            row.addLayout(column, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Less room between the columns where there is little."""
        super().resizeEvent(event)
        self._row.setSpacing(min(theme.px(GAP), event.size().width() // 7))

    def show_map(self, things: list[Thing], ways: list[Way]) -> None:
        """Show other things and ways; nothing is chosen."""
        for column in (self._left, self._right):
            while (item := column.takeAt(0)) is not None:
                widget = item.widget()
                if widget is not None:
                    widget.hide()
                    widget.deleteLater()
        for button in self._group.buttons():
            self._group.removeButton(button)
        self.things, self.ways = [_Thing(thing) for thing in things], [_Way(way) for way in ways]
        for number, made in enumerate(self.things):
            self._group.addButton(made, number)
        for column, widgets in ((self._left, self.things), (self._right, self.ways)):
            column.addStretch(1)
            for widget in widgets:
                column.addWidget(widget)
            column.addStretch(1)
        self._mark(-1)
        self.update()

    def choose(self, number: int) -> None:
        """As if the person chose it."""
        self.things[number].setChecked(True)

    @property
    def current(self) -> int:
        """The number of the thing that is chosen, -1: none."""
        return self._group.checkedId()

    def _toggled(self, number: int, on: bool) -> None:  # noqa: FBT001 a slot
        if on:
            self._mark(number)
            self.chosen.emit(number)

    def _mark(self, number: int) -> None:
        ends = self.things[number].thing.ends if number >= 0 else ()
        for way in self.ways:
            if number < 0:
                way.state = "partly" if way.way.partly else ""
            else:
                way.state = "lost" if way.way.id in ends else "partly" if way.way.partly else "left"
            words = {"lost": self.tr("ends with it"), "left": self.tr("still opens everything")}
            words["partly"] = self.tr("opens titles only")
            said = words.get(way.state, "")
            way.setAccessibleName(f"{way.way.name}: {said}" if said else way.way.name)
            way.update()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The lines between what depends on what; those of the chosen thing last."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        t, current = theme.tokens(), self.current
        spots = {way.way.id: way for way in self.ways}
        order = [number for number in range(len(self.things)) if number != current]
        for number in [*order, *([current] if current >= 0 else [])]:
            thing = self.things[number]
            chosen = number == current
            style = Qt.PenStyle.DashLine if chosen else Qt.PenStyle.SolidLine
            faint = t.line if current >= 0 and not t.is_contrast else t.ctl
            painter.setPen(QPen(t.bad if chosen else faint, 2 if chosen else 1.2, style))
            for way in thing.thing.ends:
                if way in spots:
                    painter.drawPath(self._path(thing, spots[way]))

    def _path(self, thing: QWidget, way: QWidget) -> QPainterPath:
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        one, two = QRectF(thing.geometry()), QRectF(way.geometry())
        start = QPointF(one.left() if mirrored else one.right(), one.center().y())
        end = QPointF(two.right() if mirrored else two.left(), two.center().y())
        bend = (end.x() - start.x()) / 2
        path = QPainterPath(start)
        path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
        return path
