"""What other programs' files hold, in one neutral form: the codecs read and write it, ``transfer`` maps it to a vault.

Values are bytes (UTF-8 for text) and never appear in a repr. Times are seconds since 1970 UTC. Uids are 32 hex digits,
empty when the file has none.
"""

from __future__ import annotations

import enum
from collections import Counter

import msgspec


class Role(enum.StrEnum):
    """The fields that every program knows; any other field is custom."""

    CUSTOM = ""
    USERNAME = "username"
    PASSWORD = "password"  # noqa: S105 the name of a role
    URL = "url"
    NOTES = "notes"


class ForeignField(msgspec.Struct):
    """A named value. ``name`` is what the other program calls it; standard fields are told by ``role``."""

    name: str
    value: bytes
    protected: bool = False
    role: Role = Role.CUSTOM

    def __repr__(self) -> str:
        return f"ForeignField({self.name!r}, …)"


class ForeignFile(msgspec.Struct):
    """An attached file. ``ref`` names the same bytes within one file: equal refs, equal bytes."""

    name: str
    data: bytes
    protected: bool = False
    ref: int = -1

    def __repr__(self) -> str:
        return f"ForeignFile({self.name!r}, {len(self.data)} bytes)"


class ForeignState(msgspec.Struct):
    """One state of an entry: the present one or one of its history."""

    title: str = ""
    title_protected: bool = False
    fields: list[ForeignField] = []
    files: list[ForeignFile] = []
    tags: list[str] = []
    created: float | None = None
    changed: float | None = None
    expires: float | None = None

    def __repr__(self) -> str:
        return f"ForeignState({len(self.fields)} fields, {len(self.files)} files)"


class ForeignGroup(msgspec.Struct):
    """A folder. ``parent`` None: the root of the file. A codec may still fill in ``notes`` after handing it over."""

    uid: str = ""
    name: str = ""
    parent: ForeignGroup | None = None
    notes: str = ""
    tags: list[str] = []
    created: float | None = None
    changed: float | None = None
    expires: float | None = None
    recycle_bin: bool = False  # this is the recycle bin itself

    def __repr__(self) -> str:
        return f"ForeignGroup({self.path()!r})"

    def path(self) -> tuple[str, ...]:
        """Names from below the root to this group; the root's own name is not part of it."""
        names: list[str] = []
        group = self
        while group.parent is not None:
            names.append(group.name)
            group = group.parent
        return tuple(reversed(names))

    def recycled(self) -> bool:
        """Whether this is the recycle bin or lies in it."""
        group: ForeignGroup | None = self
        while group is not None:
            if group.recycle_bin:
                return True
            group = group.parent
        return False


class ForeignEntry(msgspec.Struct):
    """An entry: its present state, and earlier ones, oldest first."""

    uid: str
    group: ForeignGroup
    state: ForeignState
    history: list[ForeignState] = []
    favourite: bool = False
    kind: str = ""  # what the other program calls it, where it has kinds

    def __repr__(self) -> str:
        return f"ForeignEntry({self.uid!r}, {len(self.history)} earlier)"


class ForeignDatabase(msgspec.Struct):
    """A whole file in memory: for small files and tests; import and export stream entries instead."""

    name: str
    root: ForeignGroup
    groups: list[ForeignGroup]  # without the root, parents first
    entries: list[ForeignEntry]

    def __repr__(self) -> str:
        return f"ForeignDatabase({len(self.groups)} groups, {len(self.entries)} entries)"


class Dropped:
    """Counts what is not carried, by kind, and says it in words."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, what: str, count: int = 1) -> None:
        """Count ``what``, a plural noun phrase such as "icons" (never a value or title)."""
        if count > 0:
            self._counts[what] += count

    def merge(self, other: Dropped) -> None:
        """Take over the counts of another list."""
        self._counts.update(other._counts)

    def words(self) -> list[str]:
        """One line for each kind: "Icons of entries: 12"."""
        return [f"{what[:1].upper()}{what[1:]}: {count:,}" for what, count in sorted(self._counts.items())]
