"""Driving keepassxc-cli, and reading what it exports."""

from __future__ import annotations

import binascii
import gzip
import subprocess
from typing import TYPE_CHECKING, Any

from defusedxml import ElementTree

from kvault_gui.engine.formats.kdbx.times import parse_time
from tests.peer import peer

if TYPE_CHECKING:
    from pathlib import Path

    from kvault_gui.engine.formats.model import ForeignDatabase, ForeignState

NAMES = {"username": "UserName", "password": "Password", "url": "URL", "notes": "Notes"}


def cli(*words: str, typed: str = "") -> str:
    """Run one command; what it asks for is given on standard input."""
    done = subprocess.run(
        [peer("keepassxc-cli"), *words], input=typed.encode(), capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode()


def exported(path: Path | str, password: str | None, key: str | None = None) -> Any:
    """The database as keepassxc-cli reads it: its XML."""
    words = [
        "export",
        "-q",
        "-f",
        "xml",
        *(["-k", key] if key else []),
        *([] if password is not None else ["--no-password"]),
    ]
    return ElementTree.fromstring(cli(*words, str(path), typed=f"{password}\n" if password is not None else ""))


def _state(element: Any, pool: dict[str, bytes]) -> dict[str, Any]:
    strings = {
        found.findtext("Key"): (found.findtext("Value") or "", found.find("Value").get("ProtectInMemory") == "True")
        for found in element.findall("String")
    }
    strings.setdefault("Title", ("", False))
    times = element.find("Times")
    return {
        "strings": strings,
        "files": sorted(
            (found.findtext("Key"), pool.get(found.find("Value").get("Ref"), b""))
            for found in element.findall("Binary")
        ),
        "tags": sorted(filter(None, (element.findtext("Tags") or "").replace(",", ";").split(";"))),
        "created": parse_time(times.findtext("CreationTime")),
        "changed": parse_time(times.findtext("LastModificationTime")),
        "expires": parse_time(times.findtext("ExpiryTime")) if times.findtext("Expires") == "True" else None,
    }


def theirs(tree: Any) -> dict[str, Any]:
    """Entries by path and identifier, each with its states. The XML of version 4 has no content of attachments."""
    pool = {}
    for binary in tree.iterfind("Meta/Binaries/Binary"):
        data = binascii.a2b_base64(binary.text or "")
        pool[binary.get("ID")] = gzip.decompress(data) if binary.get("Compressed") == "True" and data else data
    found: dict[str, Any] = {}

    def walk(group: Any, path: tuple[str, ...]) -> None:
        for entry in group.findall("Entry"):
            uid = binascii.a2b_base64(entry.findtext("UUID")).hex()
            history = [_state(state, pool) for state in entry.iterfind("History/Entry")]
            found["/".join(path) + ":" + uid] = [*history, _state(entry, pool)]
        for child in group.findall("Group"):
            walk(child, (*path, child.findtext("Name") or ""))

    walk(tree.find("Root/Group"), ())
    return found


def ours(database: ForeignDatabase, *, content: bool = True) -> dict[str, Any]:
    """The same of what we read."""

    def state(one: ForeignState) -> dict[str, Any]:
        strings = {"Title": (one.title, one.title_protected)}
        strings |= {NAMES.get(each.role, each.name): (each.value.decode(), each.protected) for each in one.fields}
        return {
            "strings": strings,
            "files": sorted((file.name, file.data if content else b"") for file in one.files),
            "tags": sorted(one.tags),
            "created": one.created,
            "changed": one.changed,
            "expires": one.expires,
        }

    return {
        "/".join(entry.group.path()) + ":" + entry.uid: [*map(state, entry.history), state(entry.state)]
        for entry in database.entries
    }
