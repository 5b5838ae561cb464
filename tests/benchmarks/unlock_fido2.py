"""``python -m tests.benchmarks.unlock_fido2``: what a FIDO2 way in adds to the same assertion by fido2's own client.

Both talk to the same emulated token, in the same run, in turns: over the real pcscd and over USB framing. The token
answers at once, so that what is left is what the two programs do. ``exchanges`` is what a real token would be asked:
it decides what a person waits for.
"""

from __future__ import annotations

import contextlib
import statistics
import time
from typing import TYPE_CHECKING

import pytest
from fido2.client import DefaultClientDataCollector, Fido2Client, UserInteraction
from fido2.ctap2.extensions import HMACGetSecretInput, HmacSecretExtension
from fido2.hid import CtapHidDevice
from fido2.pcsc import CtapPcscDevice
from fido2.webauthn import (
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRequestOptions,
    PublicKeyCredentialType,
    UserVerificationRequirement,
)

from kvault_gui.engine.tokens.fido import RP
from kvault_gui.engine.unlock.fido2 import Fido2
from tests.peers.cards.bench import PIN, Bench, desk, person, wanted
from tests.peers.cards.ctap import Authenticator
from tests.peers.cards.daemon import reader_service
from tests.peers.cards.hid import usb_ports

if TYPE_CHECKING:
    from collections.abc import Callable

    from fido2.ctap import CtapDevice

    from kvault_gui.engine.vault.methods import Params
    from tests.peers.cards.bench import Plugged

ROUNDS = 40


class _Owner(UserInteraction):
    def prompt_up(self) -> None:
        """It is touched at once."""

    def __init__(self, pin: str) -> None:
        self._pin = pin

    def request_pin(self, permissions: object, rp_id: str | None) -> str | None:
        del permissions, rp_id
        return self._pin


def bare(open_device: Callable[[], CtapDevice], params: Params, pin: str = PIN) -> bytes:
    """The same assertion by fido2's own client, opening and closing included."""
    device = open_device()
    try:
        client = Fido2Client(
            device,
            DefaultClientDataCollector(f"https://{RP}", verify=lambda _rp, _origin: True),
            user_interaction=_Owner(pin),
            extensions=[HmacSecretExtension(allow_hmac_secret=True)],
        )
        options = PublicKeyCredentialRequestOptions(
            challenge=bytes(32),
            rp_id=RP,
            allow_credentials=[
                PublicKeyCredentialDescriptor(
                    type=PublicKeyCredentialType.PUBLIC_KEY, id=bytes.fromhex(str(params["credential"]))
                )
            ],
            user_verification=UserVerificationRequirement.REQUIRED,
            extensions={"hmacGetSecret": HMACGetSecretInput(bytes.fromhex(str(params["salt"])))},
        )
        answer = client.get_assertion(options).get_response(0)
        return bytes(answer.client_extension_results["hmacGetSecret"]["output1"], "ascii")
    finally:
        device.close()


def compare(bench: Bench, open_device: Callable[[Plugged], CtapDevice], rounds: int = ROUNDS) -> dict[str, float]:
    """Medians in milliseconds, their ratio and difference, and the exchanges of one unlock each."""
    plugged = bench.plug(Authenticator(PIN))
    method = Fido2()
    params = method.enrol(wanted(), desk(person())).params
    acts: dict[str, Callable[[], bytes]] = {
        "kvault": lambda: method.unlock(params, desk(person(), given=PIN)),
        "fido2": lambda: bare(lambda: open_device(plugged), params),
    }
    times: dict[str, list[float]] = {name: [] for name in acts}
    exchanges = {}
    for _ in range(rounds):
        for name, act in acts.items():
            before, began = plugged.exchanges, time.perf_counter()
            act()
            times[name].append((time.perf_counter() - began) * 1000)
            exchanges[name] = plugged.exchanges - before
    ours, theirs = (statistics.median(times[name]) for name in acts)
    return {
        "kvault ms": ours,
        "fido2 ms": theirs,
        "ratio": ours / theirs,
        "added ms": ours - theirs,
        "kvault exchanges": exchanges["kvault"],
        "fido2 exchanges": exchanges["fido2"],
    }


def main() -> None:
    """Print both."""
    with contextlib.ExitStack() as stack:
        ports = stack.enter_context(usb_ports(pytest.MonkeyPatch()))
        rows = {"USB": compare(Bench(None, ports), lambda _: next(CtapHidDevice.list_devices()))}
        for path in list(ports.tokens):
            ports.pull(path)
        service = stack.enter_context(reader_service())
        rows["reader"] = compare(Bench(service, None), lambda _: next(CtapPcscDevice.list_devices()))
    for name, row in rows.items():
        print(name, "  ".join(f"{key} {value:.2f}" for key, value in row.items()))  # noqa: T201 a command's output


if __name__ == "__main__":
    main()
