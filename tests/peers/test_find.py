"""What is found in readers and USB ports: each token once, under its own name, with what stands in its way."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from kvault_gui.engine.api import Method, NewFactor, TokenInfo, Verification
from kvault_gui.engine.errors import (
    LibraryMissingError,
    ReaderEmptyError,
    ReaderServiceError,
    TokenBusyError,
    TokenMissingError,
    TokenRemovedError,
    TokenShutError,
)
from kvault_gui.engine.tokens import cards as cards_module
from kvault_gui.engine.tokens import fido_ports, find, pcsc
from kvault_gui.engine.unlock.fido2 import Fido2
from tests.peers.cards.bench import PIN, desk, person
from tests.peers.cards.ctap import Authenticator, Model
from tests.peers.cards.ctap_nfc import FidoApplet
from tests.peers.cards.fixtures import cards, ports
from tests.peers.cards.hid import HidToken
from tests.peers.cards.management import yubikey
from tests.peers.cards.otp import Otp
from tests.peers.cards.tlv import tlv
from tests.peers.cards.vicc import ATR_NFC, ATR_PLAIN, Applet, Card, Pull, pull_at

if TYPE_CHECKING:
    from tests.peers.cards.daemon import Service
    from tests.peers.cards.hid import Ports

pytestmark = pytest.mark.peer
__all__ = ["cards", "ports"]

SERIAL = 12345678


class Empty(Applet):
    """An application that nobody knows."""

    aid = b"\xf0nobody"


def usb_yubikey(authenticator: Authenticator, serial: int, version: tuple[int, int, int]) -> HidToken:
    page = tlv(1, b"\x02\x3b") + (tlv(2, serial.to_bytes(4, "big")) if serial else b"") + tlv(3, b"\x02\x3b")
    page += tlv(4, b"\x03") + tlv(5, bytes(version))
    info = bytes([len(page)]) + page
    return HidToken(
        authenticator, name="Yubico YubiKey", vendor=0x1050, product=0x0407, version=version, device_info=info
    )


def found(method: Method = Method.FIDO2) -> list[TokenInfo]:
    return [each for each in find.find_all() if method in each.methods]


def test_a_yubikey_in_a_usb_port_and_its_card_are_one_token(cards: Service, ports: Ports) -> None:
    authenticator = Authenticator(PIN)
    name = cards.insert(0, yubikey(SERIAL, [Otp(SERIAL)], (5, 7, 1)))
    ports.plug(usb_yubikey(authenticator, SERIAL, (5, 7, 1)))
    (token,) = found()
    assert (token.id, token.name, token.serial, token.firmware) == (
        f"pcsc:{name}",
        "YubiKey 5C NFC",
        "12345678",
        "5.7.1",
    )
    assert set(token.methods) == {Method.FIDO2, Method.CHALLENGE_RESPONSE}
    assert (token.problem, token.warnings) == ("", [])
    # And FIDO2 goes to the port by the reader's id.
    made = Fido2().enrol(NewFactor(Method.FIDO2, token=token.id), desk(person()))
    assert Fido2().unlock(made.params, desk(person(), token=token.id)) == made.output
    assert len(authenticator.credentials) == 1
    assert Fido2().look(made.params, [token]).ready


def test_two_yubikeys_are_two_and_each_card_finds_its_own_port(cards: Service, ports: Ports) -> None:
    one, two = Authenticator(PIN), Authenticator(PIN)
    first = cards.insert(0, yubikey(1, [Otp(1)]))
    second = cards.insert(1, yubikey(2, [Otp(2)]))
    ports.plug(usb_yubikey(two, 2, (5, 7, 1)), "/dev/hidraw-test0")
    ports.plug(usb_yubikey(one, 1, (5, 7, 1)), "/dev/hidraw-test1")
    assert [(each.id, each.serial) for each in found()] == [(f"pcsc:{first}", "1"), (f"pcsc:{second}", "2")]
    Fido2().enrol(NewFactor(Method.FIDO2, token=f"pcsc:{first}"), desk(person()))
    assert (len(one.credentials), len(two.credentials)) == (1, 0)


def test_a_yubikey_on_a_contactless_reader_has_its_fido_application_there(cards: Service, ports: Ports) -> None:
    assert ports.tokens == {}
    name = cards.insert(2, yubikey(SERIAL, [Otp(SERIAL), FidoApplet(Authenticator(PIN))], (5, 4, 3), ATR_NFC))
    (token,) = found()
    assert (token.id, token.serial) == (f"pcsc:{name}", "12345678")
    assert ["EUCLEAK" in each for each in token.warnings] == [True]
    made = Fido2().enrol(NewFactor(Method.FIDO2, verification=Verification.PIN), desk(person()))
    assert made.params["serial"] == "12345678"
    assert made.notes == ()  # its weakness is not one of FIDO2 ways in


def test_what_cannot_be_used_says_why(cards: Service, ports: Ports) -> None:
    unknown = cards.insert(2, Card([Empty()], ATR_PLAIN))
    unfit = cards.insert(3, Card([FidoApplet(Authenticator(model=Model(hmac_secret=False)))], ATR_PLAIN))
    ports.plug(HidToken(Authenticator(), name="Old Key", fido2=False))
    said = {each.id: (each.methods, each.problem) for each in find.find_all()}
    assert said[f"pcsc:{unknown}"][0] == []
    assert "does not know the card" in said[f"pcsc:{unknown}"][1]
    assert said[f"pcsc:{unfit}"][0] == []
    assert "hmac-secret" in said[f"pcsc:{unfit}"][1]
    # As facade/tokens tells an empty reader from what is wrong with a card.
    assert said[f"pcsc:{cards.names[0]}"][1] == ReaderEmptyError(name="Yubico YubiKey").brief
    assert "U2F" in said["hid:/dev/hidraw-test0"][1]


def test_a_token_that_the_computer_gives_to_nobody_says_what_to_install(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = HidToken(Authenticator(PIN))
    where = ports.plug(token)
    token.shut = True
    monkeypatch.setattr(fido_ports, "hid_tokens", lambda: [where])
    (found_one,) = (each for each in find.find_all() if each.id == where)
    assert found_one.problem.startswith("You may not use Security key. Install the package libfido2-1")
    with pytest.raises(TokenShutError):
        Fido2().enrol(NewFactor(Method.FIDO2, token=where), desk(person()))


def test_a_card_pulled_out_while_it_is_looked_at_is_a_problem_in_words(cards: Service) -> None:
    card = Card([FidoApplet(Authenticator())], ATR_PLAIN)
    name = cards.insert(2, card)
    for number in range(6):
        card.on_apdu = pull_at(number, Pull.AFTER)
        token = next(each for each in find.find_all() if each.id == f"pcsc:{name}")
        assert "pulled out" in token.problem
        cards.remove(2)
        cards.insert(2, card)


def test_without_the_service_usb_tokens_are_found_and_the_rest_is_a_notice(cards: Service, ports: Ports) -> None:
    cards.stop()
    try:
        ports.plug(HidToken(Authenticator(PIN)))
        looked = find.look()
        assert [each.name for each in looked.tokens if Method.FIDO2 in each.methods] == ["Test Security Key"]
        assert [each for each in looked.notices if "pcscd" in each]
        made = Fido2().enrol(NewFactor(Method.FIDO2), desk(person()))
        assert Fido2().unlock(made.params, desk(person())) == made.output
        with pytest.raises(ReaderServiceError):
            pcsc.connect("pcsc:whatever")
    finally:
        cards.start()


def test_without_the_library_the_rest_is_found(ports: Ports, monkeypatch: pytest.MonkeyPatch) -> None:
    ports.plug(HidToken(Authenticator(PIN)))
    for name in [each for each in sys.modules if each.split(".")[0] == "smartcard"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "smartcard", None)
    looked = find.look()
    assert [each.name for each in looked.tokens if Method.FIDO2 in each.methods] == ["Test Security Key"]
    assert [each for each in looked.notices if "pyscard" in each]
    with pytest.raises(LibraryMissingError):
        pcsc.readers()


def test_connecting_says_what_is_in_the_way(cards: Service) -> None:
    with pytest.raises(ReaderEmptyError):
        pcsc.connect(f"pcsc:{cards.names[2]}")
    with pytest.raises(TokenMissingError):
        pcsc.connect("pcsc:A reader that was here yesterday")
    with pytest.raises(TokenMissingError), fido_ports.open_token("hid:/dev/hidraw99"):
        pass
    name = cards.insert(2, Card([Empty()], ATR_PLAIN))
    with pcsc.connect(f"pcsc:{name}"), pytest.raises(TokenBusyError):
        pcsc.connect(f"pcsc:{name}")
    with pcsc.connect(f"pcsc:{name}") as card:
        cards.remove(2)
        with pytest.raises(TokenRemovedError):
            card.send_and_receive(b"\0\xa4\4\0\0")


def test_a_card_that_another_program_shares_can_be_used_and_is_let_go(cards: Service) -> None:
    from smartcard.pcsc.PCSCCardConnection import PCSCCardConnection  # noqa: PLC0415 after the service has started

    name = cards.insert(2, Card([Empty()], ATR_PLAIN))
    other = PCSCCardConnection(name)
    other.connect()
    try:
        with pcsc.connect(f"pcsc:{name}") as card:
            assert card.send_and_receive(b"\0\xa4\4\0\7" + Empty.aid)[1] == 0x9000
        assert cards_module.look(pcsc.readers()[0]) is not None
    finally:
        other.release()


def test_a_card_that_comes_a_moment_later_is_waited_for(cards: Service) -> None:
    cards.slots[2].put(Card([Empty()], ATR_PLAIN))  # pcscd notices within 0.4 s
    with pcsc.connect(f"pcsc:{cards.names[2]}") as card:
        assert card.send_and_receive(b"\0\xa4\4\0\7" + Empty.aid)[1] == 0x9000
