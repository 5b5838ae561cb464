"""The recovery code and the shares of a new way in: shown once, written to a new file, or printed into a PDF.

Where they go is made certain before anything is enrolled. If it fails all the same, the way in is taken back: one whose
code nobody has is worse than none.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec

from kvault_gui.engine.api import Method
from kvault_gui.engine.errors import DiskFailedError, UsageError

from . import output, vaults
from .terminal import is_shown

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from pathlib import Path

    from kvault_gui.engine.api import Added, NewFactor
    from kvault_gui.engine.facade import Engine

_KEPT = frozenset({Method.RECOVERY_CODE, Method.SHARES})
_PRINTING = 120  # seconds for the sheets


class Kept:
    """Where they go.

    Args:
        factors: of the new way in.
        out: path of a new file, made now; None: standard output, if that is a terminal.
        sheets: path of the PDF, made when there are shares.
        vault: its name, and ``paper``, for the sheets.
    """

    def __init__(
        self, factors: Sequence[NewFactor], out: Path | None, sheets: Path | None, vault: str, paper: str
    ) -> None:
        self.needed = any(factor.method in _KEPT for factor in factors)
        self.out, self.sheets = out, sheets
        self._vault, self._paper = vault, paper
        self._shares = next((factor for factor in factors if factor.method is Method.SHARES), None)
        self._file = -1 if out is None else _make(out)
        self._written = False

    def take(self, engine: Engine, added: Added) -> None:
        """Write or show what was made, and wipe it. Raises what went wrong, after the way in was taken back."""
        if not self.needed:
            return
        try:
            if self._file >= 0:
                os.write(self._file, bytes(_text(added)))
                os.fsync(self._file)
            if self.sheets is not None and self._shares is not None:
                self._print(added, self._shares)
            if self._file < 0:
                _show(added, shares=self.sheets is None)
        except BaseException as error:
            engine.slots.remove(added.slot.id, sure=True)
            if isinstance(error, OSError):
                raise DiskFailedError(reason=error.strerror or "write") from None
            raise
        self._written = True
        for secret in [added.recovery_code, *(share for group in added.shares for share in group)]:
            if secret is not None:
                secret.wipe()

    def close(self) -> None:
        """Close the file; one into which nothing was written goes."""
        if self._file < 0 or self.out is None:
            return
        os.close(self._file)
        self._file = -1
        if not self._written:
            self.out.unlink(missing_ok=True)

    def _print(self, added: Added, factor: NewFactor) -> None:
        """By the window's own program, which knows paper and fonts; the words go through a pipe."""
        content = {
            "vault": self._vault,
            "set": added.set,
            "groups": [[share.text() for share in group] for group in added.shares],
            "need": [group.threshold for group in factor.groups],
            "groups_needed": factor.groups_needed,
            "paper": self._paper,
        }
        done = subprocess.run(  # noqa: S603 the program is ours
            [sys.executable, "-I", "-X", "utf8", "-m", "kvault_gui", "--write-sheets", str(self.sheets)],
            input=msgspec.json.encode(content),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
            timeout=_PRINTING,
            check=False,
        )
        if done.returncode != 0 or self.sheets is None or not self.sheets.exists():
            raise DiskFailedError(reason="the sheets were not printed")


def prepare(options: Namespace, factors: Sequence[NewFactor]) -> Kept:
    """Make certain that there is a place for what must be kept. Raises UsageError."""
    out = _new(options.out, "--out")
    sheets = _new(options.sheets, "--sheets")
    asked = {factor.method for factor in factors}
    if (out or sheets) and not asked & _KEPT:
        raise UsageError(reason="--out and --sheets are for a recovery code or recovery shares")
    if sheets and Method.SHARES not in asked:
        raise UsageError(reason="--sheets is for recovery shares")
    if sheets and Method.RECOVERY_CODE in asked and out is None and not is_shown(sys.stdout):
        raise UsageError(reason="Say with --out FILE where the recovery code goes")
    if asked & _KEPT and out is None and sheets is None and not is_shown(sys.stdout):
        raise UsageError(reason="Say with --out FILE or --sheets PDF where the code or the shares go")
    return Kept(factors, out, sheets, vaults.path_of(options).name, options.paper)


def _new(name: str | None, option: str) -> Path | None:
    if name is None:
        return None
    path = output.new_file(os.path.expanduser(name))  # noqa: PTH111 may be no Unicode
    if os.path.lexists(path):
        raise UsageError(reason=f"The file of {option} exists already")
    return path


def _make(path: Path) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise UsageError(reason=f"The file of --out cannot be written ({error.strerror})") from None


def _text(added: Added) -> bytearray:
    lines = bytearray()
    if added.recovery_code is not None:
        lines += added.recovery_code.value + b"\n"
    for group in added.shares:
        for share in group:
            lines += share.value + b"\n"
    return lines


def _show(added: Added, *, shares: bool) -> None:
    if added.recovery_code is not None:
        output.line("Recovery code (it is shown only now):")
        output.value(added.recovery_code.value)
        output.line()
    for number, group in enumerate(added.shares if shares else [], 1):
        for place, share in enumerate(group, 1):
            named = f", group {number}" if len(added.shares) > 1 else ""
            output.line(f"Share {place} of {len(group)}{named}, set {added.set} (it is shown only now):")
            output.value(share.value)
            output.line()
