"""Key files: kvault's own form, and those of KeePass (keepass.info/help/base/keys.html) that both programs can share.

A key file stands for 32 bytes. kvault's own is text: a first line that names it, 64 hexadecimal digits in groups, and a
check group that tells a file that was cut or mistyped from a wrong one.
"""

from __future__ import annotations

import binascii
import enum
import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from ..crypto import hashes
from ..crypto.rng import random_bytes
from ..errors import DiskFullError, KeyFileDamagedError, KeyFileError

KEY_BYTES = 32
MAX_XML = 1 << 16  # bytes; key files written by KeePass have about 300
_NAME = b"kvault key file"
_FIRST = b"kvault key file 1"
_CHECK = b"kvault key file check v1"
_CHECK_BYTES = 4
_MAX_OWN = 1 << 10  # bytes; ours have about 110
_HEX = 2 * KEY_BYTES
_PIECE = 1 << 16


class Form(enum.StrEnum):
    """How a key file holds its 32 bytes."""

    OWN = "kvault"
    XML_1 = "keepass-xml-1"
    XML_2 = "keepass-xml-2"
    RAW = "raw"
    HEX = "hex"
    OTHER = "other"  # any other file, by its SHA-256


class KeyFile(NamedTuple):
    """What was read. Its text form names no key."""

    form: Form
    key: bytes
    size: int  # bytes of the file

    def __repr__(self) -> str:
        return f"KeyFile({self.form})"


def read(path: str, *, largest: int | None = None) -> KeyFile:
    """The 32 bytes that the key file at ``path`` stands for.

    Args:
        path: an ordinary file.
        largest: bytes that it may have; None: any number (it is hashed in pieces).

    Raises:
        KeyFileError: it cannot be read or is larger; KeyFileDamagedError: it is broken.
    """
    name = Path(path).name
    try:
        size = _regular_size(path, name)  # before opening, which would wait for a pipe's other end
        if largest is not None and size > largest:
            raise KeyFileError(name=name, reason=f"it is larger than {largest >> 20} MiB")
        with Path(path).open("rb") as file:
            start = file.read(MAX_XML + 1)
            if len(start) <= MAX_XML:
                return parse(start, name)
            whole = hashes.new("SHA-256")
            whole.update(start)
            while piece := file.read(_PIECE):
                whole.update(piece)
            return KeyFile(Form.OTHER, whole.digest(), size)
    except OSError as problem:
        raise KeyFileError(name=name, reason=f"it cannot be read ({problem.strerror})") from None
    except ValueError:  # a zero byte in the path
        raise KeyFileError(name=name, reason="that is no path") from None


def _regular_size(path: str, name: str) -> int:
    status = Path(path).stat()
    if not stat.S_ISREG(status.st_mode):  # a device or pipe would never end
        raise KeyFileError(name=name, reason="it is not an ordinary file")
    return status.st_size


def parse(content: bytes, name: str) -> KeyFile:
    """The key file with this content. Raises KeyFileDamagedError where the form can tell."""
    size = len(content)
    if content.startswith(_NAME):
        return KeyFile(Form.OWN, _own_key(content, name), size)
    parts = _parse_xml(content, name) if b"<" in content[:256] else None
    if parts is not None:
        return _xml_key(parts, name, size)
    if size == KEY_BYTES:
        return KeyFile(Form.RAW, content, size)
    if size == _HEX:
        with suppress(binascii.Error, ValueError):  # a letter beyond ASCII is a ValueError of its own
            return KeyFile(Form.HEX, binascii.unhexlify(content), size)
    return KeyFile(Form.OTHER, hashes.sha256(content), size)


# --- kvault's own ----------------------------------------------------------------------------------------------------


def make(path: str) -> KeyFile:
    """Write a new key file with 256 random bits, readable by its owner alone; never over anything.

    Raises:
        KeyFileError: something bears that name, or the folder cannot be written.
        DiskFullError: no space left.
    """
    name = Path(path).name
    key = random_bytes(KEY_BYTES)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise KeyFileError(name=name, reason="there is a file of that name already") from None
    except OSError as problem:
        raise _unwritten(problem, name) from None
    except ValueError:
        raise KeyFileError(name=name, reason="that is no path") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text(key))
            file.flush()
            os.fsync(file.fileno())
        _sync_folder(path)
    except OSError as problem:
        Path(path).unlink(missing_ok=True)  # it holds a key that nothing was locked with
        raise _unwritten(problem, name) from None
    return read(path)  # what opens the vault later is what the disk gives back


