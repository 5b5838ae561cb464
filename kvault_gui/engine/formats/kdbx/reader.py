"""Opening a KDBX file: header, key, integrity, then its groups and entries as a stream."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

from ...crypto import mac
from ...errors import FormatDamagedError, WrongSourceCredentialsError
from ..model import Dropped, ForeignDatabase, ForeignEntry, ForeignGroup
from .blocks import PIECE, Pull, read_authenticated, read_hashed
from .ciphers import decrypt
from .header import AUTHENTICATED, Header, read_header
from .limits import LIMITS, Limits
from .payload import Binaries, decompress, inner_stream, measured, read_inner_header
from .transform import Keys, derive_keys, header_mac
from .xml_reader import Parse, XmlReader
from .xml_rules import DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SHA256, _START = 32, 32


class KdbxReader:
    """One KDBX file that is being read. ``dropped`` and ``name`` are complete when ``items`` is exhausted."""

    def __init__(self, source: BinaryIO, name: str, limits: Limits = LIMITS) -> None:
        """Read the header. Raises FormatUnknownError, FormatDamagedError, FormatLimitError.

        Args:
            source: the file, opened for reading at its beginning; must be seekable.
            name: what to call it in messages.
            limits: what it may ask of this machine.
        """
        self.dropped = Dropped()
        self.database_name = ""
        self._size = source.seek(0, io.SEEK_END)
        source.seek(0)
        self.header: Header = read_header(source, limits)
        self._source = source
        self._name = name
        self._limits = limits
        self._keys: Keys | None = None
        self._begin = source.tell()
        self._check_header_digest()

    def words(self) -> str:
        """Format, cipher and key derivation for a person."""
        return self.header.words()

    def progress(self) -> tuple[int, int]:
        """Bytes read so far and in all."""
        return self._source.tell(), self._size

    def unlock(self, composites: Iterable[bytes]) -> None:
        """Find the key among ``composites``.

        Raises WrongSourceCredentialsError when none fits, KdfCostError before any memory is taken, FormatDamagedError.
        """
        for composite in composites:
            keys = derive_keys(composite, self.header)
            if self._fits(keys):
                self._keys = keys
                return
        raise WrongSourceCredentialsError(name=self._name)

    def items(self) -> Iterator[ForeignGroup | ForeignEntry]:
        """Groups, each before what lies in it, and entries. Raises FormatDamagedError, FormatLimitError."""
        if self._keys is None:
            raise WrongSourceCredentialsError(name=self._name)
        binaries = Binaries(self._limits, self.dropped)
        pull = Pull(self._plain(self._keys))
        if self.header.major >= AUTHENTICATED:
            stream, digest = read_inner_header(pull, binaries), None
        else:
            stream, digest = inner_stream(self.header.stream, self.header.stream_key), self.header.digest()
        parse = Parse(self._limits, binaries, self.dropped, digest)
        reader = XmlReader(parse, stream, DOCUMENT)
        for piece in pull.rest():
            reader.feed(piece)
            while parse.ready:
                yield parse.ready.popleft()
        reader.feed(b"", last=True)
        self.database_name = parse.name
        yield from parse.ready

    def _check_header_digest(self) -> None:
        if self.header.major < AUTHENTICATED:
            return
        if self._source.read(_SHA256) != self.header.digest():
            raise FormatDamagedError(reason="its header is altered")

    def _fits(self, keys: Keys) -> bool:
        self._source.seek(self._begin)
        if self.header.major >= AUTHENTICATED:
            self._source.seek(self._begin + _SHA256)
            found = self._source.read(_SHA256)
            if len(found) != _SHA256:
                raise FormatDamagedError(reason="its end is missing")
            return mac.same(found, header_mac(self.header.raw, keys))
        return mac.same(self._decrypted(keys).take(_START), self.header.start_bytes)

    def _pieces(self) -> Iterator[bytes]:
        while piece := self._source.read(PIECE):
            yield piece

    def _decrypted(self, keys: Keys) -> Pull:
        """The decrypted stream of version 3, from its start bytes on."""
        self._source.seek(self._begin)
        return Pull(decrypt(self.header.cipher, keys.payload, self.header.iv, self._pieces()))

    def _plain(self, keys: Keys) -> Iterator[bytes]:
        if self.header.major >= AUTHENTICATED:
            self._source.seek(self._begin + 2 * _SHA256)
            blocks = read_authenticated(self._source, keys.blocks, self._limits)
            content = decrypt(self.header.cipher, keys.payload, self.header.iv, blocks)
        else:
            pull = self._decrypted(keys)
            pull.take(_START)
            content = read_hashed(pull, self._limits)
        return decompress(content, self._limits) if self.header.compressed else measured(content, self._limits)


def read_database(reader: KdbxReader) -> ForeignDatabase:
    """Everything at once, for small files."""
    groups: list[ForeignGroup] = []
    entries: list[ForeignEntry] = []
    for item in reader.items():
        if isinstance(item, ForeignGroup):
            groups.append(item)
        else:
            entries.append(item)
    return ForeignDatabase(reader.database_name, groups[0], groups[1:], entries)
