"""Banners, progress, empty states."""

import time
from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.theme.draw import box

from .buttons import IconButton, button
from .cards import Tile
from .icon_spot import IconSpot
from .labels import Paragraph, label

QUIET = 300  # ms: shorter work shows no progress
_BANNERS = {
    "ok": ("oksoft", "ok", "shield-check-filled"),
    "wait": ("waitsoft", "wait", "warning-filled"),
    "bad": ("badsoft", "bad", "warning-filled"),
    "info": ("sunken", "text2", "info-filled"),
}


class Banner(QWidget):
    """One finding in a coloured frame: a title, a line, at most one button and a cross."""

    def __init__(self, kind: str, title: str, text: str = "", *, icon: str = "") -> None:
        super().__init__()
        self._kind = kind
        _, tone, usual = _BANNERS[kind]
        self._icon = IconSpot(icon or usual, 20, tone)
        self._title = label(title, "strong", wrap=True)
        self._text = label(text, "small", "text2", wrap=True)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.px(16), theme.px(8), theme.px(12), theme.px(8))
        self._row.setSpacing(theme.px(12))
        words = QVBoxLayout()
        words.setContentsMargins(0, 0, 0, 0)
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._text)
        self._row.addWidget(self._icon)
        self._row.addLayout(words, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.set_words(title, text)

    def sizeHint(self) -> QSize:
        """As high as the words are at this width: it is also the most that the banner takes."""
        hint = super().sizeHint()
        return QSize(hint.width(), self._row.totalHeightForWidth(self.width())) if self.isVisible() else hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width wraps the words elsewhere."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def set_kind(self, kind: str, icon: str = "") -> None:
        """Change between "ok", "wait", "bad" and "info"."""
        self._kind = kind
        _, tone, usual = _BANNERS[kind]
        self._icon.set_icon(icon or usual, tone)
        self.update()

    def set_words(self, title: str, text: str = "") -> None:
        """Change what it says."""
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName(f"{title.rstrip('.')}. {text}" if text else title)

    def add_button(self, text: str, act: Callable[[], object], icon: str = "") -> QPushButton:
        """Put a button at the end."""
        made = button(text, icon=icon, small=True, on_click=act)
        self._row.addWidget(made)
        return made

    def add_dismiss(self, act: Callable[[], object]) -> IconButton:
        """Put a cross at the end that takes the banner away."""
        made = IconButton("x", self.tr("Dismiss"))
        made.clicked.connect(act)
        self._row.addWidget(made, 0, Qt.AlignmentFlag.AlignTop)
        return made

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The frame."""
        t = theme.tokens()
        fill, edge, _ = _BANNERS[self._kind]
        border = t.line if self._kind == "info" else t.colour(edge)
        box(QPainter(self), self.rect(), theme.px(10), t.colour(fill), border)


class ProgressPanel(QWidget):
    """What is being done, how far it is, how long it will take, and Cancel. Shown only after 300 ms."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._started = 0.0
        self._what = label("", "small", "text2")
        self._part = label("", "small", "text2")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(theme.px(4))
        self._left = label("", "small", "text2", wrap=True)
        self._cancel = button(self.tr("Cancel"), "ghost", small=True, on_click=self.cancelled.emit)
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self._what, 1)
        head.addWidget(self._part)
        foot.addWidget(self._left, 1)
        foot.addWidget(self._cancel)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(theme.px(6))
        outer.addLayout(head)
        outer.addWidget(self._bar)
        outer.addLayout(foot)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(QUIET)
        self._wait.timeout.connect(self.show)
        keep = self.sizePolicy()
        keep.setRetainSizeWhenHidden(False)
        self.setSizePolicy(keep)
        self.hide()

    def begin(self, what: str, safe: str = "", *, can_cancel: bool = True) -> None:
        """Start; ``safe`` says what is not changed meanwhile. It appears after 300 ms."""
        self._started = time.monotonic()
        self._safe = safe
        self._what.setText(what)
        self._part.setText("")
        self._left.setText(safe)
        self._bar.setRange(0, 0)
        self._bar.setAccessibleName(what)
        self._cancel.setVisible(can_cancel)
        self._wait.start()

    def advance(self, done: int, total: int, what: str = "") -> None:
        """Show ``done`` of ``total`` (0: not known)."""
        if what:
            self._what.setText(what)
        if total <= 0:
            return
        self._bar.setRange(0, total)
        self._bar.setValue(min(done, total))
        self._part.setText(self.tr("{part} %").format(part=100 * done // total))
        passed = time.monotonic() - self._started
        if done and passed > 1:
            left = passed * (total - done) / done
            said = self.tr("About {time} left.").format(time=self._spell(left))
            self._left.setText(f"{said} {self._safe}".strip())

    def finish(self) -> None:
        """The work ended, in whatever way."""
        self._wait.stop()
        self.hide()

    def _spell(self, seconds: float) -> str:
        if seconds < 90:  # noqa: PLR2004 a minute and a half
            return self.tr("{count} s").format(count=max(round(seconds), 1))
        return self.tr("{count} min").format(count=round(seconds / 60))


class EmptyState(QWidget):
    """Nothing here yet: what to do as the title, one sentence, one or two acts."""

    def __init__(self, icon: str, title: str, text: str) -> None:
        super().__init__()
        self._tile = Tile(icon, 80, tone="text2")
        self._title = label(title, "title", wrap=True)
        self._text = Paragraph(text)
        self._acts = QHBoxLayout()
        self._acts.setSpacing(theme.px(8))
        self._acts.addStretch(1)
        self._acts.addStretch(1)
        centre = Qt.AlignmentFlag.AlignHCenter
        for words in (self._title, self._text):
            words.setAlignment(centre)
            words.setMinimumWidth(theme.px(280))
            words.setMaximumWidth(theme.px(440))
        inner = QVBoxLayout(self)
        inner.setSpacing(theme.px(8))
        inner.addStretch(2)
        inner.addWidget(self._tile, 0, centre)
        inner.addSpacing(theme.px(10))
        inner.addWidget(self._title, 0, centre)
        inner.addWidget(self._text, 0, centre)
        inner.addSpacing(theme.px(12))
        inner.addLayout(self._acts)
        inner.addStretch(3)

    def set_words(self, icon: str, title: str, text: str) -> None:
        """Change what it says."""
        self._tile.set_icon(icon)
        self._title.setText(title)
        self._text.setText(text)

    def add_act(self, made: QPushButton) -> QPushButton:
        """Add a button (see buttons.button); the first one is the primary."""
        self._acts.insertWidget(self._acts.count() - 1, made)
        return made
