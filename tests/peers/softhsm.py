"""SoftHSM2 with tokens of its own: a private configuration and folder, no daemon."""

from __future__ import annotations

import ctypes
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.peer import peer

if TYPE_CHECKING:
    from collections.abc import Iterator

PIN = "135790"
SO_PIN = "24680000"
_PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)


def module() -> str:
    """The module's path; without it the test is skipped, and fails in CI."""
    for place in _PLACES:
        if Path(place).exists():
            return place
    if os.environ.get("CI"):
        pytest.fail("SoftHSM2 is not installed, and CI installs every peer (installers/common.sh)")
    pytest.skip("SoftHSM2 is not installed")


class SoftHsm:
    """A folder of tokens, reached through SOFTHSM2_CONF (set it, see `configuration`)."""

    def __init__(self, folder: Path) -> None:
        self.module = module()
        self.folder = folder
        self.tokens = folder / "tokens"
        self.tokens.mkdir(parents=True)
        self.configuration = folder / "softhsm2.conf"
        self.configuration.write_text(
            f"directories.tokendir = {self.tokens}\nobjectstore.backend = file\nlog.level = ERROR\n"
        )

    def tool(self, program: str, *arguments: str) -> bytes:
        """Run softhsm2-util or pkcs11-tool; returns its output."""
        import subprocess  # noqa: PLC0415 beside its one use

        environment = {**os.environ, "SOFTHSM2_CONF": str(self.configuration)}
        done = subprocess.run([peer(program), *arguments], env=environment, capture_output=True, check=True, timeout=60)
        return done.stdout

    def new_token(self, label: str) -> Path:
        """Set up a token with PIN; returns its folder."""
        before = set(self.tokens.iterdir())
        self.tool("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", SO_PIN)
        (made,) = set(self.tokens.iterdir()) - before
        return made

    def pull(self, token: Path) -> Path:
        """Take a token away; returns where it lies now, for `plug`."""
        return Path(shutil.move(token, self.folder / f"pulled-{token.name}"))

    def plug(self, pulled: Path) -> Path:
        """Put it back."""
        return Path(shutil.move(pulled, self.tokens / pulled.name.removeprefix("pulled-")))

    @contextmanager
    def session(self, label: str) -> Iterator[Any]:
        """A session as an administrator has it; the module is finalised afterwards."""
        import pkcs11  # noqa: PLC0415 optional

        library = pkcs11.lib(str(Path(self.module).resolve()))
        try:
            with library.get_token(token_label=label).open(rw=True, user_pin=PIN) as session:
                yield session
        finally:
            library.finalize()

    def close_all_sessions(self) -> None:
        """What an HSM does that is restarted: every session of this process is gone, the module stays loaded."""
        functions = ctypes.CDLL(self.module)
        count = ctypes.c_ulong(64)
        slots = (ctypes.c_ulong * 64)()
        assert functions.C_GetSlotList(ctypes.c_ubyte(1), slots, ctypes.byref(count)) == 0
        for slot in slots[: count.value]:
            assert functions.C_CloseAllSessions(ctypes.c_ulong(slot)) == 0

    def finalise(self) -> None:
        """Finalise the module behind everybody's back, as another library in the process does."""
        assert ctypes.CDLL(self.module).C_Finalize(None) == 0
