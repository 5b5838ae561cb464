"""One unlock in a process of its own: what a token's library costs the first time it is used.

``python -m tests.benchmarks.first_unlock FOLDER SLOT METHOD MACHINE_ID_FILE``, the secret on standard input. Prints the
milliseconds of the unlock, elapsed and of this process's processor time; the engine itself is loaded before, as the
application loads it while the dialog is open.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from kvault_gui.engine.api import AskSecret, Credential, Method, Secret
from kvault_gui.engine.facade import Engine
from kvault_gui.engine.tokens import device
from tests.engine.unlock.script import ScriptedPrompter


def main() -> None:
    """Measure it."""
    folder, slot, method, machine = sys.argv[1:]
    device.MACHINE_IDS = (Path(machine), Path(machine))
    person = ScriptedPrompter({AskSecret: sys.stdin.readline().rstrip("\n")})
    engine = Engine(person, "benchmark", kdf_seconds=0)
    began, processor = time.perf_counter(), time.process_time()
    opened = engine.vaults.unlock(folder, Credential(Method(method), Secret(bytearray()), slot), [])
    print((time.perf_counter() - began) * 1000, (time.process_time() - processor) * 1000)  # noqa: T201 a command's output
    assert opened.slot == slot
    engine.vaults.close()


if __name__ == "__main__":
    main()
