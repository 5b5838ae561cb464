"""Words that no keyboard types: other encodings, endless numbers, values that would drive a terminal."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.command import Kvault

LATIN = os.fsdecode(b"work/caf\xe9")
DRIVING = "\x9b31m\u202ereversed\U000e0041\x7f ünï 日本"


@pytest.mark.parametrize("words", [("get", LATIN), ("read", f"kv://{LATIN}/password"), ("import", "--undo", LATIN)])
def test_a_name_in_another_encoding_is_not_found_in_json_too(kvault: Kvault, words: tuple[str, ...]) -> None:
    done = kvault.run("--json", *words)
    assert done.code == 3
    assert "caf\\udce9" in done.error["what"]


@pytest.mark.parametrize("command", [("ls", "--limit"), ("ls", "--password-fd"), ("import", "x.csv", "--map")])
def test_a_number_that_does_not_end_is_a_usage_error_and_not_repeated(kvault: Kvault, command: tuple[str, ...]) -> None:
    (kvault.home / "x.csv").write_text("a,b\n")
    words = [str(kvault.home / word) if word == "x.csv" else word for word in command]
    done = kvault.bare(*words, ("title=" if "--map" in words else "") + "9" * 5_000)
    assert done.code == 2
    assert "999" not in done.err


def test_a_separator_in_another_encoding_is_refused_in_words(kvault: Kvault) -> None:
    done = kvault.bare("--json", "generate", "--words", "3", "--separator", os.fsdecode(b"\xff"))
    assert done.error["error"] == "invalid-input"


def test_json_holds_values_as_stored_and_cannot_drive_a_terminal(kvault: Kvault) -> None:
    kvault.ok("put", "work/odd", "--field", f"username={DRIVING}")
    for words in (("ls", "--json"), ("get", "work/odd", "--json"), ("read", "kv://work/odd/username", "--json")):
        printed = kvault.ok(*words).text
        assert DRIVING in json.dumps(json.loads(printed), ensure_ascii=False)
        assert not set("\x9b\u202e\U000e0041\x7f") & set(printed)
        assert "ünï 日本" in printed


def test_an_audit_export_says_that_something_is_there_already(kvault: Kvault, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.symlink_to(tmp_path / "nowhere")
    done = kvault.run("--json", "audit", "export", str(there))
    assert done.error["error"] == "invalid-input"
    assert "already something" in done.error["what"]
    assert not (tmp_path / "nowhere").exists()