def text(key: bytes) -> bytes:
    """The content of an own key file for ``key``."""
    digits = key.hex().upper()
    groups = [digits[start : start + 8] for start in range(0, _HEX, 8)]
    lines = [_FIRST.decode(), " ".join(groups[:4]), " ".join(groups[4:]), f"check {_check(key)}", ""]
    return "\n".join(lines).encode()


def _check(key: bytes) -> str:
    return hashes.sha256(_CHECK + key)[:_CHECK_BYTES].hex().upper()


def _own_key(content: bytes, name: str) -> bytes:
    def broken(reason: str) -> KeyFileDamagedError:
        return KeyFileDamagedError(name=name, reason=reason)

    lines = [line.strip() for line in content[: _MAX_OWN + 1].splitlines()]
    if lines[0] != _FIRST:
        raise broken("it was made by a newer kvault, or its first line was changed")
    if len(content) > _MAX_OWN:
        raise broken("it is longer than a kvault key file")
    words = b" ".join(lines[1:]).split()
    digits = b"".join(words[:-2])
    if len(words) < 3 or words[-2] != b"check" or len(digits) != _HEX:  # noqa: PLR2004 digits, the word and the check
        raise broken("it lacks a part")
    try:
        key = binascii.unhexlify(digits)
    except binascii.Error:
        raise broken("it contains a character that is no hexadecimal digit") from None
    if words[-1].upper() != _check(key).encode():
        raise broken("it has a check group that does not fit: a character was changed")
    return key


def _sync_folder(path: str) -> None:
    folder = os.open(Path(path).parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _unwritten(problem: OSError, name: str) -> KeyFileError | DiskFullError:
    if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFullError()
    return KeyFileError(name=name, reason=f"it cannot be written ({problem.strerror})")


# --- KeePass ---------------------------------------------------------------------------------------------------------


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


def _parse_xml(content: bytes, name: str) -> _KeyXml | None:
    """The key file's parts, or None when it is no XML key file at all."""

    def refuse(*_: object) -> None:
        raise KeyFileDamagedError(name=name, reason="it declares a document type")

    collected = _KeyXml()
    parser = expat.ParserCreate()
    parser.StartElementHandler = collected.start
    parser.EndElementHandler = collected.end
    parser.CharacterDataHandler = collected.text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)  # noqa: FBT003 expat takes no keywords
    except (expat.ExpatError, ValueError, LookupError):
        if collected.root == "KeyFile":
            raise KeyFileDamagedError(name=name, reason="it is not well-formed XML") from None
        return None
    return collected if collected.root == "KeyFile" else None


def _xml_key(parts: _KeyXml, name: str, size: int) -> KeyFile:
    def broken(reason: str) -> KeyFileDamagedError:
        return KeyFileDamagedError(name=name, reason=reason)

    version = parts.found.get("KeyFile/Meta/Version", "").strip()
    data = "".join(parts.found.get("KeyFile/Key/Data", "").split())
    if version in ("1.0", "1.00"):
        form = Form.XML_1
        try:
            key = binascii.a2b_base64(data, strict_mode=True)
        except ValueError:  # binascii.Error, and letters beyond ASCII
            raise broken("it holds no valid base64") from None
    elif version in ("2.0", "2.00"):
        form = Form.XML_2
        try:
            key = bytes.fromhex(data)
        except ValueError:
            raise broken("it holds no valid hexadecimal digits") from None
        check = (parts.hash or "").strip().lower()
        if check and hashes.sha256(key).hex()[:8] != check:
            raise broken("it does not match its own checksum")
    else:
        raise broken("it has an unknown version")
    if len(key) != KEY_BYTES:
        raise broken("it holds a key that is not 32 bytes long")
    return KeyFile(form, key, size)
