"""``python -m tests.benchmarks.unlock_cards``: what PIV, OpenPGP and challenge-response add to yubikit alone.

Both talk to the same emulated card over the real pcscd, in the same run, in turns. The card answers at once, so that
what is left is what the two programs do; ``commands`` is what a real one would be asked. yubikit alone opens the
reader as ykman does, gives the PIN and has the same kind of key do the same work.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, x25519
from cryptography.hazmat.primitives.hashes import SHA256
from ykman.pcsc import list_devices
from yubikit.core.smartcard import SmartCardConnection
from yubikit.openpgp import OpenPgpSession
from yubikit.piv import SLOT, PivSession
from yubikit.yubiotp import SLOT as POSITION
from yubikit.yubiotp import YubiOtpSession

from kvault_gui.engine.api import NewFactor
from kvault_gui.engine.unlock.challenge_response import ChallengeResponse
from kvault_gui.engine.unlock.openpgp import OpenPgp as OpenPgpMethod
from kvault_gui.engine.unlock.piv import Piv as PivMethod
from tests.peers.cards.daemon import reader_service
from tests.peers.cards.key_card_tests import PIN, SERIAL, desk, person
from tests.peers.cards.management import yubikey
from tests.peers.cards.openpgp import OpenPgp
from tests.peers.cards.otp import Otp, Position
from tests.peers.cards.piv import Piv

if TYPE_CHECKING:
    from collections.abc import Callable

    from kvault_gui.engine.vault.methods import UnlockMethod
    from tests.peers.cards.keys import Key
    from tests.peers.cards.vicc import Card

ROUNDS = 30
_OAEP = padding.OAEP(padding.MGF1(SHA256()), SHA256(), None)


def _piv(key: Key) -> Callable[[SmartCardConnection], bytes]:
    if isinstance(key, rsa.RSAPrivateKey):
        text = key.public_key().encrypt(bytes(32), _OAEP)
        return lambda connection: _with_pin(connection).decrypt(SLOT.KEY_MANAGEMENT, text, _OAEP)
    other = _other(key)
    return lambda connection: _with_pin(connection).calculate_secret(SLOT.KEY_MANAGEMENT, other)


def _with_pin(connection: SmartCardConnection) -> PivSession:
    session = PivSession(connection)
    session.verify_pin(PIN)
    return session


def _other(key: Key) -> ec.EllipticCurvePublicKey | x25519.X25519PublicKey:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return ec.generate_private_key(key.curve).public_key()
    return x25519.X25519PrivateKey.generate().public_key()


def _openpgp(key: Key) -> Callable[[SmartCardConnection], bytes]:
    if isinstance(key, rsa.RSAPrivateKey):
        value: bytes | ec.EllipticCurvePublicKey | x25519.X25519PublicKey
        value = key.public_key().encrypt(bytes(32), padding.PKCS1v15())
    else:
        value = _other(key)

    def act(connection: SmartCardConnection) -> bytes:
        session = OpenPgpSession(connection)
        session.verify_pin(PIN, extended=True)
        return session.decrypt(value)

    return act


def _otp(connection: SmartCardConnection) -> bytes:
    return YubiOtpSession(connection).calculate_hmac_sha1(POSITION.TWO, bytes(range(32)))


def compare(
    card: Card, method: UnlockMethod, bare: Callable[[SmartCardConnection], bytes], rounds: int = ROUNDS
) -> dict[str, float]:
    """Medians in milliseconds, their difference, and the commands of one unlock each."""
    params = method.enrol(NewFactor(method.method), desk(person())).params

    def alone() -> bytes:
        device = list_devices()[0]  # type: ignore[no-untyped-call] # the library left it without types
        with device.open_connection(SmartCardConnection) as connection:
            return bare(connection)

    acts: dict[str, Callable[[], bytes]] = {
        "kvault": lambda: method.unlock(params, desk(person())),
        "yubikit": alone,
    }
    times: dict[str, list[float]] = {name: [] for name in acts}
    commands = {}
    for _ in range(rounds):
        for name, act in acts.items():
            before, began = len(card.seen), time.perf_counter()
            act()
            times[name].append((time.perf_counter() - began) * 1000)
            commands[name] = len(card.seen) - before
    ours, theirs = (statistics.median(times[name]) for name in acts)
    return {
        "kvault ms": ours,
        "yubikit ms": theirs,
        "ratio": ours / theirs,
        "added ms": ours - theirs,
        "kvault commands": commands["kvault"],
        "yubikit commands": commands["yubikit"],
    }


def main() -> None:
    """Print a row for each kind of key."""
    piv, openpgp, otp = Piv(SERIAL), OpenPgp(SERIAL), Otp(SERIAL)
    otp.positions[2] = Position(bytes(range(20)))
    card = yubikey(SERIAL, [otp, piv, openpgp])
    rows = {}
    with reader_service() as service:
        service.insert(0, card)
        for kind in ("rsa2048", "rsa4096", "p256", "x25519"):
            key = piv.put(kind).key
            rows[f"PIV {kind}"] = compare(card, PivMethod(), _piv(key), 5 if kind == "rsa4096" else ROUNDS)
        for kind in ("rsa2048", "x25519"):
            openpgp.put(kind)
            assert openpgp.key is not None
            rows[f"OpenPGP {kind}"] = compare(card, OpenPgpMethod(), _openpgp(openpgp.key))
        rows["challenge-response"] = compare(card, ChallengeResponse(), _otp)
    for name, row in rows.items():
        print(name, "  ".join(f"{key} {value:.2f}" for key, value in row.items()))  # noqa: T201 a command's output


if __name__ == "__main__":
    main()
