"""The ring of failed unlocks never keeps anybody out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import Attempt
from kvault_gui.engine.store import attempts

if TYPE_CHECKING:
    from pathlib import Path


def test_the_last_64_are_kept_until_a_success(tmp_path: Path) -> None:
    for number in range(70):
        attempts.add(tmp_path, Attempt(float(number), "password", "kvault (window)"))
    assert [attempt.time for attempt in attempts.read(tmp_path)] == [float(n) for n in range(6, 70)]
    attempts.clear(tmp_path)
    assert attempts.read(tmp_path) == []


@pytest.mark.parametrize(
    "data", [b"", b"[", b"[" * 50_000, b"\xff\xfe", b'{"a":1}', b'[{"time":"x"}]', b"x" * (70 << 10)]
)
def test_an_unreadable_ring_is_empty_and_is_written_anew(tmp_path: Path, data: bytes) -> None:
    (tmp_path / attempts.NAME).write_bytes(data)
    assert attempts.read(tmp_path) == []
    attempts.add(tmp_path, Attempt(1.0, "password", "x"))
    assert len(attempts.read(tmp_path)) == 1


def test_what_others_wrote_into_it_cannot_pose_as_something_else(tmp_path: Path) -> None:
    attempts.add(tmp_path, Attempt(1.0, "<b>password</b>\u202e", "line\nbreak\x1b[31m" + "x" * 500))
    (attempt,) = attempts.read(tmp_path)
    assert attempt.method == "bpassword/b"
    assert "\n" not in attempt.program
    assert "\x1b" not in attempt.program
    assert len(attempt.program) == 200


def test_a_folder_that_cannot_be_written_is_no_hindrance(tmp_path: Path) -> None:
    attempts.add(tmp_path / "nowhere", Attempt(1.0, "password", "x"))
    attempts.clear(tmp_path / "nowhere")
    assert attempts.read(tmp_path / "nowhere") == []
