"""The widgets of the unlock dialog and where they stand; what they do is in ``unlock``."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from kvault_gui.gui import theme
from kvault_gui.gui.widgets.buttons import button
from kvault_gui.gui.widgets.cards import app_mark
from kvault_gui.gui.widgets.labels import label, left_to_right
from kvault_gui.gui.widgets.secret_edit import SecretEdit

from .unlock_parts import PASSWORD, QUICK, RECOVERY_CODE, KeyboardLine, Line, UnlockState, WayRow

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance

    from kvault_gui.gui.widgets.panels import Banner, ProgressPanel

    from .unlock_rows import WayRows

WIDTH = 440  # px at a 13 px font


def _tr(text: str) -> str:
    return QCoreApplication.translate("UnlockDialog", text)


class UnlockPage(QWidget):
    """Mark, title, vault, field, the room for what comes later, and the buttons."""

    other_vault = Signal(str)
    new_vault = Signal()
    method_chosen = Signal(str)  # what the field is to take
    way_chosen = Signal(str)  # a slot
    ask_holder_to_lock = Signal()

    def __init__(self) -> None:
        super().__init__()
        centre = Qt.AlignmentFlag.AlignHCenter
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(theme.px(18))
        column = QVBoxLayout()
        margin = theme.px(32)
        column.setContentsMargins(margin, theme.px(26), margin, 0)
        column.setSpacing(0)
        self._mark = QWidget()
        mark = QVBoxLayout(self._mark)
        mark.setContentsMargins(0, 0, 0, theme.px(12))
        mark.addWidget(app_mark(56))
        column.addWidget(self._mark, 0, centre)
        self.title = label("", "title", wrap=True)
        self.title.setAlignment(centre)
        column.addWidget(self.title)
        column.addWidget(self._build_chooser(), 0, centre)
        column.addSpacing(theme.px(14))
        column.addWidget(self._build_field())
        self.wrong = Line("alert-circle-filled", "bad")
        column.addWidget(self.wrong)
        self.keyboard = KeyboardLine()
        column.addWidget(self.keyboard)
        self.hint = Line("clock", "text2", wrap=True)
        column.addWidget(self.hint)
        # Filled after the first paint, each below the other: what comes later moves nothing above it.
        self.banner_slot, self.rows_slot, self.progress_slot = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        for slot in (self.banner_slot, self.rows_slot, self.progress_slot):
            slot.setContentsMargins(0, 0, 0, 0)
            column.addLayout(slot)
        page.addLayout(column)
        page.addStretch(1)
        page.addLayout(self._build_foot())
        self._banner: Banner | None = None
        self._progress: ProgressPanel | None = None

    def _build_chooser(self) -> QPushButton:
        self.chooser = button("", "ghost", small=True)
        self.chooser.setProperty("font_role", "small")
        self.chooser.setAccessibleName(_tr("Vault"))
        self.chooser.setMenu(QMenu(self.chooser))
        return self.chooser

    def _build_field(self) -> QWidget:
        self.typed = QWidget()
        column = QVBoxLayout(self.typed)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        self.caption = label("", "label", "text2")
        column.addWidget(self.caption)
        self.field = SecretEdit(_tr("Password"))
        self.field.setProperty("large", True)  # noqa: FBT003 Qt's signature
        self.caption.setBuddy(self.field)
        column.addWidget(self.field)
        return self.typed

    def _build_foot(self) -> QHBoxLayout:
        self.ways = button(_tr("Other ways"), "ghost")
        self.ways.setMenu(QMenu(self.ways))
        self.full = button(_tr("Unlock in full"), "ghost")
        self.full.hide()
        self.quit = button(_tr("Quit"))
        self.unlock: QPushButton = button(_tr("Unlock"), "primary")
        row = QHBoxLayout()
        flush, margin = theme.px(22), theme.px(32)  # the word, not its frame, begins at the margin
        sides = (margin, flush) if self.isRightToLeft() else (flush, margin)
        row.setContentsMargins(sides[0], 0, sides[1], theme.px(24))
        row.setSpacing(theme.px(8))
        row.addWidget(self.ways)
        row.addWidget(self.full)
        row.addStretch(1)
        row.addWidget(self.quit)
        row.addWidget(self.unlock)
        return row

    def show_vault(self, state: UnlockState) -> None:
        """Say which vault it is."""
        self.title.setText(_tr("Unlock {name}").format(name=state.name))
        room = theme.px(WIDTH - 2 * 32 - 48)
        shown = self.chooser.fontMetrics().elidedText(left_to_right(state.path), Qt.TextElideMode.ElideMiddle, room)
        self.chooser.setText(shown.replace("&", "&&"))
        self.chooser.setAccessibleDescription(state.path)
        menu = self.chooser.menu()
        menu.clear()
        for name, path in state.recent:
            act = menu.addAction(theme.icon("safe"), f"{name}\t{left_to_right(path)}".replace("&", "&&"))
            act.triggered.connect(lambda _checked=False, path=path: self.other_vault.emit(path))
        if state.recent:
            menu.addSeparator()
        menu.addAction(theme.icon("folder-open"), _tr("Open another vault…"), lambda: self.other_vault.emit(""))
        menu.addAction(theme.icon("plus"), _tr("New vault…"), self.new_vault.emit)

    def fill_ways(self, ways: list[str | WayRow], *, shown: bool) -> None:
        """What is in the menu "Other ways": what can be typed, and ways in."""
        words = {
            QUICK: (_tr("PIN"), "lightning"),
            PASSWORD: (_tr("Password"), "keyboard"),
            RECOVERY_CODE: (_tr("Recovery code"), "key"),
        }
        menu = self.ways.menu()
        menu.clear()
        for way in ways:
            if isinstance(way, WayRow):
                icon = theme.icon("users" if "shares" in way.steps else "key")
                act = menu.addAction(icon, way.title.replace("&", "&&"))
                act.triggered.connect(lambda _checked=False, slot=way.slot: self.way_chosen.emit(slot))
            else:
                text, name = words[way]
                act = menu.addAction(theme.icon(name), text)
                act.triggered.connect(lambda _checked=False, method=way: self.method_chosen.emit(method))
        self.ways.setVisible(bool(ways) and shown)

    def show_method(self, method: str, then: str = "") -> None:
        """Say what the field takes, or take it away. ``then``: what is asked for after a password."""
        captions = {PASSWORD: _tr("Password"), RECOVERY_CODE: _tr("Recovery code"), QUICK: _tr("PIN")}
        name = captions.get(method, "")
        self.caption.setText(_tr("{first}, then {second}").format(first=name, second=then) if then else name)
        self.field.setAccessibleName(self.caption.text())
        code = method == RECOVERY_CODE
        self.field.setPlaceholderText(_tr("The groups on your recovery sheet") if code else "")
        self.typed.setVisible(bool(method))
        self.unlock.setVisible(bool(method))
        self.keyboard.setVisible(bool(method))

    def set_tight(self, *, asked: bool) -> None:
        """The screen is too low for everything: leave out what says nothing, and the field while a row ``asked``."""
        self._mark.hide()
        self.typed.setVisible(bool(self.caption.text()) and not asked)

    def show_what_happened(self, state: UnlockState) -> None:
        """Who has the vault open, what was mended, what is new; nothing where there is nothing."""
        if state.holder:
            title = _tr("{holder} has this vault open").format(holder=state.holder)
            banner = self._show_banner("wait", title, _tr("Only one program at a time may change a vault."))
            banner.add_button(_tr("Ask it to lock"), self.ask_holder_to_lock.emit)
        elif state.note or state.news:
            self._show_banner("info", *(state.news or (_tr("Something was mended"), state.note)))
        else:
            self._hide_banner()

    def _show_banner(self, kind: str, title: str, text: str) -> "Banner":
        from kvault_gui.gui.widgets.panels import Banner  # noqa: PLC0415 not needed for the first paint

        self._hide_banner()
        self._banner = Banner(kind, title, text)
        self.banner_slot.addSpacing(theme.px(12))
        self.banner_slot.addWidget(self._banner)
        return self._banner

    def _hide_banner(self) -> None:
        while self.banner_slot.count():
            self.banner_slot.takeAt(0)
        if self._banner is not None:
            self._banner.hide()
            self._banner.deleteLater()
            self._banner = None

    def make_rows(self) -> "WayRows":
        """The room for ways in that are not typed."""
        from .unlock_rows import WayRows  # noqa: PLC0415 not needed for the first paint

        rows = WayRows()
        self.rows_slot.addWidget(rows)
        return rows

    def begin_progress(self, on_cancel: "SignalInstance") -> "ProgressPanel":
        """Show after 300 ms that a key is computed, with Cancel."""
        from kvault_gui.gui.widgets.panels import ProgressPanel  # noqa: PLC0415 not needed for the first paint

        if self._progress is None:
            self._progress = ProgressPanel()
            self._progress.cancelled.connect(on_cancel)
            self.progress_slot.addSpacing(theme.px(12))
            self.progress_slot.addWidget(self._progress)
        self._progress.begin(_tr("Computing the key"), _tr("This is slow on purpose, also for a thief."))
        return self._progress

    def end_progress(self) -> None:
        """It is computed, or is no longer wanted."""
        if self._progress is not None:
            self._progress.finish()
