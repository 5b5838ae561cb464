"""A vault made by the real engine, read by the second reader: all is the same, and what is altered is refused."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kvault_gui.engine.api import (
    Credential,
    EntryInput,
    FieldInput,
    FieldType,
    Kind,
    Method,
    NewFactor,
    NewSlot,
    Secret,
)
from kvault_gui.engine.facade import Engine
from kvault_gui.engine.store import binding
from kvault_gui.engine.vault.schema import TABLES
from tests.engine.unlock.script import ScriptedPrompter
from tests.jobs import finish
from tests.reader.reader import BadVaultError, Vault

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "Zo\u0308e's 1 long pässword"


def entry(title: str, namespace: str, **values: bytes) -> EntryInput:
    """An entry whose field names tell their types."""
    kinds = {"password": FieldType.SECRET, "file": FieldType.FILE, "notes": FieldType.LONG, "url": FieldType.URL}
    fields = [
        FieldInput(name, kinds.get(name, FieldType.TEXT), name == "password", Secret(bytearray(value)))
        for name, value in values.items()
    ]
    return EntryInput(Kind.CREDENTIAL, title, namespace, fields, tags=["one", "zwei"])


ENTRIES = [
    entry("GitHub", "work", username=b"octocat", password=b"hunter2!", url=b"https://github.com"),
    entry("Ünïcode 🔑", "work/infra/deep", password="пароль".encode(), notes=b"several\nlines"),
    entry("Big", "", file=random.Random(1).randbytes((1 << 20) * 2 + 77), notes=b"x" * 10_000),
    entry("Exactly a segment", "files", file=random.Random(2).randbytes(1 << 20)),
    entry("Empty", "", username=b""),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A vault with entries, versions, moves, trash and several sessions; and its recovery code."""
    folder = tmp_path_factory.mktemp("reader") / "vault"
    engine = Engine(ScriptedPrompter(), "test", kdf_seconds=0)
    code = engine.vaults.create(str(folder), Secret.of(PASSWORD)).recovery_code
    assert code is not None
    ids = [engine.secrets.create(each) for each in ENTRIES]
    engine.vaults.close()
    engine = Engine(ScriptedPrompter(), "test", kdf_seconds=0)
    engine.vaults.unlock(str(folder), Credential(Method.PASSWORD, Secret.of(PASSWORD)), [])
    changed = entry("GitHub renamed", "work", username=b"octocat", password=b"hunter3!", url=b"https://github.com")
    engine.secrets.update(ids[0], 1, changed)
    engine.secrets.move([ids[1]], "private")
    engine.secrets.trash([ids[4]])
    engine.vaults.close()
    return folder, code.text()


def expected() -> list[tuple[str, str, dict[str, bytes], bool]]:
    """What stands in it at the end."""
    found = [
        (e.title, e.namespace, {f.name: bytes(f.value.value) for f in e.fields if f.value}, False) for e in ENTRIES
    ]
    found[0] = ("GitHub renamed", "work", {**found[0][2], "password": b"hunter3!"}, False)
    found[1] = (found[1][0], "private", found[1][2], False)
    found[4] = (*found[4][:3], True)
    return found


@pytest.mark.parametrize("method", ["password", "recovery_code"])
def test_the_second_reader_reads_what_the_engine_wrote(made: tuple[Path, str], method: str) -> None:
    folder, code = made
    vault = Vault(folder, PASSWORD if method == "password" else code.lower(), method)
    read = [(e["title"], e["namespace"], e["fields"], e["trashed"]) for e in vault.entries()]
    assert read == expected()
    assert all(each["tags"] == ["one", "zwei"] for each in vault.entries())
    assert vault.signatures == 2
    assert len(vault.records) > 8
    vault.close()


