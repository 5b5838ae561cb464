"""The icon in the tray, over XEmbed and over StatusNotifier; and kvault without any tray."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.desktop.bus import private_bus
from tests.gui.desk_notifier import panel
from tests.gui.desk_program import LIMIT, MAIN, UNLOCK, Home, Program, make_desk, running
from tests.gui.inprocess import login
from tests.peer import peer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from installers.desk import Desk

pytestmark = [pytest.mark.xdist_group("desk"), pytest.mark.peer]
PASSWORD = "correct horse battery staple"


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk for each test: a tray that one test has started is not there for the next."""
    with make_desk() as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.make_vault(PASSWORD, [login("GitHub")])
    return made


def icon(program: Program) -> tuple[int, int]:
    """Where kvault's icon is in the tray."""
    return program.wait(lambda: next(iter(program.desk.tray_icons()), None), "an icon in the tray")


def choose(program: Program, downs: int) -> None:
    """Open the menu of the icon and choose by keyboard."""
    program.desk.click(*icon(program), button=3)
    program.wait(program.desk.has_menu, "the menu")
    for _ in range(downs):
        program.desk.key("Down")
    program.desk.key("Return")


def test_the_icon_works_in_a_tray_over_xembed(desk: Desk, home: Home) -> None:
    desk.start([peer("trayer"), "--edge", "bottom", "--align", "right", "--widthtype", "request", "--height", "24"])
    with running(desk, home) as program:
        program.unlock(PASSWORD)
        icon(program)
        desk.key("alt+F4")  # closing keeps it running
        program.wait(lambda: MAIN not in desk.titles(), "the window to close")
        assert not program.is_locked
        desk.click(*icon(program))
        program.wait_front(MAIN)
        engine = program.engine()
        choose(program, 2)  # Show, Lock now, Quit
        program.wait_gone(engine, 2)
        program.wait_front(UNLOCK)
        desk.key("Escape")  # hides it: there is a tray
        program.wait(lambda: UNLOCK not in desk.titles(), "the dialog to hide")
        choose(program, 1)
        program.unlock(PASSWORD)
        choose(program, 3)
        assert program.wait_end() == 0
        assert program.said == ""


async def until(program: Program, condition: Callable[[], object], what: str) -> None:
    """Wait without holding up the panel, which answers on this loop."""
    async with asyncio.timeout(LIMIT):
        while not condition():
            assert program.process.poll() is None or what == "the end", program.said
            await asyncio.sleep(0.02)


async def notifier(desk: Desk, program: Program, address: str) -> None:
    """The same acts over D-Bus."""
    async with panel(address) as tray:
        await until(program, lambda: tray.item, "an item")
        await until(program, lambda: desk.active() == UNLOCK, "the dialog")
        assert await tray.tool_tip() == "kvault, locked"
        menu = await tray.menu()
        assert [(label, enabled) for label, (_, enabled) in menu.items()] == [
            ("Unlock…", True),
            ("Lock now", False),
            ("Quit", True),
        ]
        desk.type(PASSWORD)
        desk.key("Return")
        await until(program, lambda: desk.active() == MAIN, "the window")
        assert await tray.tool_tip() == "kvault, unlocked"
        assert list(await tray.menu()) == ["Show kvault", "Lock now", "Quit"]
        desk.key("alt+F4")
        await until(program, lambda: not desk.titles(), "the window to close")
        await tray.press()
        await until(program, lambda: desk.active() == MAIN, "the window again")
        before, engine = tray.item, program.engine()
        await tray.choose("Lock now")
        await until(program, lambda: tray.item != before, "the item of the fresh image")
        await until(program, lambda: desk.active() == UNLOCK, "the dialog")
        assert engine not in program.processes()
        desk.key("Escape")
        await until(program, lambda: not desk.titles(), "the dialog to hide")
        await tray.choose("Unlock…")
        await until(program, lambda: desk.active() == UNLOCK, "the dialog again")
        await tray.choose("Quit")
        await until(program, lambda: program.process.poll() is not None, "the end")
        assert program.process.poll() == 0


def test_the_icon_works_over_status_notifier(desk: Desk, home: Home) -> None:
    with (
        private_bus(home.folder) as bus,
        running(desk, home, env={"DBUS_SESSION_BUS_ADDRESS": bus.address}) as program,
    ):
        asyncio.run(notifier(desk, program, bus.address))


def test_without_a_tray_nothing_is_missing(desk: Desk, home: Home) -> None:
    with running(desk, home) as program:
        program.unlock(PASSWORD)
        assert desk.tray_icons() == []
        desk.key("alt+F4")
        assert program.wait_end() == 0
    with running(desk, home, "--hidden") as hidden:  # a hidden window could not be found again
        hidden.wait(lambda: hidden.is_locked, "the control socket")
        with running(desk, home) as second:
            assert second.wait_end() == 0
        hidden.unlock(PASSWORD)
        assert hidden.quit() == 0
