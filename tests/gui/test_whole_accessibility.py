"""The program as a screen reader and a keyboard know it: every control has a name and a role, Tab reaches every one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from kvault_gui.gui.widgets.points import BULLET
from tests.gui.desk_program import MAIN, UNLOCK, WIZARD, Home, Program, make_desk, running
from tests.gui.desk_reader import PASSIVE, Element, Reader, screen_reader
from tests.gui.inprocess import login

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from installers.desk import Desk

pytestmark = [pytest.mark.xdist_group("desk"), pytest.mark.peer]
PASSWORD = "correct horse battery staple"
ITEMS = {"list item", "table cell", "menu item"}  # reached by arrow keys within their view
MOST = 60  # presses of Tab
NONE: frozenset[str] = frozenset()


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with make_desk() as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def nameless(tree: Element) -> list[str]:
    """What can be acted on and has no name, or has the focus and no role."""
    found = [f"no name: {each}" for each in tree.shown() if each.can_act and not each.name.strip()]
    passive = PASSIVE - {"label"}  # a label may be selected and copied
    return found + [f"no role: {each}" for each in tree.shown() if "focusable" in each.states and each.role in passive]


def is_other(before: str, one: Element) -> bool:
    return str(one) != before


def is_checked(tree: Element, name: str) -> bool:
    found = tree.find("check box", name)
    return found is not None and "checked" in found.states


def around(program: Program, reader: Reader, key: str = "Tab") -> list[str]:
    """Press Tab until it comes back to where it began."""
    begin = str(reader.focus(program))
    seen = [begin]
    for _ in range(MOST):
        before = seen[-1]
        program.desk.key(key)
        now = str(reader.wait_focus(program, partial(is_other, before), f"{key} to leave {before}"))
        if now == begin:
            return seen
        seen.append(now)
    raise AssertionError(f"{key} never came back to {begin}: {seen}")


def check(program: Program, reader: Reader, inside: Element | None = None, by_arrows: frozenset[str] = NONE) -> None:
    """Names, roles, and a way around by Tab that reaches everything and leads back by Shift+Tab.

    ``by_arrows``: members of a group, of which Tab reaches the chosen one and the arrow keys the others.
    """
    tree = reader.tree(program)
    assert nameless(tree) == []
    forth = around(program, reader)
    wanted = {
        str(each)
        for each in (inside or tree).shown()
        if {"focusable", "enabled"} <= each.states and each.role not in ITEMS | PASSIVE
    }
    assert wanted - by_arrows <= set(forth), f"Tab does not reach {sorted(wanted - set(forth))}"
    assert around(program, reader, "shift+Tab") == [forth[0], *reversed(forth[1:])]


def test_a_vault_is_made_filled_and_used_by_keyboard_alone(desk: Desk, home: Home) -> None:
    with screen_reader(desk, home) as (reader, words), running(desk, home, env=words) as program:
        program.wait_front(WIZARD)
        reader.wait(program, "text", "Name")
        assert nameless(reader.tree(program)) == []
        desk.key("Return")
        reader.wait(program, "password text", "Password")
        check_wizard_password(program, reader)
        desk.key("Return")
        skip_recovery(program, reader)
        program.wait_front(MAIN)
        reader.wait(program, "push button", "New secret")
        assert nameless(reader.tree(program)) == []
        make_entry(program, reader)
        program.lock()
        program.unlock(PASSWORD)
        reader.wait_focus(program, lambda one: one.name == "Search", "the search field to have the focus")
        desk.type("git")
        reader.wait(program, "table cell", "GitHub")
        reader.wait(program, "push button", "Password: hidden")
        desk.key("ctrl+c")
        program.wait(lambda: desk.clipboard() == "tuna fish swims", "the password on the clipboard")
        assert program.quit() == 0


def check_wizard_password(program: Program, reader: Reader) -> None:
    """Both fields are password fields, and tell bullets alone."""
    desk = program.desk
    desk.type(PASSWORD)
    desk.key("Tab")
    while reader.focus(program).role != "password text":
        desk.key("Tab")
    desk.type(PASSWORD)
    bullets = BULLET * len(PASSWORD)

    def filled() -> bool:
        texts = [each.text for each in reader.tree(program).shown() if each.role == "password text"]
        return texts == [bullets, bullets]

    program.wait(filled, "two fields of bullets")
    tree = reader.tree(program)
    assert all(PASSWORD not in str(each.text) + each.name + each.description for each in tree.all())
    assert nameless(tree) == []


def skip_recovery(program: Program, reader: Reader) -> None:
    """Through the rest of the wizard: Tab to the button, Space."""
    desk = program.desk
    for name in ("Skip for now", "Without import", "Open the vault"):
        reader.wait(program, "push button", name)
        assert nameless(reader.tree(program)) == []
        for _ in range(MOST):
            if reader.focus(program).name == name:
                break
            desk.key("Tab")
        assert reader.focus(program).name == name
        desk.key("space")


def make_entry(program: Program, reader: Reader) -> None:
    """Ctrl+N, the form by Tab, Ctrl+S."""
    desk = program.desk
    desk.key("ctrl+n")
    reader.wait_focus(program, lambda one: one.name == "Title", "the title to have the focus")
    desk.type("GitHub")
    for _ in range(MOST):
        desk.key("Tab")
        if reader.focus(program).role == "password text":
            break
    desk.type("tuna fish swims")
    desk.key("ctrl+s")
    program.wait(lambda: desk.titles() == [MAIN], "the form to close")
    reader.wait(program, "table cell", "GitHub")


def test_every_control_has_a_name_and_tab_goes_around(desk: Desk, home: Home) -> None:
    home.make_vault(PASSWORD, [login("GitHub", "work", user="octocat", url="https://github.com"), login("Harbour")])
    with screen_reader(desk, home) as (reader, words), running(desk, home, env=words) as program:
        program.wait_front(UNLOCK)
        reader.wait_focus(program, lambda one: one.role == "password text", "the password field to have the focus")
        desk.type("pass")
        reader.wait_focus(program, lambda one: one.text == BULLET * 4, "four bullets")
        check(program, reader)
        for _ in range(4):
            desk.key("BackSpace")
        program.unlock(PASSWORD)
        reader.wait(program, "push button", "Password: hidden")
        reader.wait_focus(program, lambda one: one.name == "Search", "the search field to have the focus")
        check(program, reader, by_arrows=frozenset({"check box “Audit”"}))
        for _ in range(MOST):
            if reader.focus(program).name == "Secrets":
                break
            desk.key("Tab")
        desk.key("Down")
        program.wait(lambda: is_checked(reader.tree(program), "Audit"), "the rail's next button to be chosen")
        desk.key("ctrl+1")
        desk.key("ctrl+f")
        reader.wait_focus(program, lambda one: one.name == "Search", "the search field to have the focus")
        desk.key("ctrl+e")
        reader.wait_focus(program, lambda one: one.name == "Title", "the title to have the focus")
        tree = reader.tree(program)
        form = next(each for each in tree.all() if each.role == "dialog" and each.name.startswith("Edit secret"))
        check(program, reader, form)
        kind = next(each for each in form.all() if each.role == "combo box")
        assert "Kind" in kind.labels
        assert program.said.count("\n") <= 1, program.said
