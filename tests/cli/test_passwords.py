"""Where a password may come from, and where it never shows."""

from __future__ import annotations

import os
import signal
import subprocess
import termios
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.command import GITHUB, PASSWORD, Kvault, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    read, write = os.pipe()
    yield read, write
    for end in (read, write):
        try:
            os.close(end)
        except OSError:
            continue


def test_a_password_comes_from_a_descriptor(kvault: Kvault, pipe: tuple[int, int]) -> None:
    os.write(pipe[1], PASSWORD.encode() + b"\n")
    os.close(pipe[1])
    done = kvault.bare("ls", "--password-fd", str(pipe[0]), pass_fds=[pipe[0]])
    assert done.code == 0, done.err
    assert "work/github" in done.text


def test_options_stand_before_or_after_the_command(kvault: Kvault) -> None:
    done = kvault.bare("--json", "--password-file", str(kvault.password), "ls", "work")
    assert done.json[0]["ref"] == "work/github"


def test_only_one_line_end_belongs_to_the_file_and_not_to_the_password(kvault: Kvault) -> None:
    for text, code in ((PASSWORD, 0), (PASSWORD + "\r\n", 0), (PASSWORD + "\n\n", 4), (PASSWORD + " ", 4)):
        kvault.password.write_bytes(text.encode())
        assert kvault.run("ls").code == code, repr(text)


def test_the_recovery_code_opens_it_too(kvault: Kvault, made: tuple[Path, str]) -> None:
    file = kvault.home / "code"
    file.write_text(made[1].lower())
    assert kvault.bare("ls", "--recovery-code-file", str(file)).code == 0
    file.write_text(made[1][:-1] + ("A" if made[1][-1] != "A" else "B"))
    wrong = kvault.bare("ls", "--json", "--recovery-code-file", str(file))
    assert wrong.code == 4


@pytest.mark.parametrize(
    "words",
    [
        ["--password-fd", "63"],
        ["--password-file", "missing"],
        ["--password-file", "/"],
        ["--password-file", "password", "--password-fd", "0"],
        ["--password-file", "password", "--recovery-code-file", "password"],
        ["--password-file", "/dev/zero"],
    ],
)
def test_a_source_that_gives_no_password_is_wrong_usage(kvault: Kvault, words: list[str]) -> None:
    done = kvault.bare("ls", *words, cwd=kvault.home)
    assert done.code == 2, done.err
    assert "--password" in done.err


def test_a_secret_typed_in_the_wrong_place_is_not_repeated(kvault: Kvault) -> None:
    for words in (
        ["ls", "--password", "topsecret"],
        ["ls", "--password=topsecret"],
        ["ls", "--password-fd", "topsecret"],
        ["ls", "--json=topsecret"],
        ["topsecret"],
        ["ls", "a", "topsecret"],
        ["put", "x", "--field", "=topsecret"],
        ["put", "x", "--field", "topsecret"],
        ["ls", "--type", "topsecret"],
        ["put", "x", "--expires", "topsecret"],
        ["generate", "--length", "topsecret"],
    ):
        done = kvault.bare(*words)
        assert done.code == 2, words
        assert "topsecret" not in done.err + done.text, words


def test_a_terminal_is_asked_without_echo(kvault: Kvault) -> None:
    terminal = Terminal(kvault, "read", "kv://work/github/password")
    terminal.expect(b"Password for vault: ")
    command_line = Path(f"/proc/{terminal.pid}/cmdline").read_bytes()
    terminal.type(PASSWORD.encode() + b"\n")
    assert terminal.end() == 0
    assert PASSWORD.encode() not in terminal.seen
    assert PASSWORD.encode() not in command_line
    assert terminal.seen.endswith(GITHUB.encode() + b"\r\n"), "on a terminal a line end is added"


def test_a_wrong_password_at_the_terminal_is_said(kvault: Kvault) -> None:
    terminal = Terminal(kvault, "ls")
    terminal.expect(b"Password for vault: ")
    terminal.type(b"wrong\n")
    assert terminal.end() == 4
    assert b"Wrong password or code" in terminal.seen


