"""The engine process: what it knows, what others may do with it, and when it ends."""

from __future__ import annotations

import asyncio
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import kvault_gui
from kvault_gui.engine.errors import EngineGoneError, InternalError
from kvault_gui.runtime import frames, shapes
from kvault_gui.runtime.client import EngineClient
from kvault_gui.runtime.spawn import Spawned, spawn
from tests.runtime.border import PROGRAM, Border, border

LIMIT = 2.0  # seconds
TREE = Path(kvault_gui.__file__).parent
PARENT = """
import sys
from kvault_gui.runtime.spawn import spawn
spawned = spawn("test", program=sys.argv[1])
spawned.socket.recv(1)  # it is ready
print(spawned.process.pid, flush=True)
sys.stdin.read()
"""


def ends(pid: int, seconds: float = LIMIT) -> bool:
    """Whether the process, child of whomever, ends in time."""
    descriptor = os.pidfd_open(pid)
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


def receive(spawned: Spawned) -> frames.ToWindow:
    """The next frame, read without a client."""
    spawned.socket.settimeout(30)
    assembler = frames.Assembler()
    body = None
    while body is None:
        body = assembler.took(spawned.socket.recv_into(assembler.room()))
    return frames.read_for_window(body)


def facts() -> dict[str, str]:
    async def run() -> dict[str, str]:
        async with border() as made:
            return {each.id: each.label for each in await made.client.slots.all()}

    return asyncio.run(run())


def test_the_process_is_closed_to_others_before_it_says_ready() -> None:
    known = facts()
    assert known["dumpable"] == "0"
    assert known["core"] == "(0, 0)"
    assert known["dies with parent by"] == str(int(signal.SIGKILL))


def test_the_process_is_isolated_from_its_surroundings() -> None:
    known = facts()
    assert known["isolated"] == "1"
    assert known["utf8"] == "1"
    assert known["folder"] == "/"
    assert known["umask"] == "0o77"
    assert known["standard input"] == "b''", "the socket can be read by mistake"
    assert known["group leader"] == "True", "Ctrl+C in the terminal would reach the engine"


def test_the_process_knows_nothing_of_the_environment_but_where_things_lie(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    services = {
        "XDG_RUNTIME_DIR": "/run/user/1",
        "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere",
        "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere/else",
        "PCSCLITE_CSOCK_NAME": "/nowhere/pcscd.comm",
        "TPM2TOOLS_TCTI": "swtpm:host=localhost,port=1",
        "SOFTHSM2_CONF": "/nowhere/softhsm2.conf",
    }
    for name, value in services.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("KVAULT_TEST_PASSWORD", "hunter2")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("LD_PRELOAD", "")
    spawned = spawn("test", program=PROGRAM)
    try:
        assert isinstance(receive(spawned), frames.Ready)
        told = Path(f"/proc/{spawned.process.pid}/environ").read_bytes().split(b"\0")
        names = {each.partition(b"=")[0].decode() for each in told if each}
        folders = {"HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"}
        assert names <= {"PATH", "LANG", "TZ"} | folders | set(services)
        for name, value in {"HOME": str(tmp_path), **services}.items():
            assert f"{name}={value}".encode() in told
    finally:
        spawned.discard()


def test_the_command_line_holds_the_program_and_the_place_alone() -> None:
    spawned = spawn("window", program=PROGRAM)
    try:
        assert isinstance(receive(spawned), frames.Ready)
        words = Path(f"/proc/{spawned.process.pid}/cmdline").read_bytes().decode().rstrip("\0").split("\0")
        assert words == [sys.executable, "-I", "-X", "utf8", PROGRAM, "window"]
        assert Path(words[0]).is_absolute()
        assert Path(words[4]).is_absolute()
    finally:
        spawned.discard()


def test_the_process_inherits_no_descriptor_but_its_socket(tmp_path: Path) -> None:
    with (tmp_path / "open").open("w") as file:
        os.set_inheritable(file.fileno(), True)  # noqa: FBT003 the standard library's signature
        spawned = spawn("test", program=PROGRAM)
        try:
            assert isinstance(receive(spawned), frames.Ready)
            folder = Path(f"/proc/{spawned.process.pid}/fd")
            held = {int(each.name): str(each.readlink()) for each in folder.iterdir()}
            assert [held.pop(number) for number in (0, 1, 2)] == [os.devnull] * 3
            assert [each.split(":")[0] for each in held.values()] == ["socket"], held
        finally:
            spawned.discard()


def test_the_engine_ends_when_its_parent_is_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=TREE.parent
    )
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        descriptor = os.pidfd_open(pid)
        parent.kill()
        assert select.select([descriptor], [], [], LIMIT)[0], "the engine outlived its window"
        os.close(descriptor)


