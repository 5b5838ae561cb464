"""A FIDO2 token in a reader or in a USB port, put in front of the engine: what the FIDO2 tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kvault_gui.engine.api import AskConfirm, AskSecret, Given, Method, NewFactor, Secret, Verification
from kvault_gui.engine.vault.methods import Desk
from tests.engine.unlock.script import ScriptedPrompter
from tests.peers.cards.ctap_nfc import FidoApplet
from tests.peers.cards.hid import HidToken
from tests.peers.cards.vicc import ATR_PLAIN, Card, Pull

if TYPE_CHECKING:
    from collections.abc import Callable

    from kvault_gui.engine.api import AskPlug, AskTouch
    from tests.peers.cards.ctap import Authenticator
    from tests.peers.cards.daemon import Service
    from tests.peers.cards.hid import Ports

PIN = "1234"
VAULT = "ab" * 16
SLOT = 2  # of a plain reader, where a contactless card lies


class Bench(NamedTuple):
    """Where tokens are plugged in: the readers or the USB ports."""

    cards: Service | None
    ports: Ports | None

    def plug(self, authenticator: Authenticator, place: int = 0) -> Plugged:
        """Plug a token in; ``place`` 0 or 1."""
        if self.cards is not None:
            card = Card([FidoApplet(authenticator)], ATR_PLAIN)
            return Plugged(self, f"pcsc:{self.cards.insert(SLOT + place, card)}", card, None, place)
        assert self.ports is not None
        token = HidToken(authenticator)
        return Plugged(self, self.ports.plug(token, f"/dev/hidraw-test{place}"), None, token, place)


class Plugged(NamedTuple):
    """A token that is plugged in."""

    bench: Bench
    id: str
    card: Card | None
    token: HidToken | None
    place: int

    @property
    def exchanges(self) -> int:
        """The commands that it has seen since it was plugged in."""
        return len(self.card.seen if self.card is not None else self.token.seen if self.token is not None else ())

    def pull(self) -> None:
        """Pull it out."""
        if self.bench.cards is not None:
            self.bench.cards.remove(SLOT + self.place)
        elif self.bench.ports is not None and self.token is not None:
            self.bench.ports.pull(f"/dev/hidraw-test{self.place}")

    def again(self) -> None:
        """Plug it in again, if it is out."""
        if self.bench.cards is not None and self.card is not None:
            self.card.on_apdu = None
            self.bench.cards.remove(SLOT + self.place)
            self.bench.cards.insert(SLOT + self.place, self.card)
        elif self.bench.ports is not None and self.token is not None:
            self.token.on_message = None
            self.bench.ports.plug(self.token, f"/dev/hidraw-test{self.place}")

    def on_exchange(self, look: Callable[[bytes], Pull | None] | None) -> None:
        """See each command before it is done; a Pull as the answer pulls the token out there."""
        if self.card is not None:
            self.card.on_apdu = look
        elif self.token is not None:
            self.token.on_message = look


def wanted(verification: Verification = Verification.PIN, *, resident: bool = False, token: str = "") -> NewFactor:
    """What a person enrols."""
    return NewFactor(Method.FIDO2, token=token, resident=resident, verification=verification)


def person(pin: str | None = PIN, on_touch: Callable[[AskTouch | AskPlug], None] | None = None) -> ScriptedPrompter:
    """Somebody who knows a PIN, or none."""
    return ScriptedPrompter({AskSecret: pin if pin is not None else [None], AskConfirm: "yes"}, on_touch)


def desk(prompter: ScriptedPrompter, *, given: str = "", token: str = "", patient: bool = False) -> Desk:
    """Where they unlock; ``given``: a PIN ahead."""
    ahead = Given(Method.FIDO2, Secret.of(given) if given else None, token=token) if given or token else None
    return Desk(prompter, VAULT, "Personal", "My key", 0, ahead, patient=patient, used=[])
