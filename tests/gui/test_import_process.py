"""Import, log and undo through the engine's own process, as the application has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtTest import QTest

from kvault_gui.engine.api import AuditFilter, Secret, View
from kvault_gui.engine.errors import CancelledError
from kvault_gui.gui.dialogs.import_dialog import PREVIEW, RESULT, ImportDialog
from kvault_gui.runtime.client import EngineClient
from kvault_gui.runtime.spawn import spawn
from tests.gui.audit_stage import run
from tests.gui.gallery_import import csv_file
from tests.gui.inprocess import PASSWORD
from tests.gui.stage import until

if TYPE_CHECKING:
    from pathlib import Path

    from kvault_gui.engine.api import Question

pytestmark = pytest.mark.usefixtures("look")


class Nobody:
    async def ask(self, _question: Question) -> Secret:
        raise CancelledError


async def rested(dialog: ImportDialog) -> None:
    await until(lambda: not dialog.is_working() and not dialog.tasks.is_running("count"), "it never ended")


def test_a_cancelled_import_leaves_nothing_and_a_whole_one_is_undone(tmp_path: Path) -> None:
    async def play() -> None:
        client = await EngineClient.attach(spawn("window"), Nobody(), lambda _event: None)
        try:
            await client.vaults.create(str(tmp_path / "vault"), Secret.of(PASSWORD))
            big = tmp_path / "big.csv"
            rows = "".join(f"entry {number},user,pass{number}\n" for number in range(4_000))
            big.write_text("title,username,password\n" + rows)
            dialog = ImportDialog(client.formats, source=big, native_files=False)
            dialog.show()
            dialog.action.click()
            await until(lambda: dialog.page == PREVIEW, "no preview")
            await rested(dialog)
            dialog.action.click()
            bar = dialog.progress._bar
            await until(lambda: bar.value() > 0, "it never began")
            dialog.reject()
            await rested(dialog)
            assert dialog.page == PREVIEW
            assert await client.secrets.count(View()) == 0
            dialog.back.click()
            dialog.source_page.file.clear()
            QTest.keyClicks(dialog.source_page.file, str(csv_file(tmp_path)))
            dialog.action.click()
            await until(lambda: dialog.page == PREVIEW, "no preview")
            await rested(dialog)
            dialog.action.click()
            await until(lambda: dialog.page == RESULT, "not imported")
            assert await client.secrets.count(View()) == 4
            await rested(dialog)
            dialog.undo.click()
            await rested(dialog)
            assert await client.secrets.count(View()) == 0
            newest = await client.audit.page(AuditFilter(), None, 1)
            assert newest[0].action == "import.undone"
            dialog.reject()
            dialog.deleteLater()
        finally:
            await client.close()

    run(play())
