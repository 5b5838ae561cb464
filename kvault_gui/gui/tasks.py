"""The only place that starts coroutines of the window.

Every task has a name and an owner. It ends with its owner, or at a lock; an error that it raises is shown once, in
words; a fault of kvault itself is shown without the text of the exception, which could hold a secret.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Literal, TypeVar

from PySide6.QtCore import QObject

from kvault_gui.engine.errors import CancelledError, InternalError, KvaultError

Policy = Literal["ignore", "replace", "queue"]
T = TypeVar("T")


def triage(problem: BaseException) -> KvaultError | None:
    """What to tell the person about an exception; None: nothing, it was cancelled."""
    if isinstance(problem, CancelledError | asyncio.CancelledError):
        return None
    if isinstance(problem, KvaultError):
        return problem
    return InternalError(kind=type(problem).__name__)


def _loop_runs() -> bool:
    """False when the application ends: a timer may still fire after its loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class Tasks:
    """The running tasks of one owner.

    Args:
        owner: the object with which the tasks end.
        show_error: called with each error that a task raises, never with a cancellation.
    """

    def __init__(self, owner: QObject, show_error: Callable[[KvaultError], object]) -> None:
        self._running: dict[str, asyncio.Task[Any]] = {}
        self._waiting: dict[str, list[asyncio.Task[Any]]] = {}
        self._show_error = show_error
        self._ended = False
        owner.destroyed.connect(self.close)

    def start(self, work: Coroutine[Any, Any, T], name: str, policy: Policy = "ignore") -> asyncio.Task[T] | None:
        """Start ``work``; returns its task, or None if it was not started.

        Args:
            work: the coroutine.
            name: tasks of one name exclude each other.
            policy: what happens while another of that name runs: "ignore" drops the new one, "replace" cancels the
                old one, "queue" runs the new one afterwards.
        """
        before = self._running.get(name)
        busy = before is not None and not before.done()
        if self._ended or not _loop_runs() or (busy and policy == "ignore"):
            work.close()
            return None
        if before is not None and busy and policy == "replace":
            before.cancel()
        if before is not None and busy and policy == "queue":
            task = asyncio.ensure_future(self._after(before, work))
        else:
            task = asyncio.ensure_future(work)
        task.set_name(name)
        self._running[name] = task
        self._waiting.setdefault(name, []).append(task)
        task.add_done_callback(self._finished)
        return task

    def is_running(self, name: str) -> bool:
        """Whether a task of that name runs or waits."""
        return bool(self._waiting.get(name))

    def cancel(self, name: str) -> None:
        """Cancel the tasks of that name."""
        for task in list(self._waiting.get(name, ())):
            task.cancel()

    def cancel_all(self) -> None:
        """Cancel every task: at a lock."""
        for name in list(self._waiting):
            self.cancel(name)

    def close(self) -> None:
        """Cancel every task and start no other."""
        self._ended = True
        self.cancel_all()

    @staticmethod
    async def _after(before: asyncio.Task[Any], work: Coroutine[Any, Any, T]) -> T:
        try:
            await asyncio.wait([before])
        except asyncio.CancelledError:
            work.close()
            raise
        return await work

    def _finished(self, task: asyncio.Task[Any]) -> None:
        name = task.get_name()
        of_name = self._waiting.get(name, [])
        of_name.remove(task)
        if not of_name:
            self._waiting.pop(name, None)
            self._running.pop(name, None)
        problem = None if task.cancelled() else task.exception()
        if problem is None:
            return
        error = triage(problem)
        if error is not None and not self._ended:
            self._show_error(error)
