"""What is plugged in, watched cheaply: readers and cards as pcscd tells, FIDO tokens as the kernel lists them.

Nothing here opens a token, a card or a device file.
"""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ..api import Plugged
from ..errors import LibraryMissingError
from . import pcsc

if TYPE_CHECKING:
    from types import ModuleType, TracebackType

HID_PREFIX = "hid:"  # of token ids; the device file follows
HIDRAW = Path("/sys/class/hidraw")

_PNP = "\\\\?PnP?\\Notification"  # pcsc-lite's reader that changes when a reader comes or goes
_LOOK = 0.5  # seconds between two looks at what has no events: device files, and a pcscd that is not there
_FIDO_PAGE = b"\x06\xd0\xf1"  # HID report descriptor: usage page F1D0 (CTAP 2.1, section 11.2.8.1)


def hid_tokens(folder: Path = HIDRAW) -> list[str]:
    """The ids of FIDO tokens in USB ports ("hid:/dev/hidraw0"), whether they may be opened or not."""
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return []  # no such thing here: a container, another system
    return [f"{HID_PREFIX}/dev/{name}" for name in names if _is_fido(folder / name)]


def _is_fido(device: Path) -> bool:
    try:
        return _FIDO_PAGE in (device / "device" / "report_descriptor").read_bytes()[:64]
    except OSError:
        return False  # pulled out between the two looks


class Watch:
    """Waits until tokens, cards or readers come or go. For one thread; ``close`` it there.

    Args:
        hidraw: where the kernel lists its raw HID devices.
    """

    def __init__(self, hidraw: Path = HIDRAW) -> None:
        self._hidraw = hidraw
        self._context: int | None = None
        self._states: dict[str, int] = {}  # by reader, as SCardGetStatusChange wants it back; without pcscd empty
        self._told: Plugged | None = None

    def wait(self, timeout: float) -> Plugged | None:
        """Wait for a change at most ``timeout`` seconds; None if nothing changed. The first call tells what is there.

        A change is told within a second, pcscd's own 0.4 s included; an unknown library or a daemon that is not
        there is waited for as well.
        """
        until = time.monotonic() + timeout
        step = 0.0
        while True:
            self._look(step)
            now = self._sum()
            if now != self._told:
                self._told = now
                return now
            step = min(_LOOK, until - time.monotonic())
            if step <= 0:
                return None

    def close(self) -> None:
        """Let go of pcscd."""
        if self._context is not None:
            pcsc.scard().SCardReleaseContext(self._context)
            self._context = None
        self._states.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _sum(self) -> Plugged:
        cards = []
        if self._context is not None:
            api = pcsc.scard()
            cards = [
                pcsc.PREFIX + name
                for name, state in self._states.items()
                if name != _PNP and state & api.SCARD_STATE_PRESENT
            ]
        return Plugged(sorted([*cards, *hid_tokens(self._hidraw)]), service=self._context is not None)

    def _look(self, seconds: float) -> None:
        """Wait for pcscd to tell a change, at most ``seconds``."""
        began = time.monotonic()
        try:
            api = pcsc.scard()
        except LibraryMissingError:
            time.sleep(seconds)
            return
        if not self._connected(api) or not self._change(api, seconds):
            # Asking again at once would be a busy loop.
            time.sleep(max(0.0, seconds - (time.monotonic() - began)))

    def _connected(self, api: ModuleType) -> bool:
        if self._context is None:
            if not _served():
                return False
            code, context = api.SCardEstablishContext(api.SCARD_SCOPE_USER)
            if code != api.SCARD_S_SUCCESS:
                return False
            self._context = context
            self._list(api)
        return self._context is not None

    def _list(self, api: ModuleType) -> None:
        """Readers that came are asked about anew, those that went are forgotten."""
        code, names = api.SCardListReaders(self._context, [])
        if code not in {api.SCARD_S_SUCCESS, api.SCARD_E_NO_READERS_AVAILABLE}:
            self.close()
            return
        there = set(names or []) if code == api.SCARD_S_SUCCESS else set()
        # The notification has a count in its upper half (pcsc-lite 2.1, Windows), which is not that of the names: it
        # wants back what it gave, or it answers at once for ever.
        self._states = {name: self._states.get(name, api.SCARD_STATE_UNAWARE) for name in (_PNP, *sorted(there))}

    def _change(self, api: ModuleType, seconds: float) -> bool:
        """Wait for one change and take it in; False when pcscd is gone."""
        asked = list(self._states.items())
        code, states = api.SCardGetStatusChange(self._context, int(seconds * 1000), asked)
        if code == api.SCARD_S_SUCCESS:
            for name, state, _ in states:
                self._states[name] = state & ~api.SCARD_STATE_CHANGED
        elif code not in {api.SCARD_E_TIMEOUT, api.SCARD_E_UNKNOWN_READER}:
            self.close()
            return False
        # After a time-out as well: before pcsc-lite 2.1 a reader that comes between two waits is not notified.
        self._list(api)
        return True


def _served() -> bool:
    """Whether pcscd answers. Asking its library would have it log an error each time."""
    path = os.environ.get("PCSCLITE_CSOCK_NAME", "/run/pcscd/pcscd.comm")
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except OSError:
            return False
    return True
