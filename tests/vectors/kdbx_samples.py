"""The sample databases of KeePassXC, pykeepass and kdbxweb, with what opens them (vectors/PASSWORDS.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kvault_gui.engine.api import Secret
from kvault_gui.engine.formats.kdbx.keys import candidates
from kvault_gui.engine.formats.kdbx.reader import KdbxReader, read_database
from tests.shared import shared

if TYPE_CHECKING:
    from kvault_gui.engine.formats.model import ForeignDatabase

PYKEEPASS = "vectors/vault-kdbx-pykeepass/"
KEEPASSXC = "vectors/vault-kdbx-keepassxc/"


class Sample(NamedTuple):
    """A file, its password and key file, and how many entries and groups it has without the root."""

    path: str
    password: str | None
    key: str | None
    form: str
    entries: int
    groups: int

    def name(self) -> str:
        return self.path.rsplit("/", 1)[1]

    def key_path(self) -> str | None:
        return str(shared(self.path.rsplit("/", 1)[0] + "/" + self.key)) if self.key else None


_USUAL = "password"


def _own(name: str, key: str | None, form: str, entries: int, groups: int, password: str = _USUAL) -> Sample:
    return Sample(PYKEEPASS + name + ".kdbx", password, key, form, entries, groups)


def _xc(name: str, password: str | None, form: str, entries: int, groups: int, key: str | None = None) -> Sample:
    return Sample(KEEPASSXC + name + ".kdbx", password, key, form, entries, groups)


AES31, AES4 = "KDBX 3.1, AES-256, AES-KDF", "KDBX 4.0, AES-256, "
GOOD = [
    _own("extra_content", None, AES4 + "Argon2d", 0, 0),
    _own("test3", "test3.key", AES31, 15, 6),
    _own("test3_transformed", "test3.key", AES31, 13, 5),
    _own("test4", "test4.key", "KDBX 4.0, ChaCha20, Argon2d", 15, 6),
    _own("test4_aes", "test4.key", AES4 + "Argon2d", 2, 6),
    _own("test4_aes_uncompressed", None, AES4 + "Argon2d", 1, 0),
    _own("test4_aeskdf", "test4.key", AES4 + "AES-KDF", 2, 6),
    _own("test4_argon2id", None, AES4 + "Argon2id", 0, 0),
    _own("test4_blankpass", "test4.key", AES4 + "Argon2d", 0, 0, ""),
    _own("test4_chacha20", "test4.key", "KDBX 4.0, ChaCha20, Argon2d", 2, 6),
    _own("test4_chacha20_uncompressed", None, "KDBX 4.0, ChaCha20, Argon2d", 1, 0),
    _own("test4_hex", "test4_hex.key", "KDBX 4.0, ChaCha20, Argon2d", 3, 6),
    _own("test4_keyx", "test4_keyx.keyx", "KDBX 4.0, ChaCha20, Argon2d", 1, 0),
    _own("test4_transformed", "test4.key", "KDBX 4.0, ChaCha20, Argon2d", 13, 5),
    _own("test4_twofish", "test4.key", "KDBX 4.0, Twofish, Argon2d", 2, 6),
    _own("test4_twofish_uncompressed", None, "KDBX 4.0, Twofish, Argon2d", 1, 0),
    _xc("Compressed", "", AES31, 1, 6),
    _xc("FileKeyXmlV2", None, AES31, 0, 6, "FileKeyXmlV2.keyx"),
    _xc("Format300", "a", "KDBX 3.0, AES-256, AES-KDF", 1, 6),
    _xc("Format400", "t", "KDBX 4.0, ChaCha20, Argon2d", 1, 0),
    _xc("KeyFileProtected", "a", AES4 + "Argon2d", 2, 0, "KeyFileProtected.key"),
    _xc("KeyFileProtectedNoPassword", None, AES4 + "Argon2d", 2, 0, "KeyFileProtectedNoPassword.key"),
    _xc("MergeDatabase", "a", AES31, 3, 7),
    _xc("NewDatabase", "a", AES31, 2, 7),
    _xc("NewDatabase2", "a", AES31, 2, 6),
    _xc("NewDatabaseBrowser", "a", AES4 + "AES-KDF", 2, 8),
    _xc("NewDatabaseMulti", "a", AES31, 4, 7),
    _xc("NonAscii", "Δöض", AES31, 1, 0),
    _xc("ProtectedStrings", "masterpw", AES31, 1, 0),
    _xc("RecycleBinDisabled", "123", AES31, 5, 3),
    _xc("RecycleBinEmpty", "123", AES31, 5, 4),
    _xc("RecycleBinNotYetCreated", "123", AES31, 5, 3),
    _xc("RecycleBinWithData", "123", AES31, 11, 10),
    _xc("SyncDatabase", "a", AES31, 4, 8),
    _xc("SyncDatabaseDifferentPassword", "b", AES31, 4, 8),
]
# Version 2 is older than what the sample list asks for; KeePassXC opens it and so do we.
OLD = [
    _xc("FileKeyBinary", None, "KDBX 2.4, AES-256, AES-KDF", 0, 6, "FileKeyBinary.key"),
    _xc("FileKeyHashed", None, "KDBX 2.4, AES-256, AES-KDF", 0, 6, "FileKeyHashed.key"),
    _xc("FileKeyHex", None, "KDBX 2.4, AES-256, AES-KDF", 0, 6, "FileKeyHex.key"),
    _xc("FileKeyXml", None, "KDBX 2.4, AES-256, AES-KDF", 0, 6, "FileKeyXml.key"),
    _xc("Format200", "a", "KDBX 2.0, AES-256, AES-KDF", 1, 6),
]


def opened(sample: Sample) -> tuple[KdbxReader, ForeignDatabase]:
    """Read a sample wholly."""
    password = Secret.of(sample.password) if sample.password is not None else None
    with shared(sample.path).open("rb") as file:
        reader = KdbxReader(file, sample.name())
        reader.unlock(candidates(password, sample.key_path()))
        return reader, read_database(reader)
