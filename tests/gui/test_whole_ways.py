"""Ways in with the real program: recovery shares typed at unlock, and one more way in added in the window."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import Method, NewFactor, NewSlot, Secret, ShareGroup
from kvault_gui.engine.facade import Engine
from kvault_gui.engine.facade.steps import run_here
from tests.gui.desk_program import MAIN, UNLOCK, Home, Program, make_desk, running
from tests.gui.desk_reader import Element, Reader, screen_reader
from tests.gui.inprocess import Script

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from installers.desk import Desk

pytestmark = [pytest.mark.xdist_group("desk"), pytest.mark.peer]
PASSWORD = "correct horse battery staple"
MOST = 60  # presses of Tab


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with make_desk() as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def with_shares(home: Home) -> list[str]:
    """A vault with a password, a recovery code and three shares of which two are needed; their words."""
    home.vault.parent.mkdir(parents=True, mode=0o700)
    engine = Engine(Script(), "tests", kdf_seconds=0)
    engine.vaults.create(str(home.vault), Secret.of(PASSWORD))
    shares = NewFactor(Method.SHARES, groups=[ShareGroup(2, 3)])
    added = run_here(engine.slots.add(NewSlot("Family", [shares])))
    engine.vaults.close()
    return [share.text() for share in added.shares[0]]


def is_called(name: str, one: Element) -> bool:
    return one.name.startswith(name)


def tab_to(program: Program, reader: Reader, name: str) -> None:
    for _ in range(MOST):
        if reader.focus(program).name.startswith(name):
            return
        program.desk.key("Tab")
    raise AssertionError(f"Tab does not reach “{name}”, but {reader.focus(program)}")


def press(program: Program, reader: Reader, name: str) -> None:
    tab_to(program, reader, name)
    program.desk.key("space")


def test_two_of_three_shares_typed_at_the_unlock_dialog_open_the_vault(desk: Desk, home: Home) -> None:
    words = with_shares(home)
    with screen_reader(desk, home) as (reader, more), running(desk, home, env=more) as program:
        program.wait_front(UNLOCK)
        reader.wait(program, "push button", "Other ways")
        press(program, reader, "Other ways")
        program.wait(desk.has_menu, "the menu of other ways")
        desk.key("Up")  # the last one: the shares
        desk.key("Return")
        program.wait_front("Recovery shares — kvault")
        reader.wait_focus(program, partial(is_called, "Word 1"), "the first word")
        for share in words[1:]:
            desk.type("".join(f"{word[:4]} " for word in share.split()))
            begun = share is words[1]
            reader.wait_focus(program, partial(is_called, "Word 1 " if begun else "Continue"), "a share to be taken")
        desk.key("Return")
        program.wait_front(MAIN)
        assert program.quit() == 0


def test_a_second_password_is_added_in_the_window_and_unlocks(desk: Desk, home: Home) -> None:
    home.make_vault(PASSWORD, [])
    with screen_reader(desk, home) as (reader, more), running(desk, home, env=more) as program:
        program.unlock(PASSWORD)
        desk.key("ctrl+shift+k")
        program.wait_front("Ways in — kvault")
        reader.wait(program, "push button", "Test Password")
        press(program, reader, "Add a way in")
        program.wait_front("Add a way in — kvault")
        reader.wait(program, "push button", "Ask for Password")
        press(program, reader, "Ask for Password")
        press(program, reader, "Continue")
        tab_to(program, reader, "New password")
        desk.type("another long password")
        desk.key("Tab")
        tab_to(program, reader, "New password once more")
        desk.type("another long password")
        press(program, reader, "Continue")
        reader.wait_focus(program, partial(is_called, "Name"), "the name")
        desk.key("Return")
        reader.wait_focus(program, partial(is_called, "Close"), "the end")
        desk.key("Return")
        program.wait_front("Ways in — kvault")
        reader.wait(program, "push button", "Test Password 2")
        desk.key("Escape")
        program.wait_front(MAIN)
        program.lock()
        program.unlock("another long password")
        assert program.quit() == 0
