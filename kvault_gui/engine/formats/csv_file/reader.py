"""CSV as password managers write it (RFC 4180 and what is done in its name): reading, proposing columns, writing."""

from __future__ import annotations

import codecs
import csv
import io
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from ...errors import FormatDamagedError, FormatLimitError
from ..model import Dropped, ForeignEntry, ForeignField, ForeignGroup, ForeignState, Role
from .columns import FIELD_ROLES, OWN_COLUMNS, propose
from .values import parse_moment, truth, without_guard

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_SIZE = 512 << 20  # bytes of a file
MAX_ROWS = 1_000_000
MAX_COLUMNS = 10_000
MAX_ROW = 4 << 20  # characters of one row
_PIECE = 1 << 16
_DELIMITERS = ",;\t|"
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_QUOTED = re.compile(r'"[^"]*"')


def _decodes(source: BinaryIO, encoding: str) -> bool:
    """Whether the whole file is valid in ``encoding``."""
    source.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while piece := source.read(_PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _encoding(source: BinaryIO) -> tuple[str, bool]:
    """The file's encoding, and whether it is a guess."""
    source.seek(0)
    start = source.read(4)
    for mark, name in _BOMS:
        if start.startswith(mark):
            if not _decodes(source, name):
                raise FormatDamagedError(reason=f"it says that it is {name.upper()} but is not")
            return name, False
    for name in ("utf-8", "cp1252"):
        if _decodes(source, name):
            return name, name != "utf-8"
    return "latin-1", True


class _Lines:
    """Lines of the file for the csv module; refuses what would take too much memory before it does."""

    def __init__(self, text: io.TextIOWrapper, first: int) -> None:
        self.row_size = 0
        self._text = text
        self._limit = first

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._limit)
        if not line:
            raise StopIteration
        self.row_size += len(line)
        if len(line) >= self._limit or self.row_size > MAX_ROW:
            raise FormatLimitError(reason=f"a row is longer than {MAX_ROW >> 20} million characters")
        if "\0" in line:
            raise FormatDamagedError(reason="it holds NUL characters; it may be UTF-16 without its mark")
        return line


def _delimiter(line: str) -> str:
    """The delimiter of which the first line has most, outside quotes."""
    bare = _QUOTED.sub("", line)
    return max(_DELIMITERS, key=lambda mark: (bare.count(mark), -_DELIMITERS.index(mark)))


@dataclass
class _Groups:
    """One group object for each path of the file."""

    root: ForeignGroup = field(default_factory=ForeignGroup)
    known: dict[tuple[str, ...], ForeignGroup] = field(default_factory=dict)

    def at(self, path: tuple[str, ...]) -> ForeignGroup:
        if not path:
            return self.root
        found = self.known.get(path)
        if found is None:
            found = self.known[path] = ForeignGroup(name=path[-1], parent=self.at(path[:-1]))
        return found


