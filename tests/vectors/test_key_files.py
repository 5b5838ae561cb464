"""KeePass's key files as other programs wrote them."""

from __future__ import annotations

import hashlib
import re

import pytest

from kvault_gui.engine.errors import KeyFileDamagedError
from kvault_gui.engine.vault import key_files
from kvault_gui.engine.vault.key_files import Form
from tests.shared import shared

XC, PY = "vectors/vault-kdbx-keepassxc/", "vectors/vault-kdbx-pykeepass/"
GOOD = [
    (XC + "FileKeyBinary.key", Form.RAW),
    (XC + "FileKeyHex.key", Form.HEX),
    (XC + "FileKeyXml.key", Form.XML_1),
    (XC + "FileKeyXmlV2.keyx", Form.XML_2),
    (XC + "FileKeyHashed.key", Form.OTHER),
    (XC + "FileKeyHashed2.key", Form.OTHER),
    (XC + "KeyFileProtected.key", Form.OTHER),
    (XC + "KeyFileProtectedNoPassword.key", Form.OTHER),
    (XC + "NonAscii.kdbx.key", Form.OTHER),
    (PY + "change.key", Form.XML_1),
    (PY + "test3.key", Form.XML_1),
    (PY + "test4.key", Form.OTHER),
    (PY + "test4_hex.key", Form.HEX),
    (PY + "test4_keyx.keyx", Form.XML_2),
]
BROKEN = [
    (XC + "FileKeyXmlBrokenBase64.key", "base64"),
    (XC + "FileKeyXmlV2BrokenHex.keyx", "hexadecimal"),
    (XC + "FileKeyXmlV2HashFail.keyx", "checksum"),
    (PY + "test_invalidversion.key", "version"),
]


@pytest.mark.parametrize(("path", "form"), GOOD)
def test_a_published_key_file_is_read_in_its_form(path: str, form: Form) -> None:
    file = shared(path)
    found = key_files.read(str(file))
    assert found.form is form
    content = file.read_bytes()
    if form is Form.OTHER:
        assert found.key == hashlib.sha256(content).digest()
    elif form is Form.XML_2:  # its own checksum: the first four bytes of SHA-256
        check = re.search(rb'Hash="(\w+)"', content)
        assert check is not None
        assert hashlib.sha256(found.key).hexdigest()[:8].upper().encode() == check[1]


@pytest.mark.parametrize(("path", "reason"), BROKEN)
def test_a_published_broken_key_file_says_what_is_wrong(path: str, reason: str) -> None:
    with pytest.raises(KeyFileDamagedError, match=reason):
        key_files.read(str(shared(path)))


def test_no_published_key_file_is_left_out() -> None:
    named = {path for path, _ in GOOD} | {path for path, _ in BROKEN}
    left = {XC + "CP-1252.kdb.key"}  # a password in a file
    there = {
        folder + path.name for folder in (XC, PY) for path in shared(folder.rstrip("/")).iterdir()
        if path.suffix in {".key", ".keyx"}
    }  # fmt: skip
    assert there == named | left
