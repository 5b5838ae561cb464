"""A program that replaces itself when it is told to; tells what it is on a line of JSON at the start of each image."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


from kvault_gui.runtime import relaunch
from kvault_gui.runtime.relaunch import STANDARD


def held() -> list[str]:
    """What the open descriptors above the standard ones are."""
    targets = {int(each): link(each) for each in os.listdir("/proc/self/fd")}  # noqa: PTH208 numbers are wanted
    return sorted(target for number, target in targets.items() if number > STANDARD and target)


def link(number: str) -> str:
    """What a descriptor is; empty for the one that listed the folder, which is closed by now."""
    try:
        return os.readlink(f"/proc/self/fd/{number}").split(":")[0]  # noqa: PTH115 it is no file's name
    except FileNotFoundError:
        return ""


def tell(what: dict[str, object]) -> None:
    """A line for the test."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Serve the commands "again", "accept" and "stop"."""
    at_start = held()
    arguments, inherited = relaunch.inherit(sys.argv[1:])
    control = inherited.sockets.get("control")
    if control is None:
        control = socket.socket(socket.AF_UNIX)
        control.bind(arguments[0])
        control.listen(8)
    tell(
        {
            "pid": os.getpid(),
            "arguments": arguments,
            "state": inherited.state,
            "sockets": sorted(inherited.sockets),
            "inheritable": control.get_inheritable(),
            "environment": dict(os.environ),
            "at start": at_start,
            "held": held(),
            "blocked": len(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
            "words": len(sys.orig_argv),
        }
    )
    for line in sys.stdin:
        match line.strip():
            case "accept":
                connection, _ = control.accept()
                with connection:
                    connection.sendall(b"image %d" % int(inherited.state.get("image") or 0))
            case "again":
                stray = os.open(os.devnull, os.O_RDONLY)
                os.set_inheritable(stray, True)  # noqa: FBT003 the standard library's signature
                signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
                relaunch.relaunch({"control": control}, {"image": int(inherited.state.get("image") or 0) + 1})
            case "fail":
                sys.executable = "/nowhere/python"
                try:
                    relaunch.relaunch({"control": control}, {})
                except OSError:
                    tell({"held": held(), "inheritable": control.get_inheritable()})
            case _:
                return


if __name__ == "__main__":
    main()
