"""Stands for the window: holds a vault open with the real engine and serves the real control socket.

Run as: python application.py VAULT PASSWORD-FILE; prints "ready", then one line for each request it was told of.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kvault_gui.engine.api import Credential, Method, Secret
from kvault_gui.engine.facade import Engine
from kvault_gui.services.control.server import ControlServer, Hooks
from tests.engine.unlock.script import ScriptedPrompter

if TYPE_CHECKING:
    from kvault_gui.services.control.protocol import Peer, Request


async def serve(engine: Engine) -> None:
    """Until told to end."""
    unlocked = True
    end = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end.set)

    def lock() -> None:
        nonlocal unlocked
        engine.vaults.close()
        unlocked = False

    def told(kind: str, _peer: Peer, request: Request | None) -> None:
        print(kind, request.act if request else "", request.object if request else "", flush=True)  # noqa: T201

    control = ControlServer(Hooks(show=lambda: None, lock=lock, locked=lambda: not unlocked, on_request=told))
    await control.start()
    print("ready", flush=True)  # noqa: T201 the test reads it
    await end.wait()
    await control.stop()


def main() -> None:
    """Unlock and serve."""
    engine = Engine(ScriptedPrompter(), "window", kdf_seconds=0)
    password = Secret.of(Path(sys.argv[2]).read_text().strip())
    engine.vaults.unlock(sys.argv[1], Credential(Method.PASSWORD, password), [])
    asyncio.run(serve(engine))
    engine.vaults.close()


main()
