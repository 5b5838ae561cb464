"""Random histories of entries against a model that is a dictionary."""

from __future__ import annotations

import shutil
import tempfile
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule

from kvault_gui.engine.api import EntryInput, Kind, Order, Use, View
from kvault_gui.engine.errors import ConflictError, NothingToUndoError
from tests.engine.vault.kit import desk, password
from tests.jobs import finish

TITLES = st.sampled_from(["mail", "Mail", "bank", "Äther", "zoo", "a b"])
PATHS = st.sampled_from(["", "work", "work/infra", "home"])
VALUES = st.sampled_from(["one", "two", "", "x" * 5000])
TAGS = st.lists(st.sampled_from(["red", "blue"]), unique=True)


@dataclass
class Shadow:
    title: str
    path: str
    value: str
    tags: list[str]
    favourite: bool = False
    trashed: bool = False
    values: list[tuple[str, str, list[str]]] = field(default_factory=list)  # title, value, tags by version

    def store(self, title: str, value: str, tags: list[str]) -> None:
        self.title, self.value, self.tags = title, value, tags
        self.values.append((title, value, tags))


class Entries(RuleBasedStateMachine):
    known = Bundle("known")

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="kvault-model-"))
        self.desk = desk(self.place)
        self.shadows: dict[int, Shadow] = {}
        self.past: list[tuple[int | None, dict[int, Shadow]]] = []

    def teardown(self) -> None:
        assert finish(self.desk.engine.vaults.check()).problems == []
        self.desk.engine.vaults.close()
        shutil.rmtree(self.place)

    def remember(self, versioned: int | None = None) -> None:
        self.past.append((versioned, deepcopy(self.shadows)))

    @rule(target=known, title=TITLES, path=PATHS, value=VALUES, tags=TAGS)
    def create(self, title: str, path: str, value: str, tags: list[str]) -> int:
        self.remember()
        given = EntryInput(Kind.CREDENTIAL, title, path, [password(value)], tags=tags)
        entry = self.desk.engine.secrets.create(given)
        self.shadows[entry] = Shadow(title, path, value, tags, values=[(title, value, tags)])
        return entry

    @rule(entry=known, title=TITLES, path=PATHS, value=st.none() | VALUES, tags=TAGS, star=st.booleans())
    def update(self, entry: int, title: str, path: str, value: str | None, tags: list[str], star: bool) -> None:  # noqa: FBT001
        if entry not in self.shadows:
            return
        self.remember(entry)
        shadow = self.shadows[entry]
        given = EntryInput(Kind.CREDENTIAL, title, path, [password(value)], tags=tags, favourite=star)
        number = self.desk.engine.secrets.update(entry, len(shadow.values), given)
        shadow.store(title, shadow.value if value is None else value, tags)
        shadow.path, shadow.favourite = path, star
        assert number == len(shadow.values)

    @rule(entry=known)
    def conflict(self, entry: int) -> None:
        if entry in self.shadows:
            given = EntryInput(Kind.CREDENTIAL, "lost", "", [])
            try:
                self.desk.engine.secrets.update(entry, len(self.shadows[entry].values) + 1, given)
            except ConflictError:
                return
            raise AssertionError("an edit of another version was stored")

    @rule(entry=known, data=st.data())
    def revert(self, entry: int, data: st.DataObject) -> None:
        if entry not in self.shadows:
            return
        self.remember(entry)
        shadow = self.shadows[entry]
        number = data.draw(st.integers(1, len(shadow.values)))
        self.desk.engine.secrets.revert(entry, number)
        shadow.store(*shadow.values[number - 1])

    @rule(entry=known, star=st.booleans())
    def favourite(self, entry: int, star: bool) -> None:  # noqa: FBT001
        if entry in self.shadows:
            if self.shadows[entry].favourite != star:
                self.remember()
            self.desk.engine.secrets.favourite(entry, star)
            self.shadows[entry].favourite = star

    def some(self, data: st.DataObject) -> list[int]:
        return data.draw(st.lists(st.sampled_from(sorted(self.shadows)), unique=True, min_size=1))

    @precondition(lambda self: self.shadows)
    @rule(data=st.data(), path=PATHS)
    def move(self, data: st.DataObject, path: str) -> None:
        ids = self.some(data)
        if any(self.shadows[entry].path != path for entry in ids):
            self.remember()
        self.desk.engine.secrets.move(ids, path)
        for entry in ids:
            self.shadows[entry].path = path

    @precondition(lambda self: self.shadows)
    @rule(data=st.data(), trashed=st.booleans())
    def trash_or_restore(self, data: st.DataObject, trashed: bool) -> None:  # noqa: FBT001
        ids = self.some(data)
        if any(self.shadows[entry].trashed != trashed for entry in ids):
            self.remember()
        act = self.desk.engine.secrets.trash if trashed else self.desk.engine.secrets.restore
        act(ids)
        for entry in ids:
            self.shadows[entry].trashed = trashed

    @rule()
    def undo(self) -> None:
        if not self.past:
            try:
                self.desk.engine.secrets.undo()
            except NothingToUndoError:
                return
            raise AssertionError("something was undone that was never done")
        self.desk.engine.secrets.undo()
        versioned, before = self.past.pop()
        for entry, shadow in self.shadows.items():
            old = before.get(entry)
            if old is None:  # its creation was taken back: it is in the trash
                shadow.trashed = True
                continue
            old.values = list(shadow.values)
            if entry == versioned:  # the earlier state comes back as a new version
                old.values.append((old.title, old.value, old.tags))
            self.shadows[entry] = old

    @precondition(lambda self: any(shadow.trashed for shadow in self.shadows.values()))
    @rule()
    def delete_what_is_in_the_trash(self) -> None:
        ids = [entry for entry, shadow in self.shadows.items() if shadow.trashed]
        self.desk.engine.secrets.delete(ids)
        for entry in ids:
            del self.shadows[entry]
        # What is left to undo is another matter: begin anew, as a new session does.
        self.reopen()

    @rule()
    def reopen(self) -> None:
        self.desk = self.desk.again()
        self.past.clear()

    @invariant()
    def lists_agree(self) -> None:
        secrets = self.desk.engine.secrets
        for trash in (False, True):
            view = View(trash=trash, order=Order.TITLE)
            wanted = sorted(entry for entry, shadow in self.shadows.items() if shadow.trashed == trash)
            assert sorted(row.id for row in secrets.page(view, None)) == wanted
            assert secrets.count(view) == len(wanted)
        alive = {entry: shadow for entry, shadow in self.shadows.items() if not shadow.trashed}
        overview = secrets.overview()
        assert overview.favourites == sum(shadow.favourite for shadow in alive.values())
        for tag in ("red", "blue"):
            wanted = sorted(entry for entry, shadow in alive.items() if tag in shadow.tags)
            assert sorted(row.id for row in secrets.page(View(tag=tag), None)) == wanted
            assert sum(found.count for found in overview.tags if found.name == tag) == len(wanted)
        for space in overview.namespaces:
            below = [s for s in alive.values() if s.path == space.path or s.path.startswith(space.path + "/")]
            assert space.count == len(below)

    @invariant()
    def entries_agree(self) -> None:
        for entry, shadow in self.shadows.items():
            found = self.desk.engine.secrets.get(entry)
            assert (found.title, found.path, found.tags) == (shadow.title, shadow.path, shadow.tags)
            assert (found.favourite, found.trashed, found.version) == (
                shadow.favourite,
                shadow.trashed,
                len(shadow.values),
            )
        if self.shadows:
            entry = max(self.shadows)
            for number, (_title, value, _tags) in enumerate(self.shadows[entry].values, 1):
                assert self.desk.engine.secrets.reveal(entry, "password", Use.SHOW, number).text() == value


Entries.TestCase.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
TestEntries = Entries.TestCase
