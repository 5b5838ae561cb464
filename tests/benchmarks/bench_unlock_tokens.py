"""What unlocking a whole vault with a token takes beyond what the token itself takes.

``python -m tests.benchmarks.bench_unlock_tokens``. In one run, in turns, medians:

* **kvault**: from the call of unlock to the open vault, everything included;
* **library**: the same operation of the same part by its bare library, opening and closing the part included;
* **tool**: the same by a command line tool as a whole process, where one reaches the part;
* **first**: kvault's first unlock in a fresh process, the token's library not yet loaded.

*Added* is kvault less library: once in a running process, and the first time. *Processor* is what that first unlock
took of this computer's own time, which other programs on it do not lengthen. Every part answers at once: nobody is
waited for. No tool is named for FIDO2 (fido2-assert reaches USB alone, and these tokens are in readers), PIV and
OpenPGP (the makers' tools do not decrypt with a key of their own).
"""

from __future__ import annotations

import argparse
import contextlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from fido2.hid import CtapHidDevice
from fido2.pcsc import CtapPcscDevice

from kvault_gui.engine.api import Credential, Method, NewFactor, Secret
from kvault_gui.engine.facade import Engine
from tests.benchmarks import bench_unlock_chips as chips
from tests.benchmarks import unlock_fido2
from tests.engine.altering import params_of, slot_in
from tests.engine.unlock.script import ScriptedPrompter
from tests.engine.ways_kit import header_of
from tests.peer import peer
from tests.peers.cards.ctap import Authenticator
from tests.peers.cards.hid import HidToken
from tests.peers.parts import PINS, PLACES, Parts, State, Way

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fido2.ctap import CtapDevice

COLUMNS = (
    *("way in", "kvault", "library", "tool", "added", "ratio", "kvault / tool"),
    *("first", "added the first time", "processor, first"),
)
GOAL = 150.0  # milliseconds that an unlock may add
_READER, _OTHER_READER = "Virtual Contactless Reader 00 00", "Yubico YubiKey OTP+FIDO+CCID 00 00"

Params = dict[str, Any]


class Case(NamedTuple):
    """A way in and what it is compared with."""

    name: str
    way: Way
    method: Method
    library: Callable[[], object]
    tool: Callable[[], object] | None = None
    fresh: bool = True  # another process can reach the part


# --- the bare libraries ----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def card(name: str) -> Iterator[Any]:
    """A connection as ykman makes it to the card in a reader."""
    from smartcard.System import readers  # noqa: PLC0415 optional library
    from ykman.pcsc import ScardSmartCardConnection  # noqa: PLC0415 optional library

    reader = next(each for each in readers() if each.name == name)
    connection = ScardSmartCardConnection(reader.createConnection())  # type: ignore[no-untyped-call] # without types
    try:
        yield connection
    finally:
        connection.close()  # type: ignore[no-untyped-call] # without types


def bare_otp(params: Params) -> bytes:
    """HMAC-SHA1 of the slot's challenge."""
    from yubikit.yubiotp import SLOT, YubiOtpSession  # noqa: PLC0415 optional library

    with card(_READER) as connection:
        session = YubiOtpSession(connection)
        return session.calculate_hmac_sha1(SLOT(params["position"]), bytes.fromhex(params["challenge"]))


def bare_piv(params: Params) -> bytes:
    """PIN and ECDH with what was sent."""
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 beside the library that takes it
    from yubikit.piv import SLOT, PivSession  # noqa: PLC0415 optional library

    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes.fromhex(params["sent"]))
    with card(_READER) as connection:
        session = PivSession(connection)
        session.verify_pin(PINS[Method.PIV])
        return session.calculate_secret(SLOT.KEY_MANAGEMENT, point)


def bare_openpgp(params: Params) -> bytes:
    """PIN and ECDH with what was sent."""
    from yubikit.openpgp import OpenPgpSession  # noqa: PLC0415 optional library

    with card(_OTHER_READER) as connection:
        session = OpenPgpSession(connection)
        session.verify_pin(PINS[Method.OPENPGP], extended=True)
        return session.decrypt(bytes.fromhex(params["sent"]))


