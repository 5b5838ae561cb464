"""Export, settings and About in the gallery, over a real engine."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from kvault_gui.engine.api import SourceFormat
from kvault_gui.gui.dialogs.about import AboutDialog
from kvault_gui.gui.dialogs.export_dialog import ExportDialog
from kvault_gui.gui.dialogs.settings import SettingsDialog
from tests.gui.audit_stage import AuditStage
from tests.gui.gallery import screen
from tests.gui.inprocess import PASSWORD
from tests.gui.stage import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from PySide6.QtWidgets import QDialog, QWidget

    Size = tuple[int, int]
    Dialog = TypeVar("Dialog", bound=QDialog)


@asynccontextmanager
async def opened(folder: Path, size: Size, wish: str, kind: type[Dialog]) -> AsyncIterator[tuple[AuditStage, Dialog]]:
    """The window with a dialog over it that was asked for by the signal ``wish``."""
    async with AuditStage(folder, size=size) as stage:
        getattr(stage.window, wish).emit()
        await until(lambda: isinstance(stage.window.ask.current, kind), "no dialog")
        dialog: Any = stage.window.ask.current
        yield stage, dialog


@screen("export-kdbx")
@asynccontextmanager
async def export_kdbx(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with opened(folder, size, "export_wanted", ExportDialog) as (_stage, dialog):
        dialog.form_page.first.set_secret(bytearray(b"varnish otter plinth"))
        dialog.form_page.second.set_secret(bytearray(b"varnish otter"))
        dialog.form_page.agree()
        await until(lambda: dialog.form_page.strength.filled, "not judged")
        yield dialog


@screen("export-csv")
@asynccontextmanager
async def export_csv(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with opened(folder, size, "export_wanted", ExportDialog) as (_stage, dialog):
        dialog.form_page.choose(SourceFormat.CSV)
        yield dialog


@screen("export-done")
@asynccontextmanager
async def export_done(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with opened(folder, size, "export_wanted", ExportDialog) as (stage, dialog):
        stage.engine.script.answers.append(PASSWORD)
        dialog.form_page.choose(SourceFormat.CSV)
        dialog.form_page.file.setText(str(folder / "everything.csv"))
        dialog.action.click()
        await until(lambda: not dialog.is_working(), "the work never ended")
        yield dialog


@screen("settings")
@asynccontextmanager
async def settings(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with opened(folder, size, "settings_wanted", SettingsDialog) as (_stage, dialog):
        yield dialog


@screen("about")
@asynccontextmanager
async def about(folder: Path, size: Size) -> AsyncIterator[QWidget]:
    async with opened(folder, size, "about_wanted", AboutDialog) as (_stage, dialog):
        dialog.test.click()
        await until(lambda: dialog.results, "no results")
        await until(lambda: not dialog.tasks.is_running("test"), "it never ended")
        yield dialog
