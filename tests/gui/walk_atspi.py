"""Run by the system's Python, which has pyatspi: prints what assistive technology sees of kvault, as JSON lines.

Each line: role, name, description, text, states. With an argument, waits until a window of that name is there.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import pyatspi  # type: ignore[import-not-found]  # of the system's Python

ROLES = {"button": "push button"}  # since at-spi2-core 2.53


def application() -> Any:
    """Kvault's root, once it is there."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for found in pyatspi.Registry.getDesktop(0):
            if found is not None and found.name == "kvault":
                wanted = sys.argv[1] if len(sys.argv) > 1 else ""
                if any(child is not None and wanted in child.name for child in found):
                    return found
        time.sleep(0.1)
    sys.exit("kvault is not on the accessibility bus")


def walk(node: Any, depth: int = 0) -> None:
    """Print a node and what is below it."""
    if node is None or depth > 40:
        return
    states = node.getState()
    try:
        text = node.queryText().getText(0, -1)
    except NotImplementedError:
        text = ""
    shown = states.contains(pyatspi.STATE_SHOWING)
    line = {
        "role": ROLES.get(node.getRoleName(), node.getRoleName()),
        "name": node.name,
        "description": node.description,
        "text": text,
        "focusable": states.contains(pyatspi.STATE_FOCUSABLE),
        "showing": shown,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    for number in range(min(node.childCount, 200)):
        walk(node.getChildAtIndex(number), depth + 1)


walk(application())
