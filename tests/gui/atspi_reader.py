"""Reads the screen like a screen reader: run by the system's Python, which has pyatspi.

One request a line as JSON on standard input, one answer a line as JSON: {"pid": N} gives the whole tree of that
program; {"pid": N, "focus": true} gives what has the focus.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import pyatspi  # type: ignore[import-not-found]  # the system's Python has it

ROLES = {"button": "push button"}  # since at-spi2-core 2.53

SHOWN = (
    "focusable", "focused", "sensitive", "showing", "visible", "checked", "checkable", "editable", "expandable",
    "selected", "modal", "active", "enabled",
)  # fmt: skip
# Windows, and items of views: each view has a current item, but only one widget has the keyboard.
NOT_FOCUS = ("frame", "dialog", "window", "list item", "tree item", "table cell", "menu bar")


def text_of(node: Any) -> str | None:
    try:
        text = node.queryText()
        return str(text.getText(0, text.characterCount))
    except NotImplementedError:
        return None


def actions_of(node: Any) -> list[str]:
    try:
        action = node.queryAction()
        return [action.getName(number) for number in range(action.nActions)]
    except NotImplementedError:
        return []


def labels_of(node: Any) -> list[str]:
    relations = [one for one in node.getRelationSet() if one.getRelationType() == pyatspi.RELATION_LABELLED_BY]
    return [one.getTarget(number).name for one in relations for number in range(one.getNTargets())]


def describe(node: Any, depth: int) -> dict[str, Any]:
    states = node.getState()
    said: dict[str, Any] = {
        "role": ROLES.get(node.getRoleName(), node.getRoleName()),
        "name": node.name,
        "description": node.description,
        "states": [name for name in SHOWN if states.contains(getattr(pyatspi, "STATE_" + name.upper()))],
        "text": text_of(node),
        "actions": actions_of(node),
        "labels": labels_of(node),
        "children": [],
    }
    if depth and not (node.getRoleName() == "table" and node.childCount > 500):
        for number in range(node.childCount):
            child = node.getChildAtIndex(number)
            if child is not None:
                said["children"].append(describe(child, depth - 1))
    return said


def find(pid: int) -> Any:
    desktop = pyatspi.Registry.getDesktop(0)
    for number in range(desktop.childCount):
        program = desktop.getChildAtIndex(number)
        if program is not None and program.get_process_id() == pid:
            return program
    return None


def focused(node: Any) -> Any:
    for number in range(node.childCount):
        child = node.getChildAtIndex(number)
        if child is None:
            continue
        states = child.getState()
        if states.contains(pyatspi.STATE_FOCUSED) and child.getRoleName() not in NOT_FOCUS:
            return child
        inner = focused(child)
        if inner is not None:
            return inner
    return None


def answer(asked: dict[str, Any]) -> dict[str, Any] | None:
    program = find(asked["pid"])
    if program is None:
        return None
    program.clearCache()
    if asked.get("focus"):
        node = focused(program)
        return None if node is None else describe(node, 0)
    return describe(program, 60)


for line in sys.stdin:
    try:
        answered = answer(json.loads(line))
    except Exception:  # noqa: BLE001 an element that went away while it was read: asked again
        answered = None
    sys.stdout.write(json.dumps(answered) + "\n")
    sys.stdout.flush()
