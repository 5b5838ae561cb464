"""KeePassXC 2.7 opens what we write, we read what it writes, and both read old files alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from kvault_gui.engine.api import (
    EntryInput,
    FieldInput,
    FieldType,
    ImportOptions,
    Kind,
    Secret,
    Source,
    SourceFormat,
)
from kvault_gui.engine.formats.kdbx.header import Cipher, Kdf
from kvault_gui.engine.formats.kdbx.keys import candidates
from kvault_gui.engine.formats.kdbx.reader import KdbxReader, read_database
from kvault_gui.engine.formats.kdbx.writer import WriteOptions
from kvault_gui.engine.formats.model import (
    ForeignDatabase,
    ForeignEntry,
    ForeignField,
    ForeignFile,
    ForeignGroup,
    ForeignState,
    Role,
)
from tests.engine.formats.jobs import entries_of, new_engine, value_of
from tests.engine.formats.kdbx_build import written
from tests.jobs import finish
from tests.peers.keepassxc import cli, exported, ours, theirs
from tests.shared import shared
from tests.vectors.kdbx_samples import GOOD, OLD, Sample, opened

if TYPE_CHECKING:
    from pathlib import Path

    from kvault_gui.engine.formats.model import ForeignState as State

pytestmark = pytest.mark.peer

SOME = {"NewDatabase.kdbx", "RecycleBinWithData.kdbx", "test4_twofish.kdbx", "test3.kdbx", "NonAscii.kdbx"}


def database_has_pool(tree: Any) -> bool:
    return tree.find("Meta/Binaries") is not None


@pytest.mark.parametrize("sample", OLD + [sample for sample in GOOD if sample.name() in SOME], ids=Sample.name)
def test_both_read_a_published_database_alike(sample: Sample) -> None:
    _, database = opened(sample)
    tree = exported(shared(sample.path), sample.password, sample.key_path())
    assert ours(database, content=database_has_pool(tree)) == theirs(tree)


# --- we read what it writes ------------------------------------------------------------------------------------------


def make(folder: Path) -> Path:
    """A database with groups, history, an attachment, odd text and a key file."""
    path, key = folder / "made.kdbx", folder / "made.key"
    cli("db-create", "-q", "-p", "-t", "100", "--set-key-file", str(key), str(path), typed="pä pw\npä pw\n")
    known = ["-q", "-k", str(key), str(path)]
    cli("mkdir", *known, "Team", typed="pä pw\n")
    cli("mkdir", *known, "Team/Ünder <b>", typed="pä pw\n")
    for number in range(5):
        where = ("", "Team/", "Team/Ünder <b>/")[number % 3]
        words = ["-u", f"user{number}", "--url", f"https://{number}.example", "--notes", "line\\nline", "-p"]
        cli("add", *words, *known, f"{where}Entry {number} & “x”", typed=f"pä pw\nsecret {number} \u202e\n")
    cli("edit", "-p", "-u", "changed", *known, "Entry 0 & “x”", typed="pä pw\nnewer secret\n")
    (folder / "file.bin").write_bytes(bytes(range(256)) * 1000)
    cli("attachment-import", *known, "Entry 3 & “x”", "file.bin", str(folder / "file.bin"), typed="pä pw\n")
    return path


def test_a_database_that_keepassxc_made_is_read_alike_and_imported(tmp_path: Path) -> None:
    path, key = make(tmp_path), str(tmp_path / "made.key")
    with path.open("rb") as file:
        reader = KdbxReader(file, path.name)
        reader.unlock(candidates(Secret.of("pä pw"), key))
        database = read_database(reader)
    expected = theirs(exported(path, "pä pw", key))
    assert len(expected) == 5
    assert ours(database) == expected
    engine = new_engine(tmp_path / "vault")
    source = Source(str(path), password=Secret.of("pä pw"), key_file=key)
    summary = finish(engine.formats.load(source, ImportOptions()))
    assert (summary.added, summary.files) == (5, 1)
    found = entries_of(engine)
    entry = found["Entry 0 & “x”"]
    assert value_of(engine, entry, "username") == "changed"
    assert value_of(engine, entry, "password") == "newer secret"
    assert value_of(engine, entry, "password", 1) == "secret 0 \u202e"
    assert "Team/Ünder <b>/Entry 2 & “x”" in found
    engine.vaults.close()


# --- it opens what we write ------------------------------------------------------------------------------------------


def rich() -> ForeignDatabase:
    root = ForeignGroup("11" * 16, "Root", created=0.0, changed=0.0)
    below = ForeignGroup("22" * 16, "Be/low <&>", root, "notes", [], 1.0, 2.0)
    trash = ForeignGroup("33" * 16, "Recycle Bin", root, created=0.0, changed=0.0, recycle_bin=True)

    def one(title: str, password: str) -> State:
        fields = [
            ForeignField("UserName", "ünder\ttab".encode(), role=Role.USERNAME),
            ForeignField("Password", password.encode(), protected=True, role=Role.PASSWORD),
            ForeignField("URL", b"https://x.example/?a=1&b=2", role=Role.URL),
            ForeignField("Notes", b"two\nlines", role=Role.NOTES),
            ForeignField("custom <field>", "\u202egnp.\u200b".encode()),
            ForeignField("pin", b"1234", protected=True),
        ]
        files = [ForeignFile("a.bin", bytes(range(256)) * 300), ForeignFile("same.bin", bytes(range(256)) * 300)]
        return ForeignState(
            title, fields=fields, files=files, tags=["one", "two"], created=10.0, changed=20.0, expires=4e9
        )

    entries = [
        ForeignEntry("44" * 16, root, one("A & B <i>", "s" * 30_000), [one("older", "o"), one("old", "p")]),
        ForeignEntry("55" * 16, below, one("below", "käse")),
        ForeignEntry("66" * 16, trash, one("gone", "")),
    ]
    return ForeignDatabase("Näme", root, [below, trash], entries)


@pytest.mark.parametrize("cipher", [Cipher.AES, Cipher.CHACHA20])
@pytest.mark.parametrize("kdf", [Kdf.ARGON2D, Kdf.ARGON2ID, Kdf.AES_KDBX4])
@pytest.mark.parametrize("minor", [0, 1])
def test_keepassxc_reads_what_we_write_alike(tmp_path: Path, cipher: Cipher, kdf: Kdf, minor: int) -> None:
    path = tmp_path / "ours.kdbx"
    rounds, memory = (1000, 0) if kdf is Kdf.AES_KDBX4 else (2, 1024)
    database = rich()
    path.write_bytes(written(database, WriteOptions(cipher, kdf, memory, rounds, 2, minor)))
    tree = exported(path, "pw")
    assert theirs(tree) == ours(database, content=False)
    for name in ("a.bin", "same.bin"):
        cli("attachment-export", "-q", str(path), "Be/low <&>/below", name, str(tmp_path / name), typed="pw\n")
        assert (tmp_path / name).read_bytes() == bytes(range(256)) * 300
    assert tree.findtext("Meta/DatabaseName") == "Näme"


def test_a_vaults_export_opens_in_keepassxc_and_can_be_changed_there(tmp_path: Path) -> None:
    engine = new_engine(tmp_path / "vault")
    fields = [
        FieldInput("username", FieldType.TEXT, protected=False, value=Secret.of("ann")),
        FieldInput("password", FieldType.SECRET, protected=True, value=Secret.of("pass \u202e word")),
        FieldInput("otp", FieldType.OTP, protected=True, value=Secret.of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")),
    ]
    engine.secrets.create(EntryInput(Kind.CREDENTIAL, "Git", "work/in%2Ffra", fields, tags=["t"]))
    path = tmp_path / "out.kdbx"
    finish(engine.formats.save(str(path), SourceFormat.KDBX, Secret.of("export me")))
    shown = cli(
        "show", "-q", "-s", "-a", "Password", "-a", "UserName", str(path), "work/in/fra/Git", typed="export me\n"
    )
    assert shown.splitlines() == ["pass \u202e word", "ann"]
    code = cli("show", "-q", "-t", str(path), "work/in/fra/Git", typed="export me\n").strip()
    assert len(code) == 6
    assert code.isdigit()
    cli("edit", "-q", "-u", "bob", str(path), "work/in/fra/Git", typed="export me\n")
    other = new_engine(tmp_path / "second")
    finish(other.formats.load(Source(str(path), password=Secret.of("export me")), ImportOptions()))
    entry = entries_of(other)["work/in%2Ffra/Git"]
    assert (value_of(other, entry, "username"), value_of(other, entry, "username", 1)) == ("bob", "ann")
    engine.vaults.close()
    other.vaults.close()
