"""From start to the first picture of the unlock dialog, ours and KeePassXC's, on one virtual display in turns."""

from __future__ import annotations

import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from Xlib import X, display
from Xlib.ext import damage

from installers.desk import Desk

if TYPE_CHECKING:
    from tests.benchmarks.corpus import Corpus

PAINTED = 12  # more colours than the empty screen has: text and icons are there


class _Eye:
    """Watches the screen for the first picture with content."""

    def __init__(self, name: str) -> None:
        self._display: Any = display.Display(name)
        self._screen = self._display.screen()
        self._display.damage_query_version()
        self._screen.root.change_attributes(event_mask=X.SubstructureNotifyMask)
        self._empty = self._colours()

    def _colours(self) -> int:
        width, height = self._screen.width_in_pixels, self._screen.height_in_pixels
        raw = self._screen.root.get_image(0, 0, width, height, X.ZPixmap, 0xFFFFFFFF).data
        return len(set(memoryview(raw).cast("I")[::7]))

    def first_paint(self, command: list[str], env: dict[str, str]) -> float:
        """Seconds from starting ``command`` to the first picture."""
        while self._display.pending_events():
            self._display.next_event()
        watched = self._screen.root.damage_create(damage.DamageReportRawRectangles)
        self._display.sync()
        begun = time.perf_counter()
        process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            mapped = False
            while time.perf_counter() - begun < 20:
                if not self._display.pending_events():
                    select.select([self._display], [], [], 0.05)
                kinds = [type(self._display.next_event()).__name__ for _ in range(self._display.pending_events())]
                mapped = mapped or "MapNotify" in kinds
                if mapped and "DamageNotify" in kinds:
                    now = time.perf_counter() - begun
                    if self._colours() > self._empty + PAINTED:
                        return now
            raise RuntimeError(f"{command[0]} painted nothing in 20 s")
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self._display.damage_destroy(watched)
            self._display.sync()


def compare(corpus: Corpus, rounds: int) -> dict[str, float]:
    """Median milliseconds of both, taken in turns."""
    peer = shutil.which("keepassxc")
    if peer is None:
        raise RuntimeError("keepassxc is not installed")
    ours = [str(Path(sys.executable).with_name("kvault-gui")), "--vault", str(corpus.vault)]
    theirs = [peer, str(corpus.kdbx)]
    mine: list[float] = []
    others: list[float] = []
    with tempfile.TemporaryDirectory() as home, Desk() as desk:
        eye = _Eye(desk.environment["DISPLAY"])
        for name in ("run", "config", "state"):
            Path(home, name).mkdir(mode=0o700)
        env = {
            **{name: value for name, value in desk.environment.items() if not name.startswith("PYTHON")},
            "HOME": home,
            "XDG_RUNTIME_DIR": f"{home}/run",
            "XDG_CONFIG_HOME": f"{home}/config",
            "XDG_STATE_HOME": f"{home}/state",
        }
        for _ in range(rounds + 1):
            mine.append(eye.first_paint(ours, env))
            others.append(eye.first_paint(theirs, env))
    found = [statistics.median(times[1:]) * 1e3 for times in (mine, others)]
    return {"kvault ms": found[0], "keepassxc ms": found[1], "ratio": found[0] / found[1]}
