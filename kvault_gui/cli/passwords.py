"""Where passwords and values come from: a descriptor, a file, standard input or the terminal, never argv."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from kvault_gui.engine.api import (
    MAX_FILE,
    AskChoice,
    AskConfirm,
    AskSecret,
    AskTouch,
    Credential,
    Method,
    Question,
    Secret,
)
from kvault_gui.engine.errors import CancelledError, UsageError

from . import terminal

if TYPE_CHECKING:
    from argparse import Namespace

MAX_PASSWORD = 64 << 10  # bytes
BLOCK = 64 << 10


def from_options(options: Namespace, what: str) -> Secret | None:
    """The secret named by ``--WHAT-fd`` or ``--WHAT-file``, one line end taken off; None without either.

    Raises UsageError when both are given, or when it cannot be read.
    """
    name = what.replace("-", "_")
    descriptor: int | None = getattr(options, f"{name}_fd", None)
    file: str | None = getattr(options, f"{name}_file", None)
    if descriptor is not None and file is not None:
        raise UsageError(reason=f"Give --{what}-fd or --{what}-file, not both")
    if descriptor is not None:
        return _read(descriptor, f"The descriptor of --{what}-fd")
    if file is None:
        return None
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


def credential(options: Namespace) -> Credential | None:
    """What unlocks the vault, from the options; None when it was not given. Raises UsageError."""
    password = from_options(options, "password")
    code = from_options(options, "recovery-code")
    if password is not None and code is not None:
        raise UsageError(reason="Give --password-fd or -file, or --recovery-code-fd or -file, not both")
    if password is not None:
        return Credential(Method.PASSWORD, password)
    return None if code is None else Credential(Method.RECOVERY_CODE, code)


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


class TerminalPrompter:
    """Answers the engine's questions: with the secret that the options gave, or by asking on the terminal."""

    def __init__(self, given: Secret | None = None) -> None:
        self._given = given

    def ask(self, question: Question) -> Secret:
        """The answer. Raises CancelledError."""
        if isinstance(question, AskSecret) and self._given is not None:
            return Secret(bytearray(self._given.value))
        if not terminal.present():
            raise CancelledError
        match question:
            case AskSecret():
                return terminal.ask_secret(f"{question.text}: ")
            case AskConfirm():
                if terminal.confirm(f"{question.title}. {question.text}"):
                    return Secret.of("yes")
                raise CancelledError
            case AskChoice():
                return _choose(question)
            case AskTouch():
                terminal.note(f"Touch {question.token} now")
                return Secret.of("")


def _choose(question: AskChoice) -> Secret:
    terminal.note(question.title)
    for number, choice in enumerate(question.choices, 1):
        terminal.note(f"  {number}  {choice}")
    answer = terminal.ask_line("Number: ")
    if answer.isdecimal() and 1 <= int(answer) <= len(question.choices):
        return Secret.of(str(int(answer) - 1))
    raise CancelledError
