"""Every exit code, and the running application as the one that may refuse."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.command import PASSWORD, PROJECT, Kvault, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def application(kvault: Kvault) -> Iterator[subprocess.Popen[str]]:
    """A running application that has the vault open."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("application.py")), str(kvault.vault), str(kvault.password)],
        env=kvault.environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield process
    process.terminate()
    process.communicate(timeout=20)


def told(application: subprocess.Popen[str]) -> str:
    """The next request that the application was told of."""
    assert application.stdout is not None
    return application.stdout.readline().strip()


def test_0_is_done_and_says_nothing_on_standard_error(kvault: Kvault) -> None:
    assert kvault.ok("ls").err == ""


def test_1_is_refused_or_failed(kvault: Kvault) -> None:
    done = kvault.run("init", str(kvault.vault), "--json")
    assert (done.code, done.error["error"]) == (1, "vault-exists")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nonsense"],
        ["ls", "--nonsense"],
        ["get"],
        ["read", "work/github"],
        ["read", "kv://x"],
        ["audit"],
        ["put", "/x"],
        ["put", "x/"],
    ],
)
def test_2_is_wrong_usage(kvault: Kvault, words: list[str]) -> None:
    done = kvault.run(*words) if words else kvault.bare()
    assert done.code == 2
    assert done.err.splitlines()[-1].startswith("kvault: ")


def test_3_is_not_found(kvault: Kvault) -> None:
    for words, code in (
        (["get", "work/nothing"], "entry-not-found"),
        (["read", "kv://work/github/nothing"], "field-not-found"),
        (["--vault", "/nonexistent/vault", "ls"], "vault-not-found"),
        (["import", "nothing.kdbx"], "not-found"),
        (["export", "/nonexistent/x.csv", "--format", "csv"], "not-found"),
        (["audit", "export", "/nonexistent/x"], "not-found"),
    ):
        done = kvault.run(*words, "--json")
        assert (done.code, done.error["error"]) == (3, code), words


def test_4_is_locked_or_a_wrong_password(kvault: Kvault) -> None:
    locked = kvault.bare("ls", "--json")
    assert (locked.code, locked.error["error"]) == (4, "locked")
    assert "--password-fd" in locked.error["advice"]
    kvault.password.write_text("wrong")
    wrong = kvault.run("ls", "--json")
    assert (wrong.code, wrong.error["error"]) == (4, "wrong-credentials")


def test_5_is_damaged_and_names_the_file(kvault: Kvault) -> None:
    for name in ("vault.json", "vault.json.2"):
        (kvault.vault / name).write_bytes(b"{}")
    done = kvault.run("ls", "--json")
    assert (done.code, done.error["error"]) == (5, "header-damaged")
    assert "vault.json" in done.error["what"]


