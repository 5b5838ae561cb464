"""A Nitrokey 3's own firmware as a virtual token: built from its crates, a process for each time that it has power."""

from __future__ import annotations

import functools
import os
import shutil
import socket
import struct
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.peers.cards.vicc import ATR_PLAIN, Card

if TYPE_CHECKING:
    from collections.abc import Generator

FIDO = bytes.fromhex("a0000006472f0001")
_PROJECT = Path(__file__).parent
_OUTPUT = _PROJECT.parents[2] / "build" / "firmware"
_BUILD_SECONDS = 3600
_SECONDS = 20.0  # for the program to start and to end
_RESET, _GIVE_ATR = b"\x02", b"\x04"
_PROCESSING = 1  # keep-alive status, CTAP 2.1 section 11.2.9.2.2


@functools.cache
def program() -> Path:
    """Build the firmware, once in a process. Skips the test where that cannot be done here."""
    cargo = shutil.which("cargo")
    if cargo is None:
        pytest.skip("cargo is not installed, so the firmware cannot be built")
    said = _cargo(cargo, "fetch", "--locked")
    if said:
        pytest.skip(f"the crates of the firmware cannot be fetched here: {said[-300:]}")
    said = _cargo(cargo, "build", "--release", "--locked", "--offline", "--jobs", "1")
    if "libclang" in said:
        pytest.skip("libclang is not installed, which the firmware's file system needs to be built (libclang-dev)")
    if said:
        pytest.fail(f"the firmware cannot be built: {said[-3000:]}")
    return _OUTPUT / "release" / "firmware"


def _cargo(cargo: str, *arguments: str) -> str:
    """Run it; returns "" or what it said when it failed."""
    keep = {**os.environ, "CARGO_TARGET_DIR": str(_OUTPUT), "CARGO_NET_RETRY": "1", "CARGO_TERM_COLOR": "never"}
    command = ["nice", cargo, *arguments, "--manifest-path", str(_PROJECT / "Cargo.toml")]
    done = subprocess.run(command, env=keep, capture_output=True, text=True, timeout=_BUILD_SECONDS, check=False)
    return done.stderr or "it gave no reason" if done.returncode else ""


class Nitrokey(Card):
    """The token. The tests stand between it and the reader, so that they see each command and can pull it out there.

    Args:
        folder: where its flash memory is kept.
        over: "nfc", where its FIDO2 application is, or "usb" (CCID) for OpenPGP and PIV.
        serial: of the OpenPGP card.
        touch: milliseconds that FIDO2 waits for a touch.

    Putting it into a reader gives it power anew. It is touched whenever it asks, unless ``absent()`` was called.
    """

    def __init__(self, folder: Path, over: str = "nfc", serial: int = 0x00001234, touch: int = 30_000) -> None:
        super().__init__([], ATR_PLAIN)
        self.folder, self.over, self.serial, self.touch = folder, over, serial, touch
        self._program: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None
        self._turn = threading.RLock()

    def absent(self, *, away: bool = True) -> None:
        """Whether nobody touches it."""
        if away:
            (self.folder / "absent").touch()
        else:
            (self.folder / "absent").unlink(missing_ok=True)

    # --- power ---

    def power_up(self) -> None:
        """Start the firmware; it ends the one that ran."""
        self.power_down()
        self.seen.clear()
        self.folder.mkdir(parents=True, exist_ok=True)
        with socket.create_server(("127.0.0.1", 0)) as reader:
            reader.settimeout(_SECONDS)
            port = reader.getsockname()[1]
            arguments = [str(port), str(self.folder), self.over, f"{self.serial:08x}", str(self.touch)]
            with (self.folder / "log").open("ab") as log:
                self._program = subprocess.Popen([program(), *arguments], stdin=subprocess.DEVNULL, stderr=log)
            try:
                self._connection, _ = reader.accept()
            except TimeoutError:
                said = (self.folder / "log").read_text(errors="replace")
                self.power_down()
                pytest.fail(f"the firmware did not start: {said[-2000:]}")
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.atr = self._exchange(_GIVE_ATR)

    def power_down(self) -> None:
        """End the firmware and wait for it."""
        if self._program is not None:
            self._program.terminate()
            self._program.wait(_SECONDS)
            self._program = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def reset(self) -> None:
        """What a program can do."""
        with self._turn:
            self._send(_RESET)

    # --- commands ---

    def transmit(self, raw: bytes) -> bytes:
        """Have the firmware answer a command."""
        return self._exchange(raw)

    def _exchange(self, message: bytes) -> bytes:
        with self._turn:
            self._send(message)
            (length,) = struct.unpack(">H", self._receive(2))
            return self._receive(length)

    def _send(self, message: bytes) -> None:
        if self._connection is None:
            raise ConnectionResetError
        self._connection.sendall(struct.pack(">H", len(message)) + message)

    def _receive(self, length: int) -> bytes:
        if self._connection is None:
            raise ConnectionResetError
        data = self._connection.recv(length, socket.MSG_WAITALL)
        if len(data) != length:
            raise ConnectionResetError
        return data

    def ask(self, apdu: bytes) -> tuple[bytes, int]:
        """A command beside the reader, with the rest of its answer: the data and the status word."""
        answer = self._exchange(apdu)
        data = answer[:-2]
        while answer[-2] == 0x61:
            answer = self._exchange(bytes((0, 0xC0, 0, 0, 0)))
            data += answer[:-2]
        return data, int.from_bytes(answer[-2:], "big")

    # --- as an authenticator behind tests.peers.cards.hid ---

    def ctap(self, message: bytes) -> bytes:
        """One CTAP message and its answer (CTAP 2.1, section 11.3.5.1)."""
        with self._turn:
            self.ask(bytes((0, 0xA4, 4, 0, len(FIDO))) + FIDO)
            data, status = self.ask(b"\x80\x10\0\0\0" + struct.pack(">H", len(message)) + message + b"\0\0")
        assert status == 0x9000, f"{status:04x}"
        return data

    def run(self, message: bytes) -> Generator[int, None, bytes]:
        """The same for a port, which tells the host that it still works on it."""
        answers: list[bytes] = []
        work = threading.Thread(target=lambda: answers.append(self.ctap(message)), daemon=True)
        work.start()
        work.join(0.01)
        while work.is_alive():
            yield _PROCESSING
        if not answers:
            raise OSError("it was pulled out")
        return answers[0]
