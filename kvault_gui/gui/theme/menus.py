"""Menus and rows of item views."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QIcon, QPainter
from PySide6.QtWidgets import QMenu, QStyle, QStyleOptionMenuItem, QStyleOptionViewItem, QWidget

from . import icons
from .current import font, px, tokens
from .draw import FLAG, area, box, has, ring

Item = QStyleOptionMenuItem.MenuItemType
_NO_CHECK = QStyleOptionMenuItem.CheckType.NotCheckable


def item_size(option: QStyleOptionMenuItem) -> QSize:
    """How large a menu item must be."""
    if option.menuItemType == Item.Separator:
        return QSize(px(40), px(9))
    text, _, shortcut = option.text.partition("\t")
    metrics: QFontMetrics = option.fontMetrics
    width = metrics.size(Qt.TextFlag.TextShowMnemonic, text).width() + px(12) + _lead(option) + px(16)
    if shortcut:
        width += QFontMetrics(font("small")).horizontalAdvance(shortcut) + px(24)
    if option.menuItemType == Item.SubMenu:
        width += px(20)
    return QSize(width, max(px(30), metrics.height() + px(10)))


def _lead(option: QStyleOptionMenuItem) -> int:
    """The width of the column before the text: icons or checks, where the menu has any."""
    has_checks = option.menuHasCheckableItems
    return px(24) if option.maxIconWidth > 0 or has_checks else 0


def item(painter: QPainter, option: QStyleOptionMenuItem, widget: QWidget | None) -> None:
    """One item: lead column, text, shortcut or caret."""
    t, rect = tokens(), area(option)
    kind = option.menuItemType
    if kind == Item.Separator:
        line = QRect(rect.x() + px(8), rect.center().y(), rect.width() - 2 * px(8), 1)
        painter.fillRect(line, t.line)
        return
    enabled = has(option, FLAG.State_Enabled)
    chosen = has(option, FLAG.State_Selected) and enabled
    if chosen:
        box(painter, rect, px(6), t.hover)
    direction = option.direction

    def place(left: int, width: int) -> QRect:
        return QStyle.visualRect(direction, rect, QRect(rect.x() + left, rect.y(), width, rect.height()))

    lead = _lead(option)
    _item_mark(painter, option, place(px(10), px(16)), enabled=enabled)
    text, _, shortcut = option.text.partition("\t")
    danger = isinstance(widget, QMenu) and _is_danger(widget, rect)
    painter.save()
    painter.setPen(t.text3 if not enabled else t.bad if danger else t.text)
    painter.setFont(option.font)
    start = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic
    flags = QStyle.visualAlignment(direction, start & Qt.AlignmentFlag.AlignHorizontal_Mask)
    base = int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextShowMnemonic) | int(Qt.TextFlag.TextSingleLine)
    painter.drawText(place(px(12) + lead, rect.width() - px(24) - lead), base | flags.value, text)
    if shortcut:
        painter.setFont(font("small"))
        painter.setPen(t.text3)
        end = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignRight)
        painter.drawText(place(px(12), rect.width() - px(24)), base | end.value, shortcut)
    painter.restore()
    if kind == Item.SubMenu:
        name = "caret-left" if direction == Qt.LayoutDirection.RightToLeft else "caret-right"
        spot = QRectF(place(rect.width() - px(22), px(12)))
        icons.paint(painter, spot, name, t.text2)


def _is_danger(menu: QMenu, rect: QRect) -> bool:
    return any(action.property("danger") and menu.actionGeometry(action) == rect for action in menu.actions())


def _item_mark(painter: QPainter, option: QStyleOptionMenuItem, rect: QRect, *, enabled: bool) -> None:
    t, side = tokens(), px(16)
    spot = QRect(rect.x(), rect.y() + (rect.height() - side) // 2, side, side)
    if option.checkType != _NO_CHECK:
        if option.checked:
            icons.paint(painter, QRectF(spot), "check", t.accent if enabled else t.text3)
        return
    icon: QIcon = option.icon
    if not icon.isNull():
        icon.paint(painter, spot, mode=QIcon.Mode.Normal if enabled else QIcon.Mode.Disabled)


def row(painter: QPainter, option: QStyleOptionViewItem, widget: QWidget | None) -> None:
    """The ground of a row in an item view that has no delegate of its own."""
    t, rect = tokens(), area(option)
    active = has(option, FLAG.State_Active)
    if has(option, FLAG.State_Selected):
        box(painter, rect, px(6), t.asoft if active else t.inact)
        popup = widget is not None and widget.window().windowType() == Qt.WindowType.Popup
        if has(option, FLAG.State_HasFocus) and widget is not None and widget.hasFocus() and not popup:
            ring(painter, rect, px(6))
    elif has(option, FLAG.State_MouseOver) and has(option, FLAG.State_Enabled):
        box(painter, rect, px(6), t.hover)
