"""The main window: the rail, the panes, the bar at the foot. It builds and connects; it decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QByteArray, QEvent, QSettings, QSize, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from kvault_gui.engine.errors import EngineGoneError, LockedError
from kvault_gui.gui import theme
from kvault_gui.gui.ask import Ask
from kvault_gui.gui.dialogs.entry import EntryDialog
from kvault_gui.gui.panes.secrets import SecretsPane
from kvault_gui.gui.tasks import Tasks
from kvault_gui.gui.widgets.rail import Rail
from kvault_gui.gui.widgets.status_bar import StatusBar
from kvault_gui.gui.widgets.tab_order import follow_layout
from kvault_gui.gui.widgets.vault_button import VaultButton

if TYPE_CHECKING:
    from kvault_gui.desktop.clipboard import Clipboard
    from kvault_gui.engine.api import Secret
    from kvault_gui.engine.errors import KvaultError
    from kvault_gui.gui.panes.secrets.acts import Parts

SMALLEST = QSize(480, 420)  # px at a 13 px font
USUAL = QSize(1280, 800)


class Vault(NamedTuple):
    """What the window says of the open vault."""

    name: str
    state: str  # "Unlocked, password"


class Wishes(NamedTuple):
    """How values are handled, from the settings."""

    clipboard_seconds: int = 20
    hide_seconds: int = 30
    compact: bool = False


class MainWindow(QWidget):
    """Panes are built by it and told nothing of it; what they want comes back by signals.

    Args:
        parts: the engine's parts for the Secrets pane.
        clipboard: takes what is copied.
        vault: what stands over the sidebar.
        wishes: how values are handled.
    """

    lock_wanted = Signal()
    quit_wanted = Signal()
    close_wanted = Signal()  # the person closed the window
    settings_wanted = Signal()
    ways_wanted = Signal()
    import_wanted = Signal()
    export_wanted = Signal()
    new_vault_wanted = Signal()
    open_vault_wanted = Signal()
    about_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(
        self,
        parts: Parts,
        clipboard: Clipboard,
        vault: Vault,
        wishes: Wishes,
        *,
        native_files: bool = True,
    ) -> None:
        super().__init__()
        self.setObjectName("main-window")
        self.setWindowTitle("kvault")  # never a name from the vault: titles are seen in task lists and logs
        self._clipboard, self._wishes = clipboard, wishes
        self.ask = Ask(self, native_files=native_files)
        self.tasks = Tasks(self, self.show_error)
        self._last_tasks = Tasks(self, lambda _error: None)  # what still runs while the vault locks
        self._drafts = parts.drafts
        self._keys: list[str] = []
        self._counts: dict[str, str] = {}
        self.vault_button = VaultButton(vault.name, vault.state)
        self.secrets = SecretsPane(parts, self.ask, self.show_error, self.vault_button)
        self.rail = Rail()
        self.panes = QStackedWidget()
        self.status = StatusBar()
        self._actions: dict[str, QAction] = {}
        self._lay_out()
        self._make_actions()
        self.vault_button.setMenu(self._application_menu())
        self.add_pane("secrets", "lock", self.tr("Secrets"), self.secrets)
        self._connect()
        self.take_wishes(wishes)
        self.setMinimumSize(theme.px(SMALLEST.width()), theme.px(SMALLEST.height()))

    def _lay_out(self) -> None:
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.panes, 1)
        right.addWidget(self.status)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.rail)
        layout.addLayout(right, 1)

    def _make_actions(self) -> None:
        for name, text, keys, icon, signal in (
            ("new-vault", self.tr("New vault…"), "Ctrl+Shift+N", "safe", self.new_vault_wanted),
            ("open-vault", self.tr("Open vault…"), "Ctrl+O", "folder-open", self.open_vault_wanted),
            ("import", self.tr("Import…"), "Ctrl+I", "import", self.import_wanted),
            ("export", self.tr("Export…"), "Ctrl+Shift+E", "export", self.export_wanted),
            ("lock", self.tr("Lock"), "Ctrl+L", "lock", self.lock_wanted),
            ("ways", self.tr("Ways in…"), "Ctrl+Shift+K", "lock-key", self.ways_wanted),
            ("settings", self.tr("Settings…"), "Ctrl+,", "gear", self.settings_wanted),
            ("about", self.tr("About kvault"), "", "info", self.about_wanted),
            ("quit", self.tr("Quit"), "Ctrl+Q", "power", self.quit_wanted),
        ):
            action = QAction(theme.icon(icon), text, self)
            action.setObjectName(f"action-{name}")
            if keys:
                action.setShortcut(QKeySequence(keys))
            action.triggered.connect(lambda _on, signal=signal: signal.emit())
            self.addAction(action)
            self._actions[name] = action
        minimise = QAction(self)
        minimise.setShortcut(QKeySequence("Ctrl+M"))
        minimise.triggered.connect(self.showMinimized)
        close = QAction(self)
        close.setShortcut(QKeySequence("Ctrl+W"))
        close.triggered.connect(self.close)
        for action in (minimise, close):
            self.addAction(action)

    def _application_menu(self) -> QMenu:
        menu = QMenu(self)
        for name in (
            "new-vault",
            "open-vault",
            "",
            "import",
            "export",
            "",
            "lock",
            "",
            "ways",
            "settings",
            "about",
            "",
            "quit",
        ):
            if name:
                menu.addAction(self._actions[name])
            else:
                menu.addSeparator()
        return menu

    def _connect(self) -> None:
        self.rail.chosen.connect(self.show_pane)
        self.rail.lock_wanted.connect(self.lock_wanted)
        self.rail.settings_wanted.connect(self.settings_wanted)
        self.secrets.copied.connect(self.copy)
        self.secrets.import_wanted.connect(self.import_wanted)
        self.status.clear_wanted.connect(self._clipboard.clear_now)
        self.status.cancel_wanted.connect(self.cancel_wanted)
        self._clipboard.ticked.connect(self.status.clipboard_ticks)
        self._clipboard.cleared.connect(self.status.clipboard_empty)

    # Panes ------------------------------------------------------------------------------------------------------------

    def add_pane(self, key: str, icon: str, text: str, pane: QWidget) -> None:
        """Put a pane on the rail; Ctrl+1, Ctrl+2, … lead to them."""
        self.rail.add_pane(key, icon, text)
        self.panes.addWidget(pane)
        self._keys.append(key)
        counted = getattr(pane, "counted", None)
        if counted is not None:
            counted.connect(lambda text: self._take_counts(key, text))
        jump = QAction(self)
        jump.setShortcut(QKeySequence(f"Ctrl+{len(self._keys)}"))
        jump.triggered.connect(lambda: self.show_pane(key))
        self.addAction(jump)
        follow_layout(self)
        if len(self._keys) == 1:
            self.show_pane(key)

    def show_pane(self, key: str) -> None:
        """Bring a pane to the front."""
        self.panes.setCurrentIndex(self._keys.index(key))
        self.rail.show_pane(key)
        self.status.say_counts(self._counts.get(key, ""))

    def _take_counts(self, key: str, text: str) -> None:
        """What a pane counts is said while it is in front."""
        self._counts[key] = text
        if self._keys[self.panes.currentIndex()] == key:
            self.status.say_counts(text)

    def offer(self, name: str, *, possible: bool) -> None:
        """Show or hide an act of the application menu: what this build cannot do is not offered."""
        self._actions[name].setVisible(possible)
        self._actions[name].setEnabled(possible)
        if name == "settings":
            self.rail.settings.setVisible(possible)
        if name == "import":
            self.secrets.offer_import(possible=possible)

    def show_error(self, error: KvaultError) -> None:
        """Say what went wrong; what ended with the vault needs no words, the unlock dialog is there."""
        if not isinstance(error, LockedError | EngineGoneError):
            self.tasks.start(self.ask.error(error), "error", "queue")

    def close_down(self) -> None:
        """The vault locks: what is shown goes first, nothing is asked any more.

        A form that is open keeps what was typed until now; a hidden one asks nothing when it is closed.
        """
        self.hide()
        for dialog in self.findChildren(QDialog):
            draft = dialog.draft() if isinstance(dialog, EntryDialog) else None
            if draft is not None:
                self._last_tasks.start(self._drafts.save(draft), "draft", "queue")
            dialog.hide()
        self.ask.close_all()
        self.tasks.close()
        for number in range(self.panes.count()):
            tasks = getattr(self.panes.widget(number), "tasks", None)
            if isinstance(tasks, Tasks):
                tasks.close()
        self.secrets.detail.hide_all()

    # Values -----------------------------------------------------------------------------------------------------------

    def copy(self, secret: Secret, what: str) -> None:
        """Put a value on the clipboard for a while, and say so."""
        seconds = self._wishes.clipboard_seconds
        self._clipboard.copy(secret, seconds)
        secret.wipe()
        self.status.clipboard_holds(what)
        if seconds:
            self.status.clipboard_ticks(seconds, seconds)
        else:
            self.secrets.say("clipboard", self.tr("{what} is on the clipboard").format(what=what), undo=False)

    def take_wishes(self, wishes: Wishes) -> None:
        """Use other settings from now on."""
        self._wishes = wishes
        self.secrets.hide_seconds = wishes.hide_seconds
        self.secrets.list.set_density(compact=wishes.compact)

    # The window -------------------------------------------------------------------------------------------------------

    def come_forward(self) -> None:
        """Show it, whatever state it is in, in front."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def remember(self, store: QSettings) -> None:
        """Keep size and place for the next start."""
        store.setValue("window/geometry", self.saveGeometry())
        store.setValue("secrets/columns", self.secrets.splitter.saveState())
        store.sync()

    def restore(self, store: QSettings) -> None:
        """Take size and place of the last time, on a screen that is there."""
        geometry, columns = store.value("window/geometry"), store.value("secrets/columns")
        if not (isinstance(geometry, QByteArray) and self.restoreGeometry(geometry)):
            self.resize(self._usual())
        if isinstance(columns, QByteArray):
            self.secrets.splitter.restoreState(columns)

    def _usual(self) -> QSize:
        wanted = QSize(theme.px(USUAL.width()), theme.px(USUAL.height()))
        screen = QApplication.primaryScreen()
        return wanted.boundedTo(screen.availableSize())

    def closeEvent(self, event: QCloseEvent) -> None:
        """What closing means is decided by the application."""
        event.ignore()
        self.close_wanted.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Values are hidden when the window goes away."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange and self.isMinimized():
            self.secrets.detail.hide_all()
