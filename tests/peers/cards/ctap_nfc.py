"""The FIDO applet of a card: CTAP in APDUs (CTAP 2.1, section 11.3, NFC; also CCID)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.peers.cards.ctap import KEEPALIVE_CANCEL
from tests.peers.cards.vicc import SW, Apdu, Applet

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.peers.cards.ctap import Authenticator

_MESSAGE, _GET_RESPONSE = 0x10, 0x11
_WAIT = 0x9100  # with the keep-alive status before it: ask again with GET RESPONSE


class FidoApplet(Applet):
    """The applet of an authenticator."""

    aid = bytes.fromhex("a0000006472f0001")

    def __init__(self, authenticator: Authenticator) -> None:
        self.authenticator = authenticator
        self._running: Generator[int, None, bytes] | None = None

    def select(self) -> bytes:
        """Say that U2F is spoken as well, as every such card does."""
        self._running = None
        return b"U2F_V2"

    def deselect(self) -> None:
        """What was begun ends."""
        self._running = None

    def power_up(self) -> None:
        """The card was put in."""
        self.authenticator.power_up()

    def process(self, apdu: Apdu) -> bytes:
        """A CTAP message, or the question whether it is done."""
        if apdu.cla & 0xEF != 0x80:
            raise SW(0x6E00)
        if apdu.ins == _MESSAGE:
            self._running = self.authenticator.run(apdu.data)
            return self._go_on(polls=bool(apdu.p1 & 0x80))
        if apdu.ins != _GET_RESPONSE:
            raise SW(0x6D00)
        if self._running is None:
            raise SW(0x6985)
        if apdu.p1 == 0x11:
            self._running = None
            return bytes([KEEPALIVE_CANCEL])
        return self._go_on(polls=True)

    def _go_on(self, *, polls: bool) -> bytes:
        if self._running is None:
            raise SW(0x6985)
        try:
            status = next(self._running)
            while not polls:
                status = next(self._running)
        except StopIteration as end:
            self._running = None
            answer: bytes = end.value
            return answer
        raise SW(_WAIT, bytes([status]))
