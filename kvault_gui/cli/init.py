"""init: a new vault."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kvault_gui.engine.errors import UsageError

from . import output, passwords, vaults

if TYPE_CHECKING:
    from argparse import Namespace

    from kvault_gui.engine.api import Secret

    from .options import Commands


def register(commands: Commands) -> None:
    """Add the command."""
    made = commands.add(
        "init",
        "make a vault in a new folder",
        init,
        "The password comes from a prompt, --password-fd or --password-file. The recovery code is shown once.",
    )
    made.add_argument(
        "path", metavar="PATH", nargs="?", help="the new folder (else --vault, KVAULT_VAULT or the usual place)"
    )
    made.add_argument("--save-recovery-code", metavar="FILE", help="write the recovery code to a new file instead")


def init(options: Namespace) -> int:
    """Make it, and print the recovery code."""
    path = Path(options.path).expanduser().absolute() if options.path else vaults.path_of(options)
    save_to = Path(options.save_recovery_code) if options.save_recovery_code else None
    if save_to is not None and save_to.exists():
        raise UsageError(reason="The file of --save-recovery-code exists already")
    password = passwords.new_password(options, "password", f"New password for {path.name}")
    engine = vaults.new_engine()
    try:
        opened = engine.vaults.create(str(path), password)
        code = opened.recovery_code
        if code is not None and save_to is not None:
            _save(code, save_to)
            code = None
    finally:
        engine.vaults.close()
    if getattr(options, "json", False):
        output.json({"path": opened.path, "vault": opened.vault, "recovery_code": code.text() if code else None})
        return 0
    output.line(f"Made the vault {opened.path}.")
    if code is not None:
        output.line("Recovery code (it opens the vault without the password and is shown only now):")
        output.value(code.value)
        output.line()
    elif save_to is not None:
        output.line(f"The recovery code is in {save_to}. Put it where only you find it.")
    return 0


def _save(code: Secret, path: os.PathLike[str]) -> None:
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise UsageError(reason=f"The file of --save-recovery-code cannot be written ({error.strerror})") from None
    try:
        os.write(file, bytes(code.value) + b"\n")
        os.fsync(file)
    finally:
        os.close(file)
