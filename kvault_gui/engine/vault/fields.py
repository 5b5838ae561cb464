"""From what a person or a program gives to what is stored: checks, limits, sealing."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

from ..api import MAX_FIELDS, MAX_FILE, MAX_VALUE, EntryInput, FieldInput, FieldType
from ..errors import InvalidInputError
from . import blobs, text
from .records import FieldRecord, State
from .schema import INLINE, to_micros

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..store.transaction import Tx
    from .context import Vault
    from .records import Home

MAX_TAGS = 100  # an entry
MAX_FIELD_NAME = 200  # characters
_ALWAYS_PROTECTED = frozenset({FieldType.SECRET, FieldType.OTP})
_SEALED = frozenset({FieldType.SECRET, FieldType.OTP, FieldType.LONG, FieldType.PEM, FieldType.FILE})
_SCOPES = ("module:", "service:", "agent:")
_LATEST = 253_402_300_800.0  # seconds: the year 10,000


def state_of(vault: Vault, tx: Tx, given: EntryInput, home: Home, old: State | None) -> State:
    """Check an input and seal its values. Raises InvalidInputError naming the part that does not fit."""
    text.check_title(given.title)
    if len(given.fields) > MAX_FIELDS:
        raise InvalidInputError(reason=f"An entry has at most {MAX_FIELDS} fields", field="fields")
    names = [field.name for field in given.fields]
    for name in names:
        text.check_line(name, "The name of a field", MAX_FIELD_NAME)
        if names.count(name) > 1:
            raise InvalidInputError(reason=f"There are two fields named {name}", field=name)
    fields = tuple(_record(vault, tx, field, home, old.find(field.name) if old else None) for field in given.fields)
    return State(
        given.kind,
        given.title,
        fields,
        check_tags(given.tags),
        check_scope(given.scope),
        check_expires(given.expires),
    )


def check_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Tags, each once. Raises InvalidInputError."""
    once = tuple(dict.fromkeys(text.check_line(tag, "A tag", text.MAX_TAG) for tag in tags))
    if len(once) > MAX_TAGS:
        raise InvalidInputError(reason=f"An entry has at most {MAX_TAGS} tags", field="tags")
    return once


def check_scope(scope: Sequence[str]) -> tuple[str, ...]:
    """Whom an entry is meant for. Raises InvalidInputError."""
    once = tuple(dict.fromkeys(text.check_line(part, "A scope", text.MAX_TAG) for part in scope))
    if len(once) > MAX_TAGS:
        raise InvalidInputError(reason=f"An entry is meant for at most {MAX_TAGS}", field="scope")
    for part in once:
        if not part.startswith(_SCOPES) or part in _SCOPES:
            raise InvalidInputError(reason="A scope is module:NAME, service:NAME or agent:NAME", field="scope")
    return once


def check_expires(expires: float | None) -> int | None:
    """An expiry in microseconds. Raises InvalidInputError."""
    if expires is None:
        return None
    if not math.isfinite(expires) or not 0 <= expires < _LATEST:
        raise InvalidInputError(reason="The expiry is not a time between 1970 and 9999", field="expires")
    return to_micros(expires)


def is_protected(field: FieldInput) -> bool:
    """Secrets and one-time code seeds are protected, whatever the input says."""
    return field.protected or field.type in _ALWAYS_PROTECTED


def _is_sealed(kind: FieldType, protected: bool, size: int) -> bool:  # noqa: FBT001 a fact of the field
    return protected or kind in _SEALED or size > INLINE


def _check_value(field: FieldInput, value: bytearray) -> None:
    if field.type is FieldType.FILE:
        if len(value) > MAX_FILE:
            raise InvalidInputError(reason=f"{field.name} is larger than {MAX_FILE >> 20} MiB", field=field.name)
        return
    if len(value) > MAX_VALUE:
        raise InvalidInputError(reason=f"{field.name} is larger than {MAX_VALUE >> 10} KiB", field=field.name)
    try:
        shown = value.decode()
    except UnicodeDecodeError:
        # Without its cause, which would quote the value.
        raise InvalidInputError(reason=f"{field.name} is not valid Unicode (UTF-8)", field=field.name) from None
    if field.type is FieldType.DATE and shown:
        try:
            dt.date.fromisoformat(shown)
        except ValueError:
            raise InvalidInputError(reason=f"{field.name} is not a date like 2026-11-30", field=field.name) from None


def _record(vault: Vault, tx: Tx, field: FieldInput, home: Home, old: FieldRecord | None) -> FieldRecord:
    if field.value is not None:
        if old is not None and _same(vault, field, home, old):
            return old
        return store(vault, tx, field, home, field.value.value)
    if old is None:
        return FieldRecord(field.name, field.type, is_protected(field), 0, plain="")
    protected = is_protected(field)
    if (old.plain is None) == _is_sealed(field.type, protected, old.size) or not old.size:
        # Carried on as it is: a new version opens and seals nothing that did not change.
        kept = FieldRecord(field.name, field.type, protected, old.size, old.plain, old.sealed, old.blob)
        if old.type is not field.type and old.size:
            _check_value(field, bytearray(value_of(vault, home.secret, old)))
        return kept
    return store(vault, tx, field, home, value_of(vault, home.secret, old))


def _same(vault: Vault, field: FieldInput, home: Home, old: FieldRecord) -> bool:
    """Whether an unprotected value, which the editor saw, comes back as it was: then it is no change."""
    if old.protected or is_protected(field) or old.type is not field.type or field.value is None:
        return False
    if old.size != len(field.value.value) or field.type is FieldType.FILE:
        return False
    return value_of(vault, home.secret, old) == field.value.value


def store(vault: Vault, tx: Tx, field: FieldInput, home: Home, value: bytes | bytearray) -> FieldRecord:
    """Check a value and make its record: plain, sealed, or a blob. Raises InvalidInputError."""
    _check_value(field, bytearray(value))
    protected, size = is_protected(field), len(value)
    if not size or not _is_sealed(field.type, protected, size):
        return FieldRecord(field.name, field.type, protected, size, plain=value.decode())
    if size > INLINE:
        blob = blobs.store(vault, tx, value, home, field.name, field.type.value)
        return FieldRecord(field.name, field.type, protected, size, blob=blob)
    sealed = vault.keys.seal(
        value,
        namespace=home.namespace,
        epoch=home.epoch,
        secret=home.secret,
        version=home.version,
        name=field.name,
        form=field.type.value,
    )
    return FieldRecord(field.name, field.type, protected, size, sealed=sealed)


def value_of(vault: Vault, secret: bytes, record: FieldRecord) -> bytes:
    """Open a stored value. Raises ValueDamagedError, OldRowsError, NotPermittedError."""
    if record.plain is not None:
        return record.plain.encode()
    if record.sealed is not None:
        return vault.keys.open(record.sealed, secret=secret, name=record.name)
    return blobs.load(vault, record, secret)
