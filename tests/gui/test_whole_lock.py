"""A lock waits for nothing, and whatever is killed, nothing is lost. The real program on a real display."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import time
from typing import TYPE_CHECKING

import pytest

from kvault_gui.services.control import client
from kvault_gui.services.control.protocol import Lock, State
from tests.desktop.bus import private_bus, system
from tests.faults.memory_scan import new_secret
from tests.gui.desk_program import LIMIT, MAIN, UNLOCK, WIZARD, Home, Program, command, is_alive, make_desk, running
from tests.gui.desk_reader import screen_reader
from tests.gui.inprocess import login

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from installers.desk import Desk
    from tests.desktop.bus import Bus
    from tests.gui.desk_reader import Reader

pytestmark = [pytest.mark.xdist_group("desk"), pytest.mark.peer]
PASSWORD = "correct horse battery staple"
DENIED = 6  # exit code
SLOW = 2.0  # seconds of key derivation: long enough to lock in the middle of it


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with make_desk() as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.make_vault(PASSWORD, [login("GitHub", "work", user="octocat"), login("Harbour", "work")])
    return made


def open_form(program: Program) -> None:
    """The form of the entry that is selected."""
    program.desk.wait_still()
    program.desk.key("ctrl+e")
    program.wait(lambda: program.desk.titles().count(MAIN) == 2, "the form")


def locks(program: Program, act: str) -> None:
    """The act locks: the engine is gone within 2 s, the image is another one, the dialog is back."""
    engine, image = program.engine(), program.image()
    if act == "key":
        program.desk.key("ctrl+l")
    else:
        done = command(program.home, "lock")
        assert (done.returncode, done.stdout) == (0, "Locked.\n"), done.stderr
    assert program.wait_gone(engine, 2) < 2
    program.wait(lambda: program.image() != image, "a fresh image")
    program.wait_front(UNLOCK)
    assert program.desk.titles() == [UNLOCK]


@pytest.mark.parametrize("act", ["key", "command"])
def test_a_lock_does_not_wait_for_a_form_and_keeps_what_was_typed(desk: Desk, home: Home, act: str) -> None:
    typed = new_secret()
    with running(desk, home) as program:
        program.unlock(PASSWORD)
        open_form(program)
        desk.type(typed)  # over the title, which is selected
        locks(program, act)
        desk.key("Escape")
        assert program.wait_end() == 0
        assert program.said == ""
    stored = home.read_vault(PASSWORD)
    assert set(stored.entries) == {"GitHub", "Harbour"}
    (draft,) = stored.drafts
    assert draft.input.title == typed


@pytest.mark.parametrize("act", ["key", "command"])
def test_a_lock_does_not_wait_for_a_question(desk: Desk, home: Home, act: str) -> None:
    with running(desk, home) as program:
        program.unlock(PASSWORD)
        open_form(program)
        desk.type("changed")
        desk.key("Escape")  # asks whether to discard
        program.wait(lambda: len(desk.titles()) == 3, "the question")
        locks(program, act)
        desk.key("Escape")
        assert program.wait_end() == 0
    assert [draft.input.title for draft in home.read_vault(PASSWORD).drafts] == ["changed"]


def test_a_lock_ends_a_running_unlock(desk: Desk, tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.make_vault(PASSWORD, [login("GitHub")], kdf_seconds=SLOW)
    with running(desk, home) as program:
        program.wait_front(UNLOCK)
        desk.type(PASSWORD)
        engine = program.engine()
        desk.key("Return")
        program.wait(lambda: cpu_seconds(engine) > 0.7, "the key derivation to be under way")
        assert client.ask(Lock(), home.socket) is not None
        assert program.wait_gone(engine, 2) < 2
        fresh = program.engine()
        assert fresh != engine
        program.wait(lambda: State(locked=True, pid=program.pid) == program.status(), "the answer “locked”")
        assert desk.titles() == [UNLOCK]
        assert cpu_seconds(fresh) < 0.7, "the new engine derives the key again"
        program.unlock(PASSWORD)  # and it can be tried again
        assert program.quit() == 0


def choose_password(desk: Desk, reader: Reader, program: Program) -> None:
    """Lead the wizard to its second page and type the password twice."""
    program.wait_front(WIZARD)
    reader.wait(program, "text", "Name")
    desk.key("Return")
    reader.wait_focus(program, lambda one: one.role == "password text", "the first password field")
    desk.type(PASSWORD)
    desk.key("Tab")
    while reader.focus(program).role != "password text":
        desk.key("Tab")
    desk.type(PASSWORD)


def test_a_lock_closes_a_vault_that_the_wizard_has_just_made(desk: Desk, tmp_path: Path) -> None:
    home = Home(tmp_path)
    with screen_reader(desk, home) as (reader, words), running(desk, home, env=words) as program:
        choose_password(desk, reader, program)
        desk.key("Return")
        reader.wait(program, "push button", "Skip for now")
        assert not program.is_locked
        locks(program, "command")
        program.unlock(PASSWORD)
        assert program.quit() == 0


def test_a_lock_stops_the_making_of_a_vault_which_can_be_begun_again(desk: Desk, tmp_path: Path) -> None:
    home = Home(tmp_path)
    with screen_reader(desk, home) as (reader, words), running(desk, home, env=words) as program:
        choose_password(desk, reader, program)
        engine = program.engine()
        before = cpu_seconds(engine)
        desk.key("Return")
        program.wait(lambda: cpu_seconds(engine) - before > 0.2, "the key derivation to be under way")
        assert client.ask(Lock(), home.socket) is not None
        assert program.wait_gone(engine, 2) < 2
        assert not (home.vault / "vault.json").exists()
        program.engine()
        desk.key("Return")  # what was typed is still there
        reader.wait(program, "push button", "Skip for now")
        locks(program, "command")
        program.unlock(PASSWORD)
        assert program.quit() == 0


async def fall_asleep(bus: Bus) -> None:
    """The computer is about to sleep, and waits until kvault says that it may."""
    async with system(bus) as computer:
        async with asyncio.timeout(LIMIT):
            while not (held := await computer.inhibitors()):  # noqa: ASYNC110 another process is waited for
                await asyncio.sleep(0.02)
        assert held[0][1] == "kvault"
        await computer.sleep(begins=True)


@pytest.mark.parametrize("unlocking", [False, True])
def test_it_locks_before_the_computer_sleeps(desk: Desk, tmp_path: Path, *, unlocking: bool) -> None:
    home = Home(tmp_path)
    home.make_vault(PASSWORD, [login("GitHub")], kdf_seconds=SLOW if unlocking else 0)
    with private_bus(home.folder) as bus:
        bus.start_logind()
        with running(desk, home, env={"DBUS_SYSTEM_BUS_ADDRESS": bus.address}) as program:
            program.wait_front(UNLOCK)
            engine = program.engine()
            if unlocking:
                desk.type(PASSWORD)
                desk.key("Return")
                program.wait(lambda: cpu_seconds(engine) > 0.7, "the key derivation to be under way")
            else:
                program.unlock(PASSWORD)
            asyncio.run(fall_asleep(bus))
            assert program.wait_gone(engine, 2) < 2
            program.wait_front(UNLOCK)
            program.wait(lambda: program.is_locked, "the answer “locked”")
            assert cpu_seconds(program.engine()) < 0.7
            desk.key("Escape")
            assert program.wait_end() == 0


def test_a_killed_engine_leads_to_the_unlock_dialog_which_says_so_and_loses_nothing(desk: Desk, home: Home) -> None:
    with screen_reader(desk, home) as (reader, words), running(desk, home, env=words) as program:
        program.unlock(PASSWORD)
        image = program.image()
        os.kill(program.engine(), signal.SIGKILL)
        program.wait(lambda: program.image() != image, "a fresh image")
        program.wait_front(UNLOCK)
        reader.wait(program, "label", "kvault's engine ended unexpectedly")
        program.unlock(PASSWORD)
        assert program.quit() == 0
    assert set(home.read_vault(PASSWORD).entries) == {"GitHub", "Harbour"}


def test_a_killed_engine_of_a_locked_program_is_replaced(desk: Desk, home: Home) -> None:
    with running(desk, home) as program:
        program.wait_front(UNLOCK)
        engine = program.engine()
        program.wait(lambda: program.is_locked, "the control socket")
        os.kill(engine, signal.SIGKILL)
        program.wait(lambda: program.engines() not in ([], [engine]), "another engine")
        program.unlock(PASSWORD)
        assert program.quit() == 0


def test_a_killed_program_takes_its_engine_along_and_starts_again(desk: Desk, home: Home) -> None:
    with running(desk, home) as program:
        program.unlock(PASSWORD)
        engine = program.engine()
        os.kill(program.pid, signal.SIGKILL)
        assert program.wait_gone(engine, 2) < 2
    with running(desk, home) as again:
        again.unlock(PASSWORD)
        assert again.quit() == 0
    assert set(home.read_vault(PASSWORD).entries) == {"GitHub", "Harbour"}


def test_whoever_connects_while_the_program_replaces_itself_is_served(desk: Desk, home: Home) -> None:
    """No connection is ever refused; one that was accepted before the exec may be cut off, as the client expects."""
    with running(desk, home) as program:
        program.unlock(PASSWORD)
        engine, image = program.engine(), program.image()
        desk.key("ctrl+l")
        waits, cut = [], 0
        end = time.monotonic() + 20
        while program.image() == image or not program.is_locked:
            assert time.monotonic() < end
            begin = time.monotonic()
            with socket.socket(socket.AF_UNIX) as each:
                each.connect(str(home.socket))  # raises when nobody listens
            cut += program.status() is None
            waits.append(time.monotonic() - begin)
        assert cut <= 2
        assert max(waits) < 2, waits
        assert not is_alive(engine)
        program.wait_front(UNLOCK)
        desk.key("Escape")
        assert program.wait_end() == 0


def test_a_second_start_shows_the_first_window(desk: Desk, home: Home) -> None:
    with running(desk, home) as program:
        program.unlock(PASSWORD)
        desk.key("ctrl+m")
        program.wait(lambda: not desk.titles(), "the window to be minimised")
        with running(desk, home) as second:
            assert second.wait_end() == 0
            assert second.said == ""
        program.wait_front(MAIN)
        assert desk.titles() == [MAIN]
        locks(program, "key")
        with running(desk, home) as third:
            assert third.wait_end() == 0
        assert desk.titles() == [UNLOCK]
        desk.key("Escape")
        assert program.wait_end() == 0


@pytest.mark.parametrize("way", ["close", "quit", "terminate", "escape"])
def test_every_way_out_ends_with_nothing_left(desk: Desk, home: Home, way: str) -> None:
    with running(desk, home) as program:
        program.wait_front(UNLOCK)
        if way != "escape":
            program.unlock(PASSWORD)
        if way == "terminate":
            program.process.terminate()
        else:
            desk.key({"close": "alt+F4", "quit": "ctrl+q", "escape": "Escape"}[way])
        assert program.wait_end() == 0
        assert program.processes() == []
        assert program.said == ""
    records = [each.action for each in home.read_vault(PASSWORD).records]
    assert records.count("vault.locked") == records.count("vault.unlocked") + records.count("vault.created") - 1


def test_the_command_line_gets_nothing_because_the_window_is_open(desk: Desk, home: Home) -> None:
    with running(desk, home) as program:
        program.unlock(PASSWORD)
        refused = command(home, "get", "work/GitHub")
        assert refused.returncode == DENIED
        assert refused.stdout == ""
        assert "octocat" not in refused.stderr
        file = home.folder / "password"
        file.write_text(PASSWORD + "\n")
        held = command(home, "get", "work/GitHub", "--password-file", str(file))
        assert held.returncode == 1
        assert held.stdout == ""
        assert "window" in held.stderr
        assert str(program.engine()) in held.stderr or str(program.pid) in held.stderr
        told = command(home, "lock", "--json")
        assert json.loads(told.stdout) == {"locked": True, "was_unlocked": True}
        program.wait_front(UNLOCK)
        now = command(home, "get", "work/GitHub", "--password-file", str(file))
        assert now.returncode == 0
        assert "octocat" in now.stdout
        desk.key("Escape")
        assert program.wait_end() == 0


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:  # noqa: PTH123 beside its like
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
