"""Which vault, and the engine that opens it in this process."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from kvault_gui.engine.api import Accept, Credential, Method, Secret
from kvault_gui.engine.errors import LockedError, UsageError, VaultHeldError

from . import passwords, terminal

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

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


def new_engine(given: Credential | None = None) -> Engine:
    """An engine with no vault open yet; its questions go to the terminal."""
    from kvault_gui.engine.facade import Engine  # noqa: PLC0415 costs most of the start

    # A copy: whoever unlocks with it may wipe it.
    answer = Secret(bytearray(given.secret.value)) if given else None
    return Engine(passwords.TerminalPrompter(answer), terminal.where())


@contextlib.contextmanager
def unlocked(options: Namespace, act: str, name: str = "") -> Iterator[Engine]:
    """The engine with the vault open; closed again at the end, whatever happened.

    Args:
        options: of the command.
        act: what the command wants to do, in words that follow "may not"; used when it has no password.
        name: the reference it is about.

    Raises:
        LockedError: no password was given, nobody can be asked for it, and no application runs.
        NotPermittedError: no password was given and the running application refused.
        VaultHeldError, WrongCredentialsError, DamagedError and the other errors of unlocking.
    """
    path = path_of(options)
    given = passwords.credential(options)
    engine = new_engine(given)
    if given is None:
        given = _ask(engine, path, act, name)
    try:
        opened = engine.vaults.unlock(
            str(path), given, [Accept(word) for word in getattr(options, "accept", None) or []]
        )
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
    holder = engine.vaults.probe(str(path)).holder
    if holder is not None:
        client.request(act, name)
        raise VaultHeldError(holder=holder)
    return Credential(Method.PASSWORD, terminal.ask_secret(f"Password for {path.name}: "))
