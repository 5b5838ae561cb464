"""A virtual smart card behind vsmartcard's reader driver: card, applets, and a card that is pulled out at any step.

The driver (vpcd) is a TCP server, the card its client: connecting puts the card in, closing pulls it out. A message is
a 2-byte big-endian length and that many bytes; one byte alone is a control (0 off, 1 on, 2 reset, 4 give the ATR),
everything else is a command APDU (ISO 7816-4), answered by data and a status word.
"""

from __future__ import annotations

import contextlib
import enum
import logging
import socket
import struct
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

log = logging.getLogger(__name__)

# In the ATR of a USB token the first half of T0 is F; yubikit takes everything else for NFC.
ATR_USB = bytes.fromhex("3bfd1300008131fe158073c021c057597562694b657940")  # YubiKey 5, CCID
ATR_NFC = bytes.fromhex("3b8d80018073c021c057597562694b6579f9")  # YubiKey 5, NFC
ATR_PLAIN = bytes.fromhex("3b800181")  # a contactless card of no known maker (PC/SC part 3)

_OFF, _ON, _RESET, _GIVE_ATR = 0, 1, 2, 4
_SELECT = 0xA4
_GET_RESPONSE = 0xC0
_CHAINED = 0x10
_OK = 0x9000
_SETTLED = 1.0  # seconds after which the driver has noticed a pull for certain; it looks every 0.4 s


class SW(Exception):  # noqa: N818 a status word is no error by itself (0x9100: poll again)
    """What an applet answers instead of 0x9000; ``data`` goes before the status word."""

    def __init__(self, sw: int, data: bytes = b"") -> None:
        super().__init__(f"{sw:04x}")
        self.sw, self.data = sw, data


class Pull(enum.Enum):
    """When a card is pulled out: before it has read the command, or after it has done it and before it answers."""

    BEFORE = "before"
    AFTER = "after"


@dataclass
class Apdu:
    """A command, ISO 7816-4 section 5.1. ``le`` None: no answer wanted; ``extended``: two-byte lengths."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None
    extended: bool = False

    @classmethod
    def parse(cls, raw: bytes) -> Apdu:
        """Read a command. Raises SW(6700) for lengths that do not fit."""
        if len(raw) < 4:
            raise SW(0x6700)
        apdu = cls(*raw[:4])
        body = raw[4:]
        if len(body) == 1:
            apdu.le = body[0] or 256
        elif len(body) > 1 and body[0] == 0:
            apdu._extended(body)
        elif body:
            apdu.data, rest = body[1 : 1 + body[0]], body[1 + body[0] :]
            if len(apdu.data) != body[0] or len(rest) > 1:
                raise SW(0x6700)
            if rest:
                apdu.le = rest[0] or 256
        return apdu

    def _extended(self, body: bytes) -> None:
        self.extended = True
        if len(body) < 3:
            raise SW(0x6700)
        (length,) = struct.unpack(">H", body[1:3])
        if len(body) == 3:
            self.le = length or 65536
            return
        self.data, rest = body[3 : 3 + length], body[3 + length :]
        if len(self.data) != length or len(rest) not in {0, 2}:
            raise SW(0x6700)
        if rest:
            self.le = int(struct.unpack(">H", rest)[0]) or 65536


class Applet:
    """One application of a card. ``aid`` is what selects it; ``more`` the instruction that fetches the rest."""

    aid = b""
    more = _GET_RESPONSE

    def select(self) -> bytes:
        """It was selected: forget what was verified before; the answer's data."""
        return b""

    def deselect(self) -> None:
        """Another applet was selected, or the card was reset."""

    def power_up(self) -> None:
        """The card was put in: what a reset does not end, ends here."""

    def process(self, apdu: Apdu) -> bytes:
        """Do it and give the answer's data. Raises SW for every other status than 9000."""
        del apdu
        raise SW(0x6D00)


class Card:
    """A card with applets.

    Args:
        applets: in the order in which they are looked for.
        atr: what the card says when it gets power; ATR_USB, ATR_NFC or ATR_PLAIN.

    ``seen`` holds every command since the card was put in. ``on_apdu`` sees each one first; with a Pull as its answer
    the card is pulled out there.
    """

    def __init__(self, applets: Sequence[Applet], atr: bytes = ATR_USB) -> None:
        self.applets, self.atr = list(applets), atr
        self.on_apdu: Callable[[bytes], Pull | None] | None = None
        self.seen: list[bytes] = []
        self._lock = threading.RLock()
        self._current: Applet | None = None
        self._chain = self._rest = b""

    def power_up(self) -> None:
        """It was put into a reader."""
        self.reset()
        self.seen.clear()
        for applet in self.applets:
            applet.power_up()

    def reset(self) -> None:
        """What a program can do: the reader takes the power away and gives it again."""
        with self._lock:
            for applet in self.applets:
                applet.deselect()
            self._current, self._chain, self._rest = None, b"", b""

    def transmit(self, raw: bytes) -> bytes:
        """Answer one command; a fault in an applet is answered 6F00 and logged."""
        with self._lock:
            apdu = Apdu(0, 0, 0, 0)
            try:
                apdu = Apdu.parse(raw)
                return self._answer(apdu, self._process(apdu), _OK)
            except SW as status:
                return self._answer(apdu, status.data, status.sw)
            except Exception:
                log.exception("an applet failed on %s", raw.hex())
                return b"\x6f\x00"

    def _answer(self, apdu: Apdu, data: bytes, sw: int) -> bytes:
        limit = 65536 if apdu.extended else 256
        self._rest = data[limit:]
        if self._rest:
            return data[:limit] + bytes([0x61, len(self._rest) if len(self._rest) < 256 else 0])  # 0: 256 and more
        return data + sw.to_bytes(2, "big")

    def _process(self, apdu: Apdu) -> bytes:
        more = self._current.more if self._current else _GET_RESPONSE
        if self._rest and apdu.ins == more:
            return self._rest
        self._rest = b""
        if (apdu.cla, apdu.ins, apdu.p1) == (0, _SELECT, 4):
            return self._select(apdu)
        if apdu.cla & _CHAINED:
            self._chain += apdu.data
            return b""
        apdu.data, self._chain = self._chain + apdu.data, b""
        if self._current is None:
            raise SW(0x6D00)
        return self._current.process(apdu)

    def _select(self, apdu: Apdu) -> bytes:
        for applet in self.applets:
            # A truncated AID selects as well (ISO 7816-4, section 8.2.1.2).
            if (apdu.data and applet.aid.startswith(apdu.data)) or (applet.aid and apdu.data.startswith(applet.aid)):
                if self._current is not None and self._current is not applet:
                    self._current.deselect()
                self._current, self._chain = applet, b""
                return applet.select()
        raise SW(0x6A82)


