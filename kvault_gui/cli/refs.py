"""References: "namespace/title", and "kv://namespace/title/field" for one value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kvault_gui.engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kvault_gui.engine.api import Row

SCHEME = "kv://"
_PERCENT = re.compile(r"%(2[Ff]|25)")


def encode(part: str) -> str:
    """One name as it stands in a reference: "/" as %2F, and "%" as %25 where it would be misread."""
    return re.sub(r"%(?=2[Ff]|25)", "%25", part).replace("/", "%2F")


def decode(part: str) -> str:
    """Inverse of ``encode``."""
    return _PERCENT.sub(lambda found: "%" if found.group(1) == "25" else "/", part)


def join(path: str, title: str) -> str:
    """The reference of an entry. ``path`` is its namespace's, encoded already."""
    return f"{path}/{encode(title)}" if path else encode(title)


def split(ref: str) -> tuple[str, str]:
    """A reference as namespace path and title. Raises UsageError."""
    path, _, last = ref.rpartition("/")
    if not last or ref.startswith("/"):
        raise UsageError(reason="A reference is NAMESPACE/TITLE")
    return path, decode(last)


def split_value(address: str) -> tuple[str, str]:
    """The address kv://namespace/title/field as reference and field name. Raises UsageError."""
    ref, _, field = address.removeprefix(SCHEME).rpartition("/")
    if not address.startswith(SCHEME) or not ref or not field:
        raise UsageError(reason="A value is named kv://NAMESPACE/TITLE/FIELD")
    return ref, decode(field)


def unique(rows: Iterable[Row], paths: dict[int, str]) -> list[tuple[str, Row]]:
    """Each row with a reference that names it alone: "#ID" is added where several bear the name."""
    named = [(join(paths.get(row.namespace, ""), row.title), row) for row in rows]
    seen: dict[str, int] = {}
    for ref, _ in named:
        seen[ref] = seen.get(ref, 0) + 1
    return [(ref if seen[ref] == 1 else f"{ref}#{row.id}", row) for ref, row in named]
