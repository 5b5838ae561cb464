"""What else an open vault has: the Audit pane, import and export, settings. Each is put on the window here.

What this function does not connect is not offered: no dead button stands in the window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from kvault_gui.gui.dialogs.import_dialog import ImportDialog
from kvault_gui.gui.panes.audit import AuditPane
from kvault_gui.gui.widgets.vault_button import VaultButton

if TYPE_CHECKING:
    from pathlib import Path

    from .session import Session

OFFERS = ("import", "export", "settings")


def wire(session: Session) -> None:
    """Put panes on the rail and dialogs behind the menu of ``session.window``."""
    _audit(session)
    window = session.window
    window.import_wanted.connect(lambda: window.tasks.start(_import(session, None), "import"))
    session.import_file.connect(lambda path: window.tasks.start(_import(session, path), "import"))
    there = {"import"}
    for name in OFFERS:
        session.window.offer(name, possible=name in there)


def _audit(session: Session) -> None:
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


async def _import(session: Session, path: Path | None) -> None:
    window = session.window
    paths = window.secrets.sidebar.rows.paths()
    await window.ask.run(ImportDialog(session.client.formats, paths, path, native_files=window.ask.native_files))