@pytest.mark.parametrize("name", ["tools.selftest", "secrets.move"])
def test_the_engine_ends_when_its_socket_closes_whatever_it_does(name: str) -> None:
    arguments = {"tools.selftest": (), "secrets.move": ([1], "asks and waits")}
    spawned = spawn("test", program=PROGRAM)
    try:
        assert isinstance(receive(spawned), frames.Ready)
        spawned.socket.sendall(frames.pack_call(1, name, shapes.shape(name).arguments(*arguments[name])))
        spawned.socket.close()
        assert ends(spawned.process.pid)
        assert spawned.process.wait() == 0
    finally:
        spawned.discard()


def test_half_a_frame_and_then_nothing_ends_the_engine() -> None:
    spawned = spawn("test", program=PROGRAM)
    try:
        assert isinstance(receive(spawned), frames.Ready)
        spawned.socket.sendall(frames.pack(frames.Cancel(1))[:-1])
        spawned.socket.shutdown(socket.SHUT_WR)
        assert ends(spawned.process.pid)
    finally:
        spawned.discard()


@pytest.mark.parametrize("body", [b"\xc1", b"\x92\x01\xa1x", b"\x93\x03\x01\xc0", b"\x94\x00\x01\xa1m\xc0\xc0"])
def test_a_bad_frame_ends_the_engine(body: bytes) -> None:
    spawned = spawn("test", program=PROGRAM)
    try:
        assert isinstance(receive(spawned), frames.Ready)
        spawned.socket.sendall(len(body).to_bytes(4, "big") + body)
        assert ends(spawned.process.pid)
        assert spawned.process.wait() != 0
    finally:
        spawned.discard()


def copy_of_the_package(folder: Path) -> Path:
    """The package elsewhere, of another version and with a facade that is there; its start program."""
    package = folder / "kvault_gui"
    shutil.copytree(TREE / "runtime", package / "runtime")
    (package / "engine").mkdir()
    for name in ("__init__.py", "api.py"):
        shutil.copy(TREE / "engine" / name, package / "engine" / name)
    shutil.copytree(TREE / "engine" / "errors", package / "engine" / "errors")
    (package / "__init__.py").write_text('__version__ = "another"\n')
    (package / "engine" / "facade.py").write_text(
        "class Engine:\n    def __init__(self, *_): ...\n    def idle(self): return None\n"
    )
    return package / "runtime" / "start_child.py"


def test_the_engine_is_that_of_the_program_and_hides_no_library(tmp_path: Path) -> None:
    program = copy_of_the_package(tmp_path)
    for name in ("ctypes", "queue", "msgspec"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(3)\n")
    spawned = spawn("test", program=str(program))
    try:
        assert receive(spawned) == frames.Ready("another")
    finally:
        spawned.discard()


def test_an_engine_of_another_version_is_not_used(tmp_path: Path) -> None:
    program = copy_of_the_package(tmp_path)

    async def run() -> None:
        with pytest.raises(InternalError) as caught:
            await EngineClient.attach(spawn("test", program=str(program)), Border(None))
        assert caught.value.fields == {"kind": "engine of version another"}

    asyncio.run(run())


def test_a_process_that_was_discarded_is_gone() -> None:
    spawned = spawn("test", program=PROGRAM)
    spawned.discard()
    assert spawned.process.returncode == -signal.SIGKILL

    async def run() -> None:
        with pytest.raises((EngineGoneError, OSError)):
            await EngineClient.attach(spawned, Border(None))

    asyncio.run(run())


def test_starting_an_engine_needs_neither_asyncio_nor_msgspec() -> None:
    code = (
        "import sys; before = set(sys.modules)\n"
        "from kvault_gui.runtime import hardening, relaunch, spawn\n"
        "print(*set(sys.modules) - before)"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=TREE.parent, check=True, capture_output=True, text=True
    ).stdout.split()
    assert not {"asyncio", "msgspec", "dataclasses", "inspect", "json"} & set(found), found
