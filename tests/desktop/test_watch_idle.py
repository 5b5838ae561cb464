"""Idle time of the whole session, from a real X server, and how seldom it is asked for."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, cast

import pytest

from kvault_gui.desktop.linux_x11 import X11Idle
from kvault_gui.desktop.settings import Settings
from kvault_gui.desktop.watch import Reason, Watch

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A display of its own: its name and its process."""
    for program, package in (("Xvfb", "xvfb"), ("xdotool", "xdotool")):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (apt install {package})")
    read, write = os.pipe()
    # Access control off: whoever reaches this server's socket is this test.
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "320x240x24", "-nolisten", "tcp", "-ac"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as answer:
        name = f":{answer.readline().strip()}"
    yield name, server
    server.terminate()
    server.wait(10)


@pytest.fixture
def screen(server: tuple[str, subprocess.Popen[bytes]]) -> str:
    return server[0]


def touch(screen: str) -> None:
    subprocess.run(["xdotool", "key", "a"], env={**os.environ, "DISPLAY": screen}, check=True, timeout=20)


class Counting(X11Idle):
    """The real meter, counting how often it was asked."""

    asked = 0

    async def idle_seconds(self) -> float | None:
        self.asked += 1
        return await super().idle_seconds()


def seconds(limit: float) -> Settings:
    """Settings whose limit is so many seconds."""
    return Settings(auto_lock_minutes=cast("int", limit / 60))


async def idle_for(meter: X11Idle, wanted: float) -> None:
    """Until the X server says that nobody touched it for so many seconds."""
    async with asyncio.timeout(10):
        while (await meter.idle_seconds() or 0) <= wanted:  # noqa: ASYNC110 the X server sends no event for this
            await asyncio.sleep(0)


def test_a_key_press_in_any_program_starts_the_idle_time_again(screen: str) -> None:
    async def story() -> None:
        meter = X11Idle(screen)
        assert await meter.start()
        touch(screen)
        first = await meter.idle_seconds()
        assert first is not None
        assert first < 1
        await idle_for(meter, first + 0.2)
        touch(screen)
        assert (await meter.idle_seconds() or 9) < first + 0.2
        await meter.stop()

    asyncio.run(story())


def test_the_watch_triggers_after_the_limit_and_asks_seldom(screen: str) -> None:
    async def story() -> None:
        meter = Counting(screen)
        watch = Watch(seconds(1.0), [meter], [])
        came: asyncio.Queue[Reason] = asyncio.Queue()
        watch.triggered = came.put_nowait
        touch(screen)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        assert await watch.start() == []
        assert await asyncio.wait_for(came.get(), 10) is Reason.IDLE
        assert 0.6 < loop.time() - begun < 5
        assert meter.asked <= 4, "the wait is computed, not polled"
        await watch.stop()

    asyncio.run(story())


def test_a_new_limit_counts_at_once_and_zero_means_never(screen: str) -> None:
    async def story() -> None:
        meter = X11Idle(screen)
        settings = seconds(0)
        watch = Watch(settings, [meter], [])
        came: asyncio.Queue[Reason] = asyncio.Queue()
        watch.triggered = came.put_nowait
        touch(screen)
        await watch.start()
        await idle_for(meter, 0.3)
        assert came.empty()
        settings.auto_lock_minutes = cast("int", 0.2 / 60)
        watch.settings_changed()
        assert await asyncio.wait_for(came.get(), 10) is Reason.IDLE
        await watch.stop()

    asyncio.run(story())


def test_an_x_server_that_goes_away_is_not_known_idle_and_nothing_breaks(
    server: tuple[str, subprocess.Popen[bytes]],
) -> None:
    async def story() -> None:
        meter = X11Idle(server[0])
        assert await meter.start()
        assert await meter.idle_seconds() is not None
        server[1].terminate()
        server[1].wait(10)
        assert await meter.idle_seconds() is None
        await meter.stop()

    asyncio.run(story())


def test_without_a_display_there_is_no_meter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    assert asyncio.run(X11Idle().start()) is False
    assert asyncio.run(X11Idle(":4711").start()) is False
