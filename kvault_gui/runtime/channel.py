"""Frames over a socket on an asyncio loop, in buffers of our own that are wiped, not left to a transport."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from kvault_gui.runtime import frames

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

LARGEST_PIECE = 1 << 18  # bytes in one call of the operating system
LARGEST_TURN = 1 << 20  # bytes before the loop gets its turn again


class Channel:
    """Our end of an engine's socket.

    Args:
        sock: connected stream socket; owned from now on.
        on_body: takes a frame's body; may raise FrameError, which ends the connection.
        on_end: called once when the connection has ended, by the other end or by a bad frame; not after close().
    """

    def __init__(self, sock: socket.socket, on_body: Callable[[bytearray], None], on_end: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket, self._on_body, self._on_end = sock, on_body, on_end
        self._assembler = frames.Assembler()
        self._unsent: deque[bytearray] = deque()
        self._sent = 0  # bytes of the first of them
        self._open = True
        sock.setblocking(False)  # noqa: FBT003 the standard library's signature
        self._loop.add_reader(sock, self._readable)

    def send(self, buffer: bytearray) -> None:
        """Send a packed frame, which is wiped afterwards; never waits."""
        if not self._open:
            frames.wipe(buffer)
            return
        self._unsent.append(buffer)
        if len(self._unsent) == 1:
            self._writable()

    def drain(self) -> None:
        """Read what has arrived, to the end of it: for the last words of a process that has ended."""
        while self._open and self._read_turn():
            pass

    def close(self) -> None:
        """Close the socket. Idempotent."""
        if not self._open:
            return
        self._open = False
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._socket.close()
        self._drop_unsent()

    def _drop_unsent(self) -> None:
        for buffer in self._unsent:
            frames.wipe(buffer)
        self._unsent.clear()
        self._sent = 0

    def _readable(self) -> None:
        if self._open:
            self._read_turn()

    def _read_turn(self) -> bool:
        """Read for one turn of the loop; whether more may be waiting."""
        left = LARGEST_TURN
        try:
            while self._open and left > 0:
                count = self._socket.recv_into(self._assembler.room()[:LARGEST_PIECE])
                if count == 0:
                    self._break()
                    return False
                left -= count
                body = self._assembler.took(count)
                if body is not None:
                    self._on_body(body)
        except (BlockingIOError, InterruptedError):
            return False
        except (OSError, frames.FrameError):
            self._break()
            return False
        return self._open

    def _writable(self) -> None:
        if not self._open:
            return
        left = LARGEST_TURN
        try:
            while self._unsent and left > 0:
                left -= self._send_piece(self._unsent[0])
        except (BlockingIOError, InterruptedError):
            left = 0
        except OSError:
            # The other end is gone; the reader sees it too, after what was still underway.
            self._drop_unsent()
        if self._unsent:
            self._loop.add_writer(self._socket, self._writable)
        else:
            self._loop.remove_writer(self._socket)

    def _send_piece(self, buffer: bytearray) -> int:
        """Send some of ``buffer`` and wipe that: wiping a large buffer as a whole would hold up the loop."""
        start = self._sent
        self._sent += self._socket.send(memoryview(buffer)[start : start + LARGEST_PIECE])
        frames.wipe(buffer, start, self._sent)
        count = self._sent - start
        if self._sent == len(buffer):
            self._sent = 0
            self._unsent.popleft()
        return count

    def _break(self) -> None:
        self.close()
        self._on_end()
