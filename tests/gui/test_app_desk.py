"""The whole program on a real display, driven by keys alone: unlock, find, copy, type, lock, unlock again, quit."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kvault_gui.services.control import client as control
from tests.gui.inprocess import PASSWORD, InProcess
from tests.gui.sample import fill

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not shutil.which("Xvfb"), reason="Xvfb is not installed")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "run").mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    engine = InProcess()
    vault = tmp_path / ".kind" / "vault" / "personal"
    vault.parent.mkdir(parents=True)
    engine.create(vault)
    fill(engine.engine)
    engine.engine.vaults.close()
    return tmp_path


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    none = f"unix:path={home}/none"
    return {
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        "DBUS_SESSION_BUS_ADDRESS": none,
        "DBUS_SYSTEM_BUS_ADDRESS": none,
    }


@pytest.fixture
def desk() -> Iterator[object]:
    from installers.desk import Desk  # noqa: PLC0415 needs Xlib, which this test alone needs

    with Desk() as made:
        yield made


def engines(pid: int) -> list[int]:
    """The children of a process."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def test_the_whole_program_by_keyboard(desk: object, environment: dict[str, str]) -> None:
    from installers.desk import Desk  # noqa: PLC0415

    assert isinstance(desk, Desk)
    program = [sys.executable, "-m", "kvault_gui"]
    said = Path(environment["HOME"]) / "stderr"
    with said.open("wb") as file:
        process = subprocess.Popen(program, cwd=ROOT, env={**desk.environment, **environment}, stderr=file)
    try:
        desk.wait_window("Unlock")
        desk.wait_still()
        desk.type(PASSWORD)
        desk.key("Return")
        desk.wait(lambda: "kvault" in desk.windows(), "the main window")
        desk.wait_still()
        first_engine = engines(process.pid)
        desk.type("git")
        desk.key("ctrl+c")
        desk.wait(lambda: desk.clipboard() == "t7#Rk9-vale.Ormen42", "the password on the clipboard")
        desk.key("ctrl+n")
        desk.wait_still()
        desk.type("Half typed")
        # A second start shows this one's window and ends.
        second = subprocess.run(program, cwd=ROOT, env={**desk.environment, **environment}, timeout=20, check=False)
        assert second.returncode == 0
        desk.key("ctrl+l")
        desk.wait_window("Unlock")
        assert not set(first_engine) & set(engines(process.pid))
        state = control.status()
        assert state is not None
        assert (state.locked, state.pid) == (True, process.pid)
        assert desk.clipboard() == ""
        desk.wait_still()
        desk.type(PASSWORD)
        desk.key("Return")
        desk.wait(lambda: "kvault" in desk.windows(), "the main window again")
        desk.wait_still()
        assert control.lock()
        desk.wait_window("Unlock")
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(10) == 0
        assert said.read_bytes() == b""
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif(not shutil.which("trayer"), reason="trayer is not installed")
def test_with_a_tray_closing_keeps_running_and_the_icon_leads_back(desk: object, environment: dict[str, str]) -> None:
    from installers.desk import Desk  # noqa: PLC0415

    assert isinstance(desk, Desk)
    desk.start(["trayer", "--edge", "top", "--align", "right", "--height", "32", "--SetDockType", "false"])
    desk.wait_window("panel")
    process = subprocess.Popen([sys.executable, "-m", "kvault_gui"], cwd=ROOT, env={**desk.environment, **environment})
    try:
        desk.wait_window("Unlock")
        desk.wait_still()
        desk.type(PASSWORD)
        desk.key("Return")
        desk.wait(lambda: "kvault" in desk.windows(), "the main window")
        desk.wait_still()
        desk.key("ctrl+w")
        desk.wait(lambda: "kvault" not in desk.windows(), "the window to close")
        assert process.poll() is None
        state = control.status()
        assert state is not None
        assert not state.locked
        desk.click(desk.size[0] - 16, 16)  # the icon stands at the end of the panel
        desk.wait(lambda: "kvault" in desk.windows(), "the window to come back")
        desk.wait_still()
        desk.key("ctrl+w")
        desk.wait(lambda: "kvault" not in desk.windows(), "the window to close again")
        assert control.lock()
        # Nobody looked at it: it locks without a dialog.
        assert not any("Unlock" in title for title in desk.windows())
        assert control.show()
        desk.wait_window("Unlock")
        process.terminate()
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
