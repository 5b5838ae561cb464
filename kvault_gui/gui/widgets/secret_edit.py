"""A field for passwords and other secrets. The base class holds only bullets; the text lies in a fixed buffer."""

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QClipboard,
    QContextMenuEvent,
    QDropEvent,
    QFocusEvent,
    QFontMetricsF,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QLineEdit, QMenu, QStyle, QStyleOptionFrame, QWidget

from kvault_gui.gui import theme

from .points import BULLET, Points, paint_char

CAPACITY = 1024  # characters of a password; fields of entries hold longer tokens and take more
_HINT = Qt.InputMethodHint


class SecretEdit(QLineEdit):
    """Behaves like a password field: typing, dead keys, input methods, paste, selection, assistive technology.

    There is no undo and no cut, and what is shown is painted character by character. ``edited`` follows each change
    by the person; ``peek`` and ``take`` give the text as UTF-8 bytes, which the caller wipes. At most ``capacity``
    characters go in; the buffer for them is made at once, so that it never moves. A text that does not fit is refused
    as a whole: half a secret looks like a secret.
    """

    edited = Signal()
    overflowed = Signal()  # what was typed or pasted does not fit, and nothing of it went in
    eye_toggled = Signal(bool)

    def __init__(self, name: str, parent: QWidget | None = None, *, eye: bool = True, capacity: int = CAPACITY) -> None:
        super().__init__(parent)
        self.capacity = capacity
        self._points = Points(capacity)
        self._mine = self._shown = False
        self._eye: QAction | None = None
        self.setAccessibleName(name)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setAcceptDrops(False)
        self.setMaxLength(capacity)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # a password has no direction of its own
        self.setInputMethodHints(
            _HINT.ImhHiddenText | _HINT.ImhSensitiveData | _HINT.ImhNoPredictiveText | _HINT.ImhNoAutoUppercase
        )
        self.setProperty("font_role", "mono")
        self.textChanged.connect(self._keep_in_step)
        if eye:
            self._add_eye()

    def _add_eye(self) -> None:
        self._eye = QAction(theme.icon("eye"), self.tr("Show"), self)
        self._eye.setCheckable(True)
        self.setProperty("has_eye", True)  # noqa: FBT003 Qt's signature
        self._eye.setShortcut(QKeySequence("Ctrl+H"))
        self._eye.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._eye.toggled.connect(self.reveal)
        self.addAction(self._eye, QLineEdit.ActionPosition.TrailingPosition)
        self._name_eye()

    def _name_eye(self) -> None:
        if self._eye is not None:
            self._eye.setIcon(theme.icon("eye-off" if self._shown else "eye"))
            self._eye.setText(self.tr("Hide what is typed") if self._shown else self.tr("Show what is typed"))
            self._eye.setToolTip(self.tr("{act} (Ctrl+H)").format(act=self._eye.text()))

    def __len__(self) -> int:
        return len(self._points)

    def __bool__(self) -> bool:
        return True  # an empty field is a widget all the same

    @property
    def points(self) -> Points:
        """The buffer itself, to compare with; not to be changed."""
        return self._points

    @property
    def is_shown(self) -> bool:
        """Whether the characters are shown."""
        return self._shown

    def reveal(self, shown: bool) -> None:  # noqa: FBT001 a slot for toggled(bool)
        """Show or hide the characters."""
        self._shown = shown
        if self._eye is not None and self._eye.isChecked() != shown:
            self._eye.setChecked(shown)
        self._name_eye()
        self.update()
        self.eye_toggled.emit(shown)

    def peek(self) -> bytearray:
        """The text as UTF-8; the field keeps it. The caller wipes the result."""
        return self._points.utf8()

    def take(self) -> bytearray:
        """The text as UTF-8; the field is empty afterwards. The caller wipes the result."""
        out = self._points.utf8()
        self.wipe()
        return out

    def set_secret(self, utf8: bytearray) -> None:
        """Replace the text. The caller wipes ``utf8``. Raises UnicodeDecodeError."""
        self._points.load(utf8)
        self._show(len(self._points))
        self.edited.emit()

    def wipe(self) -> None:
        """Overwrite and empty the field."""
        self._points.wipe()
        self._show(0)

    def same_as(self, other: "SecretEdit") -> bool:
        """Whether both fields hold the same text."""
        return self._points.equals(other.points)

    def first_difference(self, other: "SecretEdit") -> tuple[int, int] | None:
        """Where this field first differs from ``other``: the number of the word and of the character, from 1."""
        mine, its = self._points, other.points
        word = 1
        for index in range(max(len(mine), len(its))):
            at_end = index >= len(mine) or index >= len(its)
            if at_end or mine.char(index) != its.char(index):
                return word, index + 1
            if mine.char(index) in " -":
                word += 1
        return None

    # --- painting --------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bullets are painted by the base class; shown characters here, one at a time, without a shaped run."""
        if not self._shown or not len(self._points):
            super().paintEvent(event)
            return
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        painter = QPainter(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelLineEdit, option, painter, self)
        room = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        margins = self.textMargins()
        room.adjust(margins.left(), 0, -margins.right(), 0)
        buttons = [child.geometry() for child in self.findChildren(QWidget) if child.isVisible()]
        if buttons:
            room.setRight(min(room.right(), min(each.left() for each in buttons) - theme.px(4)))
        painter.setClipRect(room)
        painter.setFont(self.font())
        self._paint_characters(painter, room)

    def _paint_characters(self, painter: QPainter, room: QRect) -> None:
        metrics = QFontMetricsF(self.font())
        cell = metrics.horizontalAdvance(BULLET * 64) / 64
        # The base class scrolls so that the cursor is seen; the characters follow its cursor.
        middle = self.cursorRect().x() + self.cursorRect().width() // 2
        left = middle - self.cursorPosition() * cell
        start, end = self._range()
        t = theme.tokens()
        if start != end:
            tall = round(metrics.height())
            top = room.center().y() - tall // 2
            painter.fillRect(QRect(round(left + start * cell), top, round((end - start) * cell), tall), t.asoft)
        baseline = room.center().y() + 1 + (metrics.ascent() - metrics.descent()) / 2
        for index in range(len(self._points)):
            x = left + index * cell
            if room.left() - cell <= x <= room.right():
                paint_char(painter, self._points.char(index), QPointF(x, baseline), cell, metrics)
        if self.hasFocus() and start == end:
            tall = round(metrics.height())
            painter.fillRect(QRect(round(middle), room.center().y() - tall // 2, 1, tall), t.text)

    # --- input -----------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take typed text ourselves; leave moving, selecting and deleting to the base class."""
        keys = QKeySequence.StandardKey
        if event.matches(keys.Paste):
            self.paste_from(QClipboard.Mode.Clipboard)
        elif any(event.matches(key) for key in (keys.Undo, keys.Redo, keys.Cut, keys.Copy)):
            event.accept()
        elif (text := event.text()) and text.isprintable() and not _is_shortcut(event):
            self._put(text)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Keep Undo and Redo of the window from firing while somebody types here."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = QKeySequence.StandardKey
            if any(event.matches(key) for key in (keys.Undo, keys.Redo, keys.Cut)):
                event.accept()
                return True
        return super().event(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Take what an input method commits; what is still being composed is not shown."""
        if commit := event.commitString():
            self._put(commit)
        super().inputMethodEvent(QInputMethodEvent())
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Stop painting the cursor."""
        super().focusOutEvent(event)
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Paste, show and clear: the rest makes no sense for a secret."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Paste"), lambda: self.paste_from(QClipboard.Mode.Clipboard))
        if self._eye is not None:
            menu.addAction(self._eye)
        menu.addAction(self.tr("Clear"), self._clear)
        menu.popup(event.globalPos())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The middle button pastes the selection, as elsewhere on X11."""
        if event.button() == Qt.MouseButton.MiddleButton:
            self.paste_from(QClipboard.Mode.Selection)
        else:
            super().mouseReleaseEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take nothing that is dropped."""
        event.ignore()

    def paste_from(self, mode: QClipboard.Mode) -> None:
        """Insert the first line of the clipboard."""
        if self.isReadOnly():
            return
        data = QGuiApplication.clipboard().mimeData(mode)
        lines = data.text().splitlines()
        if lines:
            self._put(lines[0])

    def _clear(self) -> None:
        self.wipe()
        self.edited.emit()

    def _put(self, text: str) -> None:
        if self.isReadOnly():
            return
        start, end = self._range()
        if len(text) > self.capacity - len(self._points) + end - start:
            self.overflowed.emit()
            return
        went_in = self._points.splice(start, end, text)
        self._show(start + went_in)
        self.edited.emit()

    def _range(self) -> tuple[int, int]:
        start = self.selectionStart()
        return (start, self.selectionEnd()) if start >= 0 else (self.cursorPosition(), self.cursorPosition())

    def _show(self, cursor: int) -> None:
        self._mine = True
        self.setText(BULLET * len(self._points))
        self.setCursorPosition(cursor)
        self._mine = False
        self.update()

    def _keep_in_step(self, text: str) -> None:
        """The base class changed itself: a deletion, or text from an assistive technology."""
        if self._mine:
            return
        foreign = text.strip(BULLET)
        removed = len(self._points) - (len(text) - len(foreign))
        start = text.find(foreign) if foreign else self.cursorPosition()
        self._points.splice(start, start + removed, foreign)
        if foreign:
            self._show(start + len(foreign))
        self.edited.emit()


def _is_shortcut(event: QKeyEvent) -> bool:
    held, keys = event.modifiers(), Qt.KeyboardModifier  # Ctrl and Alt together are AltGr on some platforms
    return bool(held & keys.MetaModifier) or bool(held & keys.ControlModifier) != bool(held & keys.AltModifier)
