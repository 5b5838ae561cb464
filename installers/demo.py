"""kvault at work on a virtual display: the real window, driven by keys alone, with a picture of each step.

``python installers/demo.py DIR``: prints every step, leaves the pictures in DIR, exits 0 only if all of it was seen.
Nothing of the person's own folders is touched.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from installers.desk import Desk, DeskError

if TYPE_CHECKING:
    from collections.abc import Callable

BIN = Path(sys.executable).parent
PASSWORD = "varnish otter copper lantern drift"  # noqa: S105 a sample
OTHER_PASSWORD = "the other program's own"  # noqa: S105 a sample
ENTRIES = [
    ("work/GitHub", "octocat", "t7#Rk9-vale.Ormen42", "https://github.com/login"),
    ("work/infra/Postgres, production", "app_rw", "pg-2HmW#8vQ.tern", "https://db-01.example.org"),
    ("work/infra/Sentry", "kvault-desktop", "sentry-93kk.Lumen", "https://sentry.example.org"),
    ("home/Mail", "user@example.org", "mail.Drift-55#pond", "https://mail.example.org"),
    ("home/Wi-Fi, summer house", "Skargard 2", "salt-and-granite-7", ""),
]


class Demo:
    """One run: its own home, its own display."""

    def __init__(self, pictures: Path, home: Path) -> None:
        self.pictures, self.home = pictures, home
        self.vault = home / ".kind" / "vault" / "personal"
        folders = {name: home / name.lower() for name in ("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME")}
        for folder in folders.values():
            folder.mkdir(mode=0o700)
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "KVAULT_"))},
            **{name: str(folder) for name, folder in folders.items()},
            "HOME": str(home),
            # No bus of this machine: what happens on the desktop round it has no part in the demonstration.
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent",
            "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent",
        }
        self._number = 0
        self._begun = time.monotonic()

    def step(self, desk: Desk, what: str) -> None:
        """Say what was just seen, and keep the picture."""
        desk.wait_still(limit=3)
        self._number += 1
        name = f"{self._number:02}-{what.split(':', 1)[0].lower().replace(' ', '-').replace(',', '')}.png"
        desk.screenshot(self.pictures / name)
        print(f"  {time.monotonic() - self._begun:5.1f} s  {what}", flush=True)  # noqa: T201 a command's output

    def command(self, *words: str, given: str = "") -> str:
        """Run the command line beside the window."""
        done = subprocess.run(  # noqa: S603 our own command
            [str(BIN / "kvault"), *words], env=self.env, input=given, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise DeskError(f"kvault {words[0]} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def status(self) -> str:
        """Locked or unlocked, as the window tells any program that asks."""
        code = (
            "from kvault_gui.services.control import client\n"
            "state = client.status()\n"
            "print('nobody' if state is None else 'locked' if state.locked else 'unlocked')"
        )
        done = subprocess.run([sys.executable, "-c", code], env=self.env, capture_output=True, text=True, check=False)  # noqa: S603 our own words
        return done.stdout.strip()

    # --- the steps ---------------------------------------------------------------------------------------------------

    def prepare(self) -> Path:
        """A KeePass database to bring over, written by the command line from a vault of its own."""
        source, password = self.home / "old", self.home / "old-password"
        password.write_text(OTHER_PASSWORD)
        opened = ["--vault", str(source), "--password-file", str(password)]
        self.command("init", str(source), "--password-file", str(password))
        for ref, user, value, url in ENTRIES:
            fields = [
                "--field",
                f"username={user}",
                "--field",
                "password=-",
                *(["--field", f"url={url}"] if url else []),
            ]
            self.command("put", ref, *fields, *opened, given=value)
        database = self.home / "passwords.kdbx"
        self.command("export", str(database), "--format", "kdbx", "--export-password-file", str(password), *opened)
        return database

    def create(self, desk: Desk) -> None:
        """The wizard, by keys."""
        desk.wait_window("New vault")
        self.step(desk, "First start: the wizard asks for a name")
        desk.key("Return")
        desk.wait_still()
        desk.type(PASSWORD)
        desk.key("Tab")
        desk.type(PASSWORD)
        self.step(desk, "Password: typed twice, its strength estimated")
        desk.key("Return")
        desk.wait((self.vault / "vault.json").exists, "the new vault's folder", 30)
        desk.wait_still(seconds=0.6)
        self.step(desk, "Recovery code: shown once, to print or save")
        for _ in range(6):  # Save as PDF, Copy, Hide, two groups to type back, Skip for now
            desk.key("Tab")
        desk.key("space")
        desk.wait_still()
        desk.key("Return")
        desk.wait_still()
        self.step(desk, "Ready: the vault is made")
        desk.key("Return")
        desk.wait(lambda: "kvault" in desk.windows(), "the main window")
        self.step(desk, "Empty vault: what to do first")

    def bring_over(self, desk: Desk, database: Path) -> None:
        """Import, by keys."""
        desk.key("ctrl+i")
        desk.wait_still()
        desk.type(str(database))
        desk.key("Tab")
        desk.key("Tab")
        desk.type(OTHER_PASSWORD)
        self.step(desk, "Import: a KeePass database and its password")
        desk.key("Return")
        desk.wait_still(seconds=0.8)
        self.step(desk, "Preview: what comes along, and what does not")
        desk.key("Return")
        desk.wait_still(seconds=0.8)
        self.step(desk, "Imported: with one step to take it back")
        desk.key("Return")
        desk.wait_still()
        self.step(desk, "Secrets: everything in its namespace")

    def find_and_copy(self, desk: Desk) -> None:
        """Three letters, Ctrl+C."""
        desk.key("ctrl+f")
        desk.type("git")
        self.step(desk, "Search: three letters find GitHub")
        desk.key("ctrl+c")
        desk.wait(lambda: desk.clipboard() == ENTRIES[0][2], "GitHub's password on the clipboard")
        self.step(desk, "Copied: the password is on the clipboard for 20 seconds")

    def lock(self, desk: Desk) -> None:
        """Ctrl+L, and what is left."""
        begun = time.monotonic()
        desk.key("ctrl+l")
        desk.wait_window("Unlock")
        took = time.monotonic() - begun
        desk.wait(lambda: self.status() == "locked", "the window to say that it is locked")
        if desk.clipboard():
            raise DeskError("something is still on the clipboard after locking")
        self.step(desk, f"Locked: the unlock dialog was back after {took:.1f} s, the clipboard is empty")

    def unlock(self, desk: Desk) -> None:
        """A wrong password, then the right one."""
        desk.type("varnish otter coper")
        desk.key("Return")
        desk.wait_still(seconds=1.2)
        self.step(desk, "Wrong password: told from damage")
        desk.key("ctrl+a")
        desk.type(PASSWORD)
        desk.key("Return")
        desk.wait_no_window("Unlock")
        desk.wait(lambda: self.status() == "unlocked", "the window to say that it is unlocked")
        self.step(desk, "Unlocked: the vault is open again")

    def look_back(self, desk: Desk) -> None:
        """The log, then the end; afterwards the command line reads what the window stored."""
        desk.key("ctrl+2")
        desk.wait_still()
        self.step(desk, "Audit: everything that happened, in one chain")
        desk.key("ctrl+q")
        desk.wait(lambda: self.status() == "nobody", "the window to end")
        password = self.home / "password"
        password.write_text(PASSWORD)
        opened = ["--vault", str(self.vault), "--password-file", str(password)]
        if self.command("read", "kv://work/GitHub/password", *opened).strip() != ENTRIES[0][2]:
            raise DeskError("the command line reads another password than was imported")
        self.command("audit", "verify", *opened)
        print("  The command line reads the same vault, and its log verifies.")  # noqa: T201 a command's output

    def run(self) -> None:
        """Everything, in order."""
        database = self.prepare()
        print(f"  A KeePass database with {len(ENTRIES)} entries is made: {database.name}")  # noqa: T201 a command's output
        with Desk() as desk:
            desk.start([str(BIN / "kvault-gui")], self.env)
            steps: tuple[Callable[[Desk], None], ...] = (
                self.create,
                lambda it: self.bring_over(it, database),
                self.find_and_copy,
                self.lock,
                self.unlock,
                self.look_back,
            )
            try:
                for act in steps:
                    act(desk)
            except DeskError:
                desk.screenshot(self.pictures / "failed.png")
                raise


def main() -> int:
    """Run the demonstration."""
    pictures = Path(sys.argv[1] if len(sys.argv) > 1 else "build/demo").absolute()
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="kvault-demo-") as home:
        try:
            Demo(pictures, Path(home)).run()
        except DeskError as error:
            print(f"The demonstration failed: {error}", file=sys.stderr)  # noqa: T201 a command's output
            return 1
    print(f"Pictures: {pictures}")  # noqa: T201 a command's output
    return 0


if __name__ == "__main__":
    sys.exit(main())
