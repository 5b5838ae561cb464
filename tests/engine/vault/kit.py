"""Vaults for tests: made once, copied for each test, opened by the recovery code, which costs no key derivation."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from kvault_gui.engine.api import (
    Accept,
    Credential,
    EntryInput,
    Event,
    FieldInput,
    FieldType,
    Kind,
    Method,
    Secret,
)
from kvault_gui.engine.facade import Engine
from tests.engine.unlock.script import ScriptedPrompter

PASSWORD = "correct horse"
START = 1_800_000_000.0  # seconds since 1970, on every test's clock


class Script(ScriptedPrompter):
    """A person who gives prepared answers, and cancels when they run out."""

    def __init__(self, *answers: str) -> None:
        super().__init__(list(answers))


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


class Desk:
    """An engine and what surrounds it."""

    def __init__(self, folder: Path, code: str = "", *answers: str) -> None:
        self.folder = folder
        self.code = code
        self.events: list[Event] = []
        self.clock = Clock()
        self.person = Script(*answers)
        self.engine = Engine(self.person, "test", self.events.append, self.clock, kdf_seconds=0)

    def open(self, *accept: Accept) -> Desk:
        credential = Credential(Method.RECOVERY_CODE, Secret.of(self.code))
        self.opened = self.engine.vaults.unlock(str(self.folder), credential, list(accept))
        return self

    def again(self) -> Desk:
        """Close and open with a new engine, as after a lock."""
        self.engine.vaults.close()
        return Desk(self.folder, self.code).open()

    def actions(self) -> list[str]:
        """Every action in the log, oldest first."""
        return [record.action for record in self.engine.vault.log.read(1, 100_000)]


@cache
def _template() -> tuple[Path, str]:
    folder = Path(tempfile.mkdtemp(prefix="kvault-test-")) / "template"
    desk = Desk(folder)
    opened = desk.engine.vaults.create(str(folder), Secret.of(PASSWORD))
    assert opened.recovery_code is not None
    desk.engine.vaults.close()
    return folder, opened.recovery_code.text()


def desk(where: Path, *answers: str, name: str = "vault") -> Desk:
    """An open vault in a folder of its own."""
    template, code = _template()
    folder = where / name
    shutil.copytree(template, folder)
    return Desk(folder, code, *answers).open()


def field(
    name: str, value: str | bytes | None, kind: FieldType = FieldType.TEXT, *, protected: bool = False
) -> FieldInput:
    secret = None if value is None else Secret(bytearray(value.encode() if isinstance(value, str) else value))
    return FieldInput(name, kind, protected, secret)


def password(value: str | None) -> FieldInput:
    return field("password", value, FieldType.SECRET, protected=True)


def login(title: str = "GitHub", namespace: str = "", secret: str | None = "hunter2", **more: object) -> EntryInput:  # noqa: S107
    given = EntryInput(Kind.CREDENTIAL, title, namespace, [field("username", "octocat"), password(secret)])
    for name, value in more.items():
        setattr(given, name, value)
    return given
