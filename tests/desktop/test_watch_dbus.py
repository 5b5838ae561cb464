"""Suspend, screen lock, user switch and idle hints, told by python-dbusmock's logind on a private bus."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import TYPE_CHECKING

import pytest
from dbus_fast import Message, Variant
from dbus_fast.aio import MessageBus

from kvault_gui.desktop import linux_dbus
from kvault_gui.desktop.linux_dbus import Logind, LogindIdle, MutterIdle, ScreenSavers
from kvault_gui.desktop.settings import Settings
from kvault_gui.desktop.watch import Reason, Watch, make_watch
from tests.desktop.bus import Bus, private_bus, system

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

YES = Variant(signature="b", value=True)
NO = Variant(signature="b", value=False)


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    with private_bus(tmp_path) as running:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", running.address)
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", running.address)
        monkeypatch.delenv("XDG_SESSION_ID", raising=False)
        monkeypatch.delenv("DISPLAY", raising=False)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        yield running


class Heard:
    """Collects triggers and lets a test wait for the next one."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Reason] = asyncio.Queue()

    def __call__(self, reason: Reason) -> None:
        self.queue.put_nowait(reason)

    async def next(self) -> Reason:
        return await asyncio.wait_for(self.queue.get(), 10)


def watch_of(settings: Settings) -> tuple[Watch, Heard]:
    watch = make_watch(settings)
    heard = Heard()
    watch.triggered = heard
    return watch, heard


def test_a_suspend_triggers_and_waits_until_the_lock_is_done(bus: Bus) -> None:
    async def story() -> None:
        bus.start_logind()
        async with system(bus) as playing:
            watch, heard = watch_of(Settings())
            missing = await watch.start()
            assert not any("uspend" in sentence or "switch" in sentence for sentence in missing), missing
            (inhibitor,) = await playing.inhibitors()
            assert inhibitor[0] == "sleep"
            assert inhibitor[3] == "delay"

            await playing.sleep(begins=True)
            assert await heard.next() is Reason.SUSPEND
            assert len(await playing.inhibitors()) == 1, "the computer may not sleep before the vault is locked"
            watch.done()
            async with asyncio.timeout(10):
                while await playing.inhibitors():
                    pass

            await playing.sleep(begins=False)
            async with asyncio.timeout(10):
                while not await playing.inhibitors():
                    pass
            await watch.stop()
            async with asyncio.timeout(10):
                while await playing.inhibitors():
                    pass

    asyncio.run(story())


def test_a_suspend_is_let_through_at_once_when_the_person_does_not_want_locking(bus: Bus) -> None:
    async def story() -> None:
        bus.start_logind()
        async with system(bus) as playing:
            watch, heard = watch_of(Settings(lock_on_suspend=False))
            await watch.start()
            await playing.sleep(begins=True)
            async with asyncio.timeout(2):  # well under the four seconds after which it lets go anyway
                while await playing.inhibitors():
                    pass
            assert heard.queue.empty()
            await watch.stop()

    asyncio.run(story())


def test_a_lock_that_never_ends_does_not_hold_up_the_suspend(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linux_dbus, "RELEASE_SECONDS", 0.05)

    async def story() -> None:
        bus.start_logind()
        async with system(bus) as playing:
            watch, heard = watch_of(Settings())
            await watch.start()
            await playing.sleep(begins=True)
            assert await heard.next() is Reason.SUSPEND
            async with asyncio.timeout(10):
                while await playing.inhibitors():
                    pass
            await watch.stop()

    asyncio.run(story())


def test_a_locked_session_and_a_lock_request_and_a_user_switch_trigger(bus: Bus) -> None:
    async def story() -> None:
        bus.start_logind()
        async with system(bus) as playing:
            watch, heard = watch_of(Settings())
            await watch.start()
            await playing.signal("/org/freedesktop/login1/session/c1", "org.freedesktop.login1.Session", "Lock", "")
            assert await heard.next() is Reason.SCREEN_LOCK
            await playing.set(LockedHint=YES)
            assert await heard.next() is Reason.SCREEN_LOCK
            await playing.set(Active=NO)
            assert await heard.next() is Reason.USER_SWITCH
            await playing.set(Active=YES)
            await playing.set(LockedHint=NO)
            await playing.sleep(begins=True)
            assert await heard.next() is Reason.SUSPEND, "coming back is no reason to lock"
            await watch.stop()

    asyncio.run(story())


