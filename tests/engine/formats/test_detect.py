"""What a file is, is told by its content; a person's word counts more."""

from __future__ import annotations

import os
import zipfile
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import SourceFormat
from kvault_gui.engine.errors import FormatDamagedError, FormatUnknownError, InvalidInputError
from kvault_gui.engine.formats.detect import detect

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\x03\xd9\xa2\x9a\x65\xfb\x4b\xb5", "KeePass 1"),
        (b'{"encrypted": false, "items": []}', "Bitwarden JSON"),
        (b"{}", "A JSON file"),
        (b"\xef\xbb\xbf  <KeePassFile>", "KeePass XML"),
        (b"<html>", "XML or HTML"),
        (b"-----BEGIN RSA PRIVATE KEY-----", "key or certificate"),
        (b"-----BEGIN PGP MESSAGE-----", "PGP"),
        (b"age-encryption.org/v1", "age"),
        (b"SQLite format 3\0", "SQLite"),
        (b"PWS3", "Password Safe"),
        (b"a\0b", "unknown kind"),
        (b"PK\x03\x04 not a zip", "damaged ZIP"),
    ],
)
def test_other_formats_are_named(tmp_path: Path, content: bytes, name: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(FormatUnknownError, match=name):
        detect(str(path))


@pytest.mark.parametrize(
    ("member", "name"),
    [("export.data", "ZIP"), ("data.json", "Bitwarden"), ("Proton Pass/data.json", "Proton"), ("../x", "A ZIP file")],
)
def test_archives_are_named_by_what_they_hold(tmp_path: Path, member: str, name: str) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "x")
    with pytest.raises(FormatUnknownError, match=name):
        detect(str(path))


def test_a_csv_file_with_a_private_key_in_a_cell_is_a_csv_file(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('Title,Notes\nssh,"-----BEGIN PRIVATE KEY-----\nx"\n')
    assert detect(str(path)) is SourceFormat.CSV


def test_a_persons_word_counts_more(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("{a},b\n")
    assert detect(str(path), SourceFormat.CSV) is SourceFormat.CSV


def test_what_is_no_ordinary_file_is_not_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InvalidInputError, match="ordinary"):
        detect(str(pipe), SourceFormat.KDBX)
    (tmp_path / "empty").touch()
    with pytest.raises(FormatDamagedError, match="empty"):
        detect(str(tmp_path / "empty"))
