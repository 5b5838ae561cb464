"""The real fprintd with libfprint's virtual reader, on a system bus of its own; polkit is python-dbusmock's."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.desktop.bus import mock_python
from tests.peers.keyring import end, named, private_bus, wait_for_name

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = Path("/usr/libexec/fprintd")
NAME = "net.reactivated.Fprint"
POLKIT = "org.freedesktop.PolicyKit1"


class Reader:
    """A running fprintd. ``press`` is the finger."""

    def __init__(self, folder: Path, address: str) -> None:
        self.socket = folder / "reader"
        self.folder = folder
        self.address = address
        self.child: subprocess.Popen[bytes] | None = None

    def start(self, *, reader: bool = True) -> None:
        """Begin, with the reader plugged in or not; returns when the service is on the bus."""
        (self.folder / "state").mkdir(exist_ok=True)
        environment = {**os.environ, "STATE_DIRECTORY": str(self.folder / "state"), "FP_DRIVERS_ALLOWLIST": "none"}
        if reader:
            environment |= {"FP_VIRTUAL_DEVICE": str(self.socket), "FP_DRIVERS_ALLOWLIST": "virtual_device"}
        self.child = subprocess.Popen(
            [PROGRAM, "-t"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for_name(self.address, NAME)

    def stop(self) -> None:
        """End it, and wait."""
        if self.child is not None:
            end(self.child)
            self.child = None

    def tell(self, command: str) -> None:
        """One command to the virtual reader, which listens while it is in use."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(self.socket))
            connection.sendall(command.encode())
            connection.shutdown(socket.SHUT_WR)
            connection.recv(100)

    def press(self, finger: str) -> bool:
        """Put a finger on the reader if it is in use now."""
        with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
            self.tell(f"SCAN {finger}")
            return True
        return False

    def allow(self, *, yes: bool) -> None:
        """What polkit answers."""
        from jeepney import DBusAddress  # noqa: PLC0415 tests are collected without it

        with self._connected() as connection:
            mock = DBusAddress("/org/freedesktop/PolicyKit1/Authority", POLKIT, "org.freedesktop.DBus.Mock")
            _call(connection, mock, "AllowUnknown", "b", yes)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[Any]:
        from jeepney.io.blocking import DBusConnection, prep_socket  # noqa: PLC0415 tests are collected without it

        with contextlib.closing(DBusConnection(prep_socket(self.address.removeprefix("unix:path=")))) as connection:
            yield connection

    def claim(self, member: str, signature: str, body: tuple[object, ...]) -> None:
        """Somebody else sends what looks like a signal of the reader to every program on the bus."""
        from jeepney import DBusAddress, HeaderFields, new_signal  # noqa: PLC0415 tests are collected without it
        from jeepney.bus_messages import message_bus  # noqa: PLC0415 as above
        from jeepney.io.blocking import Proxy  # noqa: PLC0415 as above

        with self._connected() as connection:
            manager = DBusAddress("/net/reactivated/Fprint/Manager", NAME, f"{NAME}.Manager")
            (device,) = _call(connection, manager, "GetDefaultDevice", "")
            for name in Proxy(message_bus, connection).ListNames()[0]:
                if name.startswith(":") and name != connection.unique_name:
                    lie = new_signal(DBusAddress(device, interface=f"{NAME}.Device"), member, signature, body)
                    lie.header.fields[HeaderFields.destination] = name
                    connection.send(lie)

    def enrol(self, finger: str) -> None:
        """Make fprintd know a finger of this user, as the system's settings do."""
        from jeepney import DBusAddress, MatchRule  # noqa: PLC0415 tests are collected without it
        from jeepney.bus_messages import message_bus  # noqa: PLC0415 as above
        from jeepney.io.blocking import Proxy  # noqa: PLC0415 as above

        with self._connected() as connection:

            def call(path: str, part: str, member: str, *body: str) -> Any:
                return _call(connection, DBusAddress(path, NAME, f"{NAME}.{part}"), member, "s" * len(body), *body)

            (device,) = call("/net/reactivated/Fprint/Manager", "Manager", "GetDefaultDevice")
            rule = MatchRule(type="signal", interface=f"{NAME}.Device", member="EnrollStatus")
            Proxy(message_bus, connection).AddMatch(rule)
            call(device, "Device", "Claim", "")
            with connection.filter(rule, bufsize=50) as heard:
                call(device, "Device", "EnrollStart", "right-index-finger")
                done = False
                while not done:
                    self.press(finger)
                    result, done = connection.recv_until_filtered(heard, timeout=20).body
                assert result == "enroll-completed"
            call(device, "Device", "EnrollStop")
            call(device, "Device", "Release")


def _call(connection: Any, address: Any, member: str, signature: str, *body: object) -> Any:
    from jeepney import new_method_call  # noqa: PLC0415 tests are collected without it

    message = new_method_call(address, member, signature or None, body)
    reply = connection.send_and_get_reply(message, timeout=20)
    assert reply.header.message_type.name == "method_return", reply.body
    return reply.body


@contextlib.contextmanager
def fprintd() -> Iterator[Reader]:
    """A private system bus with fprintd on it; this process's DBUS_SYSTEM_BUS_ADDRESS names it."""
    if not PROGRAM.exists():
        if os.environ.get("CI"):
            pytest.fail("fprintd is not installed, and CI installs every peer")
        pytest.skip("fprintd is not installed")
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fprintd")))
        address = stack.enter_context(private_bus(folder, "system"))
        stack.enter_context(named("DBUS_SYSTEM_BUS_ADDRESS", address))
        polkit = subprocess.Popen(
            [mock_python(), "-m", "dbusmock", "--system", "--template", "polkitd"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(end, polkit)
        wait_for_name(address, POLKIT)
        reader = Reader(folder, address)
        reader.allow(yes=True)
        stack.callback(reader.stop)
        reader.start()
        yield reader
