"""The client on the loop that the window uses: asyncio on Qt through qasync."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

import pytest
import qasync

from kvault_gui.engine import api
from kvault_gui.engine.errors import EngineGoneError
from tests.runtime.border import border

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from PySide6.QtWidgets import QApplication

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # no window is shown here


def run(application: QApplication, work: Coroutine[Any, Any, None]) -> None:
    with qasync.QEventLoop(application) as loop:
        loop.run_until_complete(work)


def test_calls_jobs_and_large_values_work_on_the_windows_loop(qapp: QApplication) -> None:
    async def work() -> None:
        seen: list[api.Progress] = []
        async with border() as made:
            job = asyncio.create_task(made.client.formats.undo("20", on_progress=seen.append))
            value = api.Secret(bytearray(os.urandom(8 << 20)))
            field = api.FieldInput("file", api.FieldType.FILE, protected=True, value=value)
            number = await made.client.secrets.create(api.EntryInput(api.Kind.NOTE, "t", "", [field]))
            assert await made.client.secrets.reveal(number, "file", api.Use.SHOW) == value
            assert await job == len(seen) == 20

    run(qapp, work())


def test_a_killed_engine_is_noticed_on_the_windows_loop(qapp: QApplication) -> None:
    async def work() -> None:
        async with border() as made:
            call = asyncio.create_task(made.client.tools.selftest())
            await asyncio.sleep(0)
            os.kill(made.client.pid, signal.SIGKILL)
            with pytest.raises(EngineGoneError):
                await call
            await asyncio.wait_for(made.gone.wait(), 2)

    run(qapp, work())
