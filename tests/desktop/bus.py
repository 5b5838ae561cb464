"""A private bus with python-dbusmock's logind on it, and the hands to play the operating system."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

MOCK = "org.freedesktop.DBus.Mock"
LOGIN = "org.freedesktop.login1"
ROOT = "/org/freedesktop/login1"
SESSION_PATH = f"{ROOT}/session/c1"
CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy></busconfig>
"""


def mock_python() -> str:
    """The Python that has dbusmock; the test is skipped, with the reason, when there is none."""
    for python in ("/usr/bin/python3", shutil.which("python3") or ""):
        if (
            python
            and subprocess.run([python, "-c", "import dbusmock"], capture_output=True, check=False).returncode == 0
        ):
            return python
    pytest.skip("python-dbusmock is not installed (apt install python3-dbusmock)")


class Bus:
    """The private bus: start it, stop it, start it again."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("dbus-daemon") is None:
            pytest.skip("dbus-daemon is not installed (apt install dbus)")
        self.socket = folder / "bus"
        self.address = f"unix:path={self.socket}"
        self.config = folder / "bus.conf"
        self.config.write_text(CONFIG.format(socket=self.socket))
        self.children: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start the daemon; returns when it listens."""
        ready, write = os.pipe()
        daemon = subprocess.Popen(
            ["dbus-daemon", f"--config-file={self.config}", "--nofork", "--nopidfile", f"--print-address={write}"],
            pass_fds=[write],
        )
        os.close(write)
        self.children.append(daemon)
        assert os.read(ready, 1000)
        os.close(ready)

    def stop(self) -> None:
        """End the daemon and what talks to it."""
        for child in reversed(self.children):
            child.send_signal(signal.SIGTERM)
            child.wait(10)
        self.children.clear()

    def start_logind(self) -> None:
        """Put the mock on the bus."""
        environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address}
        command = [mock_python(), "-m", "dbusmock", "--system", "--template", "logind"]
        self.children.append(subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL))


@contextlib.contextmanager
def private_bus(folder: Path) -> Iterator[Bus]:
    """A running private bus; ended afterwards."""
    bus = Bus(folder)
    bus.start()
    try:
        yield bus
    finally:
        bus.stop()


class System:
    """Plays systemd-logind and the desktop."""

    def __init__(self, connection: MessageBus) -> None:
        self.connection = connection

    async def call(self, path: str, interface: str, member: str, signature: str, *body: Any) -> list[Any]:
        """Call the mock and return what it answered."""
        message = Message(
            destination=LOGIN, path=path, interface=interface, member=member, signature=signature, body=list(body)
        )
        reply = await asyncio.wait_for(self.connection.call(message), 10)
        assert reply.message_type is MessageType.METHOD_RETURN, reply.body
        return list(reply.body)

    async def wait_for_logind(self) -> None:
        """Until the mock owns its name."""
        owned = asyncio.Event()

        def heard(message: Message) -> None:
            if message.member == "NameOwnerChanged" and message.body[0] == LOGIN and message.body[2]:
                owned.set()

        self.connection.add_message_handler(heard)
        for member, body in (("AddMatch", "type='signal',member='NameOwnerChanged'"), ("NameHasOwner", LOGIN)):
            message = Message(
                destination="org.freedesktop.DBus",
                path="/org/freedesktop/DBus",
                interface="org.freedesktop.DBus",
                member=member,
                signature="s",
                body=[body],
            )
            reply = await self.connection.call(message)
        if reply.body != [True]:
            await asyncio.wait_for(owned.wait(), 20)
        self.connection.remove_message_handler(heard)

    async def add_session(self) -> None:
        """A graphical session of this user."""
        session = {"id": "c1", "seat": "seat0", "uid": os.getuid(), "name": "somebody", "active": True}
        await self.call(ROOT, MOCK, "AddSession", "ssusb", *session.values())

    async def signal(self, path: str, interface: str, name: str, signature: str, *values: Variant) -> None:
        """Send a signal as logind."""
        await self.call(path, MOCK, "EmitSignal", "sssav", interface, name, signature, list(values))

    async def sleep(self, *, begins: bool) -> None:
        """PrepareForSleep."""
        await self.signal(ROOT, f"{LOGIN}.Manager", "PrepareForSleep", "b", Variant(signature="b", value=begins))

    async def set(self, **properties: Variant) -> None:
        """Change properties of the session."""
        await self.call(SESSION_PATH, MOCK, "UpdateProperties", "sa{sv}", f"{LOGIN}.Session", properties)

    async def inhibitors(self) -> list[Any]:
        """Who delays what."""
        (found,) = await self.call(ROOT, f"{LOGIN}.Manager", "ListInhibitors", "")
        return list(found)


@contextlib.asynccontextmanager
async def system(bus: Bus) -> AsyncIterator[System]:
    """A connection that controls the mock, with a session on it."""
    connection = await MessageBus(bus_address=bus.address).connect()
    playing = System(connection)
    try:
        await playing.wait_for_logind()
        await playing.add_session()
        yield playing
    finally:
        connection.disconnect()
        await connection.wait_for_disconnect()  # type: ignore[no-untyped-call]
