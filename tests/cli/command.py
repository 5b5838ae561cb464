"""Runs the real command in a process of its own, on a real vault."""

from __future__ import annotations

import json
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kvault_gui.engine.api import EntryInput, FieldInput, FieldType, Kind, Secret
from kvault_gui.engine.facade import Engine
from tests.engine.unlock.script import ScriptedPrompter

if TYPE_CHECKING:
    from collections.abc import Mapping

PASSWORD = "correct horse battery"
GITHUB = "hunter2-ünïcode"
PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The last line of standard error as JSON."""
        found: dict[str, Any] = json.loads(self.err.splitlines()[-1])
        return found


class Kvault:
    """One home folder with a vault in it, and the command run there without a terminal."""

    def __init__(self, home: Path, vault: Path) -> None:
        self.home = home
        self.vault = vault
        self.services: dict[str, str] = {}  # where those of tokens listen
        self.runtime = home / "run"
        self.runtime.mkdir(mode=0o700)
        self.password = home / "password"
        self.password.write_text(PASSWORD + "\n")

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Nothing of the person who runs the tests."""
        return {
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(PROJECT),
            "XDG_RUNTIME_DIR": str(self.runtime),
            "XDG_STATE_HOME": str(self.home / "state"),
            "KVAULT_VAULT": str(self.vault),
            "LC_ALL": "C.UTF-8",
            **self.services,
            **(more or {}),
        }

    @staticmethod
    def words(*words: str) -> list[str]:
        """The whole command line."""
        return [sys.executable, "-m", "kvault_gui.cli.start", *words]

    def bare(self, *words: str, given: bytes = b"", env: Mapping[str, str] | None = None, **more: Any) -> Result:
        """Run without saying a password."""
        done = subprocess.run(
            self.words(*words),
            input=given,
            capture_output=True,
            env=self.environment(env),
            start_new_session=True,
            timeout=120,
            check=False,
            **more,
        )
        return Result(done.returncode, done.stdout, done.stderr.decode())

    def run(self, *words: str, given: bytes = b"", env: Mapping[str, str] | None = None) -> Result:
        """Run with the password from its file."""
        return self.bare(*words, "--password-file", str(self.password), given=given, env=env)

    def ok(self, *words: str, given: bytes = b"") -> Result:
        """Run with the password and expect that it works."""
        done = self.run(*words, given=given)
        assert done.code == 0, done.err
        return done


def make_vault(path: Path) -> str:
    """A vault with two entries, at the floor of the key derivation's cost; returns its recovery code."""
    engine = Engine(ScriptedPrompter(), "tests", kdf_seconds=0)
    opened = engine.vaults.create(str(path), Secret.of(PASSWORD))
    assert opened.recovery_code is not None
    code = opened.recovery_code.text()
    engine.secrets.create(
        EntryInput(
            Kind.CREDENTIAL,
            "github",
            "work",
            [
                FieldInput("username", FieldType.TEXT, protected=False, value=Secret.of("octocat")),
                FieldInput("password", FieldType.SECRET, protected=True, value=Secret.of(GITHUB)),
            ],
            tags=["dev"],
        )
    )
    engine.secrets.create(EntryInput(Kind.NOTE, "a/b", "", []))
    engine.vaults.close()
    return code


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A vault to copy, made once: its folder and its recovery code."""
    path = tmp_path_factory.mktemp("made") / "vault"
    return path, make_vault(path)


@pytest.fixture
def kvault(made: tuple[Path, str], tmp_path: Path) -> Kvault:
    """A home folder with a copy of that vault."""
    shutil.copytree(made[0], tmp_path / "vault")
    return Kvault(tmp_path, tmp_path / "vault")


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, kvault: Kvault, *words: str) -> None:
        try:
            self.pid, self.master = pty.fork()
        except OSError as error:  # a bare chroot has no /dev/pts
            pytest.skip(f"this machine gives no terminals: {error.strerror}")
        if self.pid == 0:  # pragma: no cover the child becomes the command
            os.execve(sys.executable, kvault.words(*words), kvault.environment())  # noqa: S606 no shell is wanted
        self.seen = b""

    def expect(self, text: bytes, seconds: float = 60) -> None:
        """Read until ``text`` was shown."""
        end = time.monotonic() + seconds
        while text not in self.seen:
            ready, _, _ = select.select([self.master], [], [], max(0, end - time.monotonic()))
            assert ready, self.seen
            try:
                part = os.read(self.master, 10_000)
            except OSError:
                part = b""
            assert part, self.seen
            self.seen += part

    def type(self, text: bytes) -> None:
        """Type."""
        os.write(self.master, text)

    def end(self) -> int:
        """Read to the end; the exit code, or minus the signal."""
        while True:
            try:
                part = os.read(self.master, 10_000)
            except OSError:  # Linux says EIO when the last one has closed it
                break
            if not part:
                break
            self.seen += part
        _, status = os.waitpid(self.pid, 0)
        os.close(self.master)
        return os.waitstatus_to_exitcode(status)
