"""Yubico's published numbers for CTAP2: what a real token said, and the PIN protocol's values for known keys.

They hold our emulated token to the standard, and our reading of tokens to what a real one says.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from kvault_gui.engine.errors import TokenUnfitError
from kvault_gui.engine.tokens.fido import Grant
from kvault_gui.engine.tokens.fido_faults import Stop
from kvault_gui.engine.tokens.fido_ports import open_token
from tests.peers.cards.ctap import Authenticator
from tests.peers.cards.ctap_pin import PinProtocol, hmac256, sha256
from tests.peers.cards.fixtures import ports
from tests.peers.cards.hid import HidToken
from tests.shared import shared

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.peers.cards.hid import Ports

__all__ = ["ports"]


@pytest.fixture
def numbers() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shared("vectors/fido2-yubico/test_ctap2.literals.json").read_text())
    return found


@pytest.fixture
def protocol(numbers: dict[str, Any]) -> PinProtocol:
    """Protocol one, with the vectors' key agreement key on the token's side."""
    made = PinProtocol(1)
    private = int.from_bytes(bytes.fromhex(numbers["EC_PRIV"]), "big")
    made._key = ec.derive_private_key(private, ec.SECP256R1())
    return made


def peer(numbers: dict[str, Any]) -> dict[int, Any]:
    x, y = bytes.fromhex(numbers["DEV_PUB_X"]), bytes.fromhex(numbers["DEV_PUB_Y"])
    return {1: 2, 3: -25, -1: 1, -2: x, -3: y}


def test_the_emulated_token_s_key_agreement_is_the_published_one(
    numbers: dict[str, Any], protocol: PinProtocol
) -> None:
    public = protocol.public()
    assert (public[-2].hex(), public[-3].hex()) == (numbers["EC_PUB_X"], numbers["EC_PUB_Y"])
    assert protocol.shared(peer(numbers)).hex() == numbers["SHARED"]


def test_the_emulated_token_encrypts_and_authenticates_as_published(
    numbers: dict[str, Any], protocol: PinProtocol
) -> None:
    shared_secret = protocol.shared(peer(numbers))
    assert protocol.decrypt(shared_secret, bytes.fromhex(numbers["PIN_HASH_ENC"])) == sha256(b"1234")[:16]
    assert protocol.encrypt(shared_secret, bytes.fromhex(numbers["TOKEN"])).hex() == numbers["TOKEN_ENC"]
    set_pin, tag = (bytes.fromhex(each) for each in numbers["in test_set_pin"])
    assert protocol.decrypt(shared_secret, set_pin) == b"1234".ljust(64, b"\0")
    protocol.verify(shared_secret, set_pin, tag)
    changed, tag, old = (bytes.fromhex(each) for each in numbers["in test_change_pin"])
    assert protocol.decrypt(shared_secret, changed) == b"4321".ljust(64, b"\0")
    protocol.verify(shared_secret, changed + old, tag)
    assert hmac256(shared_secret, changed + old)[:16] == tag


class Recorded(Authenticator):
    """Says what a real token has said."""

    def __init__(self, numbers: dict[str, Any]) -> None:
        super().__init__()
        self.said = {1: numbers["_MC_RESP"], 2: numbers["_GA_RESP"], 4: numbers["_INFO"]}

    def run(self, message: bytes) -> Generator[int, None, bytes]:
        yield from ()
        return b"\0" + bytes.fromhex(self.said[message[0]])


def test_what_a_real_token_says_is_read(numbers: dict[str, Any], ports: Ports) -> None:
    recorded = Recorded(numbers)
    where = ports.plug(HidToken(recorded))
    with open_token(where) as (token, _):
        assert token.aaguid == numbers["_AAGUID"]
        assert (token.hmac_secret, token.takes_pin, token.pin_set, token.built_in) == (True, True, False, False)
        assert token.knows(bytes.fromhex(numbers["_CRED_ID"]))
        # It made that credential without hmac-secret, which no way in can use.
        with pytest.raises(TokenUnfitError):
            token.make(bytes(32), "kvault", Grant(), Stop(lambda: False, 5), resident=False)
    recorded.said[4] = numbers["_INFO_EXTRA_KEY"]  # a member that the standard has not named yet
    with open_token(where) as (token, _):
        assert token.aaguid == numbers["_AAGUID"]
