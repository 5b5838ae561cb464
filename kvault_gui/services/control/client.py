"""The other end of the control socket: synchronous, for the command line and for a second start of the window."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from typing import TYPE_CHECKING

from kvault_gui.engine.errors import KvaultError, NotPermittedError, all_errors

from .protocol import (
    MAX_ACT,
    MAX_OBJECT,
    SECONDS,
    Done,
    Lock,
    ProtocolError,
    Question,
    Refused,
    Reply,
    Request,
    Show,
    SilentError,
    State,
    Status,
    body_size,
    decode_reply,
    encode,
    peer_of,
    socket_path,
)

if TYPE_CHECKING:
    from pathlib import Path

POLL = 0.05  # seconds between two looks at whether a lock is done


def ask(question: Question, path: Path | None = None, seconds: float = SECONDS) -> Reply | None:
    """Ask the running application; None when none runs.

    Raises SilentError, ProtocolError, or the error that the application answered with.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(seconds)
        try:
            _connect(connection, str(path or socket_path()), time.monotonic() + seconds)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        except OSError as error:
            raise SilentError from error
        try:
            if peer_of(connection).uid != os.getuid():
                raise ProtocolError  # not ours: it learns nothing
            connection.sendall(encode(question))
            reply = decode_reply(_exactly(connection, body_size(_exactly(connection, 4))))
        except OSError as error:
            raise SilentError from error
    if isinstance(reply, Refused):
        raise _error_of(reply)
    return reply


def _connect(connection: socket.socket, path: str, end: float) -> None:
    """Connect; a full queue is waited for, as the kernel does not with a time limit. Raises OSError."""
    while True:
        try:
            connection.connect(path)
        except BlockingIOError:
            if time.monotonic() >= end:
                raise
            time.sleep(POLL)
        else:
            return


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise ProtocolError
        data += part
    return bytes(data)


def _error_of(refused: Refused) -> KvaultError:
    kind = all_errors().get(refused.code)
    if kind is None:
        return ProtocolError()
    try:
        return kind(**refused.fields)
    except (KeyError, IndexError, ValueError):  # its sentence wants fields that did not come
        return ProtocolError()


def status(path: Path | None = None) -> State | None:
    """Whether a running application has a vault unlocked; None when none runs."""
    reply = ask(Status(), path)
    if reply is None or isinstance(reply, State):
        return reply
    raise ProtocolError


def show(path: Path | None = None) -> bool:
    """Raise the window of the running application; False when none runs."""
    reply = ask(Show(), path)
    if reply is not None and not isinstance(reply, Done):
        raise ProtocolError
    return reply is not None


def lock(path: Path | None = None, seconds: float = 10.0) -> bool:
    """Have the running application lock, and wait until it is done; False when none runs or nothing was unlocked.

    Raises SilentError when it is not done in time.
    """
    before = status(path)
    if before is None:
        return False
    # Also where nothing is open: a running unlock, or a vault that is being made, ends by it.
    # The application replaces itself while locking, so that an answer may be cut off: the state decides.
    with contextlib.suppress(ProtocolError, SilentError):
        ask(Lock(), path)
    if before.locked:
        return False
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(ProtocolError):
            now = status(path)
            if now is None or now.locked:
                return True
        time.sleep(POLL)
    raise SilentError


def request(act: str, name: str = "", path: Path | None = None) -> None:
    """Ask for an act as a principal without rights.

    Args:
        act: what is wanted, in words that follow "may not" ("read values").
        name: the reference it is about.
        path: the socket, by default the user's own.

    Returns when no application runs. Raises NotPermittedError when one does.
    """
    reply = ask(Request(act[:MAX_ACT], name[:MAX_OBJECT]), path)
    if reply is None:
        return
    if isinstance(reply, Done):
        # There is nothing yet that could be granted.
        raise NotPermittedError(who="This command", act=act)
    raise ProtocolError
