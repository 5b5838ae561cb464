"""What else an open vault has: the Audit pane, import and export, settings. Each is put on the window here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from kvault_gui import __version__
from kvault_gui.desktop import autostart
from kvault_gui.engine.errors import KvaultError
from kvault_gui.gui.ask import Ask, asked_over
from kvault_gui.gui.dialogs.about import AboutDialog
from kvault_gui.gui.dialogs.export_dialog import ExportDialog
from kvault_gui.gui.dialogs.import_dialog import ImportDialog
from kvault_gui.gui.dialogs.settings import SettingsDialog
from kvault_gui.gui.panes.audit import AuditPane
from kvault_gui.gui.tasks import Tasks
from kvault_gui.gui.theme import Scheme
from kvault_gui.gui.widgets.tab_order import follow_layout
from kvault_gui.gui.widgets.vault_button import VaultButton

if TYPE_CHECKING:
    from pathlib import Path

    from .quickly import Quickly
    from .session import Session


def wire(session: Session) -> None:
    """Put panes on the rail and dialogs behind the menu of ``session.window``."""
    pane = _audit(session)
    window = session.window
    follow_layout(window)
    pane.follow_eyes()
    window.import_wanted.connect(lambda: window.tasks.start(_import(session, None), "import"))
    session.import_file.connect(lambda path: window.tasks.start(_import(session, path), "import"))
    window.export_wanted.connect(lambda: window.tasks.start(_export(session), "export"))
    window.ways_wanted.connect(lambda: window.tasks.start(_ways(session), "ways"))
    session.add_way.connect(lambda: window.tasks.start(_ways(session, add=True), "ways"))
    window.settings_wanted.connect(lambda: window.tasks.start(_settings(session, pane), "settings"))
    window.about_wanted.connect(lambda: window.tasks.start(_about(session), "about"))


def _audit(session: Session) -> AuditPane:
    window = session.window
    header = VaultButton("", "")
    header.setMenu(window.vault_button.menu())
    pane = AuditPane(session.client.audit, window.ask, window.show_error, header)
    window.add_pane("audit", "list-checks", QCoreApplication.translate("Session", "Audit"), pane)
    button = window.rail.buttons["audit"]
    pane.broken.connect(lambda broken: button.set_badge(1 if broken else 0, broken=True))
    pane.copied.connect(window.copy)
    pane.exporting.connect(
        lambda what, done, total: (
            window.status.show_job(what, done, total, can_cancel=True) if what else window.status.end_job()
        )
    )
    window.cancel_wanted.connect(pane.cancel_export)
    session.recorded.connect(pane.on_recorded)
    pane.list.set_density(compact=session.wishes().compact)
    return pane


async def _import(session: Session, path: Path | None) -> None:
    window = session.window
    paths = window.secrets.sidebar.rows.paths()
    await window.ask.run(ImportDialog(session.client.formats, paths, path, native_files=window.ask.native_files))


async def _export(session: Session) -> None:
    window, prompter = session.window, session.application.prompter
    client = session.client
    dialog = ExportDialog(client.formats, client.tools, session.name, native_files=window.ask.native_files)
    with asked_over(prompter, dialog.ask):
        await window.ask.run(dialog)


async def _ways(session: Session, *, add: bool = False) -> None:
    """The ways into the vault; ``add`` begins with one more."""
    from kvault_gui.gui.dialogs.ways import WaysCalls, WaysDialog  # noqa: PLC0415 as late as it is wanted

    window, client, prompter = session.window, session.client, session.application.prompter
    what = QCoreApplication.translate("Session", "Recovery code")
    calls = WaysCalls(
        client.slots,
        client.tokens,
        client.tools,
        prompter,
        session.path,
        session.name,
        lambda secret: window.copy(secret, what),
    )
    dialog = WaysDialog(calls, native_files=window.ask.native_files, begin_with_add=add)
    session.plugged.connect(dialog.on_plugged)
    with asked_over(prompter, dialog.ask):
        await window.ask.run(dialog)


async def _settings(session: Session, pane: AuditPane) -> None:
    application, window = session.application, session.window
    dialog = SettingsDialog(
        application.settings,
        application.watch.missing,
        has_tray=application.tray.is_there,
        starts_at_login=autostart.is_enabled(),
    )
    dialog.changed.connect(lambda name: _put_in_force(session, pane, name))
    quickly, over = session.quickly, Ask(dialog, native_files=window.ask.native_files)
    tasks = Tasks(dialog, window.show_error)
    dialog.quick_wanted.connect(lambda: tasks.start(quickly.set_up(dialog, over), "quick"))
    dialog.quick_unwanted.connect(lambda: tasks.start(quickly.forget(dialog), "quick"))
    tasks.start(_show_quick(quickly, dialog), "quick")
    try:
        await window.ask.run(dialog)
    finally:
        tasks.close()


async def _show_quick(quickly: Quickly, dialog: SettingsDialog) -> None:
    dialog.set_quick(await quickly.look())


def _put_in_force(session: Session, pane: AuditPane, name: str) -> None:
    """Make one changed setting count now, and keep all of them."""
    application, settings = session.application, session.application.settings
    try:
        if name == "theme":
            application.theme.set_scheme(Scheme(settings.theme.value))
        elif name == "start_at_login":
            (autostart.enable if settings.start_at_login else autostart.disable)()
        elif name == "lock_on_removal":
            application.look_at_tokens()
        elif name.startswith(("auto_lock", "lock_on")):
            application.watch.settings_changed()
        else:
            session.window.take_wishes(session.wishes())
            pane.list.set_density(compact=session.wishes().compact)
        application.settings_file.save()
    except KvaultError as error:
        application.show_error(error)


async def _about(session: Session) -> None:
    window = session.window
    await window.ask.run(AboutDialog(session.client.tools, __version__, window.show_error))
