"""The published databases, field by field against what pykeepass reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pykeepass import PyKeePass

from tests.shared import shared
from tests.vectors.kdbx_samples import GOOD, Sample, opened

if TYPE_CHECKING:
    from datetime import datetime

    from kvault_gui.engine.formats.model import ForeignEntry, ForeignState

pytestmark = pytest.mark.peer

NAMES = {"username": "UserName", "password": "Password", "url": "URL", "notes": "Notes"}


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment is not None else None


def theirs(entry: Any, kp: Any) -> dict[str, Any]:
    """One state as pykeepass has it."""
    strings = {}
    for element in entry._element.findall("String"):
        value = element.find("Value")
        strings[element.findtext("Key")] = (value.text or "", value.get("Protected") == "True")
    return {
        "strings": strings,
        "files": sorted(
            (element.findtext("Key"), kp.binaries[int(element.find("Value").get("Ref"))])
            for element in entry._element.findall("Binary")
        ),
        "tags": sorted(set(entry.tags or [])),
        "created": _seconds(entry.ctime),
        "changed": _seconds(entry.mtime),
        "expires": _seconds(entry.expiry_time) if entry.expires else None,
    }


def ours(state: ForeignState) -> dict[str, Any]:
    """The same of ours."""
    strings = {"Title": (state.title, state.title_protected)}
    for field in state.fields:
        strings[NAMES.get(field.role, field.name)] = (field.value.decode(), field.protected)
    return {
        "strings": strings,
        "files": sorted((file.name, file.data) for file in state.files),
        "tags": sorted(state.tags),
        "created": state.created,
        "changed": state.changed,
        "expires": state.expires,
    }


def _without_absent_title(found: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """An entry without a Title element is one with an empty title for us."""
    if "Title" not in other["strings"] and found["strings"]["Title"][0] == "":
        found["strings"].pop("Title")
    return found


def _path(entry: ForeignEntry) -> list[str]:
    return list(entry.group.path())


@pytest.mark.parametrize("sample", GOOD, ids=Sample.name)
def test_every_field_is_what_pykeepass_reads(sample: Sample) -> None:
    _, database = opened(sample)
    kp = PyKeePass(shared(sample.path), password=sample.password, keyfile=sample.key_path())
    assert database.root.name == kp.root_group.name
    their_groups = [group for group in kp.groups if not group.is_root_group]
    assert sorted(group.uid for group in database.groups) == sorted(group.uuid.hex for group in their_groups)
    assert {group.uid: group.path() for group in database.groups} == {
        group.uuid.hex: tuple(name or "" for name in group.path) for group in their_groups
    }
    mine = {entry.uid: entry for entry in database.entries}
    assert sorted(mine) == sorted(entry.uuid.hex for entry in kp.entries)
    for their_entry in kp.entries:
        entry = mine[their_entry.uuid.hex]
        assert _path(entry) == [name or "" for name in their_entry.path[:-1]]
        expected = theirs(their_entry, kp)
        assert _without_absent_title(ours(entry.state), expected) == expected
        assert len(entry.history) == len(their_entry.history)
        for state, version in zip(entry.history, their_entry.history, strict=True):
            expected = theirs(version, kp)
            assert _without_absent_title(ours(state), expected) == expected


def test_the_recycle_bin_is_the_one_that_pykeepass_names() -> None:
    sample = next(sample for sample in GOOD if sample.name() == "RecycleBinWithData.kdbx")
    _, database = opened(sample)
    kp = PyKeePass(shared(sample.path), password=sample.password)
    assert kp.recyclebin_group is not None
    assert [group.uid for group in database.groups if group.recycle_bin] == [kp.recyclebin_group.uuid.hex]
    recycled = {entry.uid for entry in database.entries if entry.group.recycled()}
    assert recycled == {entry.uuid.hex for entry in kp.entries if entry.path[:1] == [kp.recyclebin_group.name]}
    assert recycled
