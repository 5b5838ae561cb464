"""Writing the XML inside a KDBX 4 file, piece by piece (keepass.info/help/kb/kdbx.html, "Inner XML")."""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING

from ..model import Role
from .times import format_time

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..model import Dropped, ForeignEntry, ForeignField, ForeignGroup, ForeignState
    from .ciphers import InnerStream

NAMES = {Role.USERNAME: "UserName", Role.PASSWORD: "Password", Role.URL: "URL", Role.NOTES: "Notes"}
# XML 1.0 cannot hold these, not even escaped.
_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ZERO = b"\0" * 16
_GENERATOR = "kvault"
_NEWEST_MINOR = 1


def escape(text: str, dropped: Dropped) -> str:
    """Text for XML: markup escaped, carriage returns kept, characters that XML cannot hold left out and counted."""
    text, gone = _IMPOSSIBLE.subn("", text)
    if gone:
        dropped.add("control characters that XML cannot hold", gone)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#xD;")


def uid_text(uid: str) -> str:
    """Base64 of an identifier of 32 hex digits; "" is the zero identifier."""
    return binascii.b2a_base64(bytes.fromhex(uid) if uid else _ZERO, newline=False).decode()


def tags_text(tags: list[str]) -> str:
    """Tags joined; separators inside one become spaces, as the format has no escape for them."""
    return ";".join(tag.replace(";", " ").replace(",", " ") for tag in tags)


class XmlWriter:
    """Writes the document through ``put``, in document order, as the inner stream demands."""

    def __init__(self, put: Callable[[bytes], None], stream: InnerStream, dropped: Dropped, minor: int) -> None:
        self._put = put
        self._stream = stream
        self._dropped = dropped
        self._minor = minor

    def begin(self, name: str, now: float, bin_uid: str) -> None:
        """The head of the document."""
        moment = format_time(now)
        self._write(
            '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<KeePassFile>'
            f"<Meta><Generator>{_GENERATOR}</Generator><DatabaseName>{self._text(name)}</DatabaseName>"
            f"<DatabaseNameChanged>{moment}</DatabaseNameChanged>"
            "<MemoryProtection><ProtectTitle>False</ProtectTitle><ProtectUserName>False</ProtectUserName>"
            "<ProtectPassword>True</ProtectPassword><ProtectURL>False</ProtectURL><ProtectNotes>False</ProtectNotes>"
            "</MemoryProtection>"
            f"<RecycleBinEnabled>True</RecycleBinEnabled><RecycleBinUUID>{uid_text(bin_uid)}</RecycleBinUUID>"
            f"<RecycleBinChanged>{moment}</RecycleBinChanged>"
            "<HistoryMaxItems>-1</HistoryMaxItems><HistoryMaxSize>-1</HistoryMaxSize>"
            "</Meta><Root>"
        )

    def open_group(self, group: ForeignGroup) -> None:
        """Begin a group; its entries follow, then the groups in it, then ``close_group``."""
        tags = f"<Tags>{self._text(tags_text(group.tags))}</Tags>" if self._minor >= _NEWEST_MINOR else ""
        if group.tags and not tags:
            self._dropped.add("tags of groups", len(group.tags))
        icon = 43 if group.recycle_bin else 48
        off = "False" if group.recycle_bin else "null"
        self._write(
            f"<Group><UUID>{uid_text(group.uid)}</UUID><Name>{self._text(group.name)}</Name>"
            f"<Notes>{self._text(group.notes)}</Notes><IconID>{icon}</IconID>"
            f"{self._times(group.created, group.changed, group.expires)}"
            f"<IsExpanded>True</IsExpanded><DefaultAutoTypeSequence/>"
            f"<EnableAutoType>{off}</EnableAutoType><EnableSearching>{off}</EnableSearching>"
            f"<LastTopVisibleEntry>{uid_text('')}</LastTopVisibleEntry>{tags}"
        )

    def close_group(self) -> None:
        """End the innermost open group."""
        self._write("</Group>")

    def entry(self, entry: ForeignEntry) -> None:
        """An entry with its history."""
        self._state(entry.uid, entry.state)
        self._write("<History>")
        for state in entry.history:
            self._state(entry.uid, state)
            self._write("</Entry>")
        self._write("</History></Entry>")

    def end(self) -> None:
        """The end of the document."""
        self._write("<DeletedObjects/></Root></KeePassFile>")

    def _state(self, uid: str, state: ForeignState) -> None:
        self._write(
            f"<Entry><UUID>{uid_text(uid)}</UUID><IconID>0</IconID><ForegroundColor/><BackgroundColor/><OverrideURL/>"
            f"<Tags>{self._text(tags_text(state.tags))}</Tags>"
            f"{self._times(state.created, state.changed, state.expires)}"
        )
        self._string("Title", state.title.encode("utf-8", "replace"), protected=state.title_protected)
        for field in state.fields:
            self._field(field)
        for file in state.files:
            self._write(f'<Binary><Key>{self._text(file.name)}</Key><Value Ref="{file.ref}"/></Binary>')
        self._write("<AutoType><Enabled>True</Enabled><DataTransferObfuscation>0</DataTransferObfuscation></AutoType>")

    def _field(self, field: ForeignField) -> None:
        self._string(NAMES.get(field.role, field.name), field.value, protected=field.protected)

    def _string(self, name: str, value: bytes, *, protected: bool) -> None:
        self._write(f"<String><Key>{self._text(name)}</Key>")
        if protected:
            sealed = binascii.b2a_base64(self._stream.apply(value), newline=False)
            self._put(b'<Value Protected="True">' + sealed + b"</Value></String>")
        else:
            self._write(f"<Value>{self._text(value.decode('utf-8', 'replace'))}</Value></String>")

    def _times(self, created: float | None, changed: float | None, expires: float | None) -> str:
        # Readers want every element; what is not known is the time of what is.
        first = created if created is not None else changed if changed is not None else 0.0
        last = changed if changed is not None else first
        stamp = format_time(last)
        return (
            f"<Times><LastModificationTime>{stamp}</LastModificationTime>"
            f"<CreationTime>{format_time(first)}</CreationTime><LastAccessTime>{stamp}</LastAccessTime>"
            f"<ExpiryTime>{format_time(expires if expires is not None else last)}</ExpiryTime>"
            f"<Expires>{expires is not None}</Expires><UsageCount>0</UsageCount>"
            f"<LocationChanged>{stamp}</LocationChanged></Times>"
        )

    def _text(self, text: str) -> str:
        return escape(text, self._dropped)

    def _write(self, text: str) -> None:
        self._put(text.encode())
