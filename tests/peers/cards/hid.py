"""A FIDO token on USB: CTAPHID framing (CTAP 2.1, section 11.2) behind fido2's own CtapHidDevice, over a socket pair.

``plug`` makes fido2 list the token as if it were a hidraw device: only the last layer, which opens and lists device
files, is put aside; everything above is fido2's own.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from typing import TYPE_CHECKING

from tests.peers.cards.ctap import KEEPALIVE_CANCEL
from tests.peers.cards.vicc import Pull

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest
    from fido2.hid.base import CtapHidConnection, HidDescriptor

    from tests.peers.cards.ctap import Authenticator

_PING, _MSG, _INIT, _WINK, _CBOR, _CANCEL, _KEEPALIVE, _ERROR = 0x01, 0x03, 0x06, 0x08, 0x10, 0x11, 0x3B, 0x3F
_READ_CONFIG = 0x42  # vendor command 0xC2 of YubiKeys: the management applet's device information
_PACKET = 64
_BEAT = 0.02  # seconds between keep-alives: shorter than a real token's 100 ms, so that tests are quick
_CAN_WINK, _CAN_CBOR, _NO_U2F = 0x01, 0x04, 0x08


class HidToken:
    """A token in a USB port.

    ``on_message`` sees each CTAP message before it is done; with a Pull as its answer the token is pulled out.
    ``device_info`` is what a YubiKey says of itself (management TLVs with their length), b"" for other tokens.
    """

    def __init__(
        self,
        authenticator: Authenticator,
        *,
        name: str = "Test Security Key",
        vendor: int = 0x1209,
        product: int = 0x0001,
        version: tuple[int, int, int] = (1, 2, 3),
        device_info: bytes = b"",
        fido2: bool = True,
    ) -> None:
        self.authenticator = authenticator
        self.fido2 = fido2  # else it is a U2F key
        self.shut = False  # the operating system lets nobody open it
        self.busy = False  # another program is talking to it
        self.garbles: Callable[[bytes], bytes] | None = None  # what becomes of its answers
        self.name, self.vendor, self.product, self.version = name, vendor, product, version
        self.device_info = device_info
        self.on_message: Callable[[bytes], Pull | None] | None = None
        self.seen: list[bytes] = []
        self.gone = False
        self.winks = 0
        self.cancels = 0
        self._ends: list[socket.socket] = []

    def open(self) -> socket.socket:
        """A connection of the host; OSError when it was pulled out."""
        if self.gone:
            raise OSError(19, "No such device")
        host, token = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ends.append(token)
        threading.Thread(target=self._serve, args=(token,), daemon=True).start()
        return host

    def pull(self) -> None:
        """Pull it out."""
        self.gone = True
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._ends.clear()

    def plug(self) -> None:
        """Plug it in again."""
        self.gone = False
        self.seen.clear()
        self.authenticator.power_up()

    def _serve(self, end: socket.socket) -> None:
        channel = 0x100
        with end, contextlib.suppress(OSError):
            while True:
                cid, command, data = self._message(end)
                if command == _INIT:
                    channel += 1
                    capabilities = _CAN_WINK | (_CAN_CBOR | _NO_U2F if self.fido2 else 0)
                    made = struct.pack(">IBBBBB", channel, 2, *self.version, capabilities)
                    self._send(end, cid, command, data + made)
                elif self.busy:
                    self._send(end, cid, _ERROR, b"\x06")
                elif command == _CBOR and self.fido2:
                    if not self._run(end, cid, data):
                        return
                elif command == _READ_CONFIG and self.device_info:
                    self._send(end, cid, command, self.device_info if data[:1] == b"\0" else b"\0")
                elif command in {_PING, _WINK}:
                    self.winks += command == _WINK
                    self._send(end, cid, command, data)
                elif command == _CANCEL:
                    self.cancels += 1
                else:
                    self._send(end, cid, _ERROR, b"\x01")

    def _run(self, end: socket.socket, cid: int, data: bytes) -> bool:
        self.seen.append(data)
        pull = self.on_message(data) if self.on_message is not None else None
        if pull is Pull.BEFORE:
            self.pull()
            return False
        steps = self.authenticator.run(data)
        answer = bytes([KEEPALIVE_CANCEL])
        try:
            while True:
                self._send(end, cid, _KEEPALIVE, bytes([next(steps)]))
                if self._cancelled(end):
                    self.cancels += 1
                    break
        except StopIteration as done:
            answer = done.value
        if pull is Pull.AFTER:
            self.pull()
            return False
        self._send(end, cid, _CBOR, self.garbles(answer) if self.garbles is not None else answer)
        return True

    @staticmethod
    def _cancelled(end: socket.socket) -> bool:
        end.settimeout(_BEAT)
        try:
            packet = end.recv(_PACKET)
        except TimeoutError:
            return False
        finally:
            end.settimeout(None)
        if not packet:
            raise OSError
        return packet[4] & 0x7F == _CANCEL

    @staticmethod
    def _message(end: socket.socket) -> tuple[int, int, bytes]:
        packet = end.recv(_PACKET)
        if not packet:
            raise OSError
        cid, command, length = struct.unpack(">IBH", packet[:7])
        data = packet[7 : 7 + length]
        while len(data) < length:
            data += end.recv(_PACKET)[5 : 5 + length - len(data)]
        return cid, command & 0x7F, data

    @staticmethod
    def _send(end: socket.socket, cid: int, command: int, data: bytes) -> None:
        first = struct.pack(">IBH", cid, 0x80 | command, len(data)) + data[:57]
        end.sendall(first.ljust(_PACKET, b"\0"))
        for sequence, at in enumerate(range(57, len(data), 59)):
            end.sendall((struct.pack(">IB", cid, sequence) + data[at : at + 59]).ljust(_PACKET, b"\0"))


class Ports:
    """The USB ports of the emulated computer."""

    def __init__(self) -> None:
        self.tokens: dict[str, HidToken] = {}

    def plug(self, token: HidToken, path: str = "/dev/hidraw-test0") -> str:
        """Plug a token in; returns its id."""
        token.plug()
        self.tokens[path] = token
        return "hid:" + path

    def pull(self, path: str = "/dev/hidraw-test0") -> None:
        """Pull it out."""
        self.tokens.pop(path).pull()

    def descriptors(self) -> list[HidDescriptor]:
        """What fido2 lists."""
        return [self.descriptor(path) for path, token in self.tokens.items() if not (token.gone or token.shut)]

    def descriptor(self, path: str | bytes) -> HidDescriptor:
        """What fido2 reads of one device file; OSError when there is none."""
        from fido2.hid.base import HidDescriptor  # noqa: PLC0415 costs a start

        token = self.tokens.get(str(path))
        if token is None or token.gone:
            raise FileNotFoundError(2, "No such file or directory")
        if token.shut:
            raise PermissionError(13, "Permission denied")
        return HidDescriptor(str(path), token.vendor, token.product, _PACKET, _PACKET, token.name, None)

    def connection(self, descriptor: HidDescriptor) -> CtapHidConnection:
        """Open the device file."""
        from fido2.hid.base import CtapHidConnection  # noqa: PLC0415 costs a start

        host = self.tokens[str(descriptor.path)].open()

        class Connection(CtapHidConnection):
            def read_packet(self) -> bytes:
                packet = host.recv(_PACKET)
                if not packet:
                    raise OSError(5, "Input/output error")  # as hidraw does
                return packet

            def write_packet(self, data: bytes) -> None:
                host.sendall(data)

            def close(self) -> None:
                host.close()

        return Connection()


@contextlib.contextmanager
def usb_ports(patch: pytest.MonkeyPatch) -> Iterator[Ports]:
    """Emulated ports in the place of /dev/hidraw*."""
    import fido2.hid  # noqa: PLC0415 costs a start

    ports = Ports()
    patch.setattr(fido2.hid, "list_descriptors", ports.descriptors)
    patch.setattr(fido2.hid, "get_descriptor", ports.descriptor)
    patch.setattr(fido2.hid, "open_connection", ports.connection)
    try:
        yield ports
    finally:
        for token in list(ports.tokens.values()):
            token.pull()
