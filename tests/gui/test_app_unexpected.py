"""A fault of kvault itself never takes a secret to standard error."""

from __future__ import annotations

import subprocess
import sys

FAULT = """
import sys
from kvault_gui.app import unexpected
shown = []
unexpected.install(shown.append)

class Late:
    def __del__(self):
        raise ValueError("geheim-in-a-destructor")

late = Late()
del late
import atexit
atexit.register(lambda: sys.stdout.write(shown[0].fields["kind"]))
from kvault_gui.engine.api import Secret
Secret(bytearray(b"\\xffgeheim")).text()
"""


def test_an_unexpected_exception_tells_type_and_place_and_nothing_of_its_text() -> None:
    done = subprocess.run([sys.executable, "-c", FAULT], capture_output=True, text=True, check=False, cwd="/")
    assert "geheim" not in done.stderr
    assert "Traceback" not in done.stderr
    assert "kvault: ValueError at an unknown place" in done.stderr
    assert "kvault: UnicodeDecodeError at engine/api.py:" in done.stderr
    assert done.stdout == "UnicodeDecodeError"