class CsvReader:
    """One CSV file that is being read. ``dropped`` is complete when ``items`` is exhausted."""

    def __init__(self, source: BinaryIO, columns: dict[int, str] | None = None) -> None:
        """Find encoding, delimiter and header.

        Args:
            source: the file, opened for reading; must be seekable.
            columns: column number -> field name; "" drops a column. None: the proposal.

        Raises:
            FormatLimitError, FormatDamagedError.
        """
        self.dropped = Dropped()
        self.notes: list[str] = []  # what else a person should know
        self._source = source
        self._size = source.seek(0, io.SEEK_END)
        if self._size > MAX_SIZE:
            raise FormatLimitError(reason=f"it is larger than {MAX_SIZE >> 20} MiB")
        self._encoding, guessed = _encoding(source)
        if guessed:
            self.notes.append("The file is not UTF-8 and was read as Western European: check letters with accents")
        self._first_line = self._begin().readline(MAX_ROW)
        self._separator_line = re.fullmatch(r"sep=(.)\r?\n?", self._first_line) if self._first_line else None
        self._mark = self._separator_line.group(1) if self._separator_line else _delimiter(self._first_line)
        self._look(columns)

    def _look(self, columns: dict[int, str] | None) -> None:
        first = next(self._rows(), [])
        proposed = propose(first)
        self.has_header = proposed is not None
        self.columns: list[str] = first if proposed is not None else [f"column {n + 1}" for n in range(len(first))]
        self.proposal: dict[int, str] = proposed or {}
        self.mapping: dict[int, str] = self.proposal if columns is None else columns
        self._own = tuple(first) == OWN_COLUMNS

    def words(self) -> str:
        """Format, encoding and delimiter for a person."""
        marks = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
        name = {"utf-8-sig": "UTF-8", "cp1252": "Windows-1252"}.get(self._encoding, self._encoding.upper())
        return f"CSV, {name}, {marks.get(self._mark, self._mark)}"

    def progress(self) -> tuple[int, int]:
        """Bytes read so far and in all."""
        return min(self._source.tell(), self._size), self._size

    def items(self) -> Iterator[ForeignEntry]:
        """One entry for each row. Raises FormatDamagedError, FormatLimitError."""
        rows = self._rows()
        if self.has_header:
            next(rows, None)
        groups = _Groups()
        for column, name in sorted(self.mapping.items()):
            if not name and column < len(self.columns):
                self.dropped.add(f"column “{self.columns[column][:60]}”")
        for number, cells in enumerate(rows):
            if number >= MAX_ROWS:
                raise FormatLimitError(reason=f"it has more than {MAX_ROWS:,} rows")
            if any(cells):
                yield self._entry(cells, groups)
            elif cells:
                self.dropped.add("empty rows")

    def _begin(self) -> io.TextIOWrapper:
        self._source.seek(0)
        # Detached from ``source`` when collected would close it, so it reads through a wrapper that does not.
        return io.TextIOWrapper(_Open(self._source), encoding=self._encoding, newline="")

    def _rows(self) -> Iterator[list[str]]:
        # The module's own limit is one number for the whole process; ours is the row's.
        csv.field_size_limit(MAX_ROW)
        lines = _Lines(self._begin(), MAX_ROW)
        if self._separator_line:
            next(lines, None)
        try:
            for cells in csv.reader(lines, delimiter=self._mark, strict=True):
                lines.row_size = 0
                if len(cells) > MAX_COLUMNS:
                    raise FormatLimitError(reason=f"it has more than {MAX_COLUMNS:,} columns")
                yield cells
        except csv.Error:
            raise FormatDamagedError(reason="a quotation mark is open at its end or stands inside a cell") from None

    def _entry(self, cells: list[str], groups: _Groups) -> ForeignEntry:
        entry = ForeignEntry("", groups.root, ForeignState())
        for column, cell in enumerate(cells):
            value = without_guard(cell) if self._own else cell
            if value:
                self._put(entry, column, value, groups)
        if not entry.state.title:
            entry.state.title = _title_of(entry.state)
        return entry

    def _put(self, entry: ForeignEntry, column: int, value: str, groups: _Groups) -> None:
        name = self.mapping.get(column)
        if name == "":
            return
        if name is None:
            name = self.columns[column] if column < len(self.columns) else f"column {column + 1}"
        state = entry.state
        if name == "title":
            state.title = value
        elif name == "namespace":
            entry.group = groups.at(self._path(value))
        elif name == "tags":
            state.tags = list(dict.fromkeys(tag.strip() for tag in re.split("[;,]", value) if tag.strip()))
        elif name == "favourite":
            entry.favourite = truth(value)
        elif name == "kind":
            entry.kind = value
        elif name in ("created", "changed", "expires"):
            self._put_time(state, name, value)
        else:
            role, protected = FIELD_ROLES.get(name, (Role.CUSTOM, _looks_secret(name)))
            state.fields.append(ForeignField(name, value.encode("utf-8", "replace"), protected, role))

    def _put_time(self, state: ForeignState, name: str, value: str) -> None:
        moment = parse_moment(value)
        if moment is None:
            self.dropped.add("times that are none")
        elif name == "created":
            state.created = moment
        elif name == "changed":
            state.changed = moment
        else:
            state.expires = moment

    def _path(self, value: str) -> tuple[str, ...]:
        parts = re.split(r"[/\\]", value) if not self._own else value.split("/")
        if not self._own and parts[0] == "Root":
            parts = parts[1:]
        names = (part.strip() for part in parts)
        if self._own:
            return tuple(name.replace("%2F", "/").replace("%25", "%") for name in names if name)
        return tuple(name for name in names if name)


class _Open(io.BufferedIOBase):
    """Reads from a file and leaves it open."""

    name = ""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def read1(self, size: int = -1, /) -> bytes:
        return self._source.read(size if size > 0 else _PIECE)

    def read(self, size: int | None = -1, /) -> bytes:
        return self._source.read(-1 if size is None else size)


def _looks_secret(name: str) -> bool:
    # Bitwarden puts all hidden fields of an entry into one column, "fields".
    return bool(re.search(r"^fields$|pass|secret|pin\b|cvc|cvv|\bkey\b|token|card ?number", name, re.IGNORECASE))


def _title_of(state: ForeignState) -> str:
    """A title for a row without one: the address's host, or the user name."""
    by_role = {found.role: found.value.decode("utf-8", "replace") for found in state.fields}
    address = by_role.get(Role.URL, "")
    with suppress(ValueError):
        host = urlsplit(address if "://" in address else f"//{address}").hostname
        if host:
            return host.removeprefix("www.")
    return by_role.get(Role.USERNAME, "")
