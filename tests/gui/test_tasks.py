"""Starting coroutines and turning their errors into words."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from kvault_gui.engine.errors import CancelledError, InternalError, KvaultError, LockedError
from kvault_gui.gui.tasks import Tasks


class Desk:
    """Tasks with their owner, and the errors they showed."""

    def __init__(self) -> None:
        self.owner = QObject()
        self.shown: list[KvaultError] = []
        self.tasks = Tasks(self.owner, self.shown.append)
        self.log: list[str] = []

    async def work(self, name: str, gate: asyncio.Event) -> None:
        self.log.append(f"{name} begins")
        try:
            await gate.wait()
            self.log.append(f"{name} ends")
        except asyncio.CancelledError:
            self.log.append(f"{name} is cancelled")
            raise


def run(work: Coroutine[Any, Any, None], qapp: QApplication) -> None:
    assert qapp is not None
    asyncio.run(work)


def test_a_second_task_of_a_name_is_ignored(qapp: QApplication) -> None:
    async def go() -> None:
        desk, gate = Desk(), asyncio.Event()
        first = desk.tasks.start(desk.work("one", gate), "job")
        assert desk.tasks.start(desk.work("two", gate), "job") is None
        gate.set()
        assert first is not None
        await first
        assert desk.log == ["one begins", "one ends"]

    run(go(), qapp)


def test_a_second_task_replaces_the_first(qapp: QApplication) -> None:
    async def go() -> None:
        desk, gate = Desk(), asyncio.Event()
        desk.tasks.start(desk.work("one", gate), "job")
        await asyncio.sleep(0)
        second = desk.tasks.start(desk.work("two", gate), "job", "replace")
        gate.set()
        assert second is not None
        await second
        assert desk.log == ["one begins", "one is cancelled", "two begins", "two ends"]
        assert desk.shown == []

    run(go(), qapp)


def test_queued_tasks_run_one_after_the_other(qapp: QApplication) -> None:
    async def go() -> None:
        desk, gate = Desk(), asyncio.Event()
        tasks = [desk.tasks.start(desk.work(name, gate), "job", "queue") for name in ("one", "two", "three")]
        await asyncio.sleep(0)
        assert desk.log == ["one begins"]
        gate.set()
        await asyncio.gather(*(task for task in tasks if task is not None))
        assert desk.log == ["one begins", "one ends", "two begins", "two ends", "three begins", "three ends"]
        assert not desk.tasks.is_running("job")

    run(go(), qapp)


def test_a_lock_cancels_everything_silently(qapp: QApplication) -> None:
    async def go() -> None:
        desk, gate = Desk(), asyncio.Event()
        running = desk.tasks.start(desk.work("one", gate), "job")
        waiting = desk.tasks.start(desk.work("two", gate), "job", "queue")
        await asyncio.sleep(0)
        desk.tasks.cancel_all()
        assert running is not None
        assert waiting is not None
        await asyncio.wait([running, waiting])
        assert desk.log == ["one begins", "one is cancelled"]
        assert desk.shown == []

    run(go(), qapp)


def test_tasks_end_with_their_owner(qapp: QApplication) -> None:
    async def go() -> None:
        desk, gate = Desk(), asyncio.Event()
        task = desk.tasks.start(desk.work("one", gate), "job")
        await asyncio.sleep(0)
        import shiboken6  # noqa: PLC0415

        shiboken6.delete(desk.owner)
        assert task is not None
        await asyncio.wait([task])
        assert task.cancelled()
        assert desk.tasks.start(desk.work("two", gate), "other") is None

    run(go(), qapp)


@pytest.mark.parametrize(
    ("problem", "code"),
    [(LockedError(), "locked"), (ValueError("the password is hunter2"), "internal"), (CancelledError(), None)],
)
def test_an_error_is_shown_once_and_a_fault_without_its_text(
    problem: Exception, code: str | None, qapp: QApplication
) -> None:
    async def fail() -> None:
        raise problem

    async def go() -> None:
        desk = Desk()
        task = desk.tasks.start(fail(), "job")
        assert task is not None
        await asyncio.wait([task])
        await asyncio.sleep(0)
        assert [error.code for error in desk.shown] == ([code] if code else [])
        if code == "internal":
            assert isinstance(desk.shown[0], InternalError)
            assert "hunter2" not in str(desk.shown[0])

    run(go(), qapp)
