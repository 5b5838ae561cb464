"""One way in as a row of the unlock dialog: its state, and what its token asks for."""

import math
import time

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QStyle, QVBoxLayout, QWidget

from kvault_gui.engine.api import Method
from kvault_gui.gui import theme
from kvault_gui.gui.models.ways import ICONS
from kvault_gui.gui.theme.draw import box, ring
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.icon_spot import IconSpot
from kvault_gui.gui.widgets.labels import label, plain_tip

from .questions_rings import TouchRings
from .questions_secret import SecretPanel, SecretWanted
from .unlock_parts import AWAY, BLOCKED, LOOKING, PASSWORD, QUICK, READY, Line, WayRow

LEAD = 70  # px: the icon's column
TALL = 56  # px
RADIUS = 10
FINGER = "fingerprint"  # of quick unlock without its PIN


def isolated(text: str) -> str:
    """Text in the direction that it has by itself: "8 PIN tries left" begins with a number."""
    return f"\u2068{text}\u2069" if text else ""


def icon_of(steps: tuple[str, ...]) -> str:
    """The drawing of a way in: that of the first thing that is not typed."""
    held = [step for step in steps if step != PASSWORD]
    return FINGER if held == [QUICK] else ICONS[Method((held or steps)[0])]


class WayButton(QAbstractButton):
    """A way in at rest: icon, title, state, and a word at the end. One button to assistive technology."""

    def __init__(self, row: WayRow) -> None:
        super().__init__()
        self._row, self._trouble = row, False
        self.setCheckable(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.set_row(row)

    def set_row(self, row: WayRow) -> None:
        """Show another state."""
        self._row = row
        self.setText(row.title.replace("&", "&&"))
        said = (row.title, row.words, row.aside, self.tr("chosen") if self.isChecked() else "")
        self.setAccessibleName(", ".join(filter(None, said)))
        self._tip()
        self.update()

    def choose(self, *, on: bool) -> None:
        """Mark it as the one that the typed password goes to."""
        self.setCheckable(on)
        self.setChecked(on)
        self.set_row(self._row)

    def set_trouble(self, *, on: bool) -> None:
        """A red frame: something is said under it."""
        self._trouble = on
        self.update()

    def sizeHint(self) -> QSize:
        """Two lines and their padding."""
        lines = QFontMetrics(theme.font("medium")).height() + QFontMetrics(theme.font("small")).height()
        return QSize(theme.px(240), max(theme.px(TALL), lines + theme.px(18)))

    def minimumSizeHint(self) -> QSize:
        """Never lower."""
        return QSize(theme.px(160), self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses this way, not the dialog's default button; arrows move between the rows."""
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.click()
            case Qt.Key.Key_Down:
                self.focusNextChild()
            case Qt.Key.Key_Up:
                self.focusPreviousChild()
            case _:
                super().keyPressEvent(event)

    def _room(self) -> tuple[QRect, QRect]:
        """Where title and state stand, and where the word at the end; not mirrored."""
        end = theme.px(16)
        wide = QFontMetrics(theme.font("small")).horizontalAdvance(self._row.aside) if self._row.aside else 0
        left = theme.px(LEAD)
        words = QRect(left, 0, self.width() - left - end - (wide + theme.px(12) if wide else 0), self.height())
        return words, QRect(self.width() - end - wide, 0, wide, self.height())

    def _tip(self) -> None:
        room = self._room()[0].width()
        title, words = QFontMetrics(theme.font("medium")), QFontMetrics(theme.font("small"))
        cut = title.horizontalAdvance(self._row.title) > room or words.horizontalAdvance(self._row.words) > room
        self.setToolTip(plain_tip(f"{self._row.title}\n{self._row.words}") if cut else "")

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Frame, icon and words."""
        t, painter, row = theme.tokens(), QPainter(self), self._row
        on, enabled, over = self.isChecked(), self.isEnabled(), self.underMouse() and self.isEnabled()
        quiet = row.state in (AWAY, LOOKING) or not enabled
        fill = t.asoft if on else t.hover if over else t.page
        border = t.bad if self._trouble else t.accent if on else t.ctl if over or not quiet else t.line
        box(painter, self.rect(), theme.px(RADIUS), fill, border)
        if self.hasFocus():
            ring(painter, self.rect(), theme.px(RADIUS))
        self._paint_words(painter, quiet=quiet, on=on)

    def _paint_words(self, painter: QPainter, *, quiet: bool, on: bool) -> None:
        t, row = theme.tokens(), self._row
        direction, side = self.layoutDirection(), theme.px(22)
        words, aside = self._room()
        at = QRect((theme.px(LEAD) - side) // 2, (self.height() - side) // 2, side, side)
        tone = t.atext if on else t.text2 if quiet else t.text
        theme.paint(painter, QRectF(QStyle.visualRect(direction, self.rect(), at)), icon_of(row.steps), tone)
        first, second = QFontMetrics(theme.font("medium")), QFontMetrics(theme.font("small"))
        gap = theme.px(3)
        top = (self.height() - first.height() - gap - second.height()) // 2
        lines: tuple[tuple[theme.FontRole, str, QColor, QFontMetrics, int], ...] = (
            ("body" if quiet and not on else "medium", row.title, tone, first, top),
            (
                "small",
                row.words,
                t.atext if on else t.bad if row.state == BLOCKED else t.text2,
                second,
                top + first.height() + gap,
            ),
        )
        align = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        for role, text, colour, metrics, y in lines:
            painter.setFont(theme.font(role))
            painter.setPen(colour)
            spot = QStyle.visualRect(direction, self.rect(), QRect(words.x(), y, words.width(), metrics.height()))
            shown = isolated(metrics.elidedText(text, Qt.TextElideMode.ElideRight, words.width()))
            painter.drawText(spot, int(align | Qt.TextFlag.TextSingleLine), shown)
        if row.aside:
            painter.setPen(t.atext if on else t.text2)
            spot = QStyle.visualRect(direction, self.rect(), aside.adjusted(-2, 0, 2, 0))
            painter.drawText(spot, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine), isolated(row.aside))


class WayItem(QWidget):
    """A way in: the button at rest, or what goes on with it: work, a touch, plugging in, a PIN.

    ``answered`` carries typed bytes, which the receiver wipes.
    """

    chosen = Signal(str)
    cancelled = Signal()
    answered = Signal(object)
    grew = Signal()

    def __init__(self, row: WayRow) -> None:
        super().__init__()
        self.row = row
        self.doing = ""  # "", "work", "touch", "plug", "secret"
        self._ends = 0.0
        self._secret: SecretPanel | None = None
        self._wrong_before = ""
        self._clock = QTimer(self)
        self._clock.setInterval(1_000)
        self._clock.timeout.connect(self._tick)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.button = WayButton(row)
        self.button.clicked.connect(lambda: self.chosen.emit(self.row.slot))
        column.addWidget(self.button)
        column.addWidget(self._build_active())
        self._trouble = Line("alert-circle-filled", "bad")
        column.addWidget(self._trouble)

    def _build_active(self) -> QWidget:
        self._active = QWidget()
        self._active.setObjectName("way-active")
        outer = QVBoxLayout(self._active)
        pad = theme.px(12)
        outer.setContentsMargins(theme.px(13), pad, theme.px(13), pad)
        outer.setSpacing(theme.px(10))
        head = QHBoxLayout()
        head.setSpacing(theme.px(12))
        self._rings, self._icon = TouchRings(), IconSpot(icon_of(self.row.steps), 22, "atext")
        holder = QWidget()
        holder.setFixedWidth(theme.px(44))
        inside = QHBoxLayout(holder)
        inside.setContentsMargins(0, 0, 0, 0)
        for each in (self._rings, self._icon):
            inside.addWidget(each, 0, Qt.AlignmentFlag.AlignCenter)
        head.addWidget(holder)
        words = QVBoxLayout()
        words.setSpacing(theme.px(3))
        self._title, self._line = label("", "strong", "atext", wrap=True), label("", "small", "atext", wrap=True)
        for line in (self._title, self._line):
            line.setMinimumHeight(1)  # else it asks for the height that it would have in a narrow place
            words.addWidget(line)
        head.addLayout(words, 1)
        self.cancel = button(self.tr("Cancel"), "ghost", small=True, on_click=self.cancelled.emit)
        self.cancel.setObjectName("way-cancel")
        self.cancel.setAutoDefault(True)
        head.addWidget(self.cancel)
        outer.addLayout(head)
        self._body = QVBoxLayout()
        outer.addLayout(self._body)
        self._active.hide()
        return self._active

    @property
    def sentences(self) -> str:
        """What it says now, all of it."""
        if not self.doing:
            return ". ".join(filter(None, (self.button.accessibleName(), self._trouble.text)))
        under = self._secret.sentences if self._secret is not None else ""
        return " ".join(filter(None, (self._title.text(), self._line.text(), under)))

    @property
    def secret(self) -> SecretPanel | None:
        """The field that is open, if one is."""
        return self._secret

    # --- at rest ---------------------------------------------------------------------------------------------------

    def set_row(self, row: WayRow) -> None:
        """News of how it stands. What was wrong before is forgotten when it can be used again."""
        if row.state == READY != self.row.state:
            self.set_trouble("")
        self.row = row
        self.button.set_row(row)
        self._icon.set_icon(icon_of(row.steps), "atext")

    def rest(self) -> None:
        """Nothing goes on any more."""
        self._show("")

    def set_trouble(self, text: str) -> None:
        """Say under the row what went wrong, or nothing."""
        self._trouble.say(text)
        self.button.set_trouble(on=bool(text))
        if text:
            self._announce(text)

    # --- what goes on ----------------------------------------------------------------------------------------------

    def show_work(self, text: str = "") -> None:
        """Its token is being talked to."""
        self._show("work", self.row.title, text or self.tr("Opening the vault with it"))

    def show_touch(self, token: str, seconds: int, text: str) -> None:
        """It wants to be touched."""
        self._what = text or self.tr("It blinks.")
        self._begin_clock(seconds)
        self._show("touch", self.tr("Touch {name} now").format(name=token))
        self._tick()
        self._announce(f"{self._title.text()}. {self._line.text()}")

    def show_plug(self, token: str, seconds: int, text: str, *, again: bool) -> None:
        """It is to be plugged in, or to be pulled out first."""
        said = self.tr("Pull {name} out and plug it in again") if again else self.tr("Plug in {name}")
        self._what = text
        self._begin_clock(seconds)
        self._show("plug", said.format(name=token))
        self._tick()
        self._announce(f"{self._title.text()}. {self._line.text()}")

    def show_secret(self, title: str, text: str, wanted: SecretWanted) -> None:
        """It asks for a PIN or a password."""
        self._show("secret", title, text)
        self._secret = panel = SecretPanel(wanted)
        panel.say_wrong(self._wrong_before)
        self._wrong_before = ""
        panel.passed.connect(lambda: self.answered.emit(panel.field.take()))
        panel.confirming.connect(lambda _on: self._active.update())
        self._body.addWidget(panel)
        panel.show()
        panel.begin()
        self.grew.emit()

    def remember_wrong(self, text: str) -> None:
        """Say this under the field that is asked for next."""
        self._wrong_before = text

    def _begin_clock(self, seconds: int) -> None:
        self._ends = time.monotonic() + seconds
        self._clock.start()

    def _tick(self) -> None:
        left = max(math.ceil(self._ends - time.monotonic()), 0)
        waits = self.tr("Waits {count} s more.").format(count=left) if left else self.tr("The time is over.")
        self._line.setText(f"{self._what} {waits}".strip())
        self._line.show()

    def _show(self, doing: str, title: str = "", text: str = "") -> None:
        if self._secret is not None:
            self._body.removeWidget(self._secret)
            self._secret.field.wipe()
            self._secret.hide()
            self._secret.deleteLater()
            self._secret = None
        if doing not in ("touch", "plug"):
            self._clock.stop()
        self.doing = doing
        self._title.setText(title)
        self._line.setText(text)
        self._line.setVisible(bool(text))
        self._rings.setVisible(doing == "touch")
        self._icon.setVisible(doing != "touch")
        self.button.setVisible(not doing)
        self._active.setVisible(bool(doing))
        if doing:
            self.set_trouble("")
            self._active.setAccessibleName(title)
            if doing != "secret":
                self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)
            self.grew.emit()
        self.update()

    def _announce(self, text: str) -> None:
        event = QAccessibleAnnouncementEvent(self, text)
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
        QAccessible.updateAccessibility(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The frame round what goes on; amber at the last try of a PIN."""
        if not self.doing:
            return
        t = theme.tokens()
        last = self._secret is not None and self._secret.is_last
        fill, border = (t.waitsoft, t.wait) if last else (t.asoft, t.accent)
        box(QPainter(self), self._active.geometry(), theme.px(RADIUS), fill, border)