@pytest.fixture(scope="module")
def several(made: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """The same with a way in of two factors, renamed, and one that reads no values; and their codes."""
    work = Path(shutil.copytree(made[0], tmp_path_factory.mktemp("several") / "vault"))
    engine = Engine(ScriptedPrompter(), "test", kdf_seconds=0)
    engine.vaults.unlock(str(work), Credential(Method.PASSWORD, Secret.of(PASSWORD)), [])
    code = NewFactor(Method.RECOVERY_CODE)
    both = [NewFactor(Method.PASSWORD, Secret.of("other")), code]
    added = finish(engine.slots.add(NewSlot("Both", both)))
    engine.slots.rename(added.slot.id, "Two things")
    browse = finish(engine.slots.add(NewSlot("Browse", [code], reads_values=False)))
    assert added.recovery_code is not None
    assert browse.recovery_code is not None
    engine.vaults.close()
    return work, added.recovery_code.text(), browse.recovery_code.text()


@pytest.mark.parametrize("rotated", ["nothing", "user key", "vault key"])
def test_ways_in_of_several_factors_are_read_and_so_are_carried_ones(
    several: tuple[Path, str, str], tmp_path: Path, rotated: str
) -> None:
    work = Path(shutil.copytree(several[0], tmp_path / "work"))
    if rotated != "nothing":
        engine = Engine(ScriptedPrompter(), "test", kdf_seconds=0)
        engine.vaults.unlock(str(work), Credential(Method.PASSWORD, Secret.of(PASSWORD)), [])
        slots = engine.slots
        finish(slots.rotate_user_key() if rotated == "user key" else slots.rotate_vault_key())
        engine.vaults.close()
    vault = Vault(work, "other", recovery_code=several[1])
    assert [(e["title"], e["namespace"], e["fields"], e["trashed"]) for e in vault.entries()] == expected()
    vault.close()
    browse = Vault(work, several[2], "recovery_code")
    assert browse.uk is None
    assert len(browse.records) > 8
    browse.close()
    with pytest.raises(BadVaultError, match="no slot"):
        Vault(work, "another", recovery_code=several[1])


def test_another_password_opens_nothing(made: tuple[Path, str]) -> None:
    with pytest.raises(BadVaultError, match="no slot"):
        Vault(made[0], "another password")


def test_a_vault_that_was_killed_is_read_with_its_log(made: tuple[Path, str], tmp_path: Path) -> None:
    work = Path(shutil.copytree(made[0], tmp_path / "work"))
    engine = Engine(ScriptedPrompter(), "test", kdf_seconds=0)
    engine.vaults.unlock(str(work), Credential(Method.PASSWORD, Secret.of(PASSWORD)), [])
    engine.secrets.create(entry("Late", "", password=b"late one"))
    killed = Path(shutil.copytree(work, tmp_path / "killed"))
    engine.vaults.close()
    vault = Vault(killed, PASSWORD)
    assert vault.entries()[-1]["fields"] == {"password": b"late one"}
    vault.close()
    (killed / "vault.db-wal").unlink()
    with pytest.raises(BadVaultError, match="acknowledged changes are missing"):
        Vault(killed, PASSWORD)


@pytest.mark.parametrize("name", ["head", "vault.db", "vault.json"])
def test_what_is_of_another_time_is_refused(made: tuple[Path, str], tmp_path: Path, name: str) -> None:
    work = Path(shutil.copytree(made[0], tmp_path / "work"))
    engine = Engine(ScriptedPrompter(), "test", kdf_seconds=0)
    engine.vaults.unlock(str(work), Credential(Method.PASSWORD, Secret.of(PASSWORD)), [])
    for number in range(3):
        engine.secrets.create(entry(f"Later {number}", ""))
        engine.vault.store.rewrite_header(lambda header: header)
    engine.vaults.close()
    shutil.copyfile(made[0] / name, work / name)
    if name == "vault.json":
        shutil.copyfile(made[0] / name, work / "vault.json.2")
    words = {"head": "the head is old", "vault.db": "changes are missing", "vault.json": "the header is old"}
    with pytest.raises(BadVaultError, match=words[name]):
        Vault(work, PASSWORD)


def test_the_page_names_every_table_and_column_in_order() -> None:
    page = (ROOT / "resources" / "docs" / "vault-format.md").read_text()
    found = {}
    for number, name, columns in re.findall(r"^\| (\d+) \| `(\w+)` \| (.*) \|$", page, re.MULTILINE):
        found[int(number)] = (name, tuple(re.sub(r" \(.*?\)", "", columns).split(", ")))
    assert found == {table.number: (table.name, table.names) for table in (*TABLES, *binding.TABLES)}


def test_it_imports_nothing_of_kvault_and_runs_by_itself(made: tuple[Path, str], tmp_path: Path) -> None:
    reader = Path(__file__).with_name("reader.py")
    assert "kvault_gui" not in reader.read_text()
    alone = shutil.copyfile(reader, tmp_path / "reader.py")
    command = [sys.executable, "-I", str(alone), str(made[0])]
    began = time.monotonic()
    done = subprocess.run(command, input=PASSWORD + "\n", capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "hunter3!" in done.stdout
    assert "2 signed heads verify" in done.stdout
    assert time.monotonic() - began < 60
