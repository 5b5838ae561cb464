"""The same OTP application over USB HID, without a kernel: feature reports of 8 bytes as the key answers them.

Source: YubiKey manual, "Frames over feature reports", and what yubikit sends. A frame is 64 bytes of payload, the
command, a CRC and three zeros, in ten pieces of seven bytes; the eighth byte of a report carries flags.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yubikit.core import PID
from yubikit.core.otp import OtpConnection

from tests.peers.cards.otp import CONFIG, crc
from tests.peers.cards.vicc import SW, Apdu

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.peers.cards.management import Management
    from tests.peers.cards.otp import Otp

_PIECES, _PIECE = 10, 7
_RESPONSE, _WAITS, _WRITE, _RESET = 0x40, 0x20, 0x80, 0xFF
_SEQUENCE = 0x1F


class Keyboard(OtpConnection):
    """A key's keyboard interface, opened. ``pulled``: every access fails as the kernel's does."""

    def __init__(self, otp: Otp, management: Management) -> None:
        self.otp, self.management = otp, management
        self.pulled = False
        self.closed = False
        self.on_report: Callable[[], None] | None = None
        self._frame: dict[int, bytes] = {}
        self._answer: list[bytes] = []
        self._waiting: tuple[int, bytes] | None = None
        self._looks = 0

    def close(self) -> None:
        self.closed = True

    def _alive(self) -> None:
        if self.on_report is not None:
            self.on_report()
        if self.pulled:
            self._frame, self._answer, self._waiting = {}, [], None  # it has no power
            raise OSError(19, "No such device")

    def send(self, data: bytes) -> None:
        """A report from the host."""
        self._alive()
        flags = data[_PIECE]
        if flags == _RESET:
            self._frame, self._answer, self._waiting = {}, [], None
            return
        if not flags & _WRITE:
            raise ValueError("the host wrote a report that is none")
        self._frame[flags & _SEQUENCE] = data[:_PIECE]
        if flags & _SEQUENCE == _PIECES - 1:
            frame = b"".join(self._frame.get(number, bytes(_PIECE)) for number in range(_PIECES))
            self._frame = {}
            payload, command, check = frame[:64], frame[64], frame[65:67]
            if crc(payload).to_bytes(2, "little") == check:
                self._command(command, payload)

    def _command(self, command: int, payload: bytes) -> None:
        number = {0x30: 1, 0x38: 2}.get(command)
        if number is not None:
            position = self.otp.positions.get(number)
            if position is None or position.secret is None:
                return  # no answer follows, and the status is as it was
            if position.touch:
                self.otp.touch.begin()
                self._waiting, self._looks = (number, payload), 0
            else:
                self._respond(position.answer(payload))
            return
        data = payload[: CONFIG + 6] if command in {1, 3} else b""
        try:
            if command == 0x13:
                answer = self.management.process(Apdu(0, 0x1D, payload[0], 0))
            else:
                answer = self.otp.process(Apdu(0, 1, command, 0, data))
        except SW:
            return
        if command not in {1, 3}:  # after writing the new status is the answer
            self._respond(answer)

    def _respond(self, data: bytes) -> None:
        data += (crc(data) ^ 0xFFFF).to_bytes(2, "little")
        pieces = [data[at : at + _PIECE].ljust(_PIECE, b"\0") for at in range(0, len(data), _PIECE)]
        self._answer = [piece + bytes([_RESPONSE | number]) for number, piece in enumerate(pieces)]
        self._answer.append(bytes(_PIECE) + bytes([_RESPONSE]))

    def receive(self) -> bytes:
        """A report to the host."""
        self._alive()
        flags = 0
        if self._waiting is not None:
            number, challenge = self._waiting
            self._looks += 1
            if self.otp.touch.poll():
                self._waiting = None
                self._respond(self.otp.positions[number].answer(challenge))
            elif self._looks > 1 and self._looks * 0.1 > self.otp.seconds:
                self._waiting = None
            else:
                flags = _WAITS
        if self._answer:
            return self._answer.pop(0)
        return b"\0" + self.otp.status() + bytes([flags])


class Device:
    """What ykman's listing gives for a key."""

    def __init__(self, path: str, otp: Otp, management: Management, pid: PID = PID.YK4_OTP) -> None:
        self.path, self.pid = path, pid
        self.connection = Keyboard(otp, management)

    def open_connection(self, kind: type[OtpConnection]) -> Keyboard:
        if kind is not OtpConnection:
            raise ValueError("a keyboard offers that alone")
        if self.connection.pulled:
            raise OSError(19, "No such device")
        self.connection.closed = False
        return self.connection
