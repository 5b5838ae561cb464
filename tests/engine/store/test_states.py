"""Any sequence of acts gives what a plain dictionary gives, through failures and reopenings, and verifies."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.faults import world
from tests.faults.world import ITEM

NAMES = st.text(st.characters(codec="utf-8"), max_size=8)
BODIES = st.none() | st.binary(max_size=40)
IDS = st.integers(0, 600)


class GivenUp(Exception):  # noqa: N818 no error
    """A transaction that is abandoned on purpose."""


class Machine(RuleBasedStateMachine):
    """A store beside a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.model: dict[int, tuple[object, ...]] = {}

    @initialize()
    def make(self) -> None:
        self.store = world.make(self.folder / "vault")

    @rule(rows=st.dictionaries(IDS, st.tuples(NAMES, BODIES), max_size=5), gives_up=st.booleans())
    def put(self, rows: dict[int, tuple[str, bytes | None]], gives_up: bool) -> None:  # noqa: FBT001
        with contextlib.suppress(GivenUp):
            self._put(rows, gives_up=gives_up)
        if gives_up:
            return
        self.model |= {row_id: (row_id, *rest, None) for row_id, rest in rows.items()}

    def _put(self, rows: dict[int, tuple[str, bytes | None]], *, gives_up: bool) -> None:
        with self.store.transaction() as tx:
            for row_id, (name, body) in rows.items():
                if tx.row(ITEM, row_id) is None:
                    tx.insert(ITEM, {"id": row_id, "name": name, "body": body})
                else:
                    tx.update(ITEM, row_id, {"name": name, "body": body, "weight": None})
            tx.append(b"put")
            if gives_up:
                raise GivenUp

    @rule(ids=st.lists(IDS, max_size=4, unique=True))
    def drop(self, ids: list[int]) -> None:
        with self.store.transaction() as tx:
            for row_id in ids:
                if tx.row(ITEM, row_id) is not None:
                    tx.delete(ITEM, row_id)
            tx.append(b"drop")
        for row_id in ids:
            self.model.pop(row_id, None)

    @rule(weight=st.none() | st.floats(allow_nan=False))
    def weigh(self, weight: float | None) -> None:
        for row_id in sorted(self.model)[:1]:
            with self.store.transaction() as tx:
                tx.update(ITEM, row_id, {"weight": weight})
                tx.append(b"weigh")
            old = self.model[row_id]
            self.model[row_id] = (*old[:3], None if weight is None else weight + 0.0)

    @rule()
    def turn(self) -> None:
        self.store.rewrite_header(world._turn)

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = world.reopen(self.folder / "vault")
        assert self.store.findings == []

    @rule()
    def copy_as_killed(self) -> None:
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.folder / "vault", copy)
        store = world.reopen(copy)
        assert store.findings == []
        assert {int(str(row[0])): row for row in store.read("select * from item")} == self.model
        world.verify(store)
        store.close()

    @invariant()
    def same(self) -> None:
        rows = self.store.rows(ITEM, sorted(self.model))
        assert {int(str(row[0])): row for row in rows} == self.model
        assert self.store.read("select count(*) from item") == [(len(self.model),)]

    def teardown(self) -> None:
        world.verify(self.store)
        self.store.close()
        shutil.rmtree(self.folder)


TestStates = Machine.TestCase
TestStates.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
