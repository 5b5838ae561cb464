"""Where passwords and values come from: a descriptor, a file, standard input or the terminal, never argv."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from kvault_gui.engine.api import MAX_FILE, Secret
from kvault_gui.engine.errors import UsageError

from . import terminal

if TYPE_CHECKING:
    from argparse import Namespace

MAX_PASSWORD = 64 << 10  # bytes
BLOCK = 64 << 10


def from_options(options: Namespace, what: str, prefix: str = "") -> Secret | None:
    """The secret named by ``--WHAT-fd`` or ``--WHAT-file``, one line end taken off; None without either.

    ``prefix`` as in ``options.secret_source``. Raises UsageError when both are given, or when it cannot be read.
    """
    name = prefix + what.replace("-", "_")
    descriptor: int | None = getattr(options, f"{name}_fd", None)
    file: str | None = getattr(options, f"{name}_file", None)
    if descriptor is not None and file is not None:
        raise UsageError(reason=f"Give --{what}-fd or --{what}-file, not both")
    if descriptor is not None:
        return from_descriptor(descriptor, what)
    return None if file is None else from_file(file, what)


def is_given(options: Namespace, what: str) -> bool:
    """Whether ``--WHAT-fd`` or ``--WHAT-file`` is there."""
    name = what.replace("-", "_")
    return hasattr(options, f"{name}_fd") or hasattr(options, f"{name}_file")


def from_descriptor(descriptor: int, what: str) -> Secret:
    """The secret of ``--WHAT-fd``. Raises UsageError."""
    return _read(descriptor, f"The descriptor of --{what}-fd")


def from_file(file: str, what: str) -> Secret:
    """The secret of ``--WHAT-file``. Raises UsageError."""
    try:
        opened = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        reason = f"The file of --{what}-file cannot be read ({error.strerror})"
        raise UsageError(reason=reason) from None
    try:
        return _read(opened, f"The file of --{what}-file")
    finally:
        os.close(opened)


def _read(descriptor: int, what: str, limit: int = MAX_PASSWORD) -> Secret:
    value = bytearray()
    try:
        while part := os.read(descriptor, BLOCK):
            value += part
            if len(value) > limit:
                raise UsageError(reason=f"{what} gives more than {limit:,} bytes")
    except OSError as error:
        raise UsageError(reason=f"{what} cannot be read ({error.strerror})") from None
    terminal.strip_newline(value)
    return Secret(value)


def standard_input(field: str) -> Secret:
    """A field's value from standard input, one line end taken off; asked without echo when that is a terminal."""
    if terminal.is_shown(sys.stdin):
        return terminal.ask_secret(f"{field}: ")
    return _read(0, "Standard input", MAX_FILE)


def new_password(options: Namespace, what: str, prompt: str) -> Secret:
    """A password to be set: from the options, or asked twice. Raises UsageError without either, CancelledError."""
    given = from_options(options, what)
    if given is not None:
        return given
    if not terminal.present():
        raise UsageError(reason=f"Give a password with --{what}-fd or --{what}-file, or run kvault in a terminal")
    first = terminal.ask_secret(f"{prompt}: ")
    again = terminal.ask_secret(f"{prompt} again: ")
    if first.value != again.value:
        raise UsageError(reason="The two passwords differ")
    again.wipe()
    return first
