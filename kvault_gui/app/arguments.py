"""The words after ``kvault-gui``. Written by hand: argparse costs 7 ms before the first paint."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from kvault_gui import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

USAGE = """usage: kvault-gui [--vault PATH] [--hidden] [--write-sheets PDF] [--version] [--help]

  --vault PATH        open this vault's folder (also KVAULT_VAULT)
  --hidden            start in the tray, without a window, if there is a tray
  --write-sheets PDF  write recovery shares, given as JSON on standard input, into a new PDF, and end
"""


class Arguments(NamedTuple):
    """What was asked for on the command line. ``answer`` is printed instead of starting; ``code`` is its exit code."""

    vault: str = ""
    hidden: bool = False
    answer: str = ""
    code: int = 0
    sheets: str = ""  # where to write recovery shares, instead of starting


def parse(words: Sequence[str]) -> Arguments:
    """Read the words; an unknown one is answered with the usage and exit code 2."""
    vault, hidden = os.environ.get("KVAULT_VAULT", ""), False
    rest = iter(words)
    for word in rest:
        if word in ("--help", "-h"):
            return Arguments(answer=USAGE)
        if word == "--version":
            return Arguments(answer=f"kvault {__version__}\n")
        if word == "--hidden":
            hidden = True
        elif word == "--vault":
            vault = next(rest, "")
        elif word == "--write-sheets" and (sheets := next(rest, "")):
            return Arguments(sheets=sheets)
        elif word.startswith("--vault="):
            vault = word.partition("=")[2]
        else:
            return Arguments(answer=USAGE, code=2)
    return Arguments(vault=os.path.abspath(os.path.expanduser(vault)) if vault else "", hidden=hidden)  # noqa: PTH100, PTH111 cheap
