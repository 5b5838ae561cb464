"""The body of a version: everything of an entry that has a history, as plain data and as canonical CBOR."""

from __future__ import annotations

from typing import cast

import msgspec

from ..api import FieldType, Kind
from ..crypto import canonical
from ..errors import DamagedError, InvalidInputError

_MAX_BODY = 8 << 20  # bytes


class Sealed(msgspec.Struct, frozen=True, gc=False):
    """A sealed value and what it is bound to, beside the entry's uid and the field's name."""

    namespace: bytes  # uid of the namespace under whose key it was sealed; stays when the entry moves
    epoch: int
    version: int  # number of the version for which it was sealed; later versions carry it on
    type: str
    salt: bytes
    nonce: bytes
    ciphertext: bytes


class Home(msgspec.Struct, frozen=True, gc=False):
    """What the values of one new version are bound to."""

    secret: bytes  # the entry's uid
    namespace: bytes
    epoch: int
    version: int


class FieldRecord(msgspec.Struct, frozen=True, gc=False):
    """A stored field. One of ``plain``, ``sealed`` and ``blob`` holds the value."""

    name: str
    type: FieldType
    protected: bool
    size: int
    plain: str | None = None
    sealed: Sealed | None = None
    blob: int | None = None


class State(msgspec.Struct, frozen=True, gc=False):
    """One stored state of an entry. ``expires`` in microseconds."""

    kind: Kind
    title: str
    fields: tuple[FieldRecord, ...]
    tags: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    expires: int | None = None

    def find(self, name: str) -> FieldRecord | None:
        """The field of that name."""
        return next((record for record in self.fields if record.name == name), None)

    def with_fields(self, fields: tuple[FieldRecord, ...]) -> State:
        """The same with other fields."""
        return msgspec.structs.replace(self, fields=fields)


def encode(state: State) -> bytes:
    """Write a state as canonical CBOR: keys ascend, everything is of a plain type."""
    fields: list[object] = []
    for record in state.fields:
        sealed = record.sealed
        box = None
        if sealed is not None:
            box = [
                sealed.namespace,
                sealed.epoch,
                sealed.version,
                sealed.type,
                sealed.salt,
                sealed.nonce,
                sealed.ciphertext,
            ]
        fields.append([record.name, record.type._value_, record.protected, record.size, record.plain, box, record.blob])
    body: dict[int | str, object] = {
        1: state.kind._value_,
        2: state.title,
        3: fields,
        4: list(state.tags),
        5: list(state.scope),
        6: state.expires,
    }
    return canonical.encode_ordered(body)


def _field(item: object) -> FieldRecord:
    name, kind, protected, size, plain, box, blob = cast("list[object]", item)
    sealed = None
    if box is not None:
        namespace, epoch, version, form, salt, nonce, ciphertext = cast("list[object]", box)
        sealed = Sealed(
            cast("bytes", namespace),
            cast("int", epoch),
            cast("int", version),
            cast("str", form),
            cast("bytes", salt),
            cast("bytes", nonce),
            cast("bytes", ciphertext),
        )
    return FieldRecord(
        cast("str", name),
        FieldType(cast("str", kind)),
        bool(protected),
        cast("int", size),
        cast("str | None", plain),
        sealed,
        cast("int | None", blob),
    )


def decode(body: bytes) -> State:
    """Read a state. Raises DamagedError: the row verified, so other content means another program wrote it."""
    try:
        tree = cast("dict[int, object]", canonical.decode(body, max_bytes=_MAX_BODY))
        return State(
            Kind(cast("str", tree[1])),
            cast("str", tree[2]),
            tuple(_field(item) for item in cast("list[object]", tree[3])),
            tuple(cast("list[str]", tree[4])),
            tuple(cast("list[str]", tree[5])),
            cast("int | None", tree[6]),
        )
    except (InvalidInputError, KeyError, TypeError, ValueError) as error:
        raise DamagedError(reason="a stored entry cannot be read") from error


def differences(new: State, old: State | None) -> list[str]:
    """What differs: field names, then "kind", "title", "tags", "scope", "expires"."""
    if old is None:
        return [record.name for record in new.fields]
    before = {record.name: record for record in old.fields}
    found = [record.name for record in new.fields if before.get(record.name) != record]
    now = {record.name for record in new.fields}
    found += [name for name in before if name not in now]
    found += [
        part for part in ("kind", "title", "tags", "scope", "expires") if getattr(new, part) != getattr(old, part)
    ]
    return found
