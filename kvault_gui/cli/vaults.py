"""Which vault, and the engine that opens it in this process."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

from kvault_gui.engine.api import Accept, Given
from kvault_gui.engine.errors import LockedError, UsageError, VaultHeldError

from . import credentials, terminal
from .credentials import Answers
from .prompter import TerminalPrompter

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from kvault_gui.engine.api import Credential
    from kvault_gui.engine.facade import Engine

HOME = Path("~/.kind/vault")
FIRST = "personal"


def path_of(options: Namespace) -> Path:
    """The vault's folder: --vault, else KVAULT_VAULT, else the only one in ~/.kind/vault, else "personal" there.

    Raises UsageError when there are several to choose from.
    """
    named = getattr(options, "vault", None) or os.environ.get("KVAULT_VAULT")
    if named:
        return Path(named).expanduser().absolute()
    home = HOME.expanduser()
    try:
        found = sorted(folder.name for folder in home.iterdir() if (folder / "vault.json").exists())
    except OSError:
        found = []
    if len(found) == 1:
        return home / found[0]
    if not found or FIRST in found:
        return home / FIRST
    raise UsageError(reason=f"There are {len(found)} vaults in {HOME}; name one with --vault")


def new_engine(answers: Answers | None = None) -> Engine:
    """An engine with no vault open yet; its questions go to the options' answers, else to the terminal."""
    from kvault_gui.engine.facade import Engine  # noqa: PLC0415 costs most of the start

    asking = TerminalPrompter(answers)
    engine = Engine(asking, terminal.where())
    asking.tools = engine.tools
    return engine


def prompter_of(engine: Engine) -> TerminalPrompter:
    """The prompter that ``new_engine`` gave it."""
    return cast("TerminalPrompter", engine.prompter)


@contextlib.contextmanager
def unlocked(options: Namespace, act: str, name: str = "") -> Iterator[Engine]:
    """The engine with the vault open; closed again at the end, whatever happened.

    Args:
        options: of the command.
        act: what the command wants to do, in words that follow "may not"; used when it has no password.
        name: the reference it is about.

    Raises:
        LockedError: nothing was given to unlock with, nobody can be asked, and no application runs.
        NotPermittedError: nothing was given to unlock with, and the running application refused.
        VaultHeldError, WrongCredentialsError, TokenError, DamagedError and the other errors of unlocking.
    """
    path = path_of(options)
    found = credentials.offered(options)
    module = credentials.absolute(getattr(options, "module", ""))
    engine = new_engine(Answers(module=module))
    if found.is_empty and not getattr(options, "slot", ""):
        given = _ask(engine, path, act, name)
    else:
        slots = engine.vaults.probe(str(path)).slots if credentials.needs_probe(options, found) else []
        given = credentials.credential(options, found, slots)
    # For what is asked later. What is asked while it opens is asked of another token, or of another factor.
    later = Answers([Given(given.method, given.secret, given.file), *given.more], module=module)
    try:
        opened = engine.vaults.unlock(
            str(path), given, [Accept(word) for word in getattr(options, "accept", None) or []]
        )
        if not found.is_empty:
            prompter_of(engine).answers = later
        for note in opened.notes:
            terminal.note(note)
        yield engine
    finally:
        engine.vaults.close()


def _ask(engine: Engine, path: Path, act: str, name: str) -> Credential:
    """Ask the person; or, when there is none or the vault is open in the application, the application."""
    from kvault_gui.services.control import client  # noqa: PLC0415 not with a password at hand

    if not terminal.present():
        client.request(act, name)
        engine.vaults.probe(str(path))  # a vault that is not there is no locked one
        raise LockedError
    probe = engine.vaults.probe(str(path))
    if probe.holder is not None:
        client.request(act, name)
        raise VaultHeldError(holder=probe.holder)
    from . import choosing  # noqa: PLC0415 only where a person sits

    return choosing.ask(engine, probe)
