"""Key files: kvault's own, other programs', and what is no key file."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvault_gui.engine.api import AskFile, Given, Method, NewFactor, Secret
from kvault_gui.engine.errors import (
    DiskFullError,
    HeaderDamagedError,
    InvalidInputError,
    KeyFileDamagedError,
    KeyFileError,
)
from kvault_gui.engine.unlock.key_file import LARGEST, KeyFile
from kvault_gui.engine.vault import key_files
from kvault_gui.engine.vault.key_files import Form
from kvault_gui.engine.vault.methods import Desk
from tests.engine.unlock.contract import VAULT, MethodContract, Person
from tests.engine.unlock.script import ScriptedPrompter

if TYPE_CHECKING:
    from pathlib import Path

    from kvault_gui.engine.api import Question

KEY = bytes(range(32))


class TestContract(MethodContract):
    method = KeyFile()
    module = "kvault_gui.engine.unlock.key_file"
    alone = False

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path
        self.count = 0
        self.path = ""

    def mine(self) -> Person:
        """A new file at each enrolment, the newest at each unlock."""
        self.path = str(self.folder / f"key {self.count}")
        wanted = NewFactor(Method.KEY_FILE, file=self.path, make=True)
        newest = str(self.folder / f"key {self.count - 1}") if self.count else self.path
        return Person(wanted, given=Given(Method.KEY_FILE, file=newest))

    def enrolled(self, made: object) -> None:
        del made
        self.count += 1

    def other(self) -> Person:
        path = self.folder / "another"
        path.unlink(missing_ok=True)
        key_files.make(str(path))
        return Person(NewFactor(Method.KEY_FILE, file=str(path)), given=Given(Method.KEY_FILE, file=str(path)))


def desk(answer: str | None = None, file: str = "") -> Desk:
    prompter = ScriptedPrompter({AskFile: answer} if answer is not None else ())
    return Desk(prompter, VAULT, "Personal", "Key", 0, Given(Method.KEY_FILE, file=file) if file else None)


def test_a_new_key_file_is_its_owner_s_alone_and_names_itself(tmp_path: Path) -> None:
    path = tmp_path / "my key"
    made = KeyFile().enrol(NewFactor(Method.KEY_FILE, file=str(path), make=True), desk())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().startswith("kvault key file 1\n")
    assert made.params == {"form": "kvault"}
    assert str(path) in made.notes[0]


def test_a_new_key_file_never_replaces_anything(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"something of value")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("key", "link"):
        with pytest.raises(KeyFileError, match="already"):
            key_files.make(str(tmp_path / name))
    assert path.read_bytes() == b"something of value"
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(KeyFileError, match="cannot be written"):
        key_files.make(str(tmp_path / "no folder" / "key"))


def test_a_full_disk_leaves_no_half_key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFullError):
        key_files.make(str(tmp_path / "key"))
    assert list(tmp_path.iterdir()) == []


def test_a_new_one_needs_a_place(tmp_path: Path) -> None:
    del tmp_path
    with pytest.raises(InvalidInputError):
        KeyFile().enrol(NewFactor(Method.KEY_FILE, make=True), desk())


def test_the_path_is_asked_for_and_may_have_any_bytes(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff key")
    key_files.make(path)

    class Asked(ScriptedPrompter):
        def ask(self, question: Question) -> Secret:
            assert isinstance(question, AskFile)
            return Secret(bytearray(os.fsencode(path)))

    prompter = Asked()
    asked = KeyFile().unlock({"form": "kvault"}, Desk(prompter, VAULT, "Personal", "Key"))
    assert asked == KeyFile().unlock({"form": "kvault"}, desk(file=path))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.lower(),
        lambda text: text.rstrip(),
        lambda text: text.replace(b" ", b"  ", 9).replace(b"kvault  key  file  1", b"kvault key file 1"),
    ],
)
def test_what_editors_and_mail_do_to_text_does_not_matter(change: object) -> None:
    assert callable(change)
    assert key_files.parse(change(key_files.text(KEY)), "key").key == KEY


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_key_file_of_ours_gives_an_error_or_the_same_key(place: int, mask: int) -> None:
    content = bytearray(key_files.text(KEY))
    content[place % len(content)] ^= mask
    try:
        found = key_files.parse(bytes(content), "key")
    except KeyFileDamagedError:
        return
    # Case and white space; or the name itself is gone, and it is any other file.
    assert found.key == KEY or found.form is Form.OTHER


@given(st.integers(0, 200))
def test_a_cut_key_file_of_ours_is_damaged(size: int) -> None:
    whole = key_files.text(KEY).rstrip()
    if len(b"kvault key file") <= size < len(whole):
        with pytest.raises(KeyFileDamagedError):
            key_files.parse(whole[:size], "key")


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda rest: b"kvault key file 1\n" + rest))
def test_any_bytes_are_a_key_or_an_error_in_words(content: bytes) -> None:
    try:
        found = key_files.parse(content, "key")
    except KeyFileDamagedError as error:
        said = str(error)
        found = None
    if found is None:
        assert said.startswith("The key file key is damaged: it ")
        return
    assert len(found.key) == 32
    assert found.key.hex() not in repr(found)


def test_a_file_of_another_program_is_taken_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"picture" * 1000)
    made = KeyFile().enrol(NewFactor(Method.KEY_FILE, file=str(path)), desk())
    assert any("changes that file" in note for note in made.notes)
    assert "changes that file" in KeyFile().strength(made.params)
    assert KeyFile().unlock(made.params, desk(file=str(path))) == made.output
    path.write_bytes(b"picture" * 1001)
    assert KeyFile().unlock(made.params, desk(file=str(path))) != made.output


def test_what_is_too_short_or_too_large_is_no_key_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"hunter2\n")
    with pytest.raises(KeyFileError, match="too short"):
        KeyFile().enrol(NewFactor(Method.KEY_FILE, file=str(path)), desk())
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(KeyFileError, match="larger than 64 MiB"):
        KeyFile().enrol(NewFactor(Method.KEY_FILE, file=str(path)), desk())
    with path.open("r+b") as file:
        file.truncate(LARGEST)
    assert KeyFile().enrol(NewFactor(Method.KEY_FILE, file=str(path)), desk()).output


@pytest.mark.parametrize("name", ["absent", "pipe", ".", "\0"])
def test_what_is_no_ordinary_file_is_refused_without_waiting(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(KeyFileError):
        KeyFile().unlock({"form": "kvault"}, desk(file=f"{tmp_path}/{name}"))


def test_an_unknown_form_in_the_header_is_damage() -> None:
    with pytest.raises(HeaderDamagedError):
        KeyFile().unlock({"form": "x"}, desk())


def test_the_header_tells_nothing_of_the_content(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(KEY)
    second.write_bytes(hashlib.sha256(KEY).digest())
    made = [KeyFile().enrol(NewFactor(Method.KEY_FILE, file=str(path)), desk()) for path in (first, second)]
    assert made[0].params == made[1].params == {"form": "raw"}
