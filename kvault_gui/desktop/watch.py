"""When the person leaves: one interface over what the operating system tells.

``make_watch(settings)`` puts together what works on this desktop; the window knows nothing of D-Bus or X11.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import os
import sys
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .settings import Settings

RECHECK = 60.0  # seconds until a meter that could not answer is asked again


class Reason(enum.StrEnum):
    """Why the vault should lock."""

    IDLE = "idle"
    SUSPEND = "suspend"
    SCREEN_LOCK = "screen-lock"
    USER_SWITCH = "user-switch"


class Meter(Protocol):
    """Knows how long nobody touched keyboard and mouse, in any program.

    ``caveat`` is a sentence for the person where it cannot be relied upon, else empty.
    """

    caveat: str

    async def start(self) -> bool:
        """Whether it works here."""
        ...

    async def idle_seconds(self) -> float | None:
        """Seconds without input; None when it cannot be told now."""
        ...

    async def stop(self) -> None:
        """Let go of everything. Idempotent."""
        ...


class Signals(Protocol):
    """Tells when something happens: suspend, screen lock, user switch."""

    async def start(self, tell: Callable[[Reason], None], look_again: Callable[[], None]) -> list[str]:
        """Begin; returns sentences about what does not work. ``look_again`` asks for a new look at the idle time."""
        ...

    def done(self) -> None:
        """What was told has been acted upon: let the computer sleep."""
        ...

    async def stop(self) -> None:
        """Let go of everything. Idempotent."""
        ...


class Watch:
    """Calls ``triggered`` when the vault should lock.

    Each trigger that arrives is followed by ``done()`` from the caller, whether it had something to lock or not: until
    then (at most some seconds) a suspend waits.

    Args:
        settings: read at each use, so that changes count at once (call ``settings_changed`` after changing them).
        meters: tried in order until one works.
        signals: all started.
    """

    def __init__(self, settings: Settings, meters: Sequence[Meter], signals: Sequence[Signals]) -> None:
        self.triggered: Callable[[Reason], None] = lambda _reason: None
        self.missing: list[str] = []
        self._settings = settings
        self._meters = meters
        self._meter: Meter | None = None
        self._signals = signals
        self._again = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> list[str]:
        """Begin to watch; returns sentences about what cannot be noticed on this desktop (also in ``missing``)."""
        self.missing = []
        for meter in self._meters:
            if await meter.start():
                self._meter = meter
                self.missing += [meter.caveat] if meter.caveat else []
                break
        else:
            self.missing.append("kvault cannot tell how long the computer has been idle here; lock it yourself.")
        for source in self._signals:
            self.missing += await source.start(self._tell, self._again.set)
        if self._meter is not None:
            self._task = asyncio.get_running_loop().create_task(self._watch_idle())
        return self.missing

    async def stop(self) -> None:
        """End watching. Idempotent."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        for source in self._signals:
            await source.stop()
        for meter in self._meters:
            await meter.stop()
        self._meter = None

    def done(self) -> None:
        """The caller acted upon the last trigger."""
        for source in self._signals:
            source.done()

    def settings_changed(self) -> None:
        """Look at the idle time again, with the new limit."""
        self._again.set()

    async def idle_seconds(self) -> float | None:
        """Seconds without input anywhere in the session; None when not known."""
        return None if self._meter is None else await self._meter.idle_seconds()

    def _tell(self, reason: Reason) -> None:
        wanted = {
            Reason.SUSPEND: self._settings.lock_on_suspend,
            Reason.SCREEN_LOCK: self._settings.lock_on_screen_lock,
            Reason.USER_SWITCH: self._settings.lock_on_user_switch,
            Reason.IDLE: self._settings.auto_lock_minutes > 0,
        }
        if wanted[reason]:
            self.triggered(reason)
        else:
            self.done()

    async def _watch_idle(self) -> None:
        """Sleep until the earliest moment at which the limit can be reached: no polling while somebody works."""
        while True:
            limit = self._settings.auto_lock_minutes * 60.0
            self._again.clear()
            wait: float | None = None
            if limit > 0:
                idle = await self.idle_seconds()
                if idle is None:
                    wait = min(RECHECK, limit)
                elif idle >= limit:
                    self._tell(Reason.IDLE)
                    wait = limit  # whoever comes back now is idle for the limit at the earliest then
                else:
                    wait = limit - idle
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._again.wait(), wait)


def make_watch(settings: Settings) -> Watch:
    """What works on this desktop. Imports the platform's part alone, and only now."""
    if sys.platform != "linux":
        from .null import NullSignals  # noqa: PLC0415 only where there is nothing else

        return Watch(settings, [], [NullSignals(sys.platform)])
    from .linux_dbus import Logind, LogindIdle, MutterIdle, ScreenSavers  # noqa: PLC0415 this platform alone has them
    from .linux_x11 import X11Idle  # noqa: PLC0415 as above

    logind = Logind()
    wayland = bool(os.environ.get("WAYLAND_DISPLAY"))
    # Under Wayland the X server sees only input to X programs and would call a busy person idle.
    meters: list[Meter] = [MutterIdle()] if wayland else [X11Idle(), MutterIdle()]
    return Watch(settings, [*meters, LogindIdle(logind)], [logind, ScreenSavers()])
