"""BER-TLV as cards use it (ISO 7816-4, section 5.2.2)."""

from __future__ import annotations


def tlv(tag: int, value: bytes = b"") -> bytes:
    """One data object."""
    size = len(value)
    if size < 0x80:
        length = bytes([size])
    elif size < 0x100:
        length = bytes([0x81, size])
    else:
        length = b"\x82" + size.to_bytes(2, "big")
    return tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big") + length + value


def parse(data: bytes) -> dict[int, bytes]:
    """The objects in a row, by tag. Raises ValueError for what is cut or malformed."""
    objects: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        try:
            tag, at = data[at], at + 1
            if tag & 0x1F == 0x1F:
                tag, at = tag << 8 | data[at], at + 1
            size, at = data[at], at + 1
            if size > 0x80:
                count = size - 0x80
                size, at = int.from_bytes(data[at : at + count], "big"), at + count
        except IndexError as error:
            raise ValueError("cut off") from error
        if at + size > len(data):
            raise ValueError("cut off")
        objects[tag] = data[at : at + size]
        at += size
    return objects
