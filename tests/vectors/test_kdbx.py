"""Published KDBX files: the good ones open, the broken ones are refused with their reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import Secret
from kvault_gui.engine.errors import (
    FormatDamagedError,
    FormatUnknownError,
    KvaultError,
    WrongSourceCredentialsError,
)
from kvault_gui.engine.formats.detect import detect
from kvault_gui.engine.formats.kdbx.keys import candidates, read_key_file
from kvault_gui.engine.formats.kdbx.reader import KdbxReader, read_database
from tests.shared import shared
from tests.vectors.kdbx_samples import GOOD, KEEPASSXC, OLD, PYKEEPASS, Sample, opened

if TYPE_CHECKING:
    from pathlib import Path

KDBXWEB = "vectors/vault-kdbx-kdbxweb/"

# file, password, key file, error, a word of its reason
BROKEN: list[tuple[str, str | None, str | None, type[KvaultError], str]] = [
    (KEEPASSXC + "BrokenHeaderHash.kdbx", "", None, FormatDamagedError, "header was altered"),
    (
        KEEPASSXC + "FileKeyXmlBrokenBase64.kdbx",
        None,
        "FileKeyXmlBrokenBase64.key",
        FormatDamagedError,
        "key file holds no valid base64",
    ),
    (
        KEEPASSXC + "FileKeyXmlV2BrokenHex.kdbx",
        None,
        "FileKeyXmlV2BrokenHex.keyx",
        FormatDamagedError,
        "key file holds no valid hexadecimal",
    ),
    (
        KEEPASSXC + "FileKeyXmlV2HashFail.kdbx",
        None,
        "FileKeyXmlV2HashFail.keyx",
        FormatDamagedError,
        "key file does not match its own checksum",
    ),
    (KEEPASSXC + "YubiKeyProtectedPasswords.kdbx", "a", None, WrongSourceCredentialsError, "YubiKeyProtected"),
    (KDBXWEB + "YubiKey3.kdbx", "demo", None, WrongSourceCredentialsError, "YubiKey3"),
    (KDBXWEB + "YubiKey4.kdbx", "demo", None, WrongSourceCredentialsError, "YubiKey4"),
    (KEEPASSXC + "Format400.kdbx", "wrong", None, WrongSourceCredentialsError, "Format400"),
    (KEEPASSXC + "Format300.kdbx", "wrong", None, WrongSourceCredentialsError, "Format300"),
    (PYKEEPASS + "test4.kdbx", "password", None, WrongSourceCredentialsError, "test4"),
    (PYKEEPASS + "test4.kdbx", "password", "test_invalidversion.key", FormatDamagedError, "unknown version"),
    (KEEPASSXC + "basic.kdb", "masterpw", None, FormatUnknownError, "KeePass 1"),
]

NAMED = [
    (KEEPASSXC + "basic.kdb", "KeePass 1"),
    (KEEPASSXC + "NewDatabase.xml", "KeePass XML"),
    ("vectors/vault-1password/1PasswordExport.1pux", "1PUX"),
    ("vectors/vault-1password/keepassxc.opvault", "OPVault"),
    ("vectors/export-bitwarden/bitwarden_export.json", "Bitwarden JSON"),
    ("vectors/export-bitwarden/bitwarden_encrypted_export.json", "encrypted Bitwarden"),
    ("vectors/export-bitwarden/bitwarden_encrypted_argon2id_export.json", "encrypted Bitwarden"),
    ("vectors/export-bitwarden/bitwarden_passkey_export.json", "Bitwarden JSON"),
    ("vectors/export-bitwarden-cxf/cxf_example.json", "Credential Exchange"),
    ("vectors/export-bitwarden-cxf/json_export.json", "Bitwarden JSON"),
    ("vectors/export-protonpass/protonpass_export.json", "Proton Pass"),
    ("vectors/export-pass-import/1password.1pif", "1PIF"),
    ("vectors/export-pass-import/aegis.json", "Aegis"),
    ("vectors/export-pass-import/enpass.json", "Enpass"),
    ("vectors/export-pass-import/gnome-keyring.keyring", "GNOME keyring"),
    ("vectors/export-pass-import/keepassx.xml", "XML"),
]


def _open(path: str, password: str | None, key: str | None) -> None:
    with shared(path).open("rb") as file:
        reader = KdbxReader(file, path.rsplit("/", 1)[1])
        reader.unlock(candidates(Secret.of(password) if password is not None else None, key))
        read_database(reader)


def _id(sample: Sample) -> str:
    return sample.name()


@pytest.mark.parametrize("sample", GOOD + OLD, ids=_id)
def test_a_published_database_opens(sample: Sample) -> None:
    reader, database = opened(sample)
    assert reader.words() == sample.form
    assert (len(database.entries), len(database.groups)) == (sample.entries, sample.groups)


def test_every_published_database_is_opened_or_refused_here() -> None:
    named = {sample.path for sample in GOOD + OLD} | {row[0] for row in BROKEN}
    folders = (PYKEEPASS, KEEPASSXC, KDBXWEB)
    there = {folder + path.name for folder in folders for path in shared(folder.rstrip("/")).glob("*.kdbx")}
    assert there <= named


@pytest.mark.parametrize(("path", "password", "key", "error", "reason"), BROKEN, ids=[row[0] for row in BROKEN])
def test_a_broken_or_locked_database_is_refused_with_its_reason(
    path: str, password: str | None, key: str | None, error: type[KvaultError], reason: str
) -> None:
    key_path = str(shared(path.rsplit("/", 1)[0] + "/" + key)) if key else None
    with pytest.raises(error) as caught:
        _open(path, password, key_path)
    assert type(caught.value) is error
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("FileKeyXmlV2BrokenHex", "FileKeyXmlV2.keyx"),
        ("FileKeyXmlV2HashFail", "FileKeyXmlV2.keyx"),
    ],
)
def test_what_a_broken_key_file_locks_opens_with_the_good_one(name: str, good: str) -> None:
    _, database = opened(Sample(KEEPASSXC + name + ".kdbx", None, good, "", 0, 0))
    assert database.root.name


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[row[0].rsplit("/", 1)[1] for row in NAMED])
def test_a_format_that_cannot_be_read_yet_is_named(path: str, name: str) -> None:
    with pytest.raises(FormatUnknownError) as caught:
        detect(str(shared(path)))
    assert name in str(caught.value)


def test_key_files_stand_for_the_bytes_that_keepass_takes() -> None:
    folder = shared(KEEPASSXC.rstrip("/"))
    binary: Path = folder / "FileKeyBinary.key"
    assert read_key_file(str(binary)) == binary.read_bytes()
    assert read_key_file(str(folder / "FileKeyHex.key")).hex() == (folder / "FileKeyHex.key").read_text()
