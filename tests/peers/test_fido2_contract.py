"""The contract of unlock methods, kept by FIDO2 over readers and over USB."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pytest

from kvault_gui.engine.api import AskSecret, Verification
from kvault_gui.engine.unlock.fido2 import Fido2
from tests.engine.unlock.contract import MethodContract, Person
from tests.peers.cards.bench import PIN, Bench, Plugged, wanted
from tests.peers.cards.ctap import Authenticator, Model
from tests.peers.cards.fixtures import cards, ports

if TYPE_CHECKING:
    from tests.peers.cards.daemon import Service
    from tests.peers.cards.hid import Ports

pytestmark = pytest.mark.peer
__all__ = ["cards", "ports"]


class Fido2Contract(MethodContract):
    """Shared by both ways to a token and the three ways to show that one is its owner."""

    method = Fido2()
    module = "kvault_gui.engine.unlock.fido2"
    skip = frozenset({"token", "serial"})
    verification: ClassVar[Verification] = Verification.PIN
    resident: ClassVar[bool] = False
    model: ClassVar[Model] = Model()
    bench: Bench
    first: Plugged
    second: Plugged | None

    def begin(self, bench: Bench) -> None:
        self.bench, self.second = bench, None
        self.tokens = [Authenticator(PIN, self.model), Authenticator(PIN, self.model)]
        self.first = bench.plug(self.tokens[0])

    def mine(self) -> Person:
        if self.second is not None:
            self.second.pull()
            self.second = None
            self.first.again()
        return Person(wanted(self.verification, resident=self.resident), {AskSecret: PIN})

    def other(self) -> Person:
        """Another token of the same model and with the same PIN is plugged in."""
        self.first.pull()
        self.second = self.bench.plug(self.tokens[1], 1)
        return Person(wanted(self.verification), {AskSecret: PIN})


class TestContract(Fido2Contract):
    """In a USB port, with a PIN."""

    @pytest.fixture(autouse=True)
    def _plugged(self, ports: Ports) -> None:
        self.begin(Bench(None, ports))


class TestContractOnAReader(Fido2Contract):
    """On a reader, a resident key."""

    resident = True

    @pytest.fixture(autouse=True)
    def _plugged(self, cards: Service) -> None:
        self.begin(Bench(cards, None))


class TestContractWithTheTokensOwnSensor(Fido2Contract):
    """A fingerprint."""

    verification = Verification.BUILT_IN
    model = Model(fingerprint=True)

    @pytest.fixture(autouse=True)
    def _plugged(self, ports: Ports) -> None:
        self.begin(Bench(None, ports))


class TestContractWithTouchAlone(Fido2Contract):
    """Neither PIN nor sensor, an older token."""

    verification = Verification.NONE
    model = Model(protocols=(1,))

    @pytest.fixture(autouse=True)
    def _plugged(self, ports: Ports) -> None:
        self.begin(Bench(None, ports))