def test_what_the_person_switched_off_does_not_trigger(bus: Bus) -> None:
    async def story() -> None:
        bus.start_logind()
        async with system(bus) as playing:
            settings = Settings(lock_on_screen_lock=False, lock_on_user_switch=False)
            watch, heard = watch_of(settings)
            await watch.start()
            await playing.set(LockedHint=YES, Active=NO)
            await playing.sleep(begins=True)
            assert await heard.next() is Reason.SUSPEND
            assert heard.queue.empty()
            settings.lock_on_user_switch = True
            await playing.set(Active=NO)
            assert await heard.next() is Reason.USER_SWITCH
            await watch.stop()

    asyncio.run(story())


@pytest.mark.parametrize("interface", linux_dbus.SAVERS)
def test_each_screen_saver_triggers_when_it_becomes_active(bus: Bus, interface: str) -> None:
    async def story() -> None:
        heard = Heard()
        savers = ScreenSavers()
        assert await savers.start(heard, lambda: None) == []
        desktop = await MessageBus(bus_address=bus.address).connect()
        for active in (False, True):
            signal = Message.new_signal("/org/x/ScreenSaver", interface, "ActiveChanged", "b", [active])
            await desktop.send(signal)
        assert await heard.next() is Reason.SCREEN_LOCK
        assert heard.queue.empty()
        desktop.disconnect()
        await savers.stop()

    asyncio.run(story())


def test_the_idle_hint_counts_from_when_the_desktop_said_so(bus: Bus) -> None:
    async def story() -> None:
        bus.start_logind()
        async with system(bus) as playing:
            watch, heard = watch_of(Settings(auto_lock_minutes=10))
            missing = await watch.start()
            assert LogindIdle.caveat in missing
            assert await watch.idle_seconds() == 0
            since = int((time.time() - 11 * 60) * 1e6)
            await playing.set(IdleSinceHint=Variant("t", since), IdleHint=YES)
            assert await heard.next() is Reason.IDLE
            assert await watch.idle_seconds() == pytest.approx(660, abs=10)
            await watch.stop()

    asyncio.run(story())


def test_the_watch_comes_back_when_the_bus_and_logind_restart(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        bus.start_logind()
        heard = Heard()
        logind = Logind()
        async with system(bus):
            assert await logind.start(heard, lambda: None) == []
        bus.stop()
        bus.start()
        bus.start_logind()
        async with system(bus) as playing:
            async with asyncio.timeout(20):
                while not await playing.inhibitors():
                    pass
            await playing.sleep(begins=True)
            assert await heard.next() is Reason.SUSPEND
            await logind.stop()

    monkeypatch.setattr(linux_dbus, "RETRIES", 8)
    asyncio.run(story())


def test_without_any_bus_the_watch_says_what_it_cannot_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = f"unix:path={tmp_path}/none"
    for name in ("DBUS_SYSTEM_BUS_ADDRESS", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.setenv(name, nowhere)
    monkeypatch.delenv("DISPLAY", raising=False)

    async def story() -> None:
        watch = make_watch(Settings())
        missing = await watch.start()
        assert len(missing) == 3
        assert "idle" in missing[0]
        assert "Suspend" in missing[1]
        assert "screen lock" in missing[2]
        assert await watch.idle_seconds() is None
        await watch.stop()

    asyncio.run(story())


def test_a_bus_that_accepts_and_never_answers_does_not_hold_up_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linux_dbus, "CALL_SECONDS", 0.1)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "deaf"))
        listening.listen()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/deaf")

        async def story() -> None:
            assert await MutterIdle().start() is False
            assert len(await ScreenSavers().start(lambda _reason: None, lambda: None)) == 1

        asyncio.run(story())
