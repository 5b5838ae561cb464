"""What a screen reader gets of the program: its tree over AT-SPI, on a bus of its own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.desktop.bus import private_bus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from installers.desk import Desk
    from tests.gui.desk_program import Home, Program

READER = Path(__file__).with_name("atspi_reader.py")
LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
PYTHON = "/usr/bin/python3"
# Roles that hold or name others and cannot be acted on.
PASSIVE = {
    "filler", "frame", "dialog", "window", "panel", "application", "scroll pane", "viewport", "label", "separator",
    "scroll bar", "split pane", "layered pane", "unknown", "invalid",
}  # fmt: skip


@dataclass(frozen=True)
class Element:
    """One accessible object."""

    role: str
    name: str
    description: str
    states: frozenset[str]
    text: str | None
    actions: tuple[str, ...]
    labels: tuple[str, ...]  # names of what labels it
    children: tuple[Element, ...]

    @classmethod
    def of(cls, said: dict[str, Any]) -> Element:
        """From the reader's words."""
        return cls(
            said["role"],
            said["name"] or "",
            said["description"] or "",
            frozenset(said["states"]),
            said["text"],
            tuple(said["actions"]),
            tuple(said["labels"]),
            tuple(cls.of(child) for child in said["children"]),
        )

    def all(self) -> Iterator[Element]:
        """This and everything in it."""
        yield self
        for child in self.children:
            yield from child.all()

    def shown(self) -> list[Element]:
        """Everything that can be seen now."""
        return [each for each in self.all() if "showing" in each.states]

    def find(self, role: str, name: str) -> Element | None:
        """The first shown element of that role whose name begins so."""
        return next((e for e in self.shown() if e.role == role and e.name.startswith(name)), None)

    @property
    def can_act(self) -> bool:
        """Whether a person can do something with it."""
        reachable = "focusable" in self.states or bool(set(self.actions) - {"SetFocus"})
        return reachable and self.role not in PASSIVE

    def __str__(self) -> str:
        return f"{self.role} “{self.name}”"


class Reader:
    """The other end of atspi_reader.py."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [PYTHON, str(READER)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def _ask(self, program: Program, **more: Any) -> Element | None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"pid": program.pid, **more}) + "\n")
        self._process.stdin.flush()
        said = json.loads(self._process.stdout.readline() or "null")
        return None if said is None else Element.of(said)

    def tree(self, program: Program) -> Element:
        """Everything of the program, once it is there."""
        return program.wait(lambda: self._ask(program), "the program on the accessibility bus")

    def wait(self, program: Program, role: str, name: str) -> Element:
        """Until an element of that role whose name begins so is shown."""

        def look() -> Element | None:
            tree = self._ask(program)
            return tree.find(role, name) if tree is not None else None

        return program.wait(look, f"the {role} “{name}”")

    def focus(self, program: Program) -> Element:
        """What has the focus."""
        return program.wait(lambda: self._ask(program, focus=True), "something with the focus")

    def wait_focus(self, program: Program, fits: Callable[[Element], bool], what: str) -> Element:
        """Until what has the focus fits."""

        def look() -> Element | None:
            found = self._ask(program, focus=True)
            return found if found is not None and fits(found) else None

        return program.wait(look, what)

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextlib.contextmanager
def screen_reader(desk: Desk, home: Home) -> Iterator[tuple[Reader, dict[str, str]]]:
    """A reader, and what the program's environment needs so that it is read."""
    launcher = next((each for each in LAUNCHERS if Path(each).exists()), "")
    if not launcher:
        pytest.skip("at-spi-bus-launcher is not installed (apt install at-spi2-core)")
    if subprocess.run([PYTHON, "-c", "import pyatspi"], capture_output=True, check=False).returncode:
        pytest.skip("pyatspi is not installed (apt install python3-pyatspi)")
    with private_bus(home.folder) as bus:
        words = {"DBUS_SESSION_BUS_ADDRESS": bus.address, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
        environment = {**os.environ, **home.environment(words), "DISPLAY": desk.environment["DISPLAY"]}
        bus.children.append(
            subprocess.Popen(
                [launcher, "--launch-immediately", "--a11y=1"],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        reader = Reader(environment)
        try:
            yield reader, words
        finally:
            reader.close()
