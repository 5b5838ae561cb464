"""Suspend, screen lock, user switch and idle hints over D-Bus: systemd-logind and the desktop's screen saver.

Sources: org.freedesktop.login1(5), systemd's "Inhibitor Locks", freedesktop's Idle Inhibition Service
(org.freedesktop.ScreenSaver), Mutter's org.gnome.Mutter.IdleMonitor.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from typing import TYPE_CHECKING, Any

from dbus_fast import AuthError, BusType, DBusError, InvalidAddressError, Message, MessageFlag, MessageType
from dbus_fast.aio import MessageBus

from .watch import Reason

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

CALL_SECONDS = 3.0
RELEASE_SECONDS = 4.0  # logind waits 5 s by default (InhibitDelayMaxSec)
RETRIES = 8  # to connect again: 1, 2, 4, ... seconds apart, then quietly no more

BUS = "org.freedesktop.DBus"
LOGIN = "org.freedesktop.login1"
MANAGER = "org.freedesktop.login1.Manager"
MANAGER_PATH = "/org/freedesktop/login1"
SESSION = "org.freedesktop.login1.Session"
PROPERTIES = "org.freedesktop.DBus.Properties"
SAVERS = (
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.cinnamon.ScreenSaver",
    "org.mate.ScreenSaver",
    "org.xfce.ScreenSaver",
)
MUTTER = "org.gnome.Mutter.IdleMonitor"
MUTTER_PATH = "/org/gnome/Mutter/IdleMonitor/Core"


async def _end_of(bus: MessageBus) -> None:
    await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]  # the library left this one out


class Link:
    """One connection to a bus. Comes back by itself when the bus restarts, and then calls ``prepare`` again.

    Args:
        kind: system or session bus; their addresses come from the usual variables.
        heard: called with each signal that a match rule asked for.
        prepare: called after each connecting, to add match rules.
    """

    def __init__(self, kind: BusType, heard: Callable[[Message], None], prepare: Callable[[], Awaitable[None]]) -> None:
        self._kind = kind
        self._heard = heard
        self._prepare = prepare
        self._bus: MessageBus | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._stopping = False

    async def start(self) -> bool:
        """Connect and prepare; False when there is no such bus. A second call changes nothing."""
        if self._keeper is not None:
            return self._bus is not None
        if not await self._connect():
            return False
        self._keeper = asyncio.get_running_loop().create_task(self._keep())
        return True

    async def _connect(self) -> bool:
        try:
            async with asyncio.timeout(CALL_SECONDS):
                # Without negotiate_unix_fd an answer that carries a descriptor never arrives.
                bus = MessageBus(bus_type=self._kind, negotiate_unix_fd=True)
                await bus.connect()
        except (OSError, EOFError, AuthError, InvalidAddressError, DBusError, TimeoutError):
            return False
        self._bus = bus
        bus.add_message_handler(self._message)
        await self._prepare()
        return True

    def _message(self, message: Message) -> None:
        if message.message_type is MessageType.SIGNAL:
            self._heard(message)

    async def _keep(self) -> None:
        while self._bus is not None:
            # Why it ended does not matter, only that it did.
            with contextlib.suppress(OSError, EOFError, DBusError):
                await _end_of(self._bus)
            self._bus = None
            for attempt in range(RETRIES):
                if self._stopping:
                    return
                await asyncio.sleep(2**attempt)
                if await self._connect():
                    break

    async def call(
        self, name: str, path: str, interface: str, member: str, signature: str = "", body: list[Any] | None = None
    ) -> Message | None:
        """Call a method; None when it fails or does not answer in time. Starts no service."""
        if self._bus is None:
            return None
        message = Message(
            destination=name,
            path=path,
            interface=interface,
            member=member,
            signature=signature,
            body=body or [],
            flags=MessageFlag.NO_AUTOSTART,
        )
        try:
            async with asyncio.timeout(CALL_SECONDS):
                reply = await self._bus.call(message)
        except (OSError, EOFError, DBusError, TimeoutError):
            return None
        return reply if reply.message_type is MessageType.METHOD_RETURN else None

    async def match(self, rule: str) -> None:
        """Ask the bus for signals."""
        await self.call(BUS, "/org/freedesktop/DBus", BUS, "AddMatch", "s", [f"type='signal',{rule}"])

    async def stop(self) -> None:
        """Disconnect. Idempotent."""
        if self._keeper is None:
            return
        keeper, self._keeper = self._keeper, None
        self._stopping = True
        if self._bus is not None:
            # The keeper ends with the connection. Cancelling it would cancel the bus's own future under its feet.
            self._bus.disconnect()
        else:
            keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper
        self._stopping = False


class Logind:
    """The person's login session: suspend with a delay lock, Lock, LockedHint, Active."""

    def __init__(self) -> None:
        self._link = Link(BusType.SYSTEM, self._heard, self._prepare)
        self._session: str | None = None
        self._inhibitor: int | None = None
        self._sleeping = False
        self._deadline: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._tell: Callable[[Reason], None] = lambda _reason: None
        self._look_again: Callable[[], None] = lambda: None

    async def connect(self) -> bool:
        """Whether logind answers and knows our session."""
        return await self._link.start() and self._session is not None

    async def start(self, tell: Callable[[Reason], None], look_again: Callable[[], None]) -> list[str]:
        """Begin to listen; see watch.Signals."""
        self._tell = tell
        self._look_again = look_again
        if not await self._link.start():
            return ["Suspend and user switch are not noticed: there is no system bus here."]
        missing = []
        if self._inhibitor is None:
            missing.append("Suspend may come before the vault is locked: systemd-logind gave no delay lock.")
        if self._session is None:
            missing.append("User switch is not noticed: systemd-logind knows no session of yours.")
        return missing

    async def idle_seconds(self) -> float | None:
        """Seconds since the desktop called the session idle; 0 while it does not."""
        if self._session is None:
            return None
        since = await self._property(self._session, "IdleSinceHint")
        hint = await self._property(self._session, "IdleHint")
        if not isinstance(hint, bool) or not isinstance(since, int):
            return None
        return max(0.0, time.time() - since / 1e6) if hint else 0.0

    def done(self) -> None:
        """Let the computer sleep, if it is about to."""
        if self._sleeping:
            self._release()

    async def stop(self) -> None:
        """Let go of the delay lock and the bus."""
        self._release()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._link.stop()

    async def _prepare(self) -> None:
        self._session = await self._find_session()
        await self._link.match(f"sender='{LOGIN}',interface='{MANAGER}',member='PrepareForSleep'")
        await self._link.match(f"sender='{BUS}',member='NameOwnerChanged',arg0='{LOGIN}'")
        if self._session is not None:
            await self._link.match(f"sender='{LOGIN}',path='{self._session}',interface='{SESSION}',member='Lock'")
            await self._link.match(f"sender='{LOGIN}',path='{self._session}',interface='{PROPERTIES}'")
        await self._inhibit()

    async def _find_session(self) -> str | None:
        """The session that we belong to; without one (a user service) the person's graphical one."""
        for wanted in (os.environ.get("XDG_SESSION_ID"), "auto"):
            if not wanted:
                continue
            reply = await self._link.call(LOGIN, MANAGER_PATH, MANAGER, "GetSession", "s", [wanted])
            if reply is None:
                continue
            path = str(reply.body[0])
            # The answer may be an alias, and signals come from the real path alone.
            name = await self._property(path, "Id")
            if isinstance(name, str) and name:
                real = await self._link.call(LOGIN, MANAGER_PATH, MANAGER, "GetSession", "s", [name])
                return str(real.body[0]) if real is not None else path
        reply = await self._link.call(LOGIN, MANAGER_PATH, MANAGER, "ListSessions")
        mine = [row for row in reply.body[0] if row[1] == os.getuid()] if reply is not None else []
        mine.sort(key=lambda row: not row[3])  # those at a seat first
        return str(mine[0][4]) if mine else None

    async def _property(self, path: str, name: str) -> object:
        reply = await self._link.call(LOGIN, path, PROPERTIES, "Get", "ss", [SESSION, name])
        return None if reply is None else reply.body[0].value

    async def _inhibit(self) -> None:
        self._release()
        self._sleeping = False
        reply = await self._link.call(
            LOGIN,
            MANAGER_PATH,
            MANAGER,
            "Inhibit",
            "ssss",
            ["sleep", "kvault", "The vault is locked before the computer sleeps", "delay"],
        )
        if reply is not None and reply.unix_fds:
            self._inhibitor = reply.unix_fds[reply.body[0]]
            os.set_inheritable(self._inhibitor, False)  # noqa: FBT003 its only argument

    def _release(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if self._inhibitor is not None:
            os.close(self._inhibitor)
            self._inhibitor = None

    def _later(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _heard(self, message: Message) -> None:
        match message.member:
            case "PrepareForSleep" if message.body == [True]:
                self._sleeping = True
                self._deadline = asyncio.get_running_loop().call_later(RELEASE_SECONDS, self._release)
                self._tell(Reason.SUSPEND)
            case "PrepareForSleep":
                self._later(self._inhibit())
                self._look_again()
            case "NameOwnerChanged" if message.body[2]:
                # Logind itself restarted: sessions may have other paths, and the delay lock is gone.
                self._later(self._prepare())
            case "Lock" if message.path == self._session:
                self._tell(Reason.SCREEN_LOCK)
            case "PropertiesChanged" if message.path == self._session and message.body[0] == SESSION:
                self._changed({name: value.value for name, value in message.body[1].items()})

    def _changed(self, now: dict[str, object]) -> None:
        if now.get("Active") is False:
            self._tell(Reason.USER_SWITCH)
        if now.get("LockedHint") is True:
            self._tell(Reason.SCREEN_LOCK)
        if "IdleHint" in now:
            self._look_again()


class LogindIdle:
    """Idle time as far as the desktop tells logind (IdleHint)."""

    caveat = "Idle time is known only when this desktop reports it to systemd-logind; locking the screen always counts."

    def __init__(self, logind: Logind) -> None:
        self._logind = logind

    async def start(self) -> bool:
        """Whether logind knows our session."""
        return await self._logind.connect()

    async def idle_seconds(self) -> float | None:
        """See Logind."""
        return await self._logind.idle_seconds()

    async def stop(self) -> None:
        """The connection is Logind's."""


class ScreenSavers:
    """The desktop's screen saver or lock: ActiveChanged of whichever speaks."""

    def __init__(self) -> None:
        self._link = Link(BusType.SESSION, self._heard, self._prepare)
        self._tell: Callable[[Reason], None] = lambda _reason: None

    async def start(self, tell: Callable[[Reason], None], look_again: Callable[[], None]) -> list[str]:
        """Begin to listen; see watch.Signals."""
        del look_again
        self._tell = tell
        if await self._link.start():
            return []
        return ["A screen lock is noticed only through systemd-logind: there is no session bus here."]

    async def _prepare(self) -> None:
        for interface in SAVERS:
            await self._link.match(f"interface='{interface}',member='ActiveChanged'")

    def _heard(self, message: Message) -> None:
        if message.member == "ActiveChanged" and message.interface in SAVERS and message.body == [True]:
            self._tell(Reason.SCREEN_LOCK)

    def done(self) -> None:
        """Nothing waits for it."""

    async def stop(self) -> None:
        """Let go of the bus."""
        await self._link.stop()


class MutterIdle:
    """Idle time of GNOME, also under Wayland."""

    caveat = ""

    def __init__(self) -> None:
        self._link = Link(BusType.SESSION, lambda _message: None, self._prepare)

    async def _prepare(self) -> None:
        """No signal is wanted."""

    async def start(self) -> bool:
        """Whether Mutter answers."""
        if await self._link.start() and await self.idle_seconds() is not None:
            return True
        await self._link.stop()
        return False

    async def idle_seconds(self) -> float | None:
        """Seconds without input."""
        reply = await self._link.call(MUTTER, MUTTER_PATH, MUTTER, "GetIdletime")
        return None if reply is None else float(reply.body[0]) / 1000

    async def stop(self) -> None:
        """Let go of the bus."""
        await self._link.stop()
