"""What a KDBX file may ask of the machine. A hostile file is refused before it has taken much memory or time."""

from __future__ import annotations

from dataclasses import dataclass

from ...api import MAX_FILE
from ...errors import FormatLimitError

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes unless said otherwise."""

    header: int = MIB
    block: int = 256 * MIB  # one authenticated block; KeePass and KeePassXC write 1 MiB
    payload: int = 1024 * MIB  # decompressed
    ratio: int = 150  # decompressed to compressed, once ``ratio_from`` is passed; real databases stay below 50
    ratio_from: int = 4 * MIB
    binary: int = MAX_FILE
    binaries: int = 384 * MIB  # all attachments of a file together
    binary_count: int = 100_000
    text: int = MAX_FILE  # one value
    entry: int = 256 * MIB  # an entry with its history, attachments apart
    depth: int = 64  # groups inside groups
    groups: int = 100_000
    entries: int = 1_000_000
    fields: int = 10_000  # one state of an entry
    history: int = 10_000  # one entry


LIMITS = Limits()


def refuse(reason: str) -> FormatLimitError:
    """The error for a passed limit; ``reason`` in words."""
    return FormatLimitError(reason=reason)
