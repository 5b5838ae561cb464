"""Strokes that many controls share: rounded boxes, focus rings, field frames."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen
from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit, QStyle, QStyleOption, QWidget

from . import icons
from .current import px, tokens

RING = 2  # px, the focus ring
FLAG = QStyle.StateFlag


def has(option: QStyleOption, flag: QStyle.StateFlag) -> bool:
    """Whether the option's state has ``flag``."""
    return bool(option.state & flag)


def area(option: QStyleOption) -> QRect:
    """The option's rectangle."""
    return QRect(option.rect)


def asks(widget: QWidget | None, name: str) -> bool:
    """Whether the widget's dynamic property ``name`` is set and true."""
    return widget is not None and bool(widget.property(name))


def box(
    painter: QPainter,
    rect: QRect | QRectF,
    radius: float,
    fill: QColor | None = None,
    border: QColor | None = None,
    *,
    width: float = 1,
) -> None:
    """A rounded box whose border lies wholly inside ``rect``, on whole pixels."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QBrush(fill) if fill is not None else Qt.BrushStyle.NoBrush)
    inner = QRectF(rect)
    if border is None:
        painter.setPen(Qt.PenStyle.NoPen)
    else:
        painter.setPen(QPen(border, width))
        inner.adjust(width / 2, width / 2, -width / 2, -width / 2)
        radius = max(radius - width / 2, 0)
    painter.drawRoundedRect(inner, radius, radius)
    painter.restore()


def ring(painter: QPainter, rect: QRect | QRectF, radius: float) -> None:
    """The focus ring, just inside ``rect``."""
    box(painter, rect, radius, None, tokens().accent, width=RING)


def field(painter: QPainter, option: QStyleOption, widget: QWidget | None) -> None:
    """The frame of an input: quiet, focused, wrong or disabled."""
    if widget is not None and isinstance(widget.parentWidget(), QAbstractSpinBox):
        return  # the box around it has the frame
    t = tokens()
    focused, radius = has(option, FLAG.State_HasFocus), px(7)
    if not has(option, FLAG.State_Enabled):
        box(painter, area(option), radius, t.inact, t.ctl if t.is_contrast else t.line)
        return
    if asks(widget, "invalid"):
        box(painter, area(option), radius, t.raised, t.bad, width=RING if focused else 1)
        if isinstance(widget, QLineEdit) and not asks(widget, "has_eye"):
            side, rect = px(18), area(option)
            at = QRect(rect.right() - side - px(9), rect.y() + (rect.height() - side) // 2, side, side)
            spot = QStyle.visualRect(widget.layoutDirection(), rect, at)
            icons.paint(painter, QRectF(spot), "alert-circle-filled", t.bad)
        return
    border = t.accent if focused else t.ctl
    box(painter, area(option), radius, t.raised, border, width=RING if focused else 1)
