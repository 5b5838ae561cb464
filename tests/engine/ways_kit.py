"""Ways in for tests: cheap ones (recovery codes, key files and shares cost no derivation), added through the facade."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from kvault_gui.engine.api import (
    Added,
    Credential,
    Given,
    Method,
    NewFactor,
    NewSlot,
    Opened,
    Secret,
    ShareGroup,
)
from kvault_gui.engine.facade import Engine
from tests.engine.unlock.script import Answers, ScriptedPrompter
from tests.engine.vault.kit import PASSWORD, Clock, Desk
from tests.jobs import finish

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Json = dict[str, object]

CODE = NewFactor(Method.RECOVERY_CODE)
SHARES = NewFactor(Method.SHARES, groups=[ShareGroup(2, 3)])


def key_file(path: Path, content: bytes = b"\x07" * 32) -> NewFactor:
    """A key file that exists."""
    path.write_bytes(content)
    return NewFactor(Method.KEY_FILE, file=str(path))


def password(text: str = PASSWORD) -> NewFactor:
    return NewFactor(Method.PASSWORD, Secret.of(text))


def add(engine: Engine, label: str, *factors: NewFactor, **more: object) -> Added:
    """Add a way in."""
    return finish(engine.slots.add(NewSlot(label, list(factors or (CODE,)), **more)))  # type: ignore[arg-type]


def code(added: Added) -> str:
    assert added.recovery_code is not None
    return added.recovery_code.text()


def shares(added: Added, count: int = 2) -> str:
    """The first shares, one a line."""
    return "\n".join(share.text() for share in added.shares[0][:count])


def unlock(  # noqa: PLR0913 what a person may give, each with a default
    folder: Path,
    method: Method,
    secret: str = "",
    *,
    slot: str = "",
    file: str = "",
    more: list[Given] | None = None,
    answers: Answers = (),
    clock: Clock | None = None,
) -> tuple[Engine, Opened]:
    """A fresh engine with the vault open."""
    engine = Engine(ScriptedPrompter(answers), "test", clock=clock or Clock(), kdf_seconds=0)
    credential = Credential(method, Secret.of(secret), slot, file, "", more or [])
    return engine, engine.vaults.unlock(str(folder), credential, [])


def opens(folder: Path, method: Method, secret: str = "", **more: object) -> Opened:
    """Open it so, and close it."""
    engine, opened = unlock(folder, method, secret, **more)  # type: ignore[arg-type]
    engine.vaults.close()
    return opened


def labels(desk: Desk) -> list[str]:
    return [slot.label for slot in desk.engine.slots.all()]


def header_of(folder: Path) -> Json:
    found: Json = json.loads((folder / "vault.json").read_bytes().split(b"\n")[0])
    return found


def tamper(folder: Path, change: Callable[[list[Json]], None]) -> None:
    """Change the slots as somebody would who can write the folder but has no key: checksum renewed, MAC not."""
    for name in ("vault.json", "vault.json.2"):
        line, _checksum, mac, _end = (folder / name).read_bytes().split(b"\n")
        header = json.loads(line)
        change(header["slots"])
        new = json.dumps(header, separators=(",", ":")).encode()
        (folder / name).write_bytes(b"%s\nsha256 %s\n%s\n" % (new, hashlib.sha256(new).hexdigest().encode(), mac))
