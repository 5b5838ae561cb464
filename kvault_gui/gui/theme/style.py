"""The style: Fusion, with our focus ring, fields, buttons, checks, menus and slim scroll bars."""

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QLabel,
    QPlainTextEdit,
    QProxyStyle,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleHintReturn,
    QStyleOption,
    QStyleOptionComplex,
    QTextEdit,
    QWidget,
)

from . import bars, buttons, menus
from .current import FontRole, font, px, tokens
from .draw import area, asks, box, field, ring

PE, CE, CC = QStyle.PrimitiveElement, QStyle.ControlElement, QStyle.ComplexControl
CT, PM, SE, SC, SH = (
    QStyle.ContentsType,
    QStyle.PixelMetric,
    QStyle.SubElement,
    QStyle.SubControl,
    QStyle.StyleHint,
)

_METRICS: dict[QStyle.PixelMetric, float] = {
    PM.PM_ScrollBarExtent: 10,
    PM.PM_IndicatorWidth: 16,
    PM.PM_IndicatorHeight: 16,
    PM.PM_ExclusiveIndicatorWidth: 16,
    PM.PM_ExclusiveIndicatorHeight: 16,
    PM.PM_CheckBoxLabelSpacing: 9,
    PM.PM_RadioButtonLabelSpacing: 9,
    PM.PM_SmallIconSize: 16,
    PM.PM_LineEditIconSize: 18,
    PM.PM_LineEditIconMargin: 6,
    PM.PM_ButtonIconSize: 16,
    PM.PM_MenuHMargin: 4,
    PM.PM_MenuVMargin: 4,
    PM.PM_LayoutHorizontalSpacing: 8,
    PM.PM_LayoutVerticalSpacing: 8,
    PM.PM_LayoutLeftMargin: 16,
    PM.PM_LayoutTopMargin: 16,
    PM.PM_LayoutRightMargin: 16,
    PM.PM_LayoutBottomMargin: 16,
    PM.PM_SliderThickness: 24,
    PM.PM_SliderLength: 22,
    PM.PM_SliderControlThickness: 22,
}
_PLAIN_METRICS: dict[QStyle.PixelMetric, int] = {  # not scaled with the font
    PM.PM_ButtonShiftHorizontal: 0,
    PM.PM_ButtonShiftVertical: 0,
    PM.PM_DefaultFrameWidth: 1,
    PM.PM_MenuPanelWidth: 1,
    PM.PM_ToolTipLabelFrameWidth: 6,
    PM.PM_SplitterWidth: 1,
    PM.PM_FocusFrameHMargin: 3,
}
_HINTS: dict[QStyle.StyleHint, int] = {
    SH.SH_ComboBox_Popup: 0,
    SH.SH_EtchDisabledText: 0,
    SH.SH_DitherDisabledText: 0,
    SH.SH_UnderlineShortcut: 1,
    SH.SH_ItemView_ShowDecorationSelected: 1,
    SH.SH_Menu_SubMenuPopupDelay: 150,
    SH.SH_ToolTip_WakeUpDelay: 500,
    SH.SH_DialogButtonBox_ButtonsHaveIcons: 0,
    SH.SH_LineEdit_PasswordCharacter: 0x2022,
    SH.SH_ScrollBar_Transient: 0,
}


def _tip(painter: QPainter, option: QStyleOption, _widget: QWidget | None) -> None:
    painter.fillRect(area(option), tokens().snack)


def _menu_panel(painter: QPainter, option: QStyleOption, _widget: QWidget | None) -> None:
    painter.fillRect(area(option), tokens().raised)


def _menu_frame(painter: QPainter, option: QStyleOption, _widget: QWidget | None) -> None:
    t = tokens()
    box(painter, area(option), 0, None, t.line)


def _frame(painter: QPainter, option: QStyleOption, widget: QWidget | None) -> None:
    if isinstance(widget, QTextEdit | QPlainTextEdit):
        field(painter, option, widget)
    else:
        filled = tokens().raised if isinstance(widget, QAbstractItemView) else None
        popup = widget is not None and widget.windowType() == Qt.WindowType.Popup
        box(painter, area(option), 0 if popup else px(8), filled, tokens().line)


def _ring(painter: QPainter, option: QStyleOption, widget: QWidget | None) -> None:
    if isinstance(widget, QAbstractItemView):
        return  # the row has it
    ring(painter, area(option), px(6))


def _nothing(_painter: QPainter, _option: QStyleOption, _widget: QWidget | None) -> None:
    return


def _splitter(painter: QPainter, option: QStyleOption, _widget: QWidget | None) -> None:
    painter.fillRect(area(option), tokens().line)


