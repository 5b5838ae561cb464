"""Counting: every published vector is run or set aside for a reason that is said, none is skipped silently."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kvault_gui.engine.errors import KvaultError

unhex = bytes.fromhex


class Tally:
    """How many vectors of one file ran, and why the others did not."""

    def __init__(self) -> None:
        self.ran = 0
        self.aside: Counter[str] = Counter()

    def accept(self, *, good: bool, name: object) -> None:
        """One that ran; ``name`` tells which when it came out wrong."""
        assert good, f"vector {name} came out wrong"
        self.ran += 1

    def refuse(self, call: Callable[[], object], error: type[KvaultError], name: object) -> None:
        """One that ran and must be refused with ``error``."""
        try:
            call()
        except error:
            self.ran += 1
            return
        pytest.fail(f"vector {name} must be refused")

    def leave(self, reason: str, count: int = 1) -> None:
        """Vectors that no algorithm of the registry can run, and why."""
        self.aside[reason] += count

    def check(self, total: int, ran: int, aside: dict[str, int] | None = None) -> None:
        """Compare with what the file is known to hold."""
        print(f"ran {self.ran}, set aside {dict(self.aside)}")  # noqa: T201 shown by pytest -rP
        assert (self.ran, dict(self.aside)) == (ran, aside or {})
        assert self.ran + self.aside.total() == total


def wycheproof(path: Path) -> tuple[int, Iterator[tuple[dict[str, Any], dict[str, Any]]]]:
    """The number of tests that a Wycheproof file names, and each with its group."""
    tree = json.loads(path.read_bytes())
    found = [(group, test) for group in tree["testGroups"] for test in group["tests"]]
    assert len(found) == tree["numberOfTests"]
    return len(found), iter(found)


def acvp(prompt: Path, expected: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    """Each test of an ACVP pair: its group, its question, its answer (paired by number)."""
    questions, answers = (_vector_set(json.loads(path.read_bytes())) for path in (prompt, expected))
    known = {(g["tgId"], t["tcId"]): t for g in answers["testGroups"] for t in g["tests"]}
    for group in questions["testGroups"]:
        for test in group["tests"]:
            yield group, test, known[group["tgId"], test["tcId"]]


def _vector_set(tree: Any) -> dict[str, Any]:
    return dict(tree if isinstance(tree, dict) else tree[-1])


def records(path: Path) -> Iterator[dict[str, str]]:
    """Records of a NIST response file: "name = value" lines between empty lines, after "[name = value]" headings."""
    heading: dict[str, str] = {}
    record: dict[str, str] = {}
    for line in [*path.read_text().splitlines(), ""]:
        text = line.strip()
        if text.startswith("#"):
            continue
        if text.startswith("["):
            name, _, value = text.strip("[]").partition("=")
            heading[name.strip()] = value.strip()
        elif text:
            name, _, value = (part.strip() for part in text.partition("="))
            if name in record:  # files without empty lines begin the next one so
                yield heading | record
                record = {}
            record[name] = value
        elif record:
            yield heading | record
            record = {}
