"""What a foreign file is, told by its content; formats that cannot be read yet are named."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

from ..api import SourceFormat
from ..errors import FormatDamagedError, FormatUnknownError, InvalidInputError
from .kdbx.header import SIGNATURE, SIGNATURE_BETA, SIGNATURE_KDB

_START = 1 << 16  # bytes looked at
# Marks in the first 64 KiB of JSON files; all of a line must be there. More particular ones first.
_JSON_MARKS = (
    ("an encrypted Bitwarden export (JSON)", ('"encrypted"', '"encKeyValidation_DO_NOT_EDIT"')),
    ("Proton Pass JSON", ('"vaults"', '"encrypted"', '"version"')),
    ("a FIDO Credential Exchange file (CXF)", ('"exporterRpId"',)),
    ("a FIDO Credential Exchange file (CXF)", ('"accounts"', '"collections"')),
    ("Enpass JSON", ('"folders"', '"parent_uuid"')),
    ("Enpass JSON", ('"items"', '"template_type"')),
    ("Bitwarden JSON", ('"encrypted"', '"items"')),
    ("Bitwarden JSON", ('"items"', '"login"')),
    ("1Password 1PIF", ('"typeName"', '"securityLevel"', '"uuid"')),
    ("Aegis JSON", ('"version"', '"db"')),
)
# How other text files begin. Not what they contain: a CSV file may well hold a private key in a cell.
_TEXT_STARTS = (
    ("a GNOME keyring", "[keyring]\ndisplay-name"),
    ("an age file", "age-encryption.org/v1"),
    ("a PGP file", "-----BEGIN PGP MESSAGE-----"),
    ("a key or certificate (PEM)", "-----BEGIN "),
)
_BINARY_MARKS = (
    ("a GNOME keyring", b"GnomeKeyring"),
    ("Password Safe 3", b"PWS3"),
    ("a SQLite database", b"SQLite format 3\0"),
    ("a PDF file", b"%PDF-"),
)


def detect(path: str, wanted: SourceFormat | None = None) -> SourceFormat:
    """The format of the file at ``path``, or ``wanted`` after a look whether it is a file at all.

    Raises FormatUnknownError naming a format that cannot be read yet, InvalidInputError when the file cannot be read,
    FormatDamagedError when it is empty.
    """
    try:
        status = Path(path).stat()
        if stat.S_ISDIR(status.st_mode):
            raise _unknown_folder(Path(path))
        if not stat.S_ISREG(status.st_mode):
            raise InvalidInputError(reason="The file is not an ordinary file")
        with Path(path).open("rb") as file:
            start = file.read(_START)
    except OSError as problem:
        raise InvalidInputError(reason=f"The file cannot be read: {problem.strerror}") from None
    return wanted or _by_content(path, start)


def _by_content(path: str, start: bytes) -> SourceFormat:
    if not start:
        raise FormatDamagedError(reason="it is empty")
    if start.startswith((SIGNATURE, SIGNATURE_BETA)):
        return SourceFormat.KDBX
    if start.startswith(SIGNATURE_KDB):
        raise FormatUnknownError(name="KDB, the format of KeePass 1,")
    if start.startswith(b"PK\3\4"):
        raise FormatUnknownError(name=_zip_name(path))
    for name, mark in _BINARY_MARKS:
        if start.startswith(mark):
            raise FormatUnknownError(name=name)
    _refuse_text(start)
    if b"\0" in start and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FormatUnknownError(name="A file of an unknown kind")
    return SourceFormat.CSV


def _unknown_folder(path: Path) -> FormatUnknownError:
    if (path / "default" / "profile.js").exists():
        return FormatUnknownError(name="1Password OPVault")
    if (path / ".gpg-id").exists():
        return FormatUnknownError(name="The store of pass")
    return FormatUnknownError(name="A folder")


def _zip_name(path: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist()[:1000])
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError):
        return "A damaged ZIP file"
    if "export.data" in names and "export.attributes" in names:
        return "1Password 1PUX"
    if "data.json" in names:
        return "A Bitwarden export (ZIP)"
    if any(name.endswith("Proton Pass/data.json") or name == "Proton Pass/data.pgp" for name in names):
        return "A Proton Pass export (ZIP)"
    return "A ZIP file"


def _refuse_text(start: bytes) -> None:
    """Raise for text formats other than CSV."""
    text = start.decode("utf-8-sig", "replace").lstrip()
    if text.startswith(("{", "[")):
        for name, marks in _JSON_MARKS:
            if all(mark in text for mark in marks):
                raise FormatUnknownError(name=name[0].upper() + name[1:])
        if text.startswith("{"):
            raise FormatUnknownError(name="A JSON file")
    if text.startswith("<"):
        raise FormatUnknownError(name="KeePass XML" if "<KeePassFile" in text else "An XML or HTML file")
    for name, mark in _TEXT_STARTS:
        if text.startswith(mark):
            raise FormatUnknownError(name=name[0].upper() + name[1:])
