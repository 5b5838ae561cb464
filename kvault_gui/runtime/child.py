"""The engine process: frames in on one thread, calls on the vault's lane, frames out. Ends when its socket closes."""

from __future__ import annotations

import os
import signal
import socket
import sys
from typing import TYPE_CHECKING, NoReturn

from kvault_gui.runtime import frames
from kvault_gui.runtime.lanes import Lane

if TYPE_CHECKING:
    from collections.abc import Callable

    from kvault_gui.engine import api
    from kvault_gui.runtime.hosted import Build, HostedEngine, Watch

CLOSED, BROKEN = 0, 70  # exit status: the socket closed; something went wrong
LARGEST_READ = 1 << 20  # bytes


def main(argv: list[str]) -> NoReturn:
    """Serve the engine on the socket that is standard input.

    Args:
        argv: the program, and the place that audit records name ("window").
    """
    where = argv[1]

    def build(prompter: api.Prompter, emit: Callable[[api.Event], None]) -> HostedEngine:
        # Late, so that a part that cannot be imported is told to the window instead of ending the process mutely.
        from kvault_gui.engine.facade import Engine  # noqa: PLC0415 as said

        return Engine(prompter, where, emit)

    def watch() -> Watch:
        from kvault_gui.engine.facade import plugs  # noqa: PLC0415 loads what talks to readers

        return plugs.watch()

    serve(take_socket(), build, watch)


def take_socket() -> socket.socket:
    """Move the socket away from standard input, where anything might read from it by mistake; settle the process."""
    sock = socket.socket(fileno=os.dup(0))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.close(null)
    os.umask(0o077)
    # Ctrl+C in the terminal from which the window was started is the window's business.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A traceback may quote a secret; whoever debugs runs the engine in a process of their own.
    sys.excepthook = lambda *_: None
    return sock


def serve(sock: socket.socket, build: Build, watch: Callable[[], Watch]) -> NoReturn:
    """Run the engine that ``build`` makes until the socket closes; ``watch`` is made when tokens are asked for.

    The end comes from the reading thread at once, also in the middle of a long statement: the store survives kills by
    design, and whoever wants a tidy end calls ``vaults.close`` before closing the socket.
    """

    def post(buffer: bytearray) -> None:
        try:
            sock.sendall(buffer)
        except OSError:
            os._exit(CLOSED)
        finally:
            frames.wipe(buffer)

    lane = Lane(post, build, lambda: os._exit(BROKEN), watch)
    lane.start()
    status = BROKEN
    try:
        _read(sock, lane)
        status = CLOSED
    finally:
        os._exit(status)


def _read(sock: socket.socket, lane: Lane) -> None:
    assembler = frames.Assembler()
    while True:
        try:
            count = sock.recv_into(assembler.room()[:LARGEST_READ])
        except ConnectionError:
            return
        if count == 0:
            return
        body = assembler.took(count)
        if body is not None:
            lane.put(frames.read_for_engine(body), body)
