"""The ``kvault`` command. Exit codes: see the manual page, resources/docs/kvault.1.md."""

from __future__ import annotations

import importlib
import io
import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from kvault_gui import __version__
from kvault_gui.engine.errors import InternalError, KvaultError, UsageError
from kvault_gui.runtime.hardening import harden

from .options import Commands, Formatter, Parser, common

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence
    from types import FrameType

USAGE = "kvault [--vault PATH] [--json] COMMAND ..."
EPILOG = """\
REF is NAMESPACE/TITLE; namespaces may nest, and / in a title is written %2F.
kv://NAMESPACE/TITLE/FIELD names one value.
The password comes from a prompt, --password-fd or --password-file, never from the command line.
Tokens, key files, shares: --with, --pin-file, --key-file, --shares-file; “kvault slot --help” lists the ways in.
Exit codes: 0 done, 1 refused or failed, 2 usage, 3 not found, 4 locked or wrong credentials,
5 damaged, 6 not permitted.
"""


# Which file has which commands; a command that is given loads its own file alone.
FILES = {
    "init": ("init",),
    "entries": ("ls", "get", "read"),
    "change": ("put", "rm", "restore"),
    "generate": ("generate",),
    "transfer": ("import", "export"),
    "audit": ("audit",),
    "check": ("check", "selftest"),
    "slot": ("slot",),
    "lock": ("lock",),
}


def parser(files: Iterable[str] = FILES) -> Parser:
    """The command line with the commands of these files."""
    shared = common()
    made = Parser(
        prog="kvault",
        usage=USAGE,
        description="Secrets and keys from the command line.",
        epilog=EPILOG,
        parents=[shared],
        allow_abbrev=False,
        formatter_class=Formatter,
    )
    made.add_argument("--version", action="version", version=f"kvault {__version__}")
    commands = Commands(made, shared, "kvault")
    for file in files:
        importlib.import_module(f".{file}", __package__).register(commands)
    return made


def parse(words: Sequence[str]) -> argparse.Namespace:
    """The options. Raises UsageError."""
    meant = [file for file, commands in FILES.items() if not set(commands).isdisjoint(words)]
    if meant and set(words).isdisjoint({"-h", "--help"}):
        try:
            return _parse(words, meant)
        except UsageError:
            pass  # said again by the whole command line, which knows all the choices
    return _parse(words, FILES)


def _parse(words: Sequence[str], files: Iterable[str]) -> argparse.Namespace:
    made = parser(files)
    options, rest = made.parse_known_args(words)
    if rest:
        # Only the option's name: what follows it may be a secret.
        name = rest[0].partition("=")[0] if rest[0].startswith("--") else "a word too many"
        raise UsageError(reason=f"kvault does not know {name}" if name.startswith("--") else "There is a word too many")
    if getattr(options, "run", None) is None:
        made.print_help(sys.stderr)
        raise UsageError(reason="No command was given")
    return options


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; ends the process by the signal that interrupted it."""
    words = sys.argv[1:] if words is None else words
    as_json = "--json" in words
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        return _run(words)
    except KvaultError as error:
        return _report(error, as_json=as_json)
    except KeyboardInterrupt:
        _die(signal.SIGINT)
    except BrokenPipeError:
        _die(signal.SIGPIPE)
    except Exception as error:  # noqa: BLE001 the last stop: its text may quote a secret, so its name alone is shown
        return _report(InternalError(kind=type(error).__name__), as_json=as_json)


def _run(words: Sequence[str]) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    options = parse(words)
    harden()
    code: int = options.run(options)
    sys.stdout.flush()
    return code


def _report(error: KvaultError, *, as_json: bool) -> int:
    from . import output  # noqa: PLC0415 most commands need it, but not to say that one is unknown

    try:
        output.error(error, as_json=as_json)
    except BrokenPipeError:
        _die(signal.SIGPIPE)
    return error.exit_code


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """Let the terminal have its echo back and the vault be closed before the process ends."""
    del frame
    raise SystemExit(128 + number)


def _die(number: signal.Signals) -> NoReturn:
    """End as the signal does, so that the shell knows; everything is closed by now."""
    quiet = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(quiet, descriptor)  # what is still buffered goes nowhere
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
