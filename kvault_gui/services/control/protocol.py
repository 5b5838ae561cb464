"""The control protocol: one request and one reply a connection, over a UNIX socket of the user alone.

A frame is a length (4 bytes, big-endian) and a MessagePack value of a tagged struct. Nothing that a vault holds ever
crosses: whoever is the same user may raise the window, lock, and learn whether it is locked, and nothing else.
"""

from __future__ import annotations

import os
import socket
import stat
import struct
from pathlib import Path

import msgspec

from kvault_gui.engine.errors import (
    FieldValue,
    FolderPermissionError,
    KvaultError,
)

MAX_FRAME = 8 << 10  # bytes
SECONDS = 5.0  # for a whole exchange
_LENGTH = struct.Struct(">I")
_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid


class Show(msgspec.Struct, frozen=True, tag="show", forbid_unknown_fields=True):
    """Raise the window."""


class Status(msgspec.Struct, frozen=True, tag="status", forbid_unknown_fields=True):
    """Ask whether a vault is unlocked."""


class Lock(msgspec.Struct, frozen=True, tag="lock", forbid_unknown_fields=True):
    """Lock now. The reply says that it began; ask for the status to see it done."""


class Request(msgspec.Struct, frozen=True, tag="request", forbid_unknown_fields=True):
    """Ask for an act as a principal without rights. ``object`` is the reference it is about, or empty."""

    act: str
    object: str = ""


class Done(msgspec.Struct, frozen=True, tag="done", forbid_unknown_fields=True):
    """It was done, or has begun."""


class State(msgspec.Struct, frozen=True, tag="state", forbid_unknown_fields=True):
    """What anybody of the same user may know."""

    locked: bool
    pid: int


class Refused(msgspec.Struct, frozen=True, tag="refused", forbid_unknown_fields=True):
    """An error by its code and fields (engine.errors)."""

    code: str
    fields: dict[str, FieldValue]


Question = Show | Status | Lock | Request
Reply = Done | State | Refused
MAX_ACT = 100  # characters
MAX_OBJECT = 1_500  # characters

_encoder = msgspec.msgpack.Encoder()
_questions: msgspec.msgpack.Decoder[Question] = msgspec.msgpack.Decoder(Question)
_replies: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


class ProtocolError(KvaultError):
    """The other side does not speak this protocol."""

    code = "control-protocol"
    what = "The running kvault did not answer properly"
    meaning = "It may be of another version, or not kvault at all."
    advice = "Quit it and start it again."


class SilentError(KvaultError):
    """No reply in time."""

    code = "control-silent"
    what = "The running kvault does not answer"
    meaning = "It may be busy or stopped."
    advice = "Try again; if it stays silent, quit it and start it again."


def encode(message: Question | Reply) -> bytes:
    """A whole frame."""
    body = _encoder.encode(message)
    if len(body) > MAX_FRAME:
        raise ProtocolError
    return _LENGTH.pack(len(body)) + body


def body_size(head: bytes) -> int:
    """The length that the first 4 bytes announce. Raises ProtocolError when it is too large."""
    (size,) = _LENGTH.unpack(head)
    if not 0 < size <= MAX_FRAME:
        raise ProtocolError
    return int(size)


def decode_question(body: bytes) -> Question:
    """A request. Raises ProtocolError."""
    try:
        question = _questions.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ProtocolError from None
    if isinstance(question, Request) and (len(question.act) > MAX_ACT or len(question.object) > MAX_OBJECT):
        raise ProtocolError
    return question


def decode_reply(body: bytes) -> Reply:
    """A reply. Raises ProtocolError."""
    try:
        return _replies.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ProtocolError from None


class Peer(msgspec.Struct, frozen=True):
    """Who is at the other end, in the kernel's words. Shown and logged, never trusted."""

    pid: int
    uid: int
    program: str  # path of its executable, or its short name where the path may not be read, or ""
    terminal: str  # "pts/1", or ""


def peer_of(connection: socket.socket) -> Peer:
    """The process at the other end when it connected (SO_PEERCRED). Raises OSError."""
    pid, uid, _gid = _CREDENTIALS.unpack(
        connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    )
    return Peer(pid, uid, _program(pid), _terminal(pid))


def _program(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/exe")  # noqa: PTH115 a plain string is wanted
    except OSError:
        pass  # a process that does not let itself be dumped, such as our own command line, hides it
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _terminal(pid: int) -> str:
    """The controlling terminal's name, from its device number (proc_pid_stat(5), field 7)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        number = int(text.rpartition(")")[2].split()[4])
    except (OSError, ValueError, IndexError):
        return ""
    major, minor = os.major(number), os.minor(number)
    first_pts, last_pts, console = 136, 143, 4  # Documentation/admin-guide/devices.txt
    if first_pts <= major <= last_pts:
        return f"pts/{(major - first_pts) * 256 + minor}"
    return f"tty{minor}" if major == console else ""


def socket_path() -> Path:
    """Where the socket is; makes its private folder. Raises FolderPermissionError."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    by_user = Path(f"/run/user/{os.getuid()}")
    if runtime.startswith("/"):
        folder = Path(runtime) / "kvault"
    elif by_user.is_dir() and by_user.stat().st_uid == os.getuid():
        folder = by_user / "kvault"
    else:
        cache = os.environ.get("XDG_CACHE_HOME", "")
        folder = (Path(cache) if cache.startswith("/") else Path.home() / ".cache") / "kvault" / "run"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise FolderPermissionError(path=str(folder)) from error
    # Whoever could write here could answer in kvault's place.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise FolderPermissionError(path=str(folder))
    return folder / "control.sock"
