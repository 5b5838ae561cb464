"""The ways in, managed without a window: by scripts, which have no terminal."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.command import PASSWORD, Kvault, Terminal

if TYPE_CHECKING:
    from pathlib import Path


def slots(kvault: Kvault) -> dict[str, dict[str, Any]]:
    return {slot["label"]: slot for slot in kvault.ok("slot", "list", "--json").json}


def new_password(kvault: Kvault, text: str = "another pass phrase") -> str:
    file = kvault.home / "new-password"
    file.write_text(text + "\n")
    return str(file)


def test_a_password_with_a_new_key_file_is_added_and_opens_the_vault(kvault: Kvault) -> None:
    key, file = kvault.home / "key", new_password(kvault)
    done = kvault.ok(
        "slot", "add", "Both", "--with", "password", "--with", "key-file", "--new-password-file", file,
        "--new-key-file", str(key), "--json",
    )  # fmt: skip
    assert [each["method"] for each in done.json["slot"]["factors"]] == ["password", "key_file"]
    assert key.stat().st_mode & 0o777 == 0o600
    assert kvault.bare("ls", "--password-file", file, "--key-file", str(key)).code == 0
    assert kvault.bare("ls", "--password-file", file).code == 4
    wrong = kvault.bare(
        "ls", "--json", "--password-file", str(kvault.password), "--key-file", str(key), "--slot", "Both"
    )
    assert (wrong.code, wrong.error["error"]) == (4, "wrong-key-file")


def test_a_new_recovery_code_goes_into_a_new_private_file(kvault: Kvault) -> None:
    out = kvault.home / "code"
    done = kvault.ok("slot", "add", "Paper", "--with", "recovery-code", "--out", str(out))
    assert out.stat().st_mode & 0o777 == 0o600
    code = out.read_text().strip()
    assert re.fullmatch(r"(\w{4}-){8}\w{4}", code)
    assert code not in done.text + done.err
    assert kvault.bare("ls", "--recovery-code-file", str(out), "--slot", "Paper").code == 0


@pytest.mark.parametrize("words", [["--with", "recovery-code"], ["--shares", "2of3"]])
def test_without_a_place_to_keep_it_nothing_is_made(kvault: Kvault, words: list[str]) -> None:
    done = kvault.run("slot", "add", "Paper", *words)
    assert done.code == 2
    assert "--out" in done.err
    assert "Paper" not in slots(kvault)


def test_a_file_that_exists_is_never_written_over(kvault: Kvault) -> None:
    for words in (["--out", str(kvault.password)], ["--sheets", str(kvault.password)]):
        assert kvault.run("slot", "add", "Paper", "--shares", "2of3", *words).code == 2
    assert kvault.password.read_text() == PASSWORD + "\n"


def test_the_file_for_the_code_goes_again_when_nothing_was_added(kvault: Kvault) -> None:
    out = kvault.home / "code"
    assert kvault.run("slot", "add", "Password", "--with", "recovery-code", "--out", str(out)).code == 1
    assert not out.exists()


def test_a_way_in_whose_shares_could_not_be_printed_is_taken_back(kvault: Kvault) -> None:
    before, out = set(slots(kvault)), kvault.home / "shares"
    words = ["--shares", "2of3", "--sheets", "/proc/sheets.pdf", "--out", str(out), "--json"]
    done = kvault.run("slot", "add", "Paper", *words)
    assert (done.code, done.error["error"]) == (1, "disk-failed")
    assert set(slots(kvault)) == before
    assert not out.exists()
    assert kvault.run("slot", "add", "Paper", "--with", "recovery-code", "--out", "/nowhere/x").code == 3


def test_shares_are_written_printed_and_open_the_vault_when_there_are_enough(kvault: Kvault) -> None:
    out, sheets, some = kvault.home / "shares", kvault.home / "sheets.pdf", kvault.home / "some"
    done = kvault.ok("slot", "add", "Family", "--shares", "2of3", "--out", str(out), "--sheets", str(sheets), "--json")
    assert done.json["set"].isdecimal()
    assert sheets.read_bytes().startswith(b"%PDF")
    assert sheets.stat().st_mode & 0o777 == 0o600
    shares = out.read_text().splitlines()
    assert len(shares) == 3
    assert not any(share in done.text + done.err for share in shares)
    some.write_text("\n".join(shares[1:]))
    assert kvault.bare("ls", "--shares-file", str(some)).code == 0
    some.write_text(shares[0])
    few = kvault.bare("ls", "--json", "--shares-file", str(some))
    assert (few.code, few.error["error"]) == (4, "shares-too-few")
    some.write_text("\n".join([shares[0].replace(shares[0].split()[6], "zebra", 1), shares[1]]))
    wrong = kvault.bare("ls", "--json", "--shares-file", str(some))
    assert wrong.code == 4
    assert wrong.error["error"] in {"share-word", "share-checksum", "share-garbled"}


def test_groups_of_shares(kvault: Kvault) -> None:
    out = kvault.home / "shares"
    kvault.ok("slot", "add", "Board", "--group", "2of3", "--group", "1of1", "--groups", "2", "--out", str(out))
    shares, some = out.read_text().splitlines(), kvault.home / "some"
    some.write_text("\n".join([shares[0], shares[2], shares[3]]))
    assert kvault.bare("ls", "--shares-file", str(some)).code == 0


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--with", "shares"],
        ["--shares", "2from3"],
        ["--shares", "2of3", "--group", "1of1"],
        ["--group", "2of3"],
        ["--with", "key-file"],
        ["--with", "password", "--pin-file", "password"],
        ["--with", "fido2", "--token", "a", "--token", "b"],
        ["--with", "tpm", "--pcrs", "7,x"],
        ["--with", "fingerprint"],
        ["--with", "password", "--out", "x"],
        ["--with", "password", "--expires", "soon"],
    ],
)
def test_words_that_do_not_fit_together_are_wrong_usage_and_nothing_is_asked(kvault: Kvault, words: list[str]) -> None:
    done = kvault.bare("slot", "add", "New", *words, "--password-file", str(kvault.password), cwd=kvault.home)
    assert done.code == 2, done.err


def test_a_way_in_is_renamed_limited_tested_and_removed(kvault: Kvault) -> None:
    file = new_password(kvault)
    kvault.ok("slot", "add", "Second", "--with", "password", "--new-password-file", file)
    kvault.ok("slot", "rename", "Second", "Guest")
    limited = kvault.ok("slot", "limit", "Guest", "--once", "--expires", "2090-01-01T00:00+00:00", "--json").json
    assert (limited["once"], limited["expires"]) == (True, "2090-01-01T00:00:00Z")
    day = kvault.ok("slot", "limit", "Guest", "--expires", "2090-01-01", "--json").json["expires"]
    assert dt.datetime.fromisoformat(day).astimezone().isoformat().startswith("2090-01-01T23:59:59"), (
        "that day included"
    )
    kvault.ok("slot", "limit", "Guest", "--expires", "2090-01-01T00:00+00:00")
    still = kvault.ok("slot", "limit", "Guest", "--always", "--json").json
    assert (still["once"], still["expires"]) == (False, "2090-01-01T00:00:00Z")
    assert kvault.ok("slot", "test", "Guest", "--its-secret-file", file, "--json").json["slot"]["label"] == "Guest"
    wrong = kvault.run("slot", "test", "Guest", "--its-secret-file", str(kvault.password))
    assert wrong.code == 4
    asked = kvault.run("slot", "test", "Guest", "--json")
    assert (asked.code, asked.error["error"]) == (4, "nobody-to-ask")
    assert kvault.run("slot", "remove", "Guest").code == 2
    kvault.ok("slot", "remove", "Guest", "--yes")
    assert "Guest" not in slots(kvault)
    assert kvault.run("slot", "remove", "Guest", "--yes").code == 3


def test_the_way_in_that_opened_the_vault_is_tested_with_the_same_password(kvault: Kvault) -> None:
    assert kvault.ok("slot", "test", "Password").code == 0


def test_the_second_way_in_goes_only_when_told_twice_and_the_last_never(kvault: Kvault) -> None:
    done = kvault.run("slot", "remove", "Recovery code", "--yes", "--json")
    assert (done.code, done.error["error"]) == (1, "no-second-way")
    assert "--even-the-second" in done.error["advice"]
    kvault.ok("slot", "remove", "Recovery code", "--yes", "--even-the-second")
    last = kvault.run("slot", "remove", "Password", "--yes", "--even-the-second", "--json")
    assert (last.code, last.error["error"]) == (1, "last-way")


def test_a_recovery_code_is_replaced_only_when_the_new_one_is_kept(kvault: Kvault, made: tuple[Path, str]) -> None:
    out, old = kvault.home / "code", kvault.home / "old"
    old.write_text(made[1])
    done = kvault.ok("slot", "replace", "Recovery code", "--with", "recovery-code", "--out", str(out), "--json")
    assert done.json["slot"]["label"] == "Recovery code"
    assert kvault.bare("ls", "--recovery-code-file", str(out)).code == 0
    assert kvault.bare("ls", "--recovery-code-file", str(old)).code == 4
    assert len(slots(kvault)) == 2


def test_a_password_is_replaced_in_one_change(kvault: Kvault) -> None:
    file = new_password(kvault)
    words = ["--with", "password", "--new-password-file", file, "--name", "New one"]
    kvault.ok("slot", "replace", "Password", *words)
    assert kvault.run("ls").code == 4
    assert kvault.bare("ls", "--password-file", file).code == 0


def test_a_browse_only_way_in_lists_and_reads_nothing(kvault: Kvault) -> None:
    file = new_password(kvault)
    kvault.ok("slot", "add", "Guest", "--with", "password", "--new-password-file", file, "--browse-only")
    assert kvault.bare("ls", "--password-file", file).code == 0
    assert kvault.bare("read", "kv://work/github/password", "--password-file", file).code == 6


def test_keys_are_exchanged_and_every_way_in_still_opens(kvault: Kvault, made: tuple[Path, str]) -> None:
    code = kvault.home / "code"
    code.write_text(made[1])
    for key in ("user-key", "vault-key"):
        done = kvault.run("slot", "rotate", key, "--json")
        if done.code:  # a way in of the copied vault has never been used
            assert done.error["error"] == "ways-not-carried"
            kvault.ok("slot", "rotate", key, "--sure")
        assert kvault.run("read", "kv://work/github/password").code == 0
        assert kvault.bare("ls", "--recovery-code-file", str(code)).code == 0


def test_what_a_loss_would_end_is_said(kvault: Kvault) -> None:
    found = {loss["thing"]: loss for loss in kvault.ok("slot", "losses", "--json").json}
    assert found["The password"]["lost"] == [slots(kvault)["Password"]["id"]]
    assert "Recovery code" in found["The password"]["words"]


def test_what_the_header_says_needs_no_password(kvault: Kvault) -> None:
    found = kvault.bare("slot", "list", "--locked", "--json").json
    assert [slot["label"] for slot in found["slots"]] == ["Password", "Recovery code"]
    assert found["slots"][0]["state"]["ready"]
    assert "Ready" in kvault.bare("slot", "list", "--locked").text


def test_methods_and_tokens_need_no_vault(kvault: Kvault) -> None:
    nowhere = {"KVAULT_VAULT": str(kvault.home / "nowhere")}
    methods = {each["method"]: each["ready"] for each in kvault.bare("slot", "methods", "--json", env=nowhere).json}
    assert methods["password"]
    assert set(methods) >= {"fido2", "tpm", "shares"}
    done = kvault.bare("slot", "tokens", "--json", env=nowhere | {"PCSCLITE_CSOCK_NAME": "/nowhere"})
    assert done.code in {0, 1}, done.err


def test_quick_unlock_that_was_never_set_up_says_so_and_is_forgotten_without_a_word(kvault: Kvault) -> None:
    state = kvault.bare("slot", "quick", "state", "--json").json
    assert not state["ready"]
    assert kvault.bare("slot", "quick", "forget").code == 0


def test_a_person_is_asked_before_a_way_in_goes(kvault: Kvault) -> None:
    file = new_password(kvault)
    kvault.ok("slot", "add", "Guest", "--with", "password", "--new-password-file", file)
    for answer, code in ((b"n\n", 1), (b"y\n", 0)):
        terminal = Terminal(kvault, "slot", "remove", "Guest", "--password-file", str(kvault.password))
        terminal.expect("Remove the way in “Guest”? [y/N] ".encode())
        terminal.type(answer)
        assert terminal.end() == code
    assert "Guest" not in slots(kvault)


def test_on_a_terminal_the_new_code_is_shown_once_and_the_new_password_asked_twice(kvault: Kvault) -> None:
    words = ["slot", "add", "Paper", "--with", "password", "--with", "recovery-code"]
    terminal = Terminal(kvault, *words, "--password-file", str(kvault.password))
    for prompt in ("New password for “Paper”: ", "New password for “Paper” again: "):
        terminal.expect(prompt.encode())
        terminal.type(b"a long new password\n")
    assert terminal.end() == 0
    assert re.search(rb"shown only now\):\r\n(\w{4}-){8}\w{4}", terminal.seen)
    assert b"a long new password" not in terminal.seen