def _caret(name: str) -> "Painter":
    def paint(painter: QPainter, option: QStyleOption, _widget: QWidget | None) -> None:
        bars.caret(painter, area(option), name, enabled=bool(option.state & QStyle.StateFlag.State_Enabled))

    return paint


_ROUNDED = (QTextEdit, QPlainTextEdit, QAbstractItemView)
Painter = Callable[[QPainter, QStyleOption, QWidget | None], None]

# Qt hands each painter the option class of its element; the stubs know the base class alone.
_PRIMITIVES: dict[QStyle.PrimitiveElement, Painter] = {
    PE.PE_PanelLineEdit: field,
    PE.PE_FrameLineEdit: _nothing,
    PE.PE_IndicatorCheckBox: lambda p, o, _w: buttons.check(p, o),  # type: ignore[arg-type]  # its option
    PE.PE_IndicatorRadioButton: lambda p, o, _w: buttons.radio(p, o),  # type: ignore[arg-type]  # its option
    PE.PE_FrameFocusRect: _ring,
    PE.PE_PanelButtonTool: buttons.tool_panel,  # type: ignore[dict-item]  # its option
    PE.PE_PanelItemViewItem: menus.row,  # type: ignore[dict-item]  # its option
    PE.PE_PanelItemViewRow: _nothing,
    PE.PE_PanelMenu: _menu_panel,
    PE.PE_FrameMenu: _menu_frame,
    PE.PE_PanelTipLabel: _tip,
    PE.PE_Frame: _frame,
    PE.PE_IndicatorArrowDown: _caret("caret-down"),
    PE.PE_IndicatorArrowUp: _caret("caret-up"),
    PE.PE_IndicatorArrowRight: _caret("caret-right"),
    PE.PE_IndicatorArrowLeft: _caret("caret-left"),
}
_CONTROLS: dict[QStyle.ControlElement, Painter] = {
    CE.CE_PushButtonBevel: buttons.bevel,  # type: ignore[dict-item]  # its option
    CE.CE_PushButtonLabel: buttons.label,  # type: ignore[dict-item]  # its option
    CE.CE_MenuItem: menus.item,  # type: ignore[dict-item]  # its option
    CE.CE_MenuEmptyArea: _nothing,
    CE.CE_Splitter: _splitter,
    CE.CE_ProgressBarGroove: lambda p, o, _w: bars.progress_groove(p, o),  # type: ignore[arg-type]  # its option
    CE.CE_ProgressBarContents: lambda p, o, _w: bars.progress_contents(p, o),  # type: ignore[arg-type]  # its option
}


