"""The real program on a desk: started like a person would, observed from outside, never reached into."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from installers.desk import Desk, DeskError
from kvault_gui.engine.api import (
    AuditFilter,
    Credential,
    Draft,
    Entry,
    EntryInput,
    Method,
    Record,
    Secret,
    Use,
    View,
)
from kvault_gui.engine.facade import Engine
from kvault_gui.services.control import client
from kvault_gui.services.control.protocol import ProtocolError, SilentError
from tests.engine.unlock.script import ScriptedPrompter
from tests.peer import peer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kvault_gui.services.control.protocol import State

PROJECT = Path(__file__).resolve().parents[2]
UNLOCK, MAIN, WIZARD = "Unlock — kvault", "kvault", "New vault — kvault"  # titles of windows
LIMIT = 30.0  # seconds; a machine that runs other tests may be slow, a person would have given up
T = TypeVar("T")
NO_BUS = "unix:path=/nonexistent"


@dataclass(frozen=True)
class Stored:
    """What a vault held after the program was done with it."""

    entries: dict[str, Entry]
    values: dict[str, str]  # title to password
    drafts: list[Draft]
    records: list[Record]  # of the audit log, oldest first


class Home:
    """The folders of one person, readable by them alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "home"
        self.runtime, self.config, self.state = (self.folder / name for name in ("run", "config", "state"))
        for each in (self.folder, self.runtime, self.config, self.state):
            each.mkdir(mode=0o700)
        self.vault = self.folder / ".kind" / "vault" / "personal"

    @property
    def socket(self) -> Path:
        """Where the program listens."""
        return self.runtime / "kvault" / "control.sock"

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Nothing of the person who runs the tests, and no bus of this machine."""
        return {
            "HOME": str(self.folder),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(PROJECT),
            "LC_ALL": "C.UTF-8",
            "XDG_RUNTIME_DIR": str(self.runtime),
            "XDG_CONFIG_HOME": str(self.config),
            "XDG_STATE_HOME": str(self.state),
            "DBUS_SESSION_BUS_ADDRESS": NO_BUS,
            "DBUS_SYSTEM_BUS_ADDRESS": NO_BUS,
            "QT_QPA_PLATFORM": "xcb",
            **(more or {}),
        }

    def attempts(self) -> int:
        """Failed unlocks since the last success, as the file beside the vault counts them."""
        try:
            found = json.loads((self.vault / "attempts").read_bytes())
        except FileNotFoundError:
            return 0
        return len(found)

    def make_vault(self, password: str, entries: Sequence[EntryInput], kdf_seconds: float = 0) -> None:
        """Make a vault with entries, by the engine itself."""
        self.vault.parent.mkdir(parents=True, mode=0o700)
        engine = Engine(ScriptedPrompter(), "tests", kdf_seconds=kdf_seconds)
        engine.vaults.create(str(self.vault), Secret.of(password))
        for entry in entries:
            engine.secrets.create(entry)
        engine.vaults.close()

    def read_vault(self, password: str) -> Stored:
        """What the vault holds now; the program must have let go of it."""
        engine = Engine(ScriptedPrompter(), "tests")
        engine.vaults.unlock(str(self.vault), Credential(Method.PASSWORD, Secret.of(password)), [])
        try:
            rows = engine.secrets.page(View(), None, 200)
            entries = {row.title: engine.secrets.get(row.id) for row in rows}
            values = {
                title: engine.secrets.reveal(entry.id, "password", Use.EXPORT).text()
                for title, entry in entries.items()
                if any(field.name == "password" for field in entry.fields)
            }
            records = engine.audit.page(AuditFilter(), None, 500)
            return Stored(entries, values, engine.drafts.all(), sorted(records, key=lambda one: one.number))
        finally:
            engine.vaults.close()


class Program:
    """``kvault-gui`` in a session of its own, so that everything it starts is found again."""

    def __init__(self, desk: Desk, home: Home, *words: str, env: Mapping[str, str] | None = None) -> None:
        self.desk, self.home = desk, home
        self._env = home.environment({"DISPLAY": desk.environment["DISPLAY"], **(env or {})})
        self._said = home.folder / f"said-{time.monotonic_ns()}"
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "kvault_gui", *words],
                env=self._env,
                cwd=home.folder,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        self.pid = self.process.pid

    # What can be seen from outside ------------------------------------------------------------------------------------

    @property
    def said(self) -> str:
        """What it wrote to its terminal: nothing, when all is well."""
        return self._said.read_text(errors="replace")

    def processes(self) -> list[int]:
        """Every process of this program's session that is no zombie, the program first."""
        found = [pid for pid, session, state in _all() if session == self.pid and state != "Z"]
        return sorted(found, key=lambda pid: (pid != self.pid, pid))

    def engine(self) -> int:
        """The engine's process id."""
        return int(self.wait(self.engines, "an engine")[-1])

    def engines(self) -> list[int]:
        """The process ids of all engines, the newest last."""
        return [pid for pid in self.processes() if b"start_child.py" in _words(pid)]

    def image(self) -> tuple[bytes, ...]:
        """What is another one after each exec: the kernel's random bytes and addresses, and the words."""
        try:
            vector = Path(f"/proc/{self.pid}/auxv").read_bytes()
        except PermissionError:  # not dumpable, and we are not root: the words tell whether it was relaunched
            vector = b""
        return vector, _words(self.pid)

    def status(self) -> State | None:
        """What its control socket says; None while nobody answers."""
        try:
            return client.status(self.home.socket)
        except (ProtocolError, SilentError):
            return None

    @property
    def is_locked(self) -> bool:
        state = self.status()
        return state is not None and state.locked

    # Waiting ----------------------------------------------------------------------------------------------------------

    def wait(self, condition: Callable[[], T | None], what: str, seconds: float = LIMIT) -> T:
        """Until ``condition`` gives something; fails early when the program ended by itself."""

        def look() -> T | None:
            found = condition()
            if not found:
                assert self.process.poll() is None, f"it ended with {self.process.poll()}: {self.said}"
            return found or None

        try:
            found: T = self.desk.wait(look, what, seconds)
        except DeskError:
            self.desk.screenshot(self.home.folder / "failed.png")
            raise
        return found

    def wait_front(self, title: str, seconds: float = LIMIT) -> None:
        """Until the window with exactly this title has the keyboard."""
        self.wait(lambda: self.desk.active() == title, f"“{title}” in front, not “{self.desk.active()}”", seconds)

    def wait_end(self, seconds: float = LIMIT) -> int:
        """Until it ended; returns its exit code."""
        return self.process.wait(seconds)

    def wait_gone(self, pid: int, seconds: float) -> float:
        """Until that process is gone; returns how many seconds it took."""
        begin = time.monotonic()
        end = begin + seconds
        while is_alive(pid):
            assert time.monotonic() < end, f"process {pid} is still there after {seconds:g} s"
            time.sleep(0.005)
        return time.monotonic() - begin

    # Hands ------------------------------------------------------------------------------------------------------------

    def unlock(self, password: str) -> None:
        """Type the password into the unlock dialog."""
        self.wait_front(UNLOCK)
        self.desk.type(password)
        self.desk.key("Return")
        self.wait_front(MAIN)

    def lock(self) -> float:
        """Ctrl+L; returns the seconds until the engine was gone. The unlock dialog is back afterwards."""
        engine, before = self.engine(), self.image()
        self.desk.key("ctrl+l")
        took = self.wait_gone(engine, LIMIT)
        self.wait(lambda: self.image() != before, "a fresh image")
        self.wait_front(UNLOCK)
        self.wait(lambda: self.is_locked, "the control socket to answer")
        return took

    def quit(self) -> int:
        """Ctrl+Q in the main window."""
        self.desk.key("ctrl+q")
        return self.wait_end()

    def kill(self) -> None:
        """End whatever is left of it."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


@contextlib.contextmanager
def running(desk: Desk, home: Home, *words: str, env: Mapping[str, str] | None = None) -> Iterator[Program]:
    """A program; nothing of it stays."""
    program = Program(desk, home, *words, env=env)
    try:
        yield program
    finally:
        program.kill()


@contextlib.contextmanager
def make_desk(width: int = 1400, height: int = 900) -> Iterator[Desk]:
    """A display with a window manager; the test is skipped without them."""
    for each in ("Xvfb", "openbox"):
        peer(each)
    with Desk(width, height) as desk:
        yield desk


def command(home: Home, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """The command line of the same person."""
    return subprocess.run(
        [sys.executable, "-m", "kvault_gui.cli.main", *words],
        env=home.environment({"KVAULT_VAULT": str(home.vault)}),
        input=given,
        text=True,
        capture_output=True,
        start_new_session=True,
        timeout=60,
        check=False,
    )


def is_alive(pid: int) -> bool:
    """Whether that process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _words(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _all() -> Iterator[tuple[int, int, str]]:
    """Every process: its id, session and state."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
                yield int(folder.name), int(fields[3]), fields[0]
