"""pykeepass opens what we write, and we read what it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pykeepass import PyKeePass, create_database

from kvault_gui.engine.api import Secret
from kvault_gui.engine.formats.kdbx.header import Cipher, Kdf
from kvault_gui.engine.formats.kdbx.keys import candidates
from kvault_gui.engine.formats.kdbx.reader import KdbxReader, read_database
from kvault_gui.engine.formats.kdbx.writer import WriteOptions
from tests.engine.formats.kdbx_build import written
from tests.peers.test_keepassxc_files import rich
from tests.peers.test_pykeepass_reads import ours, theirs

if TYPE_CHECKING:
    from pathlib import Path

    from kvault_gui.engine.formats.model import ForeignDatabase

pytestmark = pytest.mark.peer


@pytest.mark.parametrize("cipher", [Cipher.AES, Cipher.CHACHA20])
@pytest.mark.parametrize("kdf", [Kdf.ARGON2D, Kdf.ARGON2ID])
def test_pykeepass_reads_what_we_write_alike(tmp_path: Path, cipher: Cipher, kdf: Kdf) -> None:
    database = rich()
    path = tmp_path / "ours.kdbx"
    path.write_bytes(written(database, WriteOptions(cipher, kdf, 1024, 2, 2)))
    compare(database, PyKeePass(path, password="pw"))


def compare(database: ForeignDatabase, kp: PyKeePass) -> None:
    mine = {entry.uid: entry for entry in database.entries}
    assert sorted(mine) == sorted(entry.uuid.hex for entry in kp.entries)
    for other in kp.entries:
        entry = mine[other.uuid.hex]
        assert list(entry.group.path()) == other.path[:-1]
        assert ours(entry.state) == theirs(other, kp)
        history = [theirs(version, kp) for version in other.history]
        assert [ours(state) for state in entry.history] == history


def test_we_read_what_pykeepass_writes_alike(tmp_path: Path) -> None:
    path, key = tmp_path / "theirs.kdbx", tmp_path / "theirs.key"
    key.write_bytes(b"any file at all")
    kp = create_database(path, password="pw", keyfile=str(key))
    group = kp.add_group(kp.root_group, "Group", notes="stands late")
    entry = kp.add_entry(group, "Title", "user", "pass\u200bword", url="https://x", notes="n", tags=["a", "b"])
    entry.set_custom_property("pin", "1234", protect=True)
    entry.save_history()
    entry.password = "newer"
    entry.add_attachment(kp.add_binary(b"\0" * 70_000), "zeros")
    group.notes = "changed behind the entries"
    kp.save()
    with path.open("rb") as file:
        reader = KdbxReader(file, path.name)
        reader.unlock(candidates(Secret.of("pw"), str(key)))
        database = read_database(reader)
    compare(database, PyKeePass(path, password="pw", keyfile=str(key)))
    assert [found.notes for found in database.groups] == ["changed behind the entries"]
