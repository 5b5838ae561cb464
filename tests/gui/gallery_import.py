"""Import and export in the gallery, each in its states, over a real engine."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from kvault_gui.gui.dialogs.import_dialog import ImportDialog
from tests.gui.audit_stage import AuditStage
from tests.gui.gallery import screen
from tests.gui.stage import until
from tests.shared import shared

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    Size = tuple[int, int]

CSV = (
    "name,url,username,password,note,colour\n"
    "GitHub,https://github.com/login,octocat,secret-1,,blue\n"
    "Mail,https://mail.example.org,user@example.org,secret-2,second factor on the phone,\n"
    "Debit card,,•••• 4417,secret-3,,red\n"
    "A very long name that does not fit into its column at all,https://example.org,someone.with.a.long@example.org,x,,\n"
)


def csv_file(folder: Path) -> Path:
    path = folder / "passwords.csv"
    path.write_text(CSV)
    return path


@asynccontextmanager
async def _open(folder: Path, size: Size) -> AsyncIterator[tuple[AuditStage, ImportDialog]]:
    async with AuditStage(folder, size=size) as stage:
        stage.window.import_wanted.emit()
        await until(lambda: isinstance(stage.window.ask.current, ImportDialog), "no import dialog")
        dialog = stage.window.ask.current
        assert isinstance(dialog, ImportDialog)
        yield stage, dialog


async def _press(dialog: ImportDialog) -> None:
    dialog.action.click()
    await until(lambda: not dialog.is_working(), "the work never ended")


@screen("import-file")
@asynccontextmanager
async def import_file(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with _open(folder, size) as (_stage, dialog):
        yield dialog


@screen("import-wrong-password")
@asynccontextmanager
async def import_wrong_password(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with _open(folder, size) as (_stage, dialog):
        dialog.source_page.set_path(str(shared("vectors/vault-kdbx-pykeepass/test4.kdbx")))
        dialog.source_page.password.set_secret(bytearray(b"wrong"))
        await _press(dialog)
        yield dialog


@screen("import-unknown")
@asynccontextmanager
async def import_unknown(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with _open(folder, size) as (_stage, dialog):
        other = folder / "export.json"
        other.write_text('{"encrypted": false, "items": [{"login": {}}]}')
        dialog.source_page.set_path(str(other))
        await _press(dialog)
        yield dialog


@screen("import-preview-csv")
@asynccontextmanager
async def import_preview_csv(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with _open(folder, size) as (_stage, dialog):
        dialog.source_page.set_path(str(csv_file(folder)))
        await _press(dialog)
        yield dialog


@screen("import-preview-kdbx")
@asynccontextmanager
async def import_preview_kdbx(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with _open(folder, size) as (_stage, dialog):
        await _kdbx(dialog)
        yield dialog


async def _kdbx(dialog: ImportDialog) -> None:
    dialog.source_page.set_path(str(shared("vectors/vault-kdbx-pykeepass/test4.kdbx")))
    dialog.source_page.password.set_secret(bytearray(b"password"))
    dialog.source_page.key_file.setText(str(shared("vectors/vault-kdbx-pykeepass/test4.key")))
    await _press(dialog)


@screen("import-running")
@asynccontextmanager
async def import_running(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with _open(folder, size) as (_stage, dialog):
        await _kdbx(dialog)
        dialog.begin_work("Importing", "Cancel takes back what was stored.")
        dialog.progress.advance(310, 1_000)
        dialog.progress.show()
        yield dialog


@screen("import-done")
@asynccontextmanager
async def import_done(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with _open(folder, size) as (_stage, dialog):
        await _kdbx(dialog)
        await _press(dialog)
        yield dialog