def test_check_exits_5_and_names_what_is_wrong(kvault: Kvault) -> None:
    database = kvault.vault / "vault.db"
    content = bytearray(database.read_bytes())
    content[len(content) // 2] ^= 1
    database.write_bytes(content)
    done = kvault.run("check")
    assert done.code == 5
    assert "vault.db" in done.err + done.text


def test_an_older_copy_of_the_database_is_reported_and_can_be_accepted(kvault: Kvault) -> None:
    shutil.copy(kvault.vault / "vault.db", kvault.home / "old.db")
    kvault.ok("put", "x", "--field", "username=a")
    shutil.copy(kvault.home / "old.db", kvault.vault / "vault.db")
    for extra in ("vault.db-wal", "vault.db-shm"):
        (kvault.vault / extra).unlink(missing_ok=True)
    done = kvault.run("ls", "--json")
    assert (done.code, done.error["error"]) == (5, "changes-missing")
    assert "--accept missing" in done.error["advice"]
    accepted = kvault.run("ls", "--accept", "missing")
    assert accepted.code == 0, accepted.err
    assert "work/github" in accepted.text


def test_6_is_refused_by_a_running_application(kvault: Kvault, application: subprocess.Popen[str]) -> None:
    done = kvault.bare("read", "kv://work/github/password", "--json")
    assert (done.code, done.error["error"]) == (6, "not-permitted")
    assert done.out == b""
    assert told(application) == "request read values work/github"


def test_an_open_vault_is_not_answered_from_at_a_terminal_either(
    kvault: Kvault, application: subprocess.Popen[str]
) -> None:
    terminal = Terminal(kvault, "ls")
    assert terminal.end() == 6
    assert b"Password for" not in terminal.seen
    assert told(application).startswith("request list entries")


def test_with_the_password_a_held_vault_names_its_holder_and_the_way_out(
    kvault: Kvault, application: subprocess.Popen[str]
) -> None:
    done = kvault.run("ls")
    assert done.code == 1
    assert "window" in done.err
    assert str(application.pid) in done.err
    assert "kvault lock" in done.err
    locked = kvault.bare("lock", "--json")
    assert locked.json == {"locked": True, "was_unlocked": True}
    assert kvault.bare("lock").text == "Nothing was unlocked.\n"
    assert "work/github" in kvault.ok("ls").text


def test_a_locked_application_lets_a_person_at_a_terminal_unlock_here(
    kvault: Kvault, application: subprocess.Popen[str]
) -> None:
    assert kvault.bare("lock").code == 0
    assert application.poll() is None
    terminal = Terminal(kvault, "ls")
    terminal.expect(b"Password for vault: ")
    terminal.type(PASSWORD.encode() + b"\n")
    assert terminal.end() == 0


def test_lock_without_an_application_is_no_error(kvault: Kvault) -> None:
    assert kvault.bare("lock", "--json").json == {"locked": True, "was_unlocked": False}


def test_errors_are_one_line(kvault: Kvault) -> None:
    done = kvault.run("get", "work/\x1b[31mred\nline")
    assert done.code == 3
    assert done.err.count("\n") == 1
    assert "\x1b" not in done.err


def test_the_usual_place_is_used_without_a_name(kvault: Kvault) -> None:
    home = kvault.home / ".kind" / "vault"
    shutil.copytree(kvault.vault, home / "mine")
    words = ("ls", "--password-file", str(kvault.password))
    assert kvault.bare(*words, env={"KVAULT_VAULT": ""}).code == 0
    shutil.copytree(kvault.vault, home / "other")
    several = kvault.bare(*words, env={"KVAULT_VAULT": ""})
    assert several.code == 2
    assert "--vault" in several.err
    shutil.copytree(kvault.vault, home / "personal")
    assert kvault.bare(*words, env={"KVAULT_VAULT": ""}).code == 0


def many(kvault: Kvault, count: int) -> None:
    """So many entries, from a CSV file."""
    rows = "".join(f"entry {number},user{number},pw{number}\n" for number in range(count))
    (kvault.home / "many.csv").write_text("title,username,password\n" + rows)


def test_a_reader_that_closes_the_pipe_ends_it_quietly(kvault: Kvault) -> None:
    many(kvault, 2000)
    kvault.ok("import", str(kvault.home / "many.csv"))
    process = subprocess.Popen(
        kvault.words("ls", "--password-file", str(kvault.password)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=kvault.environment(),
        start_new_session=True,
        pipesize=4096,
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(60) == -signal.SIGPIPE
    assert kvault.ok("audit", "verify").code == 0


def test_interrupting_an_import_takes_back_what_it_stored(kvault: Kvault) -> None:
    many(kvault, 30_000)
    process = subprocess.Popen(
        kvault.words(
            "import", str(kvault.home / "many.csv"), "--into", "many", "--password-file", str(kvault.password)
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=kvault.environment(),
        start_new_session=True,
    )
    # Its write-ahead log grows once entries are stored.
    wal = kvault.vault / "vault.db-wal"
    end = time.monotonic() + 60
    while not (wal.exists() and wal.stat().st_size > 1_000_000) and process.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGINT, (out, err)
    assert b"Traceback" not in err
    assert len(kvault.ok("ls", "--json").json) == 2
    assert kvault.ok("check").code == 0


def test_help_starts_fast_enough_to_be_asked_often(kvault: Kvault) -> None:
    """The bound is loose for a busy machine; that the engine is not loaded is exact."""
    code = (
        "import sys; import kvault_gui.cli.main; print([m for m in sys.modules if 'apsw' in m or 'cryptography' in m])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=kvault.environment(), cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
    assert b"Exit codes" in kvault.bare("--help").out
    assert kvault.bare("--version").text.startswith("kvault ")