def bare_fido2(device: Callable[[], CtapDevice], params: Params) -> bytes:
    """PIN and assertion with hmac-secret by fido2's own client."""
    return unlock_fido2.bare(device, params, PINS[Method.FIDO2])


def bare_keyring(item: str) -> bytes:
    """The secret by python's keyring library."""
    from keyring.backends.SecretService import Keyring  # noqa: PLC0415 optional library

    return bytes.fromhex(str(Keyring().get_password("kvault", item)))  # type: ignore[no-untyped-call] # without types


# --- tools -----------------------------------------------------------------------------------------------------------


def tool_otp(params: Params) -> bytes:
    """By ykman."""
    ykman = Path(sys.executable).with_name("ykman")
    position, challenge = str(params["position"]), params["challenge"]
    command = [str(ykman), "--reader", _READER, "otp", "calculate", position, challenge]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout


def tool_keyring(item: str) -> bytes:
    """By secret-tool."""
    command = [peer("secret-tool"), "lookup", "service", "kvault", "username", item]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout


# --- measuring -------------------------------------------------------------------------------------------------------


def in_turns(acts: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median of each in milliseconds, after one round that is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in acts}
    for number in range(rounds + 1):
        for name, act in acts.items():
            began = time.perf_counter()
            found = act()
            milliseconds = found if isinstance(found, float) else (time.perf_counter() - began) * 1000
            if number:
                taken[name].append(milliseconds)
    return {name: statistics.median(times) for name, times in taken.items()}


def unlock(folder: Path, credential: Credential, person: ScriptedPrompter) -> float:
    """Milliseconds until the vault is open; closing it is not counted."""
    engine = Engine(person, "benchmark", kdf_seconds=0)
    began = time.perf_counter()
    engine.vaults.unlock(str(folder), credential, [])
    taken = (time.perf_counter() - began) * 1000
    engine.vaults.close()
    return taken


