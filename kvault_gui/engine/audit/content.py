"""What a record says, as canonical CBOR: [time, category, action, outcome, who, session, object, where, details].

Time is in whole microseconds since 1970 UTC; everything but time and details is text.
"""

from __future__ import annotations

from typing import NamedTuple

from ..api import Category, Outcome, Record
from ..crypto import canonical
from ..errors import AuditBrokenError, InvalidInputError
from ..store import chain

MICROS = 1_000_000
Details = dict[str, str | int]
_PARTS = 9


class Content(NamedTuple):
    """One record's content."""

    time: int
    category: Category
    action: str
    outcome: Outcome
    who: str
    session: str
    object: str
    where: str
    details: Details


def encode(content: Content) -> bytes:
    """The content's bytes. Raises InvalidInputError for text that is not Unicode."""
    plain = [part.value if isinstance(part, (Category, Outcome)) else part for part in content]
    return canonical.encode(plain)


def decode(number: int, data: bytes) -> Content:
    """Take the content of record ``number`` apart. Raises AuditBrokenError."""
    try:
        parts = canonical.decode(data)
        if not isinstance(parts, list) or len(parts) != _PARTS:
            raise AuditBrokenError(number=number)
        time, category, action, outcome, who, session, name, where, details = parts
        content = Content(
            time=_int(time),
            category=Category(_text(category)),
            action=_text(action),
            outcome=Outcome(_text(outcome)),
            who=_text(who),
            session=_text(session),
            object=_text(name),
            where=_text(where),
            details=_details(details),
        )
    except (InvalidInputError, ValueError, TypeError) as error:
        raise AuditBrokenError(number=number) from error
    return content


def _int(value: object) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _details(value: object) -> Details:
    if not isinstance(value, dict):
        raise TypeError
    return {_text(key): item if isinstance(item, str) else _int(item) for key, item in value.items()}


def to_record(number: int, data: bytes) -> Record:
    """A stored record as the pane shows it. Raises AuditBrokenError."""
    link = chain.decode(number, data)
    content = decode(number, link.content)
    return Record(
        number=number,
        time=content.time / MICROS,
        category=content.category,
        action=content.action,
        outcome=content.outcome,
        who=content.who,
        session=content.session,
        object=content.object,
        where=content.where,
        details=content.details,
        hash=chain.digest(data).hex(),
        previous=link.previous.hex(),
    )
