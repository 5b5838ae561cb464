"""Any order of adding, removing, renaming, limiting, renewing and unlocking against a model of who gets in."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle as Bag
from hypothesis.stateful import RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from kvault_gui.engine.api import Given, Method, NewFactor, NewSlot, Secret
from kvault_gui.engine.errors import (
    CancelledError,
    LastWayError,
    NoSecondWayError,
    NotPermittedError,
    SlotExpiredError,
    SlotNameTakenError,
    WrongCredentialsError,
)
from tests.engine.vault.kit import START, desk
from tests.engine.ways_kit import CODE, header_of, unlock
from tests.jobs import finish

NAMES = st.sampled_from(["One", "Two", "Three", "Four", "two"])


@dataclass
class Way:
    """A way in of the model."""

    id: str
    label: str
    code: str
    file: str  # "" without a key file
    reads: bool
    once: bool = False
    expires: float = 0

    @property
    def lasts(self) -> bool:
        return self.reads and not self.once and not self.expires


class Ways(RuleBasedStateMachine):
    """The vault is open between rules, by some way in; a rule changes the ways in, or opens it by another one."""

    known = Bag("known")

    def __init__(self) -> None:
        super().__init__()
        self.where = Path(tempfile.mkdtemp(prefix="kvault-ways-"))
        self.desk = desk(self.where)
        self.engine = self.desk.engine
        self.ways: dict[str, Way] = {}
        self.ever: dict[str, Way] = {}
        self.reads = True
        self.number = 0

    def teardown(self) -> None:
        self.engine.vaults.close()
        shutil.rmtree(self.where)

    @property
    def folder(self) -> Path:
        return self.desk.folder

    @initialize(target=known)
    def begin(self) -> object:
        """One way in by code that lasts; the password is left out, because it costs a derivation each time."""
        slots = {slot.label: slot.id for slot in self.engine.slots.all()}
        self.engine.slots.remove(slots["Password"], True)
        way = Way(slots["Recovery code"], "Recovery code", self.desk.code, "", reads=True)
        self.ways[way.id] = self.ever[way.id] = way
        return way.id

    def wanted(self, label: str, *, reads: bool, once: bool, ends: bool, file: bool) -> tuple[NewSlot, str]:
        factors, path = [CODE], ""
        if file:
            self.number += 1
            path = str(self.where / f"key {self.number}")
            Path(path).write_bytes(self.number.to_bytes(32, "big"))
            factors.append(NewFactor(Method.KEY_FILE, file=path))
        expires = self.desk.clock.now + 1000 if ends else None
        return NewSlot(label, factors, reads, once, expires), path

    def out_of_reach(self, way: Way) -> bool:
        """A session that reads no values leaves those ways in alone that do."""
        return way.reads and not self.reads

    def names(self, but: str = "") -> set[str]:
        return {way.label.casefold() for way in self.ways.values() if way.id != but}

    @rule(target=known, label=NAMES, reads=st.booleans(), once=st.booleans(), ends=st.booleans(), file=st.booleans())
    def add(self, label: str, reads: bool, once: bool, ends: bool, file: bool) -> object:  # noqa: FBT001 Hypothesis gives them by name
        wanted, path = self.wanted(label, reads=reads, once=once, ends=ends, file=file)
        try:
            added = finish(self.engine.slots.add(wanted))
        except SlotNameTakenError:
            assert label.casefold() in self.names()
            return multiple()
        except NotPermittedError:
            assert reads
            assert not self.reads
            return multiple()
        assert label.casefold() not in self.names()
        return self.keep(wanted, path, added.slot.id, added.recovery_code)

    def keep(self, wanted: NewSlot, path: str, slot: str, code: Secret | None) -> str:
        assert code is not None
        expires = wanted.expires or 0
        self.ways[slot] = self.ever[slot] = Way(
            slot, wanted.label, code.text(), path, wanted.reads_values, wanted.once, float(int(expires))
        )
        return slot

    @rule(slot=known, sure=st.booleans())
    def remove(self, slot: str, sure: bool) -> None:  # noqa: FBT001 as above
        way = self.ways.get(slot)
        if way is None:
            return
        left = [each for each in self.ways.values() if each.lasts and each is not way]
        try:
            self.engine.slots.remove(slot, sure)
        except LastWayError:
            assert way.lasts
            assert not left
            return
        except NoSecondWayError:
            assert way.lasts
            assert not sure
            assert len(left) == 1
            return
        except NotPermittedError:
            assert self.out_of_reach(way)
            return
        assert not way.lasts or left
        del self.ways[slot]

    @rule(target=known, slot=known, label=NAMES, reads=st.booleans(), file=st.booleans())
    def replace(self, slot: str, label: str, reads: bool, file: bool) -> object:  # noqa: FBT001 as above
        way = self.ways.get(slot)
        if way is None or label.casefold() in self.names(but=slot) or (reads and not self.reads):
            return multiple()
        wanted, path = self.wanted(label, reads=reads, once=False, ends=False, file=file)
        others = [each for each in self.ways.values() if each.lasts and each is not way]
        try:
            added = finish(self.engine.slots.replace(slot, wanted))
        except LastWayError:
            assert way.lasts
            assert not reads
            assert not others
            return multiple()
        except NotPermittedError:
            assert self.out_of_reach(way)
            return multiple()
        del self.ways[slot]
        return self.keep(wanted, path, added.slot.id, added.recovery_code)

    @rule(slot=known, label=NAMES)
    def rename(self, slot: str, label: str) -> None:
        way = self.ways.get(slot)
        if way is None:
            return
        try:
            self.engine.slots.rename(slot, label)
        except SlotNameTakenError:
            assert label.casefold() in self.names(but=slot)
            return
        except NotPermittedError:
            assert self.out_of_reach(way)
            return
        way.label = label

    @rule(slot=known, once=st.booleans(), ends=st.booleans())
    def limit(self, slot: str, once: bool, ends: bool) -> None:  # noqa: FBT001 as above
        way = self.ways.get(slot)
        if way is None:
            return
        expires = float(int(self.desk.clock.now)) + 500 if ends else 0
        others = [each for each in self.ways.values() if each.lasts and each is not way]
        try:
            self.engine.slots.limit(slot, once, expires or None)
        except LastWayError:
            assert way.lasts
            assert not others
            return
        except NotPermittedError:
            assert self.out_of_reach(way)
            return
        way.once, way.expires = once, expires

    @rule(slot=known)
    def reseal(self, slot: str) -> None:
        way = self.ways.get(slot)
        if way is None or (way.reads and not self.reads):
            return
        self.desk.person.answers = [way.code, way.file] if way.file else [way.code]
        prompter = self.engine.around.prompter
        prompter.answers = [way.code, way.file] if way.file else [way.code]  # type: ignore[attr-defined]
        info = finish(self.engine.slots.reseal(slot))
        del self.ways[slot]
        way.id = info.id
        self.ways[info.id] = way

    @rule(slot=known)
    def unlock(self, slot: str) -> None:
        """By any way in that there ever was: it opens if the model says so."""
        way = self.ways.get(slot)
        if way is None:
            return
        self.engine.vaults.close()
        more = [Given(Method.KEY_FILE, file=way.file)] if way.file else []
        over = bool(way.expires) and self.desk.clock.now >= way.expires
        try:
            self.engine, opened = unlock(
                self.folder, Method.RECOVERY_CODE, way.code, slot=slot, more=more, clock=self.desk.clock
            )
        except SlotExpiredError:
            assert over
            self.desk_again()
            return
        assert not over
        assert (opened.slot, opened.reads_values) == (slot, way.reads)
        self.reads = way.reads
        if way.once:
            del self.ways[slot]

    def desk_again(self) -> None:
        way = next(each for each in self.ways.values() if each.lasts)
        more = [Given(Method.KEY_FILE, file=way.file)] if way.file else []
        self.engine, _ = unlock(self.folder, Method.RECOVERY_CODE, way.code, more=more, clock=self.desk.clock)
        self.reads = True

    @rule(slot=consumes(known))
    def gone(self, slot: str) -> None:
        """What is gone opens nothing, whatever is given."""
        if slot in self.ways:
            return
        self.engine.vaults.close()
        header = (self.folder / "vault.json").read_bytes()
        if (way := self.ever.get(slot)) is not None and way not in self.ways.values():
            more = [Given(Method.KEY_FILE, file=way.file)] if way.file else []
            # Cancelled: it asked for the key file of another way in that takes a code.
            with pytest.raises((WrongCredentialsError, CancelledError)):
                unlock(self.folder, Method.RECOVERY_CODE, way.code, more=more, clock=self.desk.clock)
        assert (self.folder / "vault.json").read_bytes() == header
        self.desk_again()

    @rule(seconds=st.sampled_from([1, 400, 700]))
    def later(self, seconds: int) -> None:
        self.desk.clock.now += seconds

    @invariant()
    def the_header_says_what_the_model_says(self) -> None:
        if not self.ways:
            return
        slots = header_of(self.folder)["slots"]
        assert isinstance(slots, list)
        assert {slot["id"] for slot in slots} == set(self.ways)
        for info in self.engine.slots.all():
            way = self.ways[info.id]
            assert (info.label, info.reads_values, info.once) == (way.label, way.reads, way.once)
            assert (info.expires or 0) == way.expires
            assert info.carried
        assert any(way.lasts for way in self.ways.values())
        assert self.desk.clock.now >= START


TestWays = Ways.TestCase
TestWays.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
