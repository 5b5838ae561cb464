"""Unlocking in other ways than by the password: what options and people give, and what they are asked."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
import segno

from tests.cli.command import Kvault, Terminal

if TYPE_CHECKING:
    from pathlib import Path

OTHER = "another pass phrase"


@pytest.fixture
def file(kvault: Kvault) -> str:
    """The password of the ways in that a test adds."""
    path = kvault.home / "other-password"
    path.write_text(OTHER)
    return str(path)


@pytest.fixture
def both(kvault: Kvault, file: str) -> Path:
    """A way in that asks for a password and a key file; gives the file's path."""
    key = kvault.home / "key"
    words = ["--with", "password", "--with", "key-file", "--new-password-file", file, "--new-key-file", str(key)]
    kvault.ok("slot", "add", "Both", *words)
    return key


@pytest.fixture
def shares(kvault: Kvault) -> list[list[str]]:
    """The shares of a way in that asks for two of three."""
    out = kvault.home / "shares"
    kvault.ok("slot", "add", "Family", "--shares", "2of3", "--out", str(out))
    return [line.split() for line in out.read_text().splitlines()]


@pytest.mark.usefixtures("both")
def test_what_is_missing_is_asked_for_and_without_anybody_an_exact_error(kvault: Kvault, file: str) -> None:
    done = kvault.bare("ls", "--json", "--password-file", file, "--slot", "Both")
    assert (done.code, done.error["error"]) == (4, "nobody-to-ask")
    assert "key file" in done.error["what"]


def test_a_key_file_is_named_at_the_terminal(kvault: Kvault, both: Path, file: str) -> None:
    terminal = Terminal(kvault, "ls", "--password-file", file, "--slot", "Both")
    terminal.expect(b"Path: ")
    terminal.type(b"~/" + both.name.encode() + b"\n")
    assert terminal.end() == 0
    assert b"work/github" in terminal.seen


@pytest.mark.usefixtures("both")
def test_whoever_has_more_than_a_password_may_choose(kvault: Kvault, made: tuple[Path, str]) -> None:
    terminal = Terminal(kvault, "ls")
    terminal.expect(b"Password for vault (or Enter to choose another way): ")
    terminal.type(b"\n")
    terminal.expect(b"Number: ")
    for line in ("1  Password", "2  Recovery code", "3  Both  Password + Key file"):
        assert line.encode() in terminal.seen
    terminal.type(b"2\n")
    terminal.expect("The recovery code “Recovery code”: ".encode())
    terminal.type(made[1].encode() + b"\n")
    assert terminal.end() == 0
    assert made[1].encode() not in terminal.seen


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("answer", [b"9\n", b"\n", b"-1\n", b"\x04", "٣\n".encode()])
def test_choosing_nothing_that_is_there_cancels(kvault: Kvault, answer: bytes) -> None:
    terminal = Terminal(kvault, "ls")
    terminal.expect(b"another way): ")
    terminal.type(b"\n")
    terminal.expect(b"Number: ")
    terminal.type(answer)
    assert terminal.end() == 1
    assert b"Cancelled" in terminal.seen


def test_ctrl_c_at_a_question_in_the_middle_of_a_job_ends_the_command(kvault: Kvault) -> None:
    kvault.ok("slot", "add", "Second", "--with", "password", "--new-password-file", str(kvault.password))
    terminal = Terminal(kvault, "slot", "test", "Second", "--password-file", str(kvault.password))
    terminal.expect("The password of “Second”: ".encode())
    terminal.type(b"\x03")
    assert terminal.end() == -signal.SIGINT
    assert kvault.run("ls").code == 0


def test_shares_are_typed_and_a_wrong_word_is_mended(kvault: Kvault, shares: list[list[str]]) -> None:
    first, second = shares[0], list(shares[2])
    right = second[9]
    second[9] = right[:-1] + "qq"
    terminal = Terminal(kvault, "ls", "--with", "shares")
    terminal.expect(b"Share 1: ")
    terminal.type(", ".join(f"{n} {word.upper()}" for n, word in enumerate(first, 1)).encode() + b"\n")
    terminal.expect(b"one more is needed.")
    terminal.expect(b"Share 2: ")
    terminal.type(" ".join(second).encode() + b"\n")
    terminal.expect(b"Word 10")
    terminal.expect(b"Enter: ")
    terminal.type(right.encode() + b"\n")
    terminal.expect(b"that is enough.")
    assert terminal.end() == 0
    assert b"work/github" in terminal.seen


def test_a_share_is_scanned_from_a_picture_whose_path_is_typed(
    kvault: Kvault, shares: list[list[str]], tmp_path: Path
) -> None:
    segno.make_qr(" ".join(shares[0])).save(str(tmp_path / "sheet.png"), scale=6)
    (tmp_path / "empty.png").write_bytes(b"no picture")
    terminal = Terminal(kvault, "ls", "--slot", "Family")
    terminal.expect(b"Share 1: ")
    terminal.type(bytes(tmp_path / "empty.png") + b"\n")
    terminal.expect(b"cannot be used")
    terminal.seen = terminal.seen.partition(b"cannot be used")[2]  # what is typed before the next prompt is thrown away
    terminal.expect(b"Share 1: ")
    terminal.type(bytes(tmp_path / "sheet.png") + b"\n")
    terminal.expect(b"one more is needed.")
    terminal.expect(b"Share 2: ")
    terminal.type(" ".join(shares[1]).encode() + b"\n")
    assert terminal.end() == 0
    assert b"work/github" in terminal.seen


def test_a_share_that_was_given_already_is_said_and_asked_anew(kvault: Kvault, shares: list[list[str]]) -> None:
    terminal = Terminal(kvault, "ls", "--slot", "Family")
    terminal.expect(b"Share 1: ")
    terminal.type(" ".join(shares[0]).encode() + b"\n")
    terminal.expect(b"Share 2: ")
    terminal.type(" ".join(shares[0]).encode() + b"\n")
    terminal.expect(b"This share was given already.")
    terminal.seen = terminal.seen.partition(b"given already.")[2]  # the same prompt again, if it is not there yet
    terminal.expect(b"Share 2: ")
    terminal.type(b"\n")
    assert terminal.end() == 1


def test_a_way_in_is_named_by_its_name_or_its_id(kvault: Kvault) -> None:
    (slot, *_) = kvault.ok("slot", "list", "--json").json
    assert kvault.run("ls", "--slot", slot["id"]).code == 0
    assert kvault.run("ls", "--slot", slot["label"]).code == 0
    done = kvault.run("ls", "--slot", "Nothing", "--json")
    assert (done.code, done.error["error"]) == (3, "slot-not-found")
    assert kvault.run("ls", "--slot", "Recovery code").code == 1, "it asks for no password"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--with", "fido2"], 4),
        (["--with", "tpm", "--pin-file", "password"], 4),
        (["--with", "quick", "--pin-file", "password"], 4),
        (["--pin-file", "password"], 2),
        (["--token", "pcsc:x"], 2),
        (["--pin-file", "empty", "--with", "tpm"], 2),
        (["--key-file", "missing"], 4),
    ],
)
def test_what_no_way_in_asks_for_opens_nothing(kvault: Kvault, words: list[str], code: int) -> None:
    (kvault.home / "empty").touch()
    done = kvault.bare("ls", *words, cwd=kvault.home)
    assert done.code == code, done.err
