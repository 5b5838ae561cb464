"""Buttons, tool buttons, check boxes and radio buttons."""

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyleOption, QStyleOptionButton, QStyleOptionToolButton, QWidget

from . import icons
from .current import font, px, tokens
from .draw import FLAG, area, asks, box, has, ring


class Colours(NamedTuple):
    """A button's fill, border and text; None: not painted."""

    fill: QColor | None
    border: QColor | None
    text: QColor


def kind_of(widget: QWidget | None) -> str:
    """The button's ``kind``."""
    return str(widget.property("kind") or "secondary") if widget is not None else "secondary"


SOLID = ("primary", "danger-filled", "live")


def colours(kind: str, option: QStyleOption) -> Colours:
    """What a button of ``kind`` looks like in the option's state."""
    t = tokens()
    over, down = has(option, FLAG.State_MouseOver), has(option, FLAG.State_Sunken)
    enabled = has(option, FLAG.State_Enabled)
    if kind in SOLID:
        if not enabled:
            return Colours(t.inact, t.line if t.is_contrast else None, t.text3)
        fill, text = {"primary": (t.accent, t.onacc), "danger-filled": (t.bad, t.onbad), "live": (t.live, t.onlive)}[
            kind
        ]
        return Colours(_pressed(fill, over=over, down=down), None, text)
    pointed = t.line if down and not t.is_contrast else t.hover if over or down else None
    if kind in ("ghost", "link"):
        text = t.accent if kind == "link" else t.text2 if not over else t.text
        return Colours(pointed if enabled else None, None, text if enabled else t.text3)
    if not enabled:
        return Colours(t.raised, t.line, t.text3)
    return _bordered(kind, pointed, on=has(option, FLAG.State_On))


def _bordered(kind: str, pointed: QColor | None, *, on: bool) -> Colours:
    t = tokens()
    if kind == "danger":
        return Colours(t.badsoft if pointed else t.raised, t.bad, t.bad)
    if on:
        return Colours(t.asoft, t.accent, t.atext)
    return Colours(pointed or t.raised, t.ctl, t.text)


def _pressed(fill: QColor, *, over: bool, down: bool) -> QColor:
    if not (over or down):
        return fill
    factor = 116 if down else 108
    return fill.lighter(factor) if tokens().is_dark else fill.darker(factor)


def bevel(painter: QPainter, option: QStyleOptionButton, widget: QWidget | None) -> None:
    """The button without its label; the focus ring lies inside the button's rectangle, one pixel from the fill."""
    look, rect, radius = colours(kind_of(widget), option), area(option), px(7)
    if has(option, FLAG.State_HasFocus) and has(option, FLAG.State_Enabled):
        ring(painter, rect, radius + 1)
        rect, radius = rect.adjusted(3, 3, -3, -3), radius - 2
    if look.fill is not None or look.border is not None:
        box(painter, rect, radius, look.fill, look.border)


