"""Key files and composite keys."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import Secret
from kvault_gui.engine.errors import FormatDamagedError, InvalidInputError
from kvault_gui.engine.formats.kdbx import variant
from kvault_gui.engine.formats.kdbx.keys import candidates, composite, read_key_file

if TYPE_CHECKING:
    from pathlib import Path

KEY = bytes(range(32))


def xml(version: str, data: str, check: str = "") -> bytes:
    attribute = f' Hash="{check}"' if check else ""
    meta = f"<Meta><Version>{version}</Version></Meta>"
    return f"<KeyFile>{meta}<Key><Data{attribute}>{data}</Data></Key></KeyFile>".encode()


@pytest.mark.parametrize(
    "content",
    [
        KEY,
        KEY.hex().encode(),
        KEY.hex().upper().encode(),
        xml("1.00", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
        xml("2.0", KEY.hex(" ", 4).upper(), hashlib.sha256(KEY).hexdigest()[:8].upper()),
        xml("2.0", KEY.hex()),
    ],
)
def test_every_form_of_a_key_file_gives_its_32_bytes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    assert read_key_file(str(path)) == KEY


@pytest.mark.parametrize("content", [b"", b"x", KEY + b"x", b"z" * 64, b"<html/>", b"<KeyFil", b"a" * 70_000])
def test_any_other_file_stands_for_its_hash(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    assert read_key_file(str(path)) == hashlib.sha256(content).digest()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (xml("1.00", "!!"), "base64"),
        (xml("1.00", "AAAA"), "32 bytes"),
        (xml("2.0", "xyz"), "hexadecimal"),
        (xml("2.0", KEY.hex(), "00000000"), "checksum"),
        (xml("3.00", KEY.hex()), "unknown version"),
        (b"<KeyFile><Meta>", "well-formed"),
    ],
)
def test_a_broken_key_file_is_refused_with_its_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)
    with pytest.raises(FormatDamagedError, match=reason):
        read_key_file(str(path))


def test_a_key_file_may_not_declare_a_document_type(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b'<!DOCTYPE KeyFile [<!ENTITY x "y">]>' + xml("2.0", "&x;"))
    with pytest.raises(FormatDamagedError, match="document type"):
        read_key_file(str(path))


def test_a_key_file_that_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("absent", "pipe", "."):
        with pytest.raises(InvalidInputError):
            read_key_file(str(tmp_path / name))


def test_nothing_typed_beside_a_key_file_means_no_password_or_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(KEY)
    both = [composite(None, KEY), composite(b"", KEY)]
    assert list(candidates(None, str(path))) == both
    assert list(candidates(Secret.of(""), str(path))) == both
    assert list(candidates(Secret.of("x"), str(path))) == [composite(b"x", KEY)]
    assert list(candidates(None, None)) == [composite(b"", None)]


def test_a_cut_or_doubled_table_of_the_header_is_damage() -> None:
    whole = variant.encode({"a": (variant.U32, 1), "b": (variant.BYTES, b"xyz")})
    assert variant.decode(whole) == {"a": 1, "b": b"xyz"}
    for size in range(len(whole)):
        with pytest.raises(FormatDamagedError):
            variant.decode(whole[:size])
    with pytest.raises(FormatDamagedError):
        variant.decode(whole[:-1] + whole[2:])
