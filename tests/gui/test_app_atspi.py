"""What assistive technology sees of the running program: names and roles for everything, no secret among them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.gui.inprocess import PASSWORD, InProcess
from tests.gui.sample import fill

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = Path("/usr/libexec/at-spi-bus-launcher")
PYTHON = "/usr/bin/python3"
OPERATED = {"push button", "toggle button", "check box", "radio button", "text", "password text", "combo box", "table"}


def _has_pyatspi() -> bool:
    if not (shutil.which("Xvfb") and shutil.which("dbus-daemon") and LAUNCHER.exists() and Path(PYTHON).exists()):
        return False
    return subprocess.run([PYTHON, "-c", "import pyatspi"], capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not _has_pyatspi(), reason="at-spi2-core, python3-pyatspi or Xvfb is not installed")


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[str]:
    """A session bus of its own."""
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--print-address=1", "--nofork", f"--address=unix:path={tmp_path}/bus"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert daemon.stdout is not None
    yield daemon.stdout.readline().strip()
    daemon.terminate()
    daemon.wait()
    daemon.stdout.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir(mode=0o700)
    engine = InProcess()
    vault = tmp_path / ".kind" / "vault" / "personal"
    vault.parent.mkdir(parents=True)
    engine.create(vault)
    fill(engine.engine)
    engine.engine.vaults.close()
    return tmp_path


def seen(environment: dict[str, str], window: str) -> list[dict[str, Any]]:
    """The accessibility tree, flat."""
    walker = str(ROOT / "tests" / "gui" / "walk_atspi.py")
    done = subprocess.run([PYTHON, walker, window], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def nameless(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [node for node in nodes if node["role"] in OPERATED and node["showing"] and not node["name"]]


def test_everything_has_a_name_and_secrets_are_bullets(bus: str, home: Path) -> None:
    from installers.desk import Desk  # noqa: PLC0415 needs Xlib, which this test alone needs

    with Desk() as desk:
        environment = {
            **desk.environment,
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home / "run"),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_STATE_HOME": str(home / "state"),
            "DBUS_SESSION_BUS_ADDRESS": bus,
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={home}/none",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        }
        desk.start([str(LAUNCHER), "--launch-immediately"], env=environment)
        process = subprocess.Popen([sys.executable, "-m", "kvault_gui"], cwd=ROOT, env=environment)
        try:
            desk.wait_window("Unlock")
            desk.type("abc")
            nodes = seen(environment, "Unlock")
            assert not nameless(nodes)
            (field,) = [node for node in nodes if node["role"] == "password text"]
            assert set(field["text"]) == {"\u2022"}
            for _ in "abc":
                desk.key("BackSpace")
            desk.type(PASSWORD)
            desk.key("Return")
            desk.wait(lambda: "kvault" in desk.windows(), "the main window")
            desk.wait_still()
            desk.type("git")
            desk.wait_still()
            nodes = seen(environment, "kvault")
            assert not nameless(nodes)
            names = {node["name"] for node in nodes}
            assert {
                "Search",
                "Entries",
                "Places",
                "Secrets",
                "Lock",
                "Edit",
                "GitHub, octocat, favourite, has files",
            } <= names
            assert "t7#Rk9-vale.Ormen42" not in json.dumps(nodes)
        finally:
            os.kill(process.pid, 15)
            process.wait(10)
