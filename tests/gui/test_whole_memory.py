"""After locking no kvault process holds a copy of the password or of a value: the promise that the others stand on.

The real program on a real display, used like a person uses it; then its memory is read.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import EntryInput, FieldInput, FieldType, Kind, Secret
from tests.faults.memory_scan import Hits, can_scan, new_secret, scan
from tests.gui.desk_program import MAIN, UNLOCK, Home, Program, make_desk, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from installers.desk import Desk

pytestmark = [pytest.mark.xdist_group("desk"), pytest.mark.peer]
ROUNDS = 3


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with make_desk() as made:
        yield made


class Secrets:
    """What one round must not leave behind, each of it new."""

    def __init__(self) -> None:
        self.password, self.value, self.note = new_secret(), new_secret(), new_secret()
        self.old = new_secret()  # of the entry that gets another one
        self.stored, self.drafted = new_secret(), new_secret()
        self.wrong = new_secret()[:-2] + "zz"

    def all(self) -> list[str]:
        return [self.password, self.value, self.note, self.stored, self.drafted, self.old]

    def entries(self) -> list[EntryInput]:
        """Three entries; what is searched for names exactly one."""

        def login(title: str, value: str) -> EntryInput:
            fields = [
                FieldInput("username", FieldType.TEXT, protected=False, value=Secret.of("octocat")),
                FieldInput("password", FieldType.SECRET, protected=True, value=Secret.of(value)),
            ]
            return EntryInput(Kind.CREDENTIAL, title, "work", fields)

        note = FieldInput("notes", FieldType.LONG, protected=True, value=Secret.of(self.note))
        return [
            login("Zeppelin", self.value),
            login("Harbour", self.old),
            EntryInput(Kind.NOTE, "Passport", "", [note]),
        ]


def look(program: Program, secrets: list[str]) -> Hits:
    """Scan every process of the program."""
    hits = scan(program.processes(), secrets)
    assert hits.control == 0, "chance: the scan proves nothing"
    return hits


def copy(program: Program, title: str, value: str) -> None:
    """Search and copy, with three keys and a word; the clipboard shows when the entry was found."""
    desk = program.desk
    desk.key("ctrl+f")
    desk.type(title)

    def is_copied() -> bool:
        desk.key("ctrl+c")
        return desk.clipboard() == value

    program.wait(is_copied, f"the value of {title} on the clipboard")


def is_in_memory(program: Program, secret: str) -> None:
    """The scan is not blind: what is typed or shown now is found."""
    program.wait(lambda: look(program, [secret]).of(0) > 0, "what is typed or shown to be found in memory")


def form_is_open(program: Program) -> bool:
    return program.desk.titles().count(MAIN) == 2


def change_password(program: Program, value: str, *, store: bool) -> None:
    """Open the form of the entry and type a new password; store it, or leave it open."""
    desk = program.desk
    desk.key("ctrl+e")
    program.wait(lambda: form_is_open(program), "the form")
    desk.wait_still()
    for _ in range(KEYS_TO_PASSWORD):
        desk.key("Tab")
    desk.type(value)
    if store:
        desk.key("ctrl+s")
        program.wait(lambda: not form_is_open(program), "the form to close")


KEYS_TO_PASSWORD = 3  # from the title: namespace, user name, password


def use(program: Program, held: Secrets) -> None:
    """What a person does between unlocking and leaving."""
    desk = program.desk
    for title, value in (("Zepp", held.value), ("Passport", held.note)):
        copy(program, title, value)
        desk.key("ctrl+shift+c")
        is_in_memory(program, value)
    copy(program, "Harbour", held.old)
    change_password(program, held.stored, store=True)
    copy(program, "Harbour", held.stored)
    copy(program, "Zepp", held.value)
    change_password(program, held.drafted, store=False)
    is_in_memory(program, held.drafted)


def assert_clean(program: Program, secrets: list[str]) -> None:
    """Nothing of it is left: in memory, on the clipboard, in what the program said."""
    desk = program.desk
    locked = look(program, secrets)
    assert not locked, locked
    assert desk.clipboard() == ""
    assert program.said == ""
    assert all(each not in " ".join(desk.titles()) for each in secrets)


def play(desk: Desk, folder: Path) -> None:
    """One round."""
    held, home = Secrets(), Home(folder)
    home.make_vault(held.password, held.entries())
    with running(desk, home) as program:
        program.unlock(held.password)
        if not can_scan(program.pid):
            pytest.skip("only root may read the memory of a hardened process")
        use(program, held)
        engine, image = program.engine(), program.image()
        assert program.lock() < 2, "the engine outlived the lock by 2 s"
        assert program.pid == os.getpgid(program.pid)
        assert program.image() != image
        assert engine not in program.processes()
        assert_clean(program, held.all())
        program.unlock(held.password)
        program.desk.wait_still()
        program.lock()
        assert_clean(program, held.all())
        program.desk.key("Escape")
        assert program.wait_end() == 0
    stored = home.read_vault(held.password)
    done = {each.action for each in stored.records}
    assert {"secret.revealed", "secret.copied", "secret.changed"} <= done
    assert stored.values["Harbour"] == held.stored
    assert stored.values["Zeppelin"] == held.value
    (draft,) = stored.drafts
    assert draft.entry == stored.entries["Zeppelin"].id
    assert held.drafted in [field.value.text() for field in draft.input.fields if field.value]


def test_after_locking_nothing_of_the_password_or_a_value_is_left(desk: Desk, tmp_path: Path) -> None:
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        folder.mkdir(mode=0o700)
        play(desk, folder)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_after_a_hundred_lockings_nothing_is_left(desk: Desk, tmp_path: Path) -> None:
    for number in range(100):
        folder = tmp_path / str(number)
        folder.mkdir(mode=0o700)
        play(desk, folder)


def test_a_wrong_password_is_left_neither_at_once_nor_after_the_next_lock(desk: Desk, tmp_path: Path) -> None:
    held, home = Secrets(), Home(tmp_path)
    home.make_vault(held.password, held.entries())
    near = held.password[:-1] + ("A" if held.password[-1] != "A" else "B")
    with running(desk, home) as program:
        program.wait_front(UNLOCK)
        if not can_scan(program.pid):
            pytest.skip("only root may read the memory of a hardened process")
        engine = program.engine()
        desk.type(near)
        is_in_memory(program, near)
        desk.key("Return")
        program.wait(lambda: home.attempts() == 1, "the attempt to be counted")
        program.wait(lambda: program.engines() not in ([engine], []), "another engine")
        assert_clean(program, [near])
        program.unlock(held.password)
        program.lock()
        assert_clean(program, [near, held.password])
        desk.key("Escape")
        assert program.wait_end() == 0
    told = [each.details for each in home.read_vault(held.password).records if each.action == "vault.unlocked"]
    assert [each.get("failed before, unverified", 0) for each in told] == [1, 0]
