"""Builds KDBX files around any payload, also ones that no program would write; cheap key derivation."""

from __future__ import annotations

import gzip
import hashlib
import io
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from kvault_gui.engine.formats.kdbx.blocks import BlockWriter
from kvault_gui.engine.formats.kdbx.ciphers import encryptor
from kvault_gui.engine.formats.kdbx.header import Cipher as Outer
from kvault_gui.engine.formats.kdbx.header import Header, Kdf, KdfParameters, write_header
from kvault_gui.engine.formats.kdbx.keys import composite
from kvault_gui.engine.formats.kdbx.limits import LIMITS, Limits
from kvault_gui.engine.formats.kdbx.reader import KdbxReader, read_database
from kvault_gui.engine.formats.kdbx.transform import derive_keys, header_mac
from kvault_gui.engine.formats.kdbx.writer import KdbxWriter, WriteOptions, write_database

if TYPE_CHECKING:
    from kvault_gui.engine.formats.model import ForeignDatabase

KEY = composite(b"pw", None)
CHEAP = WriteOptions(memory=8, rounds=1, lanes=1)
COST = KdfParameters(Kdf.ARGON2D, b"s" * 32, 1, 8, 1)
SIGNATURE_3 = bytes.fromhex("03d9a29a67fb4bb501000300")
STREAM_KEY = b"k" * 64
INNER_END = b"\0" + bytes(4)
INNER = b"\1" + (4).to_bytes(4, "little") + (3).to_bytes(4, "little")
INNER += b"\2" + (64).to_bytes(4, "little") + STREAM_KEY


def document(inside: str, meta: str = "") -> bytes:
    """A whole document around what stands in the root group."""
    text = f"<KeePassFile><Meta>{meta}</Meta><Root><Group><Name>Root</Name>{inside}</Group></Root></KeePassFile>"
    return text.encode()


def entry_xml(title: str, more: str = "") -> str:
    """One entry."""
    return f"<Entry><String><Key>Title</Key><Value>{title}</Value></String>{more}</Entry>"


def kdbx4(xml: bytes, *, inner: bytes = INNER + INNER_END, packed: bool = True, cost: KdfParameters = COST) -> bytes:
    """A version 4 file with this document."""
    payload = inner + xml
    return sealed4(gzip.compress(payload, 9) if packed else payload, packed=packed, cost=cost)


def sealed4(payload: bytes, *, packed: bool, cost: KdfParameters = COST) -> bytes:
    """A version 4 file with this payload, compressed or not as ``packed`` says."""
    header = Header(4, 0, Outer.CHACHA20, packed, b"m" * 32, b"i" * 12, cost)
    raw = write_header(header)
    keys = derive_keys(KEY, header)
    out = io.BytesIO()
    out.write(raw + hashlib.sha256(raw).digest() + header_mac(raw, keys))
    blocks = BlockWriter(out, keys.blocks)
    cipher = encryptor(Outer.CHACHA20, keys.payload, b"i" * 12)
    blocks.write(cipher.update(payload) + cipher.finalize())
    blocks.finish()
    return out.getvalue()


def header4(cost: KdfParameters) -> bytes:
    """A version 4 header with its right SHA-256 and a MAC of zeros: what can be had without a key."""
    raw = write_header(Header(4, 0, Outer.AES, True, b"m" * 32, b"i" * 16, cost))  # noqa: FBT003 a field of the header
    return raw + hashlib.sha256(raw).digest() + bytes(32)


def header3(fields: dict[int, bytes] | None = None) -> bytes:
    """A version 3.1 header; ``fields`` replaces some of its fields."""
    found = {
        2: Outer.AES.value,
        3: (0).to_bytes(4, "little"),
        4: b"m" * 32,
        5: b"t" * 32,
        6: (2).to_bytes(8, "little"),
        7: b"i" * 16,
        8: STREAM_KEY[:32],
        9: b"b" * 32,
        10: (2).to_bytes(4, "little"),
        **(fields or {}),
        0: b"\r\n\r\n",
    }
    return SIGNATURE_3 + b"".join(
        bytes([kind]) + len(data).to_bytes(2, "little") + data for kind, data in found.items()
    )


def hashed_block(number: int, data: bytes) -> bytes:
    """One block of version 3."""
    digest = hashlib.sha256(data).digest() if data else bytes(32)
    return number.to_bytes(4, "little") + digest + len(data).to_bytes(4, "little") + data


def kdbx3(xml: bytes, *, blocks: bytes | None = None, raw: bytes | None = None) -> bytes:
    """A version 3.1 file with this document, uncompressed; ``blocks`` replaces the framed document."""
    raw = raw if raw is not None else header3()
    header = KdbxReader(io.BytesIO(raw), "header").header
    key = derive_keys(KEY, header).payload
    plain = b"b" * 32 + (blocks if blocks is not None else hashed_block(0, xml) + hashed_block(1, b""))
    pad = padding.PKCS7(128).padder()
    cipher = Cipher(algorithms.AES(key), modes.CBC(b"i" * 16)).encryptor()
    return raw + cipher.update(pad.update(plain) + pad.finalize()) + cipher.finalize()


def read(data: bytes, limits: Limits = LIMITS, key: bytes = KEY) -> ForeignDatabase:
    """Open and read everything."""
    reader = KdbxReader(io.BytesIO(data), "sample.kdbx", limits)
    reader.unlock([key])
    return read_database(reader)


def dropped(data: bytes) -> list[str]:
    """What reading a file says it cannot carry."""
    reader = KdbxReader(io.BytesIO(data), "sample.kdbx")
    reader.unlock([KEY])
    read_database(reader)
    return reader.dropped.words()


def written(database: ForeignDatabase, options: WriteOptions = CHEAP) -> bytes:
    """The bytes that our writer gives for a database."""
    out = io.BytesIO()
    write_database(KdbxWriter(out, KEY, options), database, 1_700_000_000.0)
    return out.getvalue()
