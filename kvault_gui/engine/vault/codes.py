"""One-time codes of stored seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api import Category, FieldInput, FieldType, OneTimeCode, Secret
from ..errors import FieldNotFoundError, InvalidInputError
from . import entries, fields, otp, records
from .access import Action, check
from .schema import VERSION

if TYPE_CHECKING:
    from .context import Vault


def code(vault: Vault, entry: int, name: str) -> OneTimeCode:
    """The current code. A counter is moved on and stored before its code is given (RFC 4226, section 7.2)."""
    row = entries.row_of(vault, entry)
    state = entries.state_of(vault, row)
    grant = check(vault, Action.CODE, namespace=row.namespace, tags=state.tags)
    record = state.find(name)
    if record is None:
        raise FieldNotFoundError(entry=row.title, name=name)
    if record.type is not FieldType.OTP:
        raise InvalidInputError(reason=f"{name} is not a one-time code", field=name)
    text = fields.value_of(vault, row.uid, record).decode()
    wanted = otp.parse(text)
    if wanted.period:
        entries.record_once(vault, row, "secret.code", name, grant)
        value, seconds = otp.at_time(wanted, vault.clock())
        return OneTimeCode(Secret.of(value), seconds, wanted.period)
    value = otp.at_counter(wanted, wanted.counter)
    with vault.change("secret.code", category=Category.READ, object=row.title, grants=[grant]) as work:
        work.entry = entry
        work.details.update({"field": name, "counter": wanted.counter})
        version = entries.version_of(vault, row.id, row.version)
        following = Secret.of(otp.next_uri(text))
        again = FieldInput(name=name, type=FieldType.OTP, protected=True, value=following)
        space = vault.tree.get(row.namespace)
        home = entries.home_of(vault, space.uid, row.uid, row.version)
        moved = fields.store(vault, work.tx, again, home, following.value)
        later = state.with_fields(tuple(moved if each is record else each for each in state.fields))
        # In place, without a version: old counters are of no use to anybody, and an open edit meets no conflict.
        work.tx.update(VERSION, version.id, {"body": records.encode(later)})
    return OneTimeCode(Secret.of(value), 0, 0)
