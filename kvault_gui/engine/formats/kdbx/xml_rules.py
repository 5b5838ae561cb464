"""What the elements of a KDBX document mean; their names are KeePass's (keepass.info/help/kb/kdbx.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...crypto import mac
from ...errors import FormatDamagedError
from ..model import ForeignEntry, ForeignField, ForeignFile, ForeignGroup, ForeignState, Role
from .limits import refuse
from .payload import from_base64, unpack_small
from .times import parse_time
from .xml_reader import FIELD_COST, SKIP, STATE_COST, Parse, Rule, read_text, read_uid

if TYPE_CHECKING:
    from collections.abc import Callable

STANDARD = {"UserName": Role.USERNAME, "Password": Role.PASSWORD, "URL": Role.URL, "Notes": Role.NOTES}
_MAX_DIGITS = 10
_DEFAULT_GROUP_ICONS = ("", "48", "49", "43")  # folder, open folder, waste basket

Value = str | bytes


def _leaf(end: Callable[[Parse, Value], None]) -> Rule:
    return Rule({}, end=end, leaf=True)


# --- Meta ------------------------------------------------------------------------------------------------------------


def _header_hash(p: Parse, value: Value) -> None:
    text = read_text(value)
    if p.header_digest is None or not text.strip():
        return
    if not mac.same(from_base64(text, "the checksum of its header"), p.header_digest):
        raise FormatDamagedError(reason="its header was altered after it was saved")


def _database_name(p: Parse, value: Value) -> None:
    p.name = read_text(value)


def _bin_uid(p: Parse, value: Value) -> None:
    p.bin_uid = read_uid(read_text(value))


def _pool_binary(p: Parse, value: Value) -> None:
    attributes = p.attributes
    data = _content(p, value, attributes)
    protected = attributes.get("Protected", "").lower() == "true"
    p.binaries.add(attributes.get("ID", ""), data, protected=protected)


def _content(p: Parse, value: Value, attributes: dict[str, str]) -> bytes | None:
    """The bytes of an attachment, None when it is too large to keep."""
    data = value if isinstance(value, bytes) else from_base64(value, "an attachment")
    if attributes.get("Compressed", "").lower() == "true":
        data = unpack_small(data, p.limits.binary)
    if len(data) > p.limits.binary:
        p.dropped.add("attachments over 64 MiB")
        return None
    return data


def _drops(what: str) -> Rule:
    """An element that is counted and passed over."""
    return Rule({}, begin=lambda p, _: p.dropped.add(what))


# --- groups ----------------------------------------------------------------------------------------------------------


def _begin_root(p: Parse, _attributes: dict[str, str]) -> None:
    if p.roots:
        raise FormatDamagedError(reason="it has two roots")


def _begin_group(p: Parse, _attributes: dict[str, str]) -> None:
    if not p.groups:
        p.roots += 1
        if p.roots > 1:
            raise FormatDamagedError(reason="it has two root groups")
    p.group_count += 1
    if p.group_count > p.limits.groups:
        raise refuse(f"it has more than {p.limits.groups:,} groups")
    if len(p.groups) >= p.limits.depth:
        raise refuse(f"its groups are nested more than {p.limits.depth} deep")
    p.announce()
    p.groups.append(ForeignGroup(parent=p.groups[-1] if p.groups else None))


def _end_group(p: Parse, _value: Value) -> None:
    p.announce()
    p.groups.pop()
    p.announced = min(p.announced, len(p.groups))


def _early(p: Parse) -> ForeignGroup:
    """The open group, which must not have been handed over yet."""
    if p.announced >= len(p.groups):
        raise FormatDamagedError(reason="a group's name stands behind what the group holds")
    return p.groups[-1]


def _group_uid(p: Parse, value: Value) -> None:
    _early(p).uid = read_uid(read_text(value))


def _group_name(p: Parse, value: Value) -> None:
    _early(p).name = read_text(value)


def _group_notes(p: Parse, value: Value) -> None:
    p.groups[-1].notes = read_text(value)


def _group_tags(p: Parse, value: Value) -> None:
    p.groups[-1].tags = split_tags(read_text(value))


def _group_icon(p: Parse, value: Value) -> None:
    if read_text(value).strip() not in _DEFAULT_GROUP_ICONS:
        p.dropped.add("icons of groups")


def _group_auto_type(p: Parse, value: Value) -> None:
    # The recycle bin has it switched off everywhere: no loss.
    if read_text(value).strip().lower() == "false" and p.groups[-1].uid != p.bin_uid:
        p.dropped.add("auto-type switches")


def _end_group_times(p: Parse, _value: Value) -> None:
    p.groups[-1].expires = _expiry(p)


def _group_created(p: Parse, value: Value) -> None:
    p.groups[-1].created = _time(p, value)


def _group_changed(p: Parse, value: Value) -> None:
    p.groups[-1].changed = _time(p, value)


# --- times -----------------------------------------------------------------------------------------------------------


def _time(p: Parse, value: Value) -> float | None:
    text = read_text(value)
    found = parse_time(text)
    if found is None and text.strip():
        p.dropped.add("times that are none")
    return found


def _begin_times(p: Parse, _attributes: dict[str, str]) -> None:
    p.expires, p.expiry = False, None


def _expires(p: Parse, value: Value) -> None:
    p.expires = read_text(value).strip().lower() == "true"


def _expiry_time(p: Parse, value: Value) -> None:
    p.expiry = parse_time(read_text(value))


def _expiry(p: Parse) -> float | None:
    if p.expires and p.expiry is None:
        p.dropped.add("times that are none")
    return p.expiry if p.expires else None


# --- entries ---------------------------------------------------------------------------------------------------------


def _begin_entry(p: Parse, _attributes: dict[str, str]) -> None:
    p.announce()
    p.entry_count += 1
    if p.entry_count > p.limits.entries:
        raise refuse(f"it has more than {p.limits.entries:,} entries")
    p.cost = STATE_COST
    p.entry = ForeignEntry("", p.groups[-1], ForeignState())


def _end_entry(p: Parse, _value: Value) -> None:
    if p.entry is not None:
        p.ready.append(p.entry)
    p.entry = None


def _begin_earlier(p: Parse, _attributes: dict[str, str]) -> None:
    if p.entry is None or len(p.entry.history) >= p.limits.history:
        raise refuse(f"an entry has more than {p.limits.history:,} earlier states")
    p.spend(STATE_COST)
    p.earlier = ForeignState()
    p.entry.history.append(p.earlier)


def _end_earlier(p: Parse, _value: Value) -> None:
    p.earlier = None


def _entry_uid(p: Parse, value: Value) -> None:
    uid = read_uid(read_text(value))
    if p.earlier is None and p.entry is not None:
        p.entry.uid = uid


def _entry_tags(p: Parse, value: Value) -> None:
    p.state().tags = split_tags(read_text(value))


def split_tags(text: str) -> list[str]:
    """Tags are separated by semicolons or commas; empty and repeated ones fall out."""
    found = (part.strip() for part in text.replace(",", ";").split(";"))
    return list(dict.fromkeys(tag for tag in found if tag))


def _counts(what: str, unlike: tuple[str, ...] = ("",)) -> Rule:
    """A leaf of the present state that is counted when its text is not one of ``unlike``."""

    def end(p: Parse, value: Value) -> None:
        if p.earlier is None and read_text(value).strip() not in unlike:
            p.dropped.add(what)

    return _leaf(end)


def _entry_created(p: Parse, value: Value) -> None:
    p.state().created = _time(p, value)


def _entry_changed(p: Parse, value: Value) -> None:
    p.state().changed = _time(p, value)


def _end_entry_times(p: Parse, _value: Value) -> None:
    p.state().expires = _expiry(p)


def _begin_pair(p: Parse, _attributes: dict[str, str]) -> None:
    p.key, p.value, p.ref, p.protected = "", b"", "", False


def _pair_key(p: Parse, value: Value) -> None:
    p.key = read_text(value)


def _string_value(p: Parse, value: Value) -> None:
    if isinstance(value, bytes):
        p.value, p.protected = value, True
    else:
        p.value = value.encode()
        p.protected = p.attributes.get("ProtectInMemory", "").lower() == "true"


def _end_string(p: Parse, _value: Value) -> None:
    state = p.state()
    p.spend(FIELD_COST + len(p.key) + len(p.value))
    if len(state.fields) >= p.limits.fields:
        raise refuse(f"an entry has more than {p.limits.fields:,} fields")
    if p.key == "Title" and not state.title:
        state.title, state.title_protected = read_text(p.value), p.protected
        return
    role = STANDARD.get(p.key, Role.CUSTOM)
    if role is not Role.CUSTOM and any(found.role is role for found in state.fields):
        role = Role.CUSTOM
    read_text(p.value)
    state.fields.append(ForeignField(p.key, p.value, p.protected, role))
    p.value = b""


def _binary_value(p: Parse, value: Value) -> None:
    p.ref = p.attributes.get("Ref", "")
    if p.ref:
        return
    data = _content(p, value, p.attributes)
    p.value = data if data is not None else b""
    p.protected = p.attributes.get("Protected", "").lower() == "true"


def _end_binary(p: Parse, _value: Value) -> None:
    state = p.state()
    p.spend(FIELD_COST + len(p.key) + len(p.value))
    if len(state.files) >= p.limits.fields:
        raise refuse(f"an entry has more than {p.limits.fields:,} attachments")
    if not p.ref:
        state.files.append(ForeignFile(p.key, p.value, p.protected))
        p.value = b""
        return
    found = p.binaries.items.get(p.ref)
    if found is None:
        p.dropped.add("attachments whose content is missing in the file")
    elif found.data is not None:
        ref = int(p.ref) if p.ref.isascii() and p.ref.isdigit() and len(p.ref) < _MAX_DIGITS else -1
        state.files.append(ForeignFile(p.key, found.data, found.protected, ref))


# --- the tables ------------------------------------------------------------------------------------------------------

_CUSTOM_DATA = {
    where: Rule({"Item": _drops(f"custom data items of {where}")}) for where in ("the database", "groups", "entries")
}
_AUTO_TYPE = Rule(
    {
        "Enabled": _counts("auto-type switches", ("", "true", "True")),
        "DefaultSequence": _counts("auto-type sequences"),
        "Association": _drops("auto-type associations"),
    }
)
_ENTRY: dict[str, Rule] = {
    "UUID": _leaf(_entry_uid),
    "IconID": _counts("icons of entries", ("", "0")),
    "CustomIconUUID": _counts("custom icons of entries"),
    "ForegroundColor": _counts("colours of entries"),
    "BackgroundColor": _counts("colours of entries"),
    "OverrideURL": _counts("URL overrides"),
    "QualityCheck": _counts("exclusions from the password check", ("", "true", "True")),
    "Tags": _leaf(_entry_tags),
    "Times": Rule(
        {
            "CreationTime": _leaf(_entry_created),
            "LastModificationTime": _leaf(_entry_changed),
            "ExpiryTime": _leaf(_expiry_time),
            "Expires": _leaf(_expires),
        },
        begin=_begin_times,
        end=_end_entry_times,
    ),
    "String": Rule({"Key": _leaf(_pair_key), "Value": _leaf(_string_value)}, begin=_begin_pair, end=_end_string),
    "Binary": Rule({"Key": _leaf(_pair_key), "Value": _leaf(_binary_value)}, begin=_begin_pair, end=_end_binary),
    "CustomData": _CUSTOM_DATA["entries"],
}
_EARLIER = Rule(dict(_ENTRY, CustomData=SKIP), begin=_begin_earlier, end=_end_earlier)
_ENTRY["AutoType"] = _AUTO_TYPE
_ENTRY["History"] = Rule({"Entry": _EARLIER})
_GROUP: dict[str, Rule] = {
    "UUID": _leaf(_group_uid),
    "Name": _leaf(_group_name),
    "Notes": _leaf(_group_notes),
    "Tags": _leaf(_group_tags),
    "IconID": _leaf(_group_icon),
    "CustomIconUUID": _counts("custom icons of groups"),
    "DefaultAutoTypeSequence": _counts("auto-type sequences"),
    "EnableAutoType": _leaf(_group_auto_type),
    "Times": Rule(
        {
            "CreationTime": _leaf(_group_created),
            "LastModificationTime": _leaf(_group_changed),
            "ExpiryTime": _leaf(_expiry_time),
            "Expires": _leaf(_expires),
        },
        begin=_begin_times,
        end=_end_group_times,
    ),
    "Entry": Rule(_ENTRY, begin=_begin_entry, end=_end_entry),
    "CustomData": _CUSTOM_DATA["groups"],
}
_GROUP["Group"] = Rule(_GROUP, begin=_begin_group, end=_end_group)
_META = {
    "HeaderHash": _leaf(_header_hash),
    "DatabaseName": _leaf(_database_name),
    "RecycleBinUUID": _leaf(_bin_uid),
    "Binaries": Rule({"Binary": _leaf(_pool_binary)}),
    "CustomIcons": Rule({"Icon": _drops("custom icons")}),
    "CustomData": _CUSTOM_DATA["the database"],
}
_ROOT = {
    "Group": _GROUP["Group"],
    "DeletedObjects": Rule({"DeletedObject": _drops("records of deleted entries")}),
}
DOCUMENT = Rule(
    {"KeePassFile": Rule({"Meta": Rule(_META), "Root": Rule(_ROOT, begin=_begin_root)})},
)