def first(parts: Parts, case: Case, processor: list[float]) -> float:
    """The same in a fresh process, whose processor time is added to the list."""
    command = [sys.executable, "-m", "tests.benchmarks.first_unlock", str(case.way.folder), case.way.slot]
    code = case.way.added.recovery_code  # beside challenge-response, which has no PIN
    secret = (code.text() if code is not None else PINS.get(case.method, "")) + "\n"
    done = subprocess.run(
        [*command, case.method, str(parts.machine)],
        input=secret,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    elapsed, used = done.stdout.split()
    processor.append(float(used))
    return float(elapsed)


# --- the ways in -----------------------------------------------------------------------------------------------------


def way_in(parts: Parts, *factors: NewFactor) -> tuple[Way, Params]:
    """A vault with it, and the parameters of its last factor."""
    way = parts.add("Token", *factors)
    return way, params_of(slot_in(way.folder, "Token"), factors[-1].method)


def cases(parts: Parts, folder: Path) -> Iterator[Case]:
    """One for each kind of hardware."""
    yield from on_cards(parts)
    way, params = way_in(parts, NewFactor(Method.PKCS11, file=parts.hsm.module, token=parts.hsm_ids["owner"],
                                          make=True, key="rsa2048"))  # fmt: skip
    sent = folder / "sent"
    sent.write_bytes(bytes.fromhex(params["sent"]))
    library = partial(chips.bare_pkcs11, parts.hsm, params, "owner")
    tool = partial(chips.tool_pkcs11, parts.hsm, params, sent, "owner")
    yield Case("SoftHSM2, RSA 2048, PIN", way, Method.PKCS11, library, tool)
    way, params = way_in(parts, NewFactor(Method.TPM))
    chips.sealed_by_tools(parts.chip, folder, pin=False, pcrs=[])
    library, tool = partial(chips.bare_tpm, parts.chip, params), partial(chips.tool_tpm, parts.chip, folder, [])
    yield Case("swtpm", way, Method.TPM, library, tool)
    way, params = way_in(parts, NewFactor(Method.DEVICE))
    item = f"{header_of(way.folder)['vault']} {params['item']}"
    yield Case("GNOME Keyring", way, Method.DEVICE, partial(bare_keyring, item), partial(tool_keyring, item))


def on_cards(parts: Parts) -> Iterator[Case]:
    """What is in readers, and a FIDO2 token in a USB port."""
    way, params = way_in(parts, parts.wanted(Method.FIDO2))
    library = partial(bare_fido2, lambda: next(CtapPcscDevice.list_devices(_READER)), params)
    yield Case("FIDO2 in a reader, PIN", way, Method.FIDO2, library)
    way, params = way_in(parts, NewFactor(Method.RECOVERY_CODE), parts.wanted(Method.CHALLENGE_RESPONSE))
    library, tool = partial(bare_otp, params), partial(tool_otp, params)
    yield Case("Challenge-response", way, Method.CHALLENGE_RESPONSE, library, tool)
    way, params = way_in(parts, parts.wanted(Method.PIV))
    yield Case("PIV, P-256, PIN", way, Method.PIV, partial(bare_piv, params))
    parts.arrange(State(spare=True))  # a YubiKey's: yubikit knows no other maker's
    for place in (PLACES["yubikey"], PLACES["openpgp"]):
        parts.service.remove(place)
    way, params = way_in(parts, parts.wanted(Method.OPENPGP, spare=True))
    yield Case("OpenPGP, X25519, PIN", way, Method.OPENPGP, partial(bare_openpgp, params))
    parts.service.empty()
    token = Authenticator(PINS[Method.FIDO2])
    port = parts.ports.plug(HidToken(token))
    parts.touches[port] = token.touch
    way, params = way_in(parts, NewFactor(Method.FIDO2, token=port))
    library = partial(bare_fido2, lambda: next(CtapHidDevice.list_devices()), params)
    yield Case("FIDO2 in a USB port, PIN", way, Method.FIDO2, library, fresh=False)
    parts.ports.pull(port.removeprefix("hid:"))


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    say(f"{platform.platform()}, Python {platform.python_version()}, {rounds} rounds, medians in milliseconds\n")
    with tempfile.TemporaryDirectory(prefix="kv-tokens-") as place, contextlib.ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("XDG_STATE_HOME", place)
        parts = Parts(Path(place), stack, patch)
        for touch in parts.touches.values():
            touch.after = 0  # touched at once: nobody is waited for
        code = Credential(Method.RECOVERY_CODE, Secret.of(parts.code), "Recovery code")
        plain = in_turns({"": lambda: unlock(parts.vault, code, ScriptedPrompter())}, rounds)[""]
        say(f"Unlocking with the recovery code, no token at all: {plain:.1f}\n")
        say(f"| {' | '.join(COLUMNS)} |")
        say(f"| --- |{' ---: |' * (len(COLUMNS) - 1)}")
        worst = [tell(parts, case, rounds) for case in cases(parts, Path(place))]
    say(f"\nMost that is added: {max(worst):.0f} ms ({'within' if max(worst) < GOAL else 'over'} {GOAL:.0f} ms)")


def tell(parts: Parts, case: Case, rounds: int) -> float:
    """One line of the table; gives what is added at most."""
    processor: list[float] = []
    kvault = Credential(case.way.added.slot.method, Secret(bytearray()), case.way.slot)
    acts = {
        "kvault": lambda: unlock(case.way.folder, kvault, parts.person(case.way.added)),
        "library": case.library,
        "tool": case.tool,
        "first": partial(first, parts, case, processor) if case.fresh else None,
    }
    found = in_turns({name: act for name, act in acts.items() if act is not None}, rounds)
    ours, bare = found["kvault"], found["library"]
    added = [ours - bare] + ([found["first"] - bare] if "first" in found else [])
    tool = f"{found['tool']:.1f}" if "tool" in found else ""
    against = f"{ours / found['tool']:.2f}" if "tool" in found else ""
    begun = (
        (f"{found['first']:.1f}", f"{added[1]:.1f}", f"{statistics.median(processor):.1f}") if processor else ("",) * 3
    )
    cells = [f"{ours:.1f}", f"{bare:.1f}", tool, f"{added[0]:.1f}", f"{ours / bare:.2f}", against, *begun]
    say(f"| {case.name} | {' | '.join(cells)} |")
    return max(added)


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 a command's output


if __name__ == "__main__":
    main()
