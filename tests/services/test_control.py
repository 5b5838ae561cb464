"""The control socket, between real processes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvault_gui.engine.errors import FolderPermissionError
from kvault_gui.services.control import client, protocol, server
from kvault_gui.services.control.protocol import Peer, ProtocolError, Request, SilentError
from kvault_gui.services.control.server import AlreadyRunningError, ControlServer, Hooks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

REPLY = """
import sys
from kvault_gui.services.control import client
from kvault_gui.engine.errors import KvaultError
from pathlib import Path
path = Path(sys.argv[2])
try:
    print(getattr(client, sys.argv[1])(*sys.argv[3:], path=path))
except KvaultError as error:
    print(error.code, error)
"""


class Application:
    """What the window would do, written down."""

    def __init__(self) -> None:
        self.locked = False
        self.events: list[str] = []
        self.asked: list[tuple[str, Peer, Request | None]] = []

    def hooks(self) -> Hooks:
        return Hooks(
            show=lambda: self.events.append("show"),
            lock=self.lock,
            locked=lambda: self.locked,
            on_request=lambda kind, peer, request: self.asked.append((kind, peer, request)),
        )

    def lock(self) -> None:
        self.events.append("lock")
        self.locked = True


@contextlib.asynccontextmanager
async def running(path: Path) -> AsyncIterator[Application]:
    application = Application()
    control = ControlServer(application.hooks(), path)
    await control.start()
    try:
        yield application
    finally:
        await control.stop()


async def other_program(*words: str) -> str:
    """What the client says in a process of its own."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", REPLY, *words, stdout=subprocess.PIPE)
    out, _ = await asyncio.wait_for(process.communicate(), 30)
    return out.decode().strip()


def story(path: Path, act: Callable[[Application], Awaitable[None]]) -> None:
    async def play() -> None:
        async with running(path) as application:
            await act(application)

    asyncio.run(play())


def test_the_status_tells_locked_or_not_and_the_process_and_nothing_else(tmp_path: Path) -> None:
    async def act(application: Application) -> None:
        assert await other_program("status", str(tmp_path / "s")) == f"State(locked=False, pid={os.getpid()})"
        application.locked = True
        assert await other_program("status", str(tmp_path / "s")) == f"State(locked=True, pid={os.getpid()})"

    story(tmp_path / "s", act)


def test_a_second_start_raises_the_window(tmp_path: Path) -> None:
    async def act(application: Application) -> None:
        assert await other_program("show", str(tmp_path / "s")) == "True"
        assert application.events == ["show"]
        with pytest.raises(AlreadyRunningError):
            await ControlServer(application.hooks(), tmp_path / "s").start()

    story(tmp_path / "s", act)


def test_lock_returns_once_it_is_locked_and_says_when_there_was_nothing_to_lock(tmp_path: Path) -> None:
    async def act(application: Application) -> None:
        assert await other_program("lock", str(tmp_path / "s")) == "True"
        assert application.events == ["lock"]
        assert await other_program("lock", str(tmp_path / "s")) == "False"
        assert application.events == ["lock", "lock"]  # also then: an unlock that is under way ends by it

    story(tmp_path / "s", act)


def test_a_request_is_refused_and_told_to_the_application_with_the_process(tmp_path: Path) -> None:
    async def act(application: Application) -> None:
        said = await other_program("request", str(tmp_path / "s"), "read values", "work/github")
        assert said.startswith("not-permitted A program without the owner's password (process ")
        assert "may not read values" in said
        ((kind, peer, request),) = application.asked
        assert kind == "request"
        assert peer.uid == os.getuid()
        assert Path(peer.program).name.startswith("python")
        assert f"(process {peer.pid})" in said
        assert request == Request("read values", "work/github")

    story(tmp_path / "s", act)


def test_without_an_application_every_question_says_so(tmp_path: Path) -> None:
    path = tmp_path / "none"
    assert client.status(path) is None
    assert client.show(path) is False
    assert client.lock(path) is False
    client.request("read values", "x", path)


def test_a_socket_left_over_from_a_killed_program_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    assert client.status(path) is None

    async def act(_application: Application) -> None:
        assert path.stat().st_mode & 0o777 == 0o600
        assert "locked=False" in await other_program("status", str(path))

    story(path, act)
    assert not path.exists()


def test_the_listening_socket_outlives_the_process_image(tmp_path: Path) -> None:
    """Stop serving, keep the descriptor, serve again: a client that came in between is answered."""
    path = tmp_path / "s"
    listening = server.listen(path)

    async def play() -> None:
        waiting = asyncio.create_task(other_program("status", str(path)))
        control = ControlServer(Application().hooks())
        await control.start(os.dup(listening.fileno()))
        assert f"pid={os.getpid()}" in await waiting
        assert control.listening.getsockname() == str(path)
        assert not control.listening.get_inheritable()
        await control.stop()

    asyncio.run(play())
    listening.close()


def test_slow_and_silent_clients_lose_their_connection_and_hold_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SECONDS", 1.0)
    path = tmp_path / "s"

    async def act(_application: Application) -> None:
        slow = [await asyncio.open_unix_connection(str(path)) for _ in range(10)]
        for _, writer in slow[:5]:
            writer.write(b"\x00\x00")
        assert "locked=False" in await other_program("status", str(path))
        for reader, writer in slow:
            assert await asyncio.wait_for(reader.read(), 10) == b""
            writer.close()

    story(path, act)