class KvaultStyle(QProxyStyle):
    """What kvault paints itself; everything else is Fusion's. Sizes grow with the application's font."""

    def __init__(self) -> None:
        super().__init__("Fusion")

    def polish(self, what: object) -> object:  # type: ignore[override]  # three overloads in one
        """Give a widget the font and the colour that its dynamic properties name."""
        result = super().polish(what)  # type: ignore[call-overload]  # as above
        if not isinstance(what, QWidget):
            return result
        if isinstance(what, QAbstractButton):
            _polish_button(what)
        elif isinstance(what, QComboBox) and type(what.itemDelegate()) is not QStyledItemDelegate:
            what.setItemDelegate(QStyledItemDelegate(what))
        role = what.property("font_role")
        if role:
            what.setFont(font(role))
        tone = what.property("tone")
        if tone:
            _tint(what, tone)
        return result

    def drawPrimitive(
        self, element: QStyle.PrimitiveElement, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        """Paint a primitive."""
        own = _PRIMITIVES.get(element)
        if own is None:
            super().drawPrimitive(element, option, painter, widget)
        else:
            own(painter, option, widget)

    def drawControl(
        self, element: QStyle.ControlElement, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        """Paint a control."""
        own = _CONTROLS.get(element)
        if own is None:
            super().drawControl(element, option, painter, widget)
        else:
            own(painter, option, widget)

    def drawComplexControl(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        """Paint a control made of parts."""
        if control == CC.CC_ScrollBar:
            bars.scroll_bar(painter, option)  # type: ignore[arg-type]  # its option
        elif control == CC.CC_ComboBox:
            bars.combo(painter, option, widget)  # type: ignore[arg-type]  # its option
        elif control == CC.CC_SpinBox:
            bars.spin(painter, option, widget)  # type: ignore[arg-type]  # its option
        elif control == CC.CC_Slider:
            handle = self.subControlRect(control, option, SC.SC_SliderHandle, widget)
            bars.slider(painter, option, handle)  # type: ignore[arg-type]  # its option
        elif control == CC.CC_ToolButton:
            buttons.tool_panel(painter, option, widget)  # type: ignore[arg-type]  # its option
            self.drawControl(CE.CE_ToolButtonLabel, option, painter, widget)
        else:
            super().drawComplexControl(control, option, painter, widget)

    def subControlRect(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        part: QStyle.SubControl,
        widget: QWidget | None = None,
    ) -> QRect:
        """Where a part lies."""
        if control == CC.CC_ScrollBar:
            return bars.scroll_part(option, part)  # type: ignore[arg-type]  # its option
        if control == CC.CC_SpinBox:
            return bars.spin_part(option, part)  # type: ignore[arg-type]  # its option
        if control == CC.CC_ComboBox and part in (SC.SC_ComboBoxArrow, SC.SC_ComboBoxEditField):
            return bars.combo_part(option, part)  # type: ignore[arg-type]  # its option
        return super().subControlRect(control, option, part, widget)  # type: ignore[arg-type]  # the stub forgets None

    def subElementRect(self, element: QStyle.SubElement, option: QStyleOption, widget: QWidget | None = None) -> QRect:
        """Where an element lies."""
        if element == SE.SE_LineEditContents:
            end = px(28) if asks(widget, "invalid") and not asks(widget, "has_eye") else 0
            inner = area(option).adjusted(px(8), 1, -px(8) - end, -1)
            direction = widget.layoutDirection() if widget is not None else Qt.LayoutDirection.LeftToRight
            return QStyle.visualRect(direction, area(option), inner)
        if element in (SE.SE_ProgressBarGroove, SE.SE_ProgressBarContents):
            return area(option)
        found = super().subElementRect(element, option, widget)  # type: ignore[arg-type]  # the stub forgets None
        if element in (SE.SE_CheckBoxFocusRect, SE.SE_RadioButtonFocusRect):
            return found.adjusted(-4, -1, 4, 1).intersected(area(option))
        return found

    def sizeFromContents(
        self, kind: QStyle.ContentsType, option: QStyleOption, size: QSize, widget: QWidget | None = None
    ) -> QSize:
        """How large a control is around its contents."""
        if kind == CT.CT_PushButton:
            return buttons.size(option, widget)  # type: ignore[arg-type]  # its option
        if kind == CT.CT_MenuItem:
            return menus.item_size(option)  # type: ignore[arg-type]  # its option
        tall = px(38) if asks(widget, "large") else px(32)
        if kind == CT.CT_SpinBox:
            return QSize(size.width() + px(48), max(tall, size.height()))
        if kind in (CT.CT_LineEdit, CT.CT_ComboBox):
            extra = px(40) if kind == CT.CT_ComboBox else px(16)
            return QSize(size.width() + extra, max(tall, size.height() + px(8)))
        found = super().sizeFromContents(kind, option, size, widget)  # type: ignore[arg-type]  # the stub forgets None
        least = {CT.CT_CheckBox: 24, CT.CT_RadioButton: 24, CT.CT_ItemViewItem: 28}.get(kind)
        return QSize(found.width() + 4, max(found.height(), px(least))) if least else found

    def pixelMetric(
        self, metric: QStyle.PixelMetric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        """A size, in device-independent pixels."""
        if metric == PM.PM_DefaultFrameWidth and isinstance(widget, _ROUNDED):
            return px(5)  # so that the square viewport leaves the round corners alone
        scaled = _METRICS.get(metric)
        if scaled is not None:
            return px(scaled)
        plain = _PLAIN_METRICS.get(metric)
        return plain if plain is not None else super().pixelMetric(metric, option, widget)

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        data: QStyleHintReturn | None = None,
    ) -> int:
        """A manner."""
        own = _HINTS.get(hint)
        return own if own is not None else super().styleHint(hint, option, widget, data)


def _polish_button(button: QAbstractButton) -> None:
    if isinstance(button, QPushButton):
        role: FontRole = "strong" if buttons.kind_of(button) in ("primary", "danger-filled", "live") else "medium"
        if asks(button, "small") or asks(button, "slim"):
            role = "label"
        button.setFont(font(role))


def _tint(widget: QWidget, tone: str) -> None:
    colour = tokens().colour(tone)
    tinted = widget.palette()
    foreground = widget.foregroundRole()
    if tinted.color(foreground) == colour:
        return
    for group in (tinted.ColorGroup.Active, tinted.ColorGroup.Inactive, tinted.ColorGroup.Disabled):
        tinted.setColor(group, foreground, colour)
    if isinstance(widget, QLabel):
        tinted.setColor(tinted.ColorRole.Link, tokens().accent)
    widget.setPalette(tinted)
