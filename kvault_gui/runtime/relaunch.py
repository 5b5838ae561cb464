"""Replaces the application by a fresh image of itself: what the old one held in memory is gone (ARCHITECTURE.md).

The process id stays, and so do the listening sockets, so clients that connect meanwhile wait in the queue instead of
being refused. Imports neither asyncio nor msgspec: ``inherit`` runs before the first paint.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Plain = str | int | float | bool | None
    State = dict[str, Plain]

OPTION = "--inherit"  # followed by NAME=DESCRIPTOR
STATE = "state"  # the name under which the state travels
LARGEST_STATE = 64 << 10  # bytes
STANDARD = 2  # the highest descriptor that every program has


class Inherited:
    """What the image before left: listening sockets by name, and a small state. Both empty at a first start."""

    __slots__ = ("sockets", "state")

    def __init__(self, sockets: dict[str, socket.socket], state: State) -> None:
        self.sockets = sockets
        self.state = state


def relaunch(sockets: Mapping[str, socket.socket], state: State, command: Sequence[str] | None = None) -> NoReturn:
    """Become a fresh image of the same program; everything but the sockets and standard streams is closed.

    End the engine first: its process would stay the child of the new image, which knows nothing of it.

    Args:
        sockets: listening sockets to keep, by name (no "=" and not "state").
        state: plain values for the next image, e.g. the window's place; never a secret.
        command: interpreter arguments to run; None for those of the running program.

    Raises:
        OSError: the program could not be started again. This image goes on, still with everything in memory, and its
            caller must end it.
        ValueError: the state is too large, or a name is not allowed.
    """
    if any("=" in name or name == STATE for name in sockets):
        raise ValueError("a socket's name has no = and is not the state's")
    kept = {name: sock.fileno() for name, sock in sockets.items()}
    memory = _write_state(state)
    kept[STATE] = memory
    words = [] if command is None else list(command)
    if command is None:
        words, _ = _split(sys.orig_argv[1:])
    for name, descriptor in kept.items():
        words += [OPTION, f"{name}={descriptor}"]
    close_at_exec(frozenset(kept.values()))
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    # What this thread blocks would stay blocked in the new image.
    blocked = signal.pthread_sigmask(signal.SIG_SETMASK, ())
    try:
        os.execve(sys.executable, [sys.executable, *words], os.environ)  # noqa: S606 our own program, by its path
    finally:  # only reached when exec failed
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        os.close(memory)
        close_at_exec(frozenset())


def inherit(arguments: Sequence[str]) -> tuple[list[str], Inherited]:
    """Take over what the image before left.

    Args:
        arguments: of the program, without its name.

    Returns:
        The other arguments, and what was left. A descriptor that is no listening socket is ignored.
    """
    others, named = _split(arguments)
    state: State = {}
    sockets: dict[str, socket.socket] = {}
    for name, descriptor in named.items():
        if name == STATE:
            state = _read_state(descriptor)
        elif (sock := _listening(descriptor)) is not None:
            sockets[name] = sock
    return others, Inherited(sockets, state)


def close_at_exec(kept: frozenset[int]) -> None:
    """Mark every open descriptor above the standard ones to be closed by exec, except ``kept``, which are not."""
    for each in os.listdir("/proc/self/fd"):  # noqa: PTH208 pathlib is not needed before the first paint
        descriptor = int(each)
        if descriptor > STANDARD:
            try:
                os.set_inheritable(descriptor, descriptor in kept)
            except OSError:  # the one that listed the folder
                continue


def _split(arguments: Sequence[str]) -> tuple[list[str], dict[str, int]]:
    """The arguments without our option, and what our option named."""
    others: list[str] = []
    named: dict[str, int] = {}
    rest = iter(arguments)
    for word in rest:
        if word != OPTION:
            others.append(word)
            continue
        name, _, number = next(rest, "").partition("=")
        if number.isascii() and number.isdigit():
            named[name] = int(number)
    return others, named


def _write_state(state: State) -> int:
    import json  # noqa: PLC0415 not needed at a first start

    text = json.dumps(state).encode()
    if len(text) > LARGEST_STATE:
        raise ValueError("the state is too large")
    memory = os.memfd_create("state")
    os.write(memory, text)
    return memory


def _read_state(memory: int) -> State:
    import json  # noqa: PLC0415 not needed at a first start

    try:
        text = os.pread(memory, LARGEST_STATE, 0)
        os.close(memory)
        found = json.loads(text)
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if value is None or isinstance(value, str | int | float)}


def _listening(descriptor: int) -> socket.socket | None:
    if descriptor <= STANDARD:
        return None
    try:
        sock = socket.socket(fileno=descriptor)
    except OSError:
        return None
    if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        sock.set_inheritable(False)
        return sock
    sock.detach()
    return None
