"""A small real engine for the tests of the border: it keeps entries in a dictionary and does what its callers say."""

from __future__ import annotations

import ctypes
import os
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import apsw

from kvault_gui.engine import api
from kvault_gui.engine.errors import EntryNotFoundError, LockedError
from kvault_gui.runtime import hardening
from tests.runtime.sample_tokens import SampleTokens

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

PR_GET_PDEATHSIG = 2
ENDLESS = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"

MAIN_THREAD: dict[str, object] = {}  # what can be seen there alone


def parent_death_signal() -> int:
    """What the kernel sends to this thread's process when its parent ends."""
    found = ctypes.c_int()
    ctypes.CDLL(None).prctl(PR_GET_PDEATHSIG, ctypes.byref(found), 0, 0, 0)
    return found.value


def _row(number: int) -> api.Row:
    return api.Row(
        id=number,
        kind=api.Kind.CREDENTIAL,
        title=f"Title number {number}",
        detail="me@example.org",
        namespace=1,
        changed=1.5,
        expires=None,
        favourite=False,
        files=False,
        trashed=False,
        key=b"title number",
    )


class SampleTools:
    """Answers at once."""

    def generate(self, recipe: api.Recipe) -> api.Secret:
        return api.Secret.of("x" * recipe.length)

    def strength(self, secret: api.Secret) -> api.Strength:
        return api.Strength(float(len(secret.value)), 4, secret.text())

    def selftest(self) -> list[api.TestResult]:
        """An SQL statement that never ends."""
        apsw.Connection(":memory:").execute(ENDLESS).fetchall()
        return []


class SampleSecrets:
    """Entries by number; the title says what to do."""

    def __init__(self, engine: SampleEngine) -> None:
        self._engine = engine
        self._stored: dict[int, api.EntryInput] = {}

    def page(self, view: api.View, start: api.Place | None, limit: int = api.PAGE) -> list[api.Row]:
        del view
        first = start.id if start else 1
        return [_row(each) for each in range(first, first + limit)]

    def count(self, view: api.View) -> int:
        """The slices of the running job so far."""
        del view
        return self._engine.formats.slices

    def find(self, ref: str, *_: object) -> int:
        return len(ref)

    def get(self, entry: int) -> NoReturn:
        if entry == 0:
            raise ZeroDivisionError("hunter2-in-a-message")
        raise EntryNotFoundError(name=f"number {entry}")

    def create(self, entry: api.EntryInput) -> int:
        self._engine.emit(api.Changed(len(self._stored) + 1))
        self._stored[len(self._stored) + 1] = entry
        return len(self._stored)

    def reveal(self, entry: int, field: str, use: api.Use, version: int | None = None) -> api.Secret:
        del use, version
        for each in self._stored[entry].fields:
            if each.name == field and each.value is not None:
                return each.value
        raise LockedError

    def move(self, entries: list[int], namespace: str) -> None:
        """Asks, and emits what was answered, one event a letter."""
        del entries
        answer = self._engine.prompter.ask(api.AskSecret(namespace, "", 3))
        for letter in answer.text():
            self._engine.emit(api.Recorded(ord(letter)))


class SampleFormats:
    """Jobs."""

    def __init__(self, engine: SampleEngine) -> None:
        self._engine = engine
        self.slices = 0

    def undo(self, batch: str) -> Generator[api.Progress, None, int]:
        """A job of ``batch`` slices of 2 ms; tells by an event that it was closed."""
        try:
            for self.slices in range(1, int(batch) + 1):
                time.sleep(0.002)
                yield api.Progress(self.slices, int(batch), "slice")
        except GeneratorExit:
            self._engine.emit(api.Recorded(-self.slices))
            raise
        return self.slices

    def save(
        self, path: str, form: api.SourceFormat, password: api.Secret | None
    ) -> Generator[api.Progress, None, api.ExportSummary]:
        """Asks in the middle."""
        del form, password
        yield api.Progress(1, 2)
        answer = self._engine.prompter.ask(api.AskSecret("Export", "Your password", None))
        yield api.Progress(2, 2)
        return api.ExportSummary(path, len(answer.value), [answer.text()])


class SampleVaults:
    """Says by its notes what has happened."""

    def __init__(self, engine: SampleEngine) -> None:
        self._engine = engine

    def close(self) -> None:
        self._engine.emit(api.Found("closed", {}))

    def probe(self, path: str) -> api.Probe:
        return api.Probe(path, f"idle {self._engine.idles}", "00", [], [], None, None)

    def check(self) -> Generator[api.Progress, None, api.CheckReport]:
        """Fails after its first slice."""
        yield api.Progress(1, 0)
        raise LockedError


class SampleSlots:
    """Says what the process is like."""

    def all(self) -> list[api.SlotInfo]:
        facts = MAIN_THREAD | {
            "dumpable": ctypes.CDLL(None).prctl(hardening.PR_GET_DUMPABLE, 0, 0, 0, 0),
            "core": resource.getrlimit(resource.RLIMIT_CORE),
            "folder": Path.cwd(),
            "umask": oct(os.umask(0o077)),
            "isolated": sys.flags.isolated,
            "utf8": sys.flags.utf8_mode,
            "standard input": os.read(0, 1),
            "group leader": os.getpgid(0) == os.getpid(),
        }
        return [
            api.SlotInfo(name, api.Method.PASSWORD, str(value), 0.0, "", reads_values=False)
            for name, value in facts.items()
        ]


class SampleEngine:
    """The parts together."""

    def __init__(self, prompter: api.Prompter, emit: Callable[[api.Event], None]) -> None:
        self.prompter, self.emit = prompter, emit
        self.idles = 0
        self.vaults = SampleVaults(self)
        self.tools = SampleTools()
        self.secrets = SampleSecrets(self)
        self.formats = SampleFormats(self)
        self.slots = SampleSlots()
        self.tokens = SampleTokens(self)
        self._idle = self._wishes()

    def idle(self) -> float | None:
        self.idles += 1
        self.emit(api.Recorded(-1_000_000 - self.idles)) if self.idles <= 3 else None
        return next(self._idle, None)

    @staticmethod
    def _wishes() -> Iterator[float]:
        yield from (0.0, 0.0)
