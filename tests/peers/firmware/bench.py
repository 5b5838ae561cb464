"""Nitrokeys in readers and ports, and where their flash memory lies."""

from __future__ import annotations

import functools
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.peers.cards.bench import SLOT, Bench, Plugged
from tests.peers.cards.hid import HidToken

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.peers.firmware.nitrokey import Nitrokey

OVER_USB = (0x20A0, 0x42B2)  # vendor and product of a Nitrokey 3


def plug(bench: Bench, token: Nitrokey, place: int = 0) -> Plugged:
    """Plug it in: FIDO2 over USB, or whatever it has in a reader."""
    if bench.cards is not None:
        return Plugged(bench, f"pcsc:{bench.cards.insert(SLOT + place, token)}", token, None, place)
    assert bench.ports is not None
    vendor, product = OVER_USB
    # HidToken wants an authenticator's power_up and run, which is what a Nitrokey has.
    hid = HidToken(token, name="Nitrokey 3", vendor=vendor, product=product, version=(1, 8, 2))  # type: ignore[arg-type]
    return Plugged(bench, bench.ports.plug(hid, f"/dev/hidraw-test{place}"), None, hid, place)


@functools.cache
def _made() -> Path:
    """For the flash memories that were prepared, until the process ends."""
    folder = tempfile.TemporaryDirectory(prefix="kv-firmware-")
    _kept.append(folder)
    return Path(folder.name)


_kept: list[tempfile.TemporaryDirectory[str]] = []


def prepared(name: str, make: Callable[[Path], None], to: Path) -> Path:
    """A copy of a token's flash memory at ``to``, prepared once in a process by ``make``."""
    original = _made() / name
    if not original.exists():
        make(original)
    shutil.copytree(original, to)
    return to
