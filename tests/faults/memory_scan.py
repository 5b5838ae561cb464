"""Looks for secrets in the memory of running processes.

Every run of six or more characters of a secret counts, in each form in which Python, Qt, a protocol or a file might
hold it. Runs of four hit by chance; each scan therefore looks for a control password as well that nobody ever typed,
and a scan whose control was hit proves nothing.

A process that is not dumpable (all of kvault's) can be read by root alone.
"""

from __future__ import annotations

import base64
import dataclasses
import os
import re
import secrets as random
import string
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

RUN = 6  # characters
CHUNK = 1 << 24  # bytes read at once
OVERLAP = 8 * RUN  # bytes of a chunk read again with the next: no form of a run is longer
UNREADABLE = ("[vvar]", "[vsyscall]", "[vvar_vclock]")
ALPHABET = string.ascii_letters + string.digits
Form = tuple[str, bytes]


@dataclasses.dataclass(frozen=True)
class Hit:
    """Runs of one secret found in one process. ``secret`` is its place in the list, never its text."""

    pid: int
    secret: int
    form: str
    runs: int
    mapping: str


@dataclasses.dataclass(frozen=True)
class Hits:
    """The result of a scan; true if anything was found."""

    found: list[Hit]
    control: int  # runs of the control password; anything but 0: the scan is worth nothing
    scanned: int  # bytes

    def __bool__(self) -> bool:
        return bool(self.found)

    def of(self, secret: int) -> int:
        """How many runs of that secret were found in all."""
        return sum(each.runs for each in self.found if each.secret == secret)


def can_scan(pid: int) -> bool:
    """Whether this process may read the memory of that one."""
    try:
        with open(f"/proc/{pid}/mem", "rb", 0) as memory:  # noqa: PTH123 unbuffered
            return memory.readable()
    except PermissionError:
        return False


def new_secret(length: int = 28) -> str:
    """Text that is nowhere yet."""
    return "".join(random.choice(ALPHABET) for _ in range(length))


def scan(pids: Iterable[int], secrets: Sequence[str]) -> Hits:
    """Look for runs of the secrets in the memory of those processes.

    Args:
        pids: processes that the caller may read (``can_scan``).
        secrets: texts of at least ``RUN`` characters.

    Raises:
        ValueError: a secret is too short to be told from chance.
        OSError: a process cannot be read.
    """
    if any(len(each) < RUN for each in secrets):
        raise ValueError(f"a secret of less than {RUN} characters is found everywhere")
    wanted = _Wanted([*secrets, new_secret()])
    counts: Counter[tuple[int, int, str, str]] = Counter()
    scanned = 0
    for pid in pids:
        for mapping, piece in _pieces(pid):
            scanned += len(piece)
            for secret, form in wanted.find(piece):
                counts[pid, secret, form, mapping] += 1
    control = len(secrets)
    hits = [Hit(pid, secret, form, runs, mapping) for (pid, secret, form, mapping), runs in sorted(counts.items())]
    return Hits(
        [each for each in hits if each.secret != control],
        sum(each.runs for each in hits if each.secret == control),
        scanned,
    )


class _Wanted:
    """All runs of all secrets in all forms, as one pattern."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._owners: dict[bytes, list[tuple[int, str]]] = {}
        for number, secret in enumerate(secrets):
            for start in range(len(secret) - RUN + 1):
                for form, data in _forms(secret[start : start + RUN]):
                    owners = self._owners.setdefault(data, [])
                    if (number, form) not in owners:
                        owners.append((number, form))
        self._pattern = re.compile(_tree(sorted(self._owners), 2))

    def find(self, data: bytes) -> Iterator[tuple[int, str]]:
        for found in self._pattern.finditer(data):
            yield from self._owners[found.group()]


def _tree(words: list[bytes], depth: int) -> bytes:
    """A pattern for any of the words, branching byte by byte: each alternative costs time at each byte of memory."""
    if depth == 0:
        return b"(?:%b)" % b"|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    branches: dict[bytes, list[bytes]] = {}
    for word in words:
        branches.setdefault(word[:1], []).append(word[1:])
    return b"(?:%b)" % b"|".join(re.escape(first) + _tree(rest, depth - 1) for first, rest in branches.items())


def _forms(run: str) -> Iterator[Form]:
    """How a run of characters may lie in memory."""
    plain = run.encode()
    yield "UTF-8", plain
    yield "UTF-16LE", run.encode("utf-16-le")
    yield "UTF-32LE", run.encode("utf-32-le")
    yield "hex", plain.hex().encode()
    yield "hex", plain.hex().upper().encode()
    for before in range(3):
        text = base64.b64encode(bytes(before) + plain)
        # What depends on the bytes around the run is cut off.
        whole = text[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6]
        yield "base64", whole
        yield "base64", whole.translate(bytes.maketrans(b"+/", b"-_"))


def _pieces(pid: int) -> Iterator[tuple[str, bytes]]:
    """The readable memory of a process: what it can have written, not the files it runs from."""
    with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as maps:  # noqa: PTH123 beside the next
        lines = maps.read().splitlines()
    memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
    try:
        for line in lines:
            words = line.split(maxsplit=5)
            name = words[5] if len(words) > 5 else "anonymous"
            if "r" not in words[1] or name in UNREADABLE or (name.startswith("/") and "w" not in words[1]):
                continue
            begin, end = (int(each, 16) for each in words[0].split("-"))
            yield from ((name, piece) for piece in _read(memory, begin, end))
    finally:
        os.close(memory)


def _read(memory: int, begin: int, end: int) -> Iterator[bytes]:
    position = begin
    while position < end:
        try:
            piece = os.pread(memory, min(CHUNK, end - position), position)
        except OSError:  # a guard page, or unmapped since the list was read
            return
        if not piece:
            return
        yield piece
        position += len(piece)
        if position < end:
            position -= OVERLAP
