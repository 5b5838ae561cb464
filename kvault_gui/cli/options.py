"""The parser's common parts: options that every command takes, and messages that repeat nothing that was typed."""

from __future__ import annotations

import argparse
import os
import re
from functools import cache
from typing import TYPE_CHECKING, NoReturn

from kvault_gui.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = ("credential", "api_key", "certificate", "signing_key", "note")
CATEGORIES = ("unlock", "read", "change", "trust", "export", "system")
METHODS = (
    "password",
    "recovery-code",
    "key-file",
    "fido2",
    "challenge-response",
    "piv",
    "openpgp",
    "pkcs11",
    "tpm",
    "device",
    "shares",
    "quick",
)
MAX_DIGITS = 18  # of a number on the command line
OUTCOMES = ("done", "refused", "failed", "begun")


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Finds the terminal's width itself: argparse would load shutil for it, and with it three compressors."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


@cache
def _columns() -> int:
    """As shutil.get_terminal_size says: COLUMNS, else the terminal's, else 80."""
    given = os.environ.get("COLUMNS", "")
    try:
        return int(given) if given.isdecimal() and int(given) > 0 else os.get_terminal_size(1).columns or 80
    except OSError:
        return 80


class Parser(argparse.ArgumentParser):
    """Raises UsageError. What was typed is not repeated: somebody may have typed a password there."""

    def error(self, message: str) -> NoReturn:
        """Argparse's message without values."""
        plain = re.sub(r"invalid choice: .* \(choose", "unknown choice (choose", message, flags=re.DOTALL)
        plain = re.sub(r"ignored explicit argument .*", "takes no value", plain, flags=re.DOTALL)
        raise UsageError(reason=f"{plain[0].upper()}{plain[1:]} ({self.prog})")


def number(low: int, high: int) -> Callable[[str], int]:
    """An argument type: a whole number between two others."""

    def convert(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS and low <= int(text) <= high):
            raise argparse.ArgumentTypeError(f"takes a number from {low} to {high}")
        return int(text)

    return convert


def kind(text: str) -> str:
    """An argument type: an entry's kind, also written with a hyphen."""
    found = text.replace("-", "_")
    if found not in KINDS:
        raise argparse.ArgumentTypeError(f"is one of {', '.join(KINDS)}")
    return found


def secret_source(
    parser: argparse.ArgumentParser | argparse._ArgumentGroup, what: str, help_text: str, prefix: str = ""
) -> None:
    """``--WHAT-fd N`` and ``--WHAT-file F``; ``prefix`` begins the names under which they are kept."""
    add, name = parser.add_argument, prefix + what.replace("-", "_")
    add(
        f"--{what}-fd",
        type=number(0, 1 << 20),
        metavar="N",
        dest=f"{name}_fd",
        default=argparse.SUPPRESS,
        help=f"{help_text}: from descriptor N",
    )
    add(
        f"--{what}-file",
        metavar="FILE",
        dest=f"{name}_file",
        default=argparse.SUPPRESS,
        help=f"{help_text}: from FILE",
    )


def factors(
    parser: argparse.ArgumentParser | argparse._ArgumentGroup, prefix: str = "", *, shares: bool = True
) -> None:
    """What belongs to the tokens, files and shares of one way in; ``prefix`` as in ``secret_source``."""
    add = parser.add_argument
    add(
        "--with",
        dest=f"{prefix}with",
        action="append",
        metavar="METHOD",
        choices=METHODS,
        default=argparse.SUPPRESS,
        help=f"what it asks for, in order: {', '.join(METHODS)}",
    )
    for kind, metavar, convert in (("fd", "N", number(0, 1 << 20)), ("file", "FILE", str)):
        add(
            f"--pin-{kind}",
            dest=f"{prefix}pins",
            action="append",
            type=_tagged(kind, convert),
            metavar=metavar,
            default=argparse.SUPPRESS,
            help=f"a token's PIN: from {'descriptor N' if kind == 'fd' else 'FILE'}; several in the order of --with",
        )
    add(
        "--token",
        dest=f"{prefix}token",
        action="append",
        metavar="ID",
        default=argparse.SUPPRESS,
        help="which token (“kvault slot tokens” lists them); several in the order of --with",
    )
    add("--key-file", dest=f"{prefix}key_file", metavar="PATH", default=argparse.SUPPRESS, help="the key file")
    add(
        "--module",
        dest=f"{prefix}module",
        metavar="PATH",
        default=argparse.SUPPRESS,
        help="PKCS#11: the module; one that is no part of the system is loaded only if it is named",
    )
    if shares:
        secret_source(parser, "shares", "recovery shares, one a line", prefix)


def _tagged(kind: str, convert: Callable[[str], object]) -> Callable[[str], tuple[str, object]]:
    def tagged(text: str) -> tuple[str, object]:
        return kind, convert(text)

    return tagged


def common(*, whole: bool = True) -> Parser:
    """What may stand before and after the command's name.

    Args:
        whole: False for commands that say the same of another way in: what unlocks stands before them alone.
    """
    parser = Parser(add_help=False, allow_abbrev=False, formatter_class=Formatter)
    group = parser.add_argument_group("for every command")
    add = group.add_argument
    add("--vault", metavar="PATH", default=argparse.SUPPRESS, help="the vault's folder (else KVAULT_VAULT)")
    add("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    add(
        "--accept",
        action="append",
        choices=("missing", "head"),
        default=argparse.SUPPRESS,
        help="open although changes are missing, or although head does not fit",
    )
    group = parser.add_argument_group("what unlocks the vault")
    secret_source(group, "password", "the vault's password")
    secret_source(group, "recovery-code", "the recovery code instead")
    if whole:
        group.add_argument(
            "--slot", metavar="NAME|ID", default=argparse.SUPPRESS, help="the one way in to try (else all that fit)"
        )
        factors(group)
    return parser


class Commands:
    """Adds commands to a parser; each has its own ``run``."""

    def __init__(self, parser: Parser, shared: Parser, program: str, *, needed: bool = False) -> None:
        self._common = shared
        self._program = program
        # The name is given: argparse would load a formatter, and with it three compressors, to find it.
        self._into = parser.add_subparsers(
            prog=program, metavar="COMMAND", required=needed, dest="command", parser_class=Parser
        )

    def add(
        self,
        name: str,
        text: str,
        run: Callable[[argparse.Namespace], int],
        more: str = "",
        shared: Parser | None = None,
    ) -> Parser:
        """A command. ``text`` is its line in the list, ``more`` is printed below it in its own help.

        ``shared``: the options that it has in common with others, instead of all.
        """
        description = f"{text[0].upper()}{text[1:]}. {more}".strip()
        made: Parser = self._into.add_parser(
            name,
            help=text,
            description=description,
            parents=[shared or self._common],
            allow_abbrev=False,
            formatter_class=Formatter,
        )
        made.set_defaults(run=run)
        return made

    def group(self, name: str, text: str) -> Commands:
        """A command that has commands of its own."""
        parent: Parser = self._into.add_parser(
            name, help=text, description=text, allow_abbrev=False, formatter_class=Formatter
        )
        return Commands(parent, self._common, f"{self._program} {name}", needed=True)
