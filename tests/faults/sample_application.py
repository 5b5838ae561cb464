"""An application without a window: unlocks the real engine, shows a value, locks by closing the engine and relaunching.

Speaks lines with its test: says where it is, and goes on when a line comes. Secrets come through standard input into
buffers that it wipes, as the window's password field does.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from kvault_gui.runtime import hardening, relaunch, spawn

SECRET_LENGTH = 28  # bytes of each secret that the test sends


class Nobody:
    """Nothing is asked here."""

    async def ask(self, question: object) -> object:
        raise AssertionError(question)


def take() -> bytearray:
    """The next secret."""
    buffer = bytearray(SECRET_LENGTH)
    assert os.readv(0, [buffer]) == SECRET_LENGTH
    return buffer


def say(*words: object) -> None:
    """Tell the test, and wait for its line."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())
    assert os.read(0, 1) == b"\n"


async def use(path: str) -> None:
    """Make a vault, store a value, show it, lock."""
    from kvault_gui.engine import api  # noqa: PLC0415 after the first paint, as in the window
    from kvault_gui.runtime.client import EngineClient  # noqa: PLC0415

    client = await EngineClient.attach(spawn.spawn("test"), Nobody())  # type: ignore[arg-type]
    password, value = api.Secret(take()), api.Secret(take())
    opened = await client.vaults.create(path, password)
    password.wipe()
    if opened.recovery_code is not None:
        opened.recovery_code.wipe()
    field = api.FieldInput("password", api.FieldType.SECRET, protected=True, value=value)
    entry = await client.secrets.create(api.EntryInput(api.Kind.CREDENTIAL, "GitHub", "work", [field]))
    value.wipe()
    shown = await client.secrets.reveal(entry, "password", api.Use.SHOW)
    text = shown.text()  # what a window does: a copy that no code of ours can wipe
    say("shown", client.pid, len(text))
    shown.wipe()
    await client.close()


def main() -> None:
    """Be unlocked once, then locked in a fresh image."""
    hardening.harden()
    arguments, inherited = relaunch.inherit(sys.argv[1:])
    if inherited.state:
        say("locked", os.getpid(), inherited.state["reason"])
        return
    asyncio.run(use(arguments[0]))
    relaunch.relaunch({}, {"reason": "idle"})


if __name__ == "__main__":
    main()
