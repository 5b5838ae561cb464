"""Scroll bars, sliders, progress bars, combo boxes and spin boxes."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionProgressBar,
    QStyleOptionSlider,
    QStyleOptionSpinBox,
    QWidget,
)

from . import icons
from .current import px, tokens
from .draw import FLAG, area, box, field, has, ring

Sub = QStyle.SubControl


def scroll_part(option: QStyleOptionSlider, part: QStyle.SubControl) -> QRect:
    """Where a part of a scroll bar is: no arrows, the handle runs along the whole length."""
    rect = area(option)
    if part == Sub.SC_ScrollBarGroove:
        return rect
    if part not in (Sub.SC_ScrollBarSlider, Sub.SC_ScrollBarAddPage, Sub.SC_ScrollBarSubPage):
        return QRect()
    flat = option.orientation == Qt.Orientation.Horizontal
    low, high = option.minimum, option.maximum
    step, at = option.pageStep, option.sliderPosition
    upside = option.upsideDown
    room = rect.width() if flat else rect.height()
    span = high - low
    long = room if span <= 0 else max(min(room, px(28)), room * step // max(span + step, 1))
    start = QStyle.sliderPositionFromValue(low, high, at, room - long, upside)
    before, after = (0, start), (start + long, room - start - long)
    first, length = {
        Sub.SC_ScrollBarSlider: (start, long),
        Sub.SC_ScrollBarSubPage: after if upside else before,
        Sub.SC_ScrollBarAddPage: before if upside else after,
    }[part]
    if flat:
        return QRect(rect.x() + first, rect.y(), length, rect.height())
    return QRect(rect.x(), rect.y() + first, rect.width(), length)


def scroll_bar(painter: QPainter, option: QStyleOptionSlider) -> None:
    """A slim handle on nothing; darker under the pointer."""
    t = tokens()
    if option.maximum <= option.minimum:
        return
    handle = scroll_part(option, Sub.SC_ScrollBarSlider).adjusted(2, 2, -2, -2)
    busy = has(option, FLAG.State_MouseOver) or has(option, FLAG.State_Sunken)
    box(painter, handle, min(handle.width(), handle.height()) / 2, t.text3 if busy else t.ctl)


def _groove(painter: QPainter, rect: QRectF) -> None:
    t, radius = tokens(), min(rect.width(), rect.height()) / 2
    box(painter, rect, radius, None if t.is_contrast else t.line, t.ctl if t.is_contrast else None)


def slider(painter: QPainter, option: QStyleOptionSlider, handle: QRect) -> None:
    """A groove filled up to a round handle."""
    t, rect = tokens(), area(option)
    flat = option.orientation == Qt.Orientation.Horizontal
    middle, thin = QRectF(handle).center(), px(4)
    enabled = has(option, FLAG.State_Enabled)
    accent = t.accent if enabled else t.text3
    if flat:
        groove = QRectF(rect.x(), middle.y() - thin / 2, rect.width(), thin)
        done = QRectF(groove)
        if option.upsideDown:
            done.setLeft(middle.x())
        else:
            done.setRight(middle.x())
    else:
        groove = QRectF(middle.x() - thin / 2, rect.y(), thin, rect.height())
        done = QRectF(groove)
        done.setTop(middle.y())
    _groove(painter, groove)
    box(painter, done, thin / 2, accent)
    side = px(16)
    knob = QRectF(middle.x() - side / 2, middle.y() - side / 2, side, side)
    box(painter, knob, side / 2, t.raised, accent, width=2)
    if has(option, FLAG.State_HasFocus):
        ring(painter, knob.adjusted(-3, -3, 3, 3), side / 2 + 3)


def progress_groove(painter: QPainter, option: QStyleOptionProgressBar) -> None:
    """The bar that fills."""
    _groove(painter, QRectF(area(option)))


def progress_contents(painter: QPainter, option: QStyleOptionProgressBar) -> None:
    """What is done; of unknown length: a third, in the middle."""
    t, rect = tokens(), QRectF(area(option))
    low, high = option.minimum, option.maximum
    if high <= low:
        box(painter, rect.adjusted(rect.width() / 3, 0, -rect.width() / 3, 0), rect.height() / 2, t.accent)
        return
    part = (option.progress - low) / (high - low)
    if part <= 0:
        return
    width = max(rect.width() * min(part, 1), rect.height())
    right = option.direction == Qt.LayoutDirection.RightToLeft
    left = rect.right() - width if right else rect.x()
    box(painter, QRectF(left, rect.y(), width, rect.height()), rect.height() / 2, t.accent)


def combo(painter: QPainter, option: QStyleOptionComboBox, widget: QWidget | None) -> None:
    """An input's frame, or a button's, with a caret at the end."""
    field(painter, option, widget)
    caret(painter, combo_part(option, Sub.SC_ComboBoxArrow), "caret-down", enabled=has(option, FLAG.State_Enabled))


def combo_part(option: QStyleOptionComboBox, part: QStyle.SubControl) -> QRect:
    """Where the text and the caret of a combo box are."""
    rect, end = area(option), px(28)
    direction = option.direction
    if part == Sub.SC_ComboBoxArrow:
        return QStyle.visualRect(direction, rect, QRect(rect.right() - end + 1, rect.y(), end, rect.height()))
    inner = QRect(rect.x() + px(8), rect.y(), rect.width() - px(8) - end, rect.height())
    return QStyle.visualRect(direction, rect, inner)


def caret(painter: QPainter, rect: QRect, name: str, *, enabled: bool) -> None:
    """A small caret in the middle of ``rect``."""
    side, t = px(12), tokens()
    middle = QPointF(QRectF(rect).center())
    at = QRectF(middle.x() - side / 2, middle.y() - side / 2, side, side)
    icons.paint(painter, at, name, t.text2 if enabled else t.text3)


def spin_part(option: QStyleOptionSpinBox, part: QStyle.SubControl) -> QRect:
    """Where the text and the two carets of a spin box are."""
    rect, end = area(option), px(26)
    direction = option.direction
    half = rect.height() // 2
    at = {
        Sub.SC_SpinBoxUp: QRect(rect.right() - end + 1, rect.y(), end, half),
        Sub.SC_SpinBoxDown: QRect(rect.right() - end + 1, rect.y() + half, end, rect.height() - half),
        Sub.SC_SpinBoxEditField: QRect(rect.x() + 2, rect.y() + 2, rect.width() - end - 2, rect.height() - 4),
        Sub.SC_SpinBoxFrame: rect,
    }.get(part, QRect())
    return QStyle.visualRect(direction, rect, at)


def spin(painter: QPainter, option: QStyleOptionSpinBox, widget: QWidget | None) -> None:
    """A field with a caret up and one down."""
    field(painter, option, widget)
    enabled = has(option, FLAG.State_Enabled)
    caret(painter, spin_part(option, Sub.SC_SpinBoxUp).translated(0, px(2)), "caret-up", enabled=enabled)
    caret(painter, spin_part(option, Sub.SC_SpinBoxDown).translated(0, -px(2)), "caret-down", enabled=enabled)
