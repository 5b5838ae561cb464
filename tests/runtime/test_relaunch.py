"""The application replaces itself: same process, same sockets, nothing else."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kvault_gui.runtime import relaunch

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = Path(__file__).with_name("sample_relaunch.py")


class Application:
    """The sample program, and what its images tell."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def tell(self, command: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()

    def told(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        found = json.loads(self._process.stdout.readline())
        assert isinstance(found, dict)
        return found


@contextlib.contextmanager
def application(path: Path) -> Iterator[Application]:
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(path), "--other"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        made = Application(process)
        yield made
        made.tell("stop")
    assert process.returncode == 0


def test_the_process_and_its_listening_socket_stay(tmp_path: Path) -> None:
    with application(tmp_path / "control") as made:
        first = made.told()
        assert (first["state"], first["sockets"]) == ({}, [])
        for image in range(1, 4):
            made.tell("again")
            again = made.told()
            assert again["pid"] == first["pid"]
            assert again["state"] == {"image": image}
            assert again["sockets"] == ["control"]
            assert again["arguments"] == first["arguments"] == [str(tmp_path / "control"), "--other"]


def test_who_connects_meanwhile_is_served_by_the_next_image(tmp_path: Path) -> None:
    with application(tmp_path / "control") as made, socket.socket(socket.AF_UNIX) as client:
        made.told()
        client.settimeout(30)
        client.connect(str(tmp_path / "control"))  # waits in the queue: this image does not accept
        made.tell("again")
        made.told()
        made.tell("accept")
        assert client.recv(100) == b"image 1"


def test_nothing_grows_from_image_to_image(tmp_path: Path) -> None:
    with application(tmp_path / "control") as made:
        first = made.told()
        assert first["held"] == ["socket"]
        images = []
        for _ in range(3):
            made.tell("again")
            images.append(made.told())
        for each in images:
            assert each["environment"] == first["environment"]
            assert each["at start"] == ["/memfd", "socket"], "more than the socket and the state was left open"
            assert each["held"] == ["socket"], "the state was not closed"
            assert each["blocked"] == 0
            assert not each["inheritable"], "programs that the application starts would get the socket"
            assert each["words"] == first["words"] + 4


def test_when_the_program_cannot_be_started_again_this_image_goes_on(tmp_path: Path) -> None:
    with application(tmp_path / "control") as made:
        made.told()
        made.tell("fail")
        assert made.told() == {"held": ["socket"], "inheritable": False}


def test_a_descriptor_that_is_no_listening_socket_is_not_taken_over(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, (tmp_path / "file").open("w") as file:
        words = ["a", "--inherit", f"x={file.fileno()}", "--inherit", f"y={ours.fileno()}", "--inherit", "z=99999"]
        others, inherited = relaunch.inherit([*words, "--inherit", "z=1", "--inherit", "junk", "b", "--inherit"])
        assert others == ["a", "b"]
        assert inherited.sockets == {}
        theirs.sendall(b"still open")
        assert ours.recv(20) == b"still open"


def test_a_state_that_cannot_be_read_is_no_state(tmp_path: Path) -> None:
    for content in (b"junk", b"[1]", b"\xff", b""):
        (tmp_path / "state").write_bytes(content)
        descriptor = os.open(tmp_path / "state", os.O_RDONLY)
        assert relaunch.inherit(["--inherit", f"state={descriptor}"])[1].state == {}
    assert relaunch.inherit(["--inherit", "state=99999"])[1].state == {}


def test_only_plain_values_come_out_of_a_state(tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(b'{"a": 1, "b": "x", "c": null, "d": [1], "e": {"f": 1}, "g": true, "h": 1.5}')
    descriptor = os.open(tmp_path / "state", os.O_RDONLY)
    found = relaunch.inherit(["--inherit", f"state={descriptor}"])[1].state
    assert found == {"a": 1, "b": "x", "c": None, "g": True, "h": 1.5}


def test_names_and_states_that_would_not_come_through_are_refused() -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        for name in ("state", "a=b"):
            with pytest.raises(ValueError, match="name"):
                relaunch.relaunch({name: sock}, {})
    with pytest.raises(ValueError, match="too large"):
        relaunch.relaunch({}, {"a": "x" * relaunch.LARGEST_STATE})
