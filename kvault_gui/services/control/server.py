"""The application's end of the control socket. asyncio; works on any loop."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kvault_gui.engine.errors import FolderPermissionError, KvaultError, NotPermittedError

from .protocol import (
    SECONDS,
    Done,
    Lock,
    Peer,
    ProtocolError,
    Question,
    Refused,
    Reply,
    Request,
    Show,
    State,
    Status,
    body_size,
    decode_question,
    encode,
    peer_of,
    socket_path,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAX_CONNECTIONS = 32
BACKLOG = 16
Kind = Literal["show", "status", "lock", "request"]


class AlreadyRunningError(KvaultError):
    """Another kvault of this user listens already."""

    code = "already-running"
    what = "kvault is already running"
    advice = "Use its window."


@dataclass(frozen=True)
class Hooks:
    """What the application does when it is asked.

    ``show`` and ``lock`` begin their act and return at once; ``locked`` tells the state. ``on_request`` is told of each
    question before it is answered (for the audit log and the screen); ``request`` is there for kind "request" alone.
    """

    show: Callable[[], None]
    lock: Callable[[], None]
    locked: Callable[[], bool]
    on_request: Callable[[Kind, Peer, Request | None], None]


class ControlServer:
    """Listens on the control socket.

    Args:
        hooks: the application's acts.
        path: the socket; by default the user's own (protocol.socket_path).
    """

    def __init__(self, hooks: Hooks, path: Path | None = None) -> None:
        self._hooks = hooks
        self._path = path
        self._server: asyncio.Server | None = None
        self._socket: socket.socket | None = None
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def listening(self) -> socket.socket:
        """The listening socket, to be kept over a replacement of the process. Raises RuntimeError before ``start``."""
        if self._socket is None:
            raise RuntimeError("not started")
        return self._socket

    async def start(self, kept: socket.socket | int | None = None) -> None:
        """Listen, on a socket that listens already (an object or a descriptor) or on a new one.

        Raises AlreadyRunningError when another program answers there, FolderPermissionError.
        """
        if isinstance(kept, int):
            kept = socket.socket(fileno=kept)
        listening = kept or listen(self._path or socket_path())
        listening.settimeout(0)
        listening.set_inheritable(False)
        self._socket = listening
        # Not start_unix_server: from Python 3.13 on it removes the socket's file when it is closed.
        self._server = await asyncio.start_server(self._serve, sock=listening, limit=64 << 10, backlog=BACKLOG)

    async def stop(self) -> None:
        """Stop listening and remove the socket's file. Idempotent."""
        if self._server is None or self._socket is None:
            return
        name = self._socket.getsockname()
        server, self._server = self._server, None
        server.close()
        for writer in list(self._open):
            writer.close()
        await server.wait_closed()
        self._socket = None
        with contextlib.suppress(OSError):
            os.unlink(name)  # noqa: PTH108 the name as the kernel gave it

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: who is it, what is asked, one answer. Whoever is slow loses the connection, nobody waits."""
        if len(self._open) >= MAX_CONNECTIONS:
            writer.close()
            return
        self._open.add(writer)
        after: Callable[[], None] | None = None
        try:
            async with asyncio.timeout(SECONDS):
                peer = peer_of(writer.get_extra_info("socket"))
                if peer.uid == os.getuid():
                    head = await reader.readexactly(4)
                    question = decode_question(await reader.readexactly(body_size(head)))
                    reply, after = self._answer(question, peer)
                    writer.write(encode(reply))
                    await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, OSError, ProtocolError):
            pass  # nothing is owed to it
        finally:
            self._open.discard(writer)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        if after is not None:
            after()

    def _answer(self, question: Question, peer: Peer) -> tuple[Reply, Callable[[], None] | None]:
        """The reply, and what to do once it is sent: locking may end this process image."""
        match question:
            case Show():
                self._hooks.on_request("show", peer, None)
                return Done(), self._hooks.show
            case Lock():
                self._hooks.on_request("lock", peer, None)
                return Done(), self._hooks.lock
            case Status():
                return State(self._hooks.locked(), os.getpid()), None
            case Request():
                self._hooks.on_request("request", peer, question)
                who = f"A program without the owner's password (process {peer.pid})"
                refused = NotPermittedError(who=who, act=question.act)
                return Refused(refused.code, refused.fields), None


def listen(path: Path) -> socket.socket:
    """A new listening socket at ``path``, mode 0600; one that nobody listens on any more is replaced.

    Raises AlreadyRunningError, FolderPermissionError.
    """
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        # Two that start at once must not remove each other's socket.
        with path.with_suffix(".lock").open("w") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            _bind(made, path)
            made.listen(BACKLOG)
    except (AlreadyRunningError, FolderPermissionError):
        made.close()
        raise
    except OSError as error:
        made.close()
        raise FolderPermissionError(path=str(path)) from error
    return made


def _bind(made: socket.socket, path: Path) -> None:
    if path.exists() or path.is_symlink():
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(SECONDS)
            try:
                probe.connect(str(path))
            except (ConnectionRefusedError, FileNotFoundError):
                path.unlink(missing_ok=True)  # left over from a program that ended
            except (TimeoutError, BlockingIOError):
                raise AlreadyRunningError from None  # its queue is full: somebody is there
            else:
                raise AlreadyRunningError
    before = os.umask(0o177)
    try:
        made.bind(str(path))
    finally:
        os.umask(before)