@pytest.mark.parametrize(("key", "code"), [(b"\x03", -signal.SIGINT), (b"\x04", 1)])
def test_interrupting_the_question_gives_the_terminal_its_echo_back(kvault: Kvault, key: bytes, code: int) -> None:
    terminal = Terminal(kvault, "ls")
    before = termios.tcgetattr(terminal.master)[3]
    terminal.expect(b"Password for vault: ")
    assert not termios.tcgetattr(terminal.master)[3] & termios.ECHO
    terminal.type(key)
    terminal.expect(b"\n")
    assert termios.tcgetattr(terminal.master)[3] == before
    assert terminal.end() == code
    assert b"Traceback" not in terminal.seen


def test_being_ended_at_the_question_gives_the_terminal_its_echo_back(kvault: Kvault) -> None:
    terminal = Terminal(kvault, "ls")
    terminal.expect(b"Password for vault: ")
    os.kill(terminal.pid, signal.SIGTERM)
    terminal.expect(b"\n")
    assert termios.tcgetattr(terminal.master)[3] & termios.ECHO
    assert terminal.end() == 128 + signal.SIGTERM


def test_init_asks_twice_and_shows_the_recovery_code_once(kvault: Kvault) -> None:
    new = kvault.home / "new"
    terminal = Terminal(kvault, "init", str(new))
    terminal.expect(b"New password for new: ")
    terminal.type(b"first try here\n")
    terminal.expect(b"again: ")
    terminal.type(b"another one\n")
    assert terminal.end() == 2
    assert not new.exists()
    terminal = Terminal(kvault, "init", str(new))
    terminal.expect(b"New password for new: ")
    terminal.type(b"a good long password\n")
    terminal.expect(b"again: ")
    terminal.type(b"a good long password\n")
    assert terminal.end() == 0
    assert b"Recovery code" in terminal.seen
    assert kvault.bare("--vault", str(new), "ls", "--password-fd", "0", given=b"a good long password\n").code == 0


def test_init_writes_the_recovery_code_to_a_new_private_file(kvault: Kvault) -> None:
    new, code = kvault.home / "new", kvault.home / "code"
    done = kvault.ok("init", str(new), "--save-recovery-code", str(code), "--json")
    assert done.json["recovery_code"] is None
    assert code.stat().st_mode & 0o777 == 0o600
    assert kvault.bare("--vault", str(new), "ls", "--recovery-code-file", str(code)).code == 0
    again = kvault.run("init", str(kvault.home / "other"), "--save-recovery-code", str(code))
    assert again.code == 2
    assert not (kvault.home / "other").exists()


def test_a_value_for_standard_input_is_asked_for_when_that_is_a_terminal(kvault: Kvault) -> None:
    terminal = Terminal(kvault, "put", "x", "--field", "password=-", "--password-file", str(kvault.password))
    terminal.expect(b"password: ")
    terminal.type(b"typed value\n")
    assert terminal.end() == 0
    assert b"typed value" not in terminal.seen
    assert kvault.ok("read", "kv://x/password").out == b"typed value"


def test_no_secret_is_on_the_command_line_or_on_standard_error_while_it_runs(kvault: Kvault) -> None:
    process = subprocess.Popen(
        kvault.words("put", "x", "--field", "password=-", "--password-file", str(kvault.password)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=kvault.environment(),
        start_new_session=True,
    )
    listing = Path(f"/proc/{process.pid}/cmdline").read_bytes()
    out, err = process.communicate(b"piped value", timeout=60)
    assert process.returncode == 0, err
    for secret in (PASSWORD.encode(), b"piped value"):
        assert secret not in listing + out + err


def test_deleting_for_ever_asks_on_a_terminal(kvault: Kvault) -> None:
    kvault.ok("rm", "work/github")
    for answer, code in ((b"n\n", 1), (b"y\n", 0)):
        terminal = Terminal(kvault, "rm", "--forever", "work/github", "--password-file", str(kvault.password))
        terminal.expect(b"[y/N]")
        terminal.type(answer)
        assert terminal.end() == code
    assert kvault.ok("ls", "--trash", "--json").json == []