def label(painter: QPainter, option: QStyleOptionButton, widget: QWidget | None) -> None:
    """Icon, text and shortcut of a button, centred together."""
    look, rect = colours(kind_of(widget), option), area(option)
    metrics: QFontMetrics = option.fontMetrics
    text: str = option.text
    icon: QIcon = option.icon
    hint = str(widget.property("hint") or "") if widget is not None else ""
    side = option.iconSize.width() if not icon.isNull() else 0
    gap = px(8) if side and text else 0
    words = metrics.size(Qt.TextFlag.TextShowMnemonic, text).width() if text else 0
    small = QFontMetrics(font("label"))
    tail = small.horizontalAdvance(hint) + px(10) if hint else 0
    caret = px(18) if option.features & QStyleOptionButton.ButtonFeature.HasMenu else 0
    left = rect.x() + (rect.width() - side - gap - words - tail - caret) // 2
    direction = option.direction

    def place(x: int, width: int) -> QRect:
        return QStyle.visualRect(direction, rect, QRect(x, rect.y(), width, rect.height()))

    if side:
        mode = QIcon.Mode.Normal if has(option, FLAG.State_Enabled) else QIcon.Mode.Disabled
        state = QIcon.State.On if has(option, FLAG.State_On) else QIcon.State.Off
        at = place(left, side)
        icon.paint(painter, at.x(), at.y() + (at.height() - side) // 2, side, side, mode=mode, state=state)
    painter.save()
    painter.setPen(look.text)
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextShowMnemonic | Qt.TextFlag.TextSingleLine
    painter.drawText(place(left + side + gap, words + 1), int(flags), text)
    if hint:
        painter.setFont(font("label"))
        painter.drawText(place(left + side + gap + words + px(10), tail), int(Qt.AlignmentFlag.AlignVCenter), hint)
    painter.restore()
    if caret:
        spot = QRectF(place(left + side + gap + words + tail + px(6), px(12)))
        icons.paint(painter, spot, "caret-down", look.text)


def size(option: QStyleOptionButton, widget: QWidget | None) -> QSize:
    """How large a button must be for its label."""
    metrics: QFontMetrics = option.fontMetrics
    text: str = option.text
    words = metrics.size(Qt.TextFlag.TextShowMnemonic, text).width() if text else 0
    icon: QIcon = option.icon
    side = option.iconSize.width() if not icon.isNull() else 0
    hint = str(widget.property("hint") or "") if widget is not None else ""
    tail = QFontMetrics(font("label")).horizontalAdvance(hint) + px(10) if hint else 0
    tail += px(18) if option.features & QStyleOptionButton.ButtonFeature.HasMenu else 0
    padding = px(10) if kind_of(widget) in ("ghost", "link") or asks(widget, "small") else px(14)
    tall = px(38) if asks(widget, "large") else px(28) if asks(widget, "small") else px(32)
    width = words + side + (px(8) if side and text else 0) + tail + 2 * padding
    return QSize(width, max(tall, metrics.height() + px(8)))


def tool_panel(painter: QPainter, option: QStyleOptionToolButton, widget: QWidget | None) -> None:
    """The fill of a tool button: none at rest, or what its ``kind`` asks for."""
    t, rect, radius = tokens(), area(option), px(6)
    kind = str(widget.property("kind") or "ghost") if widget is not None else "ghost"
    enabled = has(option, FLAG.State_Enabled)
    if enabled and has(option, FLAG.State_HasFocus):
        ring(painter, rect, radius + 1)
        rect, radius = rect.adjusted(3, 3, -3, -3), radius - 2
    if kind != "ghost":
        look = colours(kind, option)
        box(painter, rect, px(7), look.fill, look.border)
    elif has(option, FLAG.State_On) and not asks(widget, "quiet"):
        box(painter, rect, radius, t.asoft, t.accent if t.is_contrast else None)
    elif enabled and has(option, FLAG.State_MouseOver):
        box(painter, rect, radius, t.line if has(option, FLAG.State_Sunken) and not t.is_contrast else t.hover)


def check(painter: QPainter, option: QStyleOptionButton) -> None:
    """A check box: an accent square with a check, a bar when partly checked."""
    t, rect = tokens(), _square(area(option), px(16))
    partly, on = has(option, FLAG.State_NoChange), has(option, FLAG.State_On)
    enabled = has(option, FLAG.State_Enabled)
    if not (on or partly):
        border = t.line if not enabled else t.accent if has(option, FLAG.State_MouseOver) else t.ctl
        box(painter, rect, px(4), t.raised, border, width=1.3)
        return
    box(painter, rect, px(4), t.accent if enabled else t.inact, None if enabled else t.line)
    ink = t.onacc if enabled else t.text3
    if on:
        icons.paint(painter, rect.adjusted(1, 1, -1, -1), "check", ink, bold=True)
    else:
        middle = QRectF(rect.x() + px(4), rect.center().y() - 1, rect.width() - 2 * px(4), 2)
        box(painter, middle, 1, ink)


def radio(painter: QPainter, option: QStyleOptionButton) -> None:
    """A radio button: a ring, with a dot when chosen."""
    t, rect = tokens(), _square(area(option), px(16))
    enabled, on = has(option, FLAG.State_Enabled), has(option, FLAG.State_On)
    colour = t.line if not enabled else t.accent if on or has(option, FLAG.State_MouseOver) else t.ctl
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width = 1.6 if on else 1.3
    painter.setPen(QPen(colour, width))
    painter.setBrush(t.raised)
    painter.drawEllipse(rect.adjusted(width / 2, width / 2, -width / 2, -width / 2))
    if on:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour if enabled else t.text3)
        dot = rect.width() / 4
        painter.drawEllipse(QPointF(rect.center()), dot, dot)
    painter.restore()


def _square(rect: QRect, side: int) -> QRectF:
    left = rect.x() + (rect.width() - side) // 2
    return QRectF(left, rect.y() + (rect.height() - side) // 2, side, side)
