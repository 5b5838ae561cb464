"""The composite key of a KDBX file: a password, a key file, or both (keepass.info/help/base/keys.html)."""

from __future__ import annotations

import binascii
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

from ...crypto import hashes
from ...errors import FormatDamagedError, FormatLimitError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...api import Secret

_XML_MAX = 1 << 16  # bytes; key files written by KeePass have about 300
_PIECE = 1 << 16
_RAW, _HEX = 32, 64


def _damaged(reason: str) -> FormatDamagedError:
    return FormatDamagedError(reason=f"the key file {reason}")


class _KeyXml:
    """Collects version, data and hash of an XML key file; ``root`` is the outermost element's name."""

    def __init__(self) -> None:
        self.root = ""
        self.found: dict[str, str] = {}
        self.hash: str | None = None
        self._path: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.root = self.root or name
        self._path.append(name)
        if self._path == ["KeyFile", "Key", "Data"]:
            self.hash = attributes.get("Hash")

    def end(self, _name: str) -> None:
        self._path.pop()

    def text(self, data: str) -> None:
        where = "/".join(self._path)
        if where in ("KeyFile/Meta/Version", "KeyFile/Key/Data"):
            self.found[where] = self.found.get(where, "") + data


def _refuse_declaration(*_: object) -> None:
    raise FormatLimitError(reason="the key file declares a document type")


def _parse_xml(content: bytes) -> _KeyXml | None:
    """The key file's parts, or None when it is no XML key file at all."""
    collected = _KeyXml()
    parser = expat.ParserCreate()
    parser.StartElementHandler = collected.start
    parser.EndElementHandler = collected.end
    parser.CharacterDataHandler = collected.text
    parser.StartDoctypeDeclHandler = _refuse_declaration
    parser.EntityDeclHandler = _refuse_declaration
    try:
        parser.Parse(content, True)  # noqa: FBT003 expat takes no keywords
    except (expat.ExpatError, ValueError, LookupError):
        if collected.root == "KeyFile":
            raise _damaged("is not well-formed XML") from None
        return None
    return collected if collected.root == "KeyFile" else None


def _xml_key(parts: _KeyXml) -> bytes:
    version = parts.found.get("KeyFile/Meta/Version", "").strip()
    data = "".join(parts.found.get("KeyFile/Key/Data", "").split())
    if version in ("1.0", "1.00"):
        try:
            key = binascii.a2b_base64(data, strict_mode=True)
        except binascii.Error:
            raise _damaged("holds no valid base64") from None
    elif version in ("2.0", "2.00"):
        try:
            key = bytes.fromhex(data)
        except ValueError:
            raise _damaged("holds no valid hexadecimal digits") from None
        check = (parts.hash or "").strip().lower()
        if check and hashes.sha256(key).hex()[:8] != check:
            raise _damaged("does not match its own checksum")
    else:
        raise _damaged("has an unknown version")
    if len(key) != _RAW:
        raise _damaged("holds a key that is not 32 bytes long")
    return key


def read_key_file(path: str) -> bytes:
    """The 32 bytes that a key file stands for.

    XML of version 1 (base64) and 2 (hexadecimal with a checksum); 32 raw bytes; 64 hexadecimal digits; any other file
    by its SHA-256. Raises InvalidInputError if it cannot be read, FormatDamagedError for a broken XML key file.
    """
    try:
        size = _regular_size(path)  # before opening, which would wait for a pipe's other end
        with Path(path).open("rb") as file:
            start = file.read(_XML_MAX)
            if size <= _XML_MAX:
                return _small_key(start)
            whole = hashes.new("SHA-256")
            whole.update(start)
            while piece := file.read(_PIECE):
                whole.update(piece)
            return whole.digest()
    except OSError as problem:
        raise InvalidInputError(reason=f"The key file cannot be read: {problem.strerror}") from None


def _regular_size(path: str) -> int:
    """Size of a regular file; a device or pipe would never end."""
    status = Path(path).stat()
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInputError(reason="The key file is not an ordinary file")
    return status.st_size


def _small_key(content: bytes) -> bytes:
    parts = _parse_xml(content) if b"<" in content[:256] else None
    if parts is not None:
        return _xml_key(parts)
    if len(content) == _RAW:
        return content
    if len(content) == _HEX:
        with suppress(ValueError, UnicodeDecodeError):
            return bytes.fromhex(content.decode("ascii"))
    return hashes.sha256(content)


def composite(password: bytes | bytearray | None, key_file: bytes | None) -> bytes:
    """SHA-256 over the SHA-256 of the password, if there is one, and the key file's 32 bytes, if there is one."""
    whole = hashes.new("SHA-256")
    if password is not None:
        whole.update(hashes.sha256(password))
    if key_file is not None:
        whole.update(key_file)
    return whole.digest()


def candidates(password: Secret | None, key_file: str | None) -> Iterator[bytes]:
    """Composite keys to try, likeliest first.

    An empty password and no password are different keys for KDBX but the same thing for a person who leaves a field
    empty, so with a key file and nothing typed both are tried.
    """
    key = read_key_file(key_file) if key_file else None
    typed = password.value if password is not None else bytearray()
    if typed:
        yield composite(typed, key)
        return
    if key is not None:
        yield composite(None, key)
    yield composite(b"", key)
