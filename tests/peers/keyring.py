"""GNOME Keyring in a D-Bus session of its own: nothing of the person who runs the tests is touched."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.peer import peer

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD = b"keyring password\n"
SERVICE = "org.freedesktop.secrets"
BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>{kind}</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>
"""


@contextlib.contextmanager
def private_bus(folder: Path, kind: str = "session") -> Iterator[str]:
    """A running bus on which anybody may own any name and nothing is started by itself; gives its address."""
    socket, config = folder / f"{kind}-bus", folder / f"{kind}.conf"
    config.write_text(BUS_CONFIG.format(kind=kind, socket=socket))
    ready, write = os.pipe()
    daemon = subprocess.Popen(
        [peer("dbus-daemon"), f"--config-file={config}", "--nofork", "--nopidfile", f"--print-address={write}"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,  # it is told that it may have few descriptors
    )
    os.close(write)
    try:
        assert os.read(ready, 1000)
        yield f"unix:path={socket}"
    finally:
        os.close(ready)
        end(daemon)


def end(child: subprocess.Popen[bytes]) -> None:
    """Stop one child by its own id, and wait."""
    child.send_signal(signal.SIGTERM)
    child.wait(10)


class Keyring:
    """A running GNOME Keyring."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.address = address
        self.child: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        """For programs that are to see this keyring, and for the daemon itself."""
        names = {"HOME": "home", "XDG_RUNTIME_DIR": "run", "XDG_DATA_HOME": "data"}
        for name in names.values():
            (self.folder / name).mkdir(mode=0o700, exist_ok=True)
        inherited = {key: value for key, value in os.environ.items() if key not in {"DISPLAY", "WAYLAND_DISPLAY"}}
        folders = {key: str(self.folder / name) for key, name in names.items()}
        return {**inherited, **folders, "DBUS_SESSION_BUS_ADDRESS": self.address}

    def start(self, *, unlocked: bool = True) -> None:
        """Begin, with the login keyring open or still locked; returns when the service is on the bus."""
        command = [peer("gnome-keyring-daemon"), "--foreground", "--components=secrets"]
        if unlocked:
            command.append("--unlock")
        self.child = subprocess.Popen(
            command, env=self.environment(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        assert self.child.stdin is not None
        self.child.stdin.write(PASSWORD if unlocked else b"")
        self.child.stdin.close()
        wait_for_name(self.address, SERVICE)

    def stop(self) -> None:
        """End it, as a logout does. What it kept for the session is gone; the login keyring's file stays."""
        if self.child is not None:
            end(self.child)
            self.child = None

    def restart(self, *, unlocked: bool = True) -> None:
        """Log out and in again."""
        self.stop()
        self.start(unlocked=unlocked)


@contextlib.contextmanager
def gnome_keyring(folder: Path | None = None) -> Iterator[Keyring]:
    """A private session bus with an unlocked GNOME Keyring; this process's DBUS_SESSION_BUS_ADDRESS names it.

    Another folder than a test's own is short: a socket's path has at most 107 characters.
    """
    with contextlib.ExitStack() as stack:
        place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="keyring")))
        keyring = Keyring(place, stack.enter_context(private_bus(place)))
        stack.enter_context(named("DBUS_SESSION_BUS_ADDRESS", keyring.address))
        stack.callback(keyring.stop)
        keyring.start()
        yield keyring


@contextlib.contextmanager
def named(variable: str, value: str) -> Iterator[None]:
    """An environment variable for the time of a block."""
    before = os.environ.get(variable)
    os.environ[variable] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[variable]
        else:
            os.environ[variable] = before


def wait_for_name(address: str, name: str, seconds: float = 20) -> None:
    """Until somebody owns ``name`` on that bus: told by the bus itself."""
    from jeepney import MatchRule  # noqa: PLC0415 tests are collected without it
    from jeepney.bus_messages import message_bus  # noqa: PLC0415 as above
    from jeepney.io.blocking import DBusConnection, Proxy, prep_socket  # noqa: PLC0415 as above

    until = time.monotonic() + seconds
    with contextlib.closing(DBusConnection(prep_socket(address.removeprefix("unix:path=")))) as connection:
        daemon = Proxy(message_bus, connection, timeout=seconds)
        rule = MatchRule(type="signal", interface="org.freedesktop.DBus", member="NameOwnerChanged")
        rule.add_arg_condition(0, name)
        daemon.AddMatch(rule)
        with connection.filter(rule) as heard:
            while not daemon.NameHasOwner(name)[0]:
                connection.recv_until_filtered(heard, timeout=max(0.0, until - time.monotonic()))
