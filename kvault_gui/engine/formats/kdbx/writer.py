"""Writing KDBX 4.0 and 4.1 as a stream: attachments first, then the document; KeePassXC and KeePass open it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from ...crypto.hashes import sha256
from ...crypto.rng import random_bytes
from ...errors import InvalidInputError
from ..model import Dropped
from .blocks import BlockWriter
from .ciphers import CHACHA20, InnerStream, encryptor
from .header import Cipher, Header, Kdf, KdfParameters, write_header
from .transform import derive_keys, header_mac
from .xml_writer import XmlWriter

if TYPE_CHECKING:
    from ..model import ForeignDatabase, ForeignEntry, ForeignGroup

_GZIP = 16 + zlib.MAX_WBITS
_PIECE = 1 << 16


@dataclass(frozen=True)
class WriteOptions:
    """How to write. Argon2's ``memory`` in KiB; the defaults take KeePassXC about half a second to open."""

    cipher: Cipher = Cipher.AES
    kdf: Kdf = Kdf.ARGON2ID
    memory: int = 64 << 10
    rounds: int = 10
    lanes: int = 2
    minor: int = 0
    compressed: bool = True


DEFAULT = WriteOptions()


class KdbxWriter:
    """One KDBX file that is being written.

    In this order: ``attach`` for every attachment, ``begin``, then ``open_group``, ``entry`` and ``close_group`` in the
    order of the tree (the entries of a group before the groups in it), and ``finish``. The file is whole after
    ``finish`` alone.
    """

    def __init__(self, target: BinaryIO, composite: bytes, options: WriteOptions = DEFAULT) -> None:
        """Write the header. Raises KdfCostError."""
        cost = KdfParameters(options.kdf, random_bytes(32), options.rounds, options.memory, options.lanes)
        header = Header(
            major=4,
            minor=options.minor,
            cipher=options.cipher,
            compressed=options.compressed,
            seed=random_bytes(32),
            iv=random_bytes(options.cipher.iv_size()),
            kdf=cost,
        )
        keys = derive_keys(composite, header)
        raw = write_header(header)
        target.write(raw + sha256(raw) + header_mac(raw, keys))
        self.dropped = Dropped()
        self._blocks = BlockWriter(target, keys.blocks)
        self._cipher = encryptor(options.cipher, keys.payload, header.iv)
        self._packer = zlib.compressobj(6, zlib.DEFLATED, _GZIP) if options.compressed else None
        self._refs: dict[bytes, int] = {}
        stream_key = random_bytes(64)
        self._put(b"\1" + _sized(CHACHA20.to_bytes(4, "little")) + b"\2" + _sized(stream_key))
        self._document = XmlWriter(self._put, InnerStream(CHACHA20, stream_key), self.dropped, options.minor)
        self._begun = False
        self._depth = 0

    def attach(self, data: bytes, *, protected: bool) -> int:
        """Write an attachment, once for equal bytes; returns the reference that ``ForeignFile.ref`` takes."""
        if self._begun:
            raise InvalidInputError(reason="Attachments stand before the document")
        digest = sha256(data)
        known = self._refs.get(digest)
        if known is not None:
            return known
        self._put(b"\3" + (len(data) + 1).to_bytes(4, "little") + (b"\1" if protected else b"\0"))
        for at in range(0, len(data), _PIECE):
            self._put(data[at : at + _PIECE])
        return self._refs.setdefault(digest, len(self._refs))

    def begin(self, name: str, now: float, bin_uid: str = "") -> None:
        """End the attachments and begin the document. ``bin_uid`` names the group that is the recycle bin."""
        self._put(b"\0" + _sized(b""))
        self._begun = True
        self._document.begin(name, now, bin_uid)

    def open_group(self, group: ForeignGroup) -> None:
        """Begin a group."""
        self._depth += 1
        self._document.open_group(group)

    def entry(self, entry: ForeignEntry) -> None:
        """Write an entry into the open group."""
        if not self._depth:
            raise InvalidInputError(reason="An entry needs a group")
        self._document.entry(entry)

    def close_group(self) -> None:
        """End the open group."""
        self._depth -= 1
        self._document.close_group()

    def finish(self) -> None:
        """Write what is left. Nothing may follow."""
        if self._depth:
            raise InvalidInputError(reason="A group is still open")
        self._document.end()
        if self._packer is not None:
            self._blocks.write(self._cipher.update(self._packer.flush()))
        self._blocks.write(self._cipher.finalize())
        self._blocks.finish()

    def _put(self, data: bytes) -> None:
        packed = data if self._packer is None else self._packer.compress(data)
        if packed:
            self._blocks.write(self._cipher.update(packed))


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(4, "little") + data


def write_database(writer: KdbxWriter, database: ForeignDatabase, now: float) -> None:
    """Everything at once, for small files: fills in the files' references, writes, finishes."""
    for entry in database.entries:
        for state in (*entry.history, entry.state):
            for file in state.files:
                file.ref = writer.attach(file.data, protected=file.protected)
    bin_uid = next((group.uid for group in (database.root, *database.groups) if group.recycle_bin), "")
    writer.begin(database.name, now, bin_uid)
    _write_group(writer, database, database.root)
    writer.finish()


def _write_group(writer: KdbxWriter, database: ForeignDatabase, group: ForeignGroup) -> None:
    writer.open_group(group)
    for entry in database.entries:
        if entry.group is group:
            writer.entry(entry)
    for child in database.groups:
        if child.parent is group:
            _write_group(writer, database, child)
    writer.close_group()
