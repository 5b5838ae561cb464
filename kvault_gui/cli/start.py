"""The command ``kvault`` as a process of its own: lean at its start and at its end, which scripts pay each time."""

from __future__ import annotations

import contextlib
import gc
import os
import sys


def main() -> None:
    """Run one command and end the process with its exit code."""
    # What a start makes stays: looking for garbage among it took a fifth of a short command. Long jobs collect.
    gc.set_threshold(100_000, 20, 20)
    from .main import main as run  # noqa: PLC0415 after that

    code = run()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):  # nobody reads any more
            if stream is not None:
                stream.flush()
    # Everything is closed by now. Taking modules apart one by one frees nothing that the kernel does not free.
    os._exit(code)


if __name__ == "__main__":
    main()
