"""A foreign file that is open for reading, whatever its format."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from ...api import SourceFormat
from ...errors import InvalidInputError
from ..csv_file.reader import CsvReader
from ..detect import detect
from ..kdbx.keys import candidates
from ..kdbx.reader import KdbxReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...api import Source
    from ..model import Dropped, ForeignEntry, ForeignGroup


class Reader(Protocol):
    """What both readers offer."""

    dropped: Dropped

    def words(self) -> str:
        """Format for a person."""
        ...

    def progress(self) -> tuple[int, int]:
        """Bytes read so far and in all."""
        ...

    def items(self) -> Iterator[ForeignGroup | ForeignEntry]:
        """Groups, each before what lies in it, and entries."""
        ...


class Opened:
    """The reader of a source, with what a preview shows beside the entries."""

    def __init__(self, source: Source, file: BinaryIO, form: SourceFormat) -> None:
        self.name = Path(source.path).name
        self.columns: list[str] = []
        self.proposal: dict[int, str] = {}
        self.notes: list[str] = []
        self.reader: Reader
        self._source = source
        self._kdbx: KdbxReader | None = None
        if form is SourceFormat.KDBX:
            self.reader = self._kdbx = KdbxReader(file, self.name)
        else:
            table = CsvReader(file, source.columns)
            self.reader, self.columns, self.proposal, self.notes = table, table.columns, table.proposal, table.notes
            self._known = bool(table.mapping)

    def unlock(self) -> None:
        """Derive the key, where there is one. Raises WrongSourceCredentialsError, KdfCostError, FormatDamagedError."""
        if self._kdbx is not None:
            self._kdbx.unlock(candidates(self._source.password, self._source.key_file))

    def require_columns(self) -> None:
        """Raise InvalidInputError when nobody has said what the columns of a CSV file hold."""
        if self._kdbx is None and not self._known:
            raise InvalidInputError(reason="The file has no headings that kvault knows: say what its columns hold")


@contextmanager
def open_source(source: Source) -> Iterator[Opened]:
    """Open a foreign file. Raises FormatUnknownError naming its format, FormatDamagedError, InvalidInputError."""
    form = detect(source.path, source.format)
    try:
        file = Path(source.path).open("rb")  # noqa: SIM115 closed below; problems of opening are told apart here
    except OSError as problem:
        raise InvalidInputError(reason=f"The file cannot be read: {problem.strerror}") from None
    with file:
        yield Opened(source, file, form)
