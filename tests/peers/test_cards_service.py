"""The pcscd of the tests' own and its virtual cards: what the other tests rely on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.errors import ReaderForbiddenError, ReaderServiceError
from kvault_gui.engine.tokens import pcsc
from tests.peers.cards.daemon import shared_service
from tests.peers.cards.fixtures import cards
from tests.peers.cards.vicc import SW, Apdu, Applet, Card, Pull, Touch, pull_at

if TYPE_CHECKING:
    from tests.peers.cards.daemon import Service

pytestmark = pytest.mark.peer
__all__ = ["cards"]


class Echo(Applet):
    """Gives back what it gets."""

    aid = b"\xf0kvault"

    def process(self, apdu: Apdu) -> bytes:
        if apdu.ins == 1:
            return apdu.data
        raise SW(0x6D00)


SELECT = [0, 0xA4, 4, 0, 7, *Echo.aid]


def connect(name: str) -> object:
    from smartcard.pcsc.PCSCCardConnection import PCSCCardConnection  # noqa: PLC0415 after the service has started

    connection = PCSCCardConnection(name)
    connection.connect()
    return connection


def transmit(connection: object, apdu: list[int]) -> tuple[list[int], int, int]:
    answer: tuple[list[int], int, int] = connection.transmit(apdu)  # type: ignore[attr-defined] # untyped library
    return answer


def test_two_cards_answer_side_by_side_and_chain_long_data(cards: Service) -> None:
    connections = [connect(cards.insert(slot, Card([Echo()]))) for slot in (0, 2)]
    for number, connection in enumerate(connections):
        assert transmit(connection, SELECT) == ([], 0x90, 0)
        data = [number] * 200
        assert transmit(connection, [0x10, 1, 0, 0, 200, *data]) == ([], 0x90, 0)
        first, more, left = transmit(connection, [0, 1, 0, 0, 200, *data, 0])
        assert (len(first), more, left) == (256, 0x61, 144)
        assert transmit(connection, [0, 0xC0, 0, 0, 144]) == ([number] * 144, 0x90, 0)
        connection.release()  # type: ignore[attr-defined]


@pytest.mark.parametrize("when", Pull)
def test_a_card_pulled_at_a_command_is_gone_and_can_be_put_in_again(cards: Service, when: Pull) -> None:
    from smartcard.Exceptions import CardConnectionException  # noqa: PLC0415 after the service has started

    card = Card([Echo()])
    card.on_apdu = pull_at(1, when)
    connection = connect(cards.insert(0, card))
    transmit(connection, SELECT)
    with pytest.raises(CardConnectionException):
        transmit(connection, [0, 1, 0, 0, 1, 5, 0])
    assert cards.slots[0].pulled.wait(5)
    connection.release()  # type: ignore[attr-defined]
    cards.remove(0)
    card.on_apdu = None
    again = connect(cards.insert(0, card))
    assert transmit(again, SELECT) == ([], 0x90, 0)
    again.release()  # type: ignore[attr-defined]


def test_the_daemon_can_end_and_begin_again_in_one_process() -> None:
    service = shared_service()
    service.stop()
    assert not service.running
    service.start()
    assert service.insert(0, Card([])) == service.names[0]
    service.remove(0)
    assert os.environ["PCSCLITE_CSOCK_NAME"]


def test_a_touch_comes_at_its_time() -> None:
    late, never = Touch(after=2), Touch(after=None)
    late.begin()
    assert [late.poll(), late.poll(), late.poll()] == [False, False, True]
    never.begin()
    assert not never.poll()
    never.press()
    assert never.poll()


def test_a_service_that_lets_nobody_in_is_told_from_one_that_is_not_there() -> None:
    from smartcard import scard  # noqa: PLC0415 after the socket's name is set

    refused, gone = pcsc.fault(scard.SCARD_W_SECURITY_VIOLATION, "pcscd"), pcsc.fault(scard.SCARD_E_NO_SERVICE, "pcscd")
    assert isinstance(refused, ReaderForbiddenError)
    assert isinstance(gone, ReaderServiceError)
    assert str(refused) != str(gone)
