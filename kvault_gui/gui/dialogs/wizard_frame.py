"""What every page of the wizard stands in: the column of steps, titles, captions and sentences."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.theme.draw import box
from kvault_gui.gui.widgets.cards import app_mark
from kvault_gui.gui.widgets.labels import ElidedLabel, Paragraph, label

SIDE = 208  # px at a 13 px font


class _Mark(QWidget):
    """The circle before a step: its number, or a check when it is done."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number, self.state = number, "later"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(20), theme.px(20))

    def paintEvent(self, _event: QPaintEvent) -> None:
        t, painter = theme.tokens(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        if self.state == "done":
            box(painter, whole, self.height() / 2, t.accent)
            inset = theme.px(4)
            theme.paint(painter, whole.adjusted(inset, inset, -inset, -inset), "check", t.onacc, bold=True)
            return
        colour = t.accent if self.state == "now" else t.ctl
        painter.setPen(QPen(colour, 1.4))
        painter.setBrush(t.raised if self.state == "now" else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(whole.adjusted(0.7, 0.7, -0.7, -0.7))
        painter.setPen(t.accent if self.state == "now" else t.text2)
        painter.setFont(theme.font("section"))
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), str(self._number))


class _Step(QWidget):
    def __init__(self, number: int, name: str, note: str) -> None:
        super().__init__()
        self.mark = _Mark(number)
        self.name = label(name, "body", "text2", wrap=True)
        self.note = ElidedLabel(note, "caption", "text3")
        self.note.setVisible(bool(note))
        words = QVBoxLayout()
        words.setSpacing(theme.px(2))
        words.addWidget(self.name)
        words.addWidget(self.note)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(10))
        row.addWidget(self.mark)
        row.addLayout(words, 1)


class Steps(QWidget):
    """The column at the start: where one is, what is done, what comes."""

    def __init__(self, title: str, names: list[tuple[str, str]], foot: str) -> None:
        super().__init__()
        self.setFixedWidth(theme.px(SIDE))
        column = QVBoxLayout(self)
        margin = theme.px(20)
        column.setContentsMargins(margin, theme.px(24), theme.px(12), theme.px(22))
        column.setSpacing(theme.px(14))
        column.addWidget(app_mark(36))
        column.addWidget(label(title, "heading", wrap=True))
        self._steps = [_Step(number, name, note) for number, (name, note) in enumerate(names, 1)]
        for step in self._steps:
            column.addWidget(step)
        column.addStretch(1)
        column.addWidget(label(foot, "small", "text3", wrap=True))

    def show_at(self, current: int) -> None:
        """Mark the steps before ``current`` as done, and it as the present one."""
        said = (self.tr("done"), self.tr("current step"), self.tr("still to come"))
        for number, step in enumerate(self._steps):
            order = 0 if number < current else 1 if number == current else 2
            step.mark.state = ("done", "now", "later")[order]
            theme.restyle(
                step.name, font_role="strong" if order == 1 else "body", tone=("text", "text", "text2")[order]
            )
            step.setAccessibleName(f"{step.name.text()}: {said[order]}")
            step.mark.update()

    def set_note(self, number: int, note: str) -> None:
        """A second line under a step."""
        self._steps[number].note.setText(note)
        self._steps[number].note.setVisible(bool(note))

    def set_shown(self, number: int, *, shown: bool) -> None:
        """Leave a step out, or take it in again."""
        self._steps[number].setVisible(shown)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The ground and the line that ends it."""
        t, painter = theme.tokens(), QPainter(self)
        painter.fillRect(self.rect(), t.side)
        x = 0 if self.isRightToLeft() else self.width() - 1
        painter.fillRect(x, 0, 1, self.height(), t.line)


class Page(QWidget):
    """A title, a paragraph, and what the page adds to ``column``."""

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self.title = title
        self.setAccessibleName(title)
        self.column = QVBoxLayout(self)
        margin = theme.px(36)
        self.column.setContentsMargins(margin, theme.px(32), margin, theme.px(16))
        self.column.setSpacing(0)
        self.column.addWidget(label(title, "title", wrap=True))
        self.column.addSpacing(theme.px(4))
        self.column.addWidget(Paragraph(text))
        self.column.addSpacing(theme.px(20))

    def take_focus(self) -> None:
        """Put the focus where the work begins."""


def caption(text: str, buddy: QWidget | None = None) -> QLabel:
    """A label above an input."""
    made = label(text, "label", "text2")
    if buddy is not None:
        made.setBuddy(buddy)
    return made


def large(edit: QLineEdit) -> QLineEdit:
    """An input of the height that the wizard has."""
    edit.setProperty("large", True)  # noqa: FBT003 Qt's signature
    return edit
