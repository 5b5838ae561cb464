"""Starts an engine process. Imports neither asyncio nor msgspec: the window does this before its first paint."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

START = os.path.join(os.path.dirname(os.path.abspath(__file__)), "start_child.py")  # noqa: PTH100, PTH118, PTH120 cheap
# All that the engine may know of the environment: folders, zone and language, and where the services of tokens listen.
KEPT = ("HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "TZ", "LANG")
SERVICES = (
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
    "DBUS_SYSTEM_BUS_ADDRESS",
    "PCSCLITE_CSOCK_NAME",
    "TPM2TOOLS_TCTI",
    "SOFTHSM2_CONF",
)
FIXED = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


class Spawned:
    """A started engine process and our end of its socket; ``EngineClient.attach`` takes it over."""

    __slots__ = ("process", "socket")

    def __init__(self, process: subprocess.Popen[bytes], sock: socket.socket) -> None:
        self.process = process
        self.socket = sock

    def discard(self) -> None:
        """End a process to which no client was attached."""
        self.socket.close()
        self.process.kill()
        self.process.wait()


def spawn(where: str, *, program: str = START) -> Spawned:
    """Start an engine process; it gets ready while the caller does something else.

    It is started by exec with a fixed environment, in the root folder and in a process group of its own, and inherits
    no descriptor but its socket, which is its standard input. Call this on the main thread: the kernel ends the engine
    together with the thread that started it.

    Args:
        where: what audit records name as the place of an act, e.g. "window".
        program: absolute path of the Python file to run.

    Raises:
        OSError: no process could be started.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            process = subprocess.Popen(  # noqa: S603 the program is ours, by its absolute path
                [sys.executable, "-I", "-X", "utf8", program, where],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                cwd="/",
                process_group=0,
            )
        except BaseException:
            ours.close()
            raise
    return Spawned(process, ours)


def _environment() -> dict[str, str]:
    return FIXED | {name: os.environ[name] for name in KEPT + SERVICES if name in os.environ}
