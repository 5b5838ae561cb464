"""The header's two files: written and synced one after the other, so that one lost sector never loses the vault."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..errors import (
    FolderPermissionError,
    HeaderDamagedError,
    HeaderForgedError,
    KvaultError,
    OutcomeUnknownError,
    VaultNotFoundError,
)
from . import header
from .faults import FULL, from_os

if TYPE_CHECKING:
    from pathlib import Path

    from .files import Files
    from .header import Written

NAMES = ("vault.json", "vault.json.2")


class Headers(NamedTuple):
    """What the two files hold; ``copies`` has None where a file is missing or not whole."""

    copies: tuple[Written | None, Written | None]
    reasons: tuple[str, str]  # why a copy is None, or empty

    def newest(self, salt: bytes | None) -> Written:
        """The one to unlock with: of those that fit the database's salt (if known) the newest, vault.json first.

        Raises HeaderDamagedError if neither is whole.
        """
        whole = [copy for copy in self.copies if copy is not None]
        if not whole:
            raise HeaderDamagedError(reason=self.reasons[0])
        fitting = [copy for copy in whole if salt is not None and copy.header.database_salt == salt.hex()]
        return max(fitting or whole, key=lambda copy: copy.header.generation)

    def verified(self, chosen: Written, key: bytes) -> Written:
        """``chosen``, or its twin if only the MAC below ``chosen`` was altered.

        Raises HeaderForgedError if the line itself was changed by somebody without the key.
        """
        for copy in (chosen, *self.copies):
            if copy is not None and copy.line == chosen.line and copy.verifies(key):
                return copy
        raise HeaderForgedError

    def findings(self, good: Written, *, mended: bool) -> list[str]:
        """What is odd, in words, once it is known which copy is good; ``mended``: and put right."""
        found = []
        for name, copy, reason in zip(NAMES, self.copies, self.reasons, strict=True):
            odd = _odd(copy, reason, good)
            if odd:
                end = "and was replaced by its twin" if mended else "; its twin is used"
                found.append(f"The header {name} {odd}{' ' if mended else ''}{end}.")
        return found


def _odd(copy: Written | None, reason: str, good: Written) -> str:
    """What is odd about a copy; empty if nothing is."""
    if copy is None:
        return f"was damaged ({reason})"
    if copy.header.vault != good.header.vault:
        return "belonged to another vault"
    if copy.line == good.line:
        return "" if copy.mac == good.mac else "was damaged (its last line)"
    if copy.header.generation >= good.header.generation:
        return "was changed"
    # One generation back is what a crash between the two files leaves.
    return "was an older one" if copy.header.generation + 1 < good.header.generation else ""


def read(folder: Path, files: Files) -> Headers:
    """Read both files.

    Raises VaultNotFoundError if there is neither, NewerFormatError, OSError.
    """
    copies: list[Written | None] = []
    reasons: list[str] = []
    there = False
    for name in NAMES:
        data = files.read(folder / name, header.MAX_BYTES)
        there = there or data is not None
        copy, reason = _parse(data)
        copies.append(copy)
        reasons.append(reason)
    if not there:
        raise VaultNotFoundError(path=str(folder))
    return Headers((copies[0], copies[1]), (reasons[0], reasons[1]))


def _parse(data: bytes | None) -> tuple[Written | None, str]:
    if data is None:
        return None, "it was missing"
    try:
        return header.parse(data), ""
    except HeaderDamagedError as error:
        return None, str(error.fields["reason"])


def write(folder: Path, files: Files, new: Written) -> None:
    """Write both files, one after the other. Raises OSError."""
    for name in NAMES:
        files.put(folder / name, new.data)


def mend(folder: Path, files: Files, found: Headers, good: Written) -> None:
    """Write the file that does not hold ``good``. Raises OSError."""
    for name, copy in zip(NAMES, found.copies, strict=True):
        if copy is None or copy.data != good.data:
            files.put(folder / name, good.data)


def failed(folder: Path, files: Files, old: Written, error: OSError) -> KvaultError:
    """What a failed ``write`` means: nothing changed if the first file holds the old header and the disk is fine."""
    try:
        same = files.read(folder / NAMES[0], header.MAX_BYTES) == old.data
    except OSError:
        same = False
    known = from_os(error, folder)
    if same and (error.errno in FULL or isinstance(known, FolderPermissionError)):
        return known
    return OutcomeUnknownError()
