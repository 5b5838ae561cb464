"""import, export, generate, audit, slot, selftest."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.cli.command import GITHUB, PASSWORD, Kvault, Terminal
from tests.shared import shared

if TYPE_CHECKING:
    from pathlib import Path


def sample(kvault: Kvault) -> Path:
    """A CSV file without headings."""
    file = kvault.home / "other.csv"
    file.write_text("Bank,me,money\nShop,you,=1+1\n")
    return file


def test_a_kdbx_file_comes_in_with_its_password(kvault: Kvault) -> None:
    source = shared("vectors/vault-kdbx-keepassxc/NewDatabase.kdbx")
    words = ("import", str(source), "--into", "old", "--json")
    (kvault.home / "a").write_text("a\n")
    (kvault.home / "b").write_text("b\n")
    preview = kvault.ok(*words, "--dry-run", "--source-password-file", str(kvault.home / "a")).json
    assert preview["entries"] == 2
    assert preview["format"].startswith("KDBX 3.1")
    assert kvault.ok("ls", "old", "--json").json == []
    wrong = kvault.run(*words, "--source-password-file", str(kvault.home / "b"))
    assert (wrong.code, wrong.error["error"]) == (4, "wrong-source-credentials")
    done = kvault.ok(*words, "--source-password-file", str(kvault.home / "a")).json
    assert done["added"] == 2
    assert kvault.ok("read", "kv://old/Sample Entry/password").text == "Password"
    assert kvault.ok("import", "--undo", done["batch"], "--json").json == {"removed": 2}
    assert kvault.ok("ls", "old", "--json").json == []


def test_the_password_of_a_kdbx_file_is_asked_for_at_a_terminal(kvault: Kvault) -> None:
    source = shared("vectors/vault-kdbx-keepassxc/NewDatabase.kdbx")
    terminal = Terminal(kvault, "import", str(source), "--password-file", str(kvault.password))
    terminal.expect(b"Password of NewDatabase.kdbx: ")
    terminal.type(b"a\n")
    assert terminal.end() == 0
    assert b"Imported 2 entries" in terminal.seen


def test_columns_of_a_csv_file_are_mapped_and_duplicates_skipped(kvault: Kvault) -> None:
    words = ("import", str(sample(kvault)), "--map", "title=0,username=1,password=2", "--json")
    assert kvault.ok(*words).json["added"] == 2
    assert kvault.ok("read", "kv://Shop/password").text == "=1+1"
    again = kvault.ok(*words).json
    assert (again["added"], again["skipped"]) == (0, 2)


def test_a_csv_file_without_headings_says_what_to_do(kvault: Kvault) -> None:
    assert kvault.run("import", str(sample(kvault))).code == 1
    assert kvault.run("import", str(sample(kvault)), "--map", "title").code == 2


def test_a_file_of_another_format_is_named(kvault: Kvault) -> None:
    done = kvault.run("import", str(shared("vectors/vault-kdbx-keepassxc/CP-1252.kdb")), "--json")
    assert (done.code, done.error["error"]) == (1, "format-unknown")


def test_a_csv_export_warns_and_holds_everything(kvault: Kvault) -> None:
    target = kvault.home / "out.csv"
    done = kvault.ok("export", str(target), "--format", "csv")
    assert "clear" in done.err
    rows = list(csv.DictReader(io.StringIO(target.read_text())))
    assert {row["Title"]: row["Password"] for row in rows}["github"] == GITHUB
    assert target.stat().st_mode & 0o777 == 0o600
    before = target.read_bytes()
    assert kvault.run("export", str(target), "--format", "csv").code == 1
    assert target.read_bytes() == before
    assert GITHUB not in done.text + done.err


@pytest.mark.peer
def test_a_kdbx_export_opens_in_keepassxc(kvault: Kvault) -> None:
    if shutil.which("keepassxc-cli") is None:
        pytest.skip("keepassxc-cli is not installed (apt install keepassxc)")
    target, password = kvault.home / "out.kdbx", kvault.home / "export password"
    password.write_text("export it\n")
    kvault.ok("export", str(target), "--format", "kdbx", "--export-password-file", str(password))
    shown = subprocess.run(
        ["keepassxc-cli", "show", "-s", "-a", "password", str(target), "work/github"],
        input=b"export it\n",
        capture_output=True,
        check=True,
        env={**kvault.environment(), "QT_QPA_PLATFORM": "offscreen"},
    )
    assert shown.stdout.decode().strip() == GITHUB


def test_an_export_asks_for_the_owner_again(kvault: Kvault) -> None:
    target = kvault.home / "out.csv"
    terminal = Terminal(kvault, "export", str(target), "--format", "csv")
    terminal.expect(b"Password for vault: ")
    terminal.type(PASSWORD.encode() + b"\n")
    terminal.expect(b"to confirm the export: ")
    terminal.type(b"somebody else\n")
    assert terminal.end() == 4
    assert not target.exists()


def test_kdbx_needs_a_password_and_csv_takes_none(kvault: Kvault) -> None:
    kdbx = kvault.run("export", str(kvault.home / "x.kdbx"), "--format", "kdbx")
    assert kdbx.code == 2
    assert "--export-password-file" in kdbx.err
    words = ("--format", "csv", "--export-password-file", str(kvault.password))
    assert kvault.run("export", str(kvault.home / "x.csv"), *words).code == 2


def test_generate_prints_what_was_asked_for_without_a_vault(kvault: Kvault) -> None:
    first, second = (kvault.bare("generate", "--length", "30", "--no-symbols").text for _ in range(2))
    assert first != second
    assert len(first) == 31
    assert first.strip().isalnum()
    words = kvault.bare("generate", "--words", "6", "--separator", " ").text.split()
    assert len(words) == 6
    assert len(kvault.bare("generate", "--json").json["value"]) == 20
    assert kvault.bare("generate", "--no-lower", "--no-upper", "--no-digits", "--no-symbols").code == 1
    assert kvault.bare("generate", "--length", "0").code == 2


def test_the_log_is_listed_filtered_verified_and_exported(kvault: Kvault) -> None:
    kvault.ok("read", "kv://work/github/password")
    records = kvault.ok("audit", "list", "--json", "--limit", "500").json
    assert [record["number"] for record in records] == list(range(records[0]["number"], 0, -1))
    (read,) = kvault.ok("audit", "list", "--json", "--category", "read").json
    assert (read["action"], read["object"], read["outcome"]) == ("secret.read", "github", "done")
    assert len(read["hash"]) == 64
    assert len(kvault.ok("audit", "list", "--limit", "3").text.splitlines()) == 3
    assert kvault.ok("audit", "list", "--json", "--until", "2020-01-01").json == []
    verdict = kvault.ok("audit", "verify", "--json").json
    assert verdict["broken"] is None
    assert verdict["records"] >= records[0]["number"]
    target = kvault.home / "log.jsonl"
    count = kvault.ok("audit", "export", str(target), "--json").json["records"]
    assert len([json.loads(line) for line in target.read_text().splitlines()]) == count
    assert GITHUB not in target.read_text()


def test_check_verifies_everything(kvault: Kvault) -> None:
    report = kvault.ok("check", "--json").json
    assert report["problems"] == []
    assert report["rows"] > 0
    assert report["values"] == 1


def test_slots_are_listed(kvault: Kvault) -> None:
    slots = kvault.ok("slot", "list", "--json").json
    assert [slot["method"] for slot in slots] == ["password", "recovery_code"]
    assert "Argon2id" in slots[0]["detail"]
    assert "Argon2id" in kvault.ok("slot", "list").text


def test_the_selftest_prints_every_algorithm(kvault: Kvault) -> None:
    results = kvault.bare("selftest", "--json").json
    assert len(results) > 20
    assert all(result["passed"] for result in results)
    assert "AES-256-GCM" in kvault.bare("selftest").text
