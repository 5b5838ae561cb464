"""The person's terminal: asking without echo, and printing what a vault holds without letting it drive the terminal."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import termios
import unicodedata
from typing import TYPE_CHECKING

from kvault_gui.engine.api import Secret
from kvault_gui.engine.errors import CancelledError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LINE = 64 << 10  # bytes
JOINERS = "\u200c\u200d"  # scripts and pictures need them, and they move nothing


def safe(text: str, keep: str = "") -> str:
    r"""Text for people: control characters, overrides of direction and invisible ones are written as \x, \u escapes.

    Args:
        text: from a vault, a file or another program.
        keep: control characters that stay.
    """
    if text.isprintable() and text.isascii():
        return text
    return "".join(_escape(letter) if drives(letter) and letter not in keep else letter for letter in text)


def drives(letter: str) -> bool:
    """Whether a character could drive a terminal, turn text around, or hide in it."""
    return unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and letter not in JOINERS


def _escape(letter: str) -> str:
    number = ord(letter)
    if number < 0x100:  # noqa: PLR2004 the form of the escape
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"  # noqa: PLR2004 as above


def name() -> str:
    """The name of the terminal, "pts/1", or empty."""
    for descriptor in (0, 1, 2):
        with contextlib.suppress(OSError):
            return os.ttyname(descriptor).removeprefix("/dev/")
    return ""


def where() -> str:
    """This program, for the log and for others who meet the lock."""
    return f"command line, tty {found}" if (found := name()) else "command line"


def present() -> bool:
    """Whether there is a terminal on which a person can be asked."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def ask_secret(prompt: str) -> Secret:
    """Ask for one line without echo, on the terminal itself. Raises CancelledError at its end (Ctrl+D)."""
    return _ask(prompt, echo=False)


def ask_line(prompt: str) -> str:
    """Ask for one line. Raises CancelledError at its end (Ctrl+D)."""
    return ask_bytes(prompt).value.decode(errors="replace").strip()


def ask_bytes(prompt: str) -> Secret:
    """Ask for one line as it is, with echo. Raises CancelledError at its end (Ctrl+D)."""
    return _ask(prompt, echo=True)


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl+C ends a question at once, also in the middle of a job that takes it between two steps elsewhere."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _ask(prompt: str, *, echo: bool) -> Secret:
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        raise CancelledError from None
    try:
        before = termios.tcgetattr(terminal)
        quiet = list(before)
        flags: int = before[3]
        if not echo:
            quiet[3] = flags & ~termios.ECHO
        try:
            # What was typed ahead is thrown away, so that it cannot become part of a password.
            termios.tcsetattr(terminal, termios.TCSAFLUSH, quiet)
            with _interruptible():
                os.write(terminal, safe(prompt).encode(errors="replace"))
                return Secret(_line(terminal))
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)
            if not echo:
                os.write(terminal, b"\n")
    except termios.error:
        raise CancelledError from None
    finally:
        os.close(terminal)


def _line(terminal: int) -> bytearray:
    line = bytearray()
    while not line.endswith(b"\n"):
        part = os.read(terminal, MAX_LINE)
        if not part or len(line) > MAX_LINE:
            raise CancelledError
        line += part
    strip_newline(line)
    return line


def strip_newline(value: bytearray) -> None:
    """Take one line end off the end, in place."""
    if value.endswith(b"\n"):
        del value[-1]
        if value.endswith(b"\r"):
            del value[-1]


def confirm(question: str) -> bool:
    """A yes/no question; anything but y or yes is no."""
    return ask_line(f"{question} [y/N] ").lower() in {"y", "yes"}


def is_shown(stream: object) -> bool:
    """Whether a stream of this process goes to a terminal."""
    isatty = getattr(stream, "isatty", None)
    return stream is not None and isatty is not None and bool(isatty())


def note(text: str) -> None:
    """One line for the person, on standard error."""
    sys.stderr.write(f"kvault: {safe(text)}\n")
    sys.stderr.flush()
