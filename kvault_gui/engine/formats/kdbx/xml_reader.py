"""The XML inside a KDBX file, read as a stream: entries come out as soon as they are complete.

Nothing is taken from a document type: any declaration is refused, so no entity can grow or reach out.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat

from ...errors import FormatDamagedError, FormatLimitError
from .limits import Limits, refuse
from .payload import Binaries, from_base64

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..model import Dropped, ForeignEntry, ForeignGroup, ForeignState
    from .ciphers import InnerStream

STATE_COST, FIELD_COST = 600, 300  # bytes of memory, about
_UID_SIZE = 16
_EXTRA_DEPTH = 16  # elements below the deepest group


class Rule(NamedTuple):
    """What an element may contain and what happens at its ends. ``leaf``: its text is collected."""

    children: dict[str, Rule]
    begin: Callable[[Parse, dict[str, str]], None] | None = None
    end: Callable[[Parse, str | bytes], None] | None = None
    leaf: bool = False


SKIP = Rule({})


@dataclass(repr=False)
class Parse:
    """Where the reading of one document stands."""

    limits: Limits
    binaries: Binaries
    dropped: Dropped
    header_digest: bytes | None  # of version 3, compared with the document's
    ready: deque[ForeignEntry | ForeignGroup] = field(default_factory=deque)
    name: str = ""
    bin_uid: str = ""
    roots: int = 0
    groups: list[ForeignGroup] = field(default_factory=list)
    announced: int = 0  # how many of ``groups`` were handed over
    group_count: int = 0
    entry_count: int = 0
    entry: ForeignEntry | None = None
    earlier: ForeignState | None = None  # the historical state that is being read
    cost: int = 0  # memory of the present entry
    key: str = ""  # of the present String, Binary or Item
    value: bytes = b""
    protected: bool = False
    ref: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    expires: bool = False
    expiry: float | None = None

    def state(self) -> ForeignState:
        """The state that is being read: an earlier one or the present one."""
        if self.earlier is not None:
            return self.earlier
        if self.entry is None:
            raise FormatDamagedError(reason="part of an entry stands outside any entry")
        return self.entry.state

    def spend(self, cost: int) -> None:
        """Count memory for the present entry."""
        self.cost += cost
        if self.cost > self.limits.entry:
            raise refuse("an entry is larger than 256 MiB")

    def announce(self) -> None:
        """Hand over the open groups before anything that lies in them."""
        while self.announced < len(self.groups):
            group = self.groups[self.announced]
            group.recycle_bin = bool(group.uid) and group.uid == self.bin_uid
            self.ready.append(group)
            self.announced += 1


def read_uid(text: str) -> str:
    """32 hex digits, or "" for the zero id."""
    data = from_base64(text, "an identifier")
    if len(data) != _UID_SIZE:
        raise FormatDamagedError(reason="an identifier does not have 16 bytes")
    return data.hex() if any(data) else ""


def read_text(value: str | bytes) -> str:
    """Text of an element, also where it was protected."""
    if isinstance(value, str):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise FormatDamagedError(reason="a protected text is not UTF-8") from None


class XmlReader:
    """Feeds expat and applies the rules. After each ``feed`` the complete entries and groups are in ``ready``."""

    def __init__(self, parse: Parse, stream: InnerStream, rules: Rule) -> None:
        self._parse = parse
        self._stream = stream
        self._stack = [rules]
        self._text: list[str] = []
        self._size = 0
        self._is_protected = False
        self._max_depth = parse.limits.depth + _EXTRA_DEPTH
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.StartDoctypeDeclHandler = self._declaration
        parser.EntityDeclHandler = self._declaration
        self._parser = parser

    def feed(self, data: bytes, *, last: bool = False) -> None:
        """Parse a piece of the document. Raises FormatDamagedError, FormatLimitError."""
        try:
            self._parser.Parse(data, last)
        except expat.ExpatError:
            raise FormatDamagedError(reason="its XML is not well-formed") from None
        if last and self._parse.roots != 1:
            raise FormatDamagedError(reason="it has no root group")

    def _declaration(self, *_: object) -> None:
        raise FormatLimitError(reason="its XML declares a document type")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        above = self._stack[-1]
        if above.leaf or self._is_protected:
            raise FormatDamagedError(reason="a value contains another element")
        if len(self._stack) > self._max_depth:
            raise refuse(f"its groups are nested more than {self._parse.limits.depth} deep")
        rule = above.children.get(name, SKIP)
        self._stack.append(rule)
        if attributes and attributes.get("Protected", "").lower() == "true":
            self._is_protected = True
        if rule.leaf:
            self._parse.attributes = attributes
        if rule.begin is not None:
            rule.begin(self._parse, attributes)

    def _data(self, data: str) -> None:
        if not (self._stack[-1].leaf or self._is_protected):
            return
        self._size += len(data)
        if self._size > self._parse.limits.text * 3 // 2:
            raise refuse("a value is larger than 64 MiB")
        self._text.append(data)

    def _end(self, _name: str) -> None:
        rule = self._stack.pop()
        value: str | bytes = ""
        if rule.leaf or self._is_protected:
            value = "".join(self._text)
            if self._is_protected:
                value = self._stream.apply(from_base64(value, "a protected value"))
                self._is_protected = False
            self._text.clear()
            self._size = 0
        if rule.end is not None:
            rule.end(self._parse, value)