class Slot:
    """One slot of a reader. ``put`` and ``pull`` return at once; the service waits until pcscd has noticed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.pulled = threading.Event()  # a card pulled itself out (Card.on_apdu)
        self._pulled_at = 0.0
        self._card: Card | None = None
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None

    @property
    def card(self) -> Card | None:
        """What is in it."""
        return self._card if self._socket is not None else None

    def put(self, card: Card) -> None:
        """Put a card in."""
        if self._socket is not None:
            raise RuntimeError("there is a card in that slot")
        card.power_up()
        self.pulled.clear()
        self._card = card
        if time.monotonic() - self._pulled_at < _SETTLED:
            self._let_notice()
        self._socket = self._connect()
        self._thread = threading.Thread(target=self._serve, args=(self._socket, card), daemon=True)
        self._thread.start()

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(None)
        return connection

    def _let_notice(self) -> None:
        """Wait until the driver was asked for a card and had none.

        When a program closes its connection to a card that is gone, pcscd calls the slot empty by itself; a card that
        comes before its polling thread (every 400 ms) has looked is then not noticed for as long as it stays.
        """
        with self._connect() as probe:
            probe.settimeout(10)
            _read(probe, 3)  # the question for the ATR, to which there is no answer: no card

    def pull(self) -> None:
        """Pull the card out; nothing if there is none."""
        connection, self._socket = self._socket, None
        if connection is not None:
            # The other end may be gone already: the daemon was stopped.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(5)
            self._thread = None

    def _serve(self, connection: socket.socket, card: Card) -> None:
        with connection, contextlib.suppress(OSError):
            while self._one(connection, card):
                pass
        self._pulled_at = time.monotonic()
        self._socket = None
        self.pulled.set()

    def _one(self, connection: socket.socket, card: Card) -> bool:
        """Serve one message; False if the card is to be pulled out."""
        (length,) = struct.unpack(">H", _read(connection, 2))
        message = _read(connection, length)
        if length == 1 and message[0] in {_OFF, _ON, _RESET}:
            card.reset()
            return True
        if length == 1 and message[0] == _GIVE_ATR:
            answer = card.atr
        else:
            card.seen.append(message)
            pull = card.on_apdu(message) if card.on_apdu is not None else None
            if pull is Pull.BEFORE:
                return False
            answer = card.transmit(message)
            log.debug("> %s\n< %s", message.hex(), answer.hex())
            if pull is Pull.AFTER:
                return False
        connection.sendall(struct.pack(">H", len(answer)) + answer)
        return True


def _read(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        # The driver sends a control and a question in two pieces: acknowledge at once, or Nagle holds it for 40 ms.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        piece = connection.recv(length - len(data))
        if not piece:
            raise ConnectionResetError
        data += piece
    return data


def pull_at(number: int, when: Pull = Pull.BEFORE) -> Callable[[bytes], Pull | None]:
    """For Card.on_apdu: pull the card out at its ``number``-th command, counted from 0 from now on."""
    left = [number]

    def look(raw: bytes) -> Pull | None:
        del raw
        left[0] -= 1
        return when if left[0] == -1 else None

    return look


class Touch:
    """Whether and when the person touches the token, as its applets see it.

    ``poll`` is for tokens that are asked again and again, ``wait`` for those that keep a command waiting. ``asked``
    counts how often a touch was wanted.
    """

    def __init__(self, after: int | None = 0) -> None:
        """Touched at the ``after``-th further look: 0 at once, None only when ``press`` is called."""
        self.after = after
        self.asked = 0
        self.wanted = threading.Event()  # the token blinks
        self._pressed = threading.Event()
        self._looks = 0

    def begin(self) -> None:
        """The token begins to blink."""
        self.asked += 1
        self._looks = 0
        self.wanted.set()

    def press(self) -> None:
        """Touch it now, or as soon as a touch is wanted."""
        self._pressed.set()

    def poll(self) -> bool:
        """Whether it was touched by now."""
        self._looks += 1
        if self._pressed.is_set() or (self.after is not None and self._looks > self.after):
            self.wanted.clear()
            self._pressed.clear()
            return True
        return False

    def wait(self, seconds: float) -> bool:
        """Wait for the touch; False when nobody touched it in that time. Without ``after`` set at once or never."""
        touched = self.after is not None or self._pressed.wait(seconds)
        self._pressed.clear()
        self.wanted.clear()
        return touched
