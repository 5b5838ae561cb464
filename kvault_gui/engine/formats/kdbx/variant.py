"""The VariantDictionary of KDBX 4 headers (keepass.info/help/kb/kdbx.html, "VariantDictionary")."""

from __future__ import annotations

import struct

from ...errors import FormatDamagedError

Value = int | bool | str | bytes

_VERSION = 0x0100
_U32, _U64, _BOOL, _I32, _I64, _TEXT, _BYTES = 0x04, 0x05, 0x08, 0x0C, 0x0D, 0x18, 0x42
_NUMBERS = {_U32: "<I", _U64: "<Q", _I32: "<i", _I64: "<q"}
_MAX_ITEMS = 256
_LEAST = 3  # bytes: version and end


def _cut() -> FormatDamagedError:
    return FormatDamagedError(reason="a table in its header is cut")


def _value(kind: int, data: bytes) -> Value:
    if kind in _NUMBERS:
        form = _NUMBERS[kind]
        if len(data) != struct.calcsize(form):
            raise FormatDamagedError(reason="a number in its header has the wrong size")
        number: int = struct.unpack(form, data)[0]
        return number
    if kind == _BOOL:
        if len(data) != 1:
            raise FormatDamagedError(reason="a number in its header has the wrong size")
        return data != b"\0"
    if kind == _TEXT:
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise FormatDamagedError(reason="a text in its header is not UTF-8") from None
    if kind == _BYTES:
        return data
    raise FormatDamagedError(reason=f"its header has a value of the unknown type {kind}")


def decode(data: bytes) -> dict[str, Value]:
    """Read a dictionary; raises FormatDamagedError for anything but one well-formed dictionary."""
    if len(data) < _LEAST:
        raise _cut()
    if int.from_bytes(data[:2], "little") & 0xFF00 != _VERSION:
        raise FormatDamagedError(reason="a table in its header has an unknown version")
    found: dict[str, Value] = {}
    at = 2

    def take() -> bytes:
        nonlocal at
        if at + 4 > len(data):
            raise _cut()
        size = int.from_bytes(data[at : at + 4], "little")
        at += 4
        if size > len(data) - at:
            raise _cut()
        at += size
        return data[at - size : at]

    while at < len(data):
        kind = data[at]
        at += 1
        if kind == 0:
            return found
        try:
            name = take().decode()
        except UnicodeDecodeError:
            raise FormatDamagedError(reason="a text in its header is not UTF-8") from None
        if name in found or len(found) >= _MAX_ITEMS:
            raise FormatDamagedError(reason="a table in its header names a value twice")
        found[name] = _value(kind, take())
    raise _cut()


def encode(items: dict[str, tuple[int, Value]]) -> bytes:
    """Write a dictionary; each item is (type, value), types by the constants of this module."""
    parts = [_VERSION.to_bytes(2, "little")]
    for name, (kind, value) in items.items():
        if kind in _NUMBERS:
            data = struct.pack(_NUMBERS[kind], value)
        elif isinstance(value, bytes):
            data = value
        else:
            raise TypeError(name)
        key = name.encode()
        parts += [bytes([kind]), len(key).to_bytes(4, "little"), key, len(data).to_bytes(4, "little"), data]
    parts.append(b"\0")
    return b"".join(parts)


U32, U64, BYTES = _U32, _U64, _BYTES
