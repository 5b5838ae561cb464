"""One field of an entry: its name, its value, what can be done with it."""

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.theme.draw import ring

from .buttons import IconButton
from .cards import RADIUS, Card
from .icon_spot import IconSpot
from .labels import ElidedLabel, label
from .secret_view import SecretView

SAYS_COPIED = 2_000  # ms
LABEL = 124  # px, the column of names
_NARROW = 300  # px: below this the name stands above the value


class FieldRow(QAbstractButton):
    """40 px high in a card. Enter copies, Space shows or hides, Ctrl+Enter opens.

    A button to assistive technology, whose press copies; to the mouse only a double click does.

    The row never fetches a value: it asks by signals, and is told by ``show_secret``, ``hide_secret``, ``copied``.

    Args:
        name: the field's name.
        value: what is shown; None for a protected value, "" for one that is not set.
        can_open: an address, shown as a link with a button that opens it.
        wrap: a protected value of several lines.
    """

    copy_wanted = Signal()
    reveal_wanted = Signal(bool)
    open_wanted = Signal()

    def __init__(self, name: str, value: str | None, *, can_open: bool = False, wrap: bool = False) -> None:
        super().__init__()
        self._over = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.clicked.connect(self._copy_set)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._name = ElidedLabel(name, "small", "text2")
        self._name.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.secret: SecretView | None = None
        self._plain: ElidedLabel | None = None
        self._value: QWidget
        if value is None:
            self.secret = SecretView(name, wrap=wrap)
            self._value = self.secret
        else:
            self._plain = ElidedLabel("", "body", "accent" if can_open else "text")
            self._value = self._plain
        self._acts = QHBoxLayout()
        self._eye: IconButton | None = None
        self._build(can_open=can_open)
        self._copied = self._build_copied()
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._copied_over)
        self.set_value(value)

    def _build(self, *, can_open: bool) -> None:
        name = self._name.text()
        self._open = IconButton("external", self.tr("Open {name}").format(name=name)) if can_open else None
        self._copy = IconButton("copy", self.tr("Copy {name}").format(name=name))
        if self.secret is not None:
            self._eye = IconButton("eye", self.tr("Show {name}").format(name=name), on_icon="eye-off")
            self._eye.setCheckable(True)
            self._eye.setProperty("quiet", True)  # noqa: FBT003 Qt's signature
            self._eye.clicked.connect(self.reveal_wanted)
        self._copy.clicked.connect(self.copy_wanted)
        if self._open is not None:
            self._open.clicked.connect(self.open_wanted)
        for each in (self._open, self._eye, self._copy):
            if each is not None:
                each.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the row has the focus, and the keys

    def _build_copied(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, theme.px(6), 0)
        row.setSpacing(theme.px(6))
        row.addWidget(IconSpot("check", 14, "ok"))
        row.addWidget(label(self.tr("Copied"), "small", "ok"))
        holder.hide()
        return holder

    def _lay_out(self) -> None:
        self._words = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._words.setSpacing(0)
        self._words.addWidget(self._name)
        self._words.addWidget(self._value, 1)
        self._acts.setSpacing(theme.px(4))
        for each in (self._open, self._eye, self._copy, self._copied):
            if each is not None:
                self._acts.addWidget(each)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(16), theme.px(5), theme.px(8), theme.px(5))
        row.setSpacing(theme.px(8))
        row.addLayout(self._words, 1)
        row.addLayout(self._acts)
        self._name.setFixedWidth(theme.px(LABEL))
        self.setMinimumHeight(theme.px(40))

    def set_value(self, value: str | None) -> None:
        """Change what is shown; "" says "not set" and takes the buttons away."""
        empty = value == ""
        if self._plain is not None:
            self._plain.setText(value or self.tr("not set"))
        for each in (self._open, self._eye, self._copy):
            if each is not None:
                each.setVisible(not empty)
        said = self.tr("hidden") if value is None else value or self.tr("not set")
        self.setAccessibleName(f"{self._name.text()}: {said}")

    def show_secret(self, utf8: bytearray) -> None:
        """Show a protected value. The caller wipes ``utf8``."""
        assert self.secret is not None and self._eye is not None  # noqa: S101, PT018 a protected row has both
        self.secret.show_secret(utf8)
        self._eye.setChecked(True)
        self._eye.set_name(self.tr("Hide {name}").format(name=self._name.text()))
        self.setAccessibleName(f"{self._name.text()}: {self.tr('shown')}")

    def hide_secret(self) -> None:
        """Overwrite and hide it."""
        if self.secret is None or self._eye is None:
            return
        self.secret.hide_secret()
        self._eye.setChecked(False)
        self._eye.set_name(self.tr("Show {name}").format(name=self._name.text()))
        self.setAccessibleName(f"{self._name.text()}: {self.tr('hidden')}")

    def copied(self) -> None:
        """Say "Copied" for two seconds."""
        self._copy.hide()
        self._copied.show()
        self._timer.start(SAYS_COPIED)

    def _copied_over(self) -> None:
        self._copied.hide()
        self._copy.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter copies, Space shows, Ctrl+Enter opens."""
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if control and self._open is not None:
                self.open_wanted.emit()
            else:
                self._copy_set()
        elif event.key() == Qt.Key.Key_Space and self.secret is not None:
            self.reveal_wanted.emit(not self.secret.is_shown)
        else:
            super().keyPressEvent(event)

    def _copy_set(self) -> None:
        if not self._copy.isHidden() or self._timer.isActive():
            self.copy_wanted.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the focus; no click."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Nothing was pressed."""
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click copies."""
        if event.button() == Qt.MouseButton.LeftButton and not self._copy.isHidden():
            self.copy_wanted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the name above the value where there is no room beside it."""
        super().resizeEvent(event)
        narrow = self.width() < theme.px(_NARROW)
        wanted = QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight
        if self._words.direction() != wanted:
            self._words.setDirection(wanted)
            self._name.setFixedWidth(theme.px(LABEL) if not narrow else max(self._value.width(), theme.px(LABEL)))

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer came."""
        super().enterEvent(event)
        self._over = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer went."""
        super().leaveEvent(event)
        self._over = False
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The ground under the pointer and the focus ring, inside the card's rounded frame."""
        if not (self._over or self.hasFocus()):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = self.parentWidget()
        painter.save()
        if isinstance(card, Card):
            painter.setClipPath(card.clip(self))
        if self._over:
            painter.fillRect(self.rect(), theme.tokens().hover)
        painter.restore()
        if self.hasFocus():
            ring(painter, self.rect(), theme.px(RADIUS) - 1)


def stack(*rows: QWidget) -> Card:
    """A card of rows."""
    card = Card()
    for row in rows:
        card.add(row)
    return card


def column(spacing: int = 8) -> QVBoxLayout:
    """A vertical layout without margins."""
    made = QVBoxLayout()
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(theme.px(spacing))
    return made