def test_more_connections_than_allowed_are_closed_at_once(tmp_path: Path) -> None:
    path = tmp_path / "s"

    async def act(_application: Application) -> None:
        many = [await asyncio.open_unix_connection(str(path)) for _ in range(server.MAX_CONNECTIONS)]
        reader, writer = await asyncio.open_unix_connection(str(path))
        assert await asyncio.wait_for(reader.read(), 10) == b""
        for _, other in [*many, (reader, writer)]:
            other.close()

    story(path, act)


@pytest.mark.parametrize(
    "frame",
    [
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x00",
        b"\x00\x00\x00\x01\xc1",
        protocol.encode(protocol.Done()),
        protocol.encode(Request("a" * 200)),
        protocol.encode(Request("a", "b" * 2000)),
    ],
)
def test_what_is_no_request_is_not_answered_and_does_nothing(tmp_path: Path, frame: bytes) -> None:
    path = tmp_path / "s"

    async def act(application: Application) -> None:
        reader, writer = await asyncio.open_unix_connection(str(path))
        writer.write(frame)
        assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.close()
        assert not application.events
        assert not application.asked
        assert "locked=False" in await other_program("status", str(path))

    story(path, act)


def test_another_user_is_not_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s"
    real = protocol.peer_of
    monkeypatch.setattr(server, "peer_of", lambda sock: msgspec.structs.replace(real(sock), uid=os.getuid() + 1))

    async def act(application: Application) -> None:
        assert (await other_program("status", str(path))).startswith("control-")
        assert application.asked == []

    story(path, act)


def test_the_client_gives_up_on_a_program_that_never_answers(tmp_path: Path) -> None:
    listening = server.listen(tmp_path / "s")
    with listening, pytest.raises(SilentError):
        client.ask(protocol.Status(), tmp_path / "s", seconds=0.1)


def full_queue(path: Path) -> tuple[socket.socket, list[socket.socket]]:
    """A listening socket whose queue holds no more."""
    listening, waiting = socket.socket(socket.AF_UNIX), []
    listening.bind(str(path))
    listening.listen(0)
    with contextlib.suppress(BlockingIOError):
        while True:
            waiting.append(socket.socket(socket.AF_UNIX))
            waiting[-1].settimeout(0)
            waiting[-1].connect(str(path))
    return listening, waiting


def test_a_full_queue_means_that_kvault_runs_already(tmp_path: Path) -> None:
    listening, waiting = full_queue(tmp_path / "socket")
    with pytest.raises(AlreadyRunningError):
        server.listen(tmp_path / "socket")
    for each in (listening, *waiting):
        each.close()


def test_a_full_queue_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listening, waiting = full_queue(tmp_path / "socket")
    waited = threading.Event()
    monkeypatch.setattr("kvault_gui.services.control.client.time.sleep", lambda _: waited.set())

    def serve() -> None:
        waited.wait(20)
        for each in waiting:
            each.close()
        while True:
            accepted, _ = listening.accept()
            with accepted:
                if accepted.recv(100):
                    accepted.sendall(protocol.encode(protocol.State(locked=True, pid=1)))
                    return

    serving = threading.Thread(target=serve)
    serving.start()
    assert client.status(tmp_path / "socket") == protocol.State(locked=True, pid=1)
    serving.join()
    listening.close()


def test_a_forged_answer_is_a_protocol_error(tmp_path: Path) -> None:
    path = tmp_path / "s"
    for answer in (b"", b"\x00\x00\x00\x01\xc1", protocol.encode(protocol.Refused("no-such-code", {}))):
        with server.listen(path) as listening:
            asking = subprocess.Popen([sys.executable, "-c", REPLY, "status", str(path)], stdout=subprocess.PIPE)
            connection, _ = listening.accept()
            with connection:
                connection.recv(100)
                connection.sendall(answer)
            assert asking.communicate(timeout=30)[0].startswith(b"control-protocol")


def test_the_refusal_of_a_known_error_arrives_as_that_error(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with server.listen(path) as listening:
        asking = subprocess.Popen(
            [sys.executable, "-c", REPLY, "request", str(path), "read values"], stdout=subprocess.PIPE
        )
        connection, _ = listening.accept()
        with connection:
            connection.recv(100)
            connection.sendall(protocol.encode(protocol.Refused("not-permitted", {"who": "You", "act": "look"})))
        assert asking.communicate(timeout=30)[0].strip() == b"not-permitted You may not look"


def test_the_socket_lies_in_a_private_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert protocol.socket_path() == tmp_path / "kvault" / "control.sock"
    assert (tmp_path / "kvault").stat().st_mode & 0o777 == 0o700
    (tmp_path / "kvault").chmod(0o755)
    with pytest.raises(FolderPermissionError):
        protocol.socket_path()


def test_without_a_runtime_folder_a_private_one_in_the_cache_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if Path(f"/run/user/{os.getuid()}").is_dir():
        pytest.skip("this user has a folder in /run/user")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert protocol.socket_path() == tmp_path / "kvault" / "run" / "control.sock"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_request_or_a_protocol_error(body: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        protocol.decode_question(body)
    with contextlib.suppress(ProtocolError):
        protocol.decode_reply(body)
