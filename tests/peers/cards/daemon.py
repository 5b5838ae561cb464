"""A private pcscd with virtual readers, for one process of tests.

The daemon's directory is compiled in (/run/pcscd), so it is started as systemd would start it: with a listening socket,
which lies wherever the tests want it. That needs no rights, and many can run side by side.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.peer import peer
from tests.peers.cards.vicc import Slot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.peers.cards.vicc import Card

YUBIKEY = "Yubico YubiKey OTP+FIDO+CCID"  # yubikit takes a reader of that name for a key in a USB port
PLAIN = "Virtual Contactless Reader"
READERS = (YUBIKEY, PLAIN)
SLOTS = 2  # of each reader: compiled into vpcd

_DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
_SOCKET = "PCSCLITE_CSOCK_NAME"
_SECONDS = 15.0  # for anything that pcscd is waited for
_TRIES = 5  # a port that was free may be taken before the driver has it


@functools.cache
def _without_polkit() -> list[str]:
    """From pcsc-lite 2 on the daemon asks polkit, which lets nobody in who has no desktop session."""
    told = subprocess.run([peer("pcscd"), "--help"], check=False, capture_output=True, text=True, timeout=_SECONDS)
    return ["--disable-polkit"] if "--disable-polkit" in told.stdout + told.stderr else []


class Service:
    """A running pcscd. Slots are numbered through the readers: with the default names 0 and 1, then 2 and 3."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self.folder = folder
        self.names = [f"{name} 00 {slot:02X}" for name in names for slot in range(SLOTS)]
        self.socket = folder / "run" / "pcscd.comm"
        self.slots: list[Slot] = []
        self._readers = list(names)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the daemon runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it and wait until every reader is there."""
        for _ in range(_TRIES):
            ports = [_free_ports() for _ in self._readers]
            self._configure(ports)
            self._spawn()
            if self._ready():
                self.slots = [Slot(port + slot) for port in ports for slot in range(SLOTS)]
                return
            self.stop()
        pytest.fail(f"pcscd did not come up with its readers: {self._log()}")

    def stop(self) -> None:
        """Pull every card, end the daemon by its process id, and wait for it."""
        for slot in self.slots:
            slot.pull()
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def insert(self, slot: int, card: Card) -> str:
        """Put a card in and wait until pcscd knows it. Returns the reader's name."""
        self.slots[slot].put(card)
        self.wait(slot, present=True)
        return self.names[slot]

    def remove(self, slot: int) -> None:
        """Pull the card out (nothing if it is out) and wait until pcscd knows it."""
        self.slots[slot].pull()
        self.wait(slot, present=False)

    def empty(self) -> None:
        """Pull out every card."""
        for slot in range(len(self.slots)):
            self.remove(slot)

    def wait(self, slot: int, *, present: bool) -> None:
        """Wait until pcscd says that a card is there, or is not."""
        from smartcard import scard  # noqa: PLC0415 the socket's name is set before

        wanted = scard.SCARD_STATE_PRESENT if present else scard.SCARD_STATE_EMPTY
        with _context() as context:
            state = scard.SCARD_STATE_UNAWARE
            until = time.monotonic() + _SECONDS
            while time.monotonic() < until:
                code, states = scard.SCardGetStatusChange(context, 1000, [(self.names[slot], state)])
                if code == scard.SCARD_E_TIMEOUT:
                    continue
                if code != scard.SCARD_S_SUCCESS:
                    raise RuntimeError(scard.SCardGetErrorMessage(code))
                state = states[0][1]
                if state & wanted and not state & scard.SCARD_STATE_MUTE:
                    return
        raise TimeoutError(f"pcscd still does not see that the card in {self.names[slot]} is {present=}")

    def _configure(self, ports: list[int]) -> None:
        config = self.folder / "readers"
        config.mkdir(exist_ok=True)
        (self.folder / "run").mkdir(exist_ok=True)
        lines = []
        for number, (name, port) in enumerate(zip(self._readers, ports, strict=True)):
            # A driver keeps its sockets in static memory: a reader each needs a copy of its own.
            driver = self.folder / f"libifdvpcd{number}.so"
            if not driver.exists():
                shutil.copy(_DRIVER, driver)
            lines += [
                f'FRIENDLYNAME "{name}"',
                f"DEVICENAME /dev/null:0x{port:04X}",
                f"LIBPATH {driver}",
                f"CHANNELID 0x{port:04X}",
                "",
            ]
        (config / "kvault").write_text("\n".join(lines))

    def _spawn(self) -> None:
        """Start it as systemd does, with a listening socket as descriptor 3: no directory of the system is used."""
        self.socket.unlink(missing_ok=True)
        daemon = [peer("pcscd"), "--foreground", "--config", str(self.folder / "readers"), *_without_polkit()]
        script = 'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@" 3<&0 0</dev/null'
        # It ends with the tests, however they end.
        command = [peer("setpriv"), "--pdeathsig", "TERM", "sh", "-c", script, "sh", *daemon]
        with socket.socket(socket.AF_UNIX) as listening, (self.folder / "pcscd.log").open("wb") as log:
            listening.bind(str(self.socket))
            listening.listen(64)
            self._process = subprocess.Popen(
                command, stdin=listening.fileno(), stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def _ready(self) -> bool:
        _point_to(self.socket)
        return self._readers_there(time.monotonic() + _SECONDS)

    def _readers_there(self, until: float) -> bool:
        """The readers of the configuration come up before the socket is served, or not at all."""
        from smartcard import scard  # noqa: PLC0415 the socket's name is set before

        while time.monotonic() < until and self.running:
            with _context() as context:
                code, names = scard.SCardListReaders(context, [])
                if code in {scard.SCARD_S_SUCCESS, scard.SCARD_E_NO_READERS_AVAILABLE}:
                    return set(self.names) <= set(names or [])
        return False

    def _log(self) -> str:
        return (self.folder / "pcscd.log").read_text(errors="replace")[-2000:]


@contextlib.contextmanager
def _context() -> Iterator[int]:
    from smartcard import scard  # noqa: PLC0415 the socket's name is set before

    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if code != scard.SCARD_S_SUCCESS:
        raise RuntimeError(scard.SCardGetErrorMessage(code))
    try:
        yield context
    finally:
        scard.SCardReleaseContext(context)


@functools.cache
def _socket_name() -> Path:
    """What PCSCLITE_CSOCK_NAME says in this process, always the same: libpcsclite looks once and keeps it."""
    folder = Path(tempfile.mkdtemp(prefix="kv-cards-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder / "pcscd.comm"


def _point_to(path: Path) -> None:
    link = _socket_name()
    link.unlink(missing_ok=True)
    link.symlink_to(path)


# When the module is imported: pytest imports every test before it runs one, and whoever asks first settles it.
os.environ[_SOCKET] = str(_socket_name())


def _free_ports() -> int:
    """The first of SLOTS ports in a row that are free now."""
    while True:
        with contextlib.ExitStack() as stack:
            first = stack.enter_context(socket.socket())
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                for further in range(1, SLOTS):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port + further))
            except (OSError, OverflowError):
                continue
            return port


def _needed() -> None:
    peer("pcscd")
    if not _DRIVER.exists():
        if os.environ.get("CI"):
            pytest.fail("vsmartcard-vpcd is not installed, and CI installs every peer (installers/common.sh)")
        pytest.skip("vsmartcard-vpcd is not installed")
    pytest.importorskip("smartcard", reason="pyscard is not installed (installers/run.sh --with-hardware)")


@contextlib.contextmanager
def reader_service(names: Sequence[str] = READERS) -> Iterator[Service]:
    """Run a pcscd with two slots for each of ``names``; PCSCLITE_CSOCK_NAME leads to it.

    One at a time in a process. The name stays set when it has ended: then it leads nowhere, as without a pcscd.
    """
    _needed()
    # The socket's path must be short (108 bytes), which pytest's own folders are not.
    with tempfile.TemporaryDirectory(prefix="kv-cards-") as folder:
        service = Service(Path(folder), names)
        try:
            service.start()
            yield service
        finally:
            service.stop()


_shared: list[Service] = []


def shared_service() -> Service:
    """The one service of this process of tests, started at the first call; it ends with the process."""
    if not _shared:
        stack = contextlib.ExitStack()
        _shared.append(stack.enter_context(reader_service()))
        atexit.register(stack.close)
    if not _shared[0].running:
        _shared[0].start()
    return _shared[0]
