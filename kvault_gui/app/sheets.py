"""``kvault-gui --write-sheets OUT.pdf``: recovery shares from standard input onto sheets, without a window.

The command line uses it: what paints the sheets is Qt, which it does without. The shares come as JSON (see Wanted) on
standard input, never in the words or the environment, and go into a new file that only its owner may read.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import msgspec

from kvault_gui.engine.api import Secret, ShareGroup
from kvault_gui.gui.dialogs import shares_sheet
from kvault_gui.gui.dialogs.paper import PAPERS, usual_paper

if TYPE_CHECKING:
    from typing import BinaryIO

DONE, FAILED, USAGE = 0, 1, 2
_MOST = 1 << 20  # bytes of standard input


class Wanted(msgspec.Struct):
    """What is asked for.

    ``vault``: its name; ``set``: the number on the sheets; ``groups``: by group the shares, each its words with spaces
    between; ``need``: how many of each group are needed (empty: not said on the sheets); ``groups_needed``: how many
    groups; ``paper``: "A4", "Letter", or "" for the usual one of the country; ``created``: seconds since 1970, 0 now.
    """

    vault: str
    set: str
    groups: list[list[str]]
    need: list[int] = []
    groups_needed: int = 1
    paper: str = ""
    created: float = 0.0


def read(source: BinaryIO) -> Wanted | None:
    """What is asked for; None for what does not have the form. Nothing of the input is ever told."""
    given = source.read(_MOST + 1)
    try:
        wanted = msgspec.json.decode(given, type=Wanted)
    except (msgspec.DecodeError, UnicodeDecodeError):  # a ValidationError is a DecodeError
        return None
    known = wanted.paper in PAPERS or not wanted.paper
    whole = bool(wanted.groups) and all(wanted.groups) and len(given) <= _MOST
    plain = all(share.isascii() and share.split() for group in wanted.groups for share in group)
    fits = not wanted.need or len(wanted.need) == len(wanted.groups)
    return wanted if known and whole and plain and fits else None


def write(path: str, wanted: Wanted) -> bool:
    """Write the sheets into a new file; False if that failed. Needs a QGuiApplication."""
    needs = wanted.need or [0] * len(wanted.groups)
    groups = tuple(ShareGroup(need, len(group)) for need, group in zip(needs, wanted.groups, strict=True))
    made = shares_sheet.Set(wanted.vault, wanted.set, groups, wanted.groups_needed, wanted.created or time.time())
    shares = [[Secret.of(share) for share in group] for group in wanted.groups]
    sheets = shares_sheet.sheets_of(made, shares)
    try:
        return shares_sheet.write_pdf(path, sheets, wanted.paper or usual_paper(), replace=False)
    finally:
        shares_sheet.wipe(sheets)
        for group in shares:
            for share in group:
                share.wipe()


def main(path: str) -> int:
    """Read standard input, write ``path``. Returns the exit code: 0 done, 1 not written, 2 not understood."""
    wanted = read(sys.stdin.buffer)
    if wanted is None:
        sys.stderr.write("kvault-gui: standard input does not say which sheets to write.\n")
        return USAGE
    os.environ["QT_QPA_PLATFORM"] = "offscreen"  # no display is needed, and none is asked
    from PySide6.QtGui import QGuiApplication  # noqa: PLC0415 the platform is chosen when it is made

    application = QGuiApplication([sys.argv[0]])
    application.setApplicationName("kvault")
    if not write(path, wanted):
        sys.stderr.write(f"kvault-gui: {path} could not be written, or exists already.\n")
        return FAILED
    return DONE
